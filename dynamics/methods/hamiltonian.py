"""Hamiltonian gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import VectorField
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class Hamiltonian(Directional):
    """Descend on :math:`\\tfrac12 \\lVert F \\rVert^2` alone: :math:`d = J^T F`.

    It converges to every point with :math:`F = 0` that attracts it, equilibrium or not: maxima of
    both players' interests included.

    Parameters
    ----------
    lr, step_rule : as everywhere.
    """

    reference: ClassVar[str] = "abernethy2019"

    def direction(self, field: VectorField, z: Array) -> Array:
        """:math:`J^T F`."""
        return field.vjp(z, field(z))
