"""Which points training finds, which are equilibria, and from where each is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dynamics import CriticalPoint, Game, Trajectory, analyse, decompose, equilibria, simulate
from dynamics.measures import growth_rate
from frenemy.figures import (
    Arrows,
    Axis,
    Figure,
    HeatMap,
    Line,
    Mark,
    Panel,
    Points,
    Text,
    phase_portrait,
    table,
)
from frenemy.lessons._claims import Claim, Finding, holds_in_part
from frenemy.lessons._lesson import Compared, Lesson, knob
from frenemy.lessons._rules import direction_grid, marked_points, rule

STORY = r"""
**Three kinds of solution, and none is the other.** At a *Nash* point no player gains by moving
alone. At a local *minimax* point the leader does its best while the follower answers. A point is
*stable* if training with small steps is drawn to it. For $-3y^2 - x^2 + 4xy$ the origin is minimax,
not Nash, and training leaves it; for $3y^2 + x^2 + 4xy$ training stops there although each player
could gain by moving. So "the GAN converged" does not say that it found an equilibrium.

**From where?** The map follows training from every point of a grid and colours it by where it ends:
at which point, on its way out of the picture, or still moving, on a cycle. Letcher's game has one
critical point only, which repels: every rule that follows the field cycles for ever. In the
*forsaken* game the only critical point is minimax and attracts, and an unstable cycle walls it off
from almost everywhere.

