"""Sequence classification: a digit, read row by row, named at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.figures import (
    Axis,
    Figure,
    HeatMap,
    Images,
    Line,
    Mark,
    Panel,
    series,
)
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread
from frenemy.lessons._trainings import CELLS, DEVICES, learning_curves, method, telling, trainer

if TYPE_CHECKING:
    from rnn.training import History

STORY = r"""
**The slide.** One label for a whole sequence: the net reads to the end, and only its last hidden
state is asked. The gradient enters at the last step alone, so everything the first step could teach
must come back through all of them.

**Here** a handwritten digit of 8 × 8 pixels is read a row at a time, from the top: eight steps of
eight numbers. With *by pixel* it is 64 steps of one number each, and the same task becomes a test
of memory: watch which cells still learn.

**What to beat.** Guessing is right in 10 %, at $\ln 10 = 2.303$ nats. A classifier that sees all
pixels at once and is linear gets about 95 % of these digits; 297 of them are never trained on.

**Evidence over time.** After every row the net can be asked what it would answer by now. Its belief
moves as rows come in: some digits are clear after five, a 3 and a 9 only at the end.
"""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    cell: str = knob("GRU", label="cell", choices=CELLS, help="of the recurrent net")
    by_pixel: bool = knob(False, label="by pixel", help="64 steps of one pixel, not 8 of a row")
    hidden: int = knob(32, label="hidden units", low=4, high=128)
    lr: float = knob(0.01, label="step size of Adam", low=1e-4, high=0.1, log=True)
    steps: int = knob(600, label="training steps", low=20, high=3000)
    seeds: int = knob(3, label="seeds", low=1, high=8, help="trained at once")
    shown: int = knob(0, label="digit shown", low=0, high=296, help="of the unseen ones")
    seed: int = knob(0, label="first seed", low=0, high=10_000)
    device: str = knob("cpu", label="device", choices=DEVICES, help="that trains")


@dataclass(frozen=True, eq=False)
class Result:
    """A training and what it answers to unseen digits.

    Attributes
    ----------
    counts : unseen digits by true and predicted label, of the first seed, ``(10, 10)``.
    accuracy : of each seed, ``(E,)``; linear : of a linear classifier that sees all pixels.
    image, label : the digit shown; belief : what the net would say after each step, ``(T, 10)``.
    """

    knobs: Knobs
    history: History
    counts: np.ndarray
    accuracy: np.ndarray
    linear: float
    image: np.ndarray
    label: int
    belief: np.ndarray


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train over the seeds, and ask for every unseen digit."""
    import torch

    from rnn.tasks import DigitRows

    task = DigitRows(knobs.by_pixel)
    run = trainer(
        task, knobs.cell, knobs.hidden, method("Adam", knobs.lr, 1.0),
        seeds=range(knobs.seed, knobs.seed + knobs.seeds), batch=64, device=knobs.device,
    )  # fmt: skip
    history = run.advance(knobs.steps, progress=telling(progress, 0, knobs.steps, "training"))
    images, labels = task.held_out()
    x = task.sequences(images)[:, None].expand(-1, knobs.seeds, -1, -1)
    with torch.no_grad():
        named = run.named()
        logits, states = run.net.run(named, x, read_all=False)
        belief = run.net.read(named, states[1:])[:, 0, knobs.shown].softmax(dim=-1)
    answers = logits[0].argmax(dim=-1)
    counts = np.zeros((10, 10))
    np.add.at(counts, (labels.numpy(), answers[0].numpy()), 1.0)
    return Result(
        knobs, history, counts, (answers == labels).float().mean(dim=1).numpy(), _linear(),
        images[knobs.shown].numpy(), int(labels[knobs.shown]), belief.numpy(),
    )  # fmt: skip


def _linear() -> float:
    """A linear classifier of all pixels at once, trained and tested on the same digits."""
    from sklearn.linear_model import RidgeClassifier

    from rnn.tasks.digits import HELD_OUT, _digits

    images, labels = _digits()
    flat = images.flatten(1).numpy()
    model = RidgeClassifier().fit(flat[HELD_OUT:], labels[HELD_OUT:])
    return float(model.score(flat[:HELD_OUT], labels[:HELD_OUT]))


