"""Where the replicator rests, and of what kind each rest point is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dynamics.learning.replicator import Replicator
from dynamics.matrix import MatrixGame

ZERO, SAME = 1e-9, 1e-6


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


def rest_points(
    game: MatrixGame, *, symmetric: bool = False, mutation: float = 0.0
) -> tuple[RestPoint, ...]:
    """The isolated rest points of the replicator flow, those on the boundary too.

    On the face of given supports a point rests if all actions in use do equally well; where that
    leaves a whole line, none of it is reported. With mutation the rest points have no closed form:
    those without it, and even shares, are then where Newton's method starts, so that some may be
    missed.

    Parameters
    ----------
    game : up to about six actions a player; there are exponentially many faces.
    symmetric : one population playing against itself, ``B = A^T``: only rest points with equal
        strategies, and only the eigenvalues within the population.
    mutation : as for :class:`Replicator`.
    """
    flow = _Flow(game, symmetric, mutation)
    without = _without_mutation(game, symmetric)
    if not mutation:
        return tuple(flow.classified(x, y) for x, y in without)
    even = np.full(len(game.A), 1 / len(game.A)), np.full(len(game.A[0]), 1 / len(game.A[0]))
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for start in [even, *without]:
        point = flow.refined(*start)
        if point is not None and all(_apart(point, other) > SAME for other in found):
            found.append(point)
    return tuple(flow.classified(x, y) for x, y in found)


def _apart(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> float:
    return float(np.abs(np.concatenate(one) - np.concatenate(other)).max())


def _without_mutation(game: MatrixGame, symmetric: bool) -> list[tuple[np.ndarray, np.ndarray]]:
    """The rest points of the plain replicator, face by face."""
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
        found.append((x, y))
    return found


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


class _Flow:
    """The replicator flow along the simplices of one game."""

    def __init__(self, game: MatrixGame, symmetric: bool, mutation: float):
        self.field = game.one_population() if symmetric else game.on_simplex()
        self.rule, self.symmetric = Replicator(mutation=mutation), symmetric
        self.sizes = len(game.A), len(game.A[0])
        self.basis = _tangents(*self.sizes, symmetric)

    def velocity(self, z: np.ndarray) -> np.ndarray:
        """Along the basis of the tangent space, shape ``(k,)``."""
        push = self.rule.velocity(self.field, z)
        along: np.ndarray = np.linalg.lstsq(self.basis.T, push, rcond=None)[0]
        return along

    def refined(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """The rest point that Newton's method finds from here, if it is a pair of mixtures."""
        from scipy.optimize import root

        z = x if self.symmetric else np.concatenate([x, y])
        found = root(lambda step: self.velocity(z + step @ self.basis), np.zeros(len(self.basis)),
                     tol=1e-13)  # fmt: skip
        z = z + found.x @ self.basis
        if not found.success or z.min() < -ZERO:
            return None
        z = np.maximum(z, 0.0)
        return (z, z) if self.symmetric else (z[: self.sizes[0]], z[self.sizes[0] :])

    def classified(self, x: np.ndarray, y: np.ndarray) -> RestPoint:
        """The kind of a rest point, by central differences."""
        z, h = x if self.symmetric else np.concatenate([x, y]), 1e-6
        slopes = [
            (self.velocity(z + h * v) - self.velocity(z - h * v)) / (2 * h) for v in self.basis
        ]
        eigenvalues = np.linalg.eigvals(np.array(slopes).T)
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
