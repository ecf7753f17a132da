"""Light or dark, as the reader's menu has it: pictures follow when it is changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

KEY = "theme"
WATCH = """
export default function ({ parentElement, setTriggerValue }) {
  const here = parentElement.querySelector('span');
  const ground = () => getComputedStyle(here).getPropertyValue('--st-background-color');
  let before = ground();
  const timer = setInterval(() => {
    const now = ground();
    if (now !== before) {
      before = now;
      setTriggerValue('changed', now);
    }
  }, 250);
  return () => clearInterval(timer);
}
"""
"""The page is not run again when the theme is changed, and its pictures would keep their ink."""
_LOOKS = f"<style>.st-key-{KEY} {{ position: absolute; }}</style>"


def style() -> str:
    """The style that suits the reader's theme."""
    return "dark" if st.context.theme.type == "dark" else "slide"


def follow() -> None:
    """Run this page again whenever the reader changes the theme."""
    st.html(_LOOKS)
    _component()(key=KEY, on_changed_change=_nothing)


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component("theme_watch", html="<span></span>", js=WATCH)


def _nothing() -> None:
    """A changed theme needs no answer but the run that it causes."""
