"""A language model of characters: why recurrent nets are hard to train, and what clipping does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.figures import (
    Axis,
    Bars,
    Figure,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Text,
    series,
)
from frenemy.lessons._claims import Claim, Finding, holds
from frenemy.lessons._files import own_text
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread
from frenemy.lessons._trainings import (
    CELLS,
    DEVICES,
    OPTIMISERS,
    Asked,
    baseline_lines,
    learning_curves,
    method,
    smoothed,
    telling,
    trainer,
)

if TYPE_CHECKING:
    from torch import Tensor

    from rnn.tasks import Characters
    from rnn.training import History, Trainer

STORY = r"""
**The slide.** A language model gives a sequence of words or letters its probability, $P(w_1 \dots
w_T) = \prod_t P(w_t \mid w_1 \dots w_{t-1})$. A recurrent net does it letter by letter: $\hat y_t$
is the distribution of the next one. Modelling language is tagging each letter with its successor.
The first letter comes before the net has read anything: its probability is its frequency. So the
probabilities of all texts of two letters add up to 1, which is checked below.

**What to beat.** With $V$ kinds of letters guessing costs $\ln V$ nats a letter; knowing how
frequent each letter is, and which follows which, costs less. A net has learnt something only below
the *bigram*. Perplexity is $e^{\text{nats}}$.

**Training is hard.** Real experiments show loss curves that jump. Below the same seeds are trained
twice, on the same minibatches: once as they are, once with the gradient **clipped** by its norm.
The panel beneath the loss is the norm before clipping: a jump of the loss follows a peak of the
norm. Clip *after* `backward` and *before* the step; clipping before it clips nothing.
"""
SAMPLE = 160
SAMPLES_AT = 3
"""Samples are drawn at the start and so many times after, evenly spaced."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    cell: str = knob("tanh", label="cell", choices=CELLS, help="of the recurrent net")
    hidden: int = knob(64, label="hidden units", low=4, high=256)
    optimiser: str = knob(
        "SGD", label="optimiser", choices=tuple(OPTIMISERS), help="after clipping"
    )
    lr: float = knob(1.5, label="step size", low=1e-4, high=10.0, log=True)
    clip: float = knob(0.5, label=r"clip at $\theta$", low=0.01, high=10.0, log=True)
    steps: int = knob(1500, label="training steps", low=20, high=5000)
    length: int = knob(50, label="letters in a sequence", low=5, high=200)
    batch: int = knob(16, label="sequences in a minibatch", low=1, high=64)
    seeds: int = knob(3, label="seeds", low=1, high=8, help="trained at once")
    sentence: str = knob("the name of the function", label="a sentence to judge")
    file: str = knob("", kind="file", label="your own text", help="path of a UTF-8 file on the "
                     "machine that runs this; Python's help texts if empty")  # fmt: skip
    seed: int = knob(0, label="first seed", low=0, high=10_000)
    device: str = knob("cpu", label="device", choices=DEVICES, help="that trains")


