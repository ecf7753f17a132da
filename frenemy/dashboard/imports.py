"""What pages need, imported once and by one thread; the others wait until it is whole.

Two threads that import parts of a package at once may each see half of the other's part, and Plotly
takes a pandas that somebody has only begun to import. So ``script.py`` imports nothing else itself.
"""

from __future__ import annotations

import threading
from types import ModuleType

_LOCK = threading.Lock()


def ready() -> ModuleType:
    """Import pages, lessons and what draws their figures, or wait for the thread that does.

    Returns
    -------
    :mod:`frenemy.dashboard.pages`
    """
    with _LOCK:
        import pandas  # noqa: F401

        import frenemy.figures.screen  # noqa: F401
        from frenemy.dashboard import pages
        from frenemy.lessons import NAMES, load

        for name in NAMES:
            load(name)
    return pages
