"""How Plotly draws each mark: one function a mark, one line each in ``DRAW``.

Traces are plain dictionaries: Plotly checks them once, when the figure is put together.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from frenemy.figures import geometry
from frenemy.figures.figure import Panel
from frenemy.figures.gridded import Contour, HeatMap, Images, Surface
from frenemy.figures.labels import to_html
from frenemy.figures.marks import Band, Bars, Line, Mark, Points, Text
from frenemy.figures.scales import Range, place
from frenemy.figures.shapes import Arrows, Circle, HorizontalLine, VerticalLine
from frenemy.figures.style import Style

Trace = dict[str, Any]

_SYMBOLS = {
    "circle": "circle",
    "open-circle": "circle-open",
    # Plotly has no half-filled circle.
    "half-circle": "circle-open-dot",
    "square": "square",
    "open-square": "square-open",
    "diamond": "diamond",
    "open-diamond": "diamond-open",
    "triangle": "triangle-up",
    "star": "star",
    "plus": "cross",
    "cross": "x",
}
_SIMPLIFIED = 3000
"""Points above which Plotly may thin out a line while it draws."""

_ALIGNMENTS = {
    "center": "middle center",
    "left": "middle left",
    "right": "middle right",
    "above": "top center",
    "below": "bottom center",
}


@dataclass(frozen=True)
class Slate:
    """Where and how to draw: the panel, the style, the ranges shown and the panel's width : height.

    Attributes
    ----------
    axes : keys that put a trace into its panel: ``xaxis`` and ``yaxis``, or ``scene``.
    """

    panel: Panel
    style: Style
    ranges: tuple[Range, Range]
    aspect: float
    axes: dict[str, str]

    @property
    def pixels(self) -> float:
        """Pixels on the screen for a point on paper."""
        return self.style.screen_text / self.style.text

    def x(self, values: Any) -> np.ndarray:
        """Values of x as Plotly must get them: it has no symmetric logarithm of its own."""
        axis = self.panel.x
        return place(axis, values) if axis.scale == "symlog" else np.asarray(values)

    def y(self, values: Any) -> np.ndarray:
        """Values of y as Plotly must get them."""
        axis = self.panel.y
        return place(axis, values) if axis.scale == "symlog" else np.asarray(values)


def draw(mark: Mark, slate: Slate) -> list[Trace]:
    """The traces of a mark; the first one stands in the legend."""
    traces = DRAW[type(mark)](mark, slate)
    for index, trace in enumerate(traces):
        trace.update(slate.axes)
        if trace["type"] not in ("heatmap", "image", "surface"):
            trace["showlegend"] = index == 0 and mark in slate.panel.listed
        if mark.label is not None:
            trace["name"] = to_html(mark.label)
            trace["legendgroup"] = trace["name"]
    return traces


def _line(mark: Line, slate: Slate) -> list[Trace]:
    trace = _curve(slate, mark.x, mark.y, mark.color, mark.dash, mark.width)
    trace["opacity"] = mark.opacity
    return [_in_space(trace, mark.z, slate) | _hover(mark, slate, mark.x, mark.y)]


def _points(mark: Points, slate: Slate) -> list[Trace]:
    size = slate.style.marker * slate.pixels * mark.size
    empty = mark.symbol.startswith(("open-", "half-"))
    edge = slate.style.color(mark.color if empty else "background")
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": slate.x(mark.x),
        "y": slate.y(mark.y),
        "opacity": mark.opacity,
        "marker": {
            "symbol": _SYMBOLS[mark.symbol],
            "size": size,
            "color": slate.style.color(mark.color),
            "line": {"color": edge, "width": size * (0.2 if empty else 0.08)},
            "opacity": 1,
        },
    }
    if mark.z is not None:
        solid = {"triangle": "diamond", "star": "diamond", "half-circle": "circle-open"}
        trace["marker"]["symbol"] = _SYMBOLS[solid.get(mark.symbol, mark.symbol)]
        trace["marker"]["size"] = size * 0.7
    return [_in_space(trace, mark.z, slate) | _hover(mark, slate, mark.x, mark.y)]


def _band(mark: Band, slate: Slate) -> list[Trace]:
    known = np.isfinite(mark.x) & np.isfinite(mark.lower) & np.isfinite(mark.upper)
    x: list[float | None] = []
    y: list[float | None] = []
    for run in np.split(np.arange(len(known)), np.flatnonzero(np.diff(known)) + 1):
        if len(run) and known[run[0]]:
            x += [*mark.x[run], *mark.x[run][::-1], None]
            y += [*mark.upper[run], *mark.lower[run][::-1], None]
    trace = _area(slate, np.array(x, dtype=float), np.array(y, dtype=float), mark.color)
    return [trace | {"opacity": mark.opacity}]


def _bars(mark: Bars, slate: Slate) -> list[Trace]:
    base = float(slate.y(mark.base))
    trace: Trace = {
        "type": "bar",
        "x": slate.x(mark.x),
        "y": slate.y(mark.heights) - base,
        "base": base,
        "width": mark.width,
        "marker": {"color": slate.style.color(mark.color), "line": {"width": 0}},
    }
    if mark.errors is not None:
        ends = slate.y(mark.heights + mark.errors), slate.y(mark.heights - mark.errors)
        top = slate.y(mark.heights)
        trace["error_y"] = {
            "array": ends[0] - top,
            "arrayminus": top - ends[1],
            "color": slate.style.color("ink"),
            "thickness": 0.6 * slate.style.line * slate.pixels,
        }
    return [trace | _hover(mark, slate, mark.x, mark.heights)]


def _arrows(mark: Arrows, slate: Slate) -> list[Trace]:
    outlines = geometry.arrow_outlines(mark, slate.ranges, slate.aspect)
    gap = np.full((len(outlines), 1, 2), np.nan)
    corners = np.concatenate([outlines, outlines[:, :1], gap], axis=1).reshape(-1, 2)
    x, y = corners.astype(np.float32).T  # a picture has no more digits, and arrows many corners
    return [_area(slate, x, y, mark.color)]


def _text(mark: Text, slate: Slate) -> list[Trace]:
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": slate.x(mark.x),
            "y": slate.y(mark.y),
            "text": [to_html(text) for text in mark.text],
            "textposition": _ALIGNMENTS[mark.align],
            "textfont": {
                "size": slate.style.screen_text * mark.size,
                "color": slate.style.color(mark.color),
            },
            "hoverinfo": "skip",
        }
    ]


def _circle(mark: Circle, slate: Slate) -> list[Trace]:
    x, y = mark.outline()
    trace = _curve(slate, x, y, mark.color, mark.dash, mark.width) | {"hoverinfo": "skip"}
    if mark.fill is not None:
        trace |= {"fill": "toself", "fillcolor": _faint(slate.style.color(mark.fill), 0.1)}
    return [trace]


def _horizontal(mark: HorizontalLine, slate: Slate) -> list[Trace]:
    x, y = np.array(slate.ranges[0]), np.full(2, mark.y)
    return [_curve(slate, x, y, mark.color, mark.dash, mark.width) | {"hoverinfo": "skip"}]


def _vertical(mark: VerticalLine, slate: Slate) -> list[Trace]:
    x, y = np.full(2, mark.x), np.array(slate.ranges[1])
    return [_curve(slate, x, y, mark.color, mark.dash, mark.width) | {"hoverinfo": "skip"}]


def _heat_map(mark: HeatMap, slate: Slate) -> list[Trace]:
    low, high = mark.limits or (None, None)
    x, y = mark.edges()
    words = [to_html(text) for text in (slate.panel.x.label, slate.panel.y.label, mark.scale)]
    names = [word or letter for word, letter in zip(words, ("x", "y", "value"), strict=True)]
    cells: Trace = {
        "type": "heatmap",
        "x": slate.x(x),
        "y": slate.y(y),
        "z": np.asarray(mark.values, np.float32),  # a color has no more digits than these
        "zmin": low,
        "zmax": high,
        "colorscale": _colorscale(slate.style, mark.colormap),
        "showscale": mark.show_scale,
        "colorbar": {"title": {"text": to_html(mark.scale), "side": "right"}},
        "hovertemplate": f"{names[0]}: %{{x:.4g}}<br>{names[1]}: %{{y:.4g}}"
        f"<br>{names[2]}: %{{z:.4g}}<extra></extra>",
    }
    texts = geometry.cell_texts(mark, slate.style)
    if not texts:
        return [cells]
    everywhere = Text(
        np.concatenate([text.x for text, _ in texts]),
        np.concatenate([text.y for text, _ in texts]),
        [text.text[0] for text, _ in texts],
        size=texts[0][0].size,
    )
    (written,) = _text(everywhere, slate)
    written["textfont"]["color"] = [color for _, color in texts]
    return [cells, written]


def _contour(mark: Contour, slate: Slate) -> list[Trace]:
    lines = list(geometry.contour_lines(mark))
    if mark.color is not None:
        gap = np.array([np.nan])
        x = np.concatenate([part for _, line, _ in lines for part in (line, gap)])
        y = np.concatenate([part for _, _, line in lines for part in (line, gap)])
        return [
            _curve(slate, x, y, mark.color, mark.dash, mark.width) | {"hoverinfo": "skip"},
        ]
    colors = slate.style.level_colors(mark.colormap, len(lines))
    traces = []
    for (level, x, y), color in zip(lines, colors, strict=True):
        trace = _curve(slate, x, y, "ink", mark.dash, mark.width)
        trace["line"]["color"] = color
        traces.append(trace | {"hovertemplate": f"{level:.4g}<extra></extra>"})
    return traces


def _surface(mark: Surface, slate: Slate) -> list[Trace]:
    low, high = mark.limits or (None, None)
    return [
        {
            "type": "surface",
            "x": mark.x if mark.y.ndim == 1 else np.broadcast_to(mark.x, mark.y.shape),
            "y": mark.y,
            "z": mark.values,
            "cmin": low,
            "cmax": high,
            "colorscale": _colorscale(slate.style, mark.colormap),
            "opacity": mark.opacity,
            "showscale": False,
            "hovertemplate": "(%{x:.4g}, %{y:.4g}): %{z:.4g}<extra></extra>",
        }
    ]


def _images(mark: Images, slate: Slate) -> list[Trace]:
    picture: Trace = {
        "type": "image",
        "source": _png(geometry.album(mark)),
        "x0": 0.5,
        "dx": 1,
        "y0": 0.5,
        "dy": 1,
        "hoverinfo": "skip",
    }
    return [picture, *(_text(geometry.titles(mark), slate) if mark.titles else [])]


def _curve(
    slate: Slate, x: np.ndarray, y: np.ndarray, color: str, dash: str, width: float
) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": slate.x(x),
        "y": slate.y(y),
        "line": {
            "color": slate.style.color(color),
            "dash": dash,
            "width": slate.style.line * slate.pixels * width,
            "simplify": len(x) > _SIMPLIFIED,
        },
    }


def _area(slate: Slate, x: np.ndarray, y: np.ndarray, color: str) -> Trace:
    """A filled area without an outline; NaN parts its pieces."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": slate.x(x),
        "y": slate.y(y),
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": slate.style.color(color),
        "hoverinfo": "skip",
    }