@dataclass(frozen=True, eq=False)
class Result:
    """Two trainings of the same seeds.

    Attributes
    ----------
    raw, clipped : without and with clipping, S steps of E seeds.
    held_out : name -> loss of each seed on unseen text, nats per letter, ``(E,)``.
    baselines : nats per letter of models that count.
    samples : (step, what the clipped net of the first seed writes).
    judged : nats of each letter of the sentence, ``(n,)``.
    together : the probabilities of all texts of two letters, added up.
    alphabet, fingerprint : of the text; length : its letters.
    """

    knobs: Knobs
    raw: History
    clipped: History
    held_out: dict[str, np.ndarray]
    baselines: dict[str, float]
    samples: tuple[tuple[int, str], ...]
    judged: np.ndarray
    together: float
    alphabet: str
    fingerprint: str
    letters: int


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train with and without clipping, write samples, judge the sentence.

    Raises
    ------
    ValueError
        If the text cannot be used, or the sentence has letters that it lacks.
    """
    from rnn.tasks import Characters

    text = own_text(knobs.file)
    task = Characters(knobs.length, text)
    sentence = task.encoded(knobs.sentence)
    if len(sentence) < 2:
        raise ValueError(f"sentence = {knobs.sentence!r} must have at least two letters")
    trained, runs, held_out, samples = _trained(Asked(replace(knobs, sentence=""), progress), text)
    return Result(
        knobs, runs["not clipped"], runs["clipped"], held_out, dict(task.baselines),
        samples, judge(trained, task, sentence[:, None])[:, 0], _together(trained, task),
        task.alphabet, task.fingerprint, len(task.text),
    )  # fmt: skip


@lru_cache(maxsize=4)
def _trained(
    asked: Asked, text: str
) -> tuple[Trainer, dict[str, History], dict[str, np.ndarray], tuple[tuple[int, str], ...]]:
    """The clipped net, both histories, held-out losses, and what the net wrote on the way.

    The sentence does not matter to it: another one is judged at once.
    """
    from rnn.tasks import Characters

    knobs, progress = asked.knobs, asked.progress
    task = Characters(knobs.length, text)
    seeds, total = range(knobs.seed, knobs.seed + knobs.seeds), 2 * knobs.steps
    runs, held_out, samples = {}, {}, []
    for name, clip in (("not clipped", None), ("clipped", knobs.clip)):
        run = trainer(
            task, knobs.cell, knobs.hidden, method(knobs.optimiser, knobs.lr, clip),
            seeds=seeds, batch=knobs.batch, device=knobs.device,
        )  # fmt: skip
        before = 0 if clip is None else knobs.steps
        for part in _parts(knobs.steps):
            if clip is not None:
                samples.append((run.taken, write(run, task, SAMPLE, knobs.seed)))
            run.advance(part, progress=telling(progress, before + run.taken, total, name))
        runs[name] = run.advance(0)
        held_out[name] = run.evaluate(64)[0]
    samples.append((run.taken, write(run, task, SAMPLE, knobs.seed)))
    return run, runs, held_out, tuple(samples)


def _parts(steps: int) -> list[int]:
    ends = [round(steps * i / SAMPLES_AT) for i in range(SAMPLES_AT + 1)]
    return [b - a for a, b in pairwise(ends)]


def write(run: Trainer, task: Characters, count: int, seed: int) -> str:
    """So many letters drawn from the model one after the other, by the first seed's net."""
    import torch

    from rnn.tasks._task import one_hot

    generator, cell = torch.Generator().manual_seed(seed), run.net.cell
    own = run.member()
    if not all(bool(value.isfinite().all()) for value in own.values()):
        return "(the net has diverged)"
    state, code, written = torch.zeros(1, 1, cell.state_size), 0, []
    with torch.no_grad():
        for _ in range(count):
            drive = cell.drive(own, one_hot(torch.tensor([[[code]]]), task.inputs))[0]
            state = cell.step(own, drive, state)
            chances = run.net.read(own, [state])[0, 0, 0].softmax(dim=-1)
            code = int(torch.multinomial(chances, 1, generator=generator))
            written.append(task.alphabet[code])
    return "".join(written)


def judge(run: Trainer, task: Characters, texts: Tensor) -> np.ndarray:
    """Nats that each letter of some texts costs after those before it, ``(n, B)``.

    The first costs what its frequency says, the others what the first seed's net says.

    Parameters
    ----------
    texts : places in the alphabet, ``(n, B)``, at least two letters each.
    """
    import torch

    from rnn.tasks._task import one_hot

    with torch.no_grad():
        logits, _ = run.net.run(run.member(), one_hot(texts[:-1, None], task.inputs), read_all=True)
    chances = logits[:, 0].log_softmax(dim=-1)
    later = -chances.gather(-1, texts[1:, :, None])[..., 0].double().numpy()
    return np.concatenate([-np.log(task.frequency[texts[:1].numpy()]), later])


