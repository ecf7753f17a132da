"""Real series: two that come with PyWavelets, and columns of a user's own files. No torch."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from rnn.files import of_bearable_size

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
