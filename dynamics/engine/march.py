"""Ways to take a state through many steps: one interface, an engine for each size of work.

Every march keeps the state of all starts, the number of steps taken, and for each start the step
at which it left the region ``|z_i| <= limit`` (0 while it has not). From that step on the start's
state is NaN; its neighbours are not touched.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property

import numpy as np

from dynamics.engine.kernel import BLOCK
from dynamics.engine.trace import StepProgram

WINDOW = 2**16
"""Steps of an affine path that are looked at together when the step of its divergence is sought."""


SHARES = 4
"""Pieces of work for each processor, so that one that is held up does not hold up all."""


class March(ABC):
    """Many starts on their way. ``state`` has shape ``(n, B)``, ``failed`` shape ``(B,)``."""

    def __init__(
        self, step: StepProgram, state: np.ndarray, constants: list[np.ndarray], limit: float
    ):
        self.step = step
        self.state = np.ascontiguousarray(state)
        self.constants = constants
        self.limit = limit
        self.taken = 0
        self.failed = np.zeros(state.shape[1])

    @property
    @abstractmethod
    def steps_per_call(self) -> int:
        """A number of steps that takes a moment, so that progress and cancelling are prompt."""

    @abstractmethod
    def advance(self, records: int, every: int) -> np.ndarray:
        """Take ``records * every`` steps; the states after each ``every``: ``(records, n, B)``."""

    def outside(self, state: np.ndarray) -> np.ndarray:
        """Which starts have left the region, or are not numbers: shape ``(B,)``."""
        return ~(np.abs(state[: self.step.dimension]) <= self.limit).all(axis=0)

    def check(self) -> None:
        """Turn starts that are outside into NaN and note the step."""
        outside = self.outside(self.state)
        if outside.any():
            self.state[:, outside] = np.nan
            self.failed[outside & (self.failed == 0)] = self.taken


class ArrayMarch(March):
    """NumPy over all starts at once: nothing to wait for, tens of microseconds a step."""

    @property
    def steps_per_call(self) -> int:
        """About a tenth of a second."""
        return max(1, 20_000_000 // (self.state.size * len(self.step.program.outputs) + 20_000))

    def advance(self, records: int, every: int) -> np.ndarray:
        """Step by step."""
        return _advance_arrays(self, records, every)


class ScalarMarch(March):
    """Plain Python floats, one start after the other: the fastest for a handful of starts."""

    @property
    def steps_per_call(self) -> int:
        """About a tenth of a second."""
        return max(1, 100_000 // self.state.shape[1])

    def advance(self, records: int, every: int) -> np.ndarray:
        """One start after the other; NumPy takes over where Python's floats raise an error."""
        loop = self.step.scalar_loop
        out = np.full((records, *self.state.shape), np.nan)
        failed = self.failed.copy()
        for start in np.flatnonzero(failed == 0):
            constants = [float(value[start % value.size]) for value in self.constants]
            keep: list[tuple[float, ...]] = []
            try:
                left = loop(
                    self.state[:, start].tolist(), constants, records, every, self.limit, keep
                )
            except (ArithmeticError, ValueError, TypeError):
                return _advance_arrays(self, records, every)
            out[: len(keep), :, start] = keep or np.empty((0, self.state.shape[0]))
            failed[start] = self.taken + left if left else 0
        self.failed = failed
        self.taken += records * every
        self.state = np.where(failed == 0, out[-1], np.nan)
        return out


