"""The vertices of a best-response polytope, each with its labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dynamics.matrix.tableau import Tableau

REPORT_EVERY = 64


@dataclass(frozen=True)
class Vertex:
    """A vertex of ``{x >= 0, M x <= 1}`` other than zero, scaled to a mixed strategy.

    Attributes
    ----------
    strategy : shares that sum to one.
    labels : one bit for each inequality that holds with equality: first those of ``x >= 0``, then
        those of ``M x <= 1``.
    """

    strategy: tuple[Fraction, ...]
    labels: int


def vertices(
    matrix: Sequence[Sequence[int]], *, progress: Callable[[int], None] | None = None
) -> list[Vertex]:
    """All vertices but zero, by a walk over all bases of the perturbed polytope.

    That polytope is simple and its graph connected, so the walk misses none, degenerate or not.

    Parameters
    ----------
    matrix : positive integers, shape ``(r, c)``.
    progress : called with the number of bases seen so far, now and then; may raise to stop.
    """
    first = Tableau.of(matrix)
    seen = {frozenset(first.basis)}
    waiting = [first]
    found: dict[tuple[Fraction, ...], Vertex] = {}
    while waiting:
        tableau = waiting.pop()
        vertex = _vertex(tableau)
        if vertex is not None:
            found.setdefault(vertex.strategy, vertex)
        inside = set(tableau.basis)
        for entering in range(tableau.entries.shape[1] - 1):
            if entering in inside:
                continue
            row = tableau.leaving_row(entering)
            basis = frozenset(inside - {tableau.basis[row]} | {entering})
            if basis not in seen:
                seen.add(basis)
                waiting.append(tableau.pivoted(row, entering))
                if progress is not None and len(seen) % REPORT_EVERY == 0:
                    progress(len(seen))
    return list(found.values())


def _vertex(tableau: Tableau) -> Vertex | None:
    """The vertex of a basis; None at zero."""
    rows, width = tableau.entries.shape
    values = [0] * (width - 1)
    for variable, value in zip(tableau.basis, tableau.entries[:, -1], strict=True):
        values[variable] = value
    shares = values[: width - 1 - rows]
    total = sum(shares)
    if total == 0:
        return None
    labels = sum(1 << place for place, value in enumerate(values) if value == 0)
    return Vertex(tuple(Fraction(share, total) for share in shares), labels)
