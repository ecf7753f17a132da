"""How the benchmarks measure: rivals in turn, in one run, and the median of the paired ratios."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


def seconds(work: Callable[[], object]) -> float:
    """The wall time of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@dataclass(frozen=True)
class Comparison:
    """Two pieces of work, timed in turn."""

    ours: float
    theirs: float
    ratio: float


def compare(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 7
) -> Comparison:
    """Medians of both times and of the ratio ours/theirs, pair by pair, after one warm-up each."""
    ours()
    theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return Comparison(
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def row(what: str, ours: float, theirs: float | None, ratio: float, bound: str) -> str:
    """One line of a report."""
    rival = "" if theirs is None else f"  rival {theirs * 1000:9.1f} ms"
    return f"{what:58s} ours {ours * 1000:9.1f} ms{rival}  ratio {ratio:6.3f}  (wanted {bound})"
