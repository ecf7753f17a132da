"""A lesson as small as one can be, registered by the tests that need one."""

import time
from dataclasses import dataclass

import numpy as np

from frenemy.figures import Figure, Frame, Line, Panel
from frenemy.lessons import Compared, Lesson, knob


@dataclass(frozen=True)
class Knobs:
    start: float = knob(2.0, label="start $x_0$", low=-10, high=10, step=0.5)
    rate: float = knob(
        0.5, label=r"rate $\eta$", help="factor of a step", low=1e-3, high=2, log=True
    )
    steps: int = knob(4, label="steps", low=1, high=1000)
    seed: int = knob(0, label="seed", low=0)
    noisy: bool = knob(False, label="noise")
    way: str = knob("down", label="way", choices=("down", "up"))
    extras: tuple[str, ...] = knob((), label="extras", choices=("mean", "last"))
    formula: str = knob("x^2", label="formula", kind="formula")
    nap: float = knob(0.0, label="seconds a step takes", low=0, high=60)


def run(knobs, *, progress=None):
    factor = knobs.rate if knobs.way == "down" else 1 / knobs.rate
    values = [knobs.start]
    for step in range(knobs.steps):
        time.sleep(knobs.nap)
        values.append(values[-1] * factor)
        if progress is not None:
            progress(step + 1, knobs.steps, "stepping")
    noise = np.random.default_rng(knobs.seed).normal(size=len(values))
    return knobs, np.array(values) + knobs.noisy * noise


def facts(result):
    knobs, values = result
    factor = knobs.rate if knobs.way == "down" else 1 / knobs.rate
    return {
        "last": Compared(knobs.start * factor**knobs.steps, values[-1]),
        "nothing": float("nan"),
        "far": float("inf"),
        "name": knobs.way,
    }


def path(result):
    return Figure([Panel([Line(np.arange(len(result[1])), result[1], name="path")])], title="path")


def film(result):
    _, values = result
    frames = [
        Frame(f"step {n}", {"path": Line(np.arange(n), values[:n], name="path")})
        for n in range(2, len(values))
    ]
    still = path(result)
    return Figure(still.panels, title="film", frames=frames)


LESSON = Lesson(
    name="tiny",
    title="A geometric sequence",
    story="$x_{n+1} = \\eta x_n$",
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={"path": path, "film": film},
    presets={"going up": Knobs(way="up"), "long": Knobs(steps=50)},
    references=("nash1950", "kingma2015"),
    slides=("A slide",),
)
