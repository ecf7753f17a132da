"""A user's own files in lessons: what cannot be read is said as a wrong knob is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from gan.digits import Digits


def own_series(file: str) -> np.ndarray:
    """The first column of numbers of a CSV file, ``(n,)``.

    Raises
    ------
    ValueError
        If no file is named, or it cannot be read or used.
    """
    from rnn.tasks import series_of

    if not file:
        raise ValueError("file must name your CSV file; give its path, or choose another series")
    try:
        return series_of(file)
    except OSError as error:
        raise ValueError(_unreadable(file, error, "a CSV file")) from None


def own_text(file: str) -> str:
    """The text of a file; nothing if none is named.

    Raises
    ------
    ValueError
        If it cannot be read or used.
    """
    from rnn.tasks import text_of

    try:
        return text_of(file) if file else ""
    except OSError as error:
        raise ValueError(_unreadable(file, error, "a UTF-8 text file")) from None


def own_digits(source: str, file: str) -> Digits:
    """Images of a source, or of a user's own file.

    Raises
    ------
    ValueError
        If no file is named, or it cannot be read or used.
    """
    from gan.digits import FILE, digits

    if source != FILE:
        return digits(source)
    if not file:
        raise ValueError("file must name your idx or npz file; give its path, or choose MNIST")
    try:
        return digits(source, file)
    except OSError as error:
        raise ValueError(_unreadable(file, error, "an idx or npz file of images")) from None


def _unreadable(file: str, error: OSError, wanted: str) -> str:
    return f"{file} cannot be read: {error.strerror}; give the path of {wanted}"
