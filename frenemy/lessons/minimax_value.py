"""The GAN as a minimax game: what the best discriminator makes of its value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from dynamics.minimax import (
    Density,
    derivation,
    gan_value,
    generator_gradients,
    jensen_shannon,
    kullback_leibler,
    optimal_discriminator,
    parse_density,
    total_variation,
    wasserstein,
)
from frenemy.figures import (
    Axis,
    Band,
    Bars,
    Figure,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Points,
    VerticalLine,
)
from frenemy.lessons._claims import Claim, Finding, holds, holds_in_part
from frenemy.lessons._lesson import Compared, Lesson, knob

INTRODUCTION = r"""
**The slide.** $\min_G \max_D V(D, G) = E_{x \sim p_r} \log D(x) + E_{x \sim p_g} \log(1 - D(x))$:
the discriminator wants the value large, the generator wants it small. Both distributions are given
by formula here, so that the *best* discriminator is known, and every step can be followed.
"""
CONCLUSION = r"""
**What follows for training.** If the discriminator were always the best, the generator would
minimise the Jensen-Shannon divergence. That is bounded by $\log 2$: once the two distributions
hardly meet it is flat, and so is the generator's gradient $\partial_x \log(1 - D^*)$. The
non-saturating loss $-\log D$ has its largest gradient just there. Wasserstein's distance keeps
growing with the distance, for point masses too, which is the argument for Wasserstein GANs.
"""
FARTHEST = 8.0
DISTANCES = np.linspace(-FARTHEST, FARTHEST, 65)
"""The distances that the curves cover."""


def _story() -> str:
    lines = [
        f"{number}. {step.words}\n\n   $${step.latex}$$"
        for number, step in enumerate(derivation(), start=1)
    ]
    return INTRODUCTION + "\n**The derivation.**\n\n" + "\n".join(lines) + "\n" + CONCLUSION


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    real: str = knob(
        "N(0, 1)",
        label="data",
        help="N(mean, deviation), U(low, high), P(point), or 0.3*N(-2, 0.5) + 0.7*N(1, 1)",
    )
    fake: str = knob("N(0, 1)", label="generator", help="written as the data, at distance 0")
    distance: float = knob(
        1.0, label="distance $d$", low=-FARTHEST, high=FARTHEST, step=0.05,
        help="by which the generator is moved to the right",
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Result:
    """Two distributions, and how far apart they are in every sense as one is moved.

    Attributes
    ----------
    distances : shape ``(n,)``. curves : name -> values there, ``(n,)``; NaN where there is none.
    gradients : loss -> mean gradient of a sample there; empty for discrete distributions.
    """

    knobs: Knobs
    real: Density
    fake: Density
    distances: np.ndarray
    curves: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]


MEASURES = {
    "Kullback-Leibler": kullback_leibler,
    "Jensen-Shannon": jensen_shannon,
    "total variation": total_variation,
    "Wasserstein": wasserstein,
}


def run(knobs: Knobs) -> Result:
    """Compare the distributions at many distances.

    Raises
    ------
    ValueError
        If a text is no distribution, or one is discrete and the other is not.
    """
    real, fake = parse_density(knobs.real), parse_density(knobs.fake)
    curves, gradients = _curves(real, fake)
    return Result(knobs, real, fake.shifted(knobs.distance), DISTANCES, curves, gradients)


@lru_cache(maxsize=32)
def _curves(real: Density, resting: Density) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Every measure, and both gradients, at all distances; kept while the distance is turned."""
    moved = [resting.shifted(float(distance)) for distance in DISTANCES]
    curves = {
        name: np.array([measure(real, each) for each in moved])
        for name, measure in MEASURES.items()
    }
    if real.is_discrete:
        return curves, {}
    found = [generator_gradients(real, each) for each in moved]
    return curves, {name: np.array([each[name] for each in found]) for name in found[0]}


