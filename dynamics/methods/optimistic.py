"""Optimistic gradient descent-ascent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from dynamics.backend import Array
from dynamics.field import Rate, VectorField, scaled
from dynamics.methods._method import Method
from dynamics.step_rules import Plain, StepRule


class OptimisticMemory(NamedTuple):
    """The last direction, shape ``(d, ...)``, and the step rule's memory."""

    previous: Array
    scaling: Any


@dataclass(frozen=True)
class Optimistic(Method):
    """Extrapolate from the last gradient: :math:`z' = z - \\eta (2 F(z_t) - F(z_{t-1}))`.

    One gradient a step where extragradient pays two. Before the first step the current gradient
    stands in for the previous one, so the first step is a plain one. On ``xy`` it converges for
    :math:`\\eta < 1/\\sqrt 3`. With ``step_rule=Adam()`` it is optimistic Adam.

    Parameters
    ----------
    lr : step size, as everywhere.
    step_rule : applied to each gradient once.
    """

    reference: ClassVar[str] = "daskalakis2018"

    lr: Rate = 0.1
    step_rule: StepRule = Plain()

    def init(self, field: VectorField, z: Array) -> OptimisticMemory:
        """The direction at the start as the previous one."""
        scaling = self.step_rule.init(z)
        return OptimisticMemory(self.step_rule.scale(field(z), scaling)[0], scaling)

    def step(self, field: VectorField, z: Array, memory: OptimisticMemory) -> tuple[Array, Any]:
        """:math:`z - \\eta (2 d_t - d_{t-1})`."""
        direction, scaling = self.step_rule.scale(field(z), memory.scaling)
        ahead = 2 * direction - memory.previous
        return z - scaled(self.lr, field, ahead), OptimisticMemory(direction, scaling)
