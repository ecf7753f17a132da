"""Points drawn with the mouse as a short text that fits into an address."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

ALPHABET = string.ascii_letters + string.digits + "-_"
"""64 letters that need no quoting in an address: two of them are a point."""
HALF = 2.0
"""Points lie in the square of this half width about the origin."""
MOST = 240
"""So many points fit; of more, some are chosen evenly."""


def encoded(points: ArrayLike) -> str:
    """The text of points ``(n, 2)``; each coordinate is rounded to 1/64 of the square's side."""
    places = np.asarray(points, dtype=float).reshape(-1, 2)
    if len(places) > MOST:
        places = places[np.linspace(0, len(places) - 1, MOST).astype(int)]
    cells = np.clip(((places + HALF) / (2 * HALF) * 64).astype(int), 0, 63)
    return "".join(ALPHABET[index] for index in cells.ravel())


def decoded(text: str) -> np.ndarray:
    """The points of a text, ``(n, 2)``, in the middles of their cells.

    Raises
    ------
    ValueError
        If it is no text of :func:`encoded`.
    """
    if len(text) % 2 or not set(text) <= set(ALPHABET):
        raise ValueError(
            f"drawing = {text!r:.60} must be pairs of letters, digits, '-' and '_', as drawing "
            "with the mouse makes them"
        )
    cells = np.array([ALPHABET.index(letter) for letter in text], dtype=float).reshape(-1, 2)
    return (cells + 0.5) / 64 * 2 * HALF - HALF
