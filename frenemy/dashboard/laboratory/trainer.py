"""The thread that trains: one for a session, told what to do by the page, never touching it."""

from __future__ import annotations

import atexit
import json
import logging
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from frenemy.dashboard.laboratory.view import View, view_of
from frenemy.dashboard.turns import TURNS, Turn
from frenemy.lessons import knobs_to_dict, make_knobs
from frenemy.lessons._changes import changes_between, schedule_text
from frenemy.lessons._gan_lab_runs import (
    editions,
    opened,
    setting_of,
    sides,
    spectrum_in_words,
)
from frenemy.lessons._threads import one_thread
from frenemy.lessons.gan_lab import Knobs

if TYPE_CHECKING:
    from gan.laboratory import Laboratory

TICK_SECONDS = 0.015
"""Training goes on for so long before orders are heard again."""
VIEW_SECONDS = 0.05
"""While somebody looks, a view is made this often."""
WATCHED_SECONDS = 1.0
"""Somebody looks who has looked not longer ago than that."""
MOST_VIEWS = 8
"""So many views wait for the next look; older ones go."""
RATE_SECONDS = 2.0
"""The updates a second are a mean over about this long."""
SLOW_SECONDS = 1.5
"""Between two updates in slow motion."""
CHUNK = 4
"""So many updates are made before the clock is read."""
PATIENCE_SECONDS = 5.0
DIVERGED = "Training has diverged. Go back in time and change something, or start anew."


@dataclass(frozen=True)
class State:
    """What the page may know of a trainer.

    Attributes
    ----------
    knobs : as they hold at this step. recipe : those that lead here from step 0.
    running, slow : whether it trains by itself, and one update at a time.
    catching_up : whether it trains up to a step that was asked for.
    step, latest : where it is, and how far it ever was.
    view : what to draw; None before the first.
    rate : updates a second lately.
    message : what could not be done, or nothing.
    place, crowd : its place among all that trains in this server, 0 while it has its turn, and
        how many they are.
    """

    knobs: Knobs
    recipe: Knobs
    running: bool = False
    slow: bool = False
    catching_up: bool = False
    step: int = 0
    latest: int = 0
    view: View | None = None
    rate: float = 0.0
    message: str = ""
    place: int = 0
    crowd: int = 1


