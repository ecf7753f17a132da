"""Sequence tagging: every letter of Python source gets the kind of token it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.figures import (
    Axis,
    Bars,
    Figure,
    HeatMap,
    HorizontalLine,
    Mark,
    Panel,
    Text,
    series,
)
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread
from frenemy.lessons._trainings import (
    CELLS,
    DEVICES,
    Asked,
    coloured_lines,
    learning_curves,
    method,
    telling,
    trainer,
)

if TYPE_CHECKING:
    from rnn.training import History, Trainer

STORY = r"""
**The slide.** Tagging gives each element of a sequence a label: part of speech for words, here the
kind of token for letters of source code. One output at every step, from the hidden state that has
read everything so far.

**Real labels.** The labels come from Python's own tokenizer, run over modules of its standard
library; the last module is never trained on. A model without memory can only say how often each
letter bears each label. It cannot know whether `#` begins a comment or stands in a string, or
whether a letter is inside of quotes. That needs a state.

**What is measured.** The share of letters that are tagged rightly, beside that of the best model
without memory; for each kind its precision (how many of those it names are right) and recall (how
many of those there are it finds). A line is shown in colour: letters that are wrong bear a mark. A
net that reads from left to right cannot know that `def` will be a keyword before it has read `f`:
the first letters of words stay uncertain.
"""
COLORS = ("second", "ink", "fourth", "third", "muted", "first", "faint")
"""Of the tags, in their order."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    cell: str = knob("GRU", label="cell", choices=CELLS, help="of the recurrent net")
    hidden: int = knob(48, label="hidden units", low=4, high=128)
    lr: float = knob(0.01, label="step size of Adam", low=1e-4, high=0.1, log=True)
    steps: int = knob(400, label="training steps", low=20, high=3000)
    seeds: int = knob(1, label="seeds", low=1, high=5, help="trained at once")
    line: str = knob('total = total + 42  # a "count"', label="a line to tag")
    seed: int = knob(0, label="first seed", low=0, high=10_000)
    device: str = knob("cpu", label="device", choices=DEVICES, help="that trains")


@dataclass(frozen=True, eq=False)
class Result:
    """A training and what it tags.

    Attributes
    ----------
    counts : held-out letters by true and predicted tag, ``(7, 7)``, of the first seed.
    memoryless : share that the best model without memory gets right.
    baselines : its loss, and that of guessing by frequency, nats.
    true, predicted : tags of the line, letter by letter; true is empty if it is no Python.
    """

    knobs: Knobs
    history: History
    tags: tuple[str, ...]
    counts: np.ndarray
    memoryless: float
    baselines: dict[str, float]
    predicted: np.ndarray
    true: np.ndarray

    @property
    def accuracy(self) -> float:
        """Share of held-out letters that are tagged rightly."""
        return float(np.trace(self.counts) / self.counts.sum())


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train, tag the held-out module, tag the line.

    Raises
    ------
    ValueError
        If the line is empty.
    """
    from rnn.tasks import TAGS, Tagging, tags_of

    if not knobs.line:
        raise ValueError("line must hold at least one letter of Python, such as x = 1")
    trained, history, counts = _trained(Asked(replace(knobs, line=""), progress))
    task = trained.task
    assert isinstance(task, Tagging)
    try:
        true = tags_of(knobs.line)
    except ValueError:
        true = np.empty(0, dtype=int)
    return Result(
        knobs, history, TAGS, counts, _memoryless(task), dict(task.baselines),
        _tagged(trained, task.encoded(knobs.line)), true,
    )  # fmt: skip


@lru_cache(maxsize=4)
def _trained(asked: Asked) -> tuple[Trainer, History, np.ndarray]:
    """A net, how it was trained, and held-out letters by true and predicted tag.

    The line does not matter to it: another one is tagged at once.
    """
    from rnn.tasks import TAGS, Tagging

    knobs, task = asked.knobs, Tagging()
    run = trainer(
        task, knobs.cell, knobs.hidden, method("Adam", knobs.lr, 1.0),
        seeds=range(knobs.seed, knobs.seed + knobs.seeds), batch=24, device=knobs.device,
    )  # fmt: skip
    tell = telling(asked.progress, 0, knobs.steps, "training")
    history = run.advance(knobs.steps, progress=tell)
    codes, right = task._part(True)
    answered = _tagged(run, codes)
    counts = np.zeros((len(TAGS), len(TAGS)))
    np.add.at(counts, (right.numpy(), answered), 1.0)
    counts.flags.writeable = False
    return run, history, counts


def _tagged(run: Trainer, codes: Any) -> np.ndarray:
    """The tags of a text, by the first seed's net, in windows that overlap by half."""
    import torch

    from rnn.tasks._task import one_hot

    steps, own = 60, run.member()
    half = steps // 2
    padded = torch.cat([codes.new_zeros(half), codes, codes.new_zeros(steps)])
    starts = torch.arange(0, len(codes), half)
    windows = padded[starts + torch.arange(steps)[:, None]]
    with torch.no_grad():
        logits, _ = run.net.run(own, one_hot(windows, run.task.inputs)[:, None], read_all=True)
    later = logits[half:, 0].argmax(dim=-1)
    tags: np.ndarray = later.T.reshape(-1)[: len(codes)].numpy()
    if len(codes) <= half:
        whole = one_hot(codes[:, None, None], run.task.inputs)
        with torch.no_grad():
            tags = run.net.run(own, whole, read_all=True)[0][:, 0, 0].argmax(dim=-1).numpy()
    return tags


