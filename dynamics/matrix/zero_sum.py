"""Values and optimal strategies of zero-sum games by linear programming."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from dynamics.matrix.linear_program import maximise
from dynamics.matrix.payoffs import Matrix

EXACT_UP_TO = 900
"""Entries of a matrix up to which fractions are quick; larger games are solved in floats."""


@dataclass(frozen=True, eq=False)
class ZeroSumSolution:
    """Optimal strategies of a zero-sum game, with proof.

    Attributes
    ----------
    row, column : strategies, shapes ``(m,)`` and ``(n,)``: fractions where exact, else floats.
    lower, upper : what ``row`` secures and what ``column`` concedes; the value lies between them.
    exact : whether everything is in fractions, and both are the value.
    """

    row: tuple[Any, ...]
    column: tuple[Any, ...]
    lower: Any
    upper: Any
    exact: bool

    @property
    def value(self) -> Any:
        """The value, or the middle of the interval it is known to lie in."""
        return self.lower if self.exact else (self.lower + self.upper) / 2

    @property
    def guarantee(self) -> str:
        """What is promised."""
        if self.exact:
            return "The value and both strategies are exact."
        return f"The value lies within [{self.lower!r}, {self.upper!r}]; the strategies secure it."


def solve_zero_sum(payoffs: Matrix, *, exact: bool | None = None) -> ZeroSumSolution:
    """The value and one optimal strategy of each player.

    Parameters
    ----------
    payoffs : of the row player, who maximises, shape ``(m, n)``.
    exact : in fractions, by our own simplex method, or in floats by HiGHS with the bounds that its
        strategies prove; None decides by size.
    """
    size = len(payoffs) * len(payoffs[0])
    if exact or (exact is None and size <= EXACT_UP_TO):
        return _in_fractions(payoffs)
    return _in_floats(np.array(payoffs, dtype=float))


def _in_fractions(payoffs: Matrix) -> ZeroSumSolution:
    """With payoffs shifted above zero: maximise the sum of y where A y is at most one."""
    shift = 1 - min(min(row) for row in payoffs)
    shifted = [[value + shift for value in row] for row in payoffs]
    best = maximise([1] * len(payoffs[0]), shifted, [1] * len(payoffs))
    value = 1 / best.value
    row, column = (tuple(share * value for share in side) for side in (best.prices, best.point))
    game: Fraction = value - shift
    return ZeroSumSolution(row, column, game, game, exact=True)


def _in_floats(payoffs: np.ndarray) -> ZeroSumSolution:
    row = _secure(payoffs)
    column = _secure(-payoffs.T)
    lower, upper = float((row @ payoffs).min()), float((payoffs @ column).max())
    return ZeroSumSolution(tuple(row.tolist()), tuple(column.tolist()), lower, upper, exact=False)


def _secure(payoffs: np.ndarray) -> np.ndarray:
    """A mixture of rows whose least expected payoff is the largest."""
    from scipy.optimize import linprog

    m, n = payoffs.shape
    found = linprog(
        np.r_[np.zeros(m), -1.0],
        A_ub=np.c_[-payoffs.T, np.ones(n)],
        b_ub=np.zeros(n),
        A_eq=np.r_[np.ones(m), 0.0][None],
        b_eq=[1.0],
        bounds=[(0, None)] * m + [(None, None)],
        method="highs",
    )
    shares = np.maximum(found.x[:m], 0)
    return shares / shares.sum()
