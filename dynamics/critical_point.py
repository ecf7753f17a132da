"""What kind of point a zero of the field is, with the inequality that decides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mpmath
import numpy as np
import sympy

from dynamics.game import Game, exact

KINDS = (
    "local Nash",
    "local minimax",
    "stable",
    "centre",
    "saddle",
    "unstable",
    "degenerate",
)
"""The kinds a point may have; several at once are usual."""
ZERO = 1e-9
LONGEST = 24
"""Coordinates with longer exact forms are written as decimals."""


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    """A point, or a continuum of points, where every player's own gradient is zero.

    Attributes
    ----------
    coordinates : exact expressions or numbers, one a variable; on a continuum they contain
            ``free``.
    free : the variables that run along a continuum; empty for a single point.
    kinds : those of ``KINDS`` that hold. *local Nash*: no player gains by a small move of its own
        (strictly or not). *local minimax*: the minimiser leads, the maximiser answers (zero-sum
        games of two players only). *stable*, *centre*, *saddle*, *unstable*: the flow
        :math:`z' = -F(z)` near the point, by the real parts of the Jacobian's eigenvalues (all
        positive, all zero, both signs, all negative). *degenerate*: an eigenvalue is zero.
    reasons : for every kind that was tested, the inequality with its numbers.
    eigenvalues : of the field's Jacobian, shape ``(d,)``, complex.
    exact : whether the point was found by symbols (on a continuum: judged at one point of it).
    """

    coordinates: tuple[sympy.Expr, ...]
    free: tuple[sympy.Symbol, ...]
    kinds: frozenset[str]
    reasons: dict[str, str]
    eigenvalues: np.ndarray
    exact: bool

    @property
    def values(self) -> np.ndarray:
        """The coordinates as floats, shape ``(d,)``; a continuum at its free variables = 0."""
        at = dict.fromkeys(self.free, sympy.S.Zero)
        return np.array([float(value.xreplace(at)) for value in self.coordinates])

    @property
    def is_continuum(self) -> bool:
        """Whether it stands for infinitely many points."""
        return bool(self.free)

    def __str__(self) -> str:
        where = ", ".join(map(_short, self.coordinates))
        line = f" for every {', '.join(map(str, self.free))}" if self.free else ""
        kinds = ", ".join(kind for kind in KINDS if kind in self.kinds)
        return f"({where}){line}: {kinds or 'none of the kinds'}"


def classify(
    game: Game, coordinates: Sequence[sympy.Expr], free: tuple[sympy.Symbol, ...], is_exact: bool
) -> CriticalPoint:
    """The kinds of a zero of the field; a continuum is judged where its free variables are 0."""
    at = dict.fromkeys(free, sympy.S.Zero)
    point = [exact(value).xreplace(at) for value in coordinates]
    values = dict(zip(game.symbols, point, strict=True))
    edges = (jump.args[0].xreplace(values) for jump in game.field.atoms(sympy.sign))
    if any(abs(edge) <= ZERO for edge in edges):
        jumps = dict.fromkeys(KINDS, "the field jumps here and has no derivative")
        nothing = np.full(len(point), np.nan, dtype=complex)
        return CriticalPoint(tuple(coordinates), free, frozenset(), jumps, nothing, is_exact)
    jacobian = game.jacobian.xreplace(values)
    eigenvalues = np.array([complex(value) for value in _eigenvalues(jacobian)])
    reasons: dict[str, str] = {}
    kinds = _flow_kinds(eigenvalues, reasons)
    if _is_nash(game, values, jacobian, reasons):
        kinds.add("local Nash")
    if _is_minimax(game, jacobian, reasons):
        kinds.add("local minimax")
    return CriticalPoint(tuple(coordinates), free, frozenset(kinds), reasons, eigenvalues, is_exact)


def _eigenvalues(matrix: sympy.Matrix) -> list[sympy.Expr]:
    """With thirty digits, from the square-free factors, so that repeated ones stay equal.

    Where that does not converge, clustered roots, the floats of LAPACK have to do.
    """
    rational = matrix.applyfunc(lambda entry: sympy.Rational(str(sympy.N(entry, 30))))
    values: list[sympy.Expr] = []
    try:
        for factor, count in rational.charpoly().factor_list()[1]:
            values.extend(sympy.Poly(factor.as_expr(), *factor.gens).nroots(n=30) * count)
    except mpmath.libmp.NoConvergence:
        return [sympy.sympify(value) for value in np.linalg.eigvals(_floats(matrix))]
    return values


def _floats(matrix: sympy.Matrix) -> np.ndarray:
    return np.array(matrix.tolist(), dtype=float)


def _flow_kinds(eigenvalues: np.ndarray, reasons: dict[str, str]) -> set[str]:
    scale = max(1.0, float(np.abs(eigenvalues).max()))
    real = np.where(np.abs(eigenvalues.real) <= ZERO * scale, 0.0, eigenvalues.real)
    tests = {
        "stable": ("all real parts > 0", bool((real > 0).all())),
        "centre": (
            "all real parts = 0, none of the eigenvalues 0",
            bool((real == 0).all() and (np.abs(eigenvalues) > ZERO * scale).all()),
        ),
        "saddle": ("real parts of both signs", bool((real > 0).any() and (real < 0).any())),
        "unstable": ("all real parts < 0", bool((real < 0).all())),
        "degenerate": ("an eigenvalue is 0", bool((np.abs(eigenvalues) <= ZERO * scale).any())),
    }
    shown = ", ".join(_complex(value) for value in eigenvalues)
    for kind, (rule, holds) in tests.items():
        reasons[kind] = f"{rule}: {'yes' if holds else 'no'} (eigenvalues of J: {shown})"
    return {kind for kind, (_, holds) in tests.items() if holds}


def _is_nash(
    game: Game,
    values: dict[sympy.Symbol, sympy.Expr],
    jacobian: sympy.Matrix,
    reasons: dict[str, str],
) -> bool:
    """Each player's own second derivative positive definite; where it is zero, its loss decides."""
    holds, parts = True, []
    for block, loss in zip(game.players, game.losses, strict=True):
        own = jacobian[block, block]
        name = ", ".join(map(str, game.symbols[block]))
        smallest = float(np.linalg.eigvalsh(_floats(own)).min())
        if smallest > ZERO:
            parts.append(f"∂²L/∂({name})² has smallest eigenvalue {smallest:.6g} > 0")
        elif smallest < -ZERO:
            holds = False
            parts.append(f"∂²L/∂({name})² has smallest eigenvalue {smallest:.6g} < 0")
        else:
            minimal, text = _flat_minimum(loss, game.symbols[block], values)
            holds = holds and minimal
            parts.append(f"∂²L/∂({name})² has smallest eigenvalue 0, and {text}")
    reasons["local Nash"] = "; ".join(parts)
    return holds