def facts(result: Result) -> dict[str, Any]:
    """The value by its integral beside twice the divergence; the distances; both gradients."""
    real, fake = result.real, result.fake
    divergence = jensen_shannon(real, fake)
    stated: dict[str, Any] = {
        "V(D*, G): 2 JSD − log 4, and by its integral": Compared(
            2 * divergence - float(np.log(4)), gan_value(real, fake)
        ),
        "smallest value, where the generator is right": Compared(
            -float(np.log(4)), gan_value(real, real)
        ),
    }
    for name, measure in MEASURES.items():
        stated[name] = measure(real, fake)
    if result.gradients:
        gradients = generator_gradients(real, fake)
        for name, value in gradients.items():
            stated[f"mean gradient of a sample, {name}"] = value
        stated.update(_slopes(result))
    return stated


def _slopes(result: Result) -> dict[str, Compared]:
    """The saturating gradient is the slope of 2 JSD: the envelope theorem, in numbers."""
    real, fake, h = result.real, result.fake, 1e-4
    if np.isinf(kullback_leibler(fake, real)):
        return {}
    ahead, behind = (jensen_shannon(real, fake.shifted(step)) for step in (h, -h))
    gradient = generator_gradients(real, fake)["saturating"]
    return {"slope of 2 JSD, and the saturating gradient": Compared((ahead - behind) / h, gradient)}


def densities(result: Result) -> Figure:
    """Both distributions and the best discriminator between them."""
    real, fake = result.real, result.fake
    if real.is_discrete:
        return _masses(result)
    x = _window(result)
    a, b = real.pdf(x), fake.pdf(x)
    best = optimal_discriminator(real, fake, x)
    upper = Panel(
        [
            Band(x, np.zeros_like(x), a, color="first"),
            Line(x, a, label="data $p_r$", color="first"),
            Band(x, np.zeros_like(x), b, color="second"),
            Line(x, b, label="generator $p_g$", color="second"),
        ],
        x=Axis("$x$"),
        y=Axis("density"),
    )
    lower = Panel(
        [
            Line(x, best, label=r"$D^\ast = p_r/(p_r + p_g)$", color="third"),
            HorizontalLine(0.5, color="muted", dash="dash", label="cannot tell"),
        ],
        x=Axis("$x$"),
        y=Axis("best discriminator", range=(-0.02, 1.02)),
    )
    return Figure([upper, lower], columns=2, title=_title(result))


def _masses(result: Result) -> Figure:
    real, fake = result.real, result.fake
    places = np.union1d(real.corners(), fake.corners())
    width = 0.02 * max(float(np.ptp(places)), 1.0)
    marks: list[Mark] = [
        Bars(places, real.pdf(places), width=width, color="first", label="data"),
        Bars(places + width, fake.pdf(places), width=width, color="second", label="generator"),
        Points(
            places, optimal_discriminator(real, fake, places), color="third", symbol="diamond",
            size=1.4, label=r"$D^\ast$",
        ),
    ]  # fmt: skip
    panel = Panel(marks, x=Axis("$x$"), y=Axis("mass", range=(-0.02, 1.05)))
    return Figure([panel], title=_title(result))


def _window(result: Result) -> np.ndarray:
    """Where either density is to be seen, shape ``(n,)``."""
    ends = []
    for density in (result.real, result.fake):
        corners = density.corners()
        x = np.linspace(corners[0], corners[-1], 4001)
        seen = x[density.pdf(x) > 1e-3 * density.pdf(x).max()]
        ends += [seen[0], seen[-1]]
    margin = 0.05 * (max(ends) - min(ends))
    return np.linspace(min(ends) - margin, max(ends) + margin, 1201)


