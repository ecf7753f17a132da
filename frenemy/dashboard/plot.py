"""A chart on the page. Where it changes it is drawn anew in place, and what was zoomed stays so.

Streamlit's own element for Plotly throws a chart away that changes at all, and draws the next one
twice: a good third of what a student waits for between a knob and its picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from frenemy.dashboard.files import code, script_address

CSS = """
.chart { width: 100%; }
.chart:fullscreen { background: var(--st-background-color); }
.chart.failed { color: var(--st-text-color); }
"""


@cache
def _component() -> Callable[..., Any]:
    html = '<div class="chart" role="figure"></div>'
    return st.components.v2.component(
        "chart", html=html, css=CSS, js=code("plotly.js", "plot.js"), isolate_styles=False
    )


def is_point(told: Any) -> bool:
    """Whether what a browser tells is two finite numbers, as a click is; anybody may send more."""
    return (
        isinstance(told, list)
        and len(told) == 2
        and all(type(one) in (int, float) and math.isfinite(one) for one in told)
    )


def show(
    chart: str,
    *,
    key: str,
    title: str,
    on_click: Callable[[float, float], None] | None = None,
    large: bool = False,
) -> None:
    """Draw a chart.

    Parameters
    ----------
    chart : of :func:`frenemy.dashboard.charts.chart`.
    title : what it shows, for readers who do not see it.
    on_click : called with the point (x, y) of the first panel that was clicked.
    large : whether the page's style says how high it is, not the chart.
    """

    def take() -> None:
        point = st.session_state[key].point
        if on_click is not None and is_point(point):
            on_click(*point)

    data = {
        "chart": chart, "title": title, "large": large, "clickable": on_click is not None,
        "script": script_address(),
    }  # fmt: skip
    _component()(data=data, key=key, on_point_change=take)
