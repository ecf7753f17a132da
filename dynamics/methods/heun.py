"""Heun's method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import VectorField, scaled
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class Heun(Directional):
    """The trapezoidal Runge-Kutta method of order two on the flow :math:`z' = -F(z)`.

    On ``xy`` its squared growth is :math:`1 + \\eta^4/4`: it diverges, only later.

    Parameters
    ----------
    lr, step_rule : as everywhere.
    """

    reference: ClassVar[str] = "heun1900"

    def direction(self, field: VectorField, z: Array) -> Array:
        """The mean of the fields at both ends of an Euler step."""
        first = field(z)
        second = field(z - scaled(self.lr, field, first))
        return (first + second) / 2
