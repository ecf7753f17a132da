"""What is set on the page of a lesson, in this session: the one place that all controls follow.

A control writes its value here when it is used; before it is drawn it takes its value from here. So
a preset, a click on a picture and the address can set knobs like any control, and the setting
outlives a visit to another page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from frenemy.dashboard.words import escaped
from frenemy.lessons import Lesson, knob_specs, knobs_to_query, make_knobs

FIGURE, LECTURE = "figure", "lecture"
"""What an address may hold besides knobs: which figure is open, and whether in lecture mode."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Addresses that only this machine reaches."""


def of(lesson: Lesson) -> dict[str, Any]:
    """Knob name -> what is set, which may break a rule; the defaults and the address at first."""
    key = f"{lesson.name}:values"
    if key not in st.session_state:
        st.session_state[key] = defaults(lesson)
        read_address(lesson)
    values: dict[str, Any] = st.session_state[key]
    return values


def defaults(lesson: Lesson) -> dict[str, Any]:
    """Knob name -> default."""
    return {spec.name: spec.default for spec in knob_specs(lesson.knobs)}


def put(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """Set some knobs."""
    of(lesson).update(values)


def knobs(lesson: Lesson) -> Any:
    """The knobs as set.

    Raises
    ------
    ValueError
        If a value breaks its rule, or names a file while others than the owner of this machine
        may be at the page.
    """
    made: Any = make_knobs(lesson.knobs, of(lesson))
    named = [
        spec.name for spec in knob_specs(lesson.knobs)
        if spec.kind == "file" and getattr(made, spec.name)
    ]  # fmt: skip
    if named and st.get_option("server.address") not in LOOPBACK:
        raise ValueError(
            f"{named[0]} cannot be set on a page that other machines can open, which would show "
            "them this machine's files; clear it, or run Frenemy where the file is"
        )
    return made


def read_address(lesson: Lesson) -> None:
    """Set what the address asks for; what it may not have stays, and is told by :func:`refused`."""
    specs = {spec.name: spec for spec in knob_specs(lesson.knobs)}
    refused = []
    for name, text in st.query_params.items():
        try:
            if name == FIGURE:
                open_figure(lesson, text)
                continue
            if name == LECTURE:
                st.session_state[LECTURE] = True
                continue
            if name not in specs:
                make_knobs(lesson.knobs, {name: text})
            put(lesson, {name: specs[name].convert(text)})
        except ValueError as error:
            refused.append(str(error))
    st.session_state[f"{lesson.name}:refused"] = refused


def refused(lesson: Lesson) -> list[str]:
    """What was wrong with the address, told once."""
    return list(st.session_state.pop(f"{lesson.name}:refused", ()))


def write_address(lesson: Lesson, knobs: Any, *always: str) -> str:
    """Let the address restore these knobs, some even at their default; returns it."""
    query = knobs_to_query(knobs) | {name: str(getattr(knobs, name)) for name in always}
    if (figure := opened_figure(lesson)) != next(iter(lesson.figures)):
        query[FIGURE] = figure
    if dict(st.query_params) != query:
        st.query_params.from_dict(query)
    return permalink(st.context.url or f"/{lesson.name}", query)


def tabs_key(lesson: Lesson) -> str:
    """Where Streamlit keeps which figure's tab is open, by its label."""
    return f"{lesson.name}:tab"


def opened_figure(lesson: Lesson) -> str:
    """The name of the figure that is open; the first one at first."""
    open_label = st.session_state.get(tabs_key(lesson))
    return next((name for name in lesson.figures if label(name) == open_label),
                next(iter(lesson.figures)))  # fmt: skip


def open_figure(lesson: Lesson, name: str) -> None:
    """Let the tab of a figure be the open one.

    Raises
    ------
    ValueError
        If there is no such figure.
    """
    if name not in lesson.figures:
        raise ValueError(f"there is no figure {name!r}; figures: {', '.join(lesson.figures)}")
    st.session_state[tabs_key(lesson)] = label(name)


def label(figure: str) -> str:
    """The name of a figure as a title."""
    return escaped(figure.replace("-", " ").capitalize())


def permalink(page: str, query: Mapping[str, str]) -> str:
    """The address of a page with these settings."""
    from urllib.parse import urlencode

    return f"{page}?{urlencode(query, safe=',')}" if query else page


def last_good(lesson: Lesson) -> Any:
    """The knobs of the last page that could be shown; the defaults at first."""
    return st.session_state.get(f"{lesson.name}:good", lesson.knobs())


def note_good(lesson: Lesson, knobs: Any) -> None:
    """Remember knobs whose page could be shown."""
    st.session_state[f"{lesson.name}:good"] = knobs


def choose(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """Set all knobs at once, as a preset does."""
    put(lesson, values)
    st.session_state[f"{lesson.name}:preset"] = True


def was_preset(lesson: Lesson) -> bool:
    """Whether a preset was chosen since this was last asked."""
    return bool(st.session_state.pop(f"{lesson.name}:preset", False))


def keep(lesson: Lesson, knobs: Any) -> None:
    """Knobs whose run is to be shown below a live screen."""
    st.session_state[f"{lesson.name}:kept"] = knobs


def kept(lesson: Lesson) -> Any:
    """What :func:`keep` was told last; None at first."""
    return st.session_state.get(f"{lesson.name}:kept")
