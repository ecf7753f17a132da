"""For which pairs of hyper-parameters a rule converges: by theory, and by running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from dynamics.analysis.analyse import equilibrium_of
from dynamics.analysis.theory import step_at_rest
from dynamics.engine.codegen import array_function
from dynamics.engine.linearise import NotDifferentiableError, jacobian_at
from dynamics.engine.program import Program
from dynamics.engine.trace import skeleton_of
from dynamics.game import Game, exact
from dynamics.methods import Method
from dynamics.simulate import simulate

RuleOf = Callable[[Any, Any], Method]
NEUTRAL = 1e-9
"""A spectral radius within this of one is one: the linear theory does not decide."""
NEAR, NEIGHBOURHOOD = 1e-6, (1e-12, 1e-2)
"""How far from the equilibrium a measurement starts, and may go, where the field is not linear."""
TINY = 1e-150
"""Distances below this have squares that are no longer numbers."""
RECORDS = 40
RESOLVED, LONGER = 30.0, 30
"""Pairs whose distance changes by fewer nats in a run are run so many times longer."""


@dataclass(frozen=True, eq=False)
class StabilityRegion:
    """A rule over a grid of two hyper-parameters.

    Attributes
    ----------
    x, y : the values, shapes ``(m,)`` and ``(n,)``.
    radius : the exact spectral radius of the iteration matrix, shape ``(n, m)``.
    growth : the measured factor of the distance in a step, shape ``(n, m)``.
    steps : how long the slowest pairs were run.
    """

    x: np.ndarray
    y: np.ndarray
    radius: np.ndarray
    growth: np.ndarray
    steps: int

    @cached_property
    def decided(self) -> np.ndarray:
        """Where the theory decides and the run is long enough to tell, booleans ``(n, m)``.

        The radius is not one, and its power changes the distance by a nat or more.
        """
        with np.errstate(divide="ignore"):
            return np.abs(np.log(self.radius)) * self.steps > 1

    @cached_property
    def agreement(self) -> float:
        """The share of the decided pairs at which the run does what theory says."""
        right = (self.radius < 1) == (self.growth < 1)
        return float(right[self.decided].mean()) if self.decided.any() else float("nan")


def stability_region(
    game: Game,
    rule: RuleOf,
    x: Sequence[float] | np.ndarray,
    y: Sequence[float] | np.ndarray,
    *,
    point: Sequence[Any] | None = None,
    steps: int = 2000,
) -> StabilityRegion:
    """Where a rule converges, over a grid of two of its hyper-parameters.

    Theory: the rule runs once on symbols, which gives the iteration matrix as a function of both;
    its eigenvalues over the grid are LAPACK's. Measurement: all pairs are simulated at once.

    Parameters
    ----------
    game : with numbers for its parameters.
    rule : makes the rule of a pair, ``lambda lr, beta: HeavyBall(lr, beta)``; it is called with
        symbols, with arrays, and with Python integers for an axis of integers (a count of steps).
    x, y : the values, shapes ``(m,)`` and ``(n,)``.
    point : the equilibrium; the first that is found by default.
    steps : of the simulation. The measured factor is that of the second half of its time near the
        equilibrium.

    Returns
    -------
    StabilityRegion

    Raises
    ------
    ValueError
        If there is no equilibrium, or a family of them and no ``point``, or the step has no
        derivative there.
    """
    x, y = np.asarray(x), np.asarray(y)
    at = equilibrium_of(game, point)
    if any(value.free_symbols for value in at):
        raise ValueError(
            f"the equilibria ({', '.join(map(str, at))}) of this game are a whole family, of which "
            "no point is special; give one, as in point=(0, 0)"
        )
    radius, growth = np.empty((len(y), len(x))), np.empty((len(y), len(x)))
    for rows, columns in _pieces(x, y):
        place = np.ix_(rows, columns)
        pair = _axis(x, columns), _axis(y, rows)
        radius[place] = _radius(game, rule, *pair, at)
        growth[place] = _measured(game, rule, *pair, at, steps, radius[place])
    return StabilityRegion(x, y, radius, growth, LONGER * steps)


def _pieces(x: np.ndarray, y: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Blocks of the grid in which no integer axis has more than one value."""
    for rows in _blocks(y):
        for columns in _blocks(x):
            yield rows, columns


def _blocks(values: np.ndarray) -> list[np.ndarray]:
    places = np.arange(len(values))
    return [places] if values.dtype.kind == "f" else list(places[:, None])


def _axis(values: np.ndarray, places: np.ndarray) -> Any:
    chosen = values[places]
    return chosen if values.dtype.kind == "f" else int(chosen[0])