def distances(result: Result) -> Figure:
    """Every measure of how far apart the two are, as the generator is moved."""
    marks: list[Mark] = []
    for index, (name, values) in enumerate(result.curves.items()):
        shown = np.where(np.isfinite(values), values, np.nan)
        colors = ("first", "second", "third", "fourth")
        marks.append(Line(result.distances, shown, label=name, color=colors[index], width=1.3))
    marks += [
        HorizontalLine(float(np.log(2)), color="muted", dash="dash", label=r"$\log 2$"),
        VerticalLine(result.knobs.distance, color="ink", dash="dot", label="now"),
    ]
    panel = Panel(marks, x=Axis("distance $d$"), y=Axis("divergence", range=(-0.05, 4.0)))
    never = [name for name, values in result.curves.items() if np.isinf(values).all()]
    note = f"infinite at every distance: {', '.join(never)}" if never else ""
    return Figure(
        [panel], title=f"data {result.knobs.real}, generator {result.knobs.fake}", caption=note
    )


def gradients(result: Result) -> Figure:
    """What reaches the generator: at each point of the line now, and on average by distance."""
    if not result.gradients:
        return Figure(
            [Panel([HorizontalLine(0.0)], x=Axis("$x$"), y=Axis("gradient", range=(-1, 1)))],
            title="point masses that are apart leave no gradient at all",
        )
    x = _window(result)
    a, b = result.real.pdf(x), result.fake.pdf(x)
    sure = (a > 1e-250) & (b > 1e-250)
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = result.real.slope(x) / a - result.fake.slope(x) / b
        best = a / (a + b)
    shown = {
        "saturating": np.where(sure, -best * odds, np.nan),
        "non-saturating": np.where(sure, -(1 - best) * odds, np.nan),
    }
    local: list[Mark] = [HorizontalLine(0.0, color="muted")]
    overall: list[Mark] = [VerticalLine(result.knobs.distance, color="ink", dash="dot")]
    labels = {
        "saturating": r"$\partial_x \log(1 - D^\ast)$",
        "non-saturating": r"$-\partial_x \log D^\ast$",
    }
    for index, (name, values) in enumerate(shown.items()):
        color = ("first", "second")[index]
        local.append(Line(x, values, label=labels[name], color=color))
        size = np.maximum(np.abs(result.gradients[name]), 1e-12)
        overall.append(Line(result.distances, size, label=name, color=color))
    panels = [
        Panel(local, x=Axis("sample $x$"), y=Axis("gradient by the sample")),
        Panel(
            overall,
            x=Axis("distance $d$"),
            y=Axis("|mean gradient|", scale="log", range=(1e-5, 30.0)),
        ),
    ]
    return Figure(panels, title=_title(result))


def _title(result: Result) -> str:
    moved = f", moved by {result.knobs.distance:g}" if result.knobs.distance else ""
    return f"data {result.knobs.real}, generator {result.knobs.fake}{moved}"


GAUSSIANS = Knobs()
SHIFTS = (-1.0, -0.1, 0.1, 1.0)
"""By which the logits of the best discriminator are shifted, everywhere or on one side."""
ROUNDING = 1e-9


def _value_of(real: Density, fake: Density, shift: float, beyond: float = -np.inf) -> float:
    """V where D's logits are those of the best one, shifted to the right of a place."""
    x = np.linspace(*_ends(real, fake), 20_001)
    a, b = real.pdf(x), fake.pdf(x)
    sure = (a > 0) & (b > 0)
    logit = np.log(a[sure]) - np.log(b[sure]) + shift * (x[sure] > beyond)
    integrand = -a[sure] * np.logaddexp(0, -logit) - b[sure] * np.logaddexp(0, logit)
    return float(np.trapezoid(integrand, x[sure]))


def _ends(real: Density, fake: Density) -> tuple[float, float]:
    corners = np.concatenate([real.corners(), fake.corners()])
    return float(corners.min()), float(corners.max())


