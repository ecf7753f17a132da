"""Mode collapse: rotating, stuck or partial, how often over many seeds, and what cures it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dynamics.methods import Alternating, Method, Simultaneous
from dynamics.step_rules import Adam
from frenemy.figures import (
    Axis,
    Bars,
    Figure,
    HeatMap,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Points,
    series,
)
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread

if TYPE_CHECKING:
    from gan.data import Mixture

STORY = r"""
**The slide.** The generator collapses: it produces a few kinds of samples, whatever the noise.

**Collapse has kinds.** It may be *stuck* on some modes, or *rotate*: the generator sits on one mode
until the discriminator has learnt to refuse it, moves to the next, and comes round again. Only the
modes visited over a *window* of time tell these two apart. Or it is *partial*: a mode or two are
missing. The count of modes alone misleads, too: a generator may hit all of them with a tenth of its
samples; so quality stands beside it, the share of samples within three deviations of a mode (98.9 %
of real ones are).

**How often?** One run proves nothing; published counts on one and the same ring go from 1 to 6.3
modes. Below many seeds are trained at once, and the probability is given with its 95 % interval.

**What the loss tells.** If the generator sits exactly on $k$ of $n$ equal modes, the best
discriminator's cross entropy is $\ln 2 - JS(k, n)$: a ladder. The rung on which the loss settles
says about how many modes there are; $\ln 2$ means all of them. It speaks of the *best*
discriminator: one that is too slow sits near $\ln 2$ although its generator has collapsed.

