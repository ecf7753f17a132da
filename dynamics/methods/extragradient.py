"""Extragradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from dynamics.backend import Array
from dynamics.field import Rate, VectorField, scaled
from dynamics.methods._method import Method
from dynamics.step_rules import Plain, StepRule


@dataclass(frozen=True)
class Extragradient(Method):
    """Look one step ahead, then step with the gradient found there.

    :math:`w = z - \\gamma F(z)`, :math:`z' = z - \\eta F(w)`. On ``xy`` it converges for
    :math:`\\eta < 1`, fastest at :math:`1/\\sqrt 2`. With ``step_rule=Adam()`` it is ExtraAdam
    [gidel2019vip]_: both gradients pass through the same moments.

    Parameters
    ----------
    lr : step size of the update, as everywhere.
    extrapolation : step size of the look ahead; ``None`` is ``lr``.
    step_rule : applied to both gradients.
    """

    reference: ClassVar[str] = "korpelevich1976"

    lr: Rate = 0.1
    extrapolation: Rate | None = None
    step_rule: StepRule = Plain()

    def init(self, field: VectorField, z: Array) -> Any:
        """The memory of the step rule."""
        return self.step_rule.init(z)

    def step(self, field: VectorField, z: Array, memory: Any) -> tuple[Array, Any]:
        """:math:`z - \\eta F(z - \\gamma F(z))`."""
        ahead = self.lr if self.extrapolation is None else self.extrapolation
        direction, memory = self.step_rule.scale(field(z), memory)
        midpoint = z - scaled(ahead, field, direction)
        direction, memory = self.step_rule.scale(field(midpoint), memory)
        return z - scaled(self.lr, field, direction), memory
