"""Exact eigenvalues from characteristic polynomials."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy

from dynamics.analysis.moduli import LAMBDA

ZERO = 1e-12
"""Floats below this are multipliers that are zero."""


def exact_multipliers(polynomial: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """The roots in :data:`LAMBDA`, the largest modulus first; one zero if there are none.

    Roots of linear and quadratic factors are exact; others have thirty digits. With further
    symbols in the coefficients only the former are given, in no particular order.
    """
    roots: list[sympy.Expr] = []
    for factor, count in sympy.factor_list(polynomial, LAMBDA)[1]:
        poly = sympy.Poly(factor, LAMBDA)
        if poly.degree() <= 2:
            found = [r for r, times in sympy.roots(poly).items() for _ in range(times)]
        elif poly.free_symbols_in_domain:
            found = []
        else:
            found = poly.nroots(n=30, maxsteps=200)
        roots.extend(root for root in found for _ in range(count))
    if any(root.free_symbols for root in roots):
        return tuple(roots)
    return tuple(sorted(roots, key=lambda root: -abs(complex(root)))) or (sympy.S.Zero,)


def float_multipliers(matrix: sympy.Matrix) -> tuple[sympy.Expr, ...]:
    """The eigenvalues of a matrix of numbers by LAPACK, in the same order."""
    found = np.linalg.eigvals(np.array(matrix.tolist(), dtype=float))
    found = found[np.abs(found) > ZERO]
    ordered = found[np.argsort(-np.abs(found), kind="stable")]
    return tuple(sympy.sympify(complex(value)) for value in ordered) or (sympy.S.Zero,)


def largest_modulus(multipliers: Sequence[sympy.Expr]) -> sympy.Expr:
    """The largest modulus, exact where the multiplier is."""
    return sympy.sqrt(sympy.expand(multipliers[0] * sympy.conjugate(multipliers[0])))


def is_semisimple(matrix: sympy.Matrix, multipliers: Sequence[sympy.Expr]) -> bool:
    """Whether every multiplier of modulus one has as many eigenvectors as it has copies."""
    values = np.array([complex(m) for m in multipliers])
    numbers = np.array(matrix.tolist(), dtype=complex)
    for value in values[np.abs(np.abs(values) - 1) < 1e-12]:
        copies = int((np.abs(values - value) < 1e-9).sum())
        shifted = numbers - value * np.eye(len(numbers))
        eigenvectors = len(numbers) - np.linalg.matrix_rank(shifted, tol=1e-9)
        if eigenvectors < copies:
            return False
    return True
