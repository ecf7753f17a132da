"""The Lemke-Howson algorithm, with the path that a lecturer draws."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dynamics.matrix.extreme import Equilibrium
from dynamics.matrix.payoffs import Matrix, scaled_positive, transposed
from dynamics.matrix.tableau import Tableau

PLAYERS = ("row", "column")


@dataclass(frozen=True)
class Pivot:
    """One step of the path: a player's strategy moves along an edge of its polytope.

    Attributes
    ----------
    player : whose strategy moves, 0 for rows.
    dropped, picked : the label that is let go and the one that is met.
    row, column : where both players then stand, scaled to mixed strategies; zeros at the origin.
    """

    player: int
    dropped: int
    picked: int
    row: tuple[Fraction, ...]
    column: tuple[Fraction, ...]


@dataclass(frozen=True)
class LemkeHowsonPath:
    """A path from the origin to an equilibrium.

    Attributes
    ----------
    label : the label that is missing on the way; actions of rows come first, counted from 0.
    pivots : the steps.
    """

    label: int
    pivots: tuple[Pivot, ...]

    @property
    def equilibrium(self) -> Equilibrium:
        """Where it ends."""
        return Equilibrium(self.pivots[-1].row, self.pivots[-1].column)


def lemke_howson(A: Matrix, B: Matrix, label: int) -> LemkeHowsonPath:
    """Follow the path that begins by dropping a label at the origin (lemke1964).

    Labels 0 … m-1 stand for the row player's actions, m … m+n-1 for the column player's. A point
    has the label of every action that is unused or a best response; the path keeps all labels but
    one. Ties are broken lexicographically, so it ends in degenerate games too.

    Parameters
    ----------
    A, B : payoffs, shape ``(m, n)``.
    label : from 0 to m+n-1.

    Raises
    ------
    ValueError
        If there is no such label.
    """
    m, n = len(A), len(A[0])
    if not (isinstance(label, int) and 0 <= label < m + n):
        raise ValueError(f"label = {label!r} must be a whole number from 0 to {m + n - 1}")
    # Player 0 moves in {x >= 0, B^T x <= 1}, whose variables are x and then the columns' slacks.
    sides = [
        Tableau.of(scaled_positive(transposed(B))),
        Tableau.of(scaled_positive(A)),
    ]
    pivots: list[Pivot] = []
    entering, player = label, 0 if label < m else 1
    while True:
        variable = entering if player == 0 else (entering - m) % (m + n)
        row = sides[player].leaving_row(variable)
        leaving = sides[player].basis[row]
        sides[player] = sides[player].pivoted(row, variable)
        picked = leaving if player == 0 else (leaving + m) % (m + n)
        pivots.append(Pivot(player, entering, picked, *(_strategy(side) for side in sides)))
        if picked == label:
            return LemkeHowsonPath(label, tuple(pivots))
        entering, player = picked, 1 - player


def _strategy(side: Tableau) -> tuple[Fraction, ...]:
    count = side.entries.shape[1] - 1 - len(side.basis)
    values = [0] * count
    for variable, value in zip(side.basis, side.entries[:, -1], strict=True):
        if variable < count:
            values[variable] = int(value)
    total = sum(values) or 1
    return tuple(Fraction(value, total) for value in values)
