"""Give a symbolic computation a bounded time."""

from __future__ import annotations

import gc
import inspect
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


class OutOfTimeError(Exception):
    """A computation did not finish within its time."""


def within(seconds: float, compute: Callable[[], T]) -> T:
    """The result of ``compute``, in this thread.

    The clock is looked at whenever a Python function is called, so code that stays inside one
    C function is not interrupted; and not at all while a profiler written in C is at work.

    Raises
    ------
    OutOfTimeError
        If it takes longer.
    """
    deadline = time.monotonic() + seconds
    before = sys.getprofile()
    if before is not None and not callable(before):
        return compute()

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if time.monotonic() > deadline and not _is_housekeeping(frame):
            sys.setprofile(before)
            raise OutOfTimeError(f"no result within {seconds:g} s")

    sys.setprofile(watch)
    try:
        return compute()
    finally:
        sys.setprofile(before)


def _is_housekeeping(frame: FrameType | None) -> bool:
    """Whether this runs inside the garbage collector, or closes a generator.

    An exception raised there would be lost.
    """
    if frame is not None and frame.f_code.co_flags & inspect.CO_GENERATOR:
        return True
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code in callbacks or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
