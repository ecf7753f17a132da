"""How matplotlib draws each mark: one function a mark, one line each in ``DRAW``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from frenemy.figures import geometry
from frenemy.figures.gridded import Contour, HeatMap, Images, Surface
from frenemy.figures.marks import Band, Bars, Line, Mark, Points, Text
from frenemy.figures.scales import Range
from frenemy.figures.shapes import Arrows, Circle, HorizontalLine, VerticalLine
from frenemy.figures.style import Style

_DASHES: dict[str, Any] = {
    "solid": "solid",
    "dash": (0, (5, 2.5)),
    "dot": (0, (1.2, 1.8)),
    "dashdot": (0, (5, 2, 1.2, 2)),
}
_SYMBOLS = {
    "circle": "o",
    "half-circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle": "^",
    "star": "*",
    "plus": "P",
    "cross": "X",
}
_FACTORS = {"star": 1.5, "plus": 1.15, "cross": 1.15, "triangle": 1.1}


@dataclass(frozen=True)
class Easel:
    """Where and how to draw: the axes, the style, the ranges shown and the height in the pile."""

    axes: Any
    style: Style
    ranges: tuple[Range, Range]
    level: int


def draw(mark: Mark, easel: Easel) -> list[Any]:
    """Draw a mark; what is returned can be removed again, and the first one stands in a legend."""
    return DRAW[type(mark)](mark, easel)


def _line(mark: Line, easel: Easel) -> list[Any]:
    look = _stroke(easel, mark.color, mark.dash, mark.width) | {"alpha": mark.opacity}
    where = (mark.x, mark.y) if mark.z is None else (mark.x, mark.y, mark.z)
    return list(easel.axes.plot(*where, solid_capstyle="round", **look))


def _points(mark: Points, easel: Easel) -> list[Any]:
    color = easel.style.color(mark.color)
    empty = easel.style.color("background")
    symbol = mark.symbol.removeprefix("open-")
    size = easel.style.marker * mark.size
    where = (mark.x, mark.y) if mark.z is None else (mark.x, mark.y, mark.z)
    return list(
        easel.axes.plot(
            *where,
            linestyle="none",
            marker=_SYMBOLS[symbol],
            markersize=size * _FACTORS.get(symbol, 1.0),
            markerfacecolor=empty if mark.symbol.startswith("open-") else color,
            markerfacecoloralt=empty,
            fillstyle="left" if symbol == "half-circle" else "full",
            markeredgecolor=color if mark.symbol.startswith(("open-", "half-")) else empty,
            markeredgewidth=size * (0.17 if mark.symbol.startswith(("open-", "half-")) else 0.08),
            alpha=mark.opacity,
            zorder=easel.level,
        )
    )


def _band(mark: Band, easel: Easel) -> list[Any]:
    color = easel.style.color(mark.color)
    known = np.isfinite(mark.lower) & np.isfinite(mark.upper)
    return [
        easel.axes.fill_between(
            mark.x,
            mark.lower,
            mark.upper,
            where=known,
            color=color,
            alpha=mark.opacity,
            linewidth=0,
            zorder=easel.level,
        )
    ]


def _bars(mark: Bars, easel: Easel) -> list[Any]:
    color = easel.style.color(mark.color)
    bars = easel.axes.bar(
        mark.x,
        mark.heights - mark.base,
        mark.width,
        bottom=mark.base,
        color=color,
        edgecolor=easel.style.color("background"),
        linewidth=0.3 * easel.style.line,
        zorder=easel.level,
    )
    drawn: list[Any] = list(bars)
    if mark.errors is not None:
        ends = easel.axes.errorbar(
            mark.x,
            mark.heights,
            yerr=mark.errors,
            fmt="none",
            ecolor=easel.style.color("ink"),
            elinewidth=0.6 * easel.style.line,
            capsize=0.5 * easel.style.marker,
            zorder=easel.level + 0.5,
        )
        drawn += [artist for artist in ends.get_children() if artist is not None]
    return drawn


def _arrows(mark: Arrows, easel: Easel) -> list[Any]:
    from matplotlib.collections import PolyCollection

    box = easel.axes.get_window_extent()
    equal = easel.axes.get_aspect() == 1
    (left, right), (bottom, top) = easel.ranges
    aspect = abs((right - left) / (top - bottom)) if equal else box.width / box.height
    outlines = PolyCollection(
        list(geometry.arrow_outlines(mark, easel.ranges, aspect)),
        facecolor=easel.style.color(mark.color),
        edgecolor="none",
        zorder=easel.level,
    )
    easel.axes.add_collection(outlines, autolim=False)
    return [outlines]


def _text(mark: Text, easel: Easel) -> list[Any]:
    across, up = {"left": ("right", "center"), "right": ("left", "center")}.get(
        mark.align, ("center", {"above": "bottom", "below": "top"}.get(mark.align, "center"))
    )
    gap = 0.35 * easel.style.text
    shift = {"left": (-gap, 0), "right": (gap, 0), "above": (0, gap), "below": (0, -gap)}
    return [
        easel.axes.annotate(
            text,
            (x, y),
            xytext=shift.get(mark.align, (0, 0)),
            textcoords="offset points",
            ha=across,
            va=up,
            fontsize=easel.style.text * mark.size,
            color=easel.style.color(mark.color),
            zorder=easel.level,
            annotation_clip=True,
        )
        for x, y, text in zip(mark.x, mark.y, mark.text, strict=True)
        if np.isfinite(x) and np.isfinite(y)
    ]


def _circle(mark: Circle, easel: Easel) -> list[Any]:
    drawn = easel.axes.plot(
        *mark.outline(), **_stroke(easel, mark.color, mark.dash, mark.width), solid_capstyle="round"
    )
    if mark.fill is not None:
        color = easel.style.color(mark.fill)
        look = {"facecolor": color, "alpha": 0.1, "linewidth": 0, "zorder": easel.level - 0.5}
        drawn += easel.axes.fill(*mark.outline(), **look)
    return list(drawn)


def _horizontal(mark: HorizontalLine, easel: Easel) -> list[Any]:
    return [easel.axes.axhline(mark.y, **_stroke(easel, mark.color, mark.dash, mark.width))]


def _vertical(mark: VerticalLine, easel: Easel) -> list[Any]:
    return [easel.axes.axvline(mark.x, **_stroke(easel, mark.color, mark.dash, mark.width))]


def _heat_map(mark: HeatMap, easel: Easel) -> list[Any]:
    low, high = mark.limits or (None, None)
    cells = easel.axes.pcolormesh(
        *mark.edges(),
        np.ma.masked_invalid(mark.values),
        cmap=_colormap(easel.style, mark.colormap),
        vmin=low,
        vmax=high,
        rasterized=mark.values.size > 400,
        zorder=easel.level,
    )
    drawn = [cells]
    for text, color in geometry.cell_texts(mark, easel.style):
        (artist,) = _text(text, easel)
        artist.set_color(color)
        drawn.append(artist)
    return drawn


def _contour(mark: Contour, easel: Easel) -> list[Any]:
    colors = _level_colors(mark, easel.style)
    drawn: list[Any] = []
    for (_, x, y), color in zip(geometry.contour_lines(mark), colors, strict=True):
        look = _stroke(easel, "ink", mark.dash, mark.width) | {"color": color}
        drawn += easel.axes.plot(x, y, **look)
    return drawn


def _surface(mark: Surface, easel: Easel) -> list[Any]:
    low, high = mark.limits or (None, None)
    finest = 80 if mark.y.ndim == 1 else 240  # rows of their own are there to be seen
    rows, columns = _some(len(mark.y), finest), _some(len(mark.x), 80)
    y = mark.y[:, None] if mark.y.ndim == 1 else mark.y
    grid = np.broadcast_arrays(mark.x, y, mark.values)
    return [
        easel.axes.plot_surface(
            *(part[np.ix_(rows, columns)] for part in grid),
            cmap=_colormap(easel.style, mark.colormap),
            vmin=low,
            vmax=high,
            rstride=1,
            cstride=1,
            linewidth=0,
            antialiased=False,
            alpha=mark.opacity,
            zorder=easel.level,
        )
    ]


def _some(many: int, most: int) -> np.ndarray:
    """Places of so many, both ends among them.

    matplotlib would thin out by strides, and where the last one is shorter its faces have other
    corners: it then projects memory that was never written, and may warn of an overflow.
    """
    return np.unique(np.linspace(0, many - 1, min(many, most)).round().astype(int))


def _images(mark: Images, easel: Easel) -> list[Any]:
    (left, right), (top, bottom) = mark.reach()
    page = geometry.album(mark)
    picture = easel.axes.imshow(
        page[..., [0, 0, 0, 1]],
        extent=(left, right, bottom, top),
        interpolation="nearest",
        aspect=easel.axes.get_aspect(),
        zorder=easel.level,
    )
    return [picture, *(_text(geometry.titles(mark), easel) if mark.titles else [])]


def _stroke(easel: Easel, color: str, dash: str, width: float) -> dict[str, Any]:
    return {
        "color": easel.style.color(color),
        "linestyle": _DASHES[dash],
        "linewidth": easel.style.line * width,
        "zorder": easel.level,
    }


def _colormap(style: Style, role: str) -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(role, list(style.colormaps[role]))


def _level_colors(mark: Contour, style: Style) -> list[Any]:
    """One colour per level: the mark's own, or places along its colour scale."""
    levels = np.atleast_1d(mark.levels)
    if mark.color is not None:
        return [style.color(mark.color)] * len(levels)
    return list(style.level_colors(mark.colormap, len(levels)))


DRAW: dict[type[Mark], Callable[[Any, Easel], list[Any]]] = {
    Line: _line,
    Points: _points,
    Band: _band,
    Bars: _bars,
    Arrows: _arrows,
    Text: _text,
    Circle: _circle,
    HorizontalLine: _horizontal,
    VerticalLine: _vertical,
    HeatMap: _heat_map,
    Contour: _contour,
    Surface: _surface,
    Images: _images,
}
