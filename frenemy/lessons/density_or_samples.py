"""A density, samples, or both: kernel density, Gaussian mixture and GAN on the same points."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.figures import (
    Axis,
    Band,
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
from frenemy.lessons._claims import Claim, Finding, holds, holds_so_far
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._plane_gans import DATA_NAMES, data_of
from frenemy.lessons._threads import on_one_thread

if TYPE_CHECKING:
    from torch import Tensor

    from gan.data import Data
    from gan.plane_field import PlaneField

STORY = r"""
**The slide.** A generative model learns $p_{model} \approx p_{data}$; one way is to estimate the
density, another to learn to sample.

**Three learners, the same points.** A *kernel density* puts a little hill on every training point.
A *Gaussian mixture* fits a few ellipses by likelihood. A *GAN* learns to turn noise into samples
and never writes a density down. Ask each: how likely is this point? Draw me new ones!

| | a density | samples | what it keeps |
|---|---|---|---|
| kernel density | yes | yes | all training points |
| Gaussian mixture | yes | yes | means, covariances, shares |
| GAN | **no** | yes | a network |

**Predict, then measure.** No model can expect a higher mean log density on fresh points than the
true density's, minus the entropy of the data, where that is known: it stands as the prediction.
Samples are judged by the energy distance to fresh data, beside its *noise floor*: what a fresh real
sample of the same size scores.

**What it is good for.** A density finds outliers and compresses; samples drive simulations, and an
agent can plan in a simulated world. Where pictures count, samples are all one needs: the deck names
art, *super-resolution* and *colourisation*. A GAN whose generator is given the small picture and
returns the large one learns the first (Ledig et al. 2017); one that is given an outline, or the
picture without its colours, learns the second (Isola et al. 2017).

**What cannot be asked.** A GAN has no likelihood to offer: one that is estimated from its samples
moves by nats with the width of the estimator's kernel, and so says more about the estimator. And a
kernel density's samples are its training points, shaken: the distance to the nearest training point
tells a model that learns from one that remembers.
"""
NAMES = ("kernel density", "Gaussian mixture", "GAN")
FRESH = 1500
"""Fresh points that all models are judged by, and samples of each."""
LATENT = 4
"""Coordinates of the GAN's noise."""
CELLS = 80
WIDTHS = np.geomspace(0.01, 1.0, 21)
"""Widths of the kernel that are tried."""
TRIED = np.array([0.02, 0.05, 0.1, 0.2, 0.5])
"""Widths by which a density is estimated from samples."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    data: str = knob("unequal", label="data", choices=DATA_NAMES, help="what is to be learnt")
    points: int = knob(500, label="training points", low=30, high=5000)
    width: float = knob(0.0, label="width of the kernel", low=0.0, high=1.0, step=0.005,
                        help="0 chooses it by cross-validation")  # fmt: skip
    components: int = knob(3, label="components of the mixture", low=1, high=40)
    steps: int = knob(2500, label="training steps of the GAN", low=50, high=20_000, step=50)
    weight: float = knob(0.05, label="weight of R1 + R2", low=0.001, high=10.0, log=True,
                         help="what keeps the GAN's D smooth")  # fmt: skip
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of everything random")


@dataclass(frozen=True, eq=False)
class Model:
    """One learner.

    Attributes
    ----------
    samples : drawn from it, ``(n, 2)``.
    density : on the grid, ``(CELLS, CELLS)``; None if it has none.
    log_density : at the fresh points, ``(n,)``; None if it has none.
    distance : energy distance of the samples to fresh data. nearest : median distance of a sample
        to the nearest training point.
    seconds : to learn.
    """

    samples: np.ndarray
    density: np.ndarray | None
    log_density: np.ndarray | None
    distance: float
    nearest: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Result:
    """Three learners of the same points.

    Attributes
    ----------
    training, fresh : points, ``(n, 2)``. grid : middles of the cells along both axes.
    models : name -> learner. width : of the kernel.
    exact : the true log density at the fresh points; None where it is not known.
    floor : mean and deviation of the distance of fresh real samples. nearest : median distance of
        a fresh point to the nearest training point.
    estimates : mean log density of fresh points by kernels on the GAN's samples, one for each of
        ``TRIED``, ``(w,)``.
    """

    knobs: Knobs
    training: np.ndarray
    fresh: np.ndarray
    grid: np.ndarray
    models: dict[str, Model]
    width: float
    exact: np.ndarray | None
    floor: tuple[float, float]
    nearest: float
    estimates: np.ndarray

    @property
    def ceiling(self) -> float:
        """Samples at most so far from fresh data cannot be told from data."""
        mean, spread = self.floor
        return mean + 3 * spread

    def mass(self, name: str) -> float:
        """The integral of a learner's density over the grid; NaN if it has none."""
        density = self.models[name].density
        cell = float(self.grid[1] - self.grid[0]) ** 2
        return float("nan") if density is None else float(density.sum()) * cell


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Draw points, let all three learn them, and judge them by fresh ones."""
    import torch

    from gan.data import Mixture
    from gan.measures import energy, noise_floor

    data = data_of(knobs.data)
    generator = torch.Generator().manual_seed(knobs.seed)
    training, fresh = (
        data.sample(count, generator).double().numpy() for count in (knobs.points, FRESH)
    )
    reach = 1.25 * float(np.abs(fresh).max())
    grid = (np.arange(CELLS) + 0.5) / CELLS * 2 * reach - reach
    across, up = np.meshgrid(grid, grid)
    places = np.stack([across.ravel(), up.ravel()], axis=1)
    kernel, width, spent = _kernel(training, knobs)
    seeds = [int(one) for one in np.random.SeedSequence(knobs.seed).generate_state(2)]
    learners = {
        "kernel density": (kernel, spent),
        "Gaussian mixture": _mixture(training, knobs),
        "GAN": _gan(training, knobs, seeds[1] % 10_000, progress),
    }
    models = {}
    for name, (learner, seconds) in learners.items():
        samples = _drawn(learner, seeds[0])
        surface = _log_density(learner, places)
        models[name] = Model(
            samples, None if surface is None else np.exp(surface).reshape(CELLS, CELLS),
            _log_density(learner, fresh), energy(fresh, samples), _nearest(samples, training),
            seconds,
        )  # fmt: skip
    return Result(
        knobs, training, fresh, grid, models, width,
        data.log_density(fresh) if isinstance(data, Mixture) else None,
        noise_floor(energy, data, FRESH, repeats=5, seed=knobs.seed), _nearest(fresh, training),
        np.array([_estimate(models["GAN"].samples, fresh, width) for width in TRIED]),
    )  # fmt: skip


def _log_density(learner: Any, points: np.ndarray) -> np.ndarray | None:
    """A learner's answer to how likely points are; None if it has no means to answer."""
    asked = getattr(learner, "score_samples", None)
    return None if asked is None else np.asarray(asked(points))


