"""For which step sizes a rule converges, and what is the integrator's doing and not the game's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from dynamics import Game, StabilityRegion, Trajectory, flow, simulate, stability_region
from dynamics.methods import (
    Alternating,
    AlternatingHeavyBall,
    Consensus,
    HeavyBall,
    Heun,
    Lookahead,
    Method,
    Optimistic,
    ProximalPoint,
    RungeKutta4,
    Simultaneous,
)
from frenemy.figures import (
    Axis,
    Contour,
    Figure,
    HeatMap,
    Line,
    Mark,
    Panel,
    Points,
    series,
)
from frenemy.lessons._lesson import Compared, Lesson, knob

STORY = r"""
**How large a step?** One number decides: the spectral radius $\rho$ of the iteration matrix, which
depends on the step size and on every other setting of the rule. The map shows $\rho$ over two of
them, computed exactly; where $\rho < 1$ the rule converges. Beside it the same pairs are simply
run, and the factor by which the distance grows or shrinks is measured. The black line is $\rho =
1$; wherever the theory decides, the two must agree.

**On $xy$** momentum has to be *negative*: with turns and $-1 < \beta < 0$ exactly the steps below
$2(1+\beta)$ converge. Consensus converges for $\alpha < 2\gamma/(1+\gamma^2)$. For $-3x^2 - y^2 +
4xy$, minimised over x, the second player has to be more than three times as fast.

