"""The laboratory on its page: stage, layers, what trains beside it, the brush, what to keep."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import streamlit as st

from frenemy.dashboard import values
from frenemy.dashboard.laboratory import stage
from frenemy.dashboard.laboratory.brush import draw_data
from frenemy.dashboard.laboratory.trainer import State, Trainer, as_text, session_trainer
from frenemy.dashboard.messages import tell
from frenemy.dashboard.theme import style
from frenemy.lessons import Lesson
from frenemy.lessons._changes import changed
from frenemy.lessons._gan_lab_runs import editions
from frenemy.lessons._plane_gans import gan_of

LAYERS = ("D", "best D", "data", "samples", "manifold", "arrows")
WRITE_SECONDS = 3.0
"""While training the address is brought up to date this often."""
HIDDEN = ("steps", "edits", "beside", "drawing", "training")
"""Knobs that the stage sets and the sidebar does not show."""
LOOK_MILLISECONDS = 160
"""While it trains a page asks for views this often; where many train, each asks less often."""
MOST_PATIENT = 6
STILL = """<style>
[data-testid="stStatusWidget"] { display: none; }
.stApp * { transition: none !important; animation: none !important; }
</style>"""
"""Signs of a running page are left out here: they would be drawn anew with every picture."""
CURES = (
    "", "penalty=R1 + R2", "loss=relativistic; penalty=R1 + R2", "loss=saturating",
    "loss=wasserstein; penalty=gradient penalty", "rule=simultaneous", "packing=2",
    "deviation=true", "lr_d=0.0001", "lr_d=0.001; penalty=R1 + R2", "turns=5", "ema=0.995",
)  # fmt: skip
"""Settings that are offered to train beside; others can be typed."""


def show(lesson: Lesson) -> None:
    """Draw the laboratory; below it the page goes on as every page."""
    st.html(STILL)
    trainer = _trainer(lesson)
    _obey_sidebar(lesson, trainer)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        st.pills(
            "Layers", LAYERS, selection_mode="multi", default=["D", "data", "samples", "manifold"],
            key=f"{lesson.name}:layers", required=False,
        )  # fmt: skip
    with right:
        _beside(lesson)
    _stage(lesson)
    with st.expander("Draw your own data", icon=":material/brush:"):
        draw_data(lesson)


def _trainer(lesson: Lesson) -> Trainer:
    """The session's trainer; the first time, with the knobs that the address asks for."""
    key = f"{lesson.name}:opened"
    if key not in st.session_state:
        resume = "steps" in st.query_params
        knobs = _first_knobs(lesson)
        st.session_state[f"{lesson.name}:asked"] = knobs
        st.session_state[key] = (as_text(knobs), resume)
    return session_trainer(*st.session_state[key])


def _first_knobs(lesson: Lesson) -> Any:
    try:
        knobs = values.knobs(lesson)
        changed(knobs, knobs.beside)
        editions(knobs)
    except ValueError as error:
        tell(str(error))
        values.put(lesson, values.defaults(lesson))
        knobs = values.knobs(lesson)
    return knobs


def _obey_sidebar(lesson: Lesson, trainer: Trainer) -> None:
    """Hand knobs that were turned to the trainer; a preset begins anew."""
    asked = f"{lesson.name}:asked"
    st.session_state[f"{lesson.name}:seen"] = dict(values.of(lesson))
    anew = values.was_preset(lesson)
    try:
        knobs = values.knobs(lesson)
        changed(knobs, knobs.beside)
        gan_of(knobs)
    except ValueError as error:
        tell(str(error))
        return
    if anew:
        trainer.restart(knobs, resume=bool(knobs.edits))
        if not knobs.edits:
            trainer.play()
    elif knobs != st.session_state[asked]:
        trainer.change(knobs)
    st.session_state[asked] = knobs
    trainer.settle()


def _beside(lesson: Lesson) -> None:
    """A selection that one may also type into."""
    now = values.of(lesson)["beside"]
    options = list(CURES) if now in CURES else [*CURES, now]
    key = f"{lesson.name}:beside"
    if st.session_state.get(key) != now:
        st.session_state[key] = now

    def take() -> None:
        values.put(lesson, {"beside": st.session_state[key] or ""})

    st.selectbox(
        "Beside it, in step", options, key=key, on_change=take, accept_new_options=True,
        format_func=lambda text: text or "nothing",
        help="what is different in a second GAN with the same seed, as in 'penalty=R1 + R2'",
    )  # fmt: skip


@st.fragment
def _stage(lesson: Lesson) -> None:
    """The stage; it runs again by itself while training, and nothing else of the page does."""
    trainer = _trainer(lesson)
    key = f"{lesson.name}:stage"
    state, film = trainer.look()
    if state.view is None:
        state = trainer.settle(5.0)
    if values.of(lesson) != st.session_state[f"{lesson.name}:seen"]:
        st.rerun()
    _follow(lesson, state.knobs)
    _remember(lesson, state)
    moving = state.running or state.catching_up or not trainer.has_obeyed
    views = film if moving and film else [state.view] if state.view else []
    data = {
        "views": [asdict(view) for view in views],
        "layers": st.session_state.get(f"{lesson.name}:layers") or [],
        "running": moving,
        "slow": state.slow,
        "rate": round(state.rate),
        "pace": LOOK_MILLISECONDS * min(state.crowd, MOST_PATIENT),
        "place": state.place,
        "crowd": state.crowd,
        "message": state.message,
    }
    stage.show(data | stage.colors(style()), key=key, on_order=lambda: _order(lesson, key))
    if not moving:
        _keep(lesson, trainer)


def _order(lesson: Lesson, key: str) -> None:
    """Something was clicked on the stage, or the next view is wanted."""
    order = st.session_state[key].order
    trainer = _trainer(lesson)
    if not order:
        return
    match order["what"]:
        case "play":
            trainer.play()
        case "slow":
            trainer.play(slow=not trainer.state.slow or not trainer.state.running)
        case "pause":
            trainer.pause()
        case "restart":
            trainer.restart()
        case "go":
            trainer.go_to(int(order["value"]))
        case "spectrum":
            trainer.linearise()
        case "both" | "G only" | "D only":
            trainer.step(order["what"])
    trainer.settle()


def _follow(lesson: Lesson, knobs: Any) -> None:
    """After going back, the sidebar is to show the knobs of that moment."""
    asked = f"{lesson.name}:asked"
    if knobs == st.session_state[asked] or not _trainer(lesson).has_obeyed:
        return
    st.session_state[asked] = knobs
    values.put(lesson, {name: getattr(knobs, name) for name in values.of(lesson)})
    st.rerun()


def _remember(lesson: Lesson, state: State) -> None:
    """Now and then while training, let the address lead to this moment: a reload finds it."""
    key, now = f"{lesson.name}:written", time.monotonic()
    if state.running and now > st.session_state.get(key, 0.0) + WRITE_SECONDS:
        st.session_state[key] = now
        values.write_address(lesson, state.recipe, "steps")


def _keep(lesson: Lesson, trainer: Trainer) -> None:
    """The address of this very moment, and a way to its figures."""
    recipe = trainer.state.recipe
    address = values.write_address(lesson, recipe, "steps")
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = st.button(
            "Figures and files of this run", icon=":material/draw:", key=f"{lesson.name}:figures"
        )
        st.caption("They stand below, with facts and the Python of the run up to this step.")
    if wanted:
        values.keep(lesson, recipe)
        st.rerun()
    st.code(address, language=None, wrap_lines=True)
