"""Simulate a training rule: one function, whatever the field and the size of the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from dynamics.backend import Array
from dynamics.engine.run import FusedRun, Run, SteppedRun
from dynamics.engine.trace import UntraceableError, skeleton_of
from dynamics.field import VectorField
from dynamics.game import Game
from dynamics.methods import Method
from dynamics.trajectory import Outcome, Trajectory

LIMIT = 1e100
"""A coordinate beyond this has diverged; its square still is a float."""

Record = Callable[[Array, Any], Any]
Progress = Callable[[int, int], None]


class Signal(Protocol):
    """Whatever can say that it is time to stop; a ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether to stop."""
        ...


def simulate(
    field: VectorField,
    method: Method,
    start: Any,
    steps: int,
    *,
    every: int = 1,
    record: Record | None = None,
    rng: np.random.Generator | None = None,
    limit: float = LIMIT,
    progress: Progress | None = None,
    cancel: Signal | None = None,
    compiled: bool | None = None,
) -> Trajectory:
    """Take a training rule through many steps from one or many starts.

    For a :class:`~dynamics.Game` the whole step is derived from symbols once and compiled: to plain
    Python for a few starts, to NumPy for small work, to parallel machine code for large, and to
    powers of a matrix where the step is affine. Any other field is stepped as it is.

    Parameters
    ----------
    field : the game.
    method : the rule. Its hyper-parameters may be arrays that broadcast against the batch.
    start : the first state, shape ``(d, ...)``; further axes are independent starts.
    steps : number of steps, 0 or more.
    every : keep the state after every so many steps; the start and the last state are always kept.
    record : what to keep instead of the state: a function of ``(z, memory)``, where ``z`` has shape
        ``(d, ...)``. By default what the rule reports (``method.output``).
    rng : the randomness of a stochastic field, passed to its ``minibatch``.
    limit : a start with a coordinate beyond this, or one that is not a number, has diverged.
    progress : called now and then with the steps taken and the steps asked for.
    cancel : an event; once it is set, the simulation ends and returns what it has.
    compiled : whether to use machine code, which is compiled once for a rule and a game (about
        0.1 s) and kept; None decides by the size of the work. Worth it for many short runs.

    Returns
    -------
    Trajectory
        ``times`` ``(T,)``, ``states`` ``(T, d, ...)`` and the ``outcome``. It ends early when
        every start has diverged.

    Raises
    ------
    ValueError
        If an argument cannot be used; the message names the value and the remedy.

    Examples
    --------
    >>> from dynamics import Game, METHODS
    >>> path = simulate(Game.zero_sum("x*y"), METHODS["simultaneous"](lr=0.1), (2, 2), 100)
    >>> round(float(np.linalg.norm(path.final)), 6)
    4.651721
    """
    _check(field, method, steps, every)
    report = _report(method, record)
    run = _run(field, method, start, steps, every, limit, report, rng, compiled)
    times, kept, cancelled = [0], [run.current()[None].copy()], False
    for count, length, keep in _pieces(steps, every, run):
        cancelled = cancel is not None and cancel.is_set()
        if cancelled or run.failed.all():
            break
        before = run.taken
        states = run.advance(count, length, keep)
        if keep:
            times.extend(range(before + length, run.taken + 1, length))
            kept.append(states)
        if progress is not None:
            progress(run.taken, steps)
    outcome = Outcome(run.taken, steps, run.failed, limit, cancelled)
    return _without_lost_end(np.array(times), np.concatenate(kept), outcome)


def _pieces(steps: int, every: int, run: Run) -> Iterator[tuple[int, int, bool]]:
    """The calls that make up a run: ``(records, steps between records, whether to keep them)``."""
    left = steps
    while left > 0:
        whole, most = left // every, run.steps_per_call
        if whole and every <= most:
            count, length = min(whole, most // every), every
        else:
            count, length = 1, min(every, left)
            while length > run.steps_per_call:
                part = run.steps_per_call
                yield 1, part, False
                length, left = length - part, left - part
        yield count, length, True
        left -= count * length


def _run(
    field: VectorField, method: Method, start: Any, steps: int, every: int, limit: float,
    report: Record | None, rng: np.random.Generator | None, compiled: bool | None,
) -> Run:  # fmt: skip
    if not isinstance(field, Game):
        state = start if hasattr(start, "shape") else np.asarray(start, dtype=float)
        return SteppedRun(field, method, state, limit, report, rng)
    state = _state(field, start)
    try:
        return FusedRun(field, method, state, steps, every, limit, report, compiled)
    except UntraceableError:
        return SteppedRun(field, method, state, limit, report, rng)


def _report(method: Method, record: Record | None) -> Record | None:
    """What to keep: None stands for the state itself."""
    if record is None and type(method).output is not Method.output:
        return method.output
    return record


def _state(game: Game, start: Any) -> np.ndarray:
    state = np.asarray(start, dtype=float)
    if state.ndim == 0 or state.shape[0] != game.dimension:
        raise ValueError(
            f"start has shape {state.shape}; its first axis must hold the {game.dimension} "
            f"coordinates {', '.join(map(str, game.symbols))}, further axes are a batch of starts"
        )
    if not np.isfinite(state).all():
        raise ValueError("start holds a value that is not finite; give numbers for all coordinates")
    return state


def _check(field: VectorField, method: Method, steps: int, every: int) -> None:
    for name, value, least in (("steps", steps, 0), ("every", every, 1)):
        if not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{name} = {value!r} must be a whole number of at least {least}")
    for symbol, value in skeleton_of(method)[1].items():
        if not np.isfinite(np.asarray(value, dtype=float)).all():
            name = symbol.name.removeprefix("rule.")
            raise ValueError(f"{name} = {value!r} of {type(method).__name__} must be finite")


def _without_lost_end(times: np.ndarray, states: np.ndarray, outcome: Outcome) -> Trajectory:
    """The trajectory without the records at its end in which nothing is left but NaN."""
    if outcome.diverged.all() and outcome.diverged.size:
        last = int(np.searchsorted(times, outcome.failed.max()))
        times, states = times[: max(last, 1)], states[: max(last, 1)]
    return Trajectory(times, states, outcome)
