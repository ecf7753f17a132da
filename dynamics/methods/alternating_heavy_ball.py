"""Heavy ball with alternating players."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.field import Rate, Weight
from dynamics.methods._method import Composition
from dynamics.methods.alternating import Alternating
from dynamics.step_rules import Momentum


@dataclass(frozen=True)
class AlternatingHeavyBall(Composition):
    """Alternating steps with momentum, which helps when it is *negative*.

    On ``xy`` it converges for :math:`-1 < \\beta < 0` exactly when :math:`\\eta < 2(1+\\beta)`, and
    never for :math:`\\beta \\ge 0`; hence the default.

    Parameters
    ----------
    lr : step size, as everywhere.
    beta : momentum of each player; the velocities start at zero.
    """

    reference: ClassVar[str] = "gidel2019momentum"

    lr: Rate = 0.1
    beta: Weight = -0.5

    def composed(self) -> Alternating:
        """The alternating rule with a velocity for each player."""
        return Alternating(self.lr, Momentum(self.beta))
