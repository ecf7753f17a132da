"""A knob's control: a switch, a slider with a field beside it, a list or a line of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from frenemy.dashboard import values
from frenemy.dashboard.positions import number_step, slider_positions, slider_step
from frenemy.lessons import KnobSpec, Lesson
from frenemy.lessons._knobs import MAX_TEXT

FIELD = 84
"""Width of the field beside a slider, in pixels: room for six digits."""


def show(lesson: Lesson, spec: KnobSpec) -> None:
    """Draw the control of a knob."""
    _CONTROLS[spec.kind](lesson, spec)


def _take(lesson: Lesson, name: str, key: str) -> None:
    """A control was used: its value is what is set now."""
    value = st.session_state[key]
    if value is not None:
        values.put(lesson, {name: tuple(value) if isinstance(value, list) else value})


def _common(lesson: Lesson, spec: KnobSpec, part: str = "") -> dict[str, Any]:
    """The arguments that all controls share; gives the control the value that is set."""
    key = f"{lesson.name}:{spec.name}{part}"
    value = values.of(lesson)[spec.name]
    value = list(value) if spec.kind == "choices" else value
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return {
        "label": spec.label,
        "key": key,
        "help": spec.help or None,
        "on_change": _take,
        "args": (lesson, spec.name, key),
    }


def _switch(lesson: Lesson, spec: KnobSpec) -> None:
    st.toggle(**_common(lesson, spec))


def _choice(lesson: Lesson, spec: KnobSpec) -> None:
    st.selectbox(options=spec.choices, **_common(lesson, spec))


def _choices(lesson: Lesson, spec: KnobSpec) -> None:
    most = None if spec.high is None else int(spec.high)
    st.multiselect(options=spec.choices, max_selections=most, **_common(lesson, spec))


def _text(lesson: Lesson, spec: KnobSpec) -> None:
    st.text_input(max_chars=MAX_TEXT, **_common(lesson, spec))


def _number(lesson: Lesson, spec: KnobSpec) -> None:
    """A slider where both ends are known, and a field for the exact number."""
    field = _common(lesson, spec, ":field") | {
        "min_value": None if spec.low is None else spec.type(spec.low),
        "max_value": None if spec.high is None else spec.type(spec.high),
        "step": number_step(spec, values.of(lesson)[spec.name]),
        "format": "%d" if spec.kind == "int" else "%g",
    }
    if spec.low is None or spec.high is None:
        st.number_input(**field)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _slider(lesson, spec)
        alone = {"label_visibility": "collapsed", "help": None, "width": FIELD}
        st.number_input(**field | alone)


def _slider(lesson: Lesson, spec: KnobSpec) -> None:
    common = _common(lesson, spec, ":slider")
    if spec.log:
        places = slider_positions(spec, values.of(lesson)[spec.name])
        st.select_slider(options=places, format_func=_short, **common)
        return
    low, high = spec.type(spec.low), spec.type(spec.high)
    pattern = "%d" if spec.kind == "int" else "%g"
    st.slider(min_value=low, max_value=high, step=slider_step(spec), format=pattern, **common)


def _short(value: float) -> str:
    return f"{value:.4g}"


_CONTROLS: dict[str, Callable[[Lesson, KnobSpec], None]] = {
    "bool": _switch,
    "int": _number,
    "float": _number,
    "choice": _choice,
    "choices": _choices,
    "formula": _text,
    "text": _text,
    "file": _text,
}
