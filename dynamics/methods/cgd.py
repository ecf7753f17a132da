"""Competitive gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import Rate, VectorField, interaction, scaled
from dynamics.methods._method import Method


@dataclass(frozen=True)
class CompetitiveGradient(Method):
    """The equilibrium of the local bilinear game: :math:`z' = z - (I + \\eta J_o)^{-1} \\eta F`.

    :math:`J_o` is the Jacobian without the players' own blocks. On ``xy`` it converges for every
    :math:`\\eta`, at the rate of the proximal point method. With more than two players it is the
    polymatrix form of the rule.

    Parameters
    ----------
    lr : step size, as everywhere.
    """

    reference: ClassVar[str] = "schaefer2019"

    lr: Rate = 0.1

    def init(self, field: VectorField, z: Array) -> tuple[()]:
        """Nothing to remember."""
        return ()

    def step(self, field: VectorField, z: Array, memory: tuple[()]) -> tuple[Array, tuple[()]]:
        """:math:`z - (I + \\eta J_o)^{-1} \\eta F`."""
        step = field.solve(
            lambda v: v + scaled(self.lr, field, interaction(field, z, v)),
            scaled(self.lr, field, field(z)),
        )
        return z - step, memory
