"""The numbers in a figure as one long table of CSV: a row for each point, bar, arrow or cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from frenemy.figures import (
    Arrows,
    Band,
    Bars,
    Circle,
    Contour,
    Figure,
    HeatMap,
    HorizontalLine,
    Images,
    Line,
    Mark,
    Points,
    Surface,
    Text,
    VerticalLine,
)


@dataclass(frozen=True)
class Numbers:
    """The numbers of a mark: columns of one length."""

    columns: dict[str, Any]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Column name -> number, row by row."""
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, values, strict=True))


COLUMNS = (
    "panel", "mark", "label", "x", "y", "z", "value", "u", "v", "lower", "upper", "error",
    "image", "text",
)  # fmt: skip


def to_csv(figure: Figure) -> str:
    """The data of a figure; columns that no mark fills are left out, numbers keep all digits."""
    rows = [
        {"panel": number, "mark": type(mark).__name__, "label": mark.label or mark.name or ""} | row
        for number, panel in enumerate(figure.panels, start=1)
        for mark in panel.marks
        for row in _NUMBERS[type(mark)](mark).rows()
    ]
    used = {name for row in rows for name in row}
    file = io.StringIO()
    writer = csv.DictWriter(file, [name for name in COLUMNS if name in used], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _plain(value) for name, value in row.items()} for row in rows)
    return file.getvalue()


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _curve(mark: Line | Points) -> Numbers:
    space = {} if mark.z is None else {"z": mark.z}
    return Numbers({"x": mark.x, "y": mark.y} | space)


def _bars(mark: Bars) -> Numbers:
    errors = {} if mark.errors is None else {"error": mark.errors}
    return Numbers({"x": mark.x, "y": mark.heights} | errors)


def _grid(mark: HeatMap | Contour | Surface) -> Numbers:
    x, y = np.meshgrid(mark.x, mark.y)
    return Numbers({"x": x.ravel(), "y": y.ravel(), "value": mark.values.ravel()})


def _images(mark: Images) -> Numbers:
    """Each pixel: image counted from 1, x from the left, y from the top."""
    image, y, x = np.indices(mark.pixels.shape)
    columns = {"image": image.ravel() + 1, "x": x.ravel(), "y": y.ravel()}
    return Numbers(columns | {"value": mark.pixels.ravel()})


_NUMBERS: dict[type[Mark], Callable[[Any], Numbers]] = {
    Line: _curve,
    Points: _curve,
    Band: lambda mark: Numbers({"x": mark.x, "lower": mark.lower, "upper": mark.upper}),
    Bars: _bars,
    Arrows: lambda mark: Numbers({"x": mark.x, "y": mark.y, "u": mark.u, "v": mark.v}),
    Text: lambda mark: Numbers({"x": mark.x, "y": mark.y, "text": mark.text}),
    Circle: lambda mark: Numbers(dict(zip("xy", mark.outline(), strict=True))),
    HorizontalLine: lambda mark: Numbers({"y": [mark.y]}),
    VerticalLine: lambda mark: Numbers({"x": [mark.x]}),
    HeatMap: _grid,
    Contour: _grid,
    Surface: _grid,
    Images: _images,
}
