"""How far a long run is, on one line of a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

REFRESH_SECONDS = 0.1


class Meter:
    """Shows ``(done, total, what)`` on standard error, if that is a terminal.

    Used with ``with``; the line is wiped at the end.
    """

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.shown_at = 0.0

    def __call__(self, done: int, total: int, what: str) -> None:
        """Show the state of a run, at most ten times a second."""
        now = time.monotonic()
        if self.live and (now - self.shown_at > REFRESH_SECONDS or done >= total):
            self.shown_at = now
            share = f"{100 * done // total} %" if total > 0 else ""
            self._write(f"{what} {share}"[:78])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self.shown_at:
            self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()
