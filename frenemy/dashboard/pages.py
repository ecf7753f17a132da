"""All pages: the start, and one for each lesson."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache

import streamlit as st

from frenemy.dashboard import lesson_page
from frenemy.dashboard.words import escaped
from frenemy.lessons import TITLES, TOPICS, load

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


DOORS = {
    "Games": "Two players, one vector field: why training turns in circles, and what ends it.",
    "GANs": "Generator and discriminator: oscillation, collapse, starvation, predicted and cured.",
    "Recurrent nets": "Products of Jacobians: why gradients explode or vanish, and who remembers.",
}
"""Topic -> what is behind its door."""


def all_pages() -> dict[str, list[Page]]:
    """The pages in the order of the menu: the start, then those of each topic."""
    st.html(_LOOKS)
    lessons = {
        name: st.Page(_shower(name), title=title, url_path=name) for name, title in TITLES.items()
    }

    def start() -> None:
        show_start(lessons)

    first = st.Page(start, title="Start", icon=":material/home:", default=True)
    topics = {topic: [lessons[name] for name in names] for topic, names in TOPICS.items()}
    return {"": [first], **topics}


def show_start(lessons: dict[str, Page]) -> None:
    """Draw the start page: what this is, and a door for each topic with its lessons."""
    st.title("Frenemy")
    st.markdown(
        "A game is a vector field, and a training rule is a map built from it. "
        "Every page lays a prediction of theory beside the measurement it is about."
    )
    for column, (topic, names) in zip(st.columns(len(TOPICS)), TOPICS.items(), strict=True):
        with column:
            st.subheader(topic, anchor=False)
            st.caption(DOORS[topic])
            for name in names:
                st.page_link(lessons[name], label=f"**{escaped(TITLES[name])}**")
                slides = "; ".join(load(name).slides)
                st.caption(f"Slides: {escaped(slides)}" if slides else "Beyond the slides")


def _shower(name: str) -> Callable[[], None]:
    def show() -> None:
        lesson_page.show(name)

    show.__name__ = name
    return show
