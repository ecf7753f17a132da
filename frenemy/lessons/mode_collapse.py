"""Mode collapse: rotating, stuck or partial, how often over many seeds, and what cures it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from dynamics.methods import Alternating, Method, Projected, Simultaneous
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
from frenemy.lessons._claims import Claim, Finding, holds_so_far
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._plane_gans import CLIPPING, LOSS_NAMES, PENALTY_NAMES
from frenemy.lessons._rules import nothing
from frenemy.lessons._threads import on_one_thread
from frenemy.lessons._trainings import DEVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gan.batched import BatchedMLP
    from gan.data import Mixture
    from gan.diagnosis import Diagnosis
    from gan.watch import Record

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

**Surprises.** On this ring the saturating loss, the textbook's warning, misses fewer modes than the
non-saturating one; two steps of $D$ for one of $G$ make collapse *stick* rather than cure it.

**Cures.** A discriminator kept smooth (R1 + R2), or one that judges several samples together
(packing), or is told the spread of its batch, makes a collapsed generator easy to refuse.
"""
RULES = ("alternating", "simultaneous")
SMALL, PAPER = "two layers each", "of the PacGAN paper"
VARIED: dict[str, tuple[dict[str, Any], ...]] = {
    "losses": tuple({"loss": name} for name in LOSS_NAMES),
    "penalties": tuple({"penalty": name} for name in ("none", "R1", "R1 + R2", "gradient penalty",
                                                      "DRAGAN")),
    "steps of D": tuple({"turns": turns} for turns in (1, 2, 3, 5)),
    "step sizes of D": tuple({"lr_d": lr} for lr in (1e-4, 3e-4, 1e-3, 3e-3)),
    "packing": tuple({"packing": packing} for packing in (1, 2, 3, 4)),
}  # fmt: skip
"""What can be compared -> the changes of knobs side by side."""
COLLAPSES = ("rotating", "stuck", "partial")
"""Diagnoses of a generator that makes limited modes."""
SAMPLES = 1000
WATCHES = 60
"""So many moments of training are looked at."""
SHOWN = 6
PUBLISHED = {
    "ring of PacGAN": "GAN 6.3 ± 0.5 modes, quality 98.2 ± 0.2 %; packed by 2: 7.9 ± 0.1, "
    "95.6 ± 2.0 %; packed by 4: 7.8 ± 0.1, 95.9 ± 1.4 %",
    "grid": "GAN 17.3 ± 0.8 modes, quality 94.8 ± 0.7 %; packed by 2: 23.8 ± 0.7, 91.3 ± 0.8 %; "
    "packed by 4: 24.8 ± 0.2, 93.6 ± 0.6 %",
}
"""Data -> the published table's rows [lin2018]_."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    data: str = knob("ring", label="data", choices=("ring", "grid", "ring of PacGAN"),
                     help="8 or 25 modes")  # fmt: skip
    loss: str = knob("non-saturating", label="loss", choices=LOSS_NAMES,
                     help="what both players minimise")  # fmt: skip
    penalty: str = knob(
        "none", label="penalty on D",
        choices=PENALTY_NAMES,
    )  # fmt: skip
    weight: float = knob(0.1, label="its weight", low=0.001, high=100.0, log=True)
    packing: int = knob(1, label="packing", low=1, high=4, help="samples that D judges together")
    rule: str = knob("alternating", label="training rule", choices=RULES, help="with Adam's step")
    lr_g: float = knob(1e-3, label="step size of G", low=1e-5, high=1e-1, log=True)
    lr_d: float = knob(1e-4, label="step size of D", low=1e-5, high=1e-1, log=True)
    turns: int = knob(1, label="steps of D a step of G", low=1, high=10)
    beta1: float = knob(0.5, label=r"Adam's $\beta_1$", low=0.0, high=0.99, step=0.01)
    nets: str = knob(
        SMALL, label="networks", choices=(SMALL, PAPER),
        help="the paper's: G four layers of 400 with batch norm, D three of 200 maxout units",
    )  # fmt: skip
    width: int = knob(64, label="units in a layer", low=8, high=256, help="of small networks")
    latent: int = knob(16, label="noise coordinates", low=1, high=256)
    batch: int = knob(120, label="minibatch", low=12, high=512, step=4, help="real points")
    steps: int = knob(2400, label="training steps", low=60, high=400_000, step=60)
    compare: str = knob(
        "nothing", label="compare", choices=("nothing", *VARIED),
        help="the same seeds with every loss, penalty, …: how often does each collapse?",
    )  # fmt: skip
    seeds: int = knob(8, label="seeds", low=1, high=64, help="trained at once")
    seed: int = knob(0, label="first seed", low=0, high=10_000)
    device: str = knob("cpu", label="device", choices=DEVICES, help="where torch computes")


@dataclass(frozen=True, eq=False)
class Result:
    """Many seeds of one GAN.

    Attributes
    ----------
    records : what was seen of each seed, the same ``(W,)`` moments.
    diagnoses : what became of each.
    samples : of the first seeds at the end, ``(s, n, 2)``.
    compared : what was different -> the same seeds with that.
    """

    knobs: Knobs
    data: Mixture
    records: tuple[Record, ...]
    diagnoses: tuple[Diagnosis, ...]
    samples: np.ndarray
    compared: Mapping[str, Result] = field(default_factory=dict)

    @property
    def at(self) -> np.ndarray:
        """Steps at which was looked, ``(W,)``."""
        return self.records[0].at

    @property
    def captured(self) -> np.ndarray:
        """Modes with at least one good sample, ``(W, E)``."""
        return self.over_seeds(lambda record: record.captured)

    @property
    def quality(self) -> np.ndarray:
        """Share of good samples, ``(W, E)``."""
        return self.over_seeds(lambda record: record.quality)

    @property
    def entropy(self) -> np.ndarray:
        """D's mean cross entropy, nats, ``(W, E)``; NaN for losses without one."""
        return self.over_seeds(lambda record: record.entropy)

    @property
    def visited(self) -> np.ndarray:
        """Modes hit at any time in the last part of training, ``(E,)``."""
        from gan.diagnosis import late, visited

        return np.array([visited(late(record.counts)) for record in self.records])

    def over_seeds(self, value: Callable[[Record], np.ndarray]) -> np.ndarray:
        """Something of every record side by side, ``(W, E)``."""
        return np.stack([value(record) for record in self.records], axis=1)


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train all seeds at once, and again with each change that is to be compared."""
    changes = VARIED.get(knobs.compare, ())
    total = knobs.steps * (1 + len(changes))

    def tell(before: int, done: int) -> None:
        if progress is not None:
            progress(before + done, total, "training")

    found = _trained(knobs, partial(tell, 0))
    compared = {}
    for index, change in enumerate(changes, start=1):
        own = _trained(replace(knobs, **change), partial(tell, index * knobs.steps))
        compared[str(next(iter(change.values())))] = own
    return replace(found, compared=compared)


def _trained(knobs: Knobs, tell: Callable[[int], None]) -> Result:
    """Train all seeds at once, and look now and then where their samples are."""
    from gan.data import DATA, Mixture
    from gan.diagnosis import diagnose
    from gan.laboratory import reported
    from gan.plane_field import PlaneGan
    from gan.watch import Watch, record_of

    data = DATA[knobs.data]()
    assert isinstance(data, Mixture)
    gan = PlaneGan(
        data, *_networks(knobs), loss=knobs.loss, packing=knobs.packing,
        batch_size=knobs.batch - knobs.batch % knobs.packing, weight=knobs.weight,
        penalty="" if knobs.penalty in ("none", CLIPPING) else knobs.penalty,
    )  # fmt: skip
    game = gan.field(range(knobs.seed, knobs.seed + knobs.seeds), device=knobs.device)
    watch = Watch(gan, game.seeds, count=SAMPLES, seed=knobs.seed, device=knobs.device)
    rule, z = _rule(knobs), game.initial()
    memory, every = rule.init(game.minibatch(), z), max(knobs.steps // WATCHES, 1)
    looks = []
    for step in range(knobs.steps + 1):
        if step % every == 0:
            looks.append(watch(step, reported(game, rule, z, memory)))
            tell(step)
        if step < knobs.steps:
            z, memory = rule.step(game.minibatch(), z, memory)
    records = tuple(record_of(looks, member, watch.floor) for member in range(knobs.seeds))
    samples = watch.samples(reported(game, rule, z, memory))[:SHOWN]
    return Result(knobs, data, records, tuple(map(diagnose, records)), samples)


def _networks(knobs: Knobs) -> tuple[BatchedMLP, BatchedMLP]:
    """Generator and discriminator, small or as in [lin2018]_."""
    from gan.batched import BatchedMLP

    seen = 2 * knobs.packing
    if knobs.nets == SMALL:
        return BatchedMLP(knobs.latent, 2, knobs.width), BatchedMLP(seen, 1, knobs.width)
    return (
        BatchedMLP(knobs.latent, 2, 400, 4, batch_norm=True),
        BatchedMLP(seen, 1, 200, 3, "maxout"),
    )


def _rule(knobs: Knobs) -> Method:
    """Adam for both players, each with its own step size; D first, as often as wanted."""
    lr, adam = (knobs.lr_g, knobs.lr_d), Adam(beta1=knobs.beta1)
    rule: Method = Alternating(lr, adam, order=(1,) * knobs.turns + (0,))
    if knobs.rule == "simultaneous":
        rule = Simultaneous(lr, adam)
    if knobs.penalty == CLIPPING:
        rule = Projected(rule, -knobs.weight, knobs.weight, player=1)
    return rule


def missing(result: Result) -> int:
    """Seeds in which a mode is missing at the end."""
    return int((result.captured[-1] < len(result.data.modes)).sum())


def collapsed(result: Result) -> int:
    """Seeds that have at most half of the modes at the end."""
    return int((result.captured[-1] <= len(result.data.modes) / 2).sum())


def interval(hits: int, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a probability."""
    from scipy.stats import binomtest

    found = binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


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
    stated["probability that a mode is missing"] = _share(missing(result), E)
    stated["probability of at most half the modes"] = _share(collapsed(result), E)
    kinds = [diagnosis.kind for diagnosis in result.diagnoses]
    told = [f"{kinds.count(name)} {name}" for name in dict.fromkeys(kinds)]
    stated["the seeds"] = ", ".join(told)
    if np.isfinite(result.entropy).all():
        settled = float(np.median(result.entropy[-len(result.at) // 4 :]))
        rung = min(range(1, n + 1), key=lambda k: abs(collapse_loss(k, n) - settled))
        stated["D's cross entropy, last quarter"] = f"{settled:.3f}: the rung of {rung} modes"
    if result.knobs.data in PUBLISHED and result.knobs.nets == PAPER:
        stated["published, 400,000 steps, 10 runs (Lin et al. 2018)"] = PUBLISHED[result.knobs.data]
    for change, own in result.compared.items():
        stated[f"{result.knobs.compare}: {change}"] = (
            f"a mode is missing in {_share(missing(own), E)}, "
            f"at most half are there in {_share(collapsed(own), E)}"
        )
    return stated


def _share(hits: int, trials: int) -> str:
    low, high = interval(hits, trials)
    return f"{hits / trials:.0%} of {trials} seeds, 95 % interval {low:.0%} to {high:.0%}"


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
                title=f"seed {result.knobs.seed + member}: {result.diagnoses[member].kind}",
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
    share = result.records[0].nearest.T / SAMPLES
    heat = HeatMap(
        result.at.astype(float), np.arange(1.0, len(share) + 1), share,
        limits=(0.0, max(float(share.max()), 0.05)), scale="share of samples",
    )  # fmt: skip
    panel = Panel([heat], x=Axis("training step"), y=Axis("mode"))
    title = f"seed {result.knobs.seed}: which mode when ({result.diagnoses[0].kind})"
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


def comparison(result: Result) -> Figure:
    """How often the same seeds collapse with each change, with 95 % intervals."""
    if not result.compared:
        return nothing("set the knob 'compare' to train the same seeds with other settings")
    names, E = list(result.compared), result.knobs.seeds
    marks: list[Mark] = []
    for place, (what, count, label) in enumerate(
        (("first", missing, "a mode is missing"), ("second", collapsed, "at most half the modes"))
    ):
        hits = [count(own) for own in result.compared.values()]
        at = np.arange(len(names)) + 0.36 * place - 0.18
        marks.append(Bars(at, np.array(hits) / E, width=0.34, color=what, label=label))
        for x, hit in zip(at, hits, strict=True):
            marks.append(Line(np.full(2, x), np.array(interval(hit, E)), color="ink", width=1.2,
                              label="95 % interval"))  # fmt: skip
    panel = Panel(
        marks, x=Axis.of_categories(names, result.knobs.compare),
        y=Axis("share of the seeds", range=(0, 1.05)),
    )  # fmt: skip
    return Figure(
        [panel], title=f"How often is something missing? {E} seeds, {result.knobs.steps:,} steps"
    )


DEFAULT = Knobs()
PAPER_KNOBS = replace(
    DEFAULT, data="ring of PacGAN", nets=PAPER, rule="simultaneous", lr_g=1e-4, lr_d=1e-4,
    beta1=0.8, latent=2, batch=100, steps=400_000, seeds=10,
)  # fmt: skip
"""The protocol of [lin2018]_: many hours on two cores."""


def _collapses(result: Result) -> Finding:
    """Whether most seeds collapse, by their diagnoses; in part if the interval holds one half."""
    from gan.measures import expected_quality

    kinds = [diagnosis.kind for diagnosis in result.diagnoses]
    hits = sum(kind in COLLAPSES for kind in kinds)
    seeds, modes = len(kinds), len(result.data.modes)
    low, high = interval(hits, seeds)
    told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return holds_so_far(
        (low > 0.5, high > 0.5),
        f"after {result.knobs.steps:,} steps of {seeds} seeds: {told}; so {hits} collapse, a share "
        f"of {low:.0%} to {high:.0%} (Wilson's 95 % interval). At the end {missing(result)} miss "
        f"a mode, {collapsed(result)} have at most half of the {modes}; median quality "
        f"{np.median(result.quality[-1]):.0%} (real samples: {expected_quality(2):.0%})",
    )


CLAIMS = (
    Claim(
        "It is very hard to train GAN", "collapse: limited modes of samples",
        replace(DEFAULT, lr_d=1e-3), _collapses,
    ),
)  # fmt: skip
LESSON = Lesson(
    name="mode-collapse",
    title="Mode collapse: how often, of which kind",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={
        "samples": samples, "modes": modes, "visits": visits, "ladder": ladder,
        "probability": probability, "comparison": comparison,
    },
    presets={
        "D too slow: 32 of 32 seeds rotate": DEFAULT,
        "a quick look": replace(DEFAULT, steps=600, seeds=2),
        "equal steps: 16 of 32 miss a mode": replace(DEFAULT, lr_d=1e-3),
        "five steps of D: 32 of 32 stuck": replace(DEFAULT, lr_d=1e-3, turns=5, steps=1800),
        "R1 + R2: 2 of 32 miss one": replace(DEFAULT, lr_d=1e-3, penalty="R1 + R2"),
        "relativistic, R1 + R2: 2 of 32 miss one": replace(
            DEFAULT, lr_d=1e-3, penalty="R1 + R2", loss="relativistic"
        ),
        "packed by 2: 11 of 32 miss one": replace(DEFAULT, lr_d=1e-3, packing=2),
        "saturating: none of 32 misses one": replace(DEFAULT, lr_d=1e-3, loss="saturating"),
        "probability over 32 seeds": replace(DEFAULT, lr_d=1e-3, seeds=32, steps=1800),
        **{
            f"32 seeds: {name}": replace(DEFAULT, lr_d=1e-3, seeds=32, steps=1800, compare=name)
            for name in VARIED
        },
        "paper: ring": PAPER_KNOBS,
        "paper: ring packed by 2": replace(PAPER_KNOBS, packing=2),
        "paper: grid": replace(PAPER_KNOBS, data="grid"),
        "paper: grid packed by 2": replace(PAPER_KNOBS, data="grid", packing=2),
    },
    references=("goodfellow2014", "lin2018", "metz2017", "mescheder2018", "jolicoeur2019",
                "huang2024"),
    slides=("It is very hard to train GAN", "Mode collapse"),
    takes="about a quarter of a minute on two cores",
)  # fmt: skip