class KernelMarch(March):
    """Machine code over blocks of starts, a share of them for each processor.

    The threads are Python's own, and the kernel runs without the interpreter's lock; so several
    sessions of a server can be in it at once.
    """

    @property
    def steps_per_call(self) -> int:
        """A few tenths of a second."""
        return max(1, 250_000_000 // (self.state.shape[1] * len(self.step.program.outputs)))

    def advance(self, records: int, every: int) -> np.ndarray:
        """All blocks, in parallel."""
        kernel = self.kernel
        out = np.empty((records, *self.state.shape))
        starts = self.state.shape[1]
        share = -(-starts // (SHARES * _processors() * BLOCK)) * BLOCK

        def work(first: int) -> None:
            last = min(first + share, starts)
            kernel(
                self.state,
                self.table,
                out,
                self.failed,
                first,
                last,
                records,
                every,
                self.taken,
                self.limit,
            )

        if share >= starts:
            work(0)
        else:
            list(_pool().map(work, range(0, starts, share)))
        self.taken += records * every
        return out

    @cached_property
    def kernel(self) -> Callable[..., None]:
        """The compiled step."""
        return self.step.kernel(tuple(value.size > 1 for value in self.constants))

    @cached_property
    def table(self) -> np.ndarray:
        """The constants as rows, one column where none of them varies."""
        width = max([1, *(value.size for value in self.constants)])
        rows = [np.broadcast_to(value, (width,)) for value in self.constants]
        return np.array(rows, dtype=float).reshape(len(rows), width)


class AffineMarch(March):
    """Powers of the matrix of an affine step: the cost does not grow with the number of steps."""

    @property
    def steps_per_call(self) -> int:
        """As many as there are: they cost nothing."""
        return 10**18

    def advance(self, records: int, every: int) -> np.ndarray:
        """One matrix product a record."""
        out = np.empty((records, *self.state.shape))
        for record in range(records):
            before = self.state
            self.state = self._after(before, every)
            outside = self.outside(self.state) & (self.failed == 0)
            for start in np.flatnonzero(outside):
                self.failed[start] = self.taken + self._first_outside(before[:, [start]], every)
            self.state[:, outside] = np.nan
            self.taken += every
            out[record] = self.state
        return out

    @cached_property
    def powers(self) -> list[np.ndarray]:
        """The matrix to the powers 1, 2, 4, … as far as finite; its last row holds the constant."""
        size = self.state.shape[0]
        values = self.step.affine_step(*[value.ravel()[0] for value in self.constants])
        matrix = np.zeros((size + 1, size + 1))
        matrix[:size, :size] = values[: size * size].reshape(size, size)
        matrix[:size, size], matrix[size, size] = values[size * size :], 1.0
        return [matrix]

    def _after(self, state: np.ndarray, steps: int) -> np.ndarray:
        """The state after so many steps, by binary powers."""
        whole = np.vstack([state, np.ones(state.shape[1])])
        bit = 0
        with np.errstate(all="ignore"):
            while steps:
                power = self._power(bit)
                if power is None:
                    return self._after_large_powers(whole, bit - 1, steps)[:-1]
                if steps & 1:
                    whole = power @ whole
                steps >>= 1
                bit += 1
        return whole[:-1]

    def _after_large_powers(self, whole: np.ndarray, bit: int, left: int) -> np.ndarray:
        """Go on with the largest finite power until every start is outside or at rest."""
        power = self.powers[bit]
        for _ in range(2 * left):
            following = power @ whole
            done = self.outside(following) | (following == whole).all(axis=0)
            whole = following
            if done.all():
                break
        return whole

    def _power(self, bit: int) -> np.ndarray | None:
        """The matrix to the power ``2**bit``, or None where that is too large for floats."""
        while len(self.powers) <= bit:
            following = self.powers[-1] @ self.powers[-1]
            if not np.abs(following).max() < 1e200:
                return None
            self.powers.append(following)
        return self.powers[bit]

    def _first_outside(self, state: np.ndarray, steps: int) -> int:
        """The step at which one start first is outside, if it does not return for ``WINDOW`` steps.

        Bisection finds *a* crossing; on a rotating path an earlier one may lie before it, so whole
        windows of steps are searched backwards until one is free of them.
        """
        inside, crossing = 0, steps
        while crossing - inside > 1:
            middle = (inside + crossing) // 2
            if self.outside(self._after(state, middle)).any():
                crossing = middle
            else:
                inside = middle
        while True:
            begin = max(crossing - WINDOW, 0)
            outside = self.outside(self._next_states(self._after(state, begin), crossing - begin))
            if begin + int(outside.argmax()) + 1 == crossing:
                return crossing
            crossing = begin + int(outside.argmax()) + 1

    def _next_states(self, state: np.ndarray, steps: int) -> np.ndarray:
        """The states of one start after 1 … ``steps`` steps, shape ``(n, steps)``, by doubling."""
        whole = self.powers[0] @ np.vstack([state, [[1.0]]])
        bit = 0
        with np.errstate(all="ignore"):
            while whole.shape[1] < steps:
                power = self._power(bit)
                following = whole * np.nan if power is None else power @ whole
                whole = np.hstack([whole, following])
                bit += 1
        return whole[:-1, :steps]


def _advance_arrays(march: March, records: int, every: int) -> np.ndarray:
    function = march.step.array_step
    out = np.empty((records, *march.state.shape))
    for record in range(records):
        for _ in range(every):
            march.state = function(*march.state, *march.constants)
            march.taken += 1
            march.check()
        out[record] = march.state
    return out


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_processors(), thread_name_prefix="kernel")


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