def _radius(game: Game, rule: RuleOf, x: Any, y: Any, at: tuple[sympy.Expr, ...]) -> np.ndarray:
    """The spectral radius over a block, shape ``(rows, columns)``."""
    names = sympy.symbols("x_axis y_axis", real=True)
    pair = [
        symbol if isinstance(values, np.ndarray) else values
        for symbol, values in zip(names, (x, y), strict=True)
    ]
    skeleton, hyper = skeleton_of(rule(*pair))
    settings = tuple((symbol, exact(value)) for symbol, value in hyper.items())
    program, known = step_at_rest(game, skeleton, settings, at)
    try:
        matrix = jacobian_at(program.program, program.state, known)
    except NotDifferentiableError:
        name = type(skeleton).__name__
        raise ValueError(f"the step of {name} has no derivative at the equilibrium") from None
    entries = array_function(Program(tuple(names), (), tuple(matrix)))
    grid = np.meshgrid(np.atleast_1d(x).astype(float), np.atleast_1d(y).astype(float))
    values = entries(*(side.ravel() for side in grid))
    values = np.broadcast_to(values, (len(values), grid[0].size))
    matrices = np.moveaxis(values.reshape(*matrix.shape, -1), -1, 0)
    finite = np.isfinite(matrices).all(axis=(1, 2))
    moduli = np.abs(np.linalg.eigvals(np.where(finite[:, None, None], matrices, 0.0))).max(axis=1)
    return np.where(finite, moduli, np.inf).reshape(grid[0].shape)


def _measured(
    game: Game, rule: RuleOf, x: Any, y: Any, at: tuple[sympy.Expr, ...], steps: int,
    radius: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """The measured factor per step over a block; slow modes are given more steps."""
    grid = [side.astype(float) for side in np.meshgrid(np.atleast_1d(x), np.atleast_1d(y))]

    def over(chosen: np.ndarray, steps: int) -> np.ndarray:
        pair = [
            side[chosen] if isinstance(values, np.ndarray) else values
            for side, values in zip(grid, (x, y), strict=True)
        ]
        return _growth(game, rule(*pair), at, steps, int(chosen.sum()))

    growth = np.empty(radius.shape)
    growth[:] = over(np.ones(radius.shape, dtype=bool), steps).reshape(radius.shape)
    with np.errstate(divide="ignore"):
        pace = np.abs(np.log(radius)) * steps
    slow = (np.abs(radius - 1) > NEUTRAL) & (pace < RESOLVED)
    if slow.any():
        growth[slow] = over(slow, LONGER * steps)
    return growth


def _growth(
    game: Game, rule: Method, at: tuple[sympy.Expr, ...], steps: int, count: int
) -> np.ndarray:
    """The measured factor per step of so many pairs, shape ``(count,)``."""
    rest = np.array([float(value) for value in at])
    away = np.random.default_rng(0).normal(size=rest.size)
    curved = bool(game.jacobian.free_symbols)
    near = rest + (NEAR if curved else 1.0) * away / np.linalg.norm(away)
    start = np.broadcast_to(near[:, None], (rest.size, count))
    every = max(steps // RECORDS, 1)
    path = simulate(game, rule, start, steps, every=every)
    lengths = np.linalg.norm(path.states - rest[:, None], axis=1)
    fits = _fitted(path.times, lengths, *(NEIGHBOURHOOD if curved else (TINY, np.inf)))
    failed = path.outcome.failed
    with np.errstate(divide="ignore"):
        fled = np.exp(np.log(path.outcome.limit / lengths[0]) / np.where(failed, failed, np.inf))
    second = lengths[min(1, len(lengths) - 1)]  # without one, all of them fled at once
    gone = np.where(failed > 0, fled, (second / lengths[0]) ** (1 / every))
    return np.where(np.isnan(fits), gone, fits)


def _fitted(times: np.ndarray, lengths: np.ndarray, least: float, most: float) -> np.ndarray:
    """The factor per step over the second half of the records with a distance within bounds.

    NaN where there are fewer than two.
    """
    with np.errstate(invalid="ignore"):
        usable = (lengths > least) & (lengths < most)
    ends = np.where(usable.all(axis=0), len(times), usable.argmin(axis=0)) - 1
    begins = ends // 2
    column = np.arange(lengths.shape[1])
    with np.errstate(all="ignore"):
        change = np.log(lengths[ends, column]) - np.log(lengths[begins, column])
        factor = np.exp(change / (times[ends] - times[begins]))
    return np.where(ends > begins, factor, np.nan)
