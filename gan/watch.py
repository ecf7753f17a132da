"""What can be seen of many GANs at one moment of training, by the same probes each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from gan.data import Mixture
from gan.measures import energy, modes_and_quality, noise_floor
from gan.plane_field import PlaneField, PlaneGan


@dataclass(frozen=True, eq=False)
class Look:
    """One moment of E members.

    Attributes
    ----------
    step : when.
    losses : the generator's and the discriminator's on the probe, ``(2, E)``.
    entropy : D's mean cross entropy an answer, nats, ``(E,)``; NaN if it states no probability.
    accuracy : share of the probe's real and fake points that D tells apart, ``(E,)``; of pairs, if
        only differences of its answers count.
    gradient : length of the generator's gradient, ``(E,)``.
    counts, nearest : good samples and all samples by mode, ``(E, k)``; k = 0 without modes.
    quality : share of good samples, ``(E,)``; NaN without modes.
    distance : energy distance of samples to data, ``(E,)``.
    """

    step: int
    losses: np.ndarray
    entropy: np.ndarray
    accuracy: np.ndarray
    gradient: np.ndarray
    counts: np.ndarray
    nearest: np.ndarray
    quality: np.ndarray
    distance: np.ndarray


class Watch:
    """Looks at members with noise, data and a minibatch of its own, always the same.

    Parameters
    ----------
    gan : the description. seeds : of the members.
    count : samples that are drawn from each. near : of them, those that distances are taken of.
    seed : of the probes. device : of the members.
    """

    def __init__(
        self, gan: PlaneGan, seeds: Sequence[int], *, count: int = 500, near: int = 250,
        seed: int = 0, device: str = "cpu",
    ):  # fmt: skip
        generator = torch.Generator().manual_seed(seed)
        self.gan, self.near = gan, near
        self.noise = torch.randn(count, gan.generator.inputs, generator=generator)
        self.real = gan.data.sample(near, generator).double().numpy()
        plain = replace(gan, penalty="", batch_size=PROBE - PROBE % gan.packing)
        self.field: PlaneField = plain.field(tuple(seeds), device=device).minibatch()
        self.floor = noise_floor(energy, gan.data, near, seed=seed)

    def __call__(self, step: int, z: Tensor) -> Look:
        """Look at members ``(d, E)``."""
        field, data = self.field, self.gan.data
        samples = self.samples(z)
        if isinstance(data, Mixture):
            found = [modes_and_quality(points, data) for points in samples]
            counts = np.array([modes.counts for modes in found])
            nearest = np.array([modes.nearest for modes in found])
            quality = np.array([modes.quality for modes in found])
        else:
            counts = nearest = np.zeros((len(samples), 0), dtype=int)
            quality = np.full(len(samples), np.nan)
        answers = field.logits(z)
        real, fake = (of.cpu().double().numpy() for of in answers)
        loss = field.gan_loss
        return Look(
            step,
            torch.stack([loss.generator(*answers), loss.discriminator(*answers)]).cpu().numpy(),
            _entropy(real, fake) if loss.is_logit else np.full(len(real), np.nan),
            _accuracy(real, fake, loss.undecided),
            torch.linalg.vector_norm(field.gradient(z, 0), dim=0).cpu().double().numpy(),
            counts,
            nearest,
            quality,
            np.array([_distance(self.real, points[: self.near]) for points in samples]),
        )

    def samples(self, z: Tensor) -> np.ndarray:
        """What the members make of the watch's noise, ``(E, count, d)``."""
        drawn: np.ndarray = self.field.generate(z, self.noise).cpu().double().numpy()
        return drawn


def _entropy(real: np.ndarray, fake: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.logaddexp(0, -real).mean(axis=1) + np.logaddexp(0, fake).mean(axis=1)
    return found / 2


def _accuracy(real: np.ndarray, fake: np.ndarray, undecided: float | None) -> np.ndarray:
    if undecided is None:
        return np.asarray((real > fake).mean(axis=1))
    return np.asarray(0.5 * ((real > undecided).mean(axis=1) + (fake < undecided).mean(axis=1)))


def _distance(real: np.ndarray, fake: np.ndarray) -> float:
    return energy(real, fake) if np.isfinite(fake).all() else np.nan


PROBE = 240
"""Real points, and as many fakes, on which D is asked."""


@dataclass(frozen=True, eq=False)
class Record:
    """What was seen of one member over time; what a diagnosis is made from.

    Attributes
    ----------
    at : steps, ``(W,)``.
    losses : ``(W, 2)``. entropy, accuracy, gradient, quality, distance : ``(W,)``.
    counts, nearest : ``(W, k)``.
    floor : mean and deviation of the distance of fresh real samples.
    """

    at: np.ndarray
    losses: np.ndarray
    entropy: np.ndarray
    accuracy: np.ndarray
    gradient: np.ndarray
    counts: np.ndarray
    nearest: np.ndarray
    quality: np.ndarray
    distance: np.ndarray
    floor: tuple[float, float]

    @property
    def captured(self) -> np.ndarray:
        """Modes with at least one good sample, ``(W,)``."""
        return (self.counts > 0).sum(axis=1)


def record_of(looks: Sequence[Look], member: int, floor: tuple[float, float]) -> Record:
    """The looks at one member, one after the other."""
    if not looks:
        raise ValueError("a record needs at least one look")

    def over_time(name: str) -> np.ndarray:
        return np.array([getattr(look, name)[..., member] for look in looks])

    def by_mode(name: str) -> np.ndarray:
        return np.array([getattr(look, name)[member] for look in looks])

    return Record(
        np.array([look.step for look in looks]),
        over_time("losses"),
        over_time("entropy"),
        over_time("accuracy"),
        over_time("gradient"),
        by_mode("counts"),
        by_mode("nearest"),
        over_time("quality"),
        over_time("distance"),
        floor,
    )
