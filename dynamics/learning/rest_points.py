"""Where the replicator rests, and of what kind each rest point is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dynamics.learning.replicator import Replicator
from dynamics.matrix import MatrixGame

ZERO = 1e-9


@dataclass(frozen=True, eq=False)
class RestPoint:
    """A rest point of the replicator flow.

    Attributes
    ----------
    row, column : strategies, shapes ``(m,)`` and ``(n,)``.
    kind : stable, unstable, saddle, centre or degenerate, by the eigenvalues.
    eigenvalues : of the flow along the simplices, complex.
    """

    row: np.ndarray
    column: np.ndarray
    kind: str
    eigenvalues: np.ndarray


def rest_points(game: MatrixGame, *, symmetric: bool = False) -> tuple[RestPoint, ...]:
    """All isolated rest points of the replicator flow, those on the boundary too.

    On the face of given supports a point rests if all actions in use do equally well; where that
    leaves a whole line, none of it is reported.

    Parameters
    ----------
    game : up to about six actions a player; there are exponentially many faces.
    symmetric : one population playing against itself, ``B = A^T``: only rest points with equal
        strategies, and only the eigenvalues within the population.
    """
    A, B = np.array(game.A, dtype=float), np.array(game.B, dtype=float)
    found = []
    for rows, columns in _faces(len(A), len(A[0]), symmetric):
        if len(rows) != len(columns):
            continue
        column = _equaliser(A[np.ix_(rows, columns)])
        row = column if symmetric else _equaliser(B[np.ix_(rows, columns)].T)
        if row is None or column is None:
            continue
        x, y = np.zeros(len(A)), np.zeros(len(A[0]))
        x[list(rows)], y[list(columns)] = row, column
        found.append(_classified(game, x, y, symmetric))
    return tuple(found)


def _faces(m: int, n: int, symmetric: bool) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    sides = [
        [support for size in range(1, count + 1) for support in combinations(range(count), size)]
        for count in (m, n)
    ]
    for rows in sides[0]:
        for columns in [rows] if symmetric else sides[1]:
            yield rows, columns


def _equaliser(payoffs: np.ndarray) -> np.ndarray | None:
    """The positive shares under which all rows do equally well; None if there are none or many."""
    size = len(payoffs)
    system = np.block([[payoffs, -np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]])
    if abs(np.linalg.det(system)) < ZERO:
        return None
    shares = np.linalg.solve(system, np.r_[np.zeros(size), 1.0])[:size]
    return shares if shares.min() > ZERO else None


def _classified(game: MatrixGame, x: np.ndarray, y: np.ndarray, symmetric: bool) -> RestPoint:
    field = game.one_population() if symmetric else game.on_simplex()
    z = x if symmetric else np.concatenate([x, y])
    basis = _tangents(len(x), len(y), symmetric)
    h, rule = 1e-6, Replicator()
    moved = np.array(
        [
            (rule.velocity(field, z + h * v) - rule.velocity(field, z - h * v)) / (2 * h)
            for v in basis
        ]
    )
    eigenvalues = np.linalg.eigvals(np.linalg.lstsq(basis.T, moved.T, rcond=None)[0])
    return RestPoint(x, y, _kind(eigenvalues), eigenvalues)


def _tangents(m: int, n: int, symmetric: bool) -> np.ndarray:
    """Directions in which the strategies can move, ``(m + n - 2, m + n)``."""
    first = np.eye(m)[:-1] - np.eye(m)[-1]
    if symmetric:
        return first
    second = np.eye(n)[:-1] - np.eye(n)[-1]
    return np.block([[first, np.zeros((m - 1, n))], [np.zeros((n - 1, m)), second]])


def _kind(eigenvalues: np.ndarray) -> str:
    real = np.where(np.abs(eigenvalues.real) < 1e-7, 0.0, eigenvalues.real)
    if (np.abs(eigenvalues) < 1e-7).any():
        return "degenerate"
    if (real == 0).all():
        return "centre"
    if (real < 0).all():
        return "stable"
    return "unstable" if (real > 0).all() else "saddle"
