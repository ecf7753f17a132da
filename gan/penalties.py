"""What is added to the discriminator's loss to keep it smooth, as functions of its gradients.

Each penalty gets the discriminator as a function of points, real and fake points ``(E, B, D)``, and
uniform numbers ``(E, B, 1)`` of the minibatch, and gives a number for each member.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

Critic = Callable[[Tensor], Tensor]
"""From points ``(E, B, D)`` to logits ``(E, B)``."""


class Penalty(Protocol):
    """A penalty before its weight."""

    def __call__(self, critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
        """A number for each member, ``(E,)``."""
        ...


def slopes(critic: Critic, points: Tensor) -> Tensor:
    """Length of the gradient of the logit at each point, ``(E, B)``, differentiable."""
    at = points.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(critic(at).sum(), at, create_graph=True)
    return torch.sqrt((gradient**2).sum(dim=-1) + 1e-24)


@dataclass(frozen=True)
class R1:
    """:math:`\\tfrac12 E_{real} \\|\\nabla f\\|^2` [mescheder2018]_."""

    def __call__(self, critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
        """On real points."""
        return 0.5 * (slopes(critic, real) ** 2).mean(dim=-1)


@dataclass(frozen=True)
class R2:
    """:math:`\\tfrac12 E_{fake} \\|\\nabla f\\|^2` [mescheder2018]_."""

    def __call__(self, critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
        """On fake points."""
        return 0.5 * (slopes(critic, fake) ** 2).mean(dim=-1)


@dataclass(frozen=True)
class R1R2:
    """Both: R1 on real points and R2 on fakes."""

    def __call__(self, critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
        """Their sum."""
        return R1()(critic, real, fake, mix) + R2()(critic, real, fake, mix)


@dataclass(frozen=True)
class GradientPenalty:
    """:math:`E (\\|\\nabla f(\\hat x)\\| - c)^2` between real and fake points [gulrajani2017]_.

    Parameters
    ----------
    target : c; 1 in the paper, 0 makes it centred on zero.
    """

    target: float = 1.0

    def __call__(self, critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
        """At random places on the lines between pairs."""
        between = mix * real + (1 - mix) * fake
        return ((slopes(critic, between) - self.target) ** 2).mean(dim=-1)


@dataclass(frozen=True)
class Dragan:
    """:math:`E (\\|\\nabla f(x + \\delta)\\| - 1)^2` about real points [kodali2017]_.

    The noise is uniform, half a deviation of the batch wide.
    """

    def __call__(self, critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
        """At real points, moved by the same share of the batch's deviation in every coordinate."""
        near = real + 0.5 * real.std(dim=(1, 2), keepdim=True) * mix
        return ((slopes(critic, near) - 1) ** 2).mean(dim=-1)


PENALTIES: dict[str, Penalty] = {
    "R1": R1(),
    "R2": R2(),
    "R1 + R2": R1R2(),
    "gradient penalty": GradientPenalty(),
    "gradient penalty to 0": GradientPenalty(0.0),
    "DRAGAN": Dragan(),
}
"""Name -> penalty."""
