"""For which step sizes a rational family of polynomials has all its roots inside the unit circle.

A root crosses the circle only where two roots have the product one, that is where the resultant of
:math:`q(\\lambda)` and :math:`\\lambda^n q(1/\\lambda)` vanishes. Those step sizes are the exact
roots of a polynomial; between them nothing changes, so one look at each interval decides it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import sympy

from dynamics.analysis.moduli import LAMBDA

NEUTRAL = 1e-9
"""A spectral radius within this of one, at a step size of no special kind, is one."""


SEARCHED = (1e-5, 1e5, 4000)
"""Where step sizes are looked for without formulas, and how many."""


@dataclass(frozen=True)
class StepRange:
    """The step sizes between two exact bounds: ``stable``, ``neutral`` or ``unstable``."""

    low: sympy.Expr
    high: sympy.Expr
    kind: str


def step_ranges(special: Sequence[sympy.Expr], radius: Callable[[float], float]) -> list[StepRange]:
    """The positive step sizes, cut where the stability changes; neighbours of one kind joined.

    Parameters
    ----------
    special : the step sizes at which it may change, in order: those of :func:`special_steps`.
    radius : the spectral radius at a step size.
    """
    bounds = [sympy.S.Zero, *special, sympy.oo]
    ranges: list[StepRange] = []
    for low, high in pairwise(bounds):
        kind = _kind(radius(_inside(float(low), float(high))))
        if ranges and ranges[-1].kind == kind and _kind(radius(float(low))) == kind:
            ranges[-1] = StepRange(ranges[-1].low, high, kind)
        else:
            ranges.append(StepRange(low, high, kind))
    return ranges


def special_steps(polynomial: sympy.Expr, lr: sympy.Symbol) -> list[sympy.Expr]:
    """The exact positive step sizes at which roots meet, each other or the unit circle."""
    found: set[sympy.Expr] = set()
    numerator = sympy.fraction(sympy.together(polynomial))[0]
    for factor, _ in sympy.factor_list(numerator, LAMBDA, lr)[1]:
        poly = sympy.Poly(factor, LAMBDA)
        if poly.degree() == 0:
            continue
        mirrored = sympy.Poly(poly.all_coeffs()[::-1], LAMBDA)
        for meeting in (
            sympy.resultant(poly, mirrored),
            poly.eval(1),
            poly.eval(-1),
            poly.discriminant() if poly.degree() > 1 else sympy.S.One,
        ):
            found |= _positive_roots(meeting, lr)
    return sorted(found, key=float)


def crossings(radius: Callable[[np.ndarray], np.ndarray]) -> list[sympy.Expr]:
    """The step sizes, as floats, at which the radius passes one, looked for on a fine grid."""
    grid = np.geomspace(*SEARCHED)

    def side(lr: np.ndarray, neutral: float) -> np.ndarray:
        off = radius(lr) - 1
        return np.where(np.abs(off) <= neutral, 0.0, np.sign(off))

    sides = side(grid, NEUTRAL)
    found = []
    for place in np.flatnonzero(sides[1:] != sides[:-1]):
        low, high = grid[place], grid[place + 1]
        neutral = NEUTRAL if sides[place] * sides[place + 1] == 0 else 0.0
        for _ in range(60):
            middle = (low + high) / 2
            before = side(np.array([middle]), neutral)[0] == sides[place]
            low, high = (middle, high) if before else (low, middle)
        found.append(sympy.Float(high))
    return found


def _positive_roots(expression: sympy.Expr, lr: sympy.Symbol) -> set[sympy.Expr]:
    poly = sympy.Poly(expression, lr)
    if poly.is_zero or poly.degree() < 1:
        return set()
    roots: set[sympy.Expr] = set()
    for factor, _ in poly.factor_list()[1]:
        roots |= {root for root in sympy.real_roots(factor) if root.is_positive or float(root) > 0}
    return roots


def _kind(radius: float) -> str:
    if abs(radius - 1) <= NEUTRAL:
        return "neutral"
    return "stable" if radius < 1 else "unstable"


def _inside(low: float, high: float) -> float:
    if np.isinf(high):
        return 2 * low + 1
    return (low + high) / 2


def critical_step(ranges: list[StepRange]) -> sympy.Expr:
    """The step size below which every positive one converges: 0 if none does, oo if all do."""
    first = ranges[0]
    return first.high if first.kind == "stable" else sympy.S.Zero
