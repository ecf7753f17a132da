"""The rough error surface of a recurrent net: a wall in closed form, and how paths meet it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from dynamics import Trajectory, simulate
from dynamics.methods import Simultaneous
from dynamics.step_rules import Adam, Clipped, Plain, RMSProp, StepRule
from frenemy.figures import (
    Axis,
    Contour,
    Figure,
    HeatMap,
    Line,
    Look,
    Mark,
    Panel,
    Points,
    Surface,
    Text,
    VerticalLine,
    series,
)
from frenemy.lessons._claims import Claim, Finding, holds
from frenemy.lessons._lesson import Compared, Lesson, knob
from frenemy.lessons._rules import nothing
from frenemy.lessons._threads import on_one_thread
from rnn.error_surface import OneNeuron, folds, refined

STORY = r"""
**The slide.** The error surface of a recurrent net is rough: flat plains and steep walls. The
picture is of one neuron, $x_t = w\,\sigma(x_{t-1}) + b$, followed for 50 steps from $x_0 = 0.5$,
with the error $(\sigma(x_{50}) - 0.7)^2$.

**The wall has a formula.** For $w > 4$ the map can have two attracting fixed points with a
repelling one between them. Where the *start* is the repelling point, $b^*(w) = x_0 -
w\,\sigma(x_0)$, one side runs down and the other up: that is the wall, for every $w >
1/\sigma'(x_0) = 4.255$. On it $dx_{50}/db = (a^{50}-1)/(a-1)$ with $a = w\,\sigma'(x_0)$: at $w =
6$ already $2.6\cdot10^7$, so the wall is $10^{-7}$ wide. An ordinary grid steps over it. Here each
column is sampled again and again where it jumps.

**Paths.** Gradient descent slides along the valley to the wall, meets a gradient of $10^{2}$ or
more, and is thrown onto a plateau in one step. Clipped by its norm, the same gradient points the
same way but moves at most $\alpha\theta$. RMSprop and Adam divide by the size of past gradients:
one huge gradient, and they hardly move for a long while; before that, their steps do not know how
steep it is.

**A real net** has such walls too: choose directions through the weights of a small net that was
trained on the temporal order of symbols.
"""
WINDOW_W, WINDOW_B = (4.0, 7.0), (-4.0, -1.6)
DIRECTIONS = ("none", "random", "filter-normalised", "recurrent weights")
COLUMNS, ROWS = 120, 60
GRID = 256
NET_GRID = 61
LIFTED = {"raw": (1.4, 1.0), "clipped by norm": (0.7, 0.6), "RMSprop": (0.35, 0.9)}
"""Paths on the surface in space: width and opacity. Those that climb the wall again and again are
thin, so that it is seen behind them."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    w: float = knob(5.0, label="start $w$", low=4.0, high=7.0, step=0.05)
    b: float = knob(-2.4, label="start $b$", low=-4.0, high=-1.6, step=0.05)
    lr: float = knob(0.1, label=r"step size $\alpha$", low=0.001, high=1.0, log=True,
                     help="of raw and clipped descent")  # fmt: skip
    threshold: float = knob(1.0, label=r"clip at $\theta$", low=0.01, high=100.0, log=True)
    adaptive_lr: float = knob(0.01, label="step size of RMSprop and Adam", low=0.0001, high=0.3,
                              log=True)  # fmt: skip
    steps: int = knob(400, label="training steps", low=10, high=5000)
    length: int = knob(50, label="length of the sequence", low=5, high=200)
    net: str = knob("none", label="a real net: directions", choices=DIRECTIONS,
                    help="also draw the loss of a trained net over two directions")  # fmt: skip
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of the real net")


@dataclass(frozen=True, eq=False)
class NetSurface:
    """The loss of a trained net over two directions, ``(NET_GRID, NET_GRID)``, and its own loss."""

    at: np.ndarray
    losses: np.ndarray
    trained: float
    accuracy: float


@dataclass(frozen=True, eq=False)
class Result:
    """The surface, sampled twice, and the paths over it.

    Attributes
    ----------
    w, b : the grid, ``(400,)`` each; error : ``(400, 400)``.
    columns, heights, values : the adaptive samples, ``(m,)``, ``(n, m)``, ``(n, m)``.
    paths : how it is trained -> states ``(T, 2)``.
    """

    knobs: Knobs
    model: OneNeuron
    w: np.ndarray
    b: np.ndarray
    error: np.ndarray
    columns: np.ndarray
    heights: np.ndarray
    values: np.ndarray
    paths: dict[str, Trajectory]
    net: NetSurface | None


