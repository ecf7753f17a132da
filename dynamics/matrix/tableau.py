"""A simplex tableau in integers, with the lexicographic rule: exact, and it never cycles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True, eq=False)
class Tableau:
    """The system ``M x + s = 1`` with ``x, s >= 0`` solved for its basic variables.

    Pivoting stays in integers, since every entry is a minor of the first system (Edmonds; Bareiss
    1968), so nothing is rounded. Ties are broken as if the right side were ``1 + eps^i``
    (Charnes 1952): the perturbed polytope is simple, and each of its vertices is a vertex of ours.

    Attributes
    ----------
    entries : objects that are Python integers, shape ``(r, c + r + 1)``: ``x``, ``s``, right side.
    determinant : what all entries are to be divided by; positive.
    basis : the variable of each row.
    """

    entries: np.ndarray
    determinant: int
    basis: tuple[int, ...]

    @classmethod
    def of(cls, matrix: Sequence[Sequence[int]]) -> Self:
        """The tableau at ``x = 0`` of a matrix of positive integers, shape ``(r, c)``."""
        rows = np.array(matrix, dtype=object)
        count, width = rows.shape
        slack = np.zeros((count, count), dtype=object)
        np.fill_diagonal(slack, 1)
        entries = np.hstack([rows, slack, np.ones((count, 1), dtype=object)])
        return cls(entries, 1, tuple(range(width, width + count)))

    def leaving_row(self, entering: int) -> int:
        """The row whose variable leaves; positive matrices leave no direction unbounded."""
        column = self.entries[:, entering]
        rows = [row for row in range(len(column)) if column[row] > 0]
        width = self.entries.shape[1]
        first_slack = width - 1 - len(self.basis)
        for place in (width - 1, *range(first_slack, width - 1)):
            if len(rows) == 1:
                break
            rows = self._smallest_ratio(rows, place, column)
        return rows[0]

    def _smallest_ratio(self, rows: list[int], place: int, column: np.ndarray) -> list[int]:
        values = self.entries[:, place]
        best = rows[:1]
        for row in rows[1:]:
            left = values[row] * column[best[0]]
            right = values[best[0]] * column[row]
            if left < right:
                best = [row]
            elif left == right:
                best.append(row)
        return best

    def pivoted(self, row: int, entering: int) -> Self:
        """The tableau in which ``entering`` stands in the basis in place of the row's variable."""
        pivot = self.entries[row, entering]
        kept = self.entries[row]
        entries = pivot * self.entries - self.entries[:, entering][:, None] * kept
        entries //= self.determinant
        entries[row] = kept
        basis = (*self.basis[:row], entering, *self.basis[row + 1 :])
        return type(self)(entries, pivot, basis)
