"""A game of two players with finitely many actions each."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

from dynamics.game import Game
from dynamics.matrix.dominance import Dominance, Elimination, dominated, eliminate
from dynamics.matrix.extreme import Equilibrium, Solution, solve
from dynamics.matrix.fields import in_logits, on_simplex, one_population
from dynamics.matrix.lemke_howson import LemkeHowsonPath, lemke_howson
from dynamics.matrix.payoffs import Matrix, from_numbers, from_text, transposed
from dynamics.matrix.search import Search, search
from dynamics.matrix.selection import NashSubset, Selection, maximal_subsets, most_entropic
from dynamics.matrix.zero_sum import ZeroSumSolution, solve_zero_sum


class MatrixGame:
    """A bimatrix game, in exact fractions.

    Parameters
    ----------
    A : payoffs of the row player, who maximises them, shape ``(m, n)``: numbers, fractions or an
        array. A float counts as the decimal it is printed as.
    B : payoffs of the column player, who maximises them too; without it the game is zero-sum,
        ``B = -A``.

    Raises
    ------
    ValueError
        If a matrix is none, or the two differ in shape.

    Examples
    --------
    >>> game = MatrixGame([[3, 0], [0, 2]], [[2, 0], [0, 3]])
    >>> print(*game.equilibria(), sep="\\n")
    rows (1, 0), columns (1, 0)
    rows (3/5, 2/5), columns (2/5, 3/5)
    rows (0, 1), columns (0, 1)
    """

    A: Matrix
    B: Matrix

    def __init__(self, A: Any, B: Any = None):
        self.A = from_numbers(A, "A")
        self.B = _negative(self.A) if B is None else from_numbers(B, "B")
        shapes = [(len(side), len(side[0])) for side in (self.A, self.B)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"A and B must be of one shape, rows by columns; got {shapes[0]} and {shapes[1]}"
            )

    @classmethod
    def parse(cls, A: str, B: str | None = None) -> Self:
        """The game of matrices typed as ``"1, -1; -1/2, 0.25"``: rows end with ``;``."""
        return cls(from_text(A), None if B is None else from_text(B))

    def __repr__(self) -> str:
        return f"MatrixGame({_text(self.A)!r}, {_text(self.B)!r})"

    @property
    def is_zero_sum(self) -> bool:
        """Whether what one wins the other loses."""
        return _negative(self.A) == self.B

    def equilibria(
        self, *, progress: Callable[[int], None] | None = None
    ) -> tuple[Equilibrium, ...]:
        """All extreme equilibria, exactly; see :attr:`guarantee`.

        Parameters
        ----------
        progress : called now and then with the number of bases seen of the polytope at hand;
            may raise to stop.
        """
        if "_solution" not in self.__dict__ and progress is not None:
            self.__dict__["_solution"] = solve(self.A, self.B, progress=progress)
        return self._solution.equilibria

    @property
    def components(self) -> tuple[tuple[Equilibrium, ...], ...]:
        """The extreme equilibria grouped by the connected set of equilibria they belong to.

        A group of more than one is a continuum.
        """
        return self._solution.components

    @property
    def is_degenerate(self) -> bool:
        """Whether some strategy has more pure best responses than it has actions in use.

        Only then can there be a continuum of equilibria (von Stengel 2007, definition 3.2).
        """
        return self._solution.is_degenerate

    @property
    def maximal_subsets(self) -> tuple[NashSubset, ...]:
        """The maximal convex sets of equilibria, which cover every component."""
        return maximal_subsets(self._solution.equilibria)

    def most_entropic(self) -> Selection:
        """The equilibrium of the largest entropy, continua included: which one to play."""
        return most_entropic(self._solution.equilibria)

    @property
    def value(self) -> Fraction:
        """What the row player can be sure of in a zero-sum game, exactly.

        Raises
        ------
        ValueError
            If the game is not zero-sum.
        """
        value: Fraction = self.optimal_strategies(exact=True).value
        return value

    def optimal_strategies(self, *, exact: bool | None = None) -> ZeroSumSolution:
        """The value of a zero-sum game and an optimal strategy of each player.

        Parameters
        ----------
        exact : in fractions or in floats with proven bounds; None decides by size.

        Raises
        ------
        ValueError
            If the game is not zero-sum.
        """
        if not self.is_zero_sum:
            raise ValueError(
                "only a zero-sum game has one value, and B is not -A; ask payoffs() of an "
                "equilibrium"
            )
        return solve_zero_sum(self.A, exact=exact)

    def search(self, *, seconds: float = 10.0, cancel: Any = None) -> Search:
        """The equilibria that can be found in a bounded time, and whether they are all.

        Parameters
        ----------
        seconds : how long the complete enumeration may take.
        cancel : an event; once it is set, the search returns what it has.
        """
        return search(self.A, self.B, seconds=seconds, cancel=cancel)

    def lemke_howson(self, label: int = 0) -> LemkeHowsonPath:
        """The path that begins by dropping a label; see :mod:`dynamics.matrix.lemke_howson`."""
        return lemke_howson(self.A, self.B, label)

    def dominated(self) -> tuple[Dominance, ...]:
        """The dominated actions of both players, each with a mixture that does better."""
        return dominated(self.A, 0) + dominated(transposed(self.B), 1)

    def eliminate(self, *, weak: bool = False) -> Elimination:
        """Remove dominated actions again and again."""
        return eliminate(self.A, self.B, weak=weak)

    def on_simplex(self) -> Game:
        """The game of mixed strategies: the state is every action's share; see :mod:`.fields`."""
        return on_simplex(self.A, self.B)

    def one_population(self) -> Game:
        """One population that plays the row player's side of the game against itself."""
        return one_population(self.A)

    def in_logits(self) -> Game:
        """The game of logits, free numbers, on which every rule of ``METHODS`` runs."""
        return in_logits(self.A, self.B)

    def best_responses(self, strategy: Any, player: int) -> tuple[int, ...]:
        """The pure best responses of a player to a mixed strategy of the other.

        Parameters
        ----------
        strategy : of the *other* player: fractions, or floats taken as the decimals they print.
        player : who responds, 0 for rows.
        """
        (mixed,) = from_numbers([list(strategy)], "strategy")
        own = self.A if player == 0 else transposed(self.B)
        if len(mixed) != len(own[0]):
            raise ValueError(f"the other player has {len(own[0])} actions; got {len(mixed)} shares")
        worth = [sum(p * q for p, q in zip(row, mixed, strict=True)) for row in own]
        return tuple(place for place, value in enumerate(worth) if value == max(worth))

    @property
    def guarantee(self) -> str:
        """What is promised of the answer."""
        return (
            "All extreme equilibria were found, in exact fractions, by complete enumeration of "
            "the vertices of both best-response polytopes. Every other equilibrium is a mixture "
            "of extreme ones of one component."
        )

    def payoffs(self, strategies: tuple[Any, Any]) -> tuple[Fraction, Fraction]:
        """Expected payoffs of the row and the column player under a pair of mixed strategies."""
        row, column = strategies
        return _expected(row, self.A, column), _expected(row, self.B, column)

    @cached_property
    def _solution(self) -> Solution:
        return solve(self.A, self.B)


def _expected(row: Any, payoffs: Matrix, column: Any) -> Fraction:
    return sum(
        (p * q * payoff for p, line in zip(row, payoffs, strict=True)
         for q, payoff in zip(column, line, strict=True)),
        Fraction(0),
    )  # fmt: skip


def _negative(matrix: Matrix) -> Matrix:
    return tuple(tuple(-value for value in row) for row in matrix)


def _text(matrix: Matrix) -> str:
    return "; ".join(", ".join(map(str, row)) for row in matrix)
