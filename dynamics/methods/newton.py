"""Newton's method on the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import Rate, VectorField
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class Newton(Directional):
    """Solve :math:`F = 0` by linear models: :math:`d = J^{-1} F`.

    With ``lr = 1`` it lands on the zero of an affine field in one step; elsewhere it goes to any
    zero of the field, equilibrium or not.

    Parameters
    ----------
    lr, step_rule : as everywhere; ``lr`` below 1 damps.
    """

    reference: ClassVar[str] = "newton"

    lr: Rate = 1.0

    def direction(self, field: VectorField, z: Array) -> Array:
        """:math:`J^{-1} F`."""
        return field.solve(lambda v: field.jvp(z, v), field(z))
