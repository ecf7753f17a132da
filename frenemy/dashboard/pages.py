"""All pages: the start, one for each lesson, and the gallery."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st

from frenemy.dashboard import gallery_page, lesson_page, start_page, theme
from frenemy.dashboard.lecture import PAGES
from frenemy.lessons import TITLES, TOPICS

Page = st.Page
ICON = str(Path(__file__).with_name("icon.svg"))
"""A file of ours: Streamlit's own icons would be fetched from elsewhere by every browser."""
_LOOKS = f"""<style>
.stMainBlockContainer {{ padding-top: 4rem; padding-bottom: 3rem; }}
[data-testid='stSidebarUserContent'] {{ padding-top: 0; }}
{theme.LOOKS}
</style>"""


SWITCH_SECONDS = 0.0005
"""After so long a thread that computes lets another one run. What sends a page's messages has to
ask for that after each of some eighty; Python's own 5 ms were a good part of the answer."""


@cache
def settle() -> None:
    """Set Python up for a server, once.

    The collector is told that what is imported by now stays: it need not look there.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)


def dress(page: Page) -> None:
    """What all pages have: their looks, and what follows the reader's theme."""
    st.html(_LOOKS)
    theme.follow(charts=page.url_path in TITLES)


def all_pages() -> dict[str, list[Page]]:
    """The pages in the order of the menu: the start, those of each topic, the gallery."""
    lessons = {
        name: st.Page(_shower(name), title=title, url_path=name) for name, title in TITLES.items()
    }
    st.session_state[PAGES] = lessons

    def start() -> None:
        start_page.show(lessons)

    def gallery() -> None:
        gallery_page.show(lessons)

    first = st.Page(start, title="Start", icon=":material/home:", default=True)
    pictures = st.Page(gallery, title="Gallery", icon=":material/photo_library:",
                       url_path="gallery")  # fmt: skip
    topics = {topic: [lessons[name] for name in names] for topic, names in TOPICS.items()}
    last = list(topics)[-1]
    return {"": [first], **topics, last: [*topics[last], pictures]}


def _shower(name: str) -> Callable[[], None]:
    def show() -> None:
        lesson_page.show(name)

    show.__name__ = name
    return show
