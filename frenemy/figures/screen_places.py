"""Which part of the screen each panel takes, and what Plotly calls its axes."""

from __future__ import annotations

from frenemy.figures.figure import Figure, Panel
from frenemy.figures.gridded import HeatMap
from frenemy.figures.scales import Range

_SCALE_WIDTH = 0.11
MOST_GAPS = 0.6
"""The share of the screen that gaps between panels take at most."""


def suffix(index: int) -> str:
    """Plotly's number of an axis or a scene: the first has none."""
    return "" if index == 0 else str(index + 1)


def domain(figure: Figure, index: int) -> tuple[Range, Range]:
    """The part of the drawing area that a panel takes: (left, right), (bottom, top) from 0 to 1."""
    row, column = divmod(index, figure.columns or 1)
    bare = all(panel.x.hidden for panel in figure.panels)
    across, up = (0.03, 0.12) if bare else (0.1, 0.24)
    across = min(across, MOST_GAPS / max((figure.columns or 1) - 1, 1))
    up = min(up, MOST_GAPS / max(figure.rows - 1, 1))
    width = (1 - across * ((figure.columns or 1) - 1)) / (figure.columns or 1)
    height = (1 - up * (figure.rows - 1)) / figure.rows
    left, top = column * (width + across), 1 - row * (height + up)
    right, bottom = min(left + width, 1.0), max(top - height, 0.0)  # rounding leaves the screen
    if has_scale(figure.panels[index]):
        right -= _SCALE_WIDTH
    head = 0.07 if any(panel.title for panel in figure.panels) else 0.0
    return (left, right), (bottom, top - head * height)


def has_scale(panel: Panel) -> bool:
    """Whether a colour scale stands beside the panel."""
    return any(isinstance(mark, HeatMap) and mark.show_scale for mark in panel.marks)