def facts(result: Result) -> dict[str, Any]:
    """Accuracies with their spread, baselines, and the digit shown."""
    accuracy = result.accuracy
    worst = _most_confused(result.counts)
    return {
        "loss at the start, nats (predicted: ln 10)": Compared(
            float(np.log(10)), float(result.history.loss[0].mean())
        ),
        "right on unseen digits, median": f"{np.median(accuracy):.1%}",
        "over the seeds": f"{accuracy.min():.1%} to {accuracy.max():.1%} of {len(accuracy)}",
        "a linear classifier of all pixels": f"{result.linear:.1%}",
        "guessing": "10 %",
        "most confused": worst,
        "the digit shown": f"a {result.label}; the net says {result.belief[-1].argmax()} "
        f"with {result.belief[-1].max():.0%}",
        "outcome": str(result.history.outcome),
    }


def _most_confused(counts: np.ndarray) -> str:
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return "none"
    true, said = np.unravel_index(wrong.argmax(), wrong.shape)
    return f"{true} taken for {said}, {int(wrong.max())} times"


def confusion(result: Result) -> Figure:
    """True against predicted labels."""
    at = np.arange(10.0)
    names = [str(digit) for digit in range(10)]
    share = result.counts / np.maximum(result.counts.sum(axis=1, keepdims=True), 1)
    texts = [[f"{int(n)}" if n else "" for n in row] for row in result.counts[::-1]]
    heat = HeatMap(at, at, share[::-1], limits=(0.0, 1.0), show_scale=False, texts=texts)
    panel = Panel(
        [heat],
        x=Axis.of_categories(names, "predicted"),
        y=Axis.of_categories(names[::-1], "true"),
    )
    right = np.trace(result.counts) / result.counts.sum()
    return Figure([panel], title=f"297 unseen digits, {right:.1%} right (first seed)")


def evidence(result: Result) -> Figure:
    """What the net would answer after each step."""
    T = len(result.belief)
    steps = np.arange(1, T + 1, dtype=float)
    likely = np.argsort(-result.belief.max(axis=0))[:4]
    marks: list[Mark] = [
        Line(steps, result.belief[:, digit], label=f"a {digit}", width=1.8, **series(index))
        for index, digit in enumerate(sorted(likely.tolist()))
    ]
    what = "pixel" if T == 64 else "row"
    belief = Panel(marks, x=Axis(f"{what}s read"), y=Axis("belief", range=(0.0, 1.02)))
    image = Panel(
        [Images(-result.image[None], limits=(-1.0, 0.0))],
        x=Axis(hidden=True), y=Axis(hidden=True), equal_aspect=True, title=f"a {result.label}",
    )  # fmt: skip
    return Figure([image, belief], title=f"Belief, {what} by {what}")


def loss(result: Result) -> Figure:
    """The loss over the seeds."""
    panel = learning_curves(
        {result.knobs.cell: result.history.loss}, {"guessing": float(np.log(10))}, label="nats"
    )
    return Figure([panel], title="Learning to name digits")


def by_seed(result: Result) -> Figure:
    """The accuracy of each seed, beside the linear classifier."""
    from frenemy.figures import Bars, HorizontalLine

    names = [str(result.knobs.seed + i) for i in range(len(result.accuracy))]
    panel = Panel(
        [
            Bars(np.arange(float(len(names))), result.accuracy.astype(float)),
            HorizontalLine(result.linear, color="prediction", dash="dash",
                           label="linear, all pixels at once"),
            HorizontalLine(0.1, color="muted", dash="dot", label="guessing"),
        ],
        x=Axis.of_categories(names, "seed"),
        y=Axis("right on unseen digits", range=(0.0, 1.05)),
    )  # fmt: skip
    return Figure([panel], title=f"{result.knobs.cell}: every seed")


DEFAULT = Knobs()
LESSON = Lesson(
    name="sequence-classification",
    title="Naming a digit read row by row",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={"confusion": confusion, "evidence": evidence, "loss": loss, "seeds": by_seed},
    presets={
        "by rows": DEFAULT,
        "a quick look": replace(DEFAULT, steps=150, seeds=1),
        "tanh by rows": replace(DEFAULT, cell="tanh", lr=0.003),
        "by pixel, GRU": replace(DEFAULT, by_pixel=True, steps=600, seeds=1),
        "by pixel, tanh": replace(DEFAULT, by_pixel=True, cell="tanh", lr=0.003, seeds=1),
        "by pixel, chrono LSTM": replace(DEFAULT, by_pixel=True, cell="chrono LSTM", seeds=1),
    },
    references=("le2015", "tallec2018"),
    slides=("Sequence classification",),
    takes="about ten seconds on two cores",
)
