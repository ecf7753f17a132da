"""The gallery: every figure, small, with its command, its Python, and the way to its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from frenemy.dashboard.picture import show_small
from frenemy.dashboard.values import FIGURE, label
from frenemy.dashboard.words import escaped
from frenemy.gallery.entries import Entry, entries
from frenemy.lessons import TITLES, TOPICS

COLUMNS = 4


def show(pages: Mapping[str, Any]) -> None:
    """Draw the gallery of a topic.

    Parameters
    ----------
    pages : lesson -> its page.
    """
    st.header("Gallery", anchor=False)
    st.markdown(
        "Every figure as it opens. Its page has the knobs and the files (PDF, SVG, PNG, GIF, HTML, "
        "CSV); `make figures` draws them all, and a site of them, into `figures/`."
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
    with st.container(border=True):
        show_small(entry.lesson, entry.figure)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(pages[entry.lesson], label=f"**{label(entry.figure)}**",
                         query_params={FIGURE: entry.figure})  # fmt: skip
            with st.popover("Code", icon=":material/code:", key=f"{entry.lesson}:{entry.figure}"):
                st.caption(escaped("On the command line"))
                st.code(entry.command, language="sh")
                st.caption("In Python")
                st.code(entry.python, language="python")