def _memoryless(task: Any) -> float:
    """How many letters the most frequent tag of each letter gets right on unseen code."""
    (codes, tags), (unseen, right) = task._part(False), task._part(True)
    counts = np.zeros((task.inputs, task.outputs))
    np.add.at(counts, (codes.numpy(), tags.numpy()), 1.0)
    return float((counts.argmax(axis=1)[unseen.numpy()] == right.numpy()).mean())


def scores(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall of each class from a table of true and predicted; NaN without any."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.diag(counts) / counts.sum(axis=0), np.diag(counts) / counts.sum(axis=1)


def facts(result: Result) -> dict[str, Any]:
    """Accuracy beside the best without memory, and the scores of each kind."""
    precision, recall = scores(result.counts)
    stated: dict[str, Any] = {
        "loss at the start, nats (predicted: ln 7)": Compared(
            float(np.log(len(result.tags))), float(result.history.loss[0].mean())
        ),
        "right on unseen code": f"{result.accuracy:.1%}",
        "right without memory": f"{result.memoryless:.1%}",
        "loss without memory, nats": f"{result.baselines['each character for itself']:.3f}",
        "loss at the end, nats": f"{np.median(result.history.loss[-20:]):.3f}",
        "outcome": str(result.history.outcome),
    }
    for tag, p, r in zip(result.tags, precision, recall, strict=True):
        stated[f"{tag}: precision, recall"] = f"{p:.1%}, {r:.1%}"
    return stated


def line(result: Result) -> Figure:
    """The line in the colours of its predicted tags; below it what Python's tokenizer says."""
    text = result.knobs.line[:56]
    rows: list[Mark] = [Text.at(-0.8, 1.0, "the net says", align="right", color="muted")]
    rows += coloured_lines(text, [COLORS[tag] for tag in result.predicted[: len(text)]])
    if result.true.size:
        rows.append(Text.at(-0.8, -1.0, "Python says", align="right", color="muted"))
        rows += coloured_lines(
            text, [COLORS[tag] for tag in result.true[: len(text)]], first_line=2.0
        )
        wrong = np.flatnonzero(result.predicted[: len(text)] != result.true[: len(text)])
        if wrong.size:
            rows.append(Text(wrong.astype(float), np.full(wrong.size, -0.55), ["^"] * wrong.size,
                             color="unstable"))  # fmt: skip
    names = [tag for tag in result.tags if tag != "space"]
    places = np.arange(len(names)) * 9.0
    colors = [COLORS[result.tags.index(tag)] for tag in names]
    for x, name, color in zip(places, names, colors, strict=True):
        rows.append(Text.at(x, -4.0, name, align="right", color=color, size=1.1))
    panel = Panel(
        rows, x=Axis(hidden=True, range=(-1.5, max(len(text) + 1.0, 56.0))),
        y=Axis(hidden=True, range=(-5.0, 2.0)), legend=False,
    )  # fmt: skip
    return Figure([panel], title="A line, tagged letter by letter", caption="^ where they differ")


def confusion(result: Result) -> Figure:
    """True against predicted tags of the held-out module."""
    share = result.counts / np.maximum(result.counts.sum(axis=1, keepdims=True), 1)
    at = np.arange(len(result.tags), dtype=float)
    heat = HeatMap(
        at, at, share[::-1], limits=(0.0, 1.0), show_scale=False,
        texts=[[f"{100 * value:.0f}" for value in row] for row in share[::-1]],
    )  # fmt: skip
    panel = Panel(
        [heat],
        x=Axis.of_categories(result.tags, "predicted"),
        y=Axis.of_categories(result.tags[::-1], "true"),
    )
    title = f"{result.accuracy:.1%} right on unseen code; in each row per cent of the true tag"
    return Figure([panel], title=title)


def each(result: Result) -> Figure:
    """Precision and recall of each kind."""
    at = np.arange(len(result.tags), dtype=float)
    precision, recall = (np.nan_to_num(values) for values in scores(result.counts))
    marks: list[Mark] = [
        Bars(at - 0.2, precision, width=0.38, label="precision", color=series(0)["color"]),
        Bars(at + 0.2, recall, width=0.38, label="recall", color=series(1)["color"]),
        HorizontalLine(result.memoryless, color="prediction", dash="dash",
                       label="right without memory, all kinds"),
    ]  # fmt: skip
    panel = Panel(marks, x=Axis.of_categories(result.tags), y=Axis("share", range=(0.0, 1.05)))
    return Figure([panel], title="How well each kind is found")


def loss(result: Result) -> Figure:
    """The loss, beside that of the models without memory."""
    panel = learning_curves(
        {result.knobs.cell: result.history.loss}, result.baselines, label="nats per letter"
    )
    return Figure([panel], title="Learning to tag")


DEFAULT = Knobs()
LESSON = Lesson(
    name="tagging",
    title="Tagging every letter of a program",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={"line": line, "confusion": confusion, "scores": each, "loss": loss},
    presets={
        "half a minute": DEFAULT,
        "a quick look": replace(DEFAULT, steps=100),
        "tanh": replace(DEFAULT, cell="orthogonal tanh", lr=0.003, steps=800),
        "LSTM, longer": replace(DEFAULT, cell="LSTM with bias 1", steps=1000),
        "a tricky line": replace(DEFAULT, line="x = '# no' # yes, def 3"),
    },
    references=("elman1990", "cho2014"),
    slides=("Sequence tagging",),
    takes="about a quarter of a minute on two cores",
)
