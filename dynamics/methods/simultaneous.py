"""Simultaneous gradient descent-ascent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import VectorField
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class Simultaneous(Directional):
    """Every player steps at once: :math:`z' = z - \\eta F(z)`.

    On ``xy`` its multipliers are :math:`1 \\pm i\\eta`: it spirals out for every :math:`\\eta > 0`.
    With ``step_rule=Adam()`` it is the simultaneous Adam of most GAN code.

    Parameters
    ----------
    lr : step size, a number, an array over the batch, or a tuple with one entry a player.
    step_rule : what becomes of the gradient before it is scaled (:mod:`dynamics.step_rules`).
    """

    reference: ClassVar[str] = "arrow1958"

    def direction(self, field: VectorField, z: Array) -> Array:
        """:math:`F(z)`."""
        return field(z)
