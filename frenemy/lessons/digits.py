"""A GAN learns to draw digits: the lecture's training, with the same noise at every checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dynamics.methods import METHODS
from dynamics.step_rules import Adam
from frenemy.figures import (
    Axis,
    Bars,
    Figure,
    HorizontalLine,
    Line,
    Panel,
    image_grid,
)
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread

if TYPE_CHECKING:
    from gan import TrainingRun

STORY = r"""
**The slide.** A GAN is trained on MNIST, and the pictures are labelled *epoch 0, 500, 1000, 1500
and final*. Two networks play: the discriminator $D$ learns to tell digits from fakes, the generator
$G$ turns noise $z$ into fakes that $D$ takes for digits.

**Iterations are not epochs.** An iteration is one step of both players on one minibatch, an epoch
goes once over all the data. With minibatches of 64, 1500 iterations are 1.6 epochs of the full
MNIST (60 000 digits) and 19 of the 5 000 digits used here. 1500 epochs of MNIST would be 1.4
million iterations. The slide's numbers are almost surely iterations: the pictures below, from the
*same noise* each time, change as the slide's do.

**The rule is the one of the other pages.** The two networks are one state and one vector field;
training is *alternating* gradient descent with Adam's step, the same lines that walk about the
equilibrium of $xy$.

**What theory says.** At the equilibrium $D$ can tell nothing: it answers ½ everywhere, its loss is
$2\ln 2 \approx 1.386$, and with the non-saturating loss the generator's is $\ln 2$. Both losses
are there at the very start, when $D$ knows nothing yet; then they swing, and $D$ stays a little
ahead: its loss lies below. All ten digits are equally frequent in the data; a GAN that *collapses*
draws few of them. A classifier reads what is drawn.
"""

LOSS_NAMES = (
    "non-saturating", "saturating", "least squares", "hinge", "wasserstein", "relativistic",
)  # fmt: skip
RULE_NAMES = ("alternating", "simultaneous", "extragradient", "optimistic")
EVERY = 20
"""The losses are measured after so many iterations."""
SHOWN, ACROSS = 40, 5
"""Samples in a picture, and in a row of it."""
READ = 1000
"""Samples that the classifier reads at each checkpoint."""
CHECKPOINTS = 3
"""So many after the first, evenly spaced."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    iterations: int = knob(
        1500,
        label="iterations",
        low=60,
        high=6000,
        step=60,
        help="steps of both players; about 50 a second on two cores",
    )
    rule: str = knob(
        "alternating",
        label="training rule",
        choices=RULE_NAMES,
        help="how the players take turns; every one with Adam's step",
    )
    loss: str = knob(
        "non-saturating",
        label="loss",
        choices=LOSS_NAMES,
        help="what both players minimise; saturating is the minimax game itself",
    )
    lr: float = knob(2e-4, label=r"step size $\alpha$", low=1e-5, high=1e-2, log=True)
    beta1: float = knob(0.5, label=r"Adam's $\beta_1$", low=0.0, high=0.99, step=0.01)
    batch: int = knob(64, label="minibatch", low=8, high=256, step=8, help="digits, and fakes")
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of everything random")


@dataclass(frozen=True, eq=False)
class Result:
    """A training and what was drawn.

    Attributes
    ----------
    training : losses, and samples of shape ``(k, n, 784)``.
    undecided : both losses where the discriminator can tell nothing, the generator's first.
    counts : how many samples look like each digit, at each checkpoint, shape ``(k, 10)``.
    accuracy : of the classifier, on real digits it has not seen.
    data : how many real digits there are.
    """

    knobs: Knobs
    training: TrainingRun
    undecided: tuple[float, float]
    counts: np.ndarray
    accuracy: float
    data: int


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train, draw from the same noise at each checkpoint, and read what was drawn."""
    import torch

    from gan import LOSSES, train
    from gan.digits import LATENT, digits, digits_gan, reader
    from gan.nets import normal_noise

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(done, total, "training")

    tell(0, knobs.iterations)
    noise = normal_noise(READ, LATENT, torch.Generator().manual_seed(knobs.seed))
    training = train(
        digits_gan(knobs.loss, batch=knobs.batch, seed=knobs.seed),
        METHODS[knobs.rule](knobs.lr, step_rule=Adam(beta1=knobs.beta1), **_turns(knobs.rule)),
        knobs.iterations,
        noise=noise,
        checkpoints=_checkpoints(knobs.iterations),
        every=EVERY,
        progress=tell,
    )
    read = [np.bincount(reader().read(drawn), minlength=10) for drawn in training.samples]
    return Result(
        knobs,
        training,
        LOSSES[knobs.loss].of_the_undecided(),
        np.array(read),
        reader().accuracy,
        len(digits().images),
    )


def _turns(rule: str) -> dict[str, Any]:
    """The lecture's GAN updates the discriminator first."""
    return {"order": (1, 0)} if rule == "alternating" else {}


