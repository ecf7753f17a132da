"""Marks over a grid: heat maps, contours, surfaces and stacks of images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

import numpy as np

from frenemy.figures._checks import choice, interval, numbers, positive
from frenemy.figures.labels import check_label
from frenemy.figures.marks import Mark, Reach
from frenemy.figures.style import COLORMAPS, COLORS, DASHES


@dataclass(frozen=True, eq=False)
class HeatMap(Mark):
    """Values over a grid as colours; NaN stays blank.

    Parameters
    ----------
    x, y : centres of the cells, ascending, shapes ``(m,)`` and ``(n,)``.
    values : shape ``(n, m)``: row i belongs to ``y[i]``.
    scale : what the colours measure, with its unit; written beside the colour scale.
    show_scale : whether the colour scale is drawn.
    colormap : one of ``COLORMAPS``; "diverging" is centred on 0 unless ``limits`` are given.
    limits : values at the two ends of the colour scale; None takes them from the values.
    texts : n rows of m texts, written in the cells in black or white as can be read; None for none.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    _: KW_ONLY
    scale: str = ""
    show_scale: bool = True
    colormap: str = "sequential"
    limits: tuple[float, float] | None = None
    texts: Sequence[Sequence[str]] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _no_label(self, "scale")
        self._keep(**_grid(self.x, self.y, self.values, least=1))
        self._keep(limits=_limits(self.limits, self.values, self.colormap))
        check_label(self.scale, "scale")
        if self.texts is not None:
            texts = tuple(tuple(line) for line in self.texts)
            if tuple(map(len, texts)) != (len(self.x),) * len(self.y):
                raise ValueError(
                    f"texts must be {len(self.y)} rows of {len(self.x)} texts, one per cell; "
                    f"got rows of {', '.join(str(len(line)) for line in texts) or 'nothing'}"
                )
            for line in texts:
                for text in line:
                    check_label(text, "texts")
            self._keep(texts=texts)

    def edges(self) -> Reach:
        """The borders of the cells along x and y, shapes ``(m + 1,)`` and ``(n + 1,)``."""
        return _edges(self.x), _edges(self.y)

    def reach(self) -> Reach:
        return self.edges()

    def flush(self) -> Reach:
        return self.edges()


@dataclass(frozen=True, eq=False)
class Contour(Mark):
    """Lines along which a function on a grid has the same value.

    Parameters
    ----------
    x, y : ascending, shapes ``(m,)`` and ``(n,)``.
    values : shape ``(n, m)``; NaN stays blank.
    levels : the values, or how many evenly spaced ones to take.
    color : a colour role, or None to colour each line by its level.
    colormap : the colour scale used then.
    dash, width : as for :class:`~frenemy.figures.marks.Line`.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    _: KW_ONLY
    levels: int | Sequence[float] = 8
    color: str | None = "muted"
    colormap: str = "sequential"
    dash: str = "solid"
    width: float = 0.6

    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep(**_grid(self.x, self.y, self.values, least=2))
        low, high = _limits(None, self.values, "sequential")
        if isinstance(self.levels, int):
            count = int(positive(self.levels, "levels"))
            levels = np.linspace(low, high, count + 2)[1:-1]
        else:
            levels = numbers(self.levels, "levels", dimensions=1)
        self._keep(levels=tuple(float(level) for level in levels))
        self._keep(width=positive(self.width, "width"))
        choice(self.colormap, "colormap", COLORMAPS)
        choice(self.dash, "dash", DASHES)
        if self.color is not None:
            choice(self.color, "color", COLORS)

    def reach(self) -> Reach:
        return self.x, self.y


@dataclass(frozen=True, eq=False)
class Surface(Mark):
    """A function of two variables as a surface in space; needs a panel with a z axis.

    Parameters
    ----------
    x : ascending, shape ``(m,)``.
    y : ascending, shape ``(n,)``; or ``(n, m)``, where each column has its own.
    values : heights, shape ``(n, m)``; NaN stays open.
    colormap : one of ``COLORMAPS``, by height.
    limits : heights at the two ends of the colour scale; None takes them from the values.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    _: KW_ONLY
    colormap: str = "sequential"
    limits: tuple[float, float] | None = None
    opacity: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _no_label(self, "the panel's title")
        if np.ndim(self.y) == 2:
            heights = _own_heights(self.y, numbers(self.values, "values", dimensions=2))
            self._keep(**_grid(self.x, np.arange(len(heights)), self.values, least=2))
            self._keep(y=heights)
        else:
            self._keep(**_grid(self.x, self.y, self.values, least=2))
        self._keep(limits=_limits(self.limits, self.values, self.colormap))
        if not 0 <= self.opacity <= 1:
            raise ValueError(f"opacity must be between 0 and 1; got {self.opacity!r}")

    @property
    def is_3d(self) -> bool:
        return True

    def reach(self) -> Reach:
        return self.x, np.ravel(self.y)