**The flow and its integrators.** All rules with small steps follow the flow $\dot z = -F(z)$, which
turns about the equilibrium of $xy$ at a constant distance. Explicit steps drift out, implicit ones
in, taking turns (the symplectic Euler method) neither. Heun's method drifts out more slowly, and
the classical Runge-Kutta method drifts **in** for steps below $2\sqrt2$. That convergence is
spurious: it comes from the integrator's error, and no game is solved by it.
"""


class Pair(NamedTuple):
    """Two hyper-parameters: their names, ranges, and the rule they make."""

    across: str
    up: str
    across_range: tuple[float, float]
    up_range: tuple[float, float]
    rule: Callable[[Any, Any], Method]


PAIRS: dict[str, Pair] = {
    "step and momentum with turns": Pair(
        r"step size $\alpha$", r"momentum $\beta$", (0.02, 2.5), (-0.95, 0.95),
        lambda lr, beta: AlternatingHeavyBall(lr, beta=beta),
    ),
    "step and momentum": Pair(
        r"step size $\alpha$", r"momentum $\beta$", (0.02, 2.5), (-0.95, 0.95),
        lambda lr, beta: HeavyBall(lr, beta=beta),
    ),
    "step and consensus": Pair(
        r"step size $\alpha$", r"weight $\gamma$", (0.02, 2.5), (0.02, 3.0),
        lambda lr, gamma: Consensus(lr, gamma=gamma),
    ),
    "step and time scales": Pair(
        r"step size $\alpha$ of x", r"ratio $\tau$: y steps $\tau\alpha$", (0.005, 0.5),
        (0.1, 10.0), lambda lr, ratio: Simultaneous((lr, ratio * lr)),
    ),
    "steps of both players": Pair(
        r"step size of x", r"step size of y", (0.02, 2.5), (0.02, 2.5),
        lambda first, second: Optimistic((first, second)),
    ),
    "lookahead": Pair(
        r"inner steps $k$", r"share $\alpha$", (1, 12), (0.02, 1.0),
        lambda k, alpha: Lookahead(Simultaneous(0.3), k=k, alpha=alpha),
    ),
}  # fmt: skip
"""Name -> what is varied. Whole numbers as a range vary a count."""

INTEGRATORS: dict[str, Callable[[float], Method]] = {
    "explicit": Simultaneous,
    "turns (symplectic)": Alternating,
    "implicit": ProximalPoint,
    "Heun": Heun,
    "Runge-Kutta 4": RungeKutta4,
}
FACTORS: dict[str, Callable[[float], float]] = {
    "explicit": lambda a: np.sqrt(1 + a**2),
    "turns (symplectic)": lambda a: 1.0,
    "implicit": lambda a: 1 / np.sqrt(1 + a**2),
    "Heun": lambda a: np.sqrt(1 + a**4 / 4),
    "Runge-Kutta 4": lambda a: np.sqrt(1 - a**6 / 72 + a**8 / 576),
}
"""The closed forms on xy, factor of the distance in a step."""
LONGEST = 200.0


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    formula: str = knob(
        "x*y", label="value f(x, y)", kind="formula", help="x maximises it, y minimises it"
    )
    pair: str = knob(
        "step and momentum with turns",
        label="what is varied",
        choices=tuple(PAIRS),
        help="two settings of a training rule",
    )
    across: float = knob(0.5, label="chosen pair, across", low=0.0, high=30.0, step=0.01)
    up: float = knob(-0.3, label="chosen pair, up", low=-1.0, high=30.0, step=0.01)
    resolution: int = knob(41, label="values on each axis", low=5, high=101)
    lr: float = knob(
        0.5, label="step of the integrators", low=0.01, high=3.0, log=True, help="on xy"
    )
    duration: float = knob(40.0, label="time of the integrators", low=1.0, high=LONGEST)


@dataclass(frozen=True, eq=False)
class Result:
    """A map of a rule's stability, one point of it, and the integrators' paths on xy.

    Attributes
    ----------
    region : over the whole grid. here : of the chosen pair alone, a grid of one.
    paths : integrator -> its path. along : the flow.
    """

    knobs: Knobs
    region: StabilityRegion
    here: StabilityRegion
    paths: dict[str, Trajectory]
    along: Trajectory


XY = Game.zero_sum("x*y", minimizer="y", maximizer="x")
START = (1.0, 0.0)


def run(knobs: Knobs) -> Result:
    """Map the stability, judge the chosen pair, and run the integrators on xy.

    Raises
    ------
    ValueError
        If the formula is not one, or the game has no equilibrium.
    """
    region = _region(knobs.formula, knobs.pair, knobs.resolution)
    pair, game = PAIRS[knobs.pair], _game(knobs.formula)
    whole = isinstance(pair.across_range[0], int)
    across = np.array([max(round(knobs.across), 1)]) if whole else np.array([knobs.across])
    here = stability_region(game, pair.rule, across, np.array([knobs.up]))
    steps = max(round(knobs.duration / knobs.lr), 2)
    paths = {name: simulate(XY, rule(knobs.lr), START, steps) for name, rule in INTEGRATORS.items()}
    return Result(knobs, region, here, paths, flow(XY, START, knobs.duration))


def _game(formula: str) -> Game:
    return Game.zero_sum(formula, minimizer="y", maximizer="x")


@lru_cache(maxsize=16)
def _region(formula: str, name: str, resolution: int) -> StabilityRegion:
    """The map, kept: moving the chosen pair does not change it."""
    pair = PAIRS[name]
    x, y = (_axis(side, resolution) for side in (pair.across_range, pair.up_range))
    return stability_region(_game(formula), pair.rule, x, y)


def _axis(ends: tuple[float, float], resolution: int) -> np.ndarray:
    if isinstance(ends[0], int):
        return np.arange(ends[0], ends[1] + 1)
    return np.linspace(*ends, resolution)


def facts(result: Result) -> dict[str, Any]:
    """How far theory and run agree, the chosen pair, and every integrator's factor."""
    region, here = result.region, result.here
    stated: dict[str, Any] = {
        "share of the map on which run and theory agree": Compared(1.0, region.agreement),
        "share of the map that converges": Compared(
            float(((region.radius < 1) & region.decided).mean()),
            float(((region.growth < 1) & region.decided).mean()),
        ),
        "chosen pair: factor per step": Compared(
            float(here.radius[0, 0]), float(here.growth[0, 0])
        ),
    }
    best = np.unravel_index(int(region.radius.argmin()), region.radius.shape)
    pair = PAIRS[result.knobs.pair]
    stated["best pair on the map"] = (
        f"{_plain(pair.across)} {region.x[best[1]]:.4g}, "
        f"{_plain(pair.up)} {region.y[best[0]]:.4g}, factor {region.radius[best]:.4g}"
    )
    for name, path in result.paths.items():
        lengths = np.linalg.norm(path.states, axis=1)
        steps = path.times[-1]
        measured = (lengths[-1] / lengths[0]) ** (1 / steps) if path.outcome.ok else None
        stated[f"{name}: factor per step on xy"] = Compared(
            float(FACTORS[name](result.knobs.lr)), None if measured is None else float(measured)
        )
    ends = np.linalg.norm(result.along.states[[0, -1]], axis=1)
    stated["flow: distance at the end"] = Compared(float(ends[0]), float(ends[1]))
    return stated


def _plain(label: str) -> str:
    return label.split("$")[0].strip() or label