class Trainer:
    """Trains one or two laboratories in step; every order is obeyed between two ticks.

    Parameters
    ----------
    knobs : of the lesson; it trains up to ``knobs.steps`` at once if ``resume``.
    """

    def __init__(self, knobs: Knobs, *, resume: bool = False):
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._state = State(knobs, knobs)
        self._film: deque[View] = deque(maxlen=MOST_VIEWS)
        self._watched = 0.0
        self._due, self._target = 0.0, 0
        self._ticked = 0.0
        self._told: tuple[str, ...] = ()
        self._labs: dict[str, Laboratory] = {}
        self._asked = self._obeyed = 0
        self._turn = Turn(TURNS)
        self._order(lambda: self._open(knobs, resume=resume))
        self._thread = threading.Thread(target=self._live, daemon=True, name="gan laboratory")
        self._thread.start()
        atexit.register(self.close)

    @property
    def state(self) -> State:
        """How things are."""
        with self._lock:
            return self._state

    def look(self) -> tuple[State, list[View]]:
        """The state now, and the views since the last look; more are made for the next one."""
        self._watched = time.monotonic()
        with self._lock:
            views = list(self._film)
            self._film.clear()
            state = self._state
        return replace(state, place=self._turn.ahead, crowd=1 + self._turn.others), views

    @property
    def has_obeyed(self) -> bool:
        """Whether no order waits."""
        return self._obeyed == self._asked

    def settle(self, seconds: float = 0.12) -> State:
        """The state once all orders are obeyed, or after some time."""
        end = time.monotonic() + seconds
        while not self.has_obeyed and time.monotonic() < end and self.alive:
            time.sleep(0.002)
        return self.state

    def play(self, *, slow: bool = False) -> None:
        """Train on until told otherwise."""
        self._order(lambda: self._set(running=True, slow=slow, catching_up=False))

    def pause(self) -> None:
        """Stand still."""
        self._order(lambda: self._set(running=False, catching_up=False))

    def step(self, training: str = "both") -> None:
        """One update of both players, or of one alone."""
        self._order(lambda: self._one(training))

    def go_to(self, step: int) -> None:
        """Stand still at a step that was reached before."""
        self._order(lambda: self._travel(step))

    def linearise(self) -> None:
        """Stand still, and tell what the multipliers of this moment predict."""
        self._order(self._linearise)

    def change(self, knobs: Knobs) -> None:
        """Let other knobs hold from now on; a new beginning where they cannot be changed."""
        self._order(lambda: self._change(knobs))

    def restart(self, knobs: Knobs | None = None, *, resume: bool = False) -> None:
        """Begin again at step 0, with these knobs or with those that hold now.

        With ``resume`` it trains up to ``knobs.steps`` at once, each edit at its step.
        """
        self._order(
            lambda: self._open(self._state.knobs if knobs is None else knobs, resume=resume)
        )

    def close(self) -> None:
        """End the thread; torch must not be at work while the interpreter is taken down."""
        atexit.unregister(self.close)
        self._closing.set()
        self._order(lambda: None)
        if self._thread is not threading.current_thread():
            self._thread.join(PATIENCE_SECONDS)

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def _order(self, what: Callable[[], None]) -> None:
        self._asked += 1
        self._orders.put(what)
        self._turn.nudge()

    def _live(self) -> None:
        try:
            with one_thread():
                self._train_until_closed()
        finally:
            self._turn.rest()

    def _train_until_closed(self) -> None:
        while not self._closing.is_set():
            try:
                self._obey()
                if self._closing.is_set():
                    return
                self._work()
            except ValueError as error:
                self._set(running=False, catching_up=False, message=str(error))
            except Exception as error:
                logging.getLogger(__name__).exception("the laboratory failed")
                told = f"{type(error).__name__}: {error}"
                self._set(running=False, catching_up=False, message=told)

    def _obey(self) -> None:
        """All orders that wait; where there is nothing to train now, wait for one."""
        state = self._state
        idle = not (state.running or state.catching_up)
        rest = self._due - time.monotonic() if state.slow and not state.catching_up else 0.0
        if idle or rest > 0:
            self._turn.rest()
            self._ticked = 0.0
        try:
            order = self._orders.get(idle or rest > 0, None if idle else max(rest, 0.001))
            while True:
                try:
                    order()
                    self._show()
                finally:
                    self._obeyed += 1
                order = self._orders.get_nowait()
        except queue.Empty:
            pass

    def _work(self) -> None:
        """Train for a tick, and look."""
        state, began = self._state, time.monotonic()
        if not (state.running or state.catching_up):
            return
        if state.slow and not state.catching_up:
            if began >= self._due:
                self._advance(1)
                self._due = began + SLOW_SECONDS
                self._show()
            return
        if not self._turn.take(lambda: not self._orders.empty(), WATCHED_SECONDS):
            return
        before = self._lab.step
        began = time.monotonic()
        while time.monotonic() < began + TICK_SECONDS and self._orders.empty():
            left = self._target - self._lab.step if state.catching_up else CHUNK
            self._advance(min(CHUNK, left))
            if any(lab.failed for lab in self._labs.values()):
                self._show(running=False, catching_up=False, message=DIVERGED)
                return
            if state.catching_up and self._lab.step >= self._target:
                self._show(catching_up=False)
                return
        now = time.monotonic()
        seconds = max(now - (self._ticked or began), 1e-6)
        rate, kept = (self._lab.step - before) / seconds, math.exp(-seconds / RATE_SECONDS)
        self._ticked = now
        self._set(rate=kept * state.rate + (1 - kept) * rate)
        if now >= self._due and now < self._watched + WATCHED_SECONDS:
            self._due = now + VIEW_SECONDS
            self._show()

    @property
    def _lab(self) -> Laboratory:
        if not self._labs:
            raise ValueError("nothing trains yet: these knobs cannot be used; change them")
        return next(iter(self._labs.values()))

    def _advance(self, steps: int) -> None:
        for lab in self._labs.values():
            lab.advance(steps)

    def _open(self, knobs: Knobs, *, resume: bool = False) -> None:
        """New laboratories for some knobs, their edits planned."""
        plan, settings = editions(knobs), sides(knobs)
        self._labs = {name: opened(own) for name, own in settings.items()}
        self._plan, self._target = plan, knobs.steps
        self._set(
            knobs=knobs, recipe=knobs, catching_up=resume, message="",
            running=self._state.running and not resume,
        )  # fmt: skip

    def _change(self, knobs: Knobs) -> None:
        now = self._state.knobs
        anew = not self._labs or self._lab.latest == 0
        if anew or changes_between(now, knobs, ("seed", "beside")):
            self._open(replace(knobs, edits=""))
            return
        self._plan = [(at, replace(own, second=knobs.second)) for at, own in self._plan]
        now = replace(now, second=knobs.second, steps=knobs.steps)
        self._set(knobs=now, message="")
        if not changes_between(now, knobs):
            return
        step, settings = self._lab.step, [setting_of(own) for own in sides(knobs).values()]
        for lab, setting in zip(self._labs.values(), settings, strict=True):
            lab.edit(setting)
        self._plan = [moment for moment in self._plan if moment[0] <= step]
        self._plan.append((step, knobs))
        self._set(knobs=knobs, catching_up=False)

    def _one(self, training: str) -> None:
        """One update; of one player alone it is two edits, and so a part of the recipe."""
        self._set(running=False, catching_up=False)
        before = self._state.knobs
        if training != before.training:
            self._change(replace(before, training=training))
        self._advance(1)
        if training != before.training:
            self._change(before)

    def _travel(self, step: int) -> None:
        self._set(running=False, catching_up=False, message="")
        if step > max(lab.latest for lab in self._labs.values()):
            self._lab.go_to(step)  # says what is wrong
        together = min(step, *(lab.latest for lab in self._labs.values()))
        for lab in self._labs.values():
            lab.go_to(together)

    def _linearise(self) -> None:
        self._set(running=False, catching_up=False)
        self._told = spectrum_in_words(self._lab)

    def _held(self) -> Knobs:
        """The knobs that hold at this step, without the edits that led to them."""
        return replace([own for at, own in self._plan if at <= self._lab.step][-1], edits="")

    def _show(self, **values: Any) -> None:
        """Make the view of this moment, and let it and some values be known at once."""
        if not self._labs:
            return
        state = replace(self._state, **values)
        told = state.slow or not (state.running or state.catching_up)
        held = self._held()
        view = view_of(self._labs, held.second, slow=told)
        if self._told:
            view, self._told = replace(view, sentences=self._told), ()
        with self._lock:
            self._film.append(view)
        self._set(
            view=view, recipe=self._recipe(), knobs=held,
            step=self._lab.step, latest=self._lab.latest, **values,
        )  # fmt: skip

    def _recipe(self) -> Knobs:
        """The knobs that lead to this step from the beginning."""
        step, first = self._lab.step, self._plan[0][1]
        moments, last = [], replace(first, edits="")
        for at, knobs in self._plan[1:]:
            plain = replace(knobs, edits="")
            if at <= step and (text := changes_between(last, plain)):
                moments.append((at, text))
                last = plain
        return replace(first, steps=step, edits=schedule_text(moments))

    def _set(self, **values: Any) -> None:
        with self._lock:
            self._state = replace(self._state, **values)


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda trainer: trainer.close())
def session_trainer(given: str, resume: bool) -> Trainer:
    """The trainer of this session; it ends with the session.

    Parameters
    ----------
    given : its first knobs, by :func:`as_text`. resume : whether to go to their step at once.
    """
    return Trainer(make_knobs(Knobs, json.loads(given)), resume=resume)


def as_text(knobs: Knobs) -> str:
    """Knobs as :func:`session_trainer` takes them."""
    return json.dumps(knobs_to_dict(knobs))
