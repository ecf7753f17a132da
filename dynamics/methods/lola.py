"""Learning with opponent-learning awareness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import Rate, VectorField, interaction, scaled, without
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class Lola(Directional):
    """Step along the gradient of the own loss after the others' next step, to first order.

    :math:`d_i = F_i - (\\alpha J_o F)_i - \\alpha \\sum_{j \\ne i} J_{ji}^T \\nabla_j L_i`:
    besides looking ahead, it shapes what the others will do. It need not stop at an equilibrium of
    a general-sum game.

    Parameters
    ----------
    lr, step_rule : as everywhere.
    alpha : the step the others are assumed to take; ``None`` is ``lr``.
    """

    reference: ClassVar[str] = "foerster2018"

    alpha: Rate | None = None

    def direction(self, field: VectorField, z: Array) -> Array:
        """The look-ahead direction with the shaping term."""
        alpha = self.lr if self.alpha is None else self.alpha
        gradient = field(z)
        direction = gradient - interaction(field, z, scaled(alpha, field, gradient))
        for player, block in enumerate(field.players):
            others = without(field.loss_gradient(z, player), block)
            shaping = field.vjp(z, scaled(alpha, field, others))
            direction[block] = direction[block] - shaping[block]
        return direction