**The step counts too.** A point that is stable for the flow can be unstable for large steps, and
the other way round: what decides is the rule's spectral radius at that point, given in the table
beside the factor that a run started next to the point measures.
"""
FORMULAS = {
    "Letcher's game": "x*y + x^2/2 - y^2/2 - x^4/4 + y^4/4",
    "forsaken": "-(x*(y - 0.45) + x^2/4 - x^4/2 + x^6/6 - y^2/4 + y^4/2 - y^6/6)",
    "minimax, not Nash": "4*x*y - 3*y^2 - x^2",
    "stable, not Nash": "3*y^2 + x^2 + 4*x*y",
    "several points": "x^2 - x^4/4 - x*y + y^2/2",
    "waves": "sin(2*x) + cos(2*y) + x*y/4",
    "almost bilinear": "x*y + (x^2/2 - x^4/4)/5",
}
"""Games of the literature with x as the maximiser; ``dynamics.games`` has them by name."""
RULES = ("simultaneous", "alternating", "extragradient", "optimistic", "consensus", "sga", "cgd",
         "proximal-point", "newton", "adam")  # fmt: skip
NEAR = 0.05
"""A path that ends within this share of the window of a point has arrived there."""
STILL = 1e-2
"""… and one that has moved by more than this share of the window in its last tenth has not."""
FRAME = 3.0
"""A path that is farther out than so many windows has left."""
MOST_POINTS = 6


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    formula: str = knob(
        "x^2 - x^4/4 - x*y + y^2/2",
        label="value f(x, y)",
        kind="formula",
        help="x maximises it, y minimises it",
    )
    rule: str = knob("simultaneous", label="training rule", choices=RULES, help="that is mapped")
    lr: float = knob(0.05, label=r"step size $\alpha$", low=0.001, high=1.0, log=True)
    steps: int = knob(500, label="steps", low=10, high=5000, help="from every point of the grid")
    window: float = knob(3.0, label="half of the window", low=0.5, high=10.0, step=0.1)
    resolution: int = knob(120, label="starts on each axis", low=20, high=200)
    x: float = knob(1.0, label="start $x$", low=-10.0, high=10.0, step=0.05)
    y: float = knob(0.5, label="start $y$", low=-10.0, high=10.0, step=0.05)


@dataclass(frozen=True, eq=False)
class Judged:
    """A critical point, and what the rule does next to it.

    Attributes
    ----------
    factor : of the distance per step near the point: the spectral radius, and a run's.
    """

    point: CriticalPoint
    factor: Compared

    @property
    def is_equilibrium(self) -> bool:
        """Whether it is a local Nash point."""
        return "local Nash" in self.point.kinds

    @property
    def attracts(self) -> bool:
        """Whether the rule is drawn to it."""
        return self.factor.predicted is not None and self.factor.predicted < 1 - 1e-9

    @property
    def words(self) -> str:
        """What it is, in short."""
        if self.attracts:
            return "found, and Nash" if self.is_equilibrium else "found, yet not Nash"
        return "Nash, yet not found" if self.is_equilibrium else "neither found nor Nash"


@dataclass(frozen=True, eq=False)
class Result:
    """The critical points of a game, and where training goes from every start.

    Attributes
    ----------
    points : those inside the window, the first ``MOST_POINTS``.
    grid : the coordinates of the starts along one axis, shape ``(n,)``.
    basin : where each start ends, shape ``(n, n)``, row i belongs to y = grid[i]: the number of
        a point, or -1 for still moving, -2 for gone.
    path : from the chosen start.
    """

    knobs: Knobs
    game: Game
    points: tuple[Judged, ...]
    grid: np.ndarray
    basin: np.ndarray
    path: Trajectory


def run(knobs: Knobs) -> Result:
    """Find and judge the critical points, and follow the rule from a grid of starts.

    Raises
    ------
    ValueError
        If the formula is not one.
    """
    game = Game.zero_sum(knobs.formula, minimizer="y", maximizer="x")
    found = [
        point
        for point in equilibria(game)
        if np.abs(point.values).max() <= knobs.window and not point.is_continuum
    ]
    points = tuple(_judged(game, knobs, point) for point in found[:MOST_POINTS])
    method = rule(knobs.rule, knobs.lr)
    grid = np.linspace(-knobs.window, knobs.window, knobs.resolution)
    starts = np.array(np.meshgrid(grid, grid))
    late = max(knobs.steps // 10, 1)
    ends = simulate(game, method, starts, knobs.steps, every=late, compiled=True).states
    before, after = ends[max(len(ends) - 2, 0)], ends[-1]
    basin = _basins(before, after, [judged.point.values for judged in points], knobs.window)
    path = simulate(game, method, (knobs.x, knobs.y), knobs.steps)
    return Result(knobs, game, points, grid, basin, path)


def _judged(game: Game, knobs: Knobs, point: CriticalPoint) -> Judged:
    method = rule(knobs.rule, knobs.lr)
    verdict = analyse(game, method, point.coordinates)
    predicted = None if verdict.rate is None else float(np.exp(verdict.rate))
    away = point.values + 1e-6 * np.array([0.8, -0.6])
    steps = 400 if predicted is None else int(np.clip(8 / max(abs(predicted - 1), 1e-3), 20, 4000))
    near = simulate(game, method, away, steps, limit=1e6)
    lengths = np.linalg.norm(near.states - point.values, axis=1)
    close = int(np.argmax(lengths > 1e-3)) or len(lengths)
    kept = replace(near, times=near.times[:close], states=near.states[:close])
    measured = float(np.exp(growth_rate(kept, point.values)))
    return Judged(point, Compared(predicted, None if np.isnan(measured) else measured))


def _basins(
    before: np.ndarray, after: np.ndarray, points: Sequence[np.ndarray], window: float
) -> np.ndarray:
    """Where each start has come to; see :class:`Result`."""
    basin = np.full(after.shape[1:], -1)
    with np.errstate(invalid="ignore"):
        moved = np.linalg.norm(after - before, axis=0)
        for number, point in enumerate(points):
            away = np.linalg.norm(after - point[:, None, None], axis=0)
            basin[(away < NEAR * window) & (moved < STILL * window)] = number
        basin[~(np.abs(after).max(axis=0) <= FRAME * window)] = -2
    return basin


def facts(result: Result) -> dict[str, Any]:
    """Every critical point with its kinds, its factor, and the share of starts that end there."""
    stated: dict[str, Any] = {}
    for number, judged in enumerate(result.points, start=1):
        stated[f"point {number}"] = str(judged.point)
        stated[f"point {number} is"] = judged.words
        stated[f"point {number}: factor per step"] = judged.factor
        share = float((result.basin == number - 1).mean())
        stated[f"point {number}: share of starts that end there"] = f"{100 * share:.1f} %"
    if not result.points:
        stated["critical points in the window"] = Compared(0.0, 0.0)
    parts = decompose(result.game)
    stated["potential part of the Jacobian"] = _matrix(parts.symmetric)
    stated["Hamiltonian part of the Jacobian"] = _matrix(parts.antisymmetric)
    for code, words in ((-1, "still moving"), (-2, "gone from the picture")):
        share = float((result.basin == code).mean())
        stated[f"share of starts that are {words}"] = f"{100 * share:.1f} %"
    stated["from the chosen start"] = str(result.path.outcome)
    return stated


def _matrix(matrix: Any) -> str:
    """The rows of a matrix, or that it is zero: nothing descends, or nothing turns."""
    if matrix.is_zero_matrix:
        return "zero"
    return "; ".join(", ".join(map(str, row)) for row in matrix.tolist())


def portrait(result: Result) -> Figure:
    """The field, the critical points by kind, and the path from the chosen start."""
    knobs = result.knobs
    ends = (-knobs.window, knobs.window)
    x, y, u, v = direction_grid(result.game, ends, ends)
    figure = phase_portrait(
        x,
        y,
        u,
        v,
        trajectories={knobs.rule: result.path.states},
        equilibria=marked_points([judged.point for judged in result.points]),
        animate=True,
        steps={knobs.rule: result.path.times},
        x_range=ends,
        y_range=ends,
        x_label="$x$ (maximises)",
        y_label="$y$ (minimises)",
        title=f"f = {knobs.formula}",
    )
    (panel,) = figure.panels
    rings = _at([j.point.values for j in result.points if j.is_equilibrium], "local Nash")
    arrows, *others = panel.marks
    return replace(figure, panels=[replace(panel, marks=[arrows, *rings, *others])])


def _at(places: list[np.ndarray], label: str) -> list[Mark]:
    """A ring about each of some points."""
    if not places:
        return []
    at = np.array(places)
    ring = Points(at[:, 0], at[:, 1], color="stable", symbol="open-circle", size=2.6, label=label)
    return [ring]


def basins(result: Result) -> Figure:
    """Every start, coloured by where the rule takes it."""
    knobs = result.knobs
    ends = (-knobs.window, knobs.window)
    x, y, u, v = direction_grid(result.game, ends, ends, 15)
    codes = np.where(result.basin >= 0, result.basin + 1.0, 0.0)
    codes[result.basin == -2] = np.nan
    count = max(len(result.points), 1)
    across, up = np.meshgrid(x, y)
    marks: list[Mark] = [
        HeatMap(
            result.grid, result.grid, codes, show_scale=False, colormap="sequential",
            limits=(-0.6 * count, 1.25 * count),
        ),
        Arrows(across, up, u, v, color="background"),
    ]  # fmt: skip
    numbers: list[Mark] = []
    for number, judged in enumerate(result.points, start=1):
        at = judged.point.values
        symbol = "star" if judged.is_equilibrium else "square"
        numbers.append(Text(at[:1], at[1:], str(number), align="above", color="background"))
        marks.append(
            Points(
                at[:1], at[1:], color="second", symbol=symbol, size=1.6,
                label=f"{number}: {judged.words}",
            )
        )  # fmt: skip
    marks.append(Line(*result.path.states.T, color="fifth", label=f"{knobs.rule}, a path"))
    marks += numbers
    panel = Panel(
        marks, x=Axis("start $x$", range=ends), y=Axis("start $y$", range=ends), equal_aspect=True
    )
    return Figure(
        [panel],
        title=f"where {knobs.rule} with step {knobs.lr:g} ends",
        caption="brighter: at a point, a tint for each; darkest: still moving; blank: gone",
    )


def kinds(result: Result) -> Figure:
    """A row for each critical point: what it is, and what the rule makes of it."""
    columns = ("point", "Nash", "minimax", "stable flow", "factor", "measured", "found")
    texts, tints = [], []
    for judged in result.points:
        point, factor = judged.point, judged.factor
        flags = [kind in point.kinds for kind in ("local Nash", "local minimax", "stable")]
        texts.append(
            [
                "(" + ", ".join(f"{value:.3g}" for value in point.values) + ")",
                *("yes" if flag else "no" for flag in flags),
                *("–" if f is None else f"{f:.5f}" for f in (factor.predicted, factor.measured)),
                "yes" if judged.attracts else "no",
            ]
        )
        verdict = [1.0 if flag else -1.0 for flag in [*flags, judged.attracts]]
        tints.append([0.0, *verdict[:3], 0.0, 0.0, verdict[3]])
    names = [str(number) for number in range(1, len(texts) + 1)]
    if not texts:
        names, texts, tints = ["none"], [["–"] * 7], [[0.0] * 7]
    return table(
        names,
        columns,
        texts,
        tints,
        title=f"f = {result.knobs.formula}",
        caption=f"factor: of the distance per step of {result.knobs.rule} beside the point",
    )


DEFAULT = Knobs()


def _where_training_ends(result: Result) -> Finding:
    odd = [each for each in result.points if each.attracts and not each.is_equilibrium]
    return holds_in_part(
        bool(odd),
        f"it may: but here {odd[0].point if odd else 'nothing'} attracts with factor "
        f"{(odd[0].factor.measured or 0.0) if odd else 0.0:.4f} a step",
    )


CLAIMS = (
    Claim(
        "Game Theory and GAN", "training converges when D and G reach a Nash equilibrium",
        replace(DEFAULT, formula=FORMULAS["stable, not Nash"]), _where_training_ends,
    ),
)  # fmt: skip
LESSON = Lesson(
    name="landscape",
    title="Where training ends: equilibria and basins",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"basins": basins, "portrait": portrait, "kinds": kinds},
    picks={"basins": ("x", "y"), "portrait": ("x", "y")},
    presets={
        name: replace(
            DEFAULT,
            formula=formula,
            window=2.0 if name in ("Letcher's game", "forsaken", "almost bilinear") else 3.0,
            steps=5000 if name == "forsaken" else 500,
            lr=0.01 if name == "forsaken" else 0.05,
        )
        for name, formula in FORMULAS.items()
    },
    references=("jin2020", "mazumdar2019", "letcher2021", "hsieh2021", "fiez2021"),
    slides=("Nash equilibrium", "Game Theory and GAN"),
)
