"""One figure on the page: the chart, its animation, its files, and a click that sets the start."""

from __future__ import annotations

import streamlit as st

from frenemy.dashboard import downloads, values
from frenemy.dashboard.words import escaped
from frenemy.dashboard.work import Work
from frenemy.lessons import KnobSpec, Lesson, knob_specs

CLICKED = "portrait"
"""A click on the figure of this name sets the knobs x and y, where there are such knobs."""

_TOOLS = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}


def show(work: Work, name: str) -> None:
    """Draw a figure of a lesson."""
    key = f"{work.lesson.name}:{name}"
    figure = work.figure(name)
    clickable = name == CLICKED and _start(work.lesson) is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        moving = bool(figure.frames) and st.toggle("Animation", key=f"{key}:moving")
        downloads.show(work, name)
        if clickable:
            st.caption("Click into the picture to set the start.")
    drawing = work.chart(name, style(), moving=moving, clickable=clickable)
    if not clickable:
        st.plotly_chart(drawing, theme=None, key=key, config=_TOOLS)
        return
    st.plotly_chart(
        drawing,
        theme=None,
        key=key,
        config=_TOOLS,
        on_select=lambda: _take_click(work.lesson, key),
        selection_mode="points",
    )


def style() -> str:
    """The style that suits the reader's theme."""
    return "dark" if st.context.theme.type == "dark" else "slide"


def label(name: str) -> str:
    """The name of a figure as a title."""
    return escaped(name.replace("-", " ").capitalize())


def _start(lesson: Lesson) -> tuple[KnobSpec, KnobSpec] | None:
    """The two knobs that a click sets, if the lesson has them."""
    specs = {spec.name: spec for spec in knob_specs(lesson.knobs) if spec.kind == "float"}
    return (specs["x"], specs["y"]) if {"x", "y"} <= set(specs) else None


def _take_click(lesson: Lesson, key: str) -> None:
    """The last point that was picked becomes the start, as near as the knobs allow."""
    points, specs = st.session_state[key].selection.points, _start(lesson)
    if points and specs is not None:
        values.put(lesson, {spec.name: nearest(spec, points[-1][spec.name]) for spec in specs})


def nearest(spec: KnobSpec, value: float) -> float:
    """The value that a knob can have next to this one, in four digits."""
    low = -float("inf") if spec.low is None else spec.low
    high = float("inf") if spec.high is None else spec.high
    step = spec.step or 0.0
    placed = round(value / step) * step if step else value
    return float(min(max(float(f"{placed:.4g}"), low), high))
