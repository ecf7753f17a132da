"""Train a GAN by any rule, and keep what tells how it went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from dynamics import Method, Outcome, simulate
from gan.gan_field import GanField


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """What a training left behind; plain arrays.

    Attributes
    ----------
    iterations : when the losses were measured, shape ``(T,)``.
    losses : the generator's and the discriminator's, on one minibatch held apart, shape ``(T, 2)``.
    checkpoints : when samples were drawn, shape ``(k,)``; fewer than asked for if training failed.
    samples : from the same noise each time, shape ``(k, n, ...)``.
    outcome : how it ended.
    """

    iterations: np.ndarray
    losses: np.ndarray
    checkpoints: np.ndarray
    samples: np.ndarray
    outcome: Outcome


class _Log:
    """Called with the state after every so many iterations, from 0 on, and after the last."""

    def __init__(
        self, probe: GanField, noise: Tensor, checkpoints: Sequence[int], every: int, last: int
    ):
        self.probe, self.noise, self.wanted = probe, noise, set(checkpoints)
        self.every, self.last, self.iteration = every, last, 0
        self.samples: dict[int, np.ndarray] = {}

    def __call__(self, z: Tensor, memory: Any) -> np.ndarray:
        if self.iteration in self.wanted and bool(z.isfinite().all()):
            self.samples[self.iteration] = self.probe.generate(z, self.noise).cpu().numpy()
        self.iteration = min(self.iteration + self.every, self.last)
        return self.probe.losses(z)


def train(
    field: GanField,
    method: Method,
    iterations: int,
    *,
    noise: Tensor,
    checkpoints: Sequence[int],
    every: int = 20,
    progress: Callable[[int, int], None] | None = None,
) -> TrainingRun:
    """Train from the parameters that the modules have.

    Parameters
    ----------
    field : the networks, their loss and their data.
    method : a rule of :mod:`dynamics.methods`; one iteration is one of its steps.
    iterations : how many.
    noise : what samples are drawn from at each checkpoint, shape ``(n, latent)``.
    checkpoints : iterations, multiples of ``every`` or the last one.
    every : measure the losses after so many iterations.
    progress : called now and then with the iterations done and asked for; may raise to stop.

    Raises
    ------
    ValueError
        If a checkpoint is never reached.
    """
    missed = [at for at in checkpoints if (at % every and at != iterations) or at > iterations]
    if missed:
        raise ValueError(
            f"checkpoints {missed} are no multiples of every = {every} up to {iterations}; "
            "choose others, or a smaller every"
        )
    log = _Log(field.minibatch(), noise, checkpoints, every, iterations)
    path = simulate(
        field, method, field.initial(), iterations, every=every, record=log, progress=progress
    )
    reached = sorted(log.samples)
    samples = np.array([log.samples[at] for at in reached])
    return TrainingRun(path.times, path.states, np.array(reached), samples, path.outcome)
