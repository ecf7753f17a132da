"""Long memory: which cell learns which task at which length, and whose gradient still arrives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.figures import Axis, Figure, Line, Mark, Panel, series, table
from frenemy.lessons._claims import Claim, holds, holds_so_far
from frenemy.lessons._claims import Finding as Verdict
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread
from frenemy.lessons._trainings import CELLS, DEVICES, learning_curves, telling

if TYPE_CHECKING:
    from rnn.experiments import Finding
    from rnn.tasks import Task

STORY = r"""
**The slide.** Vanishing gradients are harder to notice than exploding ones: training goes on, the
loss stays where a model without memory has it. Long-term dependencies are not learnt.

**Tasks that need a memory.** *Adding*: two of $T$ numbers are marked; answer their sum. Without
memory one answers 1 and has the error $1/6$. *Temporal order*: X or Y early, X or Y in the middle,
noise everywhere else; which came in which order? Guessing costs $\ln 4$. *Copying*: repeat five
symbols after a pause. Blanks and guessing cost $K\ln A/(T+2K)$.

**What we found**, five seeds each, Adam, gradients clipped at 1. Adding over 50 steps: GRU solves
it after about 200 steps, the chrono LSTM after 330, the LSTM after 560, a ReLU net that starts at
the identity after 800; tanh stays at the baseline. Temporal order over 50: orthogonal tanh 380,
LSTM with forget bias 300, the plain LSTM 1,500, plain tanh 3,200 (4 of 5). Over 100 steps the plain
LSTM, the GRU and the LSTM with bias 1 stay at the baseline for 2,000 steps; the **chrono** LSTM,
told how long to remember, needs 400, and orthogonal tanh 750. Copying is solved by none of them in
this time; tanh recalls as much as by guessing, GRU half, the chrono LSTM two thirds.

**So the cure is partial, and it is learnt.** The second picture shows the gradient by lag, before
training and after. Before it, next to nothing arrives from the first steps, in the tanh net and in
the LSTM and the GRU alike: gates that start half closed lose as much. But a little is enough where
a gate can act on it: training opens the path, and at the end almost as much arrives from afar as
from near. The tanh net has nothing to open. Over a longer pause even that little is missing, and
then it decides whether the path was open at the *start*: a forget bias, chrono, an orthogonal
matrix.
"""
TASKS = ("adding", "temporal order", "copying")


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    task: str = knob("adding", label="task", choices=TASKS, help="see the story")
    length: int = knob(40, label="length $T$", low=10, high=200, help="of the pause, for copying")
    cells: tuple[str, ...] = knob(
        ("tanh", "LSTM", "GRU"),
        label="cells",
        choices=CELLS,
        low=1,
        high=5,
        help="each over all seeds",
    )
    hidden: int = knob(32, label="hidden units", low=4, high=128)
    lr: float = knob(0.01, label="step size of Adam", low=1e-4, high=0.1, log=True,
                     help="a tenth of it for the cells without gates")  # fmt: skip
    steps: int = knob(500, label="training steps at most", low=20, high=5000,
                      help="a cell stops once all its seeds have solved the task")  # fmt: skip
    seeds: int = knob(3, label="seeds", low=1, high=8, help="trained at once")
    seed: int = knob(0, label="first seed", low=0, high=10_000)
    device: str = knob("cpu", label="device", choices=DEVICES, help="that trains")


@dataclass(frozen=True, eq=False)
class Result:
    """What each cell found.

    Attributes
    ----------
    findings : cell -> training and outcome.
    baseline : the loss without memory; first : the loss of an untrained answer.
    reach : cell -> ln of the gradient's length by lag at the first step, ``(T,)``, median.
    """

    knobs: Knobs
    findings: dict[str, Finding]
    baseline: float
    reach: dict[str, tuple[np.ndarray, np.ndarray]]


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train every cell over the seeds until it has solved the task, or the steps are over."""
    from rnn.experiments import Experiment, conduct

    task = _task(knobs)
    findings: dict[str, Finding] = {}
    seeds = range(knobs.seed, knobs.seed + knobs.seeds)
    for done, cell in enumerate(knobs.cells):
        gated = "LSTM" in cell or "GRU" in cell
        lr = knobs.lr if gated else knobs.lr / 10
        found = Experiment(cell, task, knobs.hidden, lr, knobs.steps)
        tell = telling(progress, done * knobs.steps, len(knobs.cells) * knobs.steps, cell)
        findings[cell] = conduct(found, seeds, progress=tell, watch_every=25, patience=25,
                                 device=knobs.device)  # fmt: skip
    reach = {cell: _reach(finding) for cell, finding in findings.items()}
    return Result(knobs, findings, next(iter(task.baselines.values())), reach)


