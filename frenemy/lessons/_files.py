"""A user's own files in lessons: what cannot be read is said as a wrong knob is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np

    from gan.digits import Digits

Read = TypeVar("Read")


def own_series(file: str) -> np.ndarray:
    """The first column of numbers of a CSV file, ``(n,)``.

    Raises
    ------
    ValueError
        If no file is named, or it cannot be read or used.
    """
    from rnn.series import series_of

    if not file:
        raise ValueError("file must name your CSV file; give its path, or choose another series")
    return _read(file, "a CSV file", series_of)


def own_text(file: str) -> str:
    """The text of a file; nothing if none is named.

    Raises
    ------
    ValueError
        If it cannot be read or used.
    """
    from rnn.tasks import text_of

    return _read(file, "a UTF-8 text file", text_of) if file else ""


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
    return _read(file, "an idx or npz file of images", lambda path: digits(source, path))


def _read(file: str, wanted: str, reader: Callable[[str], Read]) -> Read:
    """What a reader makes of a file that has contents of its own: a device or a pipe may not end.

    Raises
    ------
    ValueError
        If there is no such file, or it cannot be read or used.
    """
    remedy = f"give the path of {wanted}"
    if "\0" in file:
        raise ValueError(f"{file!r:.80} is no path, since it holds a null character; {remedy}")
    try:
        if Path(file).exists() and not Path(file).is_file():
            raise ValueError(f"{file} is a folder, a device or a pipe; {remedy}")
        return reader(file)
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}; {remedy}") from None
