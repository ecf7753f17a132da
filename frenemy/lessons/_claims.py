"""What slides claim, and what a lesson finds when it is run for that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from frenemy.lessons._facts import Compared

VERDICTS = ("holds", "holds in part", "does not hold")


class Finding(NamedTuple):
    """What became of a claim.

    Attributes
    ----------
    verdict : one of ``VERDICTS``. found : what was computed, in words.
    numbers : what the slide prints beside what was computed, where it prints a number.
    """

    verdict: str
    found: str
    numbers: Compared | None = None


@dataclass(frozen=True)
class Claim:
    """One sentence of a slide.

    Attributes
    ----------
    slide : its title. says : the sentence, in short.
    knobs : with which the lesson is run.
    check : result of that run -> finding.
    """

    slide: str
    says: str
    knobs: Any
    check: Callable[[Any], Finding]


def holds(is_so: bool, found: str, numbers: Compared | None = None) -> Finding:
    """The finding on a claim that is right or wrong as a whole."""
    return Finding(VERDICTS[0] if is_so else VERDICTS[2], found, numbers)


def holds_in_part(is_so: bool, found: str, numbers: Compared | None = None) -> Finding:
    """The finding on a claim that is right within limits, if it is within them."""
    return Finding(VERDICTS[1] if is_so else VERDICTS[2], found, numbers)


def holds_so_far(parts: Sequence[bool], found: str, numbers: Compared | None = None) -> Finding:
    """The finding on a claim of several parts: all of them are right, some, or none."""
    verdict = VERDICTS[0] if all(parts) else VERDICTS[1] if any(parts) else VERDICTS[2]
    return Finding(verdict, found, numbers)
