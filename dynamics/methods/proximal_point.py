"""The proximal point method, or implicit Euler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import Rate, VectorField, scaled
from dynamics.methods._method import Method


@dataclass(frozen=True)
class ProximalPoint(Method):
    """Step with the gradient at the *end* of the step: :math:`z' = z - \\eta F(z')`.

    The equation is solved by ``k`` Newton iterations from ``z``; one is exact where the field is
    affine, and a few reach rounding where :math:`\\eta J` is not large. On ``xy`` it converges for
    every :math:`\\eta`.

    Parameters
    ----------
    lr : step size, as everywhere.
    k : number of Newton iterations, 1 or more.
    """

    reference: ClassVar[str] = "rockafellar1976"

    lr: Rate = 0.1
    k: int = 4

    def init(self, field: VectorField, z: Array) -> tuple[()]:
        """Nothing to remember."""
        return ()

    def step(self, field: VectorField, z: Array, memory: tuple[()]) -> tuple[Array, tuple[()]]:
        """Newton's iterations on :math:`u - z + \\eta F(u) = 0`."""
        end = z
        for _ in range(self.k):
            end = end - self._correction(field, z, end)
        return end, memory

    def _correction(self, field: VectorField, z: Array, end: Array) -> Array:
        """One Newton correction of the end of the step."""
        residual = end - z + scaled(self.lr, field, field(end))
        return field.solve(lambda v: v + scaled(self.lr, field, field.jvp(end, v)), residual)
