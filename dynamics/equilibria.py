"""Where the field of a game is zero: by symbols where that is possible, by search otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from dynamics.bounded import OutOfTimeError, within
from dynamics.critical_point import CriticalPoint, classify
from dynamics.formulas import Formulas
from dynamics.game import Game

SECONDS = 3.0
"""How long SymPy may look for a solution."""
STARTS, STARTS_IN_MANY = 256, 64
"""Starts of the numerical search, for up to four coordinates and for more: powers of two, as Sobol
points want."""
MOST_DEGENERATE = 8
"""More degenerate zeros than these are samples of a continuum."""
SAME = 1e-6
"""Two zeros nearer than this (relative to the box) are one."""


def equilibria(
    game: Game, *, box: float = 5.0, symbolic: bool = True, seconds: float = SECONDS
) -> list[CriticalPoint]:
    """All points found where every player's own gradient is zero, each with its kinds.

    Polynomial fields, and fields that become polynomial once positive factors are divided out,
    are solved exactly and completely; ``exact`` is then True and continua are reported with their
    free variables. If that fails or takes too long, a root finder is started from many points in a
    box; it may miss points, and reports a continuum as one point that is degenerate.

    Parameters
    ----------
    game : the game, with numbers for all its parameters.
    box : half the side of the box for the numerical search.
    symbolic : whether to try SymPy first.
    seconds : the bound on its time.

    Returns
    -------
    list of CriticalPoint
        The point nearest the origin first; empty if there is none.

    Raises
    ------
    ValueError
        If a parameter is not a number.
    """
    game.parameter_values()
    if all(np.ndim(value) == 0 for value in game.parameters.values()):
        return list(
            _found(
                game.formulas, tuple(game.parameters.items()), game.leader, box, symbolic, seconds
            )
        )
    raise ValueError("a parameter is an array; equilibria takes one value of each parameter")


@lru_cache(maxsize=128)
def _found(
    formulas: Formulas, parameters: tuple[tuple[str, Any], ...], leader: int, box: float, symbolic:
    bool, seconds: float
) -> tuple[CriticalPoint, ...]:  # fmt: skip
    game = Game.of(formulas, dict(parameters), leader)
    if symbolic:
        try:
            return tuple(within(seconds, lambda: _exact(game)))
        except (OutOfTimeError, NotImplementedError, sympy.PolynomialError):
            pass
    return tuple(_searched(game, box))


def _exact(game: Game) -> list[CriticalPoint]:
    equations = [_without_positive_factors(entry) for entry in game.field]
    if not all(equation.is_polynomial(*game.symbols) for equation in equations):
        raise NotImplementedError("the field is not polynomial")
    if any(equation.is_number and equation != 0 for equation in equations):
        return []
    equations = [equation for equation in equations if equation != 0]
    solutions = _solutions(equations, game.symbols) if equations else [{}]
    found = []
    for solution in solutions:
        coordinates = tuple(sympy.sympify(solution.get(s, s)) for s in game.symbols)
        free = tuple(s for s in game.symbols if any(c.has(s) for c in coordinates))
        if all(_is_real(value) for value in coordinates):
            found.append(classify(game, coordinates, free, True))
    return sorted(found, key=lambda point: float(np.linalg.norm(point.values)))


def _solutions(
    equations: Sequence[sympy.Expr], symbols: Sequence[sympy.Symbol]
) -> list[dict[sympy.Symbol, sympy.Expr]]:
    """All solutions of polynomial equations; without one in the plane of complex numbers, none."""
    basis = sympy.groebner(equations, *symbols, order="lex", field=True)
    if basis.exprs == [1]:
        return []
    solutions = _isolated(basis, symbols)
    if solutions is None:
        solutions = sympy.solve(equations, symbols, dict=True)
        if not solutions:
            raise NotImplementedError("there are complex solutions, and SymPy found none of them")
    return solutions


def _isolated(
    basis: sympy.GroebnerBasis, symbols: Sequence[sympy.Symbol]
) -> list[dict[sympy.Symbol, sympy.Expr]] | None:
    """All real solutions, if the lexicographic Gröbner basis is ``x_i = p_i(t), q(t) = 0``."""
    *head, last = basis.polys
    final = symbols[-1]
    if len(basis.polys) != len(symbols) or last.as_expr().free_symbols != {final}:
        return None
    explicit = {}
    for symbol, polynomial in zip(symbols, head, strict=False):
        rest = sympy.expand(symbol - polynomial.as_expr())
        if rest.free_symbols - {final}:
            return None
        explicit[symbol] = rest
    roots = set(sympy.real_roots(sympy.Poly(last.as_expr(), final)))
    return [
        {final: root} | {symbol: rest.xreplace({final: root}) for symbol, rest in explicit.items()}
        for root in roots
    ]


def _without_positive_factors(expression: sympy.Expr) -> sympy.Expr:
    """The numerator, without the factors that no real state makes zero."""
    numerator = sympy.fraction(sympy.together(expression))[0]
    factors = sympy.Mul.make_args(sympy.factor(numerator))
    return sympy.Mul(*(factor for factor in factors if not factor.is_positive))


def _is_real(value: sympy.Expr) -> bool:
    if value.is_real is not None or value.free_symbols:
        return bool(value.is_real) or bool(value.free_symbols and value.is_real is None)
    return abs(sympy.im(sympy.N(value, 30))) < 1e-20


def _searched(game: Game, box: float) -> list[CriticalPoint]:
    from scipy.optimize import root
    from scipy.stats import qmc

    count = STARTS if game.dimension <= 4 else STARTS_IN_MANY
    sample = qmc.Sobol(game.dimension, seed=0).random(count)
    starts = [np.zeros(game.dimension), *(box * (2 * sample - 1))]
    zeros: list[np.ndarray] = []
    for start in starts:
        with np.errstate(all="ignore"):
            found = root(game, start, jac=game.jacobian_at, tol=1e-13)
        if not np.isfinite(found.x).all() or np.abs(game(found.x)).max() > 1e-9:
            continue
        if np.abs(found.x).max() > 2 * box:
            continue
        if all(np.linalg.norm(found.x - zero) > SAME * box for zero in zeros):
            zeros.append(found.x)
    zeros = _one_of_each_continuum(game, sorted(zeros, key=lambda z: float(np.linalg.norm(z))))
    return [classify(game, [sympy.Float(v, 17) for v in zero], (), False) for zero in zeros]


def _one_of_each_continuum(game: Game, ordered: list[np.ndarray]) -> list[np.ndarray]:
    """Isolated zeros, and of the degenerate ones the first if they are too many to be isolated."""
    smallest = [float(np.abs(np.linalg.eigvals(game.jacobian_at(zero))).min()) for zero in ordered]
    degenerate = [place for place, value in enumerate(smallest) if value < SAME]
    if len(degenerate) <= MOST_DEGENERATE:
        return ordered
    return [zero for place, zero in enumerate(ordered) if place not in degenerate[1:]]
