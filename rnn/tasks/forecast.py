"""Forecast a real series: the next value at every step, then freely on from its own answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from rnn.series import series, usable
from rnn.tasks._task import Task, at_least

HELD_OUT = 0.25
"""The last part of a series, which training never sees."""


@dataclass(frozen=True, eq=False)
class Forecast(Task):
    """The next value of a series, at every step of a window.

    Values are scaled by mean and deviation of the training part, so an error of 1 is that of
    answering the mean.

    Parameters
    ----------
    values : shape ``(n,)``.
    steps : length of a window.
    order : of the autoregressive baseline.
    """

    values: np.ndarray = field(default_factory=lambda: series("ecg"), repr=False)
    steps: int = 40
    order: int = 8

    reads_all: ClassVar[bool] = True
    classifies: ClassVar[bool] = False
    inputs: ClassVar[int] = 1
    outputs: ClassVar[int] = 1

    def __post_init__(self) -> None:
        values = usable(np.asarray(self.values, dtype=float))
        object.__setattr__(self, "values", values)
        at_least("steps", self.steps, 2)
        at_least("order", self.order, 1)
        if len(values) - self.cut < self.steps + 2:
            raise ValueError(
                f"the held-out part has {len(values) - self.cut} values, too few for windows of "
                f"{self.steps}; shorten the windows"
            )

    @property
    def cut(self) -> int:
        """Where the held-out part begins."""
        return round(len(self.values) * (1 - HELD_OUT))

    @cached_property
    def scaled(self) -> np.ndarray:
        """The series with mean 0 and deviation 1 on its training part."""
        seen = self.values[: self.cut]
        return (self.values - seen.mean()) / seen.std()

    @cached_property
    def coefficients(self) -> np.ndarray:
        """Of the autoregression by least squares: the constant, then lags 1 … p."""
        lagged, following = self._lagged(self.scaled[: self.cut])
        return np.linalg.lstsq(lagged, following, rcond=None)[0]

    @cached_property
    def baselines(self) -> Mapping[str, float]:
        """One-step errors on the held-out part."""
        unseen = self.scaled[self.cut - self.order :]
        lagged, following = self._lagged(unseen)
        return {
            f"autoregression of order {self.order}": _error(lagged @ self.coefficients, following),
            "the last value again": _error(unseen[self.order - 1 : -1], following),
            "the mean": _error(np.zeros(1), following),
        }

    def continued(self, history: np.ndarray, count: int) -> np.ndarray:
        """The autoregression running freely on from its own answers, scaled, ``(count,)``."""
        known = list(history)
        for _ in range(count):
            recent = known[: -self.order - 1 : -1]
            known.append(float(self.coefficients[0] + self.coefficients[1:] @ recent))
        return np.array(known[len(history) :])

    def draw(
        self, count: int, generator: torch.Generator, *, held_out: bool = False
    ) -> tuple[Tensor, Tensor]:
        part = self.scaled[self.cut :] if held_out else self.scaled[: self.cut]
        known = torch.from_numpy(part).float()
        starts = torch.randint(len(known) - self.steps, (count,), generator=generator)
        windows = known[starts + torch.arange(self.steps + 1)[:, None]]
        return windows[:-1, :, None], windows[1:, :, None]

    def _lagged(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        p = self.order
        columns = [values[p - lag : len(values) - lag] for lag in range(1, p + 1)]
        return np.column_stack([np.ones(len(values) - p), *columns]), values[p:]


def _error(predicted: np.ndarray, true: np.ndarray) -> float:
    return float(np.mean((predicted - true) ** 2))
