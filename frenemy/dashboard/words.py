"""Plain text, tables and error messages as Markdown in which no sign is taken for markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SIGNS = re.compile(r"([\\`*_{}\[\]()#+!|<>$~:-])")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is; line ends become spaces."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table of plain texts."""
    lines = [list(header), ["---"] * len(header)]
    lines += [[escaped(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def message_parts(message: str) -> tuple[str, str]:
    """A message as (what is wrong, as Markdown; the lines that show the place, as they are)."""
    reason, _, picture = message.partition("\n")
    return escaped(reason), picture
