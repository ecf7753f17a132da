"""Matrix games played by policies: probabilities are logistic functions of the variables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sympy

from dynamics.functions import sigmoid
from dynamics.game import Game

Payoffs = Sequence[Sequence[Any]]


def matching_pennies() -> Game:
    """Matching pennies between two coins, heads with probabilities σ(x) and σ(y).

    x wants both to show the same face: its loss is :math:`-(2\\sigma(x) - 1)(2\\sigma(y) - 1)`. At
    the equilibrium, two fair coins, training turns about (0, 0) as on xy.
    """
    x, y = sympy.symbols("x y", real=True)
    value = (2 * sigmoid(x) - 1) * (2 * sigmoid(y) - 1)
    return Game([-value, value], ["x", "y"])


def prisoners_dilemma(discount: float = 0.96) -> Game:
    """The iterated prisoner's dilemma between policies that remember one round.

    Rewards −1, −3, 0, −2 for the outcomes CC, CD, DC, DD; variables as in :func:`iterated`. Plain
    gradients learn to defect always (loss 2); LOLA, with steps of 5 to 25 in this scale, learns to
    reciprocate (loss 1) (foerster2018).

    Parameters
    ----------
    discount : weight of the next round, from 0 to below 1.
    """
    return iterated(((-1, -3), (0, -2)), ((-1, 0), (-3, -2)), discount)


def iterated(A: Payoffs, B: Payoffs, discount: float = 0.96) -> Game:
    """A game of two actions each, repeated, between policies that remember one round.

    Each player takes its first action, C, with probability σ of its variable at the start (``0``)
    and after each of the outcomes CC, CD, DC, DD, its own move first. The loss is minus the mean
    discounted reward.

    Parameters
    ----------
    A, B : rewards of the row and the column player, shape ``(2, 2)``.
    discount : weight of the next round, from 0 to below 1.

    Raises
    ------
    ValueError
        If the discount is outside that range, or a matrix is not two by two.
    """
    if not 0 <= discount < 1:
        raise ValueError(f"discount = {discount!r} must be at least 0 and below 1")
    rewards = [[float(value) for row in side for value in row] for side in (A, B)]
    if any(len(side) != 4 for side in rewards):
        raise ValueError("the iterated game is for two actions each; give matrices of two by two")
    names = _REWARDS[0] + _REWARDS[1]
    values = dict(zip(names, rewards[0] + rewards[1], strict=True))
    return _repeated().at(discount=float(discount), **values)


_REWARDS = (("a_CC", "a_CD", "a_DC", "a_DD"), ("b_CC", "b_CD", "b_DC", "b_DD"))


@lru_cache(maxsize=1)
def _repeated() -> Game:
    """The iterated game with symbols for rewards and discount."""
    outcomes = ("0", "CC", "CD", "DC", "DD")
    first = {name: sympy.Symbol(f"x{name}", real=True) for name in outcomes}
    second = {name: sympy.Symbol(f"y{name}", real=True) for name in outcomes}
    seen = ("0", "CC", "DC", "CD", "DD")
    policies = [(first[own], second[other]) for own, other in zip(outcomes, seen, strict=True)]
    weight = sympy.Symbol("discount", real=True)
    losses = [
        -_mean_reward(policies, tuple(sympy.Symbol(name, real=True) for name in names), weight)
        for names in _REWARDS
    ]
    free: dict[str, None] = dict.fromkeys(("discount", *_REWARDS[0], *_REWARDS[1]))
    return Game(losses, [tuple(first.values()), tuple(second.values())], **free)


def _mean_reward(
    policies: list[tuple[sympy.Symbol, sympy.Symbol]],
    reward: tuple[sympy.Expr, ...],
    weight: sympy.Expr,
) -> sympy.Expr:
    """:math:`(1 - g)\\, s^T (I - g P)^{-1} r` by Cramer's rule.

    With the column of CC added to those of CD and DC, and all to that of DD, every row holds only
    pq, p, q and a constant (press2012), and the determinants stay short.

    Parameters
    ----------
    policies : the variables of both players at the start and after CC, CD, DC, DD.
    reward : in those four outcomes.
    weight : the discount g.
    """
    names = sympy.symbols("p0:5 q0:5", real=True)
    cooperate, also = names[:5], names[5:]
    rows = [[p * q, p, q, sympy.S.One] for p, q in zip(cooperate, also, strict=True)]
    stays = [[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 0, 1]]
    system = sympy.Matrix(4, 4, lambda i, j: stays[i][j] - weight * rows[i + 1][j])
    bordered = system.row_join(sympy.Matrix(reward)).col_join(sympy.Matrix([[*rows[0], 0]]))
    quotient = -bordered.det(method="laplace") / system.det(method="laplace")
    played = [sigmoid(variable) for pair in zip(*policies, strict=True) for variable in pair]
    return (1 - weight) * quotient.xreplace(dict(zip(names, played, strict=True)))
