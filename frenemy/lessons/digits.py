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
    Mark,
    Panel,
    image_grid,
)
from frenemy.lessons._changes import changed
from frenemy.lessons._claims import Claim, Finding, holds_in_part
from frenemy.lessons._files import own_digits
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._plane_gans import LOSS_NAMES
from frenemy.lessons._rules import nothing
from frenemy.lessons._threads import on_one_thread
from frenemy.lessons._trainings import DEVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from gan import TrainingRun
    from gan.digits import Digits

STORY = r"""
**The slide.** A GAN is trained on MNIST, and the pictures are labelled *epoch 0, 500, 1000, 1500
and final output*. Two networks play: the discriminator $D$ learns to tell digits from fakes, the
generator $G$ turns noise $z$ into fakes that $D$ takes for digits.

**Iterations are not epochs.** An iteration is one step of both players on one minibatch, an epoch
goes once over all the data. With minibatches of 64, 1500 iterations are 1.6 epochs of the full
MNIST (60 000 digits) and 19 of the 5 000 digits used here. 1500 epochs of MNIST would be 1.4
million iterations. The slide's numbers are almost surely iterations: the pictures below, from the
*same noise* each time, change as the slide's do. *Final* stands some way beyond the slide's last
number: the preset "the slide, and on" trains as long again.

**The rule is the one of the other pages.** The two networks are one state and one vector field;
training is *alternating* gradient descent with Adam's step, the same lines that walk about the
equilibrium of $xy$.

**What theory says.** At the equilibrium $D$ can tell nothing: it answers ½ everywhere, its loss is
$2\ln 2 \approx 1.386$, and with the non-saturating loss the generator's is $\ln 2$. Both losses
are there at the very start, when $D$ knows nothing yet; then they swing. $D$ stays a little ahead:
its loss lies below most of the time, and jumps above now and then. All ten digits are equally
frequent in the data; a GAN that *collapses* draws few of them. A classifier reads what is drawn.
And is it *drawn*, or remembered? Beneath each sample stands the training image nearest to it, and
its distance is told beside that of real digits to each other.

**Where it led.** The deck ends with faces: *GAN progress on face generation*, a row of pictures
that Ian Goodfellow put together. It begins with small grey faces of the first GANs (Goodfellow et
al. 2014), goes on to convolutional networks (Radford et al. 2016) and to nets that grow while they
are trained (Karras et al. 2018). Then came faces in every style (Karras et al. 2019). The game is
the one played here; networks, data and computers are far larger.
"""

