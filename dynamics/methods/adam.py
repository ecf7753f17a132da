"""Adam, simultaneous."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.field import Rate, Weight
from dynamics.methods._method import Composition
from dynamics.methods.simultaneous import Simultaneous
from dynamics.step_rules import Adam


@dataclass(frozen=True)
class SimultaneousAdam(Composition):
    """The simultaneous direction with the step length of Adam, in torch's convention.

    It does not cure rotation: on ``xy`` it does not reach the equilibrium.

    Parameters
    ----------
    lr : step size, as everywhere.
    beta1, beta2 : decay of the first and of the second moment.
    epsilon : added to the root of the second moment.
    """

    reference: ClassVar[str] = "kingma2015"

    lr: Rate = 0.01
    beta1: Weight = 0.9
    beta2: Weight = 0.999
    epsilon: Weight = 1e-8

    def composed(self) -> Simultaneous:
        """The simultaneous rule with Adam's step rule."""
        return Simultaneous(self.lr, Adam(self.beta1, self.beta2, self.epsilon))