def _estimate(samples: np.ndarray, points: np.ndarray, width: float) -> float:
    """Mean log density of points by a Gaussian kernel on samples."""
    from sklearn.neighbors import KernelDensity

    return float(KernelDensity(bandwidth=width).fit(samples).score_samples(points).mean())


def _kernel(training: np.ndarray, knobs: Knobs) -> tuple[Any, float, float]:
    """A Gaussian kernel density, its width by five-fold likelihood unless it is set."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.neighbors import KernelDensity

    began = time.perf_counter()
    if knobs.width:
        fitted = KernelDensity(bandwidth=knobs.width).fit(training)
    else:
        search = GridSearchCV(KernelDensity(), {"bandwidth": WIDTHS})
        fitted = search.fit(training).best_estimator_
    return fitted, float(fitted.bandwidth), time.perf_counter() - began


def _mixture(training: np.ndarray, knobs: Knobs) -> tuple[Any, float]:
    from sklearn.mixture import GaussianMixture

    began = time.perf_counter()
    model = GaussianMixture(min(knobs.components, len(training)), n_init=3, random_state=knobs.seed)
    return model.fit(training), time.perf_counter() - began


def _drawn(learner: Any, seed: int) -> np.ndarray:
    """Samples of a learner, of scikit-learn or a GAN."""
    if hasattr(learner, "means_"):
        learner.set_params(random_state=seed)
        samples: np.ndarray = learner.sample(FRESH)[0]
        return samples
    return np.asarray(learner.sample(FRESH, random_state=seed))


@dataclass(frozen=True, eq=False)
class _Generator:
    """All that a trained GAN can be asked.

    Attributes
    ----------
    field, state : the game and its parameters, an average perhaps.
    """

    field: PlaneField
    state: Tensor

    def sample(self, count: int, random_state: int) -> np.ndarray:
        """Noise turned into points, ``(count, 2)``."""
        import torch

        noise = torch.randn(count, LATENT, generator=torch.Generator().manual_seed(random_state))
        drawn: np.ndarray = self.field.generate(self.state, noise)[0].double().numpy()
        return drawn


def _gan(
    training: np.ndarray, knobs: Knobs, seed: int, progress: Progress | None
) -> tuple[_Generator, float]:
    """A GAN that has seen nothing but the training points."""
    from dynamics.methods import Alternating, Averaged
    from dynamics.step_rules import Adam
    from gan.data import Points as Sample
    from gan.laboratory import reported
    from gan.plane_field import PlaneGan

    began = time.perf_counter()
    learnt: Data = Sample(training)
    game = PlaneGan.of(
        learnt, width=64, latent=LATENT, batch_size=128, penalty="R1 + R2", weight=knobs.weight
    ).field((seed,))
    rule = Averaged(Alternating((1e-3, 2e-3), Adam(beta1=0.5), order=(1, 0)), 0.99)
    z = game.initial()
    memory = rule.init(game.minibatch(), z)
    for step in range(knobs.steps):
        z, memory = rule.step(game.minibatch(), z, memory)
        if progress is not None and step % 50 == 0:
            progress(step, knobs.steps, "training the GAN")
    return _Generator(game, reported(game, rule, z, memory)), time.perf_counter() - began


def _nearest(samples: np.ndarray, training: np.ndarray) -> float:
    from scipy.spatial import cKDTree

    return float(np.median(cKDTree(training).query(samples)[0]))


def facts(result: Result) -> dict[str, Any]:
    """What each can answer, how well, and how far its samples are from data."""
    best = None if result.exact is None else float(result.exact.mean())
    stated: dict[str, Any] = {"width of the kernel": round(result.width, 4)}
    for name, model in result.models.items():
        label = f"{name}: mean log density of fresh points (predicted: of the true density)"
        if model.log_density is None:
            stated[f"{name}: mean log density of fresh points"] = "cannot be asked"
            stated[f"{name}: the same, estimated from its samples"] = _estimated(result)
        else:
            stated[label] = Compared(best, float(model.log_density.mean()))
    mean, spread = result.floor
    for name, model in result.models.items():
        stated[f"{name}: energy distance of its samples"] = (
            f"{model.distance:.3g}; noise floor {mean:.1g} ± {spread:.1g}"
        )
    for name, model in result.models.items():
        stated[f"{name}: median distance to a training point (predicted: of fresh data)"] = (
            Compared(result.nearest, model.nearest)
        )
    return stated


def _estimated(result: Result) -> str:
    return (
        f"{result.estimates.min():.3g} to {result.estimates.max():.3g}, by the width of a kernel, "
        f"{TRIED[0]:g} to {TRIED[-1]:g}"
    )


def samples(result: Result) -> Figure:
    """Fresh data, and as many samples of each."""
    shown = {"fresh data": result.fresh} | {
        name: model.samples for name, model in result.models.items()
    }
    panels = [
        _plane(result, [Points(*_inside(points, result).T, size=0.35, opacity=0.5,
                               color=series(index)["color"])], name)
        for index, (name, points) in enumerate(shown.items())
    ]  # fmt: skip
    return Figure(panels, columns=4, title=f"{len(result.fresh):,} samples of each",
                  caption=_window(result))  # fmt: skip


def densities(result: Result) -> Figure:
    """The densities that can be asked, on one scale, with the training points."""
    most = max(
        float(np.quantile(model.density, 0.995))
        for model in result.models.values() if model.density is not None
    )  # fmt: skip
    panels = []
    for name, model in result.models.items():
        if model.density is None:
            marks: list[Mark] = [
                Points(*_inside(model.samples, result).T, size=0.35, opacity=0.5, color="fourth")
            ]
            panels.append(_plane(result, marks, f"{name}: samples"))
            continue
        heat = HeatMap(
            result.grid, result.grid, model.density, limits=(0.0, most), show_scale=False
        )
        panels.append(_plane(result, [heat], name))
    points = Points(*_inside(result.training, result).T, size=0.35, opacity=0.6, color="first")
    panels.insert(0, _plane(result, [points], f"{len(result.training):,} points"))
    return Figure(
        panels, columns=4, title="Who has a density?",
        caption=f"dark is a density of 0, bright is {most:.2g} or more; {_window(result)}",
    )  # fmt: skip


def _plane(result: Result, marks: list[Mark], title: str) -> Panel:
    ends = (float(result.grid[0]), float(result.grid[-1]))
    axis = Axis(range=ends, hidden=True)
    return Panel(marks, x=axis, y=axis, equal_aspect=True, title=title)


def _window(result: Result) -> str:
    reach = float(result.grid[-1])
    return f"both coordinates from −{reach:.2g} to {reach:.2g}"


def _inside(points: np.ndarray, result: Result) -> np.ndarray:
    reach = float(result.grid[-1])
    return points[(np.abs(points) < reach).all(axis=1)]


def distances(result: Result) -> Figure:
    """Energy distances with their noise floor, and distances to the nearest training point."""
    names = list(result.models)
    mean, spread = result.floor
    far = np.array([model.distance for model in result.models.values()])
    floor = Band(
        np.array([-0.5, len(names) - 0.5]), np.full(2, mean - 3 * spread),
        np.full(2, result.ceiling), color="prediction", opacity=0.12,
        label="noise floor: fresh data",
    )  # fmt: skip
    near = np.array([model.nearest for model in result.models.values()])
    fresh = HorizontalLine(result.nearest, color="prediction", dash="dot", label="fresh data")
    axis = Axis.of_categories([name.replace("Gaussian ", "")
                               for name in names])  # fmt: skip
    panels = [
        Panel([floor, HorizontalLine(0.0), Points(np.arange(3.0), far, size=1.8)], x=axis,
              y=Axis("energy distance to fresh data")),
        Panel([Bars(np.arange(3.0), near, color="second"), fresh], x=axis,
              y=Axis("distance to nearest training point")),
    ]  # fmt: skip
    return Figure(panels, title="Are the samples good, and are they new?")


def likelihoods(result: Result) -> Figure:
    """How log densities of fresh points are distributed, model by model."""
    marks: list[Mark] = []
    given = {name: model.log_density for name, model in result.models.items()}
    if result.exact is not None:
        given["the true density"] = result.exact
    for index, (name, values) in enumerate(given.items()):
        if values is not None:
            shares = (np.arange(len(values)) + 0.5) / len(values)
            dash = "dash" if name == "the true density" else "solid"
            color = "prediction" if name == "the true density" else series(index)["color"]
            marks.append(Line(np.sort(values), shares, label=f"{name}: mean {values.mean():.2f}",
                              color=color, dash=dash, width=1.6))  # fmt: skip
    low = min(float(np.quantile(mark.x, 0.005)) for mark in marks if isinstance(mark, Line))
    high = max(float(mark.x[-1]) for mark in marks if isinstance(mark, Line))
    panel = Panel(marks, x=Axis("log density of a fresh point, nats", range=(low, high)),
                  y=Axis("share of fresh points below"))  # fmt: skip
    return Figure([panel], title="How likely are fresh points?",
                  caption="the GAN cannot be asked")  # fmt: skip


DEFAULT = Knobs()


def _only_samples(result: Result) -> Finding:
    """Every learner is asked both questions; what the GAN cannot answer is estimated."""
    masses = {name: result.mass(name) for name in result.models}
    answered = [name for name, mass in masses.items() if abs(mass - 1) < 0.05]
    drawn = [name for name, model in result.models.items() if np.isfinite(model.samples).all()]
    spread = float(np.ptp(result.estimates))
    told = ", ".join(f"{name} {masses[name]:.3f}" for name in answered)
    return holds(
        "GAN" not in answered
        and len(answered) == len(masses) - 1
        and "GAN" in drawn
        and spread > 1,
        f"asked for a density, {len(answered)} of {len(masses)} learners answer, and it integrates "
        f"to 1 ({told}); asked for samples, {len(drawn)} do. A density that is estimated from the "
        f"GAN's samples moves by {spread:.1f} nats with the kernel's width",
    )


def _similar(result: Result) -> Finding:
    """Whose samples cannot be told from as many fresh data."""
    near = [name for name, model in result.models.items() if model.distance <= result.ceiling]
    told = ", ".join(f"{name} {model.distance:.2g}" for name, model in result.models.items())
    return holds_so_far(
        [name in near for name in result.models],
        f"energy distance of samples to fresh data: {told}; fresh data themselves reach "
        f"{result.ceiling:.2g}, and the GAN has trained for {result.knobs.steps:,} steps. Not to "
        f"be told from data: {', '.join(near) or 'none'}",
    )


CLAIMS = (
    Claim(
        "Generative Models", "p_model(x) is learnt, similar to p_data(x)", DEFAULT, _similar,
    ),
    Claim(
        "Generative Adversarial Networks", "GANs do not find a density, they only sample", DEFAULT,
        _only_samples,
    ),
)  # fmt: skip
LESSON = Lesson(
    name="density-or-samples",
    title="A density, samples, or both",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={
        "samples": samples, "densities": densities, "distances": distances,
        "likelihoods": likelihoods,
    },
    presets={
        "three hills": DEFAULT,
        "two moons": replace(DEFAULT, data="moons", components=8),
        "a ring of eight": replace(DEFAULT, data="ring", components=8, steps=5000),
        "few points": replace(DEFAULT, points=60),
        "a kernel too wide": replace(DEFAULT, width=0.5),
        "a kernel that remembers": replace(DEFAULT, width=0.005),
        "too few components": replace(DEFAULT, data="moons", components=2),
    },
    references=("goodfellow2014", "szekely2013", "theis2016", "rosenblatt1956", "ledig2017",
                "isola2017"),
    slides=("Generative Models", "Generative Adversarial Networks"),
    takes="about five seconds on two cores",
)  # fmt: skip