def _task(knobs: Knobs) -> Task:
    from rnn.tasks import Adding, Copying, TemporalOrder

    if knobs.task == "copying":
        return Copying(delay=knobs.length)
    return {"adding": Adding, "temporal order": TemporalOrder}[knobs.task](knobs.length)


def _reach(finding: Finding) -> tuple[np.ndarray, np.ndarray]:
    """The gradient's length by lag, relative to the last step's, at the first and last watch."""
    found = []
    for place in (0, -1):
        by_step = np.median(finding.history.by_step[place], axis=1)[::-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            found.append(by_step / by_step[0])
    return found[0], found[1]


def facts(result: Result) -> dict[str, Any]:
    """The baseline, and what became of each cell."""
    from rnn.experiments import Experiment

    knobs = result.knobs
    task = _task(knobs)
    plain = {cell: f.history.loss for cell, f in result.findings.items()}
    stuck = [float(np.median(f.loss)) for f in result.findings.values()]
    stated: dict[str, Any] = {
        "loss without memory (predicted) and of the worst cell (measured)": Compared(
            result.baseline, max(stuck)
        ),
        "solved means a loss below": f"{Experiment(knobs.cells[0], task).level:.3g}",
    }
    for cell, finding in result.findings.items():
        solved = np.isfinite(finding.solved_at)
        when = f", after {np.nanmedian(finding.solved_at):,.0f} steps" if solved.any() else ""
        stated[f"{cell}: seeds that solved it"] = f"{solved.sum()} of {len(solved)}{when}"
        if task.classifies:
            stated[f"{cell}: right on unseen sequences"] = f"{np.median(finding.score):.0%}"
        stated[f"{cell}: training steps taken"] = len(plain[cell])
        first, last = result.reach[cell]
        far = int(0.8 * (len(first) - 1))
        stated[f"{cell}: of the gradient {far} steps back, at first and last"] = (
            f"{first[far]:.1e}, {last[far]:.1e}"
        )
    return stated


def learning(result: Result) -> Figure:
    """The loss of every cell, median and range over the seeds, beside the baseline."""
    losses = {cell: finding.history.loss for cell, finding in result.findings.items()}
    panel = learning_curves(losses, {"without memory": result.baseline}, label="loss")
    knobs = result.knobs
    title = f"{knobs.task}, T = {knobs.length}: {knobs.seeds} seeds each"
    return Figure([panel], title=title)


def arrives(result: Result) -> Figure:
    """The gradient by lag before training and at the end."""
    panels = []
    for place, title in ((0, "before training"), (1, "at the end")):
        marks: list[Mark] = []
        for index, (cell, pair) in enumerate(result.reach.items()):
            values = np.where(pair[place] > 1e-30, pair[place], np.nan)
            lags = np.arange(len(values), dtype=float)
            marks.append(Line(lags, values, label=cell, width=1.6, **series(index)))
        panels.append(
            Panel(marks, x=Axis("lag"), y=Axis("gradient, relative", scale="log"), title=title)
        )
    return Figure(panels, title="How much of the gradient arrives from how far back")


def norms(result: Result) -> Figure:
    """The norm of the whole gradient: it may look healthy while nothing arrives from afar."""
    marks: list[Mark] = []
    for index, (cell, finding) in enumerate(result.findings.items()):
        norm = np.median(finding.history.norm, axis=1)
        steps = np.arange(1, len(norm) + 1, dtype=float)
        marks.append(Line(steps, norm, label=cell, width=0.9, **series(index)))
    panel = Panel(marks, x=Axis("training step"), y=Axis("gradient norm", scale="log"))
    return Figure([panel], title="The total norm does not tell what has vanished")


def summary(result: Result) -> Figure:
    """A row for each cell."""
    rows, texts, tints = [], [], []
    for cell, finding in result.findings.items():
        solved = np.isfinite(finding.solved_at)
        share = float(solved.mean())
        rows.append(cell)
        when = f"{np.nanmedian(finding.solved_at):,.0f}" if solved.any() else "–"
        texts.append([f"{solved.sum()} of {len(solved)}", when, f"{np.median(finding.loss):.3g}"])
        tints.append([2 * share - 1, 0.0, 0.0])
    return table(
        rows, ["seeds that solved it", "after so many steps", "loss at the end"], texts, tints,
        title=f"{result.knobs.task}, T = {result.knobs.length}",
        caption=f"without memory: {result.baseline:.3g}",
    )  # fmt: skip


DEFAULT = Knobs()
BRIEF = replace(DEFAULT, length=30, steps=400, seeds=2, cells=("tanh", "GRU"))
"""Long enough to tell the two cells apart, and run in some seconds."""
STUCK = 0.8
"""Of the loss without memory: who is above it has learnt next to nothing."""


def _forgets(result: Result) -> Verdict:
    found, T = result.findings["tanh"], result.knobs.length
    loss, solved = float(np.median(found.loss)), np.isfinite(found.solved_at)
    return holds(
        not solved.any() and loss > STUCK * result.baseline,
        f"adding two of {T} numbers, a tanh net has the error {loss:.3f} after "
        f"{len(found.history.loss)} steps of training; without memory it is {result.baseline:.3f}",
        Compared(result.baseline, loss),
    )


def _opens(result: Result) -> Verdict:
    found, (first, last) = result.findings["GRU"], result.reach["GRU"]
    solved, far = np.isfinite(found.solved_at), len(first) - 1
    return holds_so_far(
        (bool(solved.all()), bool(last[far] > 100 * first[far])),
        f"{solved.sum()} of {len(solved)} GRUs solve it, to an error of "
        f"{np.median(found.loss):.3f}; from {far} steps back {first[far]:.0e} of the gradient "
        f"arrives before training, {last[far]:.2g} after: the gates have learnt to open",
    )


CLAIMS = (
    Claim("Vanishing gradient problem", "cannot capture long-term dependency", BRIEF, _forgets),
    Claim("Vanishing gradient solutions", "gates control the information flow", BRIEF, _opens),
)
LESSON = Lesson(
    name="long-memory",
    title="Long memory: which cell learns what",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"learning": learning, "arrives": arrives, "summary": summary, "norms": norms},
    presets={
        "adding, half a minute": DEFAULT,
        "a quick look": replace(DEFAULT, length=15, steps=300, seeds=1),
        "temporal order over 100": replace(
            DEFAULT, task="temporal order", length=100, lr=1e-3, steps=1000,
            cells=("LSTM", "chrono LSTM", "orthogonal tanh"),
        ),
        "adding over 100": replace(DEFAULT, length=100, steps=800, cells=("GRU", "chrono LSTM")),
        "copying": replace(DEFAULT, task="copying", length=20, steps=2000,
                           cells=("tanh", "GRU", "chrono LSTM")),
        "identity ReLU": replace(DEFAULT, cells=("identity ReLU", "tanh"), hidden=64, steps=1500),
    },
    references=("hochreiter1997", "le2015", "tallec2018", "arjovsky2016", "pascanu2013",
                "gers2000", "cho2014"),
    slides=("Vanishing gradient problem", "Vanishing gradient solutions"),
    takes="about half a minute on two cores",
)  # fmt: skip
