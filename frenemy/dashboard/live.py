"""Lessons that have a live screen of their own above their figures."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from typing import Protocol, cast

from frenemy.lessons import Lesson

SCREENS = {"gan-lab": "frenemy.dashboard.laboratory.panel"}
"""Lesson -> the module of its screen; to add one, add a line."""


class Screen(Protocol):
    """What such a module holds."""

    HIDDEN: Collection[str]
    """Knobs that the screen sets itself and the sidebar leaves out."""

    def show(self, lesson: Lesson) -> None:
        """Draw the screen."""
        ...


def live_screen(lesson: str) -> Screen | None:
    """The screen of a lesson, imported now; None for lessons without one."""
    module = SCREENS.get(lesson)
    return None if module is None else cast(Screen, import_module(module))