@dataclass(frozen=True, eq=False)
class Images(Mark):
    """A stack of grey images, laid out in rows like the pages of an album.

    The unit of the panel is a pixel; the album begins at (0, 0) in the upper left corner, and the y
    axis points down.

    Parameters
    ----------
    pixels : shape ``(n, h, w)``.
    rows, columns : of the layout; what is not given follows, and with neither it is near square.
    titles : a short text under each image, n of them, or none at all.
    limits : pixel values of black and white; None takes them from the pixels.
    """

    pixels: np.ndarray
    _: KW_ONLY
    rows: int | None = None
    columns: int | None = None
    titles: Sequence[str] = ()
    limits: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _no_label(self, "titles")
        pixels = numbers(self.pixels, "pixels", dimensions=3)
        if 0 in pixels.shape:
            raise ValueError(f"pixels must hold at least one image; got shape {pixels.shape}")
        rows, columns = _layout(len(pixels), self.rows, self.columns)
        titles = tuple(self.titles)
        if titles and len(titles) != len(pixels):
            raise ValueError(
                f"titles must have one entry per image ({len(pixels)}) or none; got {len(titles)}"
            )
        for title in titles:
            check_label(title, "titles")
        self._keep(pixels=pixels, rows=rows, columns=columns, titles=titles)
        self._keep(limits=_limits(self.limits, pixels, "gray"))

    @property
    def layout(self) -> tuple[int, int]:
        """How many rows and columns there are."""
        return _layout(len(self.pixels), self.rows, self.columns)

    @property
    def gap(self) -> int:
        """Pixels left free between two images."""
        return max(1, round(0.08 * int(max(self.pixels.shape[1:]))))

    @property
    def tile(self) -> tuple[int, int]:
        """Width and height in pixels of the place of one image, its gap and title included."""
        _, height, width = self.pixels.shape
        below = round(0.25 * height) + 1 if self.titles else 0
        return width + self.gap, height + self.gap + below

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """The left and the top pixel of each image, counted from the upper left corner."""
        across, down = self.tile
        row, column = np.divmod(np.arange(len(self.pixels)), self.layout[1])
        return self.gap + column * across, self.gap + row * down

    def reach(self) -> Reach:
        rows, columns = self.layout
        across, down = self.tile
        return np.array([0, self.gap + columns * across]), np.array([0, self.gap + rows * down])

    def flush(self) -> Reach:
        return self.reach()


def _no_label(mark: Mark, instead: str) -> None:
    if mark.label is not None:
        raise ValueError(
            f"a {type(mark).__name__} has no entry in the legend; say what it is with {instead}, "
            f"not label={mark.label!r}"
        )


def _grid(x: object, y: object, values: object, *, least: int) -> dict[str, np.ndarray]:
    arrays = {
        "x": numbers(x, "x", dimensions=1),
        "y": numbers(y, "y", dimensions=1),
        "values": numbers(values, "values", dimensions=2),
    }
    expected = (len(arrays["y"]), len(arrays["x"]))
    if arrays["values"].shape != expected:
        raise ValueError(
            f"values must have shape (len(y), len(x)) = {expected}; got {arrays['values'].shape}"
        )
    for name in ("x", "y"):
        if len(arrays[name]) < least or not np.all(np.diff(arrays[name]) > 0):
            raise ValueError(f"{name} must be ascending with at least {least} entry(ies)")
    return arrays


def _own_heights(y: object, values: np.ndarray) -> np.ndarray:
    heights = numbers(y, "y", dimensions=2)
    if heights.shape != values.shape:
        raise ValueError(
            f"y must have the shape of values, {values.shape}, if each column has its own; "
            f"got {heights.shape}"
        )
    if not np.all(np.diff(heights, axis=0) >= 0):
        raise ValueError("y must be ascending down every column")
    return heights


def _limits(given: object, values: np.ndarray, colormap: str) -> tuple[float, float]:
    choice(colormap, "colormap", COLORMAPS)
    if given is not None:
        return interval(given, "limits")
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if colormap == "diverging":
        end = max(abs(low), abs(high))
        low, high = -end, end
    return (low, high) if low < high else (low - 0.5, low + 0.5)


def _edges(centres: np.ndarray) -> np.ndarray:
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middles = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - middles[0], 2 * centres[-1] - middles[-1]
    return np.concatenate([[first], middles, [last]])


def _layout(count: int, rows: int | None, columns: int | None) -> tuple[int, int]:
    if rows is None and columns is None:
        columns = math.ceil(math.sqrt(count))
    if columns is None:
        columns = math.ceil(count / int(positive(rows or 0, "rows")))
    columns = int(positive(columns, "columns"))
    rows = math.ceil(count / columns) if rows is None else int(positive(rows, "rows"))
    if rows * columns < count:
        raise ValueError(
            f"{rows} rows of {columns} columns hold fewer than the {count} images; "
            "raise rows or columns, or leave one out"
        )
    return rows, columns