def _flat_minimum(
    loss: sympy.Expr, own: tuple[sympy.Symbol, ...], values: dict[sympy.Symbol, sympy.Expr]
) -> tuple[bool, str]:
    """Whether a loss with a vanishing second derivative has a minimum in its player's variables."""
    others = {symbol: value for symbol, value in values.items() if symbol not in own}
    alone = loss.xreplace(others)
    if not alone.free_symbols & set(own) or sympy.expand(alone).is_number:
        return True, "the loss does not depend on the player's own move (not strict)"
    if len(own) > 1:
        return False, "its higher derivatives in several variables are not judged (undecided)"
    (symbol,) = own
    for order in range(3, 9):
        value = sympy.N(sympy.diff(alone, symbol, order).xreplace(values), 20)
        if abs(value) > ZERO:
            minimal = order % 2 == 0 and value > 0
            return minimal, f"the first derivative that is not 0 is ∂^{order}L = {float(value):.6g}"
    return False, "no derivative up to the eighth differs from 0 (undecided)"


def _is_minimax(game: Game, jacobian: sympy.Matrix, reasons: dict[str, str]) -> bool:
    """f_yy < 0 and f_xx − f_xy f_yy⁻¹ f_yx > 0, in a zero-sum game of two players."""
    if len(game.players) != 2 or sympy.expand(sum(game.losses)) != 0:
        return False
    leader, follower = game.players[game.leader], game.players[1 - game.leader]
    numbers = _floats(jacobian)
    follows = numbers[follower, follower]
    answer = float(np.linalg.eigvalsh(follows).min())
    if answer <= ZERO:
        relation = "= 0 is not < 0" if abs(answer) <= ZERO else f"= {-answer:.6g} > 0"
        reasons["local minimax"] = f"the largest eigenvalue of f_yy {relation}"
        return False
    total = numbers[leader, leader] - numbers[leader, follower] @ np.linalg.solve(
        follows, numbers[follower, leader]
    )
    smallest = float(np.linalg.eigvalsh(total).min())
    reasons["local minimax"] = (
        f"f_yy < 0 (largest eigenvalue {-answer:.6g}) and f_xx − f_xy f_yy⁻¹ f_yx has smallest "
        f"eigenvalue {smallest:.6g} {'>' if smallest > ZERO else '≤'} 0"
    )
    return smallest > ZERO


def _short(value: sympy.Expr) -> str:
    """The exact form, or six digits where that is long."""
    text = str(value)
    exact_and_short = not value.has(sympy.Float) and len(text) <= LONGEST
    return text if exact_and_short or value.free_symbols else f"{float(value):.6g}"


def _complex(value: complex) -> str:
    real, imaginary = f"{value.real:.6g}", f"{abs(value.imag):.6g}"
    imaginary = imaginary if imaginary != "1" else ""
    if abs(value.imag) <= ZERO:
        return real
    sign = "+" if value.imag > 0 else "−"
    return f"{sign}{imaginary}i" if abs(value.real) <= ZERO else f"{real} {sign} {imaginary}i"