RULE_NAMES = ("alternating", "simultaneous", "extragradient", "optimistic")
EVERY = 20
"""The losses are measured after so many iterations."""
SHOWN, ACROSS = 40, 5
"""Samples in a picture, and in a row of it."""
READ = 1000
"""Samples that the classifier reads at each checkpoint."""
CHECKPOINTS, LAST_OF_THE_SLIDE = 3, 1500
"""So many after the first, evenly spaced up to the slide's last; then the end."""
COMPARED = 8
"""Samples that are shown with their nearest training images."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    iterations: int = knob(1500, label="iterations", low=60, high=200_000, step=60,
                           help="steps of both players, 25 to 50 a second")  # fmt: skip
    data: str = knob("MNIST", label="digits", choices=("MNIST", "8x8", "OpenML", "file"),
                     help="OpenML's 70,000 are fetched once; 'file' is your own")  # fmt: skip
    file: str = knob("", kind="file", label="your file",
                     help="idx or npz with images (n, height, width)")  # fmt: skip
    networks: str = knob("perceptrons", label="networks", choices=("perceptrons", "convolutional"),
                         help="the slide's are perceptrons")  # fmt: skip
    rule: str = knob("alternating", label="training rule", choices=RULE_NAMES,
                     help="how the players take turns; every one with Adam's step")  # fmt: skip
    loss: str = knob(
        "non-saturating", label="loss", choices=LOSS_NAMES,
        help="what both players minimise; saturating is the minimax game itself",
    )  # fmt: skip
    lr: float = knob(2e-4, label=r"step size $\alpha$", low=1e-5, high=1e-2, log=True)
    beta1: float = knob(0.5, label=r"Adam's $\beta_1$", low=0.0, high=0.99, step=0.01)
    batch: int = knob(64, label="minibatch", low=8, high=256, step=8, help="digits, and fakes")
    beside: str = knob(
        "", label="side by side", help="other settings, as in 'loss=hinge | rule=simultaneous'"
    )
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of everything random")
    device: str = knob("cpu", label="device", choices=DEVICES, help="where torch computes")


@dataclass(frozen=True, eq=False)
class Track:
    """One training and what was drawn.

    Attributes
    ----------
    training : losses, and samples of shape ``(k, n, h w)``.
    undecided : both losses where the discriminator can tell nothing, the generator's first.
    counts : how many samples look like each digit, at each checkpoint, ``(k, 10)``; none if the
        images have no labels.
    """

    training: TrainingRun
    undecided: tuple[float, float]
    counts: np.ndarray


@dataclass(frozen=True, eq=False)
class Result:
    """Trainings from the same seed and the same noise.

    Attributes
    ----------
    tracks : what is different -> training; the first is as set.
    shape : of an image. accuracy : of the classifier on unseen real digits; NaN without labels.
    data : how many real images there are.
    pairs : samples of the first track's end and their nearest training images, ``(2, n, h w)``.
    apart : their distances, and those of real images to their nearest others: root mean squares
        over pixels, medians.
    """

    knobs: Knobs
    tracks: dict[str, Track]
    shape: tuple[int, int]
    accuracy: float
    data: int
    pairs: np.ndarray
    apart: tuple[float, float]

    @property
    def first(self) -> Track:
        """The training as set."""
        return next(iter(self.tracks.values()))


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train each setting, draw from the same noise at each checkpoint, and read what was drawn."""
    from gan.digits import nearest, reader

    settings = {"as set": knobs} | {
        text.strip(): changed(knobs, text) for text in knobs.beside.split("|") if text.strip()
    }
    odd = {name for own in settings.values() for name in ("data", "file", "iterations", "seed")
           if getattr(own, name) != getattr(knobs, name)}  # fmt: skip
    if odd:
        raise ValueError(f"settings side by side cannot differ in {', '.join(sorted(odd))}")
    images = own_digits(knobs.data, knobs.file)
    total, tracks = knobs.iterations * len(settings), {}
    for index, (name, own) in enumerate(settings.items()):

        def tell(done: int, _: int, before: int = index * knobs.iterations) -> None:
            if progress is not None:
                progress(before + done, total, "training")

        tracks[name] = _trained(own, images, tell)
    known = reader(knobs.data, knobs.file)
    drawn = next(iter(tracks.values())).training.samples[-1]
    found, apart = nearest(drawn[:200], images)
    _, among = nearest(images.images[:200].numpy(), images)
    pairs = np.stack([drawn[:COMPARED], images.images.numpy()[found[:COMPARED]]])
    return Result(
        knobs, tracks, images.shape, float("nan") if known is None else known.accuracy,
        len(images.images), pairs, (float(np.median(apart)), float(np.median(among))),
    )  # fmt: skip


def _trained(knobs: Knobs, images: Digits, tell: Callable[[int, int], None]) -> Track:
    import torch

    from gan import LOSSES, train
    from gan.digits import LATENT, digits_gan, reader
    from gan.nets import normal_noise

    tell(0, knobs.iterations)
    noise = normal_noise(READ, LATENT, torch.Generator().manual_seed(knobs.seed))
    field = digits_gan(
        knobs.loss, batch=knobs.batch, seed=knobs.seed, data=images, kind=knobs.networks,
        device=knobs.device,
    )  # fmt: skip
    training = train(
        field,
        METHODS[knobs.rule](knobs.lr, step_rule=Adam(beta1=knobs.beta1), **_turns(knobs.rule)),
        knobs.iterations,
        noise=noise,
        checkpoints=_checkpoints(knobs.iterations),
        every=EVERY,
        progress=tell,
    )
    known = reader(knobs.data, knobs.file)
    read = [] if known is None else [
        np.bincount(known.read(drawn).astype(int), minlength=10) for drawn in training.samples
    ]  # fmt: skip
    return Track(training, LOSSES[knobs.loss].of_the_undecided(), np.array(read))


def _turns(rule: str) -> dict[str, Any]:
    """The lecture's GAN updates the discriminator first."""
    return {"order": (1, 0)} if rule == "alternating" else {}


def _checkpoints(iterations: int) -> tuple[int, ...]:
    """The start, multiples of ``EVERY`` evenly up to the slide's last number, and the end."""
    last = min(iterations, LAST_OF_THE_SLIDE)
    parts = [last * i / CHECKPOINTS for i in range(CHECKPOINTS)]
    within = (EVERY * round(part / EVERY) for part in parts)
    return tuple(dict.fromkeys([*within, last, iterations]))