def _minimax(result: Result) -> Finding:
    """D* is a maximum over D; p_g = p_r a minimum over the generator's places."""
    real, fake = result.real, result.fake
    best = _value_of(real, fake, 0.0)
    middle = sum(_ends(real, fake)) / 2
    others = [_value_of(real, fake, by, at) for by in SHIFTS for at in (-np.inf, middle)]
    values = 2 * result.curves["Jensen-Shannon"] - float(np.log(4))
    least = int(np.argmin(values))
    rest = np.delete(values, least)
    value = gan_value(real, fake)
    return holds(
        abs(best - value) < 1e-6 and max(others) < best
        and abs(values[least] + np.log(4)) < ROUNDING and rest.min() > values[least] + ROUNDING,
        f"over D: V(D*, G) = {value:.6f}; {len(others)} other discriminators get at most "
        f"{max(others):.6f}. Over G: of {len(values)} places V(D*, G) is least at distance "
        f"{result.distances[least]:g}, by {values[least]:.6f} (−ln 4 = {-np.log(4):.6f}), and at "
        f"least {rest.min():.6f} elsewhere",
        Compared(2 * jensen_shannon(real, fake) - float(np.log(4)), value),
    )  # fmt: skip


def _zero_sum(result: Result) -> Finding:
    """Whether the sum of both players' losses stays when the generator alone moves."""
    moved = result.fake.shifted(1.0)
    real = _logits(result, result.real)
    changes = {}
    for name in ("saturating", "non-saturating"):
        before, after = (_sum_of_losses(name, real, _logits(result, at))
                         for at in (result.fake, moved))  # fmt: skip
        changes[name] = after - before
    return holds_in_part(
        abs(changes["saturating"]) < ROUNDING < abs(changes["non-saturating"]),
        "the value is: let G move by 1 while D stays, and the sum of both losses changes by "
        f"{changes['saturating']:.1g} with the saturating loss, which is G's part of V; with the "
        f"non-saturating one, that most GANs are trained by, it changes by "
        f"{changes['non-saturating']:+.3f}",
    )


def _logits(result: Result, density: Density) -> np.ndarray:
    """Logits of the best discriminator at evenly spread quantiles of a density."""
    x = np.linspace(*_ends(result.real, result.fake.shifted(1.0)), 20_001)
    at = np.interp((np.arange(2000) + 0.5) / 2000, density.cdf(x), x)
    logits: np.ndarray = np.log(result.real.pdf(at)) - np.log(result.fake.pdf(at))
    return logits


def _sum_of_losses(name: str, real: np.ndarray, fake: np.ndarray) -> float:
    import torch

    from gan.losses import LOSSES

    logits = torch.from_numpy(real), torch.from_numpy(fake)
    loss = LOSSES[name]
    return float(loss.generator(*logits) + loss.discriminator(*logits))


CLAIMS = (
    Claim("Game Theory and GAN", "min over G, max over D of V(D, G)", GAUSSIANS, _minimax),
    Claim("Game Theory and GAN", "GAN is a zero-sum game", GAUSSIANS, _zero_sum),
)  # fmt: skip
LESSON = Lesson(
    name="minimax-value",
    title="The GAN's minimax value",
    story=_story(),
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"densities": densities, "distances": distances, "gradients": gradients},
    presets={
        "two Gaussians": GAUSSIANS,
        "far apart": replace(GAUSSIANS, distance=6.0),
        "two modes, one found": replace(
            GAUSSIANS, real="0.5*N(-2, 0.5) + 0.5*N(2, 0.5)", fake="N(-2, 0.5)", distance=0.0
        ),
        "uniform, overlapping": replace(GAUSSIANS, real="U(0, 1)", fake="U(0, 1)", distance=0.5),
        "uniform, apart": replace(GAUSSIANS, real="U(0, 1)", fake="U(0, 1)", distance=2.0),
        "point masses": replace(GAUSSIANS, real="P(0)", fake="P(0)", distance=1.0),
        "discrete": replace(
            GAUSSIANS, real="0.2*P(0) + 0.3*P(1) + 0.5*P(2)", fake="0.5*P(0) + 0.5*P(1)",
            distance=1.0,
        ),
        "too narrow": replace(GAUSSIANS, fake="N(0, 0.3)", distance=0.0),
    },
    references=("goodfellow2014", "arjovsky2017principled", "arjovsky2017", "lin1991"),
    slides=("Game Theory and GAN",),
)  # fmt: skip
