"""A picture that is kept beside whatever is shown next: two settings or two lessons at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from frenemy.dashboard.work import Work
from frenemy.lessons import Lesson

_KEY = "beside"


@dataclass(frozen=True)
class Kept:
    """A figure of a lesson at some knobs."""

    lesson: str
    knobs: Any
    figure: str


def keep(lesson: Lesson, knobs: Any, figure: str) -> None:
    """Keep a picture; it stands beside the others until it is let go."""
    st.session_state[_KEY] = Kept(lesson.name, knobs, figure)


def kept() -> Kept | None:
    """The picture that is kept, if there is one."""
    found: Kept | None = st.session_state.get(_KEY)
    return found


def let_go() -> None:
    """Show one picture at a time again."""
    st.session_state.pop(_KEY, None)


def button(work: Work, figure: str) -> None:
    """The button that keeps the figure that is open."""
    st.button(
        "Keep beside", icon=":material/splitscreen_right:", on_click=keep,
        args=(work.lesson, work.knobs, figure), key=f"{work.lesson.name}:keep",
        help="this picture stays on the left while you turn knobs, or open another lesson",
    )  # fmt: skip