def _together(run: Trainer, task: Characters) -> float:
    """The probabilities of all texts of two letters, added up."""
    import torch

    kinds = torch.arange(task.inputs)
    nats = judge(run, task, torch.cartesian_prod(kinds, kinds).T)
    return float(np.exp(-nats.sum(axis=0)).sum())


def facts(result: Result) -> dict[str, Any]:
    """Perplexities beside baselines; the chain rule of probabilities; how rough training was."""
    knobs, base = result.knobs, result.baselines
    V = len(result.alphabet)
    stated: dict[str, Any] = {
        "loss at the start, nats (predicted: ln V)": Compared(
            float(np.log(V)), float(result.clipped.loss[0].mean())
        ),
        "P of all texts of two letters together (predicted: 1)": Compared(1.0, result.together),
        "ln P of the sentence, all its letters": f"{-result.judged.sum():.4g}",
    }
    for name, losses in result.held_out.items():
        loss = float(np.median(losses))
        stated[f"{name}: perplexity on unseen text"] = f"{np.exp(loss):.3g} ({loss:.3f} nats)"
    for name, loss in base.items():
        stated[f"baseline, {name}: perplexity"] = f"{np.exp(loss):.3g} ({loss:.3f} nats)"
    for name, history in (("not clipped", result.raw), ("clipped", result.clipped)):
        stated[f"{name}: largest jump of the loss in a step"] = f"{_jump(history.loss):.3g} nats"
        stated[f"{name}: largest gradient norm"] = f"{np.nanmax(history.norm):.3g}"
        stated[f"{name}: outcome"] = str(history.outcome)
    share = float((result.clipped.norm > knobs.clip).mean())
    stated["share of steps that were clipped"] = f"{share:.0%}"
    stated["text"] = f"{result.letters:,} letters of {V} kinds, SHA-256 {result.fingerprint}…"
    return stated


def _jump(loss: np.ndarray) -> float:
    return float(np.nanmax(np.diff(loss, axis=0))) if len(loss) > 1 else 0.0


def loss(result: Result) -> Figure:
    """The loss with and without clipping; beneath it the norm of the gradient."""
    names = {"not clipped": result.raw, "clipped": result.clipped}
    base = {f"{name} baseline": result.baselines[name] for name in ("unigram", "bigram")}
    above = learning_curves({name: h.loss for name, h in names.items()}, base, label="nats", over=5)
    marks: list[Mark] = []
    for index, (name, history) in enumerate(names.items()):
        known = np.isfinite(history.norm).all(axis=1)
        steps = np.arange(1, len(known) + 1, dtype=float)[known]
        largest = np.maximum(history.norm[known].max(axis=1), 1e-12)
        marks.append(Line(steps, largest, label=name, width=1.0, **series(index)))
    clip = result.knobs.clip
    marks.append(HorizontalLine(clip, color="ink", width=0.9))
    below = Panel(
        marks,
        x=Axis("training step"),
        y=Axis("norm", scale="log"),
        title=f"norm of the gradient before clipping; the line is the threshold {clip:g}",
        legend=False,
    )
    knobs = result.knobs
    title = f"{knobs.cell}, {knobs.optimiser} with step {knobs.lr:g}: the same seeds, twice"
    return Figure([replace(above, x=Axis()), below], columns=1, title=title)


def samples(result: Result) -> Figure:
    """What the clipped net writes as it learns."""
    marks: list[Mark] = []
    height = 0.0
    for step, text in result.samples:
        clean = text.replace("\n", " ").replace("$", "＄")
        marks.append(Text.at(0.0, height, f"after {step:,} steps", align="right", color="muted"))
        lines = [clean[i : i + 54] for i in range(0, min(len(clean), 108), 54)]
        for line in lines:
            height -= 1.0
            marks.append(Text.at(0.0, height, line.strip() or "…", align="right", size=1.05))
        height -= 1.5
    panel = Panel(
        marks,
        x=Axis(hidden=True, range=(-0.02, 1.0)),
        y=Axis(hidden=True, range=(height + 0.8, 1.0)),
        legend=False,
    )
    return Figure([panel], title="What it writes, letter by letter, drawn from its own predictions")


