"""What is wrong, told on the page in words."""

from __future__ import annotations

import streamlit as st

from frenemy.dashboard.words import message_parts


def tell(message: str) -> None:
    """Say what is wrong, and where if the message shows it."""
    reason, place = message_parts(message)
    st.error(reason, icon=":material/error:")
    if place:
        st.code(place, language=None)
