"""Where Plotly puts the legends: where they cover nothing."""

from __future__ import annotations

import re
from typing import Any

from frenemy.figures.figure import Figure
from frenemy.figures.paper_layout import balanced
from frenemy.figures.screen_places import domain, has_scale, suffix
from frenemy.figures.style import Style

LONGEST = 26
"""Characters of an entry that stand in one line."""


def add_legends(
    layout: dict[str, Any], figure: Figure, style: Style, traces: list[dict[str, Any]]
) -> None:
    """One legend if all panels agree: at the right of one panel, below several; else one each."""
    listed = [[mark.label for mark in panel.listed] for panel in figure.panels]
    used = [labels for labels in listed if labels]
    look = {"font": {"size": 0.85 * style.screen_text}, "bgcolor": "rgba(0,0,0,0)"}
    for trace in traces:
        if "name" in trace:
            trace["name"] = _wrapped(trace["name"])
    if not used:
        return
    if len(figure.panels) == 1 and not has_scale(figure.panels[0]):
        layout["legend"] = look | {"x": 1.01, "xanchor": "left", "y": 0.5, "yanchor": "middle"}
    elif all(labels == used[0] for labels in used):
        layout["legend"] = look | {
            "orientation": "h",
            "x": 0.5,
            "xanchor": "center",
            "y": 0.012,
            "yref": "container",
            "yanchor": "bottom",
        }
        _show_once(traces)
    else:
        _legend_per_panel(layout, figure, style, traces, look)


def _wrapped(name: str) -> str:
    """A long entry in several lines; tags, as for a subscript, do not count."""
    if len(re.sub("<[^>]*>", "", name)) <= LONGEST:
        return name
    return balanced(name, LONGEST).replace("\n", "<br>")


def _show_once(traces: list[dict[str, Any]]) -> None:
    """Let only the first trace of each name stand in a legend that panels share."""
    seen = set()
    for trace in traces:
        if trace.get("showlegend"):
            trace["showlegend"] = trace["name"] not in seen
            seen.add(trace["name"])


def _legend_per_panel(
    layout: dict[str, Any],
    figure: Figure,
    style: Style,
    traces: list[dict[str, Any]],
    look: dict[str, Any],
) -> None:
    size = style.screen_text
    longest = max(len(panel.listed) for panel in figure.panels)
    layout["height"] += 1.5 * size * longest * figure.rows
    layout["margin"]["b"] += (4 + 1.5 * longest) * size
    for index in range(len(figure.panels)):
        (left, right), (bottom, _) = domain(figure, index)
        name = f"legend{suffix(index)}"
        layout[name] = look | {
            "x": (left + right) / 2,
            "xanchor": "center",
            "y": bottom - 4.6 * size / layout["height"],
            "yanchor": "top",
        }
        number = suffix(index)
        for trace in traces:
            here = trace.get("xaxis") == f"x{number}" or trace.get("scene") == f"scene{number}"
            if here and trace.get("showlegend"):
                trace["legend"] = name
