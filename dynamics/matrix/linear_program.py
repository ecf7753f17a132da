"""Linear programs in exact integers, for those that start at zero."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np


class Optimum(NamedTuple):
    """The solution of a linear program.

    Attributes
    ----------
    value : the largest value.
    point : where it is taken, shape ``(n,)``.
    prices : of the constraints, the solution of the dual program, shape ``(m,)``.
    """

    value: Fraction
    point: tuple[Fraction, ...]
    prices: tuple[Fraction, ...]


def maximise(
    objective: Sequence[Fraction | int],
    matrix: Sequence[Sequence[Fraction | int]],
    bounds: Sequence[Fraction | int],
) -> Optimum:
    """Maximise :math:`c^T x` subject to :math:`Ax \\le b, x \\ge 0` with :math:`b \\ge 0`.

    The simplex method with integer pivoting (Bareiss 1968): nothing is rounded. Bland's rule
    (1977) keeps it from cycling.

    Parameters
    ----------
    objective, matrix, bounds : c ``(n,)``, A ``(m, n)``, b ``(m,)``.

    Raises
    ------
    ValueError
        If a bound is negative, or the value has no bound.
    """
    if min(bounds) < 0:
        raise ValueError(f"bounds must not be negative, so that 0 is feasible; got {min(bounds)}")
    tableau, scales = _tableau(objective, matrix, bounds)
    m, n = len(bounds), len(objective)
    basis, determinant = list(range(n, n + m)), 1
    while (entering := _entering(tableau)) is not None:
        row = _leaving(tableau, entering, basis)
        pivot, kept = tableau[row, entering], tableau[row].copy()
        tableau = (pivot * tableau - np.outer(tableau[:, entering], kept)) // determinant
        tableau[row] = kept
        basis[row], determinant = entering, pivot
    point = [Fraction(0)] * (n + m)
    for row, variable in enumerate(basis):
        point[variable] = Fraction(int(tableau[row, -1]), determinant)
    prices = [
        Fraction(int(tableau[-1, n + row]) * scales[row], determinant * scales[-1])
        for row in range(m)
    ]
    value = Fraction(int(tableau[-1, -1]), determinant * scales[-1])
    return Optimum(value, tuple(point[:n]), tuple(prices))


def _tableau(
    objective: Sequence[Fraction | int],
    matrix: Sequence[Sequence[Fraction | int]],
    bounds: Sequence[Fraction | int],
) -> tuple[np.ndarray, list[int]]:
    """Constraints and, below them, the objective, each row a whole multiple of what was given."""
    m, n = len(bounds), len(objective)
    rows = [[*line, bound] for line, bound in zip(matrix, bounds, strict=True)]
    rows.append([*(-value for value in objective), 0])
    tableau = np.zeros((m + 1, n + m + 1), dtype=object)
    scales = []
    for place, row in enumerate(rows):
        fractions = [Fraction(value) for value in row]
        scale = math.lcm(*(value.denominator for value in fractions))
        whole = [int(value * scale) for value in fractions]
        tableau[place, :n], tableau[place, -1] = whole[:n], whole[-1]
        scales.append(scale)
    for place in range(m):
        tableau[place, n + place] = 1
    return tableau, scales


def _entering(tableau: np.ndarray) -> int | None:
    """The first variable that raises the value; None at the optimum."""
    gains = np.flatnonzero(tableau[-1, :-1] < 0)
    return int(gains[0]) if gains.size else None


def _leaving(tableau: np.ndarray, entering: int, basis: list[int]) -> int:
    """The row with the smallest ratio; among equals that of the first variable."""
    column, right = tableau[:-1, entering], tableau[:-1, -1]
    rows = np.flatnonzero(column > 0).tolist()
    if not rows:
        raise ValueError("the value grows without bound; add a constraint that limits it")
    return min(rows, key=lambda row: (Fraction(int(right[row]), int(column[row])), basis[row]))
