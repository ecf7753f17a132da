"""RMSprop, simultaneous."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.field import Rate, Weight
from dynamics.methods._method import Composition
from dynamics.methods.simultaneous import Simultaneous
from dynamics.step_rules import RMSProp


@dataclass(frozen=True)
class SimultaneousRMSProp(Composition):
    """The simultaneous direction with the step length of RMSprop, in torch's convention.

    Parameters
    ----------
    lr : step size, as everywhere.
    alpha : decay of the mean square.
    epsilon : added to its root.
    """

    reference: ClassVar[str] = "tieleman2012"

    lr: Rate = 0.01
    alpha: Weight = 0.99
    epsilon: Weight = 1e-8

    def composed(self) -> Simultaneous:
        """The simultaneous rule with RMSprop's step rule."""
        return Simultaneous(self.lr, RMSProp(self.alpha, self.epsilon))
