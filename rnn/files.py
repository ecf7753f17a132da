"""Files that a user names."""

from __future__ import annotations

from pathlib import Path

MOST_BYTES = 20_000_000
"""No larger one is read."""


def of_bearable_size(path: str | Path) -> Path:
    """The path of a file of at most ``MOST_BYTES`` bytes; a larger one is refused.

    Raises
    ------
    ValueError
        If it is larger.
    """
    path = Path(path)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} has more than {MOST_BYTES:,} bytes; give a part of it")
    return path
