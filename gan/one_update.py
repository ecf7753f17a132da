"""One update of both players in slow motion: the actual numbers, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.special import expit
from torch import Tensor

from dynamics.methods import Method
from gan.plane_field import PlaneField

FOLLOWED = 3
"""So many samples of the minibatch are followed from noise to push."""


@dataclass(frozen=True, eq=False)
class Update:
    """What the next step does, on the minibatch that it will see.

    Attributes
    ----------
    noise : of the followed samples, ``(n, latent)``. fakes, moved : what G makes of it before and
        after the step, ``(n, D)``.
    judged, judged_after : D's answers there, before and after, ``(n,)``; as probabilities of being
        real where they are logits of such, like all answers here.
    push : :math:`-\\partial L_G/\\partial x` at the fakes, ``(n, D)``.
    answers : D's mean answer on real and on fake points, before, then after, ``(2, 2)``.
    losses : of G and D before, then after, ``(2, 2)``.
    gradients, steps : lengths of each player's gradient and of its step, ``(2,)``.
    """

    noise: np.ndarray
    fakes: np.ndarray
    moved: np.ndarray
    judged: np.ndarray
    judged_after: np.ndarray
    push: np.ndarray
    answers: np.ndarray
    losses: np.ndarray
    gradients: np.ndarray
    steps: np.ndarray

    def sentences(self) -> tuple[str, ...]:
        """The same as a story, one line for each part of the update."""
        point, judged = self.fakes[0], self.judged[0]
        (real, fake), (real_after, fake_after) = self.answers
        return (
            f"Noise z = {_vector(self.noise[0])} becomes G(z) = {_vector(point)}.",
            f"D answers {judged:.3g} there; its mean answer is {real:.3g} on real points and "
            f"{fake:.3g} on fakes. Its loss is {self.losses[0, 1]:.4g}.",
            f"D's gradient has length {self.gradients[1]:.3g}; its parameters move by "
            f"{self.steps[1]:.3g}. Its loss becomes {self.losses[1, 1]:.4g}, its means "
            f"{real_after:.3g} and {fake_after:.3g}.",
            f"The loss of G, {self.losses[0, 0]:.4g}, pushes G(z) by {_vector(self.push[0])}.",
            f"G's gradient has length {self.gradients[0]:.3g}; its parameters move by "
            f"{self.steps[0]:.3g}. G(z) becomes {_vector(self.moved[0])}, the loss "
            f"{self.losses[1, 0]:.4g}.",
        )


def next_update(field: PlaneField, method: Method, z: Tensor, memory: Any) -> Update:
    """The step that will come next; neither the state nor the randomness changes."""
    held = field.next_batch()
    after = _next_state(field, method, z, memory)
    noise = held.batch.noise[0]
    fakes, moved = field.generate(z, noise), field.generate(after, noise)
    # the first member's samples, in whole packs
    n = FOLLOWED * field.gan.packing
    told = expit if field.gan_loss.is_logit else np.asarray
    return Update(
        noise[:FOLLOWED].cpu().numpy(),
        fakes[0, :FOLLOWED].cpu().numpy(),
        moved[0, :FOLLOWED].cpu().numpy(),
        told(field.judge_each(z, fakes[0, :FOLLOWED])[0].cpu().numpy()),
        told(field.judge_each(after, moved[0, :FOLLOWED])[0].cpu().numpy()),
        held.push(z, fakes[:, :n])[0, :FOLLOWED].cpu().numpy(),
        np.array(
            [
                [told(of[0].cpu().numpy()).mean() for of in held.logits(state)]
                for state in (z, after)
            ]
        ),
        np.array([held.losses(state)[:, 0] for state in (z, after)]),
        np.array([float(held.gradient(z, player).norm()) for player in (0, 1)]),
        np.array([float((after - z)[block].norm()) for block in field.players]),
    )


def _next_state(field: PlaneField, method: Method, z: Tensor, memory: Any) -> Tensor:
    """The state after the step; the minibatches that it uses are put back."""
    place = field.randomness
    after, _ = method.step(field.minibatch(), z, memory)
    field.rewind(place)
    return torch.as_tensor(after)


def _vector(values: np.ndarray) -> str:
    shown = ", ".join(f"{value:.3g}" for value in values[:4])
    return f"({shown}{', …' if len(values) > 4 else ''})"
