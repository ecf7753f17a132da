"""What pages need, imported once and by one thread; the others wait until it is whole.

Plotly looks for pandas among the modules that are there, and takes one that another thread has
only begun to import. So no page is drawn before all of them are there.
"""

from __future__ import annotations

import threading

_LOCK = threading.Lock()
_done = threading.Event()


def ready() -> None:
    """Import the lessons and what draws their figures, or wait for the thread that does."""
    if _done.is_set():
        return
    with _LOCK:
        if _done.is_set():
            return
        import pandas  # noqa: F401

        import frenemy.figures.screen  # noqa: F401
        from frenemy.lessons import NAMES, load

        for name in NAMES:
            load(name)
        _done.set()
