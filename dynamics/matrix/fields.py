"""The bridge: a matrix game as a differentiable game, so that every training rule runs on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sympy

from dynamics.functions import sigmoid
from dynamics.game import Game
from dynamics.matrix.payoffs import Matrix

MOST_ENTRIES = 400
"""Payoffs of a player in a game of formulas; larger ones would be slow to derive."""


def on_simplex(A: Matrix, B: Matrix) -> Game:
    """Losses :math:`-x^T A y` and :math:`-x^T B y` in the shares ``x1, …, y1, …`` themselves.

    The state must stay on two simplices: the rules of :mod:`dynamics.learning` see to that. The
    payoffs are parameters ``a1_1, …, b1_1, …``, so that games of one shape share what is compiled.

    Raises
    ------
    ValueError
        If a player has more than ``MOST_ENTRIES`` payoffs.
    """
    return _with_payoffs(_direct(*_shape(A)), A, B)


def in_logits(A: Matrix, B: Matrix) -> Game:
    """The same losses with softmax strategies of free variables, named as in :func:`on_simplex`.

    A player with two actions has one variable, whose logistic function is the share of the first.

    Raises
    ------
    ValueError
        If a player has more than ``MOST_ENTRIES`` payoffs.
    """
    return _with_payoffs(_by_logits(*_shape(A)), A, B)


def one_population(A: Matrix) -> Game:
    """One population that plays against itself: an action earns its payoff against the mixture.

    Raises
    ------
    ValueError
        If the matrix is not square, or too large.
    """
    m, n = _shape(A)
    if m != n:
        raise ValueError(f"one population needs a square matrix; got {m} by {n}")
    return _population(m).at(
        **{_payoff("a", i, j).name: float(A[i][j]) for i in range(m) for j in range(m)}
    )


@lru_cache(maxsize=32)
def _population(size: int) -> Game:
    shares, _ = _variables(size, size)
    payoffs = [sum(_payoff("a", i, j) * shares[j] for j in range(size)) for i in range(size)]
    free = {_payoff("a", i, j).name: None for i in range(size) for j in range(size)}
    return Game.population(payoffs, shares, **free)


@lru_cache(maxsize=32)
def _direct(m: int, n: int) -> Game:
    shares = _variables(m, n)
    return _bilinear(shares, shares)


@lru_cache(maxsize=32)
def _by_logits(m: int, n: int) -> Game:
    groups = [side if len(side) > 2 else side[:1] for side in _variables(m, n)]
    shares = [
        _softmax(group) if len(group) > 2 else _two(group[0], size)
        for group, size in zip(groups, (m, n), strict=True)
    ]
    return _bilinear(groups, shares)


def _softmax(group: Sequence[sympy.Symbol]) -> list[sympy.Expr]:
    return [1 / sum(sympy.exp(other - own) for other in group) for own in group]


def _two(variable: sympy.Symbol, size: int) -> list[sympy.Expr]:
    return [sympy.S.One] if size == 1 else [sigmoid(variable), sigmoid(-variable)]


def _variables(m: int, n: int) -> list[tuple[sympy.Symbol, ...]]:
    return [
        tuple(sympy.Symbol(f"{letter}{i}", real=True) for i in range(1, size + 1))
        for letter, size in (("x", m), ("y", n))
    ]


def _shape(A: Matrix) -> tuple[int, int]:
    m, n = len(A), len(A[0])
    if m * n > MOST_ENTRIES:
        raise ValueError(
            f"a game of {m} by {n} actions has more than {MOST_ENTRIES} payoffs a player, too many "
            "for formulas; use optimal_strategies() or search() on it"
        )
    return m, n


def _bilinear(
    groups: Sequence[Sequence[sympy.Symbol]], shares: Sequence[Sequence[sympy.Expr]]
) -> Game:
    """The game with symbols for all payoffs."""
    places = [(i, j) for i in range(len(shares[0])) for j in range(len(shares[1]))]
    losses = [
        -sum(_payoff(letter, i, j) * shares[0][i] * shares[1][j] for i, j in places)
        for letter in "ab"
    ]
    free = {_payoff(letter, i, j).name: None for letter in "ab" for i, j in places}
    return Game(losses, groups, **free)


def _payoff(letter: str, i: int, j: int) -> sympy.Symbol:
    return sympy.Symbol(f"{letter}{i + 1}_{j + 1}", real=True)


def _with_payoffs(game: Game, A: Matrix, B: Matrix) -> Game:
    values = [float(value) for side in (A, B) for row in side for value in row]
    return game.at(**dict(zip(game.parameters, values, strict=True)))
