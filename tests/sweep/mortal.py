"""A lesson that can nap, refuse, break down and take its worker with it."""

import os
import sys
import time
from dataclasses import dataclass

import numpy as np

from frenemy import lessons
from frenemy.figures import Figure, Line, Panel
from frenemy.lessons import Compared, Lesson, knob


@dataclass(frozen=True)
class Knobs:
    x: float = knob(1.0, label="$x$", low=-10, high=10)
    n: int = knob(1, label="n", low=1, high=100)
    fate: str = knob("fine", label="fate", choices=("fine", "refuse", "fail", "die", "diverge"))
    words: tuple[str, ...] = knob((), label="words", choices=("a", "b"))
    seed: int = knob(0, label="seed", low=0)
    nap: float = knob(0.0, label="seconds", low=0, high=60)


def run(knobs):
    time.sleep(knobs.nap)
    if knobs.fate == "refuse":
        raise ValueError("x must be kinder")
    if knobs.fate == "fail":
        raise ZeroDivisionError("nothing to divide by")
    if knobs.fate == "die":
        os._exit(9)
    noise = np.random.default_rng(knobs.seed).normal()
    return knobs, np.inf if knobs.fate == "diverge" else knobs.x**2 + 0.1 * noise


def facts(result):
    knobs, square = result
    return {
        "square": Compared(knobs.x**2, square),
        "positive": bool(square > 0),
        "words": ",".join(knobs.words),
        "nothing": None,
    }


def picture(result):
    return Figure([Panel([Line(np.arange(2.0), np.arange(2.0))])], title="square")


LESSON = Lesson(
    name="mortal", title="A lesson that can die", story="Nothing lasts.", knobs=Knobs, run=run,
    facts=facts, figures={"picture": picture},
)  # fmt: skip


def register():
    """Make the lesson known to this process."""
    sys.modules["frenemy.lessons.mortal"] = sys.modules[__name__]
    lessons.TITLES["mortal"] = LESSON.title


def dask_setup(worker):
    """What Dask calls in every worker that is told to load this module."""
    time.sleep(float(os.environ.get("MORTAL_AWAKES_AFTER", "0")))
    register()
