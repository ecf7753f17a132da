"""The step size with the smallest spectral radius."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import sympy

from dynamics.analysis.moduli import sign_for_positive
from dynamics.analysis.stability import StepRange

FAR = 1e6
"""Where the search ends if every larger step converges."""


def best_step(
    ranges: list[StepRange],
    radius: Callable[[np.ndarray], np.ndarray],
    candidates: Iterable[sympy.Expr],
) -> sympy.Expr | None:
    """The best step size, exact if it is among the candidates; None where nothing converges.

    Parameters
    ----------
    ranges : the step sizes by kind.
    radius : the spectral radius at an array of step sizes.
    candidates : exact step sizes at which it may be smallest.
    """
    from scipy.optimize import minimize_scalar

    best: tuple[float, float, float] | None = None
    for stable in (part for part in ranges if part.kind == "stable"):
        low, high = float(stable.low), min(float(stable.high), FAR)
        grid = np.concatenate(
            [np.linspace(low, high, 202)[1:-1], np.geomspace(max(low, 1e-6), high, 200)]
        )
        grid = np.unique(grid)
        values = radius(grid)
        i = int(values.argmin())
        around = grid[max(i - 1, 0)], grid[min(i + 1, len(grid) - 1)]
        found = minimize_scalar(
            lambda lr: float(radius(np.array([lr]))[0]), bounds=around, method="bounded",
            options={"xatol": 1e-12 * grid[i]},
        )  # fmt: skip
        if best is None or found.fun < best[0]:
            best = (float(found.fun), float(found.x), float(stable.high))
    if best is None:
        return None
    _, step, high = best
    if np.isinf(high) and step > 0.9 * FAR:
        return sympy.oo
    near = [exact for exact in candidates if abs(float(exact) - step) <= 1e-5 * step]
    return min(near, key=lambda exact: abs(float(exact) - step)) if near else sympy.Float(step)


def stationary_steps(squared: sympy.Expr | None, lr: sympy.Symbol) -> set[sympy.Expr]:
    """The exact positive step sizes at which a rational branch of :math:`\\rho^2` is stationary."""
    if squared is None or squared.free_symbols - {lr}:
        return set()
    if isinstance(squared, sympy.Piecewise):
        branches = [branch for branch, _ in squared.args]
    else:
        branches = list(squared.args) if isinstance(squared, sympy.Max) else [squared]
    found: set[sympy.Expr] = set()
    for branch in branches:
        if not branch.is_rational_function(lr) or not branch.has(lr):
            continue
        slope = sympy.fraction(sympy.together(sympy.diff(branch, lr)))[0]
        if sign_for_positive(slope, lr) is None and slope.has(lr):
            found |= {root for root in sympy.real_roots(sympy.Poly(slope, lr)) if float(root) > 0}
    return found
