"""The gallery: every figure, small, with its command, its Python, its files and its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from frenemy.dashboard import downloads
from frenemy.dashboard.picture import show_small
from frenemy.dashboard.values import FIGURE, label
from frenemy.dashboard.work import Work
from frenemy.gallery.entries import Entry, entries
from frenemy.lessons import TITLES, TOPICS, load

COLUMNS = 4


def show(pages: Mapping[str, Any]) -> None:
    """Draw the gallery of a topic.

    Parameters
    ----------
    pages : lesson -> its page.
    """
    st.header("Gallery", anchor=False)
    st.markdown(
        "Every figure as it opens, with its code and its files (PDF, SVG, PNG, GIF, HTML, CSV). "
        "Its page has the knobs. `make figures` draws all of them, and a site, into `figures/`."
    )
    topic = st.segmented_control("Topic", list(TOPICS), default=next(iter(TOPICS)), required=True,
                                 key="gallery:topic", persist_state="session")  # fmt: skip
    for lesson in TOPICS[topic or next(iter(TOPICS))]:
        st.subheader(TITLES[lesson], anchor=lesson)
        found = list(entries(lesson))
        for row in range(0, len(found), COLUMNS):
            for column, entry in zip(st.columns(COLUMNS), found[row : row + COLUMNS], strict=False):
                with column:
                    _show(entry, pages)


def _show(entry: Entry, pages: Mapping[str, Any]) -> None:
    name = f"{entry.lesson}:{entry.figure}"
    with st.container(border=True):
        show_small(entry.lesson, entry.figure)
        st.page_link(pages[entry.lesson], label=f"**{label(entry.figure)}**",
                     query_params={FIGURE: entry.figure})  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center"):
            code = st.popover("Code", icon=":material/code:", key=f"{name}:code",
                              on_change="rerun")  # fmt: skip
            files = st.popover("Files", icon=":material/download:", key=f"{name}:files",
                               on_change="rerun")  # fmt: skip
        if code.open:
            with code:
                _code(entry)
        if files.open:
            with files:
                _files(entry)


def _code(entry: Entry) -> None:
    st.caption("On the command line")
    st.code(entry.command, language="sh")
    st.caption("In Python")
    st.code(entry.python, language="python")


def _files(entry: Entry) -> None:
    """The files of a figure; what takes long is run on its own page, which shows how far it is."""
    lesson = load(entry.lesson)
    work = Work(lesson, lesson.knobs())
    if lesson.takes and not work.is_done:
        st.caption(f"This one is computed first, on its page: that takes {lesson.takes}.")
    else:
        downloads.buttons(work, entry.figure)
