"""One point of a sweep: computed anywhere, and told as plain values."""

from __future__ import annotations

import hashlib
import inspect
import sys
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from frenemy import __version__
from frenemy.lessons import Lesson, knob_specs, load, make_knobs, plain

STATES = ("done", "refused", "failed", "lost")
"""``refused``: the lesson found something wrong with the knobs. ``failed``: it broke down.
``lost``: the worker died again and again; such a point is tried again when a sweep is resumed."""


class VersionError(ValueError):
    """Somewhere another version of the lesson would compute a point."""


class Outcome(NamedTuple):
    """What became of one point.

    Attributes
    ----------
    key : of the point. state : one of ``STATES``.
    facts : label -> value in strict JSON's types; none unless it is done.
    reason : why there are none.
    seconds : that it took.
    """

    key: str
    state: str
    facts: dict[str, Any]
    reason: str
    seconds: float


@lru_cache(maxsize=64)
def code_version(lesson: str) -> str:
    """What results depend on: this package's version, the lesson's own code, and its knobs."""
    known = load(lesson)
    parts = [__version__, *_sources(known), *map(repr, knob_specs(known.knobs))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _sources(lesson: Lesson) -> list[str]:
    """The code of the modules that hold the lesson's functions."""
    names = {function.__module__ for function in (inspect.unwrap(lesson.run), lesson.facts)}
    return [inspect.getsource(sys.modules[name]) for name in sorted(names)]


def measure(lesson: str, version: str, key: str, knobs: Mapping[str, Any]) -> Outcome:
    """Run a lesson at some knobs.

    Raises
    ------
    VersionError
        If the code here is not of the version that is asked for.
    """
    if code_version(lesson) != version:
        raise VersionError(
            f"a worker has another version of the lesson {lesson!r} (or of Frenemy) than this "
            "machine; install the same on both"
        )
    began = time.perf_counter()
    try:
        known = load(lesson)
        made: Any = make_knobs(known.knobs, knobs)
        facts = plain(known.facts(known.perform(made)))
        state, reason = "done", ""
    except ValueError as error:
        state, facts, reason = "refused", {}, str(error)
    except Exception as error:
        state, facts, reason = "failed", {}, f"{type(error).__name__}: {error}"
    return Outcome(key, state, facts, reason, time.perf_counter() - began)
