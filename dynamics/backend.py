"""The few array operations that a rule needs and that its three worlds spell differently.

A state is a NumPy float array, a NumPy object array of SymPy expressions, or a torch tensor.
Arithmetic, indexing and slicing are the same in all three; what is not stands here. torch is
never imported: a tensor brings its own methods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy

Array = Any
"""A float array, an object array of SymPy expressions, or a torch tensor; shape ``(d, ...)``."""


def is_symbolic(z: Array) -> bool:
    """Whether ``z`` is an object array, which holds SymPy expressions."""
    return isinstance(z, np.ndarray) and z.dtype == object


def to_numpy(z: Array) -> np.ndarray:
    """``z`` as a NumPy array; a torch tensor leaves its graph and its device."""
    return np.asarray(z.detach().cpu() if hasattr(z, "detach") else z)


def copy(z: Array) -> Array:
    """A copy that can be written to without changing ``z``."""
    return z.copy() if isinstance(z, np.ndarray) else z.clone()


def descend(z: Array, block: slice, rate: Any, direction: Array) -> None:
    """Move a block of ``z`` by ``-rate * direction``, in place.

    In torch no array more is needed, and what a field has made from another block of the same
    ``z`` stays valid: torch counts changes for the whole tensor, but not those made to ``data``.
    """
    if isinstance(z, np.ndarray) or not isinstance(rate, int | float):
        z[block] = z[block] - rate * direction
    else:
        z.data[block].sub_(direction, alpha=rate)


def zeros_like(z: Array) -> Array:
    """Zeros of the shape and kind of ``z``; exact zeros where ``z`` is symbolic."""
    if is_symbolic(z):
        return np.full(z.shape, sympy.S.Zero, dtype=object)
    return np.zeros_like(z) if isinstance(z, np.ndarray) else z.new_zeros(z.shape)


def ones_like(z: Array) -> Array:
    """Ones of the shape and kind of ``z``."""
    return zeros_like(z) + 1


def _elementwise(z: Array, symbolic: Callable, numeric: Callable, method: str) -> Array:
    if is_symbolic(z):
        return np.frompyfunc(symbolic, 1, 1)(z)
    return numeric(z) if isinstance(z, np.ndarray) else getattr(z, method)()


def sqrt(z: Array) -> Array:
    """The square root of each entry."""
    return _elementwise(z, sympy.sqrt, np.sqrt, "sqrt")


def exp(z: Array) -> Array:
    """The exponential of each entry."""
    return _elementwise(z, sympy.exp, np.exp, "exp")


def average(old: Array, new: Array, weight: Any) -> Array:
    """:math:`(1-w) a + w b`; in torch in one pass over memory instead of three."""
    if isinstance(old, np.ndarray):
        return (1 - weight) * old + weight * new
    return old.lerp(new, weight if _varies(weight) else float(weight))


def average_square(old: Array, new: Array, weight: Any) -> Array:
    """:math:`(1-w) a + w b^2`; in torch without an array for the square."""
    if isinstance(old, np.ndarray):
        return (1 - weight) * old + weight * new * new
    if _varies(weight):
        return old.lerp(new * new, weight)
    return (old * (1 - float(weight))).addcmul_(new, new, value=float(weight))


def _varies(weight: Any) -> bool:
    """Whether a weight has an entry for each state of a batch."""
    return hasattr(weight, "numel") and weight.numel() > 1


def over_root(mean: Array, square: Array, shift: Any) -> Array:
    """:math:`m / (\\sqrt{s} + \\delta)`; in torch without an array for the sum."""
    if isinstance(mean, np.ndarray):
        return mean / (sqrt(square) + shift)
    return mean / square.sqrt().add_(shift)


def sign(z: Array) -> Array:
    """The sign of each entry: -1, 0 or 1."""
    return _elementwise(z, sympy.sign, np.sign, "sign")


def clip(z: Array, low: Any, high: Any) -> Array:
    """Each entry moved into ``[low, high]``."""
    if is_symbolic(z):
        return np.frompyfunc(lambda entry: sympy.Max(low, sympy.Min(high, entry)), 1, 1)(z)
    return np.clip(z, low, high) if isinstance(z, np.ndarray) else z.clamp(low, high)
