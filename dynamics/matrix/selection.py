"""Which equilibrium to play: the one that gives the least away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dynamics.matrix.extreme import Equilibrium, Strategy


@dataclass(frozen=True)
class NashSubset:
    """A convex set of equilibria: any mixture of ``rows`` against any mixture of ``columns``.

    Attributes
    ----------
    rows, columns : the extreme strategies.
    """

    rows: tuple[Strategy, ...]
    columns: tuple[Strategy, ...]

    @property
    def is_single(self) -> bool:
        """Whether it is one equilibrium."""
        return len(self.rows) == len(self.columns) == 1


def maximal_subsets(equilibria: Sequence[Equilibrium]) -> tuple[NashSubset, ...]:
    """The maximal convex sets of equilibria; every equilibrium lies in one of them.

    They are the maximal complete parts of the graph that joins a row strategy to each column
    strategy with which it is an equilibrium (Winkels 1979; avis2010).
    """
    partners: dict[Strategy, frozenset[Strategy]] = {}
    for row, column in equilibria:
        partners[row] = partners.get(row, frozenset()) | {column}
    closed: set[frozenset[Strategy]] = set()
    for columns in partners.values():
        closed |= {columns} | {columns & other for other in closed}
    closed.discard(frozenset())
    subsets = {
        (tuple(sorted(row for row in partners if columns <= partners[row])), columns)
        for columns in closed
    }
    found = (NashSubset(rows, tuple(sorted(columns))) for rows, columns in subsets)
    return tuple(sorted(found, key=lambda subset: (subset.rows, subset.columns), reverse=True))


@dataclass(frozen=True, eq=False)
class Selection:
    """The equilibrium of the largest entropy.

    Attributes
    ----------
    row, column : the strategies, shapes ``(m,)`` and ``(n,)``.
    entropy : the sum of both players' entropies, in nats.
    """

    row: np.ndarray
    column: np.ndarray
    entropy: float


def most_entropic(equilibria: Sequence[Equilibrium]) -> Selection:
    """The equilibrium whose strategies have the largest sum of entropies.

    On a continuum the entropy is concave in each player's strategy, and the two are free of each
    other on a maximal subset.
    """
    choices = []
    for subset in maximal_subsets(equilibria):
        row, column = _flattest(subset.rows), _flattest(subset.columns)
        choices.append(Selection(row, column, entropy(row) + entropy(column)))
    return max(choices, key=lambda choice: choice.entropy)


def entropy(shares: np.ndarray) -> float:
    """The entropy of a mixed strategy, in nats."""
    used = shares[shares > 0]
    return float(-(used * np.log(used)).sum())


def _flattest(extreme: Sequence[Strategy]) -> np.ndarray:
    """The mixture of strategies with the largest entropy, shape ``(m,)``."""
    corners = np.array(extreme, dtype=float)
    if len(corners) == 1:
        return corners[0]
    from scipy.optimize import minimize

    def cost(weights: np.ndarray) -> tuple[float, np.ndarray]:
        shares = np.maximum(weights @ corners, 1e-300)
        return float(shares @ np.log(shares)), corners @ (np.log(shares) + 1)

    found = minimize(
        cost, np.full(len(corners), 1 / len(corners)), jac=True, method="SLSQP",
        bounds=[(0, 1)] * len(corners), options={"ftol": 1e-15, "maxiter": 500},
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like},
    )  # fmt: skip
    weights = np.maximum(found.x, 0)
    return weights / weights.sum() @ corners
