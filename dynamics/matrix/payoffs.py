"""Payoffs as fractions: from text, from numbers, from arrays; nothing is rounded."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from numbers import Rational
from typing import Any

import numpy as np

Matrix = tuple[tuple[Fraction, ...], ...]

MAX_TEXT = 10_000
_ENTRY = re.compile(r"\s*([+-]?)\s*(\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})\s*(?:/\s*(\d{1,30}))?\s*")


def from_text(text: str) -> Matrix:
    """A matrix from a text such as ``"1, -1; -1/2, 0.25"``.

    Raises
    ------
    ValueError
        If an entry is no number or the rows differ in length; it names the place.
    """
    if len(text) > MAX_TEXT:
        raise ValueError(
            f"a matrix may have at most {MAX_TEXT} characters; got {len(text)}; "
            "pass large games as arrays"
        )
    rows = [row.split(",") for row in text.strip().strip(";").split(";")]
    return _rectangular(
        tuple(
            tuple(_entry(entry, i, j) for j, entry in enumerate(row, start=1))
            for i, row in enumerate(rows, start=1)
        )
    )


def _entry(text: str, row: int, column: int) -> Fraction:
    match = _ENTRY.fullmatch(text)
    if match is None or (match[3] is not None and int(match[3]) == 0):
        raise ValueError(
            f"entry {column} of row {row} must be a number such as 3, -1/2 or 0.25; got "
            f"{text.strip()[:40]!r}; write rows separated by ';' and entries by ','"
        )
    value = Fraction(match[2]) / int(match[3] or 1)
    return -value if match[1] == "-" else value


def from_numbers(payoffs: Any, name: str) -> Matrix:
    """A matrix from nested sequences or an array, shape ``(m, n)``.

    A float counts as the decimal it is printed as, so that 0.1 is one tenth.

    Raises
    ------
    ValueError
        If it is not a matrix of finite numbers.
    """
    array = np.array(payoffs, dtype=object)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            f"{name} must be a matrix, one row for each action of the row player; got shape "
            f"{array.shape}"
        )
    return tuple(tuple(_fraction(value, name) for value in row) for row in array)


def _fraction(value: Any, name: str) -> Fraction:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, (Fraction, int)):
        return Fraction(value)
    if isinstance(value, float) and math.isfinite(value):
        return Fraction(repr(value))
    if isinstance(value, Rational) or getattr(value, "is_Rational", False):
        return Fraction(int(value.numerator), int(value.denominator))
    raise ValueError(f"{name} must hold finite numbers or fractions; got {value!r:.60}")


def _rectangular(rows: Matrix) -> Matrix:
    lengths = [len(row) for row in rows]
    if len(set(lengths)) > 1:
        raise ValueError(
            f"all rows of a matrix must be of one length; got rows of {lengths} entries"
        )
    return rows


def transposed(payoffs: Matrix) -> Matrix:
    """Rows for columns."""
    return tuple(zip(*payoffs, strict=True))


def scaled_positive(payoffs: Matrix) -> list[list[int]]:
    """The payoffs times a common denominator, shifted until the least is one.

    Neither changes which response is best.
    """
    common = math.lcm(*(value.denominator for row in payoffs for value in row))
    whole = [[int(value * common) for value in row] for row in payoffs]
    least = min(min(row) for row in whole)
    shifted = [[value - least for value in row] for row in whole]
    divisor = math.gcd(*(value for row in shifted for value in row)) or 1
    return [[value // divisor + 1 for value in row] for row in shifted]
