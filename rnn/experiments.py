"""Which cell learns which task at which length: experiments over many seeds at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dynamics.methods import Simultaneous
from dynamics.step_rules import Adam, Clipped
from rnn.cells import GRU, LSTM, Cell, Elman
from rnn.net import Net
from rnn.tasks import Adding, Copying, Task, TemporalOrder
from rnn.training import History, Trainer

SOLVED: dict[type[Task], float] = {Adding: 0.01, TemporalOrder: 0.1}
"""Task -> loss below which it is solved; for copying, a quarter of the baseline."""

VARIANTS: dict[str, Callable[[int, int, int], Cell]] = {
    "tanh": lambda D, H, T: Elman(D, H),
    "orthogonal tanh": lambda D, H, T: Elman(D, H, weights="orthogonal"),
    "identity ReLU": lambda D, H, T: Elman(D, H, activation="relu", weights="identity"),
    "LSTM": lambda D, H, T: LSTM(D, H),
    "LSTM with bias 1": lambda D, H, T: LSTM(D, H, forget_bias=1.0),
    "chrono LSTM": lambda D, H, T: LSTM(D, H, chrono=float(max(T, 3))),
    "GRU": lambda D, H, T: GRU(D, H),
}
"""Name -> cell from inputs, hidden size and length of the task."""


@dataclass(frozen=True)
class Experiment:
    """A cell on a task.

    Attributes
    ----------
    variant : a name of ``VARIANTS``.
    task : the task.
    hidden, lr, steps : units, Adam's step size, training steps; clipped at 1, batches of 64.
    """

    variant: str
    task: Task
    hidden: int = 32
    lr: float = 0.01
    steps: int = 1000

    @property
    def cell(self) -> Cell:
        """The cell in question."""
        length = getattr(self.task, "steps", 1)
        return VARIANTS[self.variant](self.task.inputs, self.hidden, length)

    @property
    def level(self) -> float:
        """The loss below which the task counts as solved."""
        baseline = next(iter(self.task.baselines.values()))
        return SOLVED.get(type(self.task), baseline / 4)

    def trainer(self, seeds: Sequence[int], watch_every: int = 0, device: str = "cpu") -> Trainer:
        """Its training over seeds, as one batched net."""
        net = Net(self.cell, self.task.outputs)
        method = Simultaneous(self.lr, Clipped(Adam(), 1.0))
        return Trainer(net, self.task, method, seeds=seeds, watch_every=watch_every, device=device)


@dataclass(frozen=True, eq=False)
class Finding:
    """What an experiment found.

    Attributes
    ----------
    solved_at : the step at which each seed had solved the task; NaN if it did not, ``(E,)``.
    loss, score : on unseen sequences at the end, ``(E,)``.
    """

    experiment: Experiment
    history: History
    solved_at: np.ndarray
    loss: np.ndarray
    score: np.ndarray

    def __str__(self) -> str:
        solved = np.isfinite(self.solved_at)
        said = f"{self.experiment.variant}: {solved.sum()} of {len(solved)} seeds solved it"
        if solved.any():
            said += f", after {np.nanmedian(self.solved_at):,.0f} steps (median)"
        return f"{said}; loss at the end {np.median(self.loss):.3g}"


def conduct(
    experiment: Experiment,
    seeds: Sequence[int],
    *,
    progress: Callable[[int, int], None] | None = None,
    watch_every: int = 0,
    patience: int = 50,
    device: str = "cpu",
) -> Finding:
    """Train all seeds until each has solved the task or the steps are over.

    Parameters
    ----------
    patience : whether all have solved it is looked at after so many steps.
    """
    trainer = experiment.trainer(seeds, watch_every, device)
    history, solved = trainer.history(), np.full(len(seeds), np.nan)
    while trainer.taken < experiment.steps and not np.isfinite(solved).all():
        history = trainer.advance(min(patience, experiment.steps - trainer.taken))
        solved = history.first_below(experiment.level)
        if progress is not None:
            progress(trainer.taken, experiment.steps)
        if history.outcome.diverged.all():
            break
    return Finding(experiment, history, solved, *trainer.evaluate())


TABLE: tuple[Experiment, ...] = (
    Experiment("GRU", Adding(50)),
    Experiment("LSTM", Adding(50), steps=1500),
    Experiment("chrono LSTM", Adding(50), steps=1500),
    Experiment("identity ReLU", Adding(50), hidden=64, lr=1e-3, steps=5000),
    Experiment("tanh", Adding(50), lr=1e-3, steps=3000),
    Experiment("GRU", Adding(100)),
    Experiment("LSTM", Adding(100), steps=1500),
    Experiment("chrono LSTM", Adding(100), steps=1500),
    Experiment("tanh", Adding(100), lr=1e-3, steps=2000),
    Experiment("tanh", TemporalOrder(50), hidden=50, lr=1e-3, steps=4000),
    Experiment("orthogonal tanh", TemporalOrder(50), hidden=50, lr=1e-3, steps=2000),
    Experiment("LSTM", TemporalOrder(50), lr=1e-3, steps=3000),
    Experiment("LSTM with bias 1", TemporalOrder(50), lr=1e-3, steps=3000),
    Experiment("chrono LSTM", TemporalOrder(50), lr=1e-3, steps=3000),
    Experiment("GRU", TemporalOrder(50), lr=1e-3, steps=3000),
    Experiment("LSTM", TemporalOrder(100), lr=1e-3, steps=2000),
    Experiment("LSTM with bias 1", TemporalOrder(100), lr=1e-3, steps=2000),
    Experiment("chrono LSTM", TemporalOrder(100), lr=1e-3, steps=2000),
    Experiment("GRU", TemporalOrder(100), lr=1e-3, steps=2000),
    Experiment("orthogonal tanh", TemporalOrder(100), hidden=50, lr=1e-3, steps=2000),
    Experiment("tanh", Copying(20, 5), hidden=50, lr=1e-3, steps=3000),
    Experiment("orthogonal tanh", Copying(20, 5), hidden=50, lr=1e-3, steps=3000),
    Experiment("GRU", Copying(20, 5), lr=0.01, steps=2000),
    Experiment("chrono LSTM", Copying(20, 5), lr=0.01, steps=2000),
)
"""The experiments of the lesson on long memory; ``python -m rnn.experiments`` runs them."""


def main() -> None:
    """Run the table over five seeds and print what was found."""
    import sys
    import time

    for experiment in TABLE:
        began = time.perf_counter()
        found = conduct(experiment, range(5))
        extra = f", {found.score.mean():.0%} right" if experiment.task.classifies else ""
        seconds = time.perf_counter() - began
        sys.stdout.write(
            f"{experiment.task}, H={experiment.hidden}: {found}{extra} [{seconds:.0f} s]\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