**Cures.** A discriminator kept smooth (R1 + R2), or one that judges several samples together
(packing), or is told the spread of its batch, makes a collapsed generator easy to refuse.
"""
RULES = ("alternating", "simultaneous")
SAMPLES = 1000
WATCHES = 60
"""So many moments of training are looked at."""
WINDOW = 1 / 3
"""The last part of training over which visited modes are counted."""
SHOWN = 6


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    data: str = knob("ring", label="data", choices=("ring", "grid", "ring of PacGAN"),
                     help="8 or 25 modes")  # fmt: skip
    loss: str = knob(
        "non-saturating", label="loss", help="what both players minimise",
        choices=("non-saturating", "saturating", "least squares", "hinge", "wasserstein",
                 "relativistic"),
    )  # fmt: skip
    penalty: str = knob(
        "none", label="penalty on D",
        choices=("none", "R1", "R2", "R1 + R2", "gradient penalty", "DRAGAN"),
    )  # fmt: skip
    weight: float = knob(0.1, label="its weight", low=0.001, high=100.0, log=True)
    packing: int = knob(1, label="packing", low=1, high=4, help="samples that D judges together")
    rule: str = knob("alternating", label="training rule", choices=RULES, help="with Adam's step")
    lr_g: float = knob(1e-3, label="step size of G", low=1e-5, high=1e-1, log=True)
    lr_d: float = knob(1e-4, label="step size of D", low=1e-5, high=1e-1, log=True)
    turns: int = knob(1, label="steps of D a step of G", low=1, high=10)
    width: int = knob(64, label="units in a layer", low=8, high=256, help="two layers each")
    latent: int = knob(16, label="noise coordinates", low=1, high=256)
    batch: int = knob(120, label="minibatch", low=12, high=480, step=12, help="real points")
    steps: int = knob(2400, label="training steps", low=60, high=20_000, step=60)
    seeds: int = knob(8, label="seeds", low=1, high=64, help="trained at once")
    seed: int = knob(0, label="first seed", low=0, high=10_000)


@dataclass(frozen=True, eq=False)
class Result:
    """Many seeds of one GAN.

    Attributes
    ----------
    at : steps at which was looked, ``(W,)``.
    counts : good samples at each mode, ``(W, E, k)``.
    nearest : all samples, good or not, by the nearest mode, ``(W, E, k)``.
    quality : ``(W, E)``.
    entropy : D's mean cross entropy on a probe, nats, ``(W, E)``; NaN for losses without one.
    samples : of the first seeds at the end, ``(s, n, 2)``.
    """

    knobs: Knobs
    data: Mixture
    at: np.ndarray
    counts: np.ndarray
    nearest: np.ndarray
    quality: np.ndarray
    entropy: np.ndarray
    samples: np.ndarray

    @property
    def captured(self) -> np.ndarray:
        """Modes with at least one good sample, ``(W, E)``."""
        return (self.counts > 0).sum(axis=2)

    @property
    def visited(self) -> np.ndarray:
        """Modes hit at any time in the last part of training, ``(E,)``."""
        return (self.late(self.counts) > 0).any(axis=0).sum(axis=1)

    def late(self, values: np.ndarray) -> np.ndarray:
        """The last part of something that was looked at over time."""
        return values[-max(round(WINDOW * len(self.at)), 1) :]


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train all seeds at once, and look now and then where their samples are."""
    import torch

    from gan.data import DATA, Mixture
    from gan.measures import modes_and_quality
    from gan.plane_field import PlaneGan

    data = DATA[knobs.data]()
    assert isinstance(data, Mixture)
    gan = PlaneGan.of(
        data, width=knobs.width, latent=knobs.latent, batch_size=knobs.batch, loss=knobs.loss,
        penalty="" if knobs.penalty == "none" else knobs.penalty, weight=knobs.weight,
        packing=knobs.packing,
    )  # fmt: skip
    field = gan.field(range(knobs.seed, knobs.seed + knobs.seeds))
    probe = replace(gan, penalty="", batch_size=480).field(field.seeds).minibatch()
    noise = torch.randn(SAMPLES, knobs.latent, generator=torch.Generator().manual_seed(knobs.seed))
    rule, z = _rule(knobs), field.initial()
    memory, every = rule.init(field, z), max(knobs.steps // WATCHES, 1)
    at, counts, nearest, quality, entropy = [], [], [], [], []
    for step in range(knobs.steps + 1):
        if step % every == 0:
            drawn = field.generate(z, noise).double().numpy()
            found = [modes_and_quality(points, data) for points in drawn]
            at.append(step)
            counts.append([modes.counts for modes in found])
            nearest.append([modes.nearest for modes in found])
            quality.append([modes.quality for modes in found])
            entropy.append(_entropy(knobs, probe, z))
            if progress is not None:
                progress(step, knobs.steps, "training")
        if step < knobs.steps:
            z, memory = rule.step(field.minibatch(), z, memory)
    samples = field.generate(z, noise).double().numpy()[:SHOWN]
    return Result(
        knobs,
        data,
        np.array(at),
        np.array(counts),
        np.array(nearest),
        np.array(quality),
        np.array(entropy),
        samples,
    )


def _rule(knobs: Knobs) -> Method:
    """Adam for both players, each with its own step size; D first, as often as wanted."""
    lr, adam = (knobs.lr_g, knobs.lr_d), Adam(beta1=0.5)
    if knobs.rule == "simultaneous":
        return Simultaneous(lr, adam)
    return Alternating(lr, adam, order=(1,) * knobs.turns + (0,))


def _entropy(knobs: Knobs, probe: Any, z: Any) -> np.ndarray:
    """D's cross entropy per answer on real and fake points."""
    if knobs.loss not in ("saturating", "non-saturating"):
        return np.full(knobs.seeds, np.nan)
    found: np.ndarray = probe.losses(z)[1] / 2
    return found


def interval(hits: int, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a probability."""
    from scipy.stats import binomtest

    found = binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def kind(result: Result, member: int) -> str:
    """What became of a seed: healthy, blurred, partial, rotating or stuck.

    A generator is collapsed if, through the last part of training, its samples are as unevenly
    spread as over at most half of the modes; it rotates if the fullest mode is now this, now that.
    """
    n, now = len(result.data.modes), int(result.captured[-1, member])
    if now == n and result.quality[-1, member] > 0.5:
        return "healthy"
    late = result.late(result.nearest)[:, member]
    shares = late / late.sum(axis=1, keepdims=True)
    spread = np.exp(-(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1))
    if np.median(spread) <= n / 2:
        return "rotating" if len(set(shares.argmax(axis=1))) > 2 else "stuck"
    return "all modes, blurred" if now == n else "partial"


def facts(result: Result) -> dict[str, Any]:
    """How many modes, how good, how often collapsed with its interval, and of which kind."""
    from gan.measures import collapse_loss, expected_quality

    n, E = len(result.data.modes), result.knobs.seeds
    last = result.captured[-1]
    stated: dict[str, Any] = {
        "D's cross entropy at the start (predicted: it can tell nothing, ln 2)": Compared(
            float(np.log(2)) if np.isfinite(result.entropy).any() else None,
            float(np.mean(result.entropy[0])) if np.isfinite(result.entropy).any() else None,
        ),
        "quality (predicted: of real samples)": Compared(
            expected_quality(2), float(np.median(result.quality[-1]))
        ),
        "modes at the end, median over the seeds": f"{np.median(last):g} of {n}",
        "modes at the end, mean ± standard error": (
            f"{last.mean():.2f} ± {last.std(ddof=1) / np.sqrt(E):.2f}" if E > 1 else f"{last[0]}"
        ),
        "modes visited in the last third, median": f"{np.median(result.visited):g} of {n}",
    }
    missing = int((last < n).sum())
    low, high = interval(missing, E)
    stated["probability that a mode is missing"] = (
        f"{missing / E:.0%} of {E} seeds, 95 % interval {low:.0%} to {high:.0%}"
    )
    half = int((last <= n / 2).sum())
    low, high = interval(half, E)
    stated["probability of at most half the modes"] = (
        f"{half / E:.0%}, 95 % interval {low:.0%} to {high:.0%}"
    )
    kinds = [kind(result, member) for member in range(E)]
    told = [f"{kinds.count(name)} {name}" for name in dict.fromkeys(kinds)]
    stated["the seeds"] = ", ".join(told)
    if np.isfinite(result.entropy).all():
        settled = float(np.median(result.entropy[-len(result.at) // 4 :]))
        rung = min(range(1, n + 1), key=lambda k: abs(collapse_loss(k, n) - settled))
        stated["D's cross entropy, last quarter"] = f"{settled:.3f}: the rung of {rung} modes"
    return stated


def samples(result: Result) -> Figure:
    """What the first seeds draw at the end."""
    reach = 1.35 * float(np.abs(result.data.modes).max())
    panels = []
    for member, drawn in enumerate(result.samples):
        inside = (np.abs(drawn) < reach).all(axis=1)
        marks: list[Mark] = [
            Points(*result.data.modes.T, symbol="open-circle", size=1.8, color="muted"),
            Points(*drawn[inside].T, size=0.35, opacity=0.5, color="first"),
        ]
        panels.append(
            Panel(
                marks, x=Axis(range=(-reach, reach), hidden=True),
                y=Axis(range=(-reach, reach), hidden=True), equal_aspect=True,
                title=f"seed {result.knobs.seed + member}: {kind(result, member)}",
            )
        )  # fmt: skip
    return Figure(panels, columns=3, title="What the generators draw at the end")


def modes(result: Result) -> Figure:
    """Modes captured over time, every seed, and their quality."""
    at, n = result.at.astype(float), len(result.data.modes)
    look = series(0)["color"]
    captured = result.captured.astype(float)
    above: list[Mark] = [
        Line(at, captured[:, e], width=0.7, opacity=0.4, color=look)
        for e in range(captured.shape[1])
    ]
    above += [
        Line(at, np.median(captured, axis=1), width=2.2, color=look, label="median of the seeds"),
        HorizontalLine(float(n), color="prediction", dash="dash", label="all of them"),
    ]
    below: list[Mark] = [
        Line(at, np.median(result.quality, axis=1), width=2.0, color=series(1)["color"],
             label="quality, median"),
        HorizontalLine(0.98889, color="prediction", dash="dot", label="quality of real samples"),
    ]  # fmt: skip
    panels = [
        Panel(above, x=Axis("training step"), y=Axis("modes", range=(-0.3, n + 0.6))),
        Panel(below, x=Axis("training step"), y=Axis("quality", range=(-0.03, 1.05))),
    ]
    return Figure(panels, columns=1, title=f"{result.knobs.data}: {result.knobs.seeds} seeds")


def visits(result: Result) -> Figure:
    """To which mode the first seed's samples are nearest: stripes that move are a rotation."""
    share = result.nearest[:, 0].T / SAMPLES
    heat = HeatMap(
        result.at.astype(float), np.arange(1.0, len(share) + 1), share,
        limits=(0.0, max(float(share.max()), 0.05)), scale="share of samples",
    )  # fmt: skip
    panel = Panel([heat], x=Axis("training step"), y=Axis("mode"))
    title = f"seed {result.knobs.seed}: which mode when ({kind(result, 0)})"
    return Figure([panel], title=title)


def ladder(result: Result) -> Figure:
    """D's cross entropy with a rung for every number of modes."""
    from gan.measures import collapse_loss

    n, at = len(result.data.modes), result.at.astype(float)
    rungs = range(1, n + 1) if n <= 8 else (1, 2, 5, 10, 15, 20, 25)
    marks: list[Mark] = [
        HorizontalLine(collapse_loss(k, n), color="muted", dash="dot") for k in rungs
    ]
    if np.isfinite(result.entropy).any():
        for e in range(result.entropy.shape[1]):
            marks.append(Line(at, result.entropy[:, e], width=0.7, opacity=0.4, color="first"))
        median = np.median(result.entropy, axis=1)
        marks.append(Line(at, median, width=2.2, color="first", label="D, median of the seeds"))
    ticks = [(collapse_loss(k, n), f"{k} mode{'s' if k > 1 else ''}") for k in rungs]
    panel = Panel(marks, x=Axis("training step"),
                  y=Axis("D's cross entropy", ticks=ticks))  # fmt: skip
    caption = (
        "rungs: the best D's, if G sits exactly on so many modes; the uppermost is ln 2"
        if np.isfinite(result.entropy).any()
        else ("this loss is no cross entropy")
    )
    return Figure([panel], title="What the loss says of the modes", caption=caption)


def probability(result: Result) -> Figure:
    """How many modes the seeds have at the end."""
    n = len(result.data.modes)
    counts = np.bincount(result.captured[-1], minlength=n + 1)
    share = counts / counts.sum()
    ends = np.array([interval(int(hits), int(counts.sum())) for hits in counts])
    at = np.arange(n + 1.0)
    marks: list[Mark] = [Bars(at, share, label="share of the seeds")]
    for index, (place, (low, high)) in enumerate(zip(at, ends, strict=True)):
        if counts[index]:
            marks.append(Line(np.array([place, place]), np.array([low, high]), color="ink",
                              label="95 % interval"))  # fmt: skip
    panel = Panel(
        marks, x=Axis("modes at the end", range=(-0.6, n + 0.6)), y=Axis("share", range=(0, 1.05))
    )
    return Figure([panel], title=f"How often? {result.knobs.seeds} seeds")


DEFAULT = Knobs()
LESSON = Lesson(
    name="mode-collapse",
    title="Mode collapse: how often, of which kind",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={
        "samples": samples, "modes": modes, "visits": visits, "ladder": ladder,
        "probability": probability,
    },
    presets={
        "D too slow": DEFAULT,
        "a quick look": replace(DEFAULT, steps=600, seeds=2),
        "equal steps": replace(DEFAULT, lr_d=1e-3),
        "cured: R1 + R2": replace(DEFAULT, lr_d=1e-3, penalty="R1 + R2"),
        "relativistic, R1 + R2": replace(DEFAULT, lr_d=1e-3, penalty="R1 + R2",
                                         loss="relativistic"),
        "packed by 2": replace(DEFAULT, lr_d=1e-3, packing=2),
        "saturating": replace(DEFAULT, lr_d=1e-3, loss="saturating"),
        "probability over 32 seeds": replace(DEFAULT, lr_d=1e-3, seeds=32, steps=1800),
    },
    references=("goodfellow2014", "lin2018", "metz2017", "mescheder2018", "jolicoeur2019",
                "huang2024"),
    slides=("Mode collapse",),
    takes="about a quarter of a minute on two cores",
)  # fmt: skip
