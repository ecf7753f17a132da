"""Small dense linear systems, known by what they do to a vector, for numbers and for symbols."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import sympy
from sympy.combinatorics import Permutation

from dynamics.backend import Array, is_symbolic, zeros_like
from dynamics.field import SingularError

LARGEST_SYMBOLIC = 4
"""Above this dimension a symbolic determinant has too many terms to be of use."""


class TooLargeError(ValueError):
    """A symbolic linear system with too many unknowns for an explicit solution."""


def matrix_of(matvec: Callable[[Array], Array], like: Array) -> Array:
    """The matrix of a linear map on vectors shaped as ``like``: shape ``(d, d, ...)``."""
    columns = []
    for i in range(like.shape[0]):
        unit = zeros_like(like)
        unit[i] = unit[i] + 1
        columns.append(matvec(unit))
    return np.stack(np.broadcast_arrays(*columns), axis=1)


def solve_linear(matvec: Callable[[Array], Array], b: Array) -> Array:
    """The solution ``x`` of ``matvec(x) = b``, shape ``(d, ...)``, for NumPy arrays.

    Raises
    ------
    SingularError
        If the system is singular for every member of the batch (for symbols: identically).
    TooLargeError
        If a symbolic system has more than ``LARGEST_SYMBOLIC`` unknowns.
    """
    matrix = matrix_of(matvec, b)
    return _symbolic(matrix, b) if is_symbolic(matrix) or is_symbolic(b) else _numeric(matrix, b)


def _numeric(matrix: np.ndarray, b: np.ndarray) -> np.ndarray:
    systems = np.moveaxis(matrix, (0, 1), (-2, -1))
    right = np.broadcast_to(np.moveaxis(b, 0, -1), systems.shape[:-1])[..., None]
    try:
        solution = np.linalg.solve(systems, right)
    except np.linalg.LinAlgError:
        singular = np.linalg.det(systems) == 0
        if singular.all():
            raise SingularError(_singular_message()) from None
        safe = np.where(singular[..., None, None], np.eye(b.shape[0]), systems)
        solution = np.where(singular[..., None, None], np.nan, np.linalg.solve(safe, right))
    return np.moveaxis(solution[..., 0], -1, 0)


def _symbolic(matrix: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cramer's rule: without a pivot there is no state at which a wrong choice divides by zero."""
    size = b.shape[0]
    if size > LARGEST_SYMBOLIC:
        raise TooLargeError(f"{size} unknowns; an explicit solution has at most {LARGEST_SYMBOLIC}")
    determinant = _determinant(matrix)
    if np.any([sympy.cancel(entry) == 0 for entry in np.ravel(determinant)]):
        raise SingularError(_singular_message())
    solution = np.empty(np.broadcast_shapes(b.shape, matrix.shape[1:]), dtype=object)
    for i in range(size):
        replaced = matrix.copy()
        replaced[:, i] = b
        solution[i] = _determinant(replaced) / determinant
    return solution


def _determinant(matrix: np.ndarray) -> Array:
    """Leibniz's sum over permutations; every axis behind the first two is a batch."""
    size = matrix.shape[0]
    total: Array = sympy.S.Zero
    for order in permutations(range(size)):
        term: Array = sympy.Integer(Permutation(list(order)).signature())
        for row, column in enumerate(order):
            term = term * matrix[row, column]
        total = total + term
    return total


def _singular_message() -> str:
    return (
        "the linear system of this step is singular at every state, so the step does not exist "
        "for this game; choose a rule that does not invert this part of the Jacobian"
    )
