"""A figure as the page shows it: with or without its frames, on the page's own background."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from frenemy.figures import Figure
from frenemy.figures.screen import specification
from frenemy.figures.screen_script import to_json
from frenemy.figures.style import STYLES, Style

CLEAR = "rgba(0,0,0,0)"
SCREEN_TEXT = 16
"""Size of a label in pixels: a page is read from nearer than a slide."""


def chart(figure: Figure, style: str, *, moving: bool, clickable: bool, large: bool = False) -> str:
    """A figure as JSON that Plotly draws.

    Parameters
    ----------
    figure : what to draw.
    style : one of ``STYLES`` by name.
    moving : whether it gets its frames and a play button. A still picture is a tenth as large.
    clickable : whether a click anywhere in a panel tells its point.
    large : whether it is read from the back row: as large as on a slide.
    """
    shown = figure if moving else replace(figure, frames=())
    look = STYLES[style] if large else _near(STYLES[style])
    drawing = specification(shown, look)
    drawing["layout"] |= {
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "modebar": {
            "bgcolor": CLEAR, "color": look.color("muted"), "activecolor": look.color("ink"),
        },
        "clickanywhere": clickable,
        "uirevision": _window(drawing["layout"]),
    }  # fmt: skip
    _keep_hidden(drawing)
    return to_json(drawing)


def _near(style: Style) -> Style:
    return replace(style, screen_text=min(style.screen_text, SCREEN_TEXT))


def _keep_hidden(drawing: dict[str, Any]) -> None:
    """What a reader has hidden by the legend stays so while the same curves are drawn."""
    listed = str([trace.get("name") for trace in drawing["data"]])
    for name, legend in drawing["layout"].items():
        if name.startswith("legend"):
            legend["uirevision"] = listed


def _window(layout: dict[str, Any]) -> str:
    """What a figure shows at first: while that stays, so does what a reader has zoomed in on."""
    axes = [axis for name, axis in layout.items() if name[1:].startswith("axis")]
    return str([(axis["range"], axis["type"]) for axis in axes])
