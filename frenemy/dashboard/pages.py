"""All pages: the start, and one for each lesson."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache

import streamlit as st

from frenemy.dashboard import lesson_page
from frenemy.dashboard.words import escaped
from frenemy.lessons import TITLES, load

Page = st.Page
_LOOKS = """<style>
.stMainBlockContainer { padding-top: 4rem; padding-bottom: 3rem; }
[data-testid='stSidebarUserContent'] { padding-top: 0; }
</style>"""


@cache
def settle() -> None:
    """Tell the collector, once, that what is imported by now stays: it need not look there."""
    gc.collect()
    gc.freeze()


def all_pages() -> list[Page]:
    """The pages in the order of the menu."""
    st.html(_LOOKS)
    lessons = {
        name: st.Page(_shower(name), title=title, url_path=name) for name, title in TITLES.items()
    }

    def start() -> None:
        show_start(lessons)

    return [st.Page(start, title="Start", icon=":material/home:", default=True), *lessons.values()]


def show_start(lessons: dict[str, Page]) -> None:
    """Draw the start page: what this is, and the lessons with the slides they serve."""
    st.title("Frenemy")
    st.markdown(
        "A game is a vector field, and a training rule is a map built from it. "
        "Every page lays a prediction of theory beside the measurement it is about."
    )
    for name, page in lessons.items():
        with st.container(border=True):
            st.page_link(page, label=f"**{escaped(TITLES[name])}**")
            slides = "; ".join(load(name).slides)
            st.caption(f"Slides: {escaped(slides)}" if slides else "Beyond the slides")


def _shower(name: str) -> Callable[[], None]:
    def show() -> None:
        lesson_page.show(name)

    show.__name__ = name
    return show
