"""The classical Runge-Kutta method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import VectorField, scaled
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class RungeKutta4(Directional):
    """The classical method of order four on the flow :math:`z' = -F(z)`.

    On ``xy`` it converges for :math:`\\eta < 2\\sqrt 2` although the flow does not: the integrator
    damps, not the game. Its squared growth is :math:`1 - \\eta^6/72 + \\eta^8/576`.

    Parameters
    ----------
    lr, step_rule : as everywhere.
    """

    reference: ClassVar[str] = "kutta1901"

    def direction(self, field: VectorField, z: Array) -> Array:
        """The weighted mean of four fields."""
        first = field(z)
        second = field(z - scaled(self.lr, field, first) / 2)
        third = field(z - scaled(self.lr, field, second) / 2)
        fourth = field(z - scaled(self.lr, field, third))
        return (first + 2 * second + 2 * third + fourth) / 6
