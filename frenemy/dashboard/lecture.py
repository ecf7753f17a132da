"""Lecture mode: one figure fills the screen; arrow keys go on, through the whole deck."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frenemy.dashboard import picture, values
from frenemy.dashboard.messages import tell
from frenemy.dashboard.words import escaped
from frenemy.dashboard.work import Work
from frenemy.lessons import DECK, TITLES, Lesson, load

_LOOKS = """<style>
[data-testid='stSidebar'], [data-testid='stSidebarCollapsedControl'], [data-testid='stHeader'],
[data-testid='stExpandSidebarButton'] { display: none; }
.stMainBlockContainer { padding-top: 1rem; padding-bottom: 0; max-width: none; }
.stMainBlockContainer h2 { font-size: 2.4rem; padding: 0; }
.stMainBlockContainer p { font-size: 1.35rem; }
.st-key-large .chart { height: calc(100vh - 11.5rem); min-height: 26rem; }
</style>"""


def is_on() -> bool:
    """Whether this session is in lecture mode."""
    return bool(st.session_state.get(values.LECTURE))


def switch(on: bool) -> None:
    """Enter or leave lecture mode."""
    st.session_state[values.LECTURE] = on


def neighbour(lesson: str, figure: str, way: int) -> tuple[str, str] | None:
    """The figure after (1) or before (-1) one, over the lessons of the deck; None at its ends."""
    figures = list(load(lesson).figures)
    place = figures.index(figure) + way
    if 0 <= place < len(figures):
        return lesson, figures[place]
    at = DECK.index(lesson) + way
    if not 0 <= at < len(DECK):
        return None
    names = list(load(DECK[at]).figures)
    return DECK[at], names[0 if way > 0 else -1]


def show(lesson: Lesson, perform: Callable[[], Work | None]) -> None:
    """Draw the open figure, as large as the screen, and what goes on to the next.

    Parameters
    ----------
    perform : gives what can be shown; draws why there is nothing yet, below the title.
    """
    st.html(_LOOKS)
    figure = values.opened_figure(lesson)
    back, title, on, leave = st.columns([2, 9, 2, 2], vertical_alignment="center")
    with back:
        _step(lesson, figure, -1, "Back", ":material/arrow_back:", "Left")
    with title:
        st.header(lesson.title, anchor=False)
    with on:
        _step(lesson, figure, 1, "Next", ":material/arrow_forward:", "Right")
    with leave:
        st.button("Leave", icon=":material/close:", shortcut="Escape", on_click=switch,
                  args=(False,), width="stretch")  # fmt: skip
    work = perform()
    if work is None:
        picture.show_beforehand(lesson, [figure])
    else:
        picture.show_large(work, figure)
        _compared(work)


def _compared(work: Work) -> None:
    """The first two predictions beside what was measured."""
    try:
        compared = [row for row in work.facts() if row[1]][:2]
    except ValueError as error:
        tell(str(error))
        return
    st.caption(" · ".join(
        f"{escaped(label)}: predicted **{escaped(predicted)}**, measured **{escaped(measured)}**"
        for label, predicted, measured, _ in compared
    ))  # fmt: skip


def _step(lesson: Lesson, figure: str, way: int, label: str, icon: str, key: str) -> None:
    target = neighbour(lesson.name, figure, way)
    told = None if target is None else f"{TITLES[target[0]]}: {target[1]}"
    if st.button(label, icon=icon, shortcut=key, disabled=target is None, help=told,
                 width="stretch"):  # fmt: skip
        assert target is not None
        name, then = target
        values.open_figure(load(name), then)
        if name == lesson.name:
            st.rerun()
        st.switch_page(st.session_state[PAGES][name])


PAGES = "pages"
"""Where the session keeps the page of every lesson."""