def facts(result: Result) -> dict[str, Any]:
    """Losses beside those of the equilibrium, digits drawn beside those of the data."""
    knobs, steps = result.knobs, result.first.training.outcome.steps
    seen = steps * knobs.batch
    stated: dict[str, Any] = {
        "outcome": str(result.first.training.outcome),
        "iterations": steps,
        f"epochs of these {result.data:,} digits": round(seen / result.data, 2),
        "epochs of the full MNIST (60,000)": round(seen / 60_000, 2),
    }
    for name, track in result.tracks.items():
        tail = f" ({name})" if len(result.tracks) > 1 else ""
        stated |= {f"{label}{tail}": value for label, value in _of_track(track).items()}
    made, real = result.apart
    stated["distance to the nearest training image (predicted: of real ones)"] = Compared(
        real, made
    )
    if np.isfinite(result.accuracy):
        stated["classifier's accuracy on unseen real digits"] = f"{result.accuracy:.1%}"
    return stated


def _of_track(track: Track) -> dict[str, Any]:
    """Losses at the start and at the end, and the digits in use."""
    generator, discriminator = track.undecided
    stated: dict[str, Any] = {}
    losses = track.training.losses
    late = losses[-max(len(losses) // 5, 1) :].mean(axis=0)
    for name, (of_g, of_d) in (("first", losses[0]), ("mean of the last fifth", late)):
        stated[f"discriminator's loss, {name} (predicted: at equilibrium)"] = Compared(
            discriminator, float(of_d)
        )
        stated[f"generator's loss, {name} (predicted: at equilibrium)"] = Compared(
            generator, float(of_g)
        )
    stated["discriminator's loss below that of the equilibrium"] = (
        f"{np.mean(losses[:, 1] < discriminator):.0%} of the time"
    )
    if len(track.counts):
        last = track.counts[-1]
        stated["digits in use (predicted: as in the data)"] = Compared(10.0, _effective(last))
        stated["most frequent digit"] = (
            f"{last.argmax()} ({last.max() / last.sum():.0%} of samples)"
        )
    return stated


def _effective(counts: np.ndarray) -> float:
    """The exponential of the entropy: how many equally frequent digits would be as varied."""
    shares = counts[counts > 0] / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _images(rows: np.ndarray, result: Result) -> np.ndarray:
    """Rows of pixels ``(..., h w)`` as images, ink dark."""
    return -rows.reshape(*rows.shape[:-1], *result.shape)


def _moments(result: Result) -> list[str]:
    """The checkpoints in words; those that the slide has no number for are its final ones."""
    return [
        f"final, {at:,}" if at > LAST_OF_THE_SLIDE else f"iteration {at:,}"
        for at in result.first.training.checkpoints
    ]


def samples(result: Result) -> Figure:
    """What the generator draws from the same noise as training goes on."""
    training = result.first.training
    return image_grid(
        _images(training.samples[:, :SHOWN], result),
        _moments(result),
        columns=ACROSS,
        panel_columns=len(training.checkpoints) if len(training.checkpoints) <= 4 else 3,
        limits=(-1.0, 1.0),
        title=f"The same noise, drawn at {len(training.checkpoints)} moments of training",
        caption=f"{result.knobs.rule} Adam, {result.knobs.loss} loss, seed {result.knobs.seed}",
    )


def side_by_side(result: Result) -> Figure:
    """What every setting draws from the same noise at the end."""
    drawn = np.stack([track.training.samples[-1][:SHOWN] for track in result.tracks.values()])
    return image_grid(
        _images(drawn, result),
        list(result.tracks),
        columns=ACROSS,
        limits=(-1.0, 1.0),
        title=f"The same seed and noise after {result.knobs.iterations:,} iterations",
    )


def nearest_images(result: Result) -> Figure:
    """Samples of the end, and beneath each the training image that is nearest to it."""
    made, real = result.apart
    return image_grid(
        _images(result.pairs, result),
        ["samples", "the nearest training image of each"],
        columns=COMPARED,
        panel_columns=1,
        limits=(-1.0, 1.0),
        title="Learnt, or remembered?",
        caption=f"median distance {made:.2f}; between real images {real:.2f} (root mean square "
        "over pixels)",
    )


def losses(result: Result) -> Figure:
    """Both losses, with the values they have where the discriminator can tell nothing."""
    panels = []
    for name, track in result.tracks.items():
        at, values = track.training.iterations.astype(float), track.training.losses
        generator, discriminator = track.undecided
        marks = [
            Line(at, values[:, 1], label="discriminator", color="first"),
            HorizontalLine(discriminator, color="first", dash="dash",
                           label="discriminator at equilibrium"),
            Line(at, values[:, 0], label="generator", color="second"),
            HorizontalLine(generator, color="second", dash="dash",
                           label="generator at equilibrium"),
        ]  # fmt: skip
        title = name if len(result.tracks) > 1 else ""
        panels.append(Panel(marks, x=Axis("iteration"), y=Axis("loss"), title=title))
    title = "Both losses, and their values where D can tell nothing"
    return Figure(panels, title=title)


def frequency(result: Result) -> Figure:
    """Which digits are drawn, read by a classifier: at each checkpoint, or by each setting."""
    if not len(result.first.counts):
        return nothing("these images have no labels, so no classifier can read them")
    if len(result.tracks) > 1:
        shown = {name: track.counts[-1] for name, track in result.tracks.items()}
        begins = ""
    else:
        shown = dict(zip(_moments(result), result.first.counts, strict=True))
        begins = next(iter(shown))
    largest = {name: float((counts / counts.sum()).max()) for name, counts in shown.items()}
    common = max(0.4, 1.1 * max(most for name, most in largest.items() if name != begins))
    panels = []
    for name, counts in shown.items():
        own = name == begins and largest[name] > common
        marks: list[Mark] = [
            Bars(np.arange(float(len(counts))), counts / counts.sum()),
            HorizontalLine(0.1, color="prediction", dash="dash", label="as in the data"),
        ]
        panels.append(
            Panel(
                marks,
                x=Axis.of_categories([str(digit) for digit in range(len(counts))], "digit"),
                y=Axis("share", range=(0.0, 1.1 if own else common)),
                title=f"{name} (own scale)" if own else name,
            )
        )
    return Figure(
        panels,
        columns=2 if len(panels) <= 4 else 3,
        title="Which digits are drawn",
        caption=f"{READ:,} samples each, read by a classifier that is right on "
        f"{result.accuracy:.1%} of unseen real digits",
    )


SLIDE = Knobs()


def _epochs(result: Result) -> Finding:
    """How many epochs the slide's last number is, and how soon the pictures change."""
    images, batch = 60_000, result.knobs.batch
    last, steps = LAST_OF_THE_SLIDE, result.first.training.outcome.steps
    start, end = ((drawn > 0).mean() for drawn in result.first.training.samples[[0, -1]])
    data = own_digits(result.knobs.data, result.knobs.file).images
    real = float((data > 0).double().mean())
    return holds_in_part(
        steps * batch < images
        and last * batch < 2 * images
        and abs(end - real) < abs(start - real) / 2,
        f"almost surely iterations are meant: {last:,} epochs of MNIST would be "
        f"{last * images // batch:,} of them with minibatches of {batch}; and {steps} iterations, "
        f"{steps * batch / images:.2f} epochs, already take the ink from {start:.0%} of the pixels "
        f"to {end:.0%}, near the {real:.0%} of real ones, "
        f"here of {' × '.join(map(str, result.shape))} pixels",
        Compared(float(last), last * batch / images),
    )


CLAIMS = (
    Claim(
        "Train GAN over mnist dataset", "epochs 0, 500, 1000, 1500",
        replace(SLIDE, data="8x8", iterations=60), _epochs,
    ),
)  # fmt: skip
LESSON = Lesson(
    name="digits",
    title="A GAN learns to draw digits",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={
        "samples": samples, "losses": losses, "frequency": frequency,
        "nearest-images": nearest_images, "side-by-side": side_by_side,
    },
    presets={
        "the slide": SLIDE,
        "the slide, and on": replace(SLIDE, iterations=3000),
        "a quick look": replace(SLIDE, iterations=300),
        "simultaneous": replace(SLIDE, rule="simultaneous"),
        "saturating loss": replace(SLIDE, loss="saturating"),
        "steps too large": replace(SLIDE, lr=1e-2, iterations=600),
        "small digits": replace(SLIDE, data="8x8", networks="convolutional"),
        "convolutional": replace(SLIDE, networks="convolutional", iterations=600),
        "losses side by side": replace(SLIDE, data="8x8", beside="loss=saturating | loss=hinge | "
                                       "loss=least squares"),
        "rules side by side": replace(SLIDE, data="8x8", beside="rule=simultaneous | "
                                      "rule=extragradient | rule=optimistic"),
    },
    references=("goodfellow2014", "radford2016", "kingma2015", "lecun1998", "karras2018",
                "karras2019"),
    slides=("Train GAN over mnist dataset", "Epoch 0", "Epoch 500", "Epoch 1000", "Epoch 1500",
            "Final Output", "GAN progress on face generation"),
    takes="half a minute to a minute on two cores",
)  # fmt: skip
