"""What a trajectory shows: measurements to lay beside what theory predicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dynamics.trajectory import Trajectory

ROUNDING = 1e-13
"""Distances below this share of the point's own size are rounding and are not measured."""
TINY = 1e-150
"""Distances below this have squares that are no longer numbers."""


def distance(trajectory: Trajectory, point: Sequence[Any] | np.ndarray) -> np.ndarray:
    """The Euclidean distance of every kept state to a point, shape ``(T, ...)``."""
    states = trajectory.states
    target = np.asarray(point, dtype=float).reshape(-1, *[1] * (states.ndim - 2))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.linalg.norm(states - target, axis=1)


def growth_rate(trajectory: Trajectory, point: Sequence[Any] | np.ndarray) -> float:
    """The measured change of log distance per step, in nats, of a single start.

    The slope of a straight line fitted to the second half of the path, by which time the fastest
    modes have died away; steps at which the distance is down to rounding do not count. Where the
    path turns, the half is cut to whole turns, so that an elliptic orbit does not tilt the line.

    Returns
    -------
    float
        NaN if fewer than three steps can be used.
    """
    half = _second_half(trajectory, point)
    if half.size < 3:
        return float("nan")
    lengths = distance(trajectory, point)[half]
    return float(np.polyfit(trajectory.times[half], np.log(lengths), 1)[0])


def turning_period(trajectory: Trajectory, point: Sequence[Any] | np.ndarray) -> float:
    """The measured number of steps in one turn about a point, of a single start in the plane.

    From the mean angular velocity over the second half of the path, in whole turns where there are
    any. States must be kept often enough that the path turns by less than half a turn in between.

    Returns
    -------
    float
        ``inf`` if the path turns by less than a tenth of a turn; NaN outside two dimensions.
    """
    half = _second_half(trajectory, point)
    if trajectory.states.shape[1] != 2 or half.size < 3:
        return float("nan")
    angles = _angles(trajectory, point, half)
    turned = abs(angles[-1] - angles[0])
    if turned < 0.2 * np.pi:
        return float("inf")
    return float(2 * np.pi * (trajectory.times[half[-1]] - trajectory.times[half[0]]) / turned)


def _second_half(trajectory: Trajectory, point: Any) -> np.ndarray:
    """The kept times after the middle of the path, cut to whole half turns."""
    lengths = distance(trajectory, point)
    floor = max(TINY, ROUNDING * float(np.abs(np.asarray(point, dtype=float)).max()))
    lost = np.flatnonzero(~(np.isfinite(lengths) & (lengths > floor)))
    usable = np.arange(lost[0] if lost.size else lengths.size)
    half = usable[usable.size // 2 :]
    return half[: _whole_turns(trajectory, point, half)]


def _angles(trajectory: Trajectory, point: Any, indices: np.ndarray) -> np.ndarray:
    x, y = (trajectory.states[indices] - np.asarray(point, dtype=float)).T
    return np.unwrap(np.arctan2(y, x))


def _whole_turns(trajectory: Trajectory, point: Any, indices: np.ndarray) -> int:
    """How many of the indices make up whole half turns; all of them if there is none."""
    if trajectory.states.shape[1] != 2 or indices.size < 3:
        return int(indices.size)
    turned = np.abs(np.diff(_angles(trajectory, point, indices)).cumsum())
    halves = int(turned[-1] // np.pi)
    return int(np.searchsorted(turned, halves * np.pi)) + 2 if halves else int(indices.size)