def run(knobs: Knobs) -> Result:
    """Sample the surface and walk over it."""
    model = OneNeuron(knobs.length)
    start = np.array([knobs.w, knobs.b])
    paths = {
        name: simulate(model, Simultaneous(lr, rule), start, knobs.steps)
        for name, (lr, rule) in _ways(knobs).items()
    }
    net = None if knobs.net == "none" else _net_surface(knobs.net, knobs.seed)
    w, b, error, columns, heights, values = _sampled(knobs.length)
    return Result(knobs, model, w, b, error, columns, heights, values, paths, net)


@lru_cache(maxsize=8)
def _sampled(length: int) -> tuple[np.ndarray, ...]:
    """The surface, which is the same wherever one starts: on a grid, and along refined columns."""
    model = OneNeuron(length)
    w, b = np.linspace(*WINDOW_W, GRID), np.linspace(*WINDOW_B, GRID)
    columns = np.linspace(*WINDOW_W, COLUMNS)
    heights, values = refined(model.error, columns, np.linspace(*WINDOW_B, ROWS))
    sampled = (w, b, model.error(w[None], b[:, None]), columns, heights, values)
    for array in sampled:
        array.flags.writeable = False
    return sampled


def _ways(knobs: Knobs) -> dict[str, tuple[float, StepRule]]:
    theta = knobs.threshold
    return {
        "raw": (knobs.lr, Plain()),
        "clipped by norm": (knobs.lr, Clipped(threshold=theta)),
        "clipped by value": (knobs.lr, Clipped(threshold=theta, by="value")),
        "RMSprop": (knobs.adaptive_lr, RMSProp()),
        "Adam": (knobs.adaptive_lr, Adam()),
    }


@lru_cache(maxsize=8)
@on_one_thread
def _net_surface(kind: str, seed: int) -> NetSurface:
    """Train a small tanh net on the temporal order of symbols, and look around it."""
    import torch

    from rnn.cells import Elman
    from rnn.net import Net
    from rnn.slices import directions, surface
    from rnn.tasks import TemporalOrder
    from rnn.training import Trainer

    task = TemporalOrder(20)
    net = Net(Elman(task.inputs, 20, weights="orthogonal"), task.outputs)
    trainer = Trainer(net, task, Simultaneous(0.005, Clipped(Adam(), 1.0)), seeds=(seed,))
    trainer.advance(300)
    generator = torch.Generator().manual_seed(seed)
    batch = task.batch(48, [generator])
    along = directions(net, trainer.z, kind, generator)
    reach = 1.5 if kind == "recurrent weights" else 0.4
    at = np.linspace(-reach, reach, NET_GRID)
    losses = surface(net, task, batch, trainer.z, along, at, at)
    loss, score = trainer.evaluate()
    return NetSurface(at, losses, float(loss[0]), float(score[0]))


def facts(result: Result) -> dict[str, Any]:
    """Where the wall is, how steep, and where each path ends."""
    model, knobs = result.model, result.knobs
    stated: dict[str, Any] = {}
    column = int(np.abs(result.columns - max(knobs.w, model.least_cliff + 0.1)).argmin())
    w = float(result.columns[column])
    cliff = float(model.cliff(w))
    if WINDOW_B[0] < cliff < WINDOW_B[1]:
        stated[f"the wall at w = {w:.4g}: b"] = Compared(cliff, _wall(result, column))
    if w > model.least_cliff:
        on_wall = OneNeuron(min(knobs.length, 12))
        slope = on_wall._unrolled(np.array([w, cliff])).first[1]
        label = f"dx/db on it after {on_wall.steps} steps"
        stated[label] = Compared(on_wall.slope_on_cliff(w), float(slope))
        stated[f"dx/db on it after {knobs.length} steps"] = f"{model.slope_on_cliff(w):.3g}"
    stated["a wall exists above w"] = f"{model.least_cliff:.5f}"
    for name, path in result.paths.items():
        jumps = np.linalg.norm(np.diff(path.states, axis=0), axis=1)
        end = float(model.error(*path.final))
        stated[f"{name}: error at the end, longest step"] = f"{end:.3g}, {jumps.max():.3g}"
    theta, lr = knobs.threshold, knobs.lr
    longest = np.linalg.norm(np.diff(result.paths["clipped by norm"].states, axis=0), axis=1)
    stated["clipped by norm: the longest step (at most step size times threshold)"] = Compared(
        lr * theta, float(longest.max())
    )
    if result.net is not None:
        stated["the real net: loss and accuracy"] = (
            f"{result.net.trained:.3g}, {result.net.accuracy:.0%}"
        )
    return stated


