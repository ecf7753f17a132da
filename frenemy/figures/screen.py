"""Figures for the screen: Plotly draws a Figure in a browser, with zoom, hover and play."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.figures._checks import interval
from frenemy.figures.figure import Figure, Frame
from frenemy.figures.scales import panel_range
from frenemy.figures.screen_layout import lay_out
from frenemy.figures.screen_marks import Slate, Trace, draw
from frenemy.figures.screen_places import suffix
from frenemy.figures.style import Style, find_style

if TYPE_CHECKING:
    import plotly.graph_objects as go


def to_plotly(figure: Figure, style: str | Style = "slide") -> go.Figure:
    """The figure as a Plotly figure that fills the width it is given.

    Frames get a play button and a slider; the figure begins at rest.

    Parameters
    ----------
    figure : what to draw.
    style : one of ``STYLES`` by name, or a style.
    """
    import plotly.graph_objects as go

    look = find_style(style)
    slates = [_slate(figure, index, look) for index in range(len(figure.panels))]
    traces: list[Trace] = []
    places: dict[str, tuple[Slate, list[int]]] = {}
    for slate in slates:
        for mark in slate.panel.marks:
            drawn = draw(mark, slate)
            if mark.name is not None:
                at = list(range(len(traces), len(traces) + len(drawn)))
                places[mark.name] = (slate, at)
            traces += drawn
    layout = lay_out(figure, look, traces)
    frames = _frames(figure, places, traces)
    return go.Figure({"data": traces, "layout": layout, "frames": frames})


def with_click_grid(
    plotly_figure: go.Figure,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    n: int = 41,
) -> go.Figure:
    """A copy of a figure in which a click anywhere on the first panel picks a point (x, y).

    An invisible grid of n by n points lies over the panel and alone answers the pointer, so what
    is picked is a point of the grid: its ``x`` and ``y`` are the coordinates. Everything else in
    the panel stays as it looks and no longer answers.

    Parameters
    ----------
    plotly_figure : from :func:`to_plotly`, with linear axes.
    x_range, y_range : the part that can be clicked.
    n : points along each side, at least 2.
    """
    import plotly.graph_objects as go

    if n < 2:
        raise ValueError(f"n must be at least 2 points along each side; got {n}")
    x, y = np.meshgrid(
        np.linspace(*interval(x_range, "x_range"), n), np.linspace(*interval(y_range, "y_range"), n)
    )
    copy = plotly_figure.to_dict()
    for trace in copy["data"]:
        if trace.get("xaxis", "x") == "x" and "scene" not in trace:
            trace["hoverinfo"] = "skip"
            trace.pop("hovertemplate", None)
            if trace["type"] == "scatter":
                trace["unselected"] = {"marker": {"opacity": 1}}
    copy["data"] = [*copy["data"], _grid_of_points(x.ravel(), y.ravel())]
    copy["layout"] |= {"hovermode": "closest", "hoverdistance": -1, "clickmode": "event+select"}
    return go.Figure(copy)


def _grid_of_points(x: np.ndarray, y: np.ndarray) -> Trace:
    invisible = {"marker": {"opacity": 0}}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "xaxis": "x",
        "yaxis": "y",
        # A point answers the pointer, drawn or not; drawing 1681 would take a page 100 ms.
        "marker": {"size": 12, "opacity": 0, "maxdisplayed": 1},
        "selected": invisible,
        "unselected": invisible,
        "showlegend": False,
        "hovertemplate": "start here: (%{x:.3g}, %{y:.3g})<extra></extra>",
        "name": "click grid",
    }


def _slate(figure: Figure, index: int, style: Style) -> Slate:
    panel = figure.panels[index]
    ranges = panel_range(figure, index)
    across, up = (abs(end - start) for start, end in ranges)
    aspect = across / up if panel.equal_aspect else 1.5 * figure.rows / (figure.columns or 1)
    number = suffix(index)
    axes = (
        {"scene": f"scene{number}"}
        if panel.is_3d
        else {"xaxis": f"x{number}", "yaxis": f"y{number}"}
    )
    return Slate(panel, style, ranges, aspect, axes)


def _frames(
    figure: Figure, places: dict[str, tuple[Slate, list[int]]], traces: list[Trace]
) -> list[Trace]:
    """The frames. Each says of a trace its type, and whatever is not the same in all of them."""
    moments = [_moment(frame, places) for frame in figure.frames]
    moving: dict[int, set[str]] = {}
    for moment in moments:
        for place, trace in moment.items():
            rest = traces[place]
            changed = {key for key in trace if not _same(trace[key], rest.get(key))}
            moving.setdefault(place, {"type"}).update(changed - _LISTED)
    return [
        {
            "name": str(index),
            "data": [
                {key: value for key, value in trace.items() if key in moving[place]}
                for place, trace in moment.items()
            ],
            "traces": list(moment),
        }
        for index, moment in enumerate(moments)
    ]


def _moment(frame: Frame, places: dict[str, tuple[Slate, list[int]]]) -> dict[int, Trace]:
    """Place among all traces -> the trace in this frame."""
    shown: dict[int, Trace] = {}
    for name, mark in frame.marks.items():
        slate, indices = places[name]
        drawn = draw(mark, slate)
        if len(drawn) != len(indices):
            raise ValueError(
                f"frame {frame.label!r} changes how many lines {name!r} is drawn with "
                f"({len(indices)} to {len(drawn)}); keep the number of levels or titles"
            )
        shown |= dict(zip(indices, drawn, strict=True))
    return shown


_LISTED = {"name", "legendgroup", "showlegend"}
"""What a trace shows in the legend, which frames leave alone."""


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return bool(one == other)
