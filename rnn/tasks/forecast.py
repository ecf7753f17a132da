"""Forecast a real series: the next value at every step, then freely on from its own answers."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from rnn.tasks._task import Task, at_least, of_bearable_size

HELD_OUT = 0.25
"""The last part of a series, which training never sees."""
LEAST = 60
SERIES = {
    "ecg": "electrocardiogram (1,024 samples)",
    "nino": "sea-surface temperature (264 months)",
}


def series(name: str) -> np.ndarray:
    """A series that comes with PyWavelets: ``ecg`` or ``nino``, shape ``(n,)``."""
    import pywt.data

    if name not in SERIES:
        raise ValueError(f"series must be one of {', '.join(SERIES)}; got {name!r}")
    if name == "ecg":
        return np.asarray(pywt.data.ecg(), dtype=float)
    return np.asarray(pywt.data.nino()[1], dtype=float)


def series_of(path: str | Path, column: str | int | None = None) -> np.ndarray:
    """A column of a user's own CSV file, shape ``(n,)``.

    Parameters
    ----------
    path : the file; a first row that holds no numbers is a header.
    column : its name or number, from 0; None takes the first that holds numbers alone.

    Raises
    ------
    ValueError
        If there is no such column, a value is missing or no number, there are too few, or the
        file is too large.
    """
    path = of_bearable_size(path)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name} is no CSV file: {error}") from None
    if not rows:
        raise ValueError(f"{path.name} is empty")
    header = [] if any(_number(cell) is not None for cell in rows[0]) else rows[0]
    body = rows[1:] if header else rows
    place = _place(path.name, column, header, body)
    values = []
    for number, row in enumerate(body, start=2 if header else 1):
        value = _number(row[place]) if place < len(row) else None
        if value is None:
            raise ValueError(
                f"row {number} of {path.name} holds no finite number in column {place}; fill the "
                "gap or leave the row out"
            )
        values.append(value)
    return usable(np.array(values), path.name)


def usable(values: np.ndarray, name: str = "the series") -> np.ndarray:
    """The series, if a forecast can be learnt from it.

    Raises
    ------
    ValueError
        If it is too short, constant, or holds a value that is not finite.
    """
    if values.ndim != 1 or len(values) < LEAST:
        raise ValueError(
            f"{name} has shape {values.shape}; a forecast needs {LEAST} values in a row"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds a value that is not finite; fill the gap")
    if np.ptp(values) == 0:
        raise ValueError(f"{name} is constant; there is nothing to learn")
    return values


def _place(name: str, column: str | int | None, header: list[str], body: list[list[str]]) -> int:
    if isinstance(column, str):
        if column not in header:
            raise ValueError(
                f"{name} has no column {column!r}; it has {', '.join(header) or 'none'}"
            )
        return header.index(column)
    if column is not None:
        return column
    for place in range(len(body[0]) if body else 0):
        if all(place < len(row) and _number(row[place]) is not None for row in body):
            return place
    raise ValueError(f"{name} has no column that holds numbers alone")


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


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