def _wall(result: Result, column: int) -> float:
    """Where adaptive sampling found the largest jump of a column."""
    steps = np.abs(np.diff(result.values[:, column]))
    narrow = np.diff(result.heights[:, column])
    steepest = int((steps / np.maximum(narrow, 1e-300)).argmax())
    return float(result.heights[steepest, column])


def surface(result: Result) -> Figure:
    """The surface in space, each column sampled where it jumps, with the paths on it."""
    marks: list[Mark] = [
        Surface(result.columns, result.heights, result.values, opacity=0.9, limits=(0.0, 0.5))
    ]
    for index, (name, path) in enumerate(result.paths.items()):
        if name in LIFTED:
            marks += _lifted(result.model, path.states, name, _look(index))
    panel = Panel(
        marks, x=Axis("$w$", range=WINDOW_W), y=Axis("$b$", range=WINDOW_B),
        z=Axis("error", range=(0.0, 0.5)),
    )  # fmt: skip
    return Figure([panel], title="The error surface of one recurrent neuron, and its wall")


def _lifted(model: OneNeuron, path: np.ndarray, name: str, look: Look) -> list[Mark]:
    """A path on the surface in space, and where it ends."""
    w, b = np.where(_inside(path), path.T, np.nan)
    error = np.where(_inside(path), model.error(*path.T) + 0.012, np.nan)
    width, opacity = LIFTED[name]
    return [
        Line(w, b, z=error, label=name, width=width, opacity=opacity, **look),
        Points(w[-1:], b[-1:], z=error[-1:], color=look["color"], size=0.9),
    ]


def _inside(path: np.ndarray) -> np.ndarray:
    w, b = path.T
    return (w >= WINDOW_W[0]) & (w <= WINDOW_W[1]) & (b >= WINDOW_B[0]) & (b <= WINDOW_B[1])


def contour(result: Result) -> Figure:
    """The surface from above, the wall and the folds in closed form, and all paths."""
    w = result.w
    cliff, (low, high) = result.model.cliff(w), folds(w)
    marks: list[Mark] = [
        HeatMap(w, result.b, np.sqrt(result.error), scale=r"$|\sigma(x_T) - 0.7|$"),
        Line(w, cliff, color="background", width=1.6),
        Line(w, low, color="background", dash="dot"),
        Line(w, high, color="background", dash="dot"),
        Text.at(5.7, -2.86, "the wall: closed form", align="right", color="background", size=0.9),
        Text.at(6.95, -2.42, "folds of the map", align="left", color="background", size=0.9),
        Text.at(result.knobs.w + 0.06, result.knobs.b + 0.08, "start", align="right",
             color="background", size=0.9),
    ]  # fmt: skip
    for index, (name, path) in enumerate(result.paths.items()):
        look = _look(index)
        marks.append(Line(*path.states.T, label=name, width=1.5, **look))
        marks.append(Points(*path.states[-1:].T, color=look["color"], size=0.9))
    start = Points(*result.paths["raw"].states[:1].T, symbol="cross", color="background", size=1.4)
    marks.append(start)
    panel = Panel(marks, x=Axis("$w$", range=WINDOW_W), y=Axis("$b$", range=WINDOW_B))
    caption = (
        f"raw and clipped: step {result.knobs.lr:g}; RMSprop, Adam: {result.knobs.adaptive_lr:g}"
    )
    return Figure([panel], title="The wall seen from above, and how training meets it",
                  caption=caption)  # fmt: skip


def _look(index: int) -> Look:
    """How a path looks in every figure: bright, since some have a dark ground."""
    bright = ("second", "sixth", "third", "fourth", "fifth")
    return Look(color=bright[index], dash=series(index)["dash"])


def section(result: Result) -> Figure:
    """The error along b at the start's w, and the wall under a microscope."""
    w = max(result.knobs.w, result.model.least_cliff + 0.1)
    heights, values = refined(result.model.error, np.array([w]), np.linspace(*WINDOW_B, 400))
    b, error = heights[:, 0], values[:, 0]
    grid = np.linspace(*WINDOW_B, 60)
    cliff = float(result.model.cliff(w))
    marks: list[Mark] = [
        Line(b, error, label="sampled where it jumps", width=1.6, **series(0)),
        Points(grid, result.model.error(np.full(60, w), grid), size=0.7, color="second",
               label="an ordinary grid of 60"),
        VerticalLine(cliff, color="prediction", dash="dash", label="closed form"),
    ]  # fmt: skip
    whole = Panel(marks, x=Axis("$b$", range=WINDOW_B), y=Axis("error"), title=f"$w = {w:.3g}$")
    width = 40 / result.model.slope_on_cliff(w)
    near = cliff + np.linspace(-width, width, 400)
    zoomed = Panel(
        [Line((near - cliff) / width, result.model.error(np.full(400, w), near), **series(0))],
        x=Axis(f"$b - b^*$, in units of {width:.1e}"),
        y=Axis("error"),
        title="the wall from near by",
    )
    return Figure([whole, zoomed], title="A cut through the wall")


