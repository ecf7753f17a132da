"""Fictitious play: respond to the other's average."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dynamics.matrix import MatrixGame


@dataclass(frozen=True)
class FictitiousPlay:
    """Both players play, at once, a best response to the other's play so far.

    The averages converge to equilibrium in zero-sum games (robinson1951), not in Shapley's game.
    Exact: payoffs are whole numbers once scaled, and between two changes of response nothing has
    to be computed, so a million rounds take as long as the few hundred changes in them. Among
    equally good actions the first is played.
    """

    reference: ClassVar[str] = "brown1951"

    def play(
        self, game: MatrixGame, start: tuple[int, int], rounds: int, rng: np.random.Generator | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The actions of both players, ``(rounds + 1,)`` each; the first are those of ``start``."""
        stretches = list(self.stretches(game, start, rounds))
        lengths = [length for *_, length in stretches]
        rows, columns = (np.repeat([s[side] for s in stretches], lengths) for side in (0, 1))
        return rows, columns

    def stretches(
        self, game: MatrixGame, start: tuple[int, int], rounds: int
    ) -> Iterator[tuple[int, int, int]]:
        """Stretches of unchanged play: ``(row, column, how many rounds)``."""
        own = [_whole(game.A), _whole(list(zip(*game.B, strict=True)))]
        totals = [[0] * len(own[0]), [0] * len(own[1])]
        row, column = start
        left: int = rounds + 1
        length: int = 1
        while True:
            length = min(length, left)
            yield row, column, length
            left -= length
            if left == 0:
                return
            for total, payoffs, other in zip(totals, own, (column, row), strict=True):
                for action in range(len(total)):
                    total[action] += length * payoffs[action][other]
            row, column = (total.index(max(total)) for total in totals)
            length = _rounds_until_change(totals[0], own[0], row, column, left)
            length = _rounds_until_change(totals[1], own[1], column, row, length)


def _whole(payoffs: Sequence[Sequence]) -> list[list[int]]:
    """Payoffs times a common denominator; which response is best stays the same."""
    scale = math.lcm(*(value.denominator for row in payoffs for value in row))
    return [[int(value * scale) for value in row] for row in payoffs]


def _rounds_until_change(
    totals: list[int], payoffs: list[list[int]], best: int, other: int, most: int
) -> int:
    """For how many rounds, up to ``most``, ``best`` is played while the other repeats ``other``."""
    least = most
    for action, total in enumerate(totals):
        gain = payoffs[action][other] - payoffs[best][other]
        if gain > 0:
            behind = totals[best] - total
            # An earlier action wins a tie, a later one has to be ahead.
            least = min(least, -(-behind // gain) if action < best else behind // gain + 1)
    return max(least, 1)


@dataclass(frozen=True)
class StochasticFictitiousPlay:
    """Both players draw from the logit response to the other's average (fudenberg1993).

    The averages tend to a quantal response equilibrium where one attracts.

    Parameters
    ----------
    temperature : of the response, above 0.
    """

    reference: ClassVar[str] = "fudenberg1993"

    temperature: float = 0.1

    def play(
        self, game: MatrixGame, start: tuple[int, int], rounds: int, rng: np.random.Generator | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The actions of both players, ``(rounds + 1,)`` each; the first are those of ``start``.

        Raises
        ------
        ValueError
            If no generator is given.
        """
        if rng is None:
            raise ValueError("stochastic play needs a generator; pass rng=np.random.default_rng(0)")
        A, B = np.array(game.A, dtype=float).T, np.array(game.B, dtype=float)
        plays = np.empty((2, rounds + 1), dtype=int)
        plays[:, 0] = start
        draws = rng.random((rounds, 2))
        worth_row, worth_column = np.zeros(A.shape[1]), np.zeros(B.shape[1])
        for t in range(rounds):
            row, column = plays[:, t]
            worth_row, worth_column = worth_row + A[column], worth_column + B[row]
            plays[0, t + 1] = self._drawn(worth_row / (t + 1), draws[t, 0])
            plays[1, t + 1] = self._drawn(worth_column / (t + 1), draws[t, 1])
        return plays[0], plays[1]

    def _drawn(self, payoffs: np.ndarray, draw: float) -> int:
        weights = np.exp((payoffs - payoffs.max()) / self.temperature).cumsum()
        return int(np.searchsorted(weights, draw * weights[-1], side="right"))
