"""Is this run normal? What became of a GAN, in words, with its numbers and how sure they are.

The kinds, in the order in which they are asked for:

=============  ==================================================================================
``untrained``  no step was made yet
``diverged``   something is not a finite number any more
``D wins``     D tells all apart and G's gradient is gone
``rotating``   samples sit on few modes at a time, now on these, now on those
``stuck``      samples sit on few modes, always the same
``healthy``    samples are as far from data as other data are, or good and on every mode
``blurred``    every mode is hit, but few samples are good
``partial``    some modes are missing
``circling``   the distance to data swings up and down and shrinks no more
``learning``   none of these: the distance to data shrinks, or not yet
=============  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gan.watch import Record

WINDOW = 1 / 3
"""The last part of a run speaks for it."""
SURE = 0.97
"""D wins from this accuracy on..."""
STARVED = 0.02
"""...if G's gradient has shrunk to this part of its largest so far."""
GOOD = 0.5
"""A generator on all modes is healthy if at least so many of its samples are good."""
FINER = 16
"""The spectrum is looked at so many times more finely about its strongest line."""
OUTSTANDING = 0.1
"""A line of a spectrum stands out if it holds at least this part of all power."""
LOST = 0.2
"""A run that circles comes back to this part of its largest distance to the data."""
NEARLY = 0.05
"""So small a part of the first distance is as good as none, where no modes can be counted."""
SIGMAS = 3.0
"""Within so many deviations of the noise floor, samples count as data."""


@dataclass(frozen=True)
class Diagnosis:
    """What became of a run.

    Attributes
    ----------
    kind : one of the kinds above.
    sentence : the same with its numbers.
    confidence : share of the late looks that say so, 0 to 1.
    """

    kind: str
    sentence: str
    confidence: float

    def __str__(self) -> str:
        if self.kind == "untrained":
            return self.sentence  # one look cannot agree with others
        return f"{self.sentence} ({self.confidence:.0%} of the late looks agree)"


def diagnose(record: Record, *, predicted_period: float | None = None) -> Diagnosis:
    """Say what became of a run.

    Parameters
    ----------
    record : what was seen of it, from the beginning.
    predicted_period : steps in a turn as theory has them, told beside what was measured.
    """
    for ask in _QUESTIONS:
        found = ask(record, predicted_period)
        if found is not None:
            return found
    return _learning(record)


def late(values: np.ndarray) -> np.ndarray:
    """The part of something seen over time that speaks for the run."""
    return values[-max(round(WINDOW * len(values)), 1) :]


def effective_modes(nearest: np.ndarray) -> np.ndarray:
    """Over how many modes samples ``(W, k)`` spread: exponential of their entropy, ``(W,)``."""
    shares = nearest / np.maximum(nearest.sum(axis=1, keepdims=True), 1)
    return np.exp(-(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1))


def visited(counts: np.ndarray) -> int:
    """Modes that were hit at any time: coverage over the window ``(W, k)``."""
    return int((counts > 0).any(axis=0).sum())


def period_of(at: np.ndarray, values: np.ndarray) -> float:
    """Steps in a turn: the strongest line in the spectrum of signals ``(W, s)``.

    NaN where there are too few looks, less than two turns, or no line that stands out.
    """
    from scipy.signal import periodogram

    if len(at) < 8:
        return float("nan")
    settings = {"window": "hann", "detrend": "linear", "axis": 0}
    often = 1 / float(at[1] - at[0])
    rate, power = periodogram(values, often, **settings)
    total, slowest = power.sum(axis=1), 2 / float(at[-1] - at[0])
    best = np.where(rate >= slowest, total, -1.0).argmax()
    if total[best] <= OUTSTANDING * total.sum() or rate[best] < slowest:
        return float("nan")
    fine, power = periodogram(values, often, nfft=FINER * len(at), **settings)
    near = np.abs(fine - rate[best]) <= rate[1]
    return float(1 / fine[near][power.sum(axis=1)[near].argmax()])


def measured_period(record: Record) -> float:
    """Steps in a turn of a run's last part: of its samples from mode to mode, or of its losses.

    NaN where no line of the spectrum stands out.
    """
    window = late(record.nearest)
    shares = window / np.maximum(window.sum(axis=1, keepdims=True), 1)
    return period_of(late(record.at), shares if window.shape[1] > 1 else late(record.losses))


def _untrained(record: Record, _: float | None) -> Diagnosis | None:
    if record.at[-1] > 0:
        return None
    distance, floor = record.distance[-1], record.floor[0] + SIGMAS * record.floor[1]
    told = f"not trained yet: distance to data {distance:.2g}, noise floor {floor:.1g}"
    return Diagnosis("untrained", told, 1.0)


def _diverged(record: Record, _: float | None) -> Diagnosis | None:
    lost = ~np.isfinite(record.losses).all(axis=1) | ~np.isfinite(record.distance)
    if not lost.any():
        return None
    step = int(record.at[lost.argmax()])
    return Diagnosis("diverged", f"diverged: not finite any more at step {step:,}", 1.0)