def descent(result: Result) -> Figure:
    """The error along every path."""
    marks: list[Mark] = []
    for index, (name, path) in enumerate(result.paths.items()):
        error = result.model.error(*path.states.T)
        shown = np.where(error > 1e-12, error, np.nan)
        marks.append(Line(path.times.astype(float), shown, label=name, width=1.0, **_look(index)))
    panel = Panel(marks, x=Axis("training step"), y=Axis("error", scale="log"))
    return Figure([panel], title=f"From ({result.knobs.w:g}, {result.knobs.b:g})")


def trained_net(result: Result) -> Figure:
    """The loss of a real trained net over two directions of its weights."""
    if result.net is None:
        return nothing("to train a net, set 'a real net: directions' (--net) to 'random'")
    net, kind = result.net, result.knobs.net
    logs = np.log10(np.maximum(net.losses, 1e-4))
    what = "weight" if kind == "recurrent weights" else "direction"
    x, y = Axis(f"first {what}"), Axis(f"second {what}")
    above = Panel(
        [
            HeatMap(net.at, net.at, logs, scale=r"$\log_{10}$ loss"),
            Contour(net.at, net.at, logs, levels=8, color="background"),
            Points(
                np.zeros(1), np.zeros(1), symbol="star", color="second", size=1.5, label="trained"
            ),
        ],
        x=x, y=y,
    )  # fmt: skip
    space = Panel([Surface(net.at, net.at, logs)], x=x, y=y, z=Axis(r"$\log_{10}$ loss"))
    over = "of its recurrent weights" if kind == "recurrent weights" else f"{kind} directions"
    return Figure([above, space], title=f"A real net: its loss over two {over}")


DEFAULT = Knobs()


def _clipping(result: Result) -> Finding:
    longest = {
        name: float(np.linalg.norm(np.diff(path.states, axis=0), axis=1).max())
        for name, path in result.paths.items()
    }
    bound = result.knobs.lr * result.knobs.threshold
    return holds(
        longest["clipped by norm"] <= bound * (1 + 1e-9) < longest["raw"],
        f"at the wall the longest step is {longest['raw']:.3g} without, "
        f"{longest['clipped by norm']:.3g} with clipping",
    )


def _adapting(result: Result) -> Finding:
    ends = {name: float(result.model.error(*path.final)) for name, path in result.paths.items()}
    longest = np.linalg.norm(np.diff(result.paths["RMSprop"].states, axis=0), axis=1).max()
    return holds(
        ends["RMSprop"] < 0.1 * ends["raw"],
        f"after {result.knobs.steps} steps from the same start the error is {ends['RMSprop']:.2g}, "
        f"with raw steps {ends['raw']:.2g}; the longest step of RMSprop is {longest:.2g}",
    )


CLAIMS = (
    Claim("Exploding gradient solutions", "clip gradients at a threshold", DEFAULT, _clipping),
    Claim("Exploding gradient solutions", "RMSprop to adjust the learning rate", DEFAULT,
          _adapting),
    Claim(
        "Rough Error Surface of RNN", "the error has steep walls", DEFAULT,
        lambda result: holds(
            result.model.slope_on_cliff(result.knobs.w) > 100,
            f"on the wall the state moves {result.model.slope_on_cliff(result.knobs.w):,.0f} times "
            f"as far as b, after {result.model.steps} steps",
        ),
    ),
)  # fmt: skip
LESSON = Lesson(
    name="error-surface",
    title="The rough error surface, and why one clips",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={
        "contour": contour, "surface": surface, "section": section, "descent": descent,
        "trained-net": trained_net,
    },
    picks={"contour": ("w", "b")},
    presets={
        "thrown by the wall": DEFAULT,
        "along the wall": replace(DEFAULT, w=6.0, b=-3.0),
        "nearer the fold": replace(DEFAULT, w=5.0, b=-2.3),
        "smaller steps do not help": replace(DEFAULT, lr=0.02, steps=2000),
        "a short sequence": replace(DEFAULT, length=8),
        "a real net, random": replace(DEFAULT, net="random"),
        "a real net, filters": replace(DEFAULT, net="filter-normalised"),
        "a real net, two weights": replace(DEFAULT, net="recurrent weights"),
    },
    references=("pascanu2013", "li2018", "tieleman2012", "kingma2015"),
    slides=("Rough Error Surface of RNN", "Exploding gradient solutions"),
)  # fmt: skip
