"""A square to draw data in with the mouse."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from frenemy.dashboard import values
from frenemy.dashboard.files import code
from frenemy.dashboard.laboratory.stage import colors
from frenemy.dashboard.theme import style
from frenemy.lessons import Lesson
from frenemy.lessons._drawing import HALF, decoded, encoded
from frenemy.lessons._plane_gans import DRAWN

HTML = """
<div class="brush">
  <canvas width="300" height="300" aria-label="draw points here with the mouse"></canvas>
  <div><button data-do="use">Learn this</button> <button data-do="clear">Clear</button>
  <span class="count"></span></div>
</div>
"""
CSS = """
.brush { font-family: var(--st-font); color: var(--st-text-color); }
.brush canvas { border: 1px solid var(--st-border-color); border-radius: .3rem; cursor: crosshair;
  touch-action: none; }
.brush button { font: inherit; padding: .3rem .8rem; color: inherit; background: transparent;
  border: 1px solid var(--st-border-color); border-radius: .5rem; cursor: pointer; }
"""


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "gan_laboratory_brush", html=HTML, css=CSS, js=code("laboratory/brush.js")
    )


def draw_data(lesson: Lesson) -> None:
    """The square, with the points that are learnt now."""
    key = f"{lesson.name}:brush"
    try:
        points = decoded(values.of(lesson)["drawing"])
    except ValueError:
        points = np.empty((0, 2))
    st.caption(
        "Draw with the mouse, then press 'Learn this': both networks begin anew on these points. "
        "The address of the page holds them."
    )
    data = {"points": points.tolist(), "half": HALF, "color": colors(style())["colors"]["real"]}
    _component()(data=data, key=key, on_drawn_change=lambda: _take(lesson, key))


def _take(lesson: Lesson, key: str) -> None:
    drawn = st.session_state[key].drawn
    if drawn and len(drawn) > 1:
        values.choose(lesson, {"data": DRAWN, "drawing": encoded(drawn)})