def _in_space(trace: Trace, z: np.ndarray | None, slate: Slate) -> Trace:
    if z is None:
        return trace
    if "line" in trace:
        trace["line"].pop("simplify")
        trace["line"]["width"] *= 1.5
    return trace | {"type": "scatter3d", "z": z}


def _hover(mark: Mark, slate: Slate, x: np.ndarray, y: np.ndarray) -> Trace:
    """What the pointer shows: the values themselves, also where they are not drawn as they are."""
    words = [to_html(axis.label) or name for axis, name in _named_axes(slate.panel)]
    moved = isinstance(mark, Bars) or "symlog" in (slate.panel.x.scale, slate.panel.y.scale)
    names = ("customdata[0]", "customdata[1]") if moved else ("x", "y")
    text = f"{words[0]}: %{{{names[0]}:.5g}}<br>{words[1]}: %{{{names[1]}:.5g}}"
    if slate.panel.is_3d:
        text += f"<br>{words[2]}: %{{z:.5g}}"
    name = to_html(mark.label) if mark.label else ""
    values = {"customdata": np.stack([x, y], axis=1)} if moved else {}
    return values | {"hovertemplate": f"{text}<extra>{name}</extra>"}


def _named_axes(panel: Panel) -> list[tuple[Any, str]]:
    return [(panel.x, "x"), (panel.y, "y"), (panel.z or panel.y, "z")]


def _faint(color: str, opacity: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


def _colorscale(style: Style, role: str) -> list[list[Any]]:
    stops = style.colormaps[role]
    return [[i / (len(stops) - 1), stop] for i, stop in enumerate(stops)]


def _png(page: np.ndarray) -> str:
    """A picture of grey and opacity as the address of a PNG that holds it."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(page, mode="LA").save(file, format="PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


DRAW: dict[type[Mark], Callable[[Any, Slate], list[Trace]]] = {
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
