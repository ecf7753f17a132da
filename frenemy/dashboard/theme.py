"""Light or dark, as the reader's menu has it: pictures follow when it is changed.

What watches for that is the first that a page shows, though nobody sees it. So it sends for
Plotly's script as well, where there will be charts: it is there by the time the first is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from frenemy.dashboard.files import code, script_address

KEY = "theme"
WATCH = """
export default function ({ data, parentElement, setTriggerValue }) {
  if (data.script) plotly(data.script).catch(() => {});
  const here = parentElement.querySelector('span');
  here.tell = setTriggerValue;
  if (here.timer) return here.leave;
  const ground = () => getComputedStyle(here).getPropertyValue('--st-background-color');
  let before = ground();
  here.timer = setInterval(() => {
    const now = ground();
    if (now !== before) {
      before = now;
      here.tell('changed', now);
    }
  }, 250);
  here.leave = () => {
    if (!here.isConnected) clearInterval(here.timer);
  };
  return here.leave;
}
"""
"""The page is not run again when the theme is changed, and its pictures would keep their ink."""
LOOKS = f".st-key-{KEY} {{ position: absolute; }}"


def style() -> str:
    """The style that suits the reader's theme."""
    return "dark" if st.context.theme.type == "dark" else "slide"


def follow(*, charts: bool) -> None:
    """Run this page again whenever the reader changes the theme.

    Parameters
    ----------
    charts : whether the page will have some.
    """
    data = {"script": script_address() if charts else None}
    _component()(data=data, key=KEY, on_changed_change=_nothing)


@cache
def _component() -> Callable[..., Any]:
    script = code("plotly.js") + WATCH
    return st.components.v2.component("theme_watch", html="<span></span>", js=script)


def _nothing() -> None:
    """A changed theme needs no answer but the run that it causes."""
