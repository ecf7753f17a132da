"""A figure as the page shows it: with or without its frames, on the page's own background."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from frenemy.figures import Figure, to_plotly, with_click_grid
from frenemy.figures.scales import panel_range
from frenemy.figures.style import STYLES, Style

CLEAR = "rgba(0,0,0,0)"
SCREEN_TEXT = 16
"""Size of a label in pixels: a page is read from nearer than a slide."""


def chart(figure: Figure, style: str, *, moving: bool, clickable: bool, large: bool = False) -> Any:
    """The Plotly figure of a page.

    Parameters
    ----------
    figure : what to draw.
    style : one of ``STYLES`` by name.
    moving : whether it gets its frames and a play button. A still picture is a tenth as large.
    clickable : whether a click on the first panel picks a point.
    large : whether it is read from the back row: as large as on a slide.
    """
    shown = figure if moving else replace(figure, frames=())
    drawing = to_plotly(shown, STYLES[style] if large else _near(STYLES[style]))
    if clickable:
        drawing = with_click_grid(drawing, *panel_range(figure, 0))
    drawing.update_layout(paper_bgcolor=CLEAR, plot_bgcolor=CLEAR)
    return drawing


def _near(style: Style) -> Style:
    return replace(style, screen_text=min(style.screen_text, SCREEN_TEXT))
