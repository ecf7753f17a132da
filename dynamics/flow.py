"""The flow that every training rule with a small step follows."""

from __future__ import annotations

from typing import Any

import numpy as np

from dynamics.backend import to_numpy
from dynamics.field import VectorField
from dynamics.trajectory import Outcome, Trajectory

LIMIT = 1e100


def flow(
    field: VectorField,
    start: Any,
    duration: float,
    *,
    points: int = 501,
    rtol: float = 1e-10,
    atol: float = 1e-12,
    limit: float = LIMIT,
) -> Trajectory:
    """Solve :math:`z' = -F(z)` with SciPy's DOP853, each start with step sizes of its own.

    Parameters
    ----------
    field : the game.
    start : the first state, shape ``(d, ...)``; further axes are independent starts.
    duration : how long to follow the flow, in units of step size times steps.
    points : number of equally spaced times at which states are kept, 2 or more.
    rtol, atol : the relative and absolute error allowed in a step; a conserved quantity drifts by
        about the number of turns times that.
    limit : a start that passes it, or whose solution ends in finite time, has diverged.

    Returns
    -------
    Trajectory
        ``times`` ``(points,)`` and ``states`` ``(points, d, ...)``, NaN after a start has
        diverged; the outcome counts kept times as steps.

    Raises
    ------
    ValueError
        If the duration is not positive or the start is not finite.
    """
    first = np.asarray(start, dtype=float)
    if not (np.isfinite(duration) and duration > 0) or points < 2:
        raise ValueError(
            f"duration = {duration!r} must be positive and points = {points!r} at least 2"
        )
    if first.ndim == 0 or not np.isfinite(first).all():
        raise ValueError(f"start = {start!r} must hold finite coordinates on its first axis")
    times = np.linspace(0.0, float(duration), points)
    flat = first.reshape(len(first), -1)
    states = np.full((points, *flat.shape), np.nan)
    failed = np.zeros(flat.shape[1], dtype=np.int64)
    for i in range(flat.shape[1]):
        path = _solve(field, flat[:, i], times, rtol, atol, limit)
        states[: path.shape[1], :, i] = path.T
        failed[i] = 0 if path.shape[1] == points else path.shape[1]
    outcome = Outcome(points - 1, points - 1, failed.reshape(first.shape[1:]), limit)
    return Trajectory(times, states.reshape(points, *first.shape), outcome)


def _solve(
    field: VectorField, start: np.ndarray, times: np.ndarray, rtol: float, atol: float, limit: float
) -> np.ndarray:
    """The states at the times reached, shape ``(d, reached)``."""
    from scipy.integrate import solve_ivp

    def escaped(_: float, z: np.ndarray) -> float:
        return limit - float(np.abs(z).max())

    escaped.terminal = True  # type: ignore[attr-defined]
    with np.errstate(all="ignore"):
        solution = solve_ivp(
            lambda _, z: -to_numpy(field(z)), (times[0], times[-1]), start, "DOP853", times,
            rtol=rtol, atol=atol, events=escaped,
        )  # fmt: skip
    finite = np.isfinite(solution.y).all(axis=0)
    return solution.y if finite.all() else solution.y[:, : int(finite.argmin())]
