"""Figures for the screen: Plotly draws a Figure in a browser, with zoom, hover and play."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

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

    return go.Figure(specification(figure, find_style(style)))


def specification(figure: Figure, style: Style) -> dict[str, Any]:
    """What Plotly is asked to draw, which it has not checked: data, layout and frames.

    Numbers are numpy's arrays.
    """
    slates = [_slate(figure, index, style) for index in range(len(figure.panels))]
    traces: list[Trace] = []
    places: dict[str, tuple[Slate, list[int]]] = {}
    for slate in slates:
        for mark in slate.panel.marks:
            drawn = draw(mark, slate)
            if mark.name is not None:
                at = list(range(len(traces), len(traces) + len(drawn)))
                places[mark.name] = (slate, at)
            traces += drawn
    layout = lay_out(figure, style, traces)
    return {"data": traces, "layout": layout, "frames": _frames(figure, places, traces)}


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