def _d_wins(record: Record, _: float | None) -> Diagnosis | None:
    accuracy, gradient = late(record.accuracy), late(record.gradient)
    starved = gradient <= STARVED * record.gradient.max()
    says = (accuracy >= SURE) & starved
    if says.mean() <= 0.5:
        return None
    told = f"accuracy {np.median(accuracy):.0%}, generator's gradient {np.median(gradient):.1e}"
    return Diagnosis("D wins", f"D wins: {told}", float(says.mean()))


def _collapsed(record: Record, predicted: float | None) -> Diagnosis | None:
    n = record.nearest.shape[1]
    if n < 2:
        return None
    nearest, captured = late(record.nearest), late(record.captured)
    few = effective_modes(nearest) <= n / 2
    if few.mean() <= 0.5 or (captured[-1] == n and late(record.quality)[-1] > GOOD):
        return None
    fullest = nearest.argmax(axis=1)
    if len(set(fullest)) > 2:
        return _rotating(record, predicted, float(few.mean()))
    same = record.nearest.argmax(axis=1) == fullest[-1]
    since = int(record.at[len(same) - np.argmin(same[::-1])]) if not same.all() else 0
    told = f"collapsed: {captured[-1]} of {n} modes, stuck since step {since:,}"
    return Diagnosis("stuck", told, float((few & (fullest == fullest[-1])).mean()))


def _rotating(record: Record, predicted: float | None, confidence: float) -> Diagnosis:
    n = record.nearest.shape[1]
    period = measured_period(record)
    told = (
        f"rotating: {record.captured[-1]} of {n} modes now, {visited(late(record.counts))} in turn"
    )
    if np.isfinite(period):
        told += f", period about {period:.0f} steps"
    if predicted is not None and np.isfinite(predicted):
        told += f", predicted {predicted:.0f}"
    return Diagnosis("rotating", told, confidence)


def _healthy(record: Record, _: float | None) -> Diagnosis | None:
    """At the noise floor, whatever the data, or near it where no modes can be counted."""
    mean, spread = record.floor
    distance, top = late(record.distance), mean + SIGMAS * spread
    says = distance <= top
    if says.mean() > 0.5:
        told = f"healthy: within the noise floor (distance {np.median(distance):.2g})"
        return Diagnosis("healthy", told, float(says.mean()))
    says = distance <= NEARLY * record.distance[0]
    if record.nearest.shape[1] > 1 or says.mean() <= 0.5:
        return None
    told = (
        f"healthy: distance to data {np.median(distance):.2g}, {record.distance[0]:.2g} at first, "
        f"noise floor {top:.1g}"
    )
    return Diagnosis("healthy", told, float(says.mean()))


def _by_modes(record: Record, _: float | None) -> Diagnosis | None:
    """What most of the late looks say of modes and quality."""
    n, captured, quality = record.nearest.shape[1], late(record.captured), late(record.quality)
    if n < 2 or not captured.any():
        return None
    all_hit, good = captured == n, quality > GOOD
    seen = f"{visited(late(record.counts))} at some time lately"
    says = {
        "healthy": (all_hit & good, f"all {n} modes, quality {np.median(quality):.0%}"),
        "blurred": (
            all_hit & ~good,
            f"all {n} modes, but only {np.median(quality):.0%} of the samples are good",
        ),
        "partial": (~all_hit, f"{np.median(captured):g} of {n} modes, {seen}"),
    }
    kind = max(says, key=lambda name: says[name][0].mean())
    share, told = says[kind]
    return Diagnosis(kind, f"{kind}: {told}", float(share.mean()))


def _circling(record: Record, predicted: float | None) -> Diagnosis | None:
    window = late(record.distance)
    if len(window) < 12 or window.min() <= record.floor[0] + SIGMAS * record.floor[1]:
        return None
    trend = np.polyfit(np.arange(len(window)), window, 1)
    rest = window - np.polyval(trend, np.arange(len(window)))
    period = period_of(late(record.at), window[:, None])
    swings = np.ptp(rest) > 0.5 * window.mean() and abs(trend[0]) * len(window) < np.ptp(rest)
    swings = swings and window.max() > LOST * record.distance.max()
    if not swings or not np.isfinite(period):
        return None
    told = f"circling: the distance to data swings, period about {period:.0f} steps"
    if predicted is not None and np.isfinite(predicted):
        told += f", predicted {predicted:.0f}"
    far = window > record.floor[0] + SIGMAS * record.floor[1]
    return Diagnosis("circling", told, float(far.mean()))


def _learning(record: Record) -> Diagnosis:
    first, last = record.distance[0], float(np.median(late(record.distance)))
    floor = record.floor[0] + SIGMAS * record.floor[1]
    told = f"distance to data {first:.2g} at first, {last:.2g} now, noise floor {floor:.1g}"
    if last < 0.8 * first:
        return Diagnosis(
            "learning", f"learning: {told}", float((late(record.distance) < first).mean())
        )
    return Diagnosis(
        "learning", f"no progress yet: {told}", float((late(record.distance) >= 0.8 * first).mean())
    )


_QUESTIONS: tuple[Callable[[Record, float | None], Diagnosis | None], ...] = (
    _untrained, _diverged, _d_wins, _collapsed, _healthy, _by_modes, _circling,
)  # fmt: skip
