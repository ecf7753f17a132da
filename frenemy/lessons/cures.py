"""Every training rule on any game: does it converge, why, how fast, and up to which step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy

from dynamics import (
    CriticalPoint,
    Game,
    NoisyField,
    SingularError,
    equilibria,
    games,
    noisy_moments,
    simulate,
)
from dynamics.measures import distance
from dynamics.methods import Averaged
from frenemy.figures import (
    Axis,
    Figure,
    Line,
    Look,
    Mark,
    Panel,
    Points,
    Text,
    VerticalLine,
    series,
    table,
)
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._rules import RULES, RuleRun, nothing, rule, run_rule

STORY = r"""
**Which cure for which game?** Every rule here is run once on symbols at the equilibrium. That gives
its exact iteration matrix, memory included; the largest modulus $\rho$ of its multipliers decides:
below one the distance shrinks by $\rho$ a step, above one it grows, at exactly one linear theory is
silent. Then the same rule runs on numbers, and the factor is measured.

**Three ways to damp a rotation.** *Look ahead*: extragradient, optimistic steps and the proximal
point use a gradient from where they are going. *Pull*: consensus and symplectic adjustment add a
force towards places where the players' gradients are small. *Anticipate*: competitive gradient
descent, LOLA and unrolling let a player count on the other's answer.

**Averages.** For games that are bilinear, the *average* of the iterates can converge although the
last iterate does not: alternating steps circle the equilibrium, so their average tends to it like
$1/n$. Averaging cannot save a spiral that grows.

**Noise.** Minibatches make gradients noisy. Where the step is affine, mean and covariance of the
state follow in closed form: a rule that converges keeps a spread in proportion to the noise, one
that only circles spreads without end.

**No rule wins everywhere.** On $xy$ plain momentum hurts and negative momentum helps; Newton's
method finds every rest point in one step, equilibrium or not; Adam rescales, but does not damp.
"""
MOST_STEPS = 5000
FEW = ("simultaneous", "alternating", "extragradient", "optimistic", "consensus")
TYPED = "the formula"
LIBRARY = tuple(name for name in games.NAMES if name != "prisoners-dilemma")
"""The games of the library that have an equilibrium to be judged at."""
FARTHEST = (1e-15, 1e10)
"""Distances are shown within these multiples of the first."""
SEEDS = 400
NOISY_STEPS = 300
"""The noise is followed for at most so many steps, over ``SEEDS`` runs."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    game: str = knob(
        TYPED, label="game", choices=(TYPED, *LIBRARY), help="the formula, or one of the library"
    )
    formula: str = knob(
        "x*y",
        label="value f(x, y)",
        kind="formula",
        help="x maximises it, y minimises it; for example x*y - x^2/8 + y^2/8",
    )
    rules: tuple[str, ...] = knob(
        ("simultaneous", "alternating", "extragradient", "optimistic", "heavy-ball",
         "proximal-point", "consensus", "cgd", "lookahead", "adam"),
        label="training rules",
        choices=RULES,
        low=1,
        help="all with this step size and otherwise their own settings",
    )  # fmt: skip
    lr: float = knob(0.3, label=r"step size $\alpha$", low=0.001, high=3.0, log=True)
    steps: int = knob(300, label="steps", low=10, high=MOST_STEPS, help="of the measurement")
    x: float = knob(2.0, label="start $x$", low=-10.0, high=10.0, step=0.05)
    y: float = knob(2.0, label="start $y$", low=-10.0, high=10.0, step=0.05)
    noise: float = knob(
        0.0, label=r"gradient noise $\sigma$", low=0.0, high=2.0, step=0.01,
        help="standard deviation of every coordinate; shown in the figure noise",
    )  # fmt: skip
    seed: int = knob(0, label="seed", low=0, high=9999, help="of the noise")


@dataclass(frozen=True, eq=False)
class Result:
    """A game, one of its critical points, and every rule's theory, run and average.

    Attributes
    ----------
    point : the one that is judged: a local Nash point if there is one.
    averages : rule -> distance of the average of its iterates, shape ``(T,)``.
    noisy : rule -> root mean square distance of noisy runs from their mean: over the seeds, and in
        closed form where there is one, shape ``(T,)`` each.
    """

    knobs: Knobs
    game: Game
    point: CriticalPoint
    runs: tuple[RuleRun, ...]
    averages: dict[str, np.ndarray]
    noisy: dict[str, tuple[np.ndarray, np.ndarray | None]]

    @property
    def name(self) -> str:
        """What the game is called in titles."""
        knobs = self.knobs
        return f"f = {knobs.formula}" if knobs.game == TYPED else knobs.game


