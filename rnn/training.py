"""One trainer for any cell, task and rule, and for many seeds at once."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dynamics import Method, Outcome
from dynamics.allocator import keep_freed_memory
from dynamics.engine.tree import flatten, rebuild
from dynamics.methods import Simultaneous
from dynamics.simulate import Signal
from dynamics.step_rules import Adam, Clipped
from rnn.net import Net
from rnn.net_field import NetField
from rnn.tasks import Task

LIMIT = 1e6
"""A parameter beyond this has diverged."""
MANY = 4
"""Members from which on freed memory is kept from step to step."""
DEFAULT_METHOD = Simultaneous(1e-3, Clipped(Adam(), 1.0))


@dataclass(frozen=True, eq=False)
class History:
    """What was recorded of a training, S steps of E members.

    Attributes
    ----------
    loss : on the minibatch, before the step, ``(S, E)``; NaN once a member has diverged.
    norm : of the gradient before clipping, ``(S, E)``.
    clipped_norm : of the gradient after clipping, ``(S, E)``; the same where nothing is clipped.
    watched : the steps at which gradients were taken apart, ``(W,)``.
    by_step : length of :math:`\\partial L/\\partial s_t`, ``(W, T, E)``.
    kept : the steps at which parameters were kept, ``(K,)``.
    parameters : the parameters there, ``(K, P, E)``.
    outcome : how it ended: completed, cancelled, or which members diverged when.
    """

    loss: np.ndarray
    norm: np.ndarray
    clipped_norm: np.ndarray
    watched: np.ndarray
    by_step: np.ndarray
    kept: np.ndarray
    parameters: np.ndarray
    outcome: Outcome

    def first_below(self, level: float, over: int = 20) -> np.ndarray:
        """The first step at which the mean loss of the last ``over`` steps is below a level.

        ``(E,)``; NaN for members that never come there.
        """
        if len(self.loss) < over:
            return np.full(self.loss.shape[1], np.nan)
        sums = np.cumsum(np.vstack([np.zeros(self.loss.shape[1]), self.loss]), axis=0)
        below = (sums[over:] - sums[:-over]) / over < level
        return np.where(below.any(axis=0), below.argmax(axis=0) + float(over), np.nan)


@dataclass
class _Log:
    """What grows during a training, lists of arrays."""

    rows: list[np.ndarray] = field(default_factory=list)
    watched: list[int] = field(default_factory=list)
    by_step: list[np.ndarray] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    parameters: list[np.ndarray] = field(default_factory=list)


class Trainer:
    """A training that can be paused, saved, and continued bit for bit.

    Parameters
    ----------
    net, task : what is trained on what.
    method : a rule of :mod:`dynamics.methods` with its step rule; clipping is
        :class:`dynamics.step_rules.Clipped`. Adam at 1e-3, clipped at 1, by default.
    seeds : one member for each; all of a member's randomness comes from its seed.
    batch_size : sequences in a minibatch.
    truncate : steps after which no gradient passes.
    watch_every : take the gradient apart by steps after so many steps; 0 for never.
    keep_every : keep the parameters after so many steps; 0 for never.
    device : "cpu", "cuda" or "mps".

    Raises
    ------
    ValueError
        If the net does not fit the task, or the device is not there.
    """

    def __init__(
        self, net: Net, task: Task, method: Method = DEFAULT_METHOD, *,
        seeds: Sequence[int] = (0,), batch_size: int = 64, truncate: int | None = None,
        watch_every: int = 0, keep_every: int = 0, device: str = "cpu",
    ):  # fmt: skip
        _check(net, task, seeds, batch_size, truncate)
        self.net, self.task, self.method, self.seeds = net, task, method, tuple(seeds)
        self.watch_every, self.keep_every = watch_every, keep_every
        self.device = usable_device(device)
        if len(self.seeds) >= MANY:
            keep_freed_memory()
        own = [np.random.SeedSequence(seed).generate_state(2) for seed in seeds]
        self.generators = [torch.Generator().manual_seed(int(data)) for _, data in own]
        self.field = NetField(
            net, task, batch_size, self.generators, truncate=truncate, device=device
        )
        self.z = net.initial([int(weights) for weights, _ in own]).to(device)
        self.memory = method.init(self.field, self.z)
        self.taken, self.failed = 0, np.zeros(len(seeds), dtype=np.int64)
        self.log = _Log()
        self._keep()

    def advance(
        self,
        steps: int,
        *,
        progress: Callable[[int, int], None] | None = None,
        cancel: Signal | None = None,
    ) -> History:
        """Train for some steps more, and give the whole history.

        Parameters
        ----------
        progress : called with the steps done and asked for; may raise to stop: the trainer stands
            after the last whole step and can go on.
        cancel : an event; once it is set, training pauses.
        """
        if steps < 0:
            raise ValueError(f"steps = {steps!r} must be at least 0")
        cancelled, before = False, self.taken
        for done in range(steps):
            cancelled = cancel is not None and cancel.is_set()
            if cancelled or self.failed.all():
                break
            self._step()
            if progress is not None:
                progress(done + 1, steps)
        return self.history(Outcome(self.taken, before + steps, self.failed, LIMIT, cancelled))

    def history(self, outcome: Outcome | None = None) -> History:
        """What was recorded so far."""
        log, members = self.log, len(self.seeds)
        rows = np.array(log.rows).reshape(len(log.rows), 3, members)
        if outcome is None:
            outcome = Outcome(self.taken, self.taken, self.failed.copy(), LIMIT)
        return History(
            rows[:, 0],
            rows[:, 1],
            rows[:, 2],
            np.array(log.watched, dtype=int),
            np.array(log.by_step),
            np.array(log.kept, dtype=int),
            np.array(log.parameters),
            outcome,
        )

    def evaluate(self, count: int = 256, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Loss and score of each member on ``count`` unseen sequences, both ``(E,)``."""
        generator = torch.Generator().manual_seed(seed)
        x, target = self.task.batch(count, [generator], held_out=True)
        members = len(self.seeds)
        batch = type(self.field._batch())(
            x.expand(-1, members, *x.shape[2:]).to(self.device),
            target.expand(-1, members, *target.shape[2:]).to(self.device),
        )
        with torch.no_grad():
            named = self.net.named(self.z)
            outputs, _ = self.net.run(named, batch.x, read_all=self.task.reads_all)
            found = self.task.loss(outputs, batch), self.task.score(outputs, batch)
        return found[0].cpu().numpy(), found[1].cpu().numpy()

    def named(self) -> dict[str, Tensor]:
        """The named parameters of all members, ``(E, ...)``, on the processor."""
        return self.net.named(self.z.detach().cpu())

    def member(self, place: int = 0) -> dict[str, Tensor]:
        """Those of one member, ``(1, ...)``."""
        return {name: value[place : place + 1] for name, value in self.named().items()}

    # Steps.

    def _step(self) -> None:
        batch = self.field.minibatch()
        batch.watch = bool(self.watch_every) and self.taken % self.watch_every == 0
        self.z, self.memory = self.method.step(batch, self.z, self.memory)
        assert batch.seen is not None
        self.log.rows.append(np.array([_numpy(batch.seen.loss), *self._norms(batch.seen.gradient)]))
        if batch.seen.by_step is not None:
            self.log.watched.append(self.taken)
            self.log.by_step.append(_numpy(batch.seen.by_step))
        self.taken += 1
        self._notice_divergence()
        if self.keep_every and self.taken % self.keep_every == 0:
            self._keep()

    def _norms(self, gradient: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Length of the gradient before and after clipping, ``(E,)`` each."""
        before = gradient.norm(dim=0)
        rule = getattr(self.method, "step_rule", None)
        if not isinstance(rule, Clipped):
            return _numpy(before), _numpy(before)
        clipped, _ = Clipped(threshold=rule.threshold, by=rule.by).scale(gradient, ())
        return _numpy(before), _numpy(clipped.norm(dim=0))

    def _notice_divergence(self) -> None:
        outside = ~_numpy((self.z.abs() <= LIMIT).all(dim=0))
        new = outside & (self.failed == 0)
        if new.any():
            self.failed[new] = self.taken
            self.z = self.z.clone()
            self.z[:, torch.from_numpy(new).to(self.device)] = torch.nan

    def _keep(self) -> None:
        if self.keep_every:
            self.log.kept.append(self.taken)
            self.log.parameters.append(_numpy(self.z))

    # Checkpoints.

    @property
    def description(self) -> str:
        """Everything that a checkpoint must share with the trainer that goes on from it."""
        return repr((self.net, self.task, self.method, self.seeds, self.field.batch_size,
                     self.field.truncate, self.watch_every, self.keep_every))  # fmt: skip

    def save(self, path: str | Path) -> None:
        """Write parameters, memory, randomness and history to a file of plain arrays."""
        leaves = [self.z, *flatten(self.memory)]
        arrays = {f"leaf {i}": _numpy(leaf) for i, leaf in enumerate(leaves)}
        arrays |= {f"rng {i}": g.get_state().numpy() for i, g in enumerate(self.generators)}
        arrays |= {name: np.array(value) for name, value in vars(self.log).items()}
        told = json.dumps({"description": self.description, "taken": self.taken})
        arrays |= {"told": np.array(told), "failed": self.failed}
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        path = Path(path)
        beside = path.with_name(path.name + ".part")
        beside.write_bytes(buffer.getvalue())
        beside.replace(path)

    def restore(self, path: str | Path) -> None:
        """Go on from a checkpoint; nothing in it is executed.

        Raises
        ------
        ValueError
            If it is damaged, or of another net, task, rule or seed. The trainer stays as it was.
        """
        try:
            with Path(path).open("rb") as whole, np.load(whole, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            told = json.loads(str(arrays["told"]))
            description, taken = told["description"], int(told["taken"])
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError, TypeError) as error:
            raise ValueError(f"{Path(path).name} is no checkpoint: {error}") from None
        if description != self.description:
            raise ValueError(
                f"{Path(path).name} belongs to another training: {description}; "
                f"this one is {self.description}"
            )
        old = [self.z, *flatten(self.memory)]
        try:
            leaves = [
                torch.from_numpy(arrays[f"leaf {i}"]).to(leaf).reshape(leaf.shape)
                for i, leaf in enumerate(old)
            ]
            states = [torch.from_numpy(arrays[f"rng {i}"]) for i in range(len(self.generators))]
            log = _Log(**{name: list(arrays[name]) for name in vars(_Log())})
        except (KeyError, RuntimeError, TypeError) as error:
            raise ValueError(f"{Path(path).name} is damaged: {error}") from None
        self.z = leaves[0].T.contiguous().T
        self.memory = rebuild(self.memory, leaves[1:])
        for generator, state in zip(self.generators, states, strict=True):
            generator.set_state(state)
        self.taken, self.failed, self.log = taken, arrays["failed"].copy(), log


def usable_device(device: str) -> str:
    """The device, if torch can use it here.

    Raises
    ------
    ValueError
        If it cannot, listing those it can.
    """
    there = ["cpu"]
    there += ["cuda"] if torch.cuda.is_available() else []
    there += ["mps"] if torch.backends.mps.is_available() else []
    if device.partition(":")[0] not in there:
        raise ValueError(
            f"device must be one of {', '.join(there)} on this machine; got {device!r}"
        )
    return device


def _check(
    net: Net, task: Task, seeds: Sequence[int], batch_size: int, truncate: int | None
) -> None:
    if (net.cell.inputs, net.outputs) != (task.inputs, task.outputs):
        raise ValueError(
            f"a net of {net.cell.inputs} inputs and {net.outputs} outputs does not fit a task of "
            f"{task.inputs} and {task.outputs}"
        )
    if not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds = {tuple(seeds)} must be at least one, and each another")
    for name, value in (("batch_size", batch_size), ("truncate", truncate)):
        if value is not None and value < 1:
            raise ValueError(f"{name} = {value!r} must be at least 1")


def _numpy(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()
