"""One figure on the page: the chart, its animation, its files, and clicks that set knobs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frenemy.dashboard import beside, downloads, values
from frenemy.dashboard.theme import style
from frenemy.dashboard.words import escaped
from frenemy.dashboard.work import Work
from frenemy.gallery.thumbnails import thumbnail
from frenemy.lessons import TITLES, KnobSpec, Lesson, knob_specs, knobs_to_query, load

_TOOLS = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}


def show_large(work: Work, name: str) -> None:
    """Draw a figure to be read from the back row, with nothing about it."""
    drawing = work.chart(name, style(), moving=bool(work.figure(name).frames), clickable=False,
                         large=True)  # fmt: skip
    with st.container(key="large"):
        st.plotly_chart(drawing, theme=None, key=f"{work.lesson.name}:large:{name}", config=_TOOLS,
                        height="stretch")  # fmt: skip


def show_beforehand(lesson: Lesson, names: Sequence[str]) -> None:
    """What is to come, small and with the default knobs, while one waits for the first run."""
    st.caption("What is to come, drawn beforehand with the default knobs:")
    columns = st.columns(max(2, len(names)))
    for column, name in zip(columns, names, strict=False):
        with column:
            show_small(lesson.name, name)
            st.caption(values.label(name))


def show_small(lesson: str, figure: str) -> None:
    """Draw the small picture of a figure with the default knobs, which ships with the package."""
    path = thumbnail(lesson, figure, "dark" if style() == "dark" else "light")
    if path.is_file():
        st.image(path, width="stretch", alt=f"{TITLES[lesson]}: {figure}")


def show_kept(held: beside.Kept) -> None:
    """Draw the picture that is kept beside others, with what is set in it."""
    lesson = load(held.lesson)
    told = ", ".join(f"{name} = {text}" for name, text in knobs_to_query(held.knobs).items())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Let go", icon=":material/close:", on_click=beside.let_go)
        st.caption(f"**{escaped(lesson.title)}**: {escaped(told or 'as it opens')}")
    try:
        drawing = Work(lesson, held.knobs).chart(
            held.figure, style(), moving=False, clickable=False
        )
    except ValueError as error:
        st.error(escaped(str(error)), icon=":material/error:")
    else:
        key = f"beside:{held.lesson}:{held.figure}"
        st.plotly_chart(drawing, theme=None, key=key, config=_TOOLS)


def show(work: Work, name: str) -> None:
    """Draw a figure of a lesson."""
    key = f"{work.lesson.name}:figure:{name}"
    figure = work.figure(name)
    picked = _picked(work.lesson, name)
    with st.container(horizontal=True, vertical_alignment="center"):
        moving = bool(figure.frames) and st.toggle("Animation", key=f"{key}:moving")
        downloads.show(work, name)
        beside.button(work, name)
        if picked:
            across, up = (spec.label for spec in picked)
            st.caption(f"Click into the picture to set {across} and {up}.")
    drawing = work.chart(name, style(), moving=moving, clickable=bool(picked))
    if not picked:
        st.plotly_chart(drawing, theme=None, key=key, config=_TOOLS)
        return
    st.plotly_chart(
        drawing,
        theme=None,
        key=key,
        config=_TOOLS,
        on_select=lambda: _take_click(work.lesson, name, key),
        selection_mode="points",
    )


def _picked(lesson: Lesson, name: str) -> list[KnobSpec]:
    """The knobs that a click into a figure sets: across, up; or none."""
    specs = {spec.name: spec for spec in knob_specs(lesson.knobs)}
    return [specs[knob] for knob in lesson.picks.get(name, ())]


def _take_click(lesson: Lesson, name: str, key: str) -> None:
    """The last point that was clicked goes to the knobs, as near as they allow."""
    points = st.session_state[key].selection.points
    if points:
        places = zip(_picked(lesson, name), ("x", "y"), strict=True)
        values.put(lesson, {spec.name: nearest(spec, points[-1][axis]) for spec, axis in places})


def nearest(spec: KnobSpec, value: float) -> float:
    """The value that a knob can have next to this one, in four digits."""
    low = -float("inf") if spec.low is None else spec.low
    high = float("inf") if spec.high is None else spec.high
    step = spec.step or 0.0
    placed = round(value / step) * step if step else value
    return float(min(max(float(f"{placed:.4g}"), low), high))
