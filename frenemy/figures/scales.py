"""How numbers become places along an axis and what range it shows, the same for both renderers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from frenemy.figures.figure import Axis, Figure
from frenemy.figures.gridded import Images
from frenemy.figures.marks import Mark

MARGIN = 0.05
"""Free space beyond the outermost mark, as a share of the axis."""

_LINEAR_PART = 1 / (1 - 1 / 10)

Range = tuple[float, float]


def place(axis: Axis, values: np.ndarray) -> np.ndarray:
    """Values as equally spaced places: themselves, their log10, or the symmetric logarithm.

    What a logarithm does not have becomes NaN.
    """
    values = np.asarray(values, dtype=float)
    if axis.scale == "linear":
        return values
    if axis.scale == "log":
        return np.log10(np.where(values > 0, values, np.nan))
    size = np.abs(values) / axis.linear_below
    outside = _LINEAR_PART + np.log10(np.maximum(size, 1))
    return np.asarray(np.sign(values) * np.where(size > 1, outside, size * _LINEAR_PART))


def value(axis: Axis, places: np.ndarray) -> np.ndarray:
    """The inverse of :func:`place`."""
    places = np.asarray(places, dtype=float)
    if axis.scale == "linear":
        return places
    if axis.scale == "log":
        return np.asarray(10.0**places)
    size = np.abs(places)
    outside = 10.0 ** (np.maximum(size, _LINEAR_PART) - _LINEAR_PART)
    inside = size / _LINEAR_PART
    size = np.where(size > _LINEAR_PART, outside, inside)
    return np.asarray(np.sign(places) * axis.linear_below * size)


def panel_range(figure: Figure, index: int) -> tuple[Range, Range]:
    """First and last value of the x and the y axis of a panel, over all frames."""
    panel = figure.panels[index]
    marks = list(_marks_ever(figure, index))
    across = _axis_range(panel.x, [(m.reach()[0], m.flush()[0]) for m in marks])
    up = _axis_range(panel.y, [(m.reach()[1], m.flush()[1]) for m in marks])
    if panel.y.range is None and any(isinstance(mark, Images) for mark in marks):
        return across, (up[1], up[0])
    return across, up


def log_ticks(ends: Range) -> list[float] | None:
    """Plain numbers for a logarithmic axis of less than two decades; None where powers of 10 do."""
    low, high = min(ends), max(ends)
    if high / low >= 100:
        return None
    steps = (1, 2, 5) if high / low > 8 else (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    ticks = [float(f"{step}e{decade}") for decade in decades for step in steps]
    return [tick for tick in ticks if low <= tick <= high]


def symlog_ticks(axis: Axis, ends: Range) -> list[float]:
    """Zero and signed powers of ten within the ends, at most nine."""
    top = max(abs(end) for end in ends) / axis.linear_below
    decades = max(int(np.floor(np.log10(top))) if top > 0 else 0, 0)
    every = max(1, int(np.ceil((decades + 1) / 4)))
    powers = axis.linear_below * 10.0 ** np.arange(0, decades + 1, every)
    ticks = np.concatenate([-powers[::-1], [0.0], powers])
    return [float(tick) for tick in ticks if min(ends) <= tick <= max(ends)]


def _marks_ever(figure: Figure, index: int) -> Iterator[Mark]:
    """The marks of a panel and all that take their places."""
    yield from figure.panels[index].marks
    names = {name for panel, name, _ in figure.named() if panel == index}
    for frame in figure.frames:
        yield from (mark for name, mark in frame.marks.items() if name in names)


def _axis_range(axis: Axis, wanted: list[tuple[np.ndarray, np.ndarray]]) -> Range:
    if axis.range is not None:
        return axis.range
    reach = place(axis, np.concatenate([reach for reach, _ in wanted] or [np.empty(0)]))
    flush = place(axis, np.concatenate([flush for _, flush in wanted] or [np.empty(0)]))
    reach, flush = reach[np.isfinite(reach)], flush[np.isfinite(flush)]
    if reach.size == 0:
        reach = np.array([0.0, 1.0])
    low, high = float(reach.min()), float(reach.max())
    margin = MARGIN * (high - low) or 0.5
    low -= 0 if low in flush else margin
    high += 0 if high in flush else margin
    ends = value(axis, np.array([low, high]))
    return float(ends[0]), float(ends[1])
