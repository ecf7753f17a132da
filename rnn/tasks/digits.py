"""Classify a handwritten digit from its rows, one after the other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from rnn.tasks._task import Task

HELD_OUT = 297
SIDE = 8


@cache
def _digits() -> tuple[Tensor, Tensor]:
    """All 1,797 digits in a fixed random order, grey from 0 to 1, ``(n, 8, 8)``, and labels."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    order = np.random.default_rng(0).permutation(len(bunch.target))
    images = torch.from_numpy(bunch.images[order] / 16).float()
    return images, torch.from_numpy(bunch.target[order]).long()


@dataclass(frozen=True)
class DigitRows(Task):
    """The 8 × 8 digits that come with scikit-learn, as sequences.

    Parameters
    ----------
    by_pixel : one pixel a step (64 steps) instead of one row (8 steps).
    """

    by_pixel: bool = False

    outputs: ClassVar[int] = 10

    @property
    def inputs(self) -> int:
        return 1 if self.by_pixel else SIDE

    @property
    def steps(self) -> int:
        """Length of a sequence."""
        return SIDE * SIDE if self.by_pixel else SIDE

    @property
    def baselines(self) -> Mapping[str, float]:
        return {"guessing": math.log(10)}

    def draw(
        self, count: int, generator: torch.Generator, *, held_out: bool = False
    ) -> tuple[Tensor, Tensor]:
        images, labels = _digits()
        low, high = (0, HELD_OUT) if held_out else (HELD_OUT, len(labels))
        chosen = low + torch.randint(high - low, (count,), generator=generator)
        return self.sequences(images[chosen]), labels[chosen][None]

    def sequences(self, images: Tensor) -> Tensor:
        """Images ``(n, 8, 8)`` as inputs ``(T, n, D)``."""
        return images.reshape(len(images), self.steps, self.inputs).transpose(0, 1)

    def held_out(self) -> tuple[Tensor, Tensor]:
        """All digits that training never sees: images ``(n, 8, 8)`` and labels ``(n,)``."""
        images, labels = _digits()
        return images[:HELD_OUT], labels[:HELD_OUT]
