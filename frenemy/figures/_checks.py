"""What a mark or a figure refuses, said in one way: the value, the rule, the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def choice(value: Any, what: str, choices: Iterable[str]) -> str:
    """``value`` if it is one of ``choices``, else a ValueError that lists them."""
    names = list(choices)
    if isinstance(value, str) and value in names:
        return value
    listed = ", ".join(repr(name) for name in names)
    raise ValueError(f"{what} must be one of {listed}; not {value!r}")


def numbers(value: Any, what: str, *, dimensions: int) -> np.ndarray:
    """A read-only float copy of ``value`` with that many axes. NaN is a gap and allowed."""
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} must be an array of real numbers; got {value!r:.80}") from error
    if array.ndim != dimensions:
        raise ValueError(
            f"{what} must have {dimensions} axis(es); got shape {array.shape}, "
            f"which has {array.ndim}"
        )
    array.setflags(write=False)
    return array


def same_shape(**arrays: np.ndarray) -> None:
    """Raise unless the arrays have one shape."""
    if len({array.shape for array in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"these arrays must have the same shape, one entry per point: {shapes}")


def positive(value: float, what: str) -> float:
    """``value`` as a float if it is finite and above zero."""
    number = finite(value, what)
    if number <= 0:
        raise ValueError(f"{what} must be above 0; got {value!r}")
    return number


def finite(value: float, what: str) -> float:
    """``value`` as a float if it is a finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} must be a number; got {value!r:.80}") from error
    if not np.isfinite(number):
        raise ValueError(f"{what} must be finite; got {value!r}")
    return number


def interval(value: Any, what: str) -> tuple[float, float]:
    """Two different finite numbers; the larger may come first, which turns an axis round."""
    try:
        low, high = value
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} must be a pair (from, to); got {value!r:.80}") from error
    low, high = finite(low, what), finite(high, what)
    if low == high:
        raise ValueError(f"{what} must have two different ends; got {value!r}")
    return low, high
