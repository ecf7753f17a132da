"""Time-series prediction: one step ahead, and freely on from the net's own answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.figures import (
    Axis,
    Band,
    Bars,
    Figure,
    Line,
    Mark,
    Panel,
    VerticalLine,
    series,
)
from frenemy.lessons._files import own_series
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread
from frenemy.lessons._trainings import CELLS, DEVICES, learning_curves, method, telling, trainer

if TYPE_CHECKING:
    from rnn.tasks import Forecast
    from rnn.training import History, Trainer

STORY = r"""
**The slide.** A recurrent net reads a series and predicts its next value. Two questions are often
mixed up. **One step ahead**: the true past is known at every step. **Free run**: the net reads its
own answers, and errors feed on themselves.

**What to beat.** The naive forecast says the last value again. An autoregression of order $p$,
$\hat x_{t+1} = c + \sum_i a_i x_{t+1-i}$, is fitted in a millisecond by least squares, and on
smooth series it is hard to beat. A forecast that does not show these two beside it shows nothing.

**The series** are real: an electrocardiogram (1,024 samples at 360 Hz) and the sea-surface
temperature of the Pacific (264 quarters). The last quarter of each is never trained on. Values are
scaled by mean and deviation of the training part, so an error of 1 is that of answering the mean.
"""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    series: str = knob(
        "ECG",
        label="series",
        choices=("ECG", "sea-surface temperature", "your own"),
        help="what is forecast",
    )
    file: str = knob("", kind="file", label="your own CSV", help="path of a file on the machine "
                     "that runs this; its first column of numbers is read")  # fmt: skip
    cell: str = knob("GRU", label="cell", choices=CELLS, help="of the recurrent net")
    hidden: int = knob(24, label="hidden units", low=2, high=128)
    lr: float = knob(0.01, label="step size of Adam", low=1e-4, high=0.1, log=True)
    steps: int = knob(400, label="training steps", low=20, high=3000)
    window: int = knob(40, label="window", low=5, high=120, help="steps of a training sequence")
    order: int = knob(8, label="order of the autoregression", low=1, high=24)
    free: int = knob(60, label="free run, steps", low=5, high=200)
    seeds: int = knob(3, label="seeds", low=1, high=8, help="trained at once")
    seed: int = knob(0, label="first seed", low=0, high=10_000)
    device: str = knob("cpu", label="device", choices=DEVICES, help="that trains")


@dataclass(frozen=True, eq=False)
class Result:
    """A training, and forecasts of the part that it never saw.

    Attributes
    ----------
    held_out : the unseen values, scaled, ``(n,)``.
    one_step : forecasts of each of them but the first, by seed, ``(n - 1, E)``.
    start : where the free run begins; free : it, by seed, ``(m, E)``.
    linear : the autoregression's free run, ``(m,)``. Freely, the naive forecast stays at the last
        known value.
    errors : one-step mean squared error of each seed, ``(E,)``; baselines : name -> error.
    """

    knobs: Knobs
    history: History
    held_out: np.ndarray
    one_step: np.ndarray
    start: int
    free: np.ndarray
    linear: np.ndarray
    errors: np.ndarray
    baselines: dict[str, float]

    @property
    def naive(self) -> np.ndarray:
        """The last value that was known, again and again, ``(m,)``."""
        return np.full(len(self.free), self.held_out[self.start - 1])

    @property
    def truth(self) -> np.ndarray:
        """The values that the free run should have had, ``(m,)``."""
        return self.held_out[self.start : self.start + len(self.free)]


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train, forecast the unseen part step by step, and let the net run freely.

    Raises
    ------
    ValueError
        If the series cannot be read or is too short for these windows.
    """
    from rnn.tasks import Forecast

    task = Forecast(_values(knobs), knobs.window, knobs.order)
    run = trainer(
        task, knobs.cell, knobs.hidden, method("Adam", knobs.lr, 1.0),
        seeds=range(knobs.seed, knobs.seed + knobs.seeds), batch=32, device=knobs.device,
    )  # fmt: skip
    history = run.advance(knobs.steps, progress=telling(progress, 0, knobs.steps, "training"))
    unseen = task.scaled[task.cut :]
    one_step, free, start = _forecasts(run, unseen, knobs.free, knobs.window)
    errors = ((one_step - unseen[1:, None]) ** 2).mean(axis=0)
    linear = task.continued(task.scaled[: task.cut + start], len(free))
    return Result(knobs, history, unseen, one_step, start, free, linear, errors, _baselines(task))


def _values(knobs: Knobs) -> np.ndarray:
    from rnn.series import series as recorded

    if knobs.series == "your own":
        return own_series(knobs.file)
    return recorded("ecg" if knobs.series == "ECG" else "nino")


def _baselines(task: Forecast) -> dict[str, float]:
    return dict(task.baselines)


