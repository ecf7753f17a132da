"""Consensus optimisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import VectorField, Weight
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class Consensus(Directional):
    """Descend on the squared field as well: :math:`d = F + \\gamma J^T F`.

    The added term is :math:`\\gamma \\nabla \\tfrac12 \\lVert F \\rVert^2`; some papers and
    programs write :math:`\\gamma \\nabla \\lVert F \\rVert^2`, a factor of two. On ``xy`` it
    converges for :math:`\\eta < 2\\gamma/(1+\\gamma^2)`.

    Parameters
    ----------
    lr, step_rule : as everywhere.
    gamma : weight of the squared field.
    """

    reference: ClassVar[str] = "mescheder2017"

    gamma: Weight = 0.5

    def direction(self, field: VectorField, z: Array) -> Array:
        """:math:`F + \\gamma J^T F`."""
        gradient = field(z)
        return gradient + self.gamma * field.vjp(z, gradient)
