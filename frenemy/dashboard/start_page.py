"""The start page: three doors, a picture for each lesson, search, and two orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from frenemy.dashboard import search
from frenemy.dashboard.picture import show_small
from frenemy.dashboard.words import escaped
from frenemy.lessons import DECK, TITLES, TOPICS, load

DOORS = {
    "Games": (
        "rotation", "Two players, one vector field: why training turns in circles; what ends it."
    ),
    "GANs": (
        "gan-lab", "Generator and discriminator: oscillation, collapse, starvation; the cures."
    ),
    "Recurrent nets": (
        "gradient-product", "Products of Jacobians: why gradients explode or vanish, and who "
        "remembers.",
    ),
}  # fmt: skip
"""Topic -> the lesson whose picture is on its door, and what is behind it."""
ORDERS = ("By topic", "Follow the lecture")
COLUMNS = 4
_LOOKS = """<style>
[class*='st-key-card-'] { position: relative; }
[class*='st-key-card-'] img { border-radius: 6px; }
[class*='st-key-card-'] [data-testid='stPageLink'] a::after {
  content: ''; position: absolute; inset: 0; z-index: 1;
}
[class*='st-key-card-']:hover { outline: 2px solid var(--st-primary-color, #0072B2);
  border-radius: 8px; }
[class*='st-key-card-'] [data-testid='stElementToolbar'] { display: none; }
[class*='st-key-card-'] p { line-height: 1.25; }
[class*='st-key-card-'] [data-testid='stPageLink'] * { white-space: normal; overflow: visible; }
</style>"""
"""A card is a link as a whole."""


def show(pages: Mapping[str, Any]) -> None:
    """Draw the start page.

    Parameters
    ----------
    pages : lesson -> its page.
    """
    st.html(_LOOKS)
    st.title("Frenemy: see why training fails", anchor=False)
    st.markdown(
        "A game is a vector field, and a training rule is a map built from it. Every page lays a "
        "prediction of theory on the measurement it is about. **Pick a door, turn a knob.**"
    )
    search, order = st.columns([3, 2], vertical_alignment="bottom")
    with search:
        found = st.selectbox(
            "Search", list(TITLES), index=None, format_func=_shown, key="start:search",
            placeholder="Search lessons and slides: mode collapse, LSTM, Nash …",
            accept_new_options=True,
        )  # fmt: skip
        if found and found in pages:
            st.switch_page(pages[found])
    with order:
        chosen = st.segmented_control(
            "Order", ORDERS, default=ORDERS[0], required=True, key="start:order",
            persist_state="session",
        )  # fmt: skip
    if found:
        _found(pages, found)
        return
    if chosen == ORDERS[1]:
        _grid(pages, DECK, numbered=True)
        return
    for column, (topic, (lesson, told)) in zip(st.columns(3), DOORS.items(), strict=True):
        with column, st.container(border=True, key=f"card-door-{lesson}"):
            show_small(lesson, next(iter(load(lesson).figures)))
            st.page_link(pages[next(iter(TOPICS[topic]))], label=f"**{topic}**",
                         icon=":material/door_open:")  # fmt: skip
            st.caption(told)
    for topic, names in TOPICS.items():
        st.subheader(topic, anchor=topic.lower().replace(" ", "-"))
        _grid(pages, names)


def _grid(pages: Mapping[str, Any], names: Iterable[str], *, numbered: bool = False) -> None:
    """A card for each lesson."""
    cards = list(enumerate(names, start=1))
    for row in range(0, len(cards), COLUMNS):
        for column, (number, name) in zip(
            st.columns(COLUMNS), cards[row : row + COLUMNS], strict=False
        ):
            with column, st.container(border=True, key=f"card-{name}"):
                show_small(name, next(iter(load(name).figures)))
                place = f"{number}. " if numbered else ""
                st.page_link(pages[name], label=f"{place}**{escaped(TITLES[name])}**")
                st.caption(_slides(name))


def _slides(name: str) -> str:
    slides = "; ".join(load(name).slides)
    return f"Slides: {escaped(slides)}" if slides else "Beyond the slides"


def _found(pages: Mapping[str, Any], words: str) -> None:
    """The lessons that speak of what was typed."""
    names = search.matches(words)
    if names:
        st.subheader(f"Lessons that speak of {escaped(words)}", anchor=False)
        _grid(pages, names)
    else:
        st.info(f"No lesson speaks of {escaped(words)}. Clear the search to see them all.")


def _shown(name: str) -> str:
    """A lesson as the search lists it, or what was typed."""
    return search.label(name) if name in TITLES else name
