"""The diminished gradient: a discriminator that is too good leaves its generator nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dynamics.methods import Alternating
from dynamics.step_rules import Adam
from frenemy.figures import Axis, Band, Figure, HorizontalLine, Line, Mark, Panel, Points, series
from frenemy.lessons._claims import Claim, Finding, holds_in_part
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread
from frenemy.lessons._trainings import DEVICES

if TYPE_CHECKING:
    import torch

    from gan.plane_field import PlaneField, PlaneGan

STORY = r"""
**The slide.** If the discriminator becomes too good, the generator's gradient vanishes and it
learns nothing.

**The experiment** is that of Arjovsky and Bottou: freeze a generator, train a new discriminator
from scratch, and watch the length of the gradient that the generator *would* get, on a logarithmic
axis. With the minimax (saturating) loss it falls by orders of magnitude while the discriminator's
accuracy goes to one.

**What is to blame is saturation, not accuracy.** With logits $t$ on fakes, the minimax loss passes
on the factor $\sigma(t)$ and the non-saturating loss $\sigma(-t)$: their ratio is $e^{t}$. A sure
discriminator has very negative $t$, so one gradient dies while the other grows. And a discriminator
that is kept smooth (R1 + R2) may be just as accurate and still teaches: its logits stay small. A
Wasserstein critic with a gradient penalty has no saturation at all; its gradient hardly moves.
"""
TEACHERS: dict[str, dict[str, Any]] = {
    "plain": {"loss": "saturating"},
    "R1 + R2": {"loss": "saturating", "penalty": "R1 + R2"},
    "WGAN-GP": {"loss": "wasserstein", "penalty": "gradient penalty"},
}
"""How the discriminator is trained -> its loss and penalty."""
CURVES = {
    "saturating": ("plain", "saturating"),
    "non-saturating": ("plain", "non-saturating"),
    "saturating, D with R1 + R2": ("R1 + R2", "saturating"),
    "WGAN-GP": ("WGAN-GP", "wasserstein"),
}
"""What is measured -> (how D is trained, the generator's loss)."""
SURE = 0.95
"""From this accuracy on D has won."""
STARVED = 0.1
"""A gradient that falls to this part of its first length has all but vanished."""
EVERY = 20
PROBE = 512
"""Points on which gradients and accuracies are measured."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    data: str = knob("ring", label="data", choices=("ring", "grid", "two", "moons", "spiral"),
                     help="what is real")  # fmt: skip
    steps: int = knob(1000, label="steps of D", low=40, high=5000, step=20)
    lr: float = knob(1e-3, label="step size of Adam", low=1e-5, high=1e-1, log=True)
    weight: float = knob(1.0, label="weight of R1 + R2", low=0.001, high=100.0, log=True)
    width: int = knob(64, label="units in a layer", low=4, high=256, help="two layers each")
    batch: int = knob(128, label="minibatch", low=16, high=512, step=16, help="real points")
    seeds: int = knob(3, label="seeds", low=1, high=16, help="trained at once")
    seed: int = knob(0, label="first seed", low=0, high=10_000)
    device: str = knob("cpu", label="device", choices=DEVICES, help="where torch computes")


@dataclass(frozen=True, eq=False)
class Result:
    """What the frozen generator would be taught.

    Attributes
    ----------
    steps : of D at which was measured, ``(T,)``.
    norms : curve -> length of the generator's gradient, ``(T, E)``.
    accuracy : way of training D -> share it tells apart rightly, ``(T, E)``.
    logit : the same -> mean logit on fakes, ``(T, E)``.
    first_loss : D's loss before its first step, the mean over the seeds.
    """

    knobs: Knobs
    steps: np.ndarray
    norms: dict[str, np.ndarray]
    accuracy: dict[str, np.ndarray]
    logit: dict[str, np.ndarray]
    first_loss: float


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train a discriminator in three ways against the same frozen generators."""
    from gan.data import DATA
    from gan.plane_field import PlaneGan

    norms: dict[str, list[np.ndarray]] = {curve: [] for curve in CURVES}
    accuracy: dict[str, list[np.ndarray]] = {way: [] for way in TEACHERS}
    logit: dict[str, list[np.ndarray]] = {way: [] for way in TEACHERS}
    total, first_loss = len(TEACHERS) * knobs.steps, 0.0
    for number, (way, settings) in enumerate(TEACHERS.items()):
        weight = knobs.weight if way == "R1 + R2" else 0.1 if way == "WGAN-GP" else 1.0
        gan = PlaneGan.of(
            DATA[knobs.data](), width=knobs.width, batch_size=knobs.batch, weight=weight, **settings
        )
        watch = _Watch(gan, knobs)
        field = gan.field(watch.seeds, device=knobs.device)
        rule = Alternating(knobs.lr, Adam(beta1=0.5), order=(1,))
        z = field.initial()
        memory = rule.init(field, z)
        if number == 0:
            first_loss = float(watch.fields["saturating"].losses(z)[1].mean())
        for step in range(knobs.steps + 1):
            if step % EVERY == 0:
                seen = watch(z)
                accuracy[way].append(seen.pop("accuracy"))
                logit[way].append(seen.pop("logit"))
                for curve, (trained, loss) in CURVES.items():
                    if trained == way:
                        norms[curve].append(seen[loss])
                if progress is not None:
                    progress(number * knobs.steps + step, total, f"D: {way}")
            z, memory = rule.step(field.minibatch(), z, memory)
    return Result(
        knobs, np.arange(0, knobs.steps + 1, EVERY),
        {curve: np.array(values) for curve, values in norms.items()},
        {way: np.array(values) for way, values in accuracy.items()},
        {way: np.array(values) for way, values in logit.items()},
        first_loss,
    )  # fmt: skip


class _Watch:
    """Measures a state on a probe that stays the same, with a field for each generator's loss."""

    def __init__(self, gan: PlaneGan, knobs: Knobs):
        self.seeds = range(knobs.seed, knobs.seed + knobs.seeds)
        probe = replace(gan, batch_size=PROBE, penalty="")
        self.fields: dict[str, PlaneField] = {
            loss: replace(probe, loss=loss).field(self.seeds, device=knobs.device).minibatch()
            for _, loss in CURVES.values()
        }

    def __call__(self, z: torch.Tensor) -> dict[str, np.ndarray]:
        """The generator's gradient under each loss; D's accuracy and its mean logit on fakes."""
        found = {
            loss: field.gradient(z, 0).norm(dim=0).cpu().numpy()
            for loss, field in self.fields.items()
        }
        field = self.fields["saturating"]
        fake = field.discriminate(z, field.generate(z, field.batch.noise))
        real = field.discriminate(z, field.batch.real)
        right = ((real > 0).float().mean(dim=1) + (fake < 0).float().mean(dim=1)) / 2
        return found | {"accuracy": right.cpu().numpy(), "logit": fake.mean(dim=1).cpu().numpy()}


def facts(result: Result) -> dict[str, Any]:
    """How far each gradient fell, and the ratio that saturation predicts."""
    from gan.losses import LOSSES

    saturating = np.median(result.norms["saturating"][-1])
    other = np.median(result.norms["non-saturating"][-1])
    t = float(np.median(result.logit["plain"][-1]))
    stated: dict[str, Any] = {
        "D's loss at the start (predicted: it can tell nothing)": Compared(
            LOSSES["saturating"].of_the_undecided()[1], result.first_loss
        ),
        "ln of saturating over non-saturating (predicted: mean logit on fakes)": Compared(
            t, float(np.log(saturating / other))
        ),
    }
    for curve, values in result.norms.items():
        first, last = np.median(values[0]), np.median(values[-1])
        stated[f"{curve}: gradient, first and last"] = f"{first:.3g}, {last:.3g}"
        stated[f"{curve}: changed by a factor of"] = f"{last / first:.3g}"
    for way, values in result.accuracy.items():
        stated[f"accuracy of D at the end, {way}"] = f"{np.median(values[-1]):.1%}"
    stated["verdict"] = _verdict(result)
    return stated


def _verdict(result: Result) -> str:
    fell = {c: float(np.median(v[-1]) / np.median(v[0])) for c, v in result.norms.items()}
    right = float(np.median(result.accuracy["plain"][-1]))
    smooth = float(np.median(result.accuracy["R1 + R2"][-1]))
    if fell["saturating"] > STARVED:
        return "D has not won yet: train it longer, or with larger steps"
    if right > SURE and smooth > SURE and fell["saturating, D with R1 + R2"] > STARVED:
        return (
            f"D wins either way ({right:.0%} and {smooth:.0%} right), but only the unpenalised one "
            "starves its generator: saturation is the culprit, not accuracy"
        )
    return f"D wins ({right:.0%} right) and the minimax gradient starves"


def gradients(result: Result) -> Figure:
    """The generator's gradient while its discriminator is trained."""
    marks: list[Mark] = []
    at = result.steps.astype(float)
    for index, (curve, values) in enumerate(result.norms.items()):
        look = series(index)
        low, high = values.min(axis=1), values.max(axis=1)
        if values.shape[1] > 1 and (low > 0).all():
            marks.append(Band(at, low, high, color=look["color"]))
        marks.append(Line(at, np.median(values, axis=1), label=curve, width=1.8, **look))
    panel = Panel(
        marks,
        x=Axis("steps of the discriminator, the generator is frozen"),
        y=Axis(r"$\|\nabla_\theta L_G\|$", scale="log"),
    )
    return Figure([panel], title=f"{result.knobs.data}: what the generator would be taught")


def accuracy(result: Result) -> Figure:
    """How well each discriminator tells real from fake."""
    at = result.steps.astype(float)
    looks = (("solid", 3.2), ("solid", 1.6), ("dash", 1.6))
    marks: list[Mark] = [
        Line(at, np.median(values, axis=1), label=f"D: {way}", color=series(index)["color"],
             dash=dash, width=width)
        for index, ((way, values), (dash, width)) in enumerate(
            zip(result.accuracy.items(), looks, strict=True)
        )
    ]  # fmt: skip
    marks.append(HorizontalLine(0.5, color="muted", dash="dot", label="guessing"))
    panel = Panel(marks, x=Axis("steps of the discriminator"),
                  y=Axis("accuracy", range=(0.4, 1.02)))  # fmt: skip
    ends = [float(np.median(values[-1])) for values in result.accuracy.values()]
    title = (
        "All of them win: accuracy is not what starves the generator"
        if min(ends) > SURE else "How well each discriminator tells real from fake"
    )  # fmt: skip
    return Figure([panel], title=title)


def saturation(result: Result) -> Figure:
    """The ratio of the two gradients beside what the logits predict."""
    ratio = np.log(result.norms["saturating"] / result.norms["non-saturating"])
    logit = result.logit["plain"]
    ends = np.array([logit.min(), 0.0])
    marks: list[Mark] = [
        Line(ends, ends, color="prediction", dash="dash", label=r"predicted: $e^{t}$"),
        Points(logit.ravel(), ratio.ravel(), size=0.6, opacity=0.6, color="first",
               label="measured, all seeds"),
    ]  # fmt: skip
    panel = Panel(
        marks,
        x=Axis("mean logit $t$ on fakes: how sure D is"),
        y=Axis("ln of saturating over non-saturating"),
    )
    return Figure([panel], title="Saturation: the two gradients part as D grows sure")


DEFAULT = Knobs()


def _starves(result: Result) -> Finding:
    """Whether D wins and the minimax gradient falls far, and what does not fall."""
    change = {
        name: float(np.median(norms[-1]) / np.median(norms[0]))
        for name, norms in result.norms.items()
    }
    right = {way: float(np.median(values[-1])) for way, values in result.accuracy.items()}
    smooth = change["saturating, D with R1 + R2"]
    return holds_in_part(
        right["plain"] > SURE and change["saturating"] < STARVED < 1 < change["non-saturating"],
        f"D tells {right['plain']:.0%} apart, and G's gradient falls to "
        f"{change['saturating']:.1%} of its length with the saturating loss, yet grows "
        f"{change['non-saturating']:,.0f} times with the non-saturating one. A D with R1 + R2, "
        f"{right['R1 + R2']:.0%} right, leaves it {smooth:.1f} times its first length",
    )


CLAIMS = (
    Claim(
        "It is very hard to train GAN", "a D that is too good leaves G without gradient",
        replace(DEFAULT, steps=800, seeds=2), _starves,
    ),
)  # fmt: skip
LESSON = Lesson(
    name="diminished-gradient",
    title="The diminished gradient: when D is too good",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"gradients": gradients, "accuracy": accuracy, "saturation": saturation},
    presets={
        "a ring": DEFAULT,
        "a quick look": replace(DEFAULT, steps=300, seeds=1),
        "longer": replace(DEFAULT, steps=3000),
        "a weak penalty": replace(DEFAULT, weight=0.01),
        "two clouds": replace(DEFAULT, data="two"),
    },
    references=("arjovsky2017principled", "goodfellow2014", "gulrajani2017", "mescheder2018"),
    slides=("It is very hard to train GAN", "Diminished gradient"),
    takes="about a quarter of a minute on two cores",
)