def _checkpoints(iterations: int) -> tuple[int, ...]:
    """The start, the end, and multiples of ``EVERY`` evenly between."""
    parts = [iterations * i / CHECKPOINTS for i in range(CHECKPOINTS)]
    return tuple(dict.fromkeys([*(EVERY * round(part / EVERY) for part in parts), iterations]))


def facts(result: Result) -> dict[str, Any]:
    """Losses beside those of the equilibrium, digits drawn beside those of the data."""
    training, knobs = result.training, result.knobs
    generator, discriminator = result.undecided
    seen = training.outcome.steps * knobs.batch
    stated: dict[str, Any] = {
        "outcome": str(training.outcome),
        "iterations": training.outcome.steps,
        f"epochs of these {result.data:,} digits": round(seen / result.data, 2),
        "epochs of the full MNIST (60,000)": round(seen / 60_000, 2),
    }
    for name, at in (("first", 0), ("last", -1)):
        stated[f"discriminator's loss, {name} (predicted: at equilibrium)"] = Compared(
            discriminator, float(training.losses[at, 1])
        )
        stated[f"generator's loss, {name} (predicted: at equilibrium)"] = Compared(
            generator, float(training.losses[at, 0])
        )
    if len(result.counts):
        last = result.counts[-1]
        stated["digits in use (predicted: as in the data)"] = Compared(10.0, _effective(last))
        stated["most frequent digit"] = (
            f"{last.argmax()} ({last.max() / last.sum():.0%} of samples)"
        )
    stated["classifier's accuracy on unseen real digits"] = f"{result.accuracy:.1%}"
    return stated


def _effective(counts: np.ndarray) -> float:
    """The exponential of the entropy: how many equally frequent digits would be as varied."""
    shares = counts[counts > 0] / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def samples(result: Result) -> Figure:
    """What the generator draws from the same noise as training goes on."""
    drawn = result.training.samples[:, :SHOWN]
    return image_grid(
        -drawn.reshape(*drawn.shape[:2], 28, 28),
        [f"iteration {at:,}" for at in result.training.checkpoints],
        columns=ACROSS,
        limits=(-1.0, 1.0),
        title="The same noise, drawn at four moments of training",
        caption=f"{result.knobs.rule} Adam, {result.knobs.loss} loss, seed {result.knobs.seed}",
    )


def losses(result: Result) -> Figure:
    """Both losses, with the values they have where the discriminator can tell nothing."""
    at, values = result.training.iterations.astype(float), result.training.losses
    generator, discriminator = result.undecided
    marks = [
        Line(at, values[:, 1], label="discriminator", color="first"),
        HorizontalLine(discriminator, color="first", dash="dash", label="at equilibrium"),
        Line(at, values[:, 0], label="generator", color="second"),
        HorizontalLine(generator, color="second", dash="dash", label="at equilibrium"),
    ]
    panel = Panel(marks, x=Axis("iteration"), y=Axis("loss"))
    return Figure([panel], title="Both losses, and their values where D can tell nothing")


def frequency(result: Result) -> Figure:
    """Which digits are drawn at each checkpoint, read by a classifier."""
    panels = []
    for at, counts in zip(result.training.checkpoints, result.counts, strict=True):
        marks = [
            Bars(np.arange(10.0), counts / counts.sum()),
            HorizontalLine(0.1, color="prediction", dash="dash", label="as in the data"),
        ]
        panels.append(
            Panel(
                marks,
                x=Axis.of_categories([str(digit) for digit in range(10)], "digit"),
                y=Axis("share", range=(0.0, max(0.4, 1.1 * float(np.max(result.counts)) / READ))),
                title=f"iteration {at:,}",
            )
        )
    return Figure(
        panels,
        columns=2,
        title="Which digits are drawn",
        caption=f"{READ:,} samples each, read by a classifier that is right on "
        f"{result.accuracy:.1%} of unseen real digits",
    )


SLIDE = Knobs()
LESSON = Lesson(
    name="digits",
    title="A GAN learns to draw digits",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={"samples": samples, "losses": losses, "frequency": frequency},
    presets={
        "the slide": SLIDE,
        "a quick look": replace(SLIDE, iterations=300),
        "simultaneous": replace(SLIDE, rule="simultaneous"),
        "saturating loss": replace(SLIDE, loss="saturating"),
        "steps too large": replace(SLIDE, lr=1e-2, iterations=600),
    },
    references=("goodfellow2014", "radford2016", "kingma2015", "lecun1998"),
    slides=("Train GAN over mnist dataset",),
    takes="about half a minute on two cores",
)