def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Analyse and run every chosen rule, and average its iterates.

    Raises
    ------
    ValueError
        If the formula is not one, or the game has no point where both gradients are zero.
    """
    if knobs.game == TYPED:
        game = Game.zero_sum(knobs.formula, minimizer="y", maximizer="x")
    else:
        game = games.named(knobs.game)
    points = equilibria(game)
    if not points:
        raise ValueError(
            f"f = {knobs.formula} has no point where both players' gradients are zero, so no rule "
            "can rest anywhere; try x*y"
        )
    point = next((p for p in points if "local Nash" in p.kinds), points[0])
    start = _start(game, knobs, point)
    runs, averages, noisy = [], {}, {}
    for done, name in enumerate(knobs.rules, start=1):
        runs.append(run_rule(game, name, knobs.lr, start, knobs.steps, point))
        try:
            mean = simulate(game, Averaged(rule(name, knobs.lr)), start, knobs.steps)
            averages[name] = distance(mean, point.values)
            if knobs.noise:
                noisy[name] = _spread(game, name, knobs, start)
        except SingularError:
            pass
        if progress is not None:
            progress(done, len(knobs.rules), name)
    return Result(knobs, game, point, tuple(runs), averages, noisy)


def _start(game: Game, knobs: Knobs, point: CriticalPoint) -> np.ndarray:
    """The knobs' start in the plane; elsewhere a fixed random one near the judged point."""
    if game.dimension == 2:
        return np.array([knobs.x, knobs.y])
    away: np.ndarray = np.random.default_rng(0).normal(size=game.dimension)
    return point.values + 0.3 * away