def _forecasts(
    run: Trainer, unseen: np.ndarray, count: int, window: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """One step ahead over the whole unseen part; then freely from one window in."""
    import torch

    named, net = run.named(), run.net
    members = len(run.seeds)
    known = torch.from_numpy(unseen).float()
    x = known[:, None, None, None].expand(-1, members, 1, 1)
    with torch.no_grad():
        answers, states = net.run(named, x[:-1], read_all=True)
        start = min(window, len(unseen) - 2)
        state, value, written = states[start], answers[start - 1], []
        for _ in range(min(count, len(unseen) - start)):
            written.append(value[:, 0, 0].numpy().copy())
            state = net.cell.step(named, net.cell.drive(named, value[None])[0], state)
            value = net.read(named, [state])[0]
    return answers[..., 0, 0].double().numpy(), np.array(written, dtype=float), start


def facts(result: Result) -> dict[str, Any]:
    """Errors of one step and of the free run, beside the baselines."""
    base = result.baselines
    best = next(iter(base))
    truth = result.truth
    stated: dict[str, Any] = {
        "mean square of the unseen part (the error of answering the mean)": Compared(
            base["the mean"], float((result.held_out**2).mean())
        ),
        "one step ahead: error, median of seeds": f"{np.median(result.errors):.4g}",
        "over the seeds": f"{result.errors.min():.4g} to {result.errors.max():.4g}",
    }
    for name, error in base.items():
        stated[f"one step ahead: {name}"] = f"{error:.4g}"
    net = ((result.free - truth[:, None]) ** 2).mean(axis=0)
    stated[f"free run of {len(truth)} steps: error, median"] = f"{np.median(net):.4g}"
    stated["free run: autoregression"] = f"{((result.linear - truth) ** 2).mean():.4g}"
    stated["free run: the last value again"] = f"{((result.naive - truth) ** 2).mean():.4g}"
    ratio = np.median(result.errors) / base[best]
    better = "beats" if ratio < 1 else "does not beat"
    stated["verdict"] = f"one step ahead the net {better} the {best} (ratio {ratio:.2f})"
    stated["outcome"] = str(result.history.outcome)
    return stated


def one_step(result: Result) -> Figure:
    """The unseen part, and what was forecast one step before."""
    n = len(result.held_out)
    at = np.arange(n, dtype=float)
    median = np.median(result.one_step, axis=1)
    marks: list[Mark] = [
        Line(at, result.held_out, label="true", color="ink", width=1.2),
        Line(at[1:], median, label="forecast one step before", width=1.2, dash="dash", **_look(1)),
    ]
    above = Panel(marks, x=Axis("unseen step"), y=Axis("scaled value"))
    rest = Panel(
        [Line(at[1:], median - result.held_out[1:], width=1.0, label="error", **_look(0))],
        x=Axis("unseen step"),
        y=Axis("error"),
        legend=False,
    )
    return Figure([above, rest], columns=1, title=f"{result.knobs.series}: one step ahead")


def _look(index: int) -> dict[str, Any]:
    return {"color": series(index)["color"]}


def free_run(result: Result) -> Figure:
    """The net and the autoregression running on from their own answers."""
    start, m = result.start, len(result.free)
    at = np.arange(start, start + m, dtype=float)
    before = np.arange(max(start - 40, 0), start, dtype=float)
    past = result.held_out[before.astype(int)]
    marks: list[Mark] = [
        Line(np.concatenate([before, at]), np.concatenate([past, result.truth]),
             label="true", color="ink", width=1.4),
    ]  # fmt: skip
    if result.free.shape[1] > 1:
        marks.append(Band(at, result.free.min(axis=1), result.free.max(axis=1), **_look(1)))
    marks += [
        Line(at, np.median(result.free, axis=1), label=f"{result.knobs.cell}, freely", width=1.8,
             **_look(1)),
        Line(at, result.linear, label=f"autoregression of order {result.knobs.order}, freely",
             width=1.4, dash="dashdot", **_look(2)),
        Line(at, result.naive, label="the last value again", width=1.2, dash="dot", **_look(3)),
        VerticalLine(float(start) - 0.5, color="muted", dash="dot", label="from here on alone"),
    ]  # fmt: skip
    panel = Panel(marks, x=Axis("unseen step"), y=Axis("scaled value"))
    return Figure([panel], title="Freely on: the net reads its own answers")


def errors(result: Result) -> Figure:
    """One-step errors of every seed and of the baselines."""
    names = [f"seed {result.knobs.seed + i}" for i in range(len(result.errors))]
    short = {"the last value again": "last value", "the mean": "mean"}
    base = {short.get(name, "AR"): value for name, value in result.baselines.items()}
    count = len(names)
    marks: list[Mark] = [
        Bars(np.arange(float(count)), result.errors, base=1e-4, label="the net", **_look(1)),
        Bars(np.arange(count, count + len(base), dtype=float), np.array(list(base.values())),
             base=1e-4, label="baselines", **_look(0)),
    ]  # fmt: skip
    panel = Panel(
        marks,
        x=Axis.of_categories([*names, *base]),
        y=Axis("mean squared error, one step", scale="log"),
    )
    return Figure([panel], title="What to beat")


def loss(result: Result) -> Figure:
    """The loss while training, and the baselines on unseen values."""
    panel = learning_curves(
        {result.knobs.cell: result.history.loss}, result.baselines, label="mean squared error"
    )
    return Figure([panel], title="Learning to forecast")


DEFAULT = Knobs()
LESSON = Lesson(
    name="forecast",
    title="Forecasting a real series",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={"free-run": free_run, "one-step": one_step, "errors": errors, "loss": loss},
    presets={
        "heart beats": DEFAULT,
        "a quick look": replace(DEFAULT, steps=100, seeds=1),
        "sea-surface temperature": replace(DEFAULT, series="sea-surface temperature", window=24),
        "tanh": replace(DEFAULT, cell="orthogonal tanh", lr=0.003),
        "LSTM, longer": replace(DEFAULT, cell="LSTM with bias 1", steps=1200),
    },
    references=("elman1990", "cho2014"),
    slides=("RNN-based time-series prediction",),
    takes="about a quarter of a minute on two cores",
)
