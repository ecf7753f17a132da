"""Polyak's heavy ball, simultaneous."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.field import Rate, Weight
from dynamics.methods._method import Composition
from dynamics.methods.simultaneous import Simultaneous
from dynamics.step_rules import Momentum


@dataclass(frozen=True)
class HeavyBall(Composition):
    """Simultaneous steps with momentum.

    :math:`z_{t+1} = z_t - \\eta F(z_t) + \\beta (z_t - z_{t-1})`. On ``xy`` it diverges for every
    :math:`\\beta`, negative ones included.

    Parameters
    ----------
    lr : step size, as everywhere.
    beta : momentum; the velocity starts at zero.
    """

    reference: ClassVar[str] = "polyak1964"

    lr: Rate = 0.1
    beta: Weight = 0.9

    def composed(self) -> Simultaneous:
        """The simultaneous rule with a velocity."""
        return Simultaneous(self.lr, Momentum(self.beta))
