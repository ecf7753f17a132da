"""One figure on the page: the chart, its animation, its files, and clicks that set knobs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frenemy.dashboard import beside, downloads, plot, values
from frenemy.dashboard.files import picture_address
from frenemy.dashboard.messages import tell
from frenemy.dashboard.theme import style
from frenemy.dashboard.words import escaped
from frenemy.dashboard.work import Work
from frenemy.gallery.thumbnails import thumbnail
from frenemy.lessons import TITLES, KnobSpec, Lesson, knob_specs, knobs_to_query, load


def show_large(work: Work, name: str) -> None:
    """Draw a figure to be read from the back row, with nothing about it."""
    drawing = work.chart(name, style(), moving=bool(work.figure(name).frames), clickable=False,
                         large=True)  # fmt: skip
    with st.container(key="large"):
        plot.show(drawing, key=f"{work.lesson.name}:large:{name}", title=_title(work, name),
                  large=True)  # fmt: skip


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
        words = f"{TITLES[lesson]}: {figure}"
        st.image(picture_address(path), width="stretch", alt=words)


def show_kept(held: beside.Kept) -> None:
    """Draw the picture that is kept beside others, with what is set in it."""
    lesson = load(held.lesson)
    told = ", ".join(f"{name} = {text}" for name, text in knobs_to_query(held.knobs).items())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Let go", icon=":material/close:", on_click=beside.let_go)
        st.caption(f"**{escaped(lesson.title)}**: {escaped(told or 'as it opens')}")
    work = Work(lesson, held.knobs)
    try:
        drawing = work.chart(held.figure, style(), moving=False, clickable=False)
    except ValueError as error:
        tell(str(error))
    else:
        key = f"beside:{held.lesson}:{held.figure}"
        plot.show(drawing, key=key, title=_title(work, held.figure))


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

    def take(x: float, y: float) -> None:
        places = zip(picked, (x, y), strict=True)
        values.put(work.lesson, {spec.name: nearest(spec, place) for spec, place in places})

    plot.show(drawing, key=key, title=_title(work, name), on_click=take if picked else None)


def _title(work: Work, name: str) -> str:
    """A figure in words, for readers who do not see it."""
    return f"{work.lesson.title}: {values.label(name)}"


def _picked(lesson: Lesson, name: str) -> list[KnobSpec]:
    """The knobs that a click into a figure sets: across, up; or none."""
    specs = {spec.name: spec for spec in knob_specs(lesson.knobs)}
    return [specs[knob] for knob in lesson.picks.get(name, ())]


def nearest(spec: KnobSpec, value: float) -> float:
    """The value that a knob can have next to this one, in four digits."""
    low = -float("inf") if spec.low is None else spec.low
    high = float("inf") if spec.high is None else spec.high
    step = spec.step or 0.0
    placed = round(value / step) * step if step else value
    return float(min(max(float(f"{placed:.4g}"), low), high))
