"""Extreme equilibria of a bimatrix game: pairs of vertices that have all labels between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from dynamics.matrix.payoffs import Matrix, scaled_positive
from dynamics.matrix.polytope import Vertex, vertices

Strategy = tuple[Fraction, ...]


class Equilibrium(NamedTuple):
    """A pair of mixed strategies from which no player gains by moving alone.

    Attributes
    ----------
    row, column : the shares of each action; they sum to one.
    """

    row: Strategy
    column: Strategy

    def __str__(self) -> str:
        row, column = (", ".join(map(str, side)) for side in self)
        return f"rows ({row}), columns ({column})"


@dataclass(frozen=True)
class Solution:
    """Everything that the two polytopes tell of the equilibria.

    Attributes
    ----------
    equilibria : the extreme ones, in the order of their strategies.
    components : the same, grouped: two stand together if a path of equilibria joins them.
    is_degenerate : whether some strategy has more pure best responses than actions in use.
    """

    equilibria: tuple[Equilibrium, ...]
    components: tuple[tuple[Equilibrium, ...], ...]
    is_degenerate: bool


def solve(A: Matrix, B: Matrix, *, progress: Callable[[int], None] | None = None) -> Solution:
    """All extreme equilibria by complete vertex enumeration.

    The row player's strategies are scaled points of ``P = {x >= 0, B^T x <= 1}``, the column
    player's of ``Q = {y >= 0, A y <= 1}``, both payoffs being positive. A pair of vertices is an
    equilibrium if every action of either player is unused or a best response (Mangasarian 1964,
    von Stengel 2007, theorem 3.4). Every equilibrium is a convex combination of extreme ones.

    Parameters
    ----------
    A, B : payoffs of the row and the column player, shape ``(m, n)``.
    progress : called now and then with the number of bases seen of the polytope at hand; may
        raise to stop.
    """
    m, n = len(A), len(A[0])
    columns_of_b = list(zip(*scaled_positive(B), strict=True))
    rows = vertices(columns_of_b, progress=progress)
    columns = vertices(scaled_positive(A), progress=progress)
    found = _complete_pairs(rows, columns, m, n)
    most_labels = [
        max(vertex.labels.bit_count() for vertex in side) - size
        for side, size in ((rows, m), (columns, n))
    ]
    return Solution(tuple(found), _components(found), max(most_labels) > 0)


def _complete_pairs(
    rows: Sequence[Vertex], columns: Sequence[Vertex], m: int, n: int
) -> list[Equilibrium]:
    """The pairs in which every label occurs; those of ``columns`` list the n shares first."""
    complete = (1 << (m + n)) - 1
    turned = [
        (((vertex.labels << m) & complete) | (vertex.labels >> n), vertex.strategy)
        for vertex in columns
    ]
    found = []
    for vertex in rows:
        missing = complete & ~vertex.labels
        found += [
            Equilibrium(vertex.strategy, strategy)
            for labels, strategy in turned
            if labels & missing == missing
        ]
    return sorted(found, reverse=True)


def _components(found: Sequence[Equilibrium]) -> tuple[tuple[Equilibrium, ...], ...]:
    """Group equilibria that share a strategy: the segment between them consists of equilibria."""
    groups: list[list[Equilibrium]] = []
    for equilibrium in found:
        near = [group for group in groups if any(_touch(equilibrium, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), equilibrium])
    ordered = (tuple(sorted(group, reverse=True)) for group in groups)
    return tuple(sorted(ordered, reverse=True))


def _touch(one: Equilibrium, other: Equilibrium) -> bool:
    return one.row == other.row or one.column == other.column