def sentence(result: Result) -> Figure:
    """What each letter of the sentence costs: the sum is its negative log-probability."""
    text = result.knobs.sentence
    shown = min(len(text), 48)
    names = ["␣" if letter == " " else letter.replace("$", "＄") for letter in text[:shown]]
    at = np.arange(shown, dtype=float)
    marks: list[Mark] = [
        Bars(at[:1], result.judged[:1], color="second", label="first letter: its frequency"),
        Bars(at[1:], result.judged[1:shown], color="first", label="the net, after those before"),
        HorizontalLine(float(np.log(len(result.alphabet))), color="prediction", dash="dash",
                       label="guessing: ln V"),
    ]  # fmt: skip
    panel = Panel(marks, x=Axis.of_categories(names, "letter"), y=Axis("nats"))
    total = result.judged.sum()
    return Figure([panel], title=f"ln P of the sentence is {-total:.1f}: the sum over its letters")


def perplexity(result: Result) -> Figure:
    """The running perplexity beside that of models that count."""
    marks: list[Mark] = []
    for index, (name, history) in enumerate(
        {"not clipped": result.raw, "clipped": result.clipped}.items()
    ):
        smooth = np.median(smoothed(history.loss, 25), axis=1)
        known = np.isfinite(smooth)
        steps = np.arange(1, len(smooth) + 1, dtype=float)[known]
        shown = np.exp(np.minimum(smooth[known], 20.0))
        marks.append(Line(steps, shown, label=name, width=1.6, **series(index)))
    marks += baseline_lines({n: float(np.exp(nats)) for n, nats in result.baselines.items()})
    panel = Panel(marks, x=Axis("training step"), y=Axis("perplexity", scale="log"))
    return Figure([panel], title="Perplexity: among how many letters it is as if it guessed")


DEFAULT = Knobs()
BRIEF = replace(DEFAULT, steps=150, seeds=1)
"""Enough to see the loss jump."""


def _adds_up(result: Result) -> Finding:
    V = len(result.alphabet)
    return holds(
        abs(result.together - 1) < 1e-4,
        f"the net's probabilities of all {V**2:,} texts of two letters add up to "
        f"{result.together:.6f}; ln P of the sentence is {-result.judged.sum():.4g}",
        Compared(1.0, result.together),
    )


def _rough(result: Result) -> Finding:
    raw, clipped = _jump(result.raw.loss), _jump(result.clipped.loss)
    return holds(
        raw > 3 * clipped,
        f"in {result.knobs.steps} steps on the same minibatches the loss jumps by up to "
        f"{raw:.3g} nats at once, clipped by {clipped:.2g}; the largest gradient has the norm "
        f"{np.nanmax(result.raw.norm):.3g} and {np.nanmax(result.clipped.norm):.3g}",
    )


CLAIMS = (
    Claim("RNN-based Language Model", "P(w_1, …, w_T) is a product of next-word labels", BRIEF,
          _adds_up),
    Claim("RNN Training is Hard", "real experiments on language models jump", BRIEF, _rough),
)  # fmt: skip
LESSON = Lesson(
    name="language-model",
    title="A language model, and why training jumps",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"loss": loss, "perplexity": perplexity, "samples": samples, "sentence": sentence},
    presets={
        "half a minute": DEFAULT,
        "a quick look": replace(DEFAULT, steps=120, seeds=1),
        "RMSprop": replace(DEFAULT, optimiser="RMSprop", lr=0.01),
        "LSTM with Adam": replace(DEFAULT, cell="LSTM with bias 1", optimiser="Adam", lr=0.005,
                                  hidden=128, steps=600, seeds=1),
        "GRU, longer": replace(DEFAULT, cell="GRU", optimiser="Adam", lr=0.005, hidden=128,
                               steps=1500, seeds=1),
    },
    references=("mikolov2010", "pascanu2013", "elman1990"),
    slides=("RNN Language Model", "RNN Training is Hard", "Exploding gradient solutions"),
    takes="about half a minute on two cores",
)  # fmt: skip
