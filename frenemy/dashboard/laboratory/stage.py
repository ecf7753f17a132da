"""The stage in the browser: a component of a toolbar, canvases and a slider through time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from frenemy.dashboard.files import code
from frenemy.figures import STYLES

HTML = """
<div class="lab">
  <div class="bar">
    <button data-order="play" class="main">▶ Play</button>
    <button data-order="slow" title="update by update, with its numbers">Slow motion</button>
    <span class="gap"></span>
    <button data-order="D only" title="one update of the discriminator alone">Step D</button>
    <button data-order="G only" title="one update of the generator alone">Step G</button>
    <button data-order="both" title="one update of both">Step both</button>
    <button data-order="spectrum" title="how fast does this moment turn?">Spectrum</button>
    <span class="gap"></span>
    <button data-order="restart" title="back to new networks from the same seed">Start anew</button>
    <span class="clock"></span>
  </div>
  <input class="time" type="range" min="0" max="1" step="1" aria-label="go back in time">
  <p class="message" role="alert"></p>
  <div class="sides"></div>
  <ol class="update" hidden></ol>
</div>
"""
CSS = """
.lab { font-family: var(--st-font); color: var(--st-text-color); outline: none;
  display: flex; flex-direction: column; }
.lab.slow .update { order: 1; }
.lab.slow .sides { order: 2; }
.bar { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; }
.bar button { font: inherit; font-size: .95rem; padding: .3rem .8rem; cursor: pointer;
  color: inherit; background: transparent; border: 1px solid var(--st-border-color);
  border-radius: .5rem; }
.bar button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.bar button.main { min-width: 6.5rem; background: var(--st-primary-color); color: white; }
.bar button.on { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.gap { width: .8rem; }
.clock { margin-left: auto; font-variant-numeric: tabular-nums; font-size: 1.05rem; }
.time { width: 100%; margin: .6rem 0 .2rem; accent-color: var(--st-primary-color); }
.message { color: #c0392b; margin: 0; }
.side { display: grid; grid-template-columns: minmax(260px, 520px) minmax(260px, 1fr);
  gap: 1rem; margin-top: .5rem; }
.sides.two { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; }
.sides.two .side { display: block; min-width: 0; }
.side > div { min-width: 0; }
.plane canvas { border: 1px solid var(--st-border-color); border-radius: .3rem; display: block; }
.words { margin: 0 0 .6rem; line-height: 1.5; min-height: 6.2em; }
.update { line-height: 1.6; padding-left: 1.4rem; }
@media (max-width: 760px) { .side, .sides.two { display: block; } }
"""


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "gan_laboratory_stage", html=HTML, css=CSS, js=code("laboratory/stage.js")
    )


def show(data: dict[str, Any], *, key: str, on_order: Callable[[], None]) -> None:
    """Draw the stage; ``on_order`` is called when the user wants something of the trainer."""
    _component()(data=data, key=key, on_order_change=on_order, on_look_change=_nothing)


def _nothing() -> None:
    """The wish for another view needs no answer but the run of the fragment that it causes."""


def colors(style: str) -> dict[str, Any]:
    """The house's palette for the stage."""
    own = STYLES[style]
    roles = {"real": "third", "fake": "second", "other": "fourth"}
    names = ("ink", "muted", "faint", "first")
    palette = {name: own.color(name) for name in names}
    palette |= {name: own.color(role) for name, role in roles.items()}
    return {"colors": palette, "scale": list(own.colormaps["diverging"])}
