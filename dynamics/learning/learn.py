"""Run a learning rule on a matrix game: the last iterate and the average, on one axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dynamics.learning.fictitious import FictitiousPlay, StochasticFictitiousPlay
from dynamics.matrix import MatrixGame
from dynamics.methods import Method
from dynamics.simulate import simulate

Rule = Method | FictitiousPlay | StochasticFictitiousPlay
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Learning:
    """How two players' strategies moved.

    Attributes
    ----------
    game : the matrix game.
    times : rounds, shape ``(T,)``.
    row, column : strategies, shapes ``(T, m)`` and ``(T, n)``; under fictitious play the actions
        played, as pure strategies.
    """

    game: MatrixGame
    times: np.ndarray
    row: np.ndarray
    column: np.ndarray

    @cached_property
    def row_average(self) -> np.ndarray:
        """The average of the row player's strategies so far, the start among them, ``(T, m)``."""
        return self.row.cumsum(axis=0) / (self.times + 1.0)[:, None]

    @cached_property
    def column_average(self) -> np.ndarray:
        """The average of the column player's strategies so far, ``(T, n)``."""
        return self.column.cumsum(axis=0) / (self.times + 1.0)[:, None]

    @cached_property
    def exploitability(self) -> np.ndarray:
        """What both could gain by moving alone, ``(T,)``; 0 exactly at an equilibrium."""
        return exploitability(self.game, self.row, self.column)

    @cached_property
    def average_exploitability(self) -> np.ndarray:
        """The same for the averages, ``(T,)``."""
        return exploitability(self.game, self.row_average, self.column_average)


def exploitability(game: MatrixGame, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """What both players together could gain by moving alone (NashConv), shape ``(...)``.

    Parameters
    ----------
    row, column : mixed strategies, shapes ``(..., m)`` and ``(..., n)``.
    """
    A, B = np.array(game.A, dtype=float), np.array(game.B, dtype=float)
    mine, theirs = column @ A.T, row @ B
    return (
        mine.max(axis=-1) - (row * mine).sum(axis=-1)
        + theirs.max(axis=-1) - (column * theirs).sum(axis=-1)
    )  # fmt: skip


def learn(
    game: MatrixGame,
    rule: Rule,
    start: Any = None,
    steps: int = 1000,
    *,
    one_population: bool = False,
    rng: np.random.Generator | None = None,
) -> Learning:
    """Let both players, or the members of one population, learn by a rule.

    Parameters
    ----------
    game : the matrix game.
    rule : one of ``LEARNING``, or any training rule that stays on the simplices.
    start : both players' first mixed strategies; None starts 30 % of the way from even shares to
        the first action. Under fictitious play the most likely action is the first to be played.
    steps : number of rounds or steps.
    one_population : whether the row player's matrix is played by a population against itself;
        there is then one start, and ``column`` is the same as ``row``.
    rng : the randomness of a rule that has any.

    Raises
    ------
    ValueError
        If a start is no mixed strategy, or a population plays a rule for two.
    """
    if one_population:
        game = MatrixGame(game.A, tuple(zip(*game.A, strict=True)))
        start = None if start is None else (start, start)
    shares = _start(game, start)
    if one_population:
        if not isinstance(rule, Method):
            raise ValueError(f"{type(rule).__name__} is for two players; choose another rule")
        path = simulate(game.one_population(), rule, shares[0], steps, compiled=True)
        return Learning(game, path.times, path.states, path.states)
    if isinstance(rule, Method):
        path = simulate(game.on_simplex(), rule, np.concatenate(shares), steps, compiled=True)
        m = len(shares[0])
        times, row, column = path.times, path.states[:, :m], path.states[:, m:]
    else:
        first = int(shares[0].argmax()), int(shares[1].argmax())
        plays = rule.play(game, first, steps, rng)
        times = np.arange(steps + 1)
        row, column = (
            np.eye(len(side))[actions] for side, actions in zip(shares, plays, strict=True)
        )
    return Learning(game, times, row, column)


def _start(game: MatrixGame, start: Any) -> list[np.ndarray]:
    sizes = len(game.A), len(game.A[0])
    if start is None:
        return [0.7 / size + 0.3 * np.eye(size)[0] for size in sizes]
    shares = [np.asarray(side, dtype=float) for side in start]
    for name, side, size in zip(("row", "column"), shares, sizes, strict=True):
        if side.shape != (size,) or side.min() < 0 or abs(side.sum() - 1) > TOLERANCE:
            raise ValueError(
                f"the {name} player's start must be {size} shares that sum to one; got {side!r:.80}"
            )
    return shares
