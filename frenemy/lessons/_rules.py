"""Predict, then measure: a training rule on a game, with its theory beside its run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy

from dynamics import (
    METHODS,
    CriticalPoint,
    Game,
    SingularError,
    Trajectory,
    Verdict,
    analyse,
    simulate,
)
from dynamics.engine.tree import flatten
from dynamics.measures import distance, growth_rate, turning_period
from dynamics.methods import Method, Simultaneous
from frenemy.figures import Axis, Figure, Panel, Text
from frenemy.lessons._facts import Compared

RULES = tuple(name for name in METHODS if name not in ("averaged", "projected"))
"""The rules that move the players by themselves."""
FLOW_KINDS = ("stable", "unstable", "saddle", "centre", "degenerate")
FAR = 4.0
"""A portrait shows paths up to so many times the distance of their start."""


@dataclass(frozen=True, eq=False)
class RuleRun:
    """One rule: what theory says of it, and what it did.

    Attributes
    ----------
    name : of the rule.
    verdict : the theory at the equilibrium.
    trajectory : the run; None where the step does not exist.
    distance : to the equilibrium, shape ``(T,)``.
    growth : factor of the distance in a step. period : steps in a turn about the equilibrium.
    final : the distance after the last step; predicted by the power of the iteration matrix.
    """

    name: str
    verdict: Verdict
    trajectory: Trajectory | None
    distance: np.ndarray
    growth: Compared
    period: Compared
    final: Compared


def rule(name: str, lr: float) -> Method:
    """A rule with a step size and otherwise its own settings; Lookahead goes over simultaneous."""
    return METHODS[name](Simultaneous(lr)) if name == "lookahead" else METHODS[name](lr)


def run_rule(
    game: Game,
    name: str,
    lr: float,
    start: Sequence[float] | np.ndarray,
    steps: int,
    point: CriticalPoint,
) -> RuleRun:
    """Analyse a rule at an equilibrium, and run it from a start."""
    method = rule(name, lr)
    verdict = analyse(game, method, point.coordinates)
    try:
        path = simulate(game, method, start, steps)
    except SingularError:
        nothing = Compared(None, None)
        return RuleRun(name, verdict, None, np.empty(0), nothing, nothing, nothing)
    away = distance(path, point.values)
    predicted = _predicted_distance(game, method, verdict, start, point, int(path.times[-1]))
    rate, measured = verdict.rate, float(np.exp(growth_rate(path, point.values)))
    period = turning_period(path, point.values)
    return RuleRun(
        name,
        verdict,
        path,
        away,
        Compared(None if rate is None else float(np.exp(rate)), _number(measured)),
        Compared(None if verdict.period is None else float(verdict.period), _number(period)),
        Compared(predicted, float(away[-1])),
    )


def _predicted_distance(
    game: Game,
    method: Method,
    verdict: Verdict,
    start: Sequence[float] | np.ndarray,
    point: CriticalPoint,
    steps: int,
) -> float | None:
    """The distance after some steps by the power of the iteration matrix, memory included."""
    if verdict.matrix is None or verdict.spectral_radius is None:
        return None
    first, rest = np.asarray(start, dtype=float), point.values
    begins = [np.concatenate([z, *flatten(method.init(game, z))]) for z in (first, rest)]
    matrix = np.array(verdict.matrix.tolist(), dtype=float)
    with np.errstate(all="ignore"):
        after = np.linalg.matrix_power(matrix, steps) @ (begins[0] - begins[1])
    return _number(float(np.linalg.norm(after[: first.size])))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def step_text(step: sympy.Expr | None) -> str:
    """A critical or best step size: its exact form if that is short, and a decimal."""
    if step is None or step == 0:
        return "no step size does"
    if step == sympy.oo:
        return "every step size does, the larger the better"
    exact, decimal = str(step), f"{float(step):.6g}"
    return decimal if len(exact) > 20 or step.is_Float else f"{exact} ≈ {decimal}"


def flow_kind(point: CriticalPoint) -> str:
    """The one of ``FLOW_KINDS`` that a portrait marks the point with."""
    return next((kind for kind in FLOW_KINDS[::-1] if kind in point.kinds), "degenerate")


def marked_points(points: Sequence[CriticalPoint]) -> list[tuple[float, float, str]]:
    """Critical points of a game of two coordinates as a portrait marks them: ``(x, y, kind)``."""
    return [(float(point.values[0]), float(point.values[1]), flow_kind(point)) for point in points]


def view(
    start: Sequence[float], points: Sequence[CriticalPoint], paths: Sequence[np.ndarray]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """A square window with start and equilibria, and paths unless they go too far."""
    fixed = np.array([start, *(point.values for point in points)], dtype=float)
    middle = (fixed.max(axis=0) + fixed.min(axis=0)) / 2 if len(points) > 1 else fixed[-1]
    near = max(float(np.abs(fixed - middle).max()), 1.0)
    reached = max((float(np.nanmax(np.abs(path - middle))) for path in paths), default=near)
    half = 1.12 * min(max(near, reached), FAR * near)
    (left, bottom), (right, top) = middle - half, middle + half
    return (float(left), float(right)), (float(bottom), float(top))


def direction_grid(
    game: Game, x_range: tuple[float, float], y_range: tuple[float, float], count: int = 21
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Where training pushes, :math:`-F`: ``x``, ``y`` ``(n,)``, then ``u``, ``v`` ``(n, n)``."""
    x, y = np.linspace(*x_range, count), np.linspace(*y_range, count)
    u, v = -game(np.array(np.meshgrid(x, y)))
    return x, y, u, v


def nothing(why: str) -> Figure:
    """An empty picture that says why it is empty."""
    panel = Panel(
        [Text(np.array([0.5]), np.array([0.5]), why)],
        x=Axis(hidden=True, range=(0, 1)),
        y=Axis(hidden=True, range=(0, 1)),
    )
    return Figure([panel])