def _spread(
    game: Game, name: str, knobs: Knobs, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """How far noisy runs lie from their mean, step by step: measured, and in closed form."""
    method, steps = rule(name, knobs.lr), min(knobs.steps, NOISY_STEPS)
    starts = np.repeat(start[:, None], SEEDS, axis=1)
    rng = np.random.default_rng(knobs.seed)
    states = simulate(NoisyField(game, knobs.noise), method, starts, steps, rng=rng).states
    with np.errstate(all="ignore"):
        centred = states - states.mean(axis=2, keepdims=True)
        measured = np.sqrt((centred**2).sum(axis=1).mean(axis=1) * SEEDS / (SEEDS - 1))
    try:
        return measured, noisy_moments(game, method, knobs.noise, start, steps).deviation
    except ValueError:
        return measured, None


def facts(result: Result) -> dict[str, Any]:
    """Each rule's verdict, its rate and its period, predicted beside measured."""
    stated: dict[str, Any] = {"judged at": str(result.point)}
    for each in result.runs:
        stated[f"{each.name}: factor per step"] = each.growth
        stated[f"{each.name}: steps in a turn"] = each.period
        stated[f"{each.name}: verdict"] = each.verdict.reason
        if each.name in result.noisy:
            measured, closed = result.noisy[each.name]
            stated[f"{each.name}: spread of noisy runs after {len(measured) - 1} steps"] = Compared(
                None if closed is None else float(closed[-1]), float(measured[-1])
            )
    winners = [run for run in result.runs if run.verdict.converges]
    if winners:
        best = min(winners, key=lambda run: float(run.growth.predicted or 0.0))
        stated["fastest at this step size"] = best.name
    tuned = {run.name: _best_factor(run) for run in result.runs}
    known = {name: factor for name, factor in tuned.items() if factor is not None}
    if known:
        name = min(known, key=lambda each: known[each])
        stated["fastest, each at its own best step size"] = f"{name}, factor {known[name]:.4g}"
    return stated


def _best_factor(each: RuleRun) -> float | None:
    """The smallest factor per step that a rule can have, over all step sizes."""
    best = each.verdict.best_lr
    if best is None or best == sympy.oo or best.free_symbols:
        return None
    radius = each.verdict.radius_at(np.array([float(best)]))
    return None if radius is None else float(radius[0])


def verdicts(result: Result) -> Figure:
    """The table: a row for each rule."""
    texts, tints = [], []
    for each in result.runs:
        converges = each.verdict.converges
        texts.append(
            [
                {True: "yes", False: "no", None: "undecided"}[converges],
                _factor(each.growth.predicted),
                _factor(each.growth.measured),
                _short(each.verdict.critical_lr, {0: "none", sympy.oo: "any"}),
                _short(each.verdict.best_lr, {sympy.oo: "large"}),
                _turn(each.period.predicted),
            ]
        )
        tint = {True: 1.0, False: -1.0, None: 0.0}[converges]
        tints.append([tint, tint, tint, 0.0, 0.0, 0.0])
    columns = ("converges", "predicted", "measured", "below step", "best step", "turn")
    return table(
        [each.name for each in result.runs],
        columns,
        texts,
        tints,
        title=f"{result.name}, step size {result.knobs.lr:g}",
        caption="predicted, measured: factor of the distance in a step; turn: steps in one turn",
    )


def _factor(value: float | None) -> str:
    return "–" if value is None else f"{value:.5f}"


def _short(step: Any, words: dict[Any, str]) -> str:
    if step is None:
        return "–"
    return words.get(step) or f"{float(step):.4g}"


def _turn(period: float | None) -> str:
    return "–" if period is None or not np.isfinite(period) else f"{period:.4g}"


def growth(result: Result) -> Figure:
    """Predicted and measured factor per step, one beside the other for every rule."""
    known = [run for run in result.runs if run.growth.predicted or run.growth.measured]
    places = np.arange(len(known), dtype=float)[::-1]
    marks: list[Mark] = [VerticalLine(1.0, color="muted", dash="dash")]
    for label, shift, color, symbol in (
        ("predicted", 0.15, "prediction", "open-diamond"),
        ("measured", -0.15, "measurement", "circle"),
    ):
        values = [getattr(run.growth, label) for run in known]
        heights = np.array([np.nan if value is None else value for value in values], dtype=float)
        marks.append(
            Points(heights, places + shift, label=label, color=color, symbol=symbol, size=1.3)
        )
    panel = Panel(
        marks,
        x=Axis("factor of the distance per step"),
        y=Axis.of_categories([run.name for run in known][::-1]),
    )
    return Figure([panel], title="below 1 converges, above 1 diverges")


def distances(result: Result) -> Figure:
    """The distance of every rule's last iterate, each line with its name at its end."""
    low, high = _view(result)
    lines: list[Mark] = []
    dots: list[Mark] = []
    ends = []
    walked = [run for run in result.runs if run.trajectory is not None]
    for index, run in enumerate(walked):
        look, steps = series(index), np.arange(len(run.distance), dtype=float)
        lines.append(Line(steps, run.distance, width=max(2.6 - 0.2 * index, 1.0), **look))
        seen = np.flatnonzero((run.distance > low) & (run.distance < high))
        if len(seen):
            ends.append((float(steps[seen[-1]]), float(run.distance[seen[-1]]), run.name, look))
        dots += _predicted_dots(run, steps, (low, high))
    panel = Panel(
        [*lines, *dots, *_names(ends, (low, high))],
        x=Axis("step", range=(-0.03 * result.knobs.steps, 1.32 * result.knobs.steps)),
        y=Axis(r"distance $\|z - z^\ast\|$", scale="log", range=(low, high)),
    )  # fmt: skip
    return Figure([panel], title=f"{result.name}, step size {result.knobs.lr:g}")


def _view(result: Result) -> tuple[float, float]:
    """All distances, but none too far from the start to tell the others apart."""
    seen = [run.distance for run in result.runs if run.trajectory is not None]
    values = np.concatenate([np.empty(0), *seen])
    values = values[np.isfinite(values) & (values > 0)]
    start = max((float(one[0]) for one in seen if one[0] > 0), default=1.0)
    ends = (values.min(), values.max()) if values.size else (start, start)
    return max(ends[0], start * FARTHEST[0]) / 3, min(ends[1], start * FARTHEST[1]) * 3


def _predicted_dots(run: RuleRun, steps: np.ndarray, ends: tuple[float, float]) -> list[Mark]:
    """Where the predicted factor takes the first distance, at a few steps."""
    if not run.growth.predicted or run.distance[0] <= 0:
        return []
    at = np.linspace(0, steps[-1], 9)
    with np.errstate(all="ignore"):
        heights = run.distance[0] * float(run.growth.predicted) ** at
    inside = (heights > ends[0]) & (heights < ends[1])
    return [Points(at[inside], heights[inside], color="prediction", symbol="open-diamond", size=0.9,
                   label="predicted")]  # fmt: skip


def _names(ends: list[tuple[float, float, str, Look]], view: tuple[float, float]) -> list[Mark]:
    """The names at the ends of their lines, far enough apart to be read."""
    gap = np.log10(view[1] / view[0]) / 15
    below = np.log10(view[0]) - gap / 2
    texts: list[Mark] = []
    for x, y, name, look in sorted(ends, key=lambda end: end[1]):
        height = min(max(np.log10(y), below + gap), np.log10(view[1]) - gap / 2)
        below = height
        texts.append(Text.at(x, 10**height, f" {name}", align="right", color=look["color"],
                             size=0.8))  # fmt: skip
    return texts


def averages(result: Result) -> Figure:
    """The last iterate beside the average of all iterates, on two logarithmic axes."""
    panels = []
    for title, lines in (
        ("last iterate", {run.name: run.distance for run in result.runs}),
        ("average of all iterates", result.averages),
    ):
        marks: list[Mark] = [
            Line(
                np.arange(1, len(values)),
                values[1:],
                label=name,
                width=1.3,
                **series(result.knobs.rules.index(name)),
            )
            for name, values in lines.items()
            if len(values) > 1
        ]
        steps = np.array([1.0, float(result.knobs.steps)])
        if title.startswith("average"):
            first = float(np.hypot(result.knobs.x, result.knobs.y)) or 1.0
            label = "like 1/n"
            marks.append(
                Line(steps, first / steps, label=label, color="prediction", dash="dash", width=0.7)
            )
        panels.append(
            Panel(
                marks,
                x=Axis("step", scale="log"),
                y=Axis(r"distance $\|z - z^\ast\|$", scale="log", range=_decades(result)),
                title=title,
                legend=title.startswith("average"),
            )
        )
    return Figure(panels, title=f"{result.name}: last iterate and average")


def _decades(result: Result) -> tuple[float, float]:
    """A range in which a shrinking and a growing line can be told from a still one."""
    middle = max(float(np.hypot(*(np.array([result.knobs.x, result.knobs.y])))), 0.1)
    return middle * 1e-5, middle * 1e3


def noise(result: Result) -> Figure:
    """How noisy runs spread about their mean, with the closed form beside it."""
    if not result.noisy:
        return nothing("set the knob 'gradient noise' above 0 to see how far noisy runs spread")
    marks: list[Mark] = []
    for name, (measured, closed) in result.noisy.items():
        look = series(result.knobs.rules.index(name))
        times = np.arange(len(measured))
        marks.append(Line(times, measured, label=name, width=1.5, **look))
        if closed is not None:
            marks.append(
                Line(
                    np.arange(len(closed)), closed, label="closed form", color="prediction",
                    dash="dash", width=0.7,
                )
            )  # fmt: skip
    middle = max(result.knobs.noise, 1e-3)
    panel = Panel(
        marks,
        x=Axis("step"),
        y=Axis("root mean square spread", scale="log", range=(middle / 30, middle * 3000)),
    )
    return Figure(
        [panel],
        title=f"{result.name}: gradient noise {result.knobs.noise:g}, {SEEDS} runs",
        caption="closed forms where the step is affine: mean and covariance step by step",
    )


XY = Knobs()
LESSON = Lesson(
    name="cures",
    title="Which training rule for which game",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={
        "verdicts": verdicts,
        "growth": growth,
        "distances": distances,
        "averages": averages,
        "noise": noise,
    },
    presets={
        "the slide's game": XY,
        "averages": replace(
            XY,
            rules=("simultaneous", "alternating", "extragradient", "optimistic"),
            lr=0.1,
            steps=3000,
        ),
        "momentum": replace(XY, rules=("heavy-ball", "alternating-heavy-ball", "alternating")),
        "second order": replace(
            XY,
            rules=(
                "newton",
                "hamiltonian",
                "sga",
                "consensus",
                "cgd",
                "lola",
                "look-ahead",
                "follow-the-ridge",
            ),
        ),
        "noisy gradients": replace(XY, rules=FEW, noise=0.1),
        "a linear-quadratic GAN": replace(XY, game="linear-quadratic-gan", rules=FEW, lr=0.1),
        "many rotations": replace(XY, game="quadratic", rules=FEW, lr=0.1),
        "friction": replace(XY, formula="x*y - x^2/8 + y^2/8"),
        "minimax, not Nash": replace(XY, formula="4*x*y - 3*y^2 - x^2", lr=0.05, steps=100),
        "stable, not Nash": replace(XY, formula="3*y^2 + x^2 + 4*x*y", lr=0.1, steps=100),
        "the integrators": replace(
            XY, rules=("simultaneous", "heun", "rk4", "proximal-point"), lr=1.0, steps=1000
        ),
    },
    references=("korpelevich1976", "daskalakis2018", "gidel2019vip", "mescheder2017", "bruck1977"),
    slides=("Gradient Descent for Nash equilibrium",),
)
