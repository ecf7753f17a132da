"""A simulation under way: compiled for a game of formulas, step by step for any other field."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from dynamics.backend import Array, copy, to_numpy
from dynamics.engine.march import AffineMarch, ArrayMarch, KernelMarch, March, ScalarMarch
from dynamics.engine.trace import StepProgram, skeleton_of, trace
from dynamics.engine.tree import flatten, rebuild
from dynamics.field import VectorField
from dynamics.game import Game
from dynamics.methods import Method

Report = Callable[[Array, Any], Any]


class Run(ABC):
    """Some starts, a rule, and the number of steps ``taken``."""

    taken: int
    steps_per_call: int
    failed: np.ndarray
    """For each start the step at which it diverged, 0 if it has not; shape of the batch."""

    @abstractmethod
    def current(self) -> np.ndarray:
        """What is reported of the state as it is now."""

    @abstractmethod
    def advance(self, records: int, every: int, keep: bool) -> np.ndarray:
        """Take ``records * every`` steps, report after each ``every``: ``(records, ...)``.

        Nothing need be reported unless it is to ``keep``.
        """


class FusedRun(Run):
    """A game of formulas: the whole step is one compiled program.

    Raises
    ------
    UntraceableError
        If the rule cannot run on symbols.
    """

    def __init__(
        self, game: Game, method: Method, start: np.ndarray, steps: int, every: int, limit: float,
        report: Report | None, compiled: bool | None,
    ):  # fmt: skip
        skeleton, hyper = skeleton_of(method)
        self.program = trace(game.formulas, skeleton, tuple(hyper))
        constants = [np.asarray(value, dtype=float) for value in hyper.values()]
        constants += game.parameter_values()
        shapes = [start.shape[1:], *(value.shape for value in constants)]
        self.batch = np.broadcast_shapes(*shapes)
        z = np.broadcast_to(
            start.reshape(len(start), *[1] * (len(self.batch) + 1 - start.ndim), *start.shape[1:]),
            (len(start), *self.batch),
        )
        rows = [z, *flatten(method.init(game, z))]
        state = np.concatenate(
            [np.broadcast_to(row, (len(row), *self.batch)).reshape(len(row), -1) for row in rows]
        )
        flat = [
            np.broadcast_to(value, self.batch).ravel() if value.ndim else value.reshape(1)
            for value in constants
        ]
        self.report = report
        self.march = _march(self.program, state, flat, steps, every, compiled)(
            self.program, state, flat, limit
        )

    @property
    def taken(self) -> int:  # type: ignore[override]
        """The number of steps taken."""
        return self.march.taken

    @property
    def steps_per_call(self) -> int:  # type: ignore[override]
        """As many as take a moment."""
        return self.march.steps_per_call

    @property
    def failed(self) -> np.ndarray:  # type: ignore[override]
        """The step at which each start diverged."""
        return self.march.failed.astype(np.int64).reshape(self.batch)

    def current(self) -> np.ndarray:
        """The report of the state as it is."""
        return self._reported(self.march.state[None])[0]

    def advance(self, records: int, every: int, keep: bool) -> np.ndarray:
        """March on."""
        return self._reported(self.march.advance(records, every))

    def _reported(self, states: np.ndarray) -> np.ndarray:
        """States ``(records, n, B)`` as what is reported of them."""
        rows = states.reshape(*states.shape[:2], *self.batch)
        size = self.program.dimension
        if self.report is None:
            return rows[:, :size].copy()
        ends = np.cumsum([size, *(len(leaf) for leaf in flatten(self.program.memory))])
        return np.array(
            [
                self.report(row[:size], rebuild(self.program.memory, np.split(row, ends)[1:-1]))
                for row in rows
            ]
        )


def _march(
    program: StepProgram, state: np.ndarray, constants: list[np.ndarray], steps: int, every: int,
    compiled: bool | None,
) -> type[March]:  # fmt: skip
    """The engine with the least expected time, from rough costs in seconds (two slow cores).

    It depends on the work alone, never on what was compiled before: engines round differently, and
    the same call must give the same bits.
    """
    starts, work = state.shape[1], len(program.program.optimised.assignments) + state.shape[0] + 2
    varying = tuple(value.size > 1 for value in constants)
    if compiled and program.has_kernel:
        return KernelMarch
    costs: dict[type[March], float] = {
        ScalarMarch: 8e-8 * work * steps * starts,
        ArrayMarch: steps * (1e-5 + work * (1e-6 + 1.5e-9 * starts)),
        KernelMarch: 0.08 + 4e-10 * work * steps * starts,
    }
    if compiled is False or not program.has_kernel:
        del costs[KernelMarch]
    best = min(costs, key=lambda march: costs[march])
    powers = steps / every * (1e-5 + 1e-9 * starts * state.shape[0] ** 2)
    if 0.02 + powers < costs[best] and not any(varying) and program.affine is not None:
        return AffineMarch
    return best


class SteppedRun(Run):
    """Any vector field: one step after the other, in the field's own arrays."""

    def __init__(
        self, field: VectorField, method: Method, start: Array, limit: float,
        report: Report | None, rng: np.random.Generator | None,
    ):  # fmt: skip
        self.field, self.method, self.limit, self.rng = field, method, limit, rng
        self.report = method.output if report is None else report
        self.z, self.memory = start, method.init(field.minibatch(rng), start)
        self.taken = 0
        self.failed = np.zeros(tuple(start.shape[1:]), dtype=np.int64)
        self.steps_per_call = 1

    def current(self) -> np.ndarray:
        """The report of the state as it is."""
        return to_numpy(self.report(self.z, self.memory))

    def advance(self, records: int, every: int, keep: bool) -> np.ndarray:
        """Step by step."""
        began, kept = time.perf_counter(), []
        for _ in range(records):
            for _ in range(every):
                batch = self.field.minibatch(self.rng)
                self.z, self.memory = self.method.step(batch, self.z, self.memory)
                self.taken += 1
                self._check()
            if keep:
                kept.append(self.current())
        seconds = (time.perf_counter() - began) / (records * every)
        self.steps_per_call = max(1, int(0.1 / max(seconds, 1e-9)))
        return np.array(kept)

    def _check(self) -> None:
        """Turn starts that are outside into NaN and note the step."""
        if self.z.ndim == 1 and float(self.z @ self.z) <= self.limit**2:
            return
        outside = ~to_numpy((abs(self.z) <= self.limit).all(0))
        if outside.any():
            self.failed[outside & (self.failed == 0)] = self.taken
            self.z = copy(self.z)
            self.z[(slice(None), outside) if outside.ndim else slice(None)] = float("nan")