def stability(result: Result) -> Figure:
    """The exact spectral radius beside the measured factor, with the line where theory is 1."""
    region, pair = result.region, PAIRS[result.knobs.pair]
    panels = []
    for title, values in (("theory", region.radius), ("run", region.growth)):
        clipped = np.log(np.clip(values, 0.25, 4.0))
        marks: list[Mark] = [
            HeatMap(
                region.x.astype(float),
                region.y.astype(float),
                clipped,
                scale=r"log of the factor per step",
                show_scale=title == "run",
                colormap="diverging",
                limits=(-0.5, 0.5),
            )
        ]
        if min(region.radius.shape) > 1 and (region.radius.min() < 1 < region.radius.max()):
            marks.append(
                Contour(
                    region.x.astype(float), region.y.astype(float),
                    np.log(np.clip(region.radius, 1e-3, 1e3)), levels=(0.0,), color="ink",
                    width=1.0, label=r"$\rho = 1$",
                )
            )  # fmt: skip
        marks.append(
            Points(
                np.array([float(result.here.x[0])]), np.array([float(result.here.y[0])]),
                color="ink", symbol="cross", size=1.2, label="chosen pair",
            )
        )  # fmt: skip
        panels.append(
            Panel(marks, x=Axis(pair.across), y=Axis(pair.up), title=title, legend=title == "run")
        )
    return Figure(panels, title=f"f = {result.knobs.formula}: it converges where it is blue")


def orbits(result: Result) -> Figure:
    """The integrators' paths on xy, and the drift of what the flow conserves."""
    plane: list[Mark] = [
        Line(*result.along.states.T, label="flow", color="ink", dash="dash", width=0.8)
    ]
    drift: list[Mark] = [
        Line(
            result.along.times, _energy(result.along.states), color="ink", dash="dash", width=0.8,
            label="flow",
        )
    ]  # fmt: skip
    for index, (name, path) in enumerate(result.paths.items()):
        look = series(index)
        times = path.times * result.knobs.lr
        plane.append(Line(*path.states.T, label=name, **look))
        drift.append(Line(times, _energy(path.states), label=name, **look))
    panels = [
        Panel(
            plane,
            x=Axis("$x$", range=(-3, 3)),
            y=Axis("$y$", range=(-3, 3)),
            equal_aspect=True,
            legend=False,
        ),
        Panel(
            drift,
            x=Axis(r"time: steps $\times$ step size"),
            y=Axis(r"$x^2 + y^2$", scale="log", range=(1e-3, 1e3)),
        ),
    ]
    return Figure(
        panels, title=f"f = x*y, step size {result.knobs.lr:g}: drift is the integrator's"
    )


def _energy(states: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        energy: np.ndarray = (states**2).sum(axis=1)
    return energy


def factors(result: Result) -> Figure:
    """Every integrator's factor per step on xy over the step size, and the runs on the curves."""
    steps = np.geomspace(0.05, 3.2, 300)
    marks: list[Mark] = [
        Line(steps[[0, -1]], np.ones(2), color="ink", dash="dash", width=0.8, label="flow")
    ]
    found = facts(result)
    for index, (name, closed) in enumerate(FACTORS.items()):
        look = series(index)
        marks.append(Line(steps, np.array([closed(a) for a in steps]), label=name, **look))
        measured = found[f"{name}: factor per step on xy"].measured
        if measured is not None:
            marks.append(
                Points(
                    np.array([result.knobs.lr]), np.array([measured]), color="ink",
                    symbol="open-circle", label="measured",
                )
            )  # fmt: skip
    panel = Panel(
        marks,
        x=Axis(r"step size $\alpha$", scale="log", range=(0.05, 3.2)),
        y=Axis("factor of the distance per step", range=(0.4, 1.8)),
    )
    return Figure([panel], title="f = x*y: Runge-Kutta converges spuriously, the flow does not")


DEFAULT = Knobs()
LESSON = Lesson(
    name="step-size",
    title="How large a step: stability regions",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={"region": stability, "integrators": orbits, "factors": factors},
    picks={"region": ("across", "up")},
    presets={
        "negative momentum": DEFAULT,
        "positive momentum never": replace(DEFAULT, pair="step and momentum", across=0.3, up=0.5),
        "consensus": replace(DEFAULT, pair="step and consensus", across=0.8, up=1.0),
        "two time scales": replace(
            DEFAULT,
            formula="3*x^2 + y^2 - 4*x*y",
            pair="step and time scales",
            across=0.05,
            up=0.2,
        ),
        "lookahead": replace(DEFAULT, pair="lookahead", across=5.0, up=0.5),
        "Runge-Kutta at 1": replace(DEFAULT, lr=1.0, duration=200.0),
        "steps of both players": replace(DEFAULT, pair="steps of both players", across=0.5, up=0.5),
    },
    references=("gidel2019momentum", "heusel2017", "fiez2021", "zhang2019", "kutta1901"),
    slides=("Gradient Descent for Nash equilibrium",),
)
