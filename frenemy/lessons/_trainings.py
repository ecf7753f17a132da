"""What lessons that train recurrent nets share: rules by name, learning curves, coloured text."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dynamics.methods import Method, Simultaneous
from dynamics.step_rules import Adam, Clipped, Momentum, Plain, RMSProp, StepRule
from frenemy.figures import Axis, Band, HorizontalLine, Line, Mark, Panel, Text, series
from frenemy.lessons._lesson import Progress

if TYPE_CHECKING:
    from rnn.tasks import Task
    from rnn.training import Trainer


@dataclass(frozen=True)
class Asked:
    """A training that is asked for; those with the same knobs are the same, whoever is told.

    A lesson caches what it trains by this, with those knobs left out that do not touch the net.
    """

    knobs: Any
    progress: Progress | None = field(default=None, compare=False)


OPTIMISERS: dict[str, Callable[[], StepRule]] = {
    "Adam": Adam, "RMSprop": RMSProp, "SGD": Plain, "momentum": Momentum,
}  # fmt: skip
CELLS = ("tanh", "orthogonal tanh", "identity ReLU", "LSTM", "LSTM with bias 1",
         "chrono LSTM", "GRU")  # fmt: skip
"""Cells of the lessons; :data:`rnn.experiments.VARIANTS` builds them."""
DEVICES = ("cpu", "cuda", "mps")
WIDEST = 62
"""Letters in a line of coloured text."""


def method(optimiser: str, lr: float, clip: float | None = None) -> Method:
    """Plain descent along the gradient with a step rule, clipped by norm if wanted."""
    rule = OPTIMISERS[optimiser]()
    return Simultaneous(lr, rule if clip is None else Clipped(rule, clip))


def trainer(
    task: Task, cell: str, hidden: int, rule: Method, *, seeds: range, batch: int,
    device: str = "cpu", truncate: int | None = None, watch_every: int = 0,
) -> Trainer:  # fmt: skip
    """A training of a cell by its name."""
    from rnn.experiments import VARIANTS
    from rnn.net import Net
    from rnn.training import Trainer

    length = getattr(task, "steps", 3)
    net = Net(VARIANTS[cell](task.inputs, hidden, length), task.outputs)
    return Trainer(
        net, task, rule, seeds=list(seeds), batch_size=batch, truncate=truncate,
        watch_every=watch_every, device=device,
    )  # fmt: skip


def telling(progress: Progress | None, before: int, total: int, what: str) -> Callable[..., None]:
    """Progress of one training among several: counts from ``before`` on."""

    def tell(done: int, _: int) -> None:
        if progress is not None:
            progress(before + done, total, what)

    return tell


def smoothed(values: np.ndarray, over: int) -> np.ndarray:
    """The running mean over so many steps along the first axis; shorter at the beginning."""
    sums = np.cumsum(np.vstack([np.zeros((1, *values.shape[1:])), values]), axis=0)
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - over, 0)
    counts = (ends - starts).reshape(-1, *[1] * (values.ndim - 1))
    return (sums[ends] - sums[starts]) / counts


def learning_curves(
    losses: Mapping[str, np.ndarray], baselines: Mapping[str, float], *, label: str,
    over: int = 20, log: bool = True,
) -> Panel:  # fmt: skip
    """Median and range over seeds of each training's loss ``(S, E)``, and the baselines."""
    marks: list[Mark] = []
    for index, (name, values) in enumerate(losses.items()):
        smooth = smoothed(values, over)
        known = np.isfinite(smooth).all(axis=1)
        steps = np.arange(1, len(smooth) + 1, dtype=float)[known]
        look = series(index)
        if smooth.shape[1] > 1 and known.any():
            low, high = smooth[known].min(axis=1), smooth[known].max(axis=1)
            marks.append(Band(steps, low, high, color=look["color"]))
        marks.append(Line(steps, np.median(smooth[known], axis=1), label=name, width=1.6, **look))
    marks += baseline_lines(baselines)
    return Panel(marks, x=Axis("training step"), y=Axis(label, scale="log" if log else "linear"))


def baseline_lines(levels: Mapping[str, float]) -> list[Mark]:
    """A broken line for each baseline, each broken in another way."""
    dashes = itertools.cycle(("dash", "dot", "dashdot"))
    return [
        HorizontalLine(level, color="prediction", dash=dash, width=0.9, label=name)
        for (name, level), dash in zip(levels.items(), dashes, strict=False)
    ]


def coloured_lines(
    text: str, colors: list[str], *, width: int = WIDEST, first_line: float = 0.0
) -> list[Mark]:
    """Letters one by one in the colours of some roles, ``width`` of them to a line."""
    at = np.arange(len(text))
    x, y = (at % width).astype(float), -(at // width) - first_line
    shown = [_visible(letter) for letter in text]
    marks: list[Mark] = []
    for color in dict.fromkeys(colors):
        own = np.array([c == color for c in colors])
        letters = [letter for letter, mine in zip(shown, own, strict=True) if mine]
        marks.append(Text(x[own], y[own].astype(float), letters, color=color, size=0.85))
    return marks


def _visible(letter: str) -> str:
    """A letter as it can be shown, one by one, where a dollar would begin mathematics."""
    return {"\n": "↵", "$": "＄", " ": " ", "\t": "→"}.get(letter, letter)
