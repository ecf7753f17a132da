"""Actions that no sensible player uses, each with the mixture that does better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from dynamics.matrix.linear_program import maximise
from dynamics.matrix.payoffs import Matrix, transposed


@dataclass(frozen=True)
class Dominance:
    """An action that a mixture of others beats.

    Attributes
    ----------
    player : 0 for rows, 1 for columns.
    action : counted from 0.
    witness : the mixture, a share for every action; 0 for the action itself.
    strict : whether it is better against every action of the other player; else it is never worse
        and somewhere better.
    """

    player: int
    action: int
    witness: tuple[Fraction, ...]
    strict: bool

    def __str__(self) -> str:
        side = ("row", "column")[self.player]
        parts = [
            f"{side} {place + 1}" if share == 1 else f"{share} {side} {place + 1}"
            for place, share in enumerate(self.witness)
            if share
        ]
        how = "strictly" if self.strict else "weakly"
        return f"{side} {self.action + 1} is {how} dominated by {' + '.join(parts)}"


def dominated(payoffs: Matrix, player: int) -> tuple[Dominance, ...]:
    """The dominated rows of one player's own payoffs ``(m, n)``, with exact witnesses."""
    found = (_dominance(payoffs, action, player) for action in range(len(payoffs)))
    return tuple(dominance for dominance in found if dominance is not None)


def _dominance(payoffs: Matrix, action: int, player: int) -> Dominance | None:
    others = [place for place in range(len(payoffs)) if place != action]
    if not others:
        return None
    gains = [
        [theirs - own for theirs, own in zip(payoffs[place], payoffs[action], strict=True)]
        for place in others
    ]
    best = _largest_least_gain(gains)
    if best is not None:
        return Dominance(player, action, _spread(best, others, len(payoffs)), strict=True)
    best = _largest_total_gain(gains)
    if best is not None:
        return Dominance(player, action, _spread(best, others, len(payoffs)), strict=False)
    return None


def _largest_least_gain(gains: Sequence[Sequence[Fraction]]) -> tuple[Fraction, ...] | None:
    """A mixture that gains everywhere: maximise t where every column gains at least t."""
    columns = list(zip(*gains, strict=True))
    matrix = [[*(-gain for gain in column), 1] for column in columns]
    matrix.append([*([1] * len(gains)), 0])
    optimum = maximise([0] * len(gains) + [1], matrix, [0] * len(columns) + [1])
    return optimum.point[:-1] if optimum.value > 0 else None


def _largest_total_gain(gains: Sequence[Sequence[Fraction]]) -> tuple[Fraction, ...] | None:
    """A mixture that loses nowhere and gains somewhere."""
    columns = list(zip(*gains, strict=True))
    matrix = [[-gain for gain in column] for column in columns] + [[1] * len(gains)]
    optimum = maximise([sum(row) for row in gains], matrix, [0] * len(columns) + [1])
    return optimum.point if optimum.value > 0 else None


def _spread(shares: Sequence[Fraction], places: list[int], count: int) -> tuple[Fraction, ...]:
    """The shares at their places among all actions, summing to one."""
    total = sum(shares)
    result = [Fraction(0)] * count
    for place, share in zip(places, shares, strict=True):
        result[place] = share / total
    return tuple(result)


@dataclass(frozen=True)
class Elimination:
    """Iterated elimination of dominated actions.

    Attributes
    ----------
    rounds : what was removed in each round, actions counted in the whole game.
    rows, columns : the actions that are left.
    """

    rounds: tuple[tuple[Dominance, ...], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]


def eliminate(A: Matrix, B: Matrix, *, weak: bool = False) -> Elimination:
    """Remove all dominated actions of both players, again and again.

    What is left by strict dominance does not depend on the order and keeps every equilibrium; weak
    dominance may lose some.
    """
    left = [list(range(len(A))), list(range(len(A[0])))]
    rounds: list[tuple[Dominance, ...]] = []
    while True:
        own = [[[side[i][j] for j in left[1]] for i in left[0]] for side in (A, B)]
        sizes = len(A), len(A[0])
        views = (tuple(map(tuple, own[0])), transposed(tuple(map(tuple, own[1]))))
        removed = tuple(
            Dominance(
                player,
                left[player][found.action],
                _spread(found.witness, left[player], sizes[player]),
                found.strict,
            )
            for player, view in enumerate(views)
            for found in dominated(view, player)
            if found.strict or weak
        )
        if not removed:
            return Elimination(tuple(rounds), tuple(left[0]), tuple(left[1]))
        rounds.append(_one_at_least_stays(removed, left))
        for gone in rounds[-1]:
            left[gone.player].remove(gone.action)


def _one_at_least_stays(
    removed: tuple[Dominance, ...], left: list[list[int]]
) -> tuple[Dominance, ...]:
    """Those that can go at once: a witness of weak dominance must not go in the same round."""
    going: list[Dominance] = []
    for candidate in removed:
        used = {place for place, share in enumerate(candidate.witness) if share}
        gone = {other.action for other in going if other.player == candidate.player}
        if candidate.strict or not used & gone:
            going.append(candidate)
    return tuple(going)
