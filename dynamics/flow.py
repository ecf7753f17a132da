"""The flow that every training rule with a small step follows."""

from __future__ import annotations

from typing import Any

import numpy as np

from dynamics.backend import to_numpy
from dynamics.field import VectorField
from dynamics.formulas import FormulaField
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
    """Solve :math:`z' = -F(z)`: exactly where a game's field is affine, otherwise numerically.

    An affine field :math:`Jz + c` has the flow of a matrix exponential, which is followed from one
    kept time to the next. Any other is left to SciPy's DOP853, each start with step sizes of its
    own.

    Parameters
    ----------
    field : the game.
    start : the first state, shape ``(d, ...)``; further axes are independent starts.
    duration : how long to follow the flow, in units of step size times steps.
    points : number of equally spaced times at which states are kept, 2 or more.
    rtol, atol : the relative and absolute error allowed in a step of DOP853; a conserved quantity
        drifts by about the number of turns times that.
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
    affine = _affine(field)
    if affine is None:
        states = np.full((points, *flat.shape), np.nan)
        for i in range(flat.shape[1]):
            path = _solve(field, flat[:, i], times, rtol, atol, limit)
            states[: path.shape[1], :, i] = path.T
    else:
        states = _exponential(*affine, flat, times)
        gone = ~(np.abs(states) <= limit).all(axis=1)
        states[np.broadcast_to(np.logical_or.accumulate(gone)[:, None], states.shape)] = np.nan
    lost = np.isnan(states).any(axis=1)
    failed = np.where(lost.any(axis=0), lost.argmax(axis=0), 0)
    outcome = Outcome(points - 1, points - 1, failed.reshape(first.shape[1:]), limit)
    return Trajectory(times, states.reshape(points, *first.shape), outcome)


def _affine(field: VectorField) -> tuple[np.ndarray, np.ndarray] | None:
    """Matrix ``(d, d)`` and constant ``(d,)`` of a game's field where it is affine, else None."""
    if not isinstance(field, FormulaField):
        return None
    if field.formulas.jacobian.free_symbols & set(field.formulas.symbols):
        return None
    origin = np.zeros(field.dimension)
    return field.jacobian_at(origin), field(origin)


def _exponential(
    matrix: np.ndarray, constant: np.ndarray, start: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """The states ``(T, d, n)`` at equally spaced times of :math:`z' = -(Jz + c)`."""
    from scipy.linalg import expm

    d, n = start.shape
    generator = np.zeros((d + 1, d + 1))
    generator[:d] = -np.column_stack([matrix, constant])
    step = expm(generator * (times[1] - times[0]))[:d]
    states = np.empty((len(times), d, n))
    states[0] = start
    with np.errstate(all="ignore"):
        for k in range(1, len(times)):
            states[k] = (step[:, :d, None] * states[k - 1]).sum(axis=1) + step[:, d:]
    return states


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
