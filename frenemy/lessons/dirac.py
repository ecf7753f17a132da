"""The Dirac-GAN: the smallest GAN there is, with every loss, every penalty and every rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from dynamics import Game, NoisyField, SingularError, Trajectory, Verdict, analyse, games, simulate
from dynamics.measures import distance, growth_rate
from dynamics.methods import (
    Alternating,
    Consensus,
    Extragradient,
    HeavyBall,
    Method,
    Optimistic,
    Projected,
    Simultaneous,
    SimultaneousAdam,
)
from frenemy.figures import (
    Axis,
    Circle,
    Figure,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Points,
    VerticalLine,
    distance_to_equilibrium,
    phase_portrait,
)
from frenemy.lessons._lesson import Compared, Lesson, knob

STORY = r"""
**The smallest GAN.** The data are a single point, $0$; the generator makes a single point
$\theta$; the discriminator is a line, $D(x) = \psi x$. Their value is $f(\theta\psi) + f(0)$ with
$f(t) = -\log(1 + e^{-t})$. The only equilibrium is $\theta = \psi = 0$: the generator is right, and
the discriminator has nothing to say.

**Why it does not get there.** When the generator overshoots, the discriminator has to turn round
first, and pushes on until it has. The field's Jacobian has the eigenvalues $\pm \tfrac{i}{2}$: it
only turns. Simultaneous steps $h$ of the saturating loss spiral out by $\sqrt{1 + h^2/4}$ a step.
With the non-saturating loss the two effects balance on a **cycle of radius $\sqrt{2h}$**, so a
smaller step gives a smaller cycle and never convergence. Wasserstein's loss is the lecture's $xy$.

**Penalties that damp.** R1, $\tfrac\gamma2\,\psi^2$, adds a friction to the discriminator. The
eigenvalues become $-\tfrac\gamma2 \pm \sqrt{\tfrac{\gamma^2}{4} - \tfrac14}$: they leave the
imaginary axis, meet on the real axis at $\gamma = 1$, and from there on nothing turns. Noise of
deviation $\sigma$ on data and samples does the same with $\sigma^2 = 2\gamma$. Consensus pulls too,
but its eigenvalues never become real. Clipping, and a gradient penalty towards a slope of one, are
not smooth at the equilibrium, and end on a cycle.
"""
LOSSES = ("saturating", "non-saturating", "Wasserstein")
CURES = ("none", "R1", "instance noise", "gradient penalty", "clipping", "consensus")
UPDATES: dict[str, Callable[[Any], Method]] = {
    "simultaneous": Simultaneous,
    "alternating from D": lambda lr: Alternating(lr, order=(1, 0)),
    "five D steps": lambda lr: Alternating(lr, order=(1, 1, 1, 1, 1, 0)),
    "extragradient": Extragradient,
    "optimistic": Optimistic,
    "momentum": lambda lr: HeavyBall(lr, beta=0.5),
    "Adam": SimultaneousAdam,
}
FARTHEST = 3.0
"""Paths are shown up to there, or up to their start."""
STRENGTHS = np.linspace(0.0, 3.0, 241)
"""Of the cure, on the path of the eigenvalues."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    loss: str = knob("non-saturating", label="loss", choices=LOSSES, help="of the generator")
    cure: str = knob("none", label="cure", choices=CURES, help="penalty, noise, or rule")
    strength: float = knob(
        0.5,
        label=r"strength $\gamma$ or $\sigma$",
        low=0.0,
        high=3.0,
        step=0.01,
        help="of the cure; for clipping the bound of the slope",
    )
    update: str = knob("simultaneous", label="who steps when", choices=tuple(UPDATES))
    lr: float = knob(0.1, label="step size $h$", low=0.001, high=2.0, log=True)
    steps: int = knob(2000, label="steps", low=10, high=20_000, help="the paper's runs have 500")
    noise: float = knob(
        0.0, label="gradient noise", low=0.0, high=1.0, step=0.01, help="standard deviation"
    )
    seed: int = knob(0, label="seed", low=0, high=9999, help="of the gradient noise")
    theta: float = knob(1.0, label=r"start $\theta$", low=-5.0, high=5.0, step=0.05)
    psi: float = knob(1.0, label=r"start $\psi$", low=-5.0, high=5.0, step=0.05)


@dataclass(frozen=True, eq=False)
class Result:
    """A game, the rule on it, its theory at the equilibrium, and its path."""

    knobs: Knobs
    game: Game
    method: Method
    verdict: Verdict
    path: Trajectory

    @property
    def eigenvalues(self) -> np.ndarray:
        """Of the flow at ``STRENGTHS`` of the cure, ``(n, 2)``; none where it is not smooth."""
        smooth = self.knobs.cure not in ("clipping", "gradient penalty")
        return _eigenvalues(self.knobs.loss, self.knobs.cure) if smooth else np.empty((0, 2))

    @property
    def distance(self) -> np.ndarray:
        """Of every state from the equilibrium, shape ``(T,)``."""
        return distance(self.path, (0.0, 0.0))


def run(knobs: Knobs) -> Result:
    """Train the Dirac-GAN.

    Raises
    ------
    ValueError
        If loss and cure do not go together.
    """
    game, method = _game(knobs), _method(knobs)
    verdict = _verdict(game, method)
    start = np.array([knobs.theta, knobs.psi])
    field = NoisyField(game, knobs.noise) if knobs.noise else game
    rng = np.random.default_rng(knobs.seed)
    path = simulate(field, method, start, knobs.steps, rng=rng)
    return Result(knobs, game, method, verdict, path)


def _game(knobs: Knobs) -> Game:
    """The losses of both players."""
    if knobs.cure == "instance noise":
        if knobs.loss != "saturating":
            raise ValueError(
                f"instance noise is worked out for the saturating loss here; got {knobs.loss!r}"
            )
        return games.named("dirac-instance-noise", sigma=knobs.strength)
    if knobs.cure == "gradient penalty":
        return _for_loss(games.named("dirac-wgan-gp", gamma=knobs.strength), knobs)
    names = {
        "saturating": "dirac",
        "non-saturating": "dirac-non-saturating",
        "Wasserstein": "dirac-wgan",
    }
    return games.named(names[knobs.loss], gamma=knobs.strength if knobs.cure == "R1" else 0.0)


def _for_loss(game: Game, knobs: Knobs) -> Game:
    if knobs.loss != "Wasserstein":
        raise ValueError(
            f"the gradient penalty belongs to the Wasserstein loss here; got {knobs.loss!r}"
        )
    return game


def _method(knobs: Knobs) -> Method:
    if knobs.cure == "consensus":
        if knobs.update != "simultaneous":
            raise ValueError(f"consensus steps simultaneously; got {knobs.update!r}")
        return Consensus(knobs.lr, gamma=knobs.strength)
    method = UPDATES[knobs.update](knobs.lr)
    if knobs.cure == "clipping":
        return Projected(method, low=-knobs.strength, high=knobs.strength, player=1)
    return method


def _verdict(game: Game, method: Method) -> Verdict:
    """The theory at the equilibrium; where the field jumps there is none."""
    if game.parameters.get("target"):
        return Verdict(None, (), None, None, "Undetermined: the field jumps at the equilibrium.")
    if isinstance(method, Projected):
        return analyse(game, method.inner, (0, 0))
    try:
        return analyse(game, method, (0, 0))
    except SingularError as reason:
        return Verdict(None, (), None, None, f"Undetermined: {reason}")


@lru_cache(maxsize=16)
def _eigenvalues(loss: str, cure: str) -> np.ndarray:
    """Those of the flow, :math:`-J`, or of consensus, :math:`-(J + \\gamma J^T J)`, ``(n, 2)``."""
    found = []
    for strength in STRENGTHS:
        game = _game(Knobs(loss=loss, cure=cure, strength=float(strength)))
        jacobian = game.jacobian_at(np.zeros(2))
        if cure == "consensus":
            jacobian = jacobian + strength * jacobian.T @ jacobian
        found.append(np.linalg.eigvals(-jacobian))
    values = np.array(found)
    values.flags.writeable = False  # all results share it
    return values


def closed_form(knobs: Knobs) -> complex | None:
    """The eigenvalue with the larger real part as the table of mescheder2018 states it."""
    gamma, turn = knobs.strength, 1.0 if knobs.loss == "Wasserstein" else 0.5
    forms: dict[str, complex] = {
        "none": turn * 1j,
        "clipping": turn * 1j,
        "R1": -gamma / 2 + np.sqrt(complex(gamma**2 / 4 - turn**2)),
        "instance noise": -(gamma**2) / 4 + np.sqrt(complex(gamma**4 / 16 - 0.25)),
        "consensus": -gamma * turn**2 + turn * 1j,
    }
    return forms.get(knobs.cure)


def cycle_radius(knobs: Knobs) -> float | None:
    """The radius on which the run is predicted to end, where there is a closed form."""
    plain = knobs.cure == "none" and knobs.update == "simultaneous" and not knobs.noise
    return float(np.sqrt(2 * knobs.lr)) if plain and knobs.loss == "non-saturating" else None


def facts(result: Result) -> dict[str, Any]:
    """The eigenvalues, the factor per step and the cycle, predicted beside measured."""
    knobs = result.knobs
    stated: dict[str, Any] = {}
    expected = closed_form(knobs)
    if expected is not None:
        game = _game(knobs)
        jacobian = game.jacobian_at(np.zeros(2))
        if knobs.cure == "consensus":
            jacobian = jacobian + knobs.strength * jacobian.T @ jacobian
        found = max(np.linalg.eigvals(-jacobian), key=lambda value: (value.real, value.imag))
        stated["eigenvalue of the flow, real part"] = Compared(expected.real, float(found.real))
        stated["eigenvalue of the flow, imaginary part"] = Compared(
            abs(expected.imag), float(abs(found.imag))
        )
    stated["factor of the distance per step"] = Compared(
        _factor(result.verdict.rate), _factor(_measured_rate(result))
    )
    lengths = result.distance
    late = lengths[-max(len(lengths) // 5, 1) :]
    radius = float(late.mean())
    stated["radius of the last fifth"] = Compared(cycle_radius(knobs), radius)
    stated["verdict"] = result.verdict.reason
    if knobs.cure == "clipping":
        stated["verdict"] += " That is without clipping, which keeps the slope bounded."
    stated["outcome"] = str(result.path.outcome)
    stated["distance at the end"] = float(lengths[-1])
    return stated


def _factor(rate: float | None) -> float | None:
    return None if rate is None or np.isnan(rate) else float(np.exp(rate))


def _measured_rate(result: Result) -> float | None:
    """The rate next to the equilibrium, where the linear theory holds."""
    knobs = result.knobs
    if knobs.cure in ("clipping", "gradient penalty") or knobs.update == "Adam":
        return None
    rate = result.verdict.rate
    steps = 2000 if rate is None else int(np.clip(8 / max(abs(rate), 1e-3), 50, 8000))
    near = simulate(result.game, result.method, (8e-7, -6e-7), steps, limit=1e-4)
    return growth_rate(near, (0.0, 0.0))


def portrait(result: Result) -> Figure:
    """The path of both parameters, the field, and the cycle that is predicted."""
    knobs, states = result.knobs, result.path.states
    reached = min(float(np.nanmax(np.abs(states))), FARTHEST)
    half = 1.1 * max(1.0, abs(knobs.theta), abs(knobs.psi), reached)
    grid = np.linspace(-half, half, 21)
    u, v = -result.game(np.array(np.meshgrid(grid, grid)))
    ends = (-half, half)
    figure = phase_portrait(
        grid,
        grid,
        u,
        v,
        trajectories={knobs.update: states},
        equilibria=[(0.0, 0.0, _kind(result))],
        animate=True,
        steps={knobs.update: result.path.times},
        x_range=ends,
        y_range=ends,
        x_label=r"generator $\theta$",
        y_label=r"discriminator $\psi$",
        title=f"{knobs.loss}, {_cure(knobs)}, step {knobs.lr:g}",
    )
    radius = cycle_radius(knobs)
    if radius is None:
        return figure
    (panel,) = figure.panels
    ring = Circle(0.0, 0.0, radius, color="prediction", dash="dash", label=r"radius $\sqrt{2h}$")
    return replace(figure, panels=[replace(panel, marks=[*panel.marks, ring])])


def _kind(result: Result) -> str:
    """What the flow makes of the equilibrium."""
    expected = closed_form(result.knobs)
    if expected is None:
        return "degenerate"
    return "stable" if expected.real < -1e-12 else "centre"


def _cure(knobs: Knobs) -> str:
    if knobs.cure == "none":
        return "no cure"
    return f"{knobs.cure} {knobs.strength:g}"


def distances(result: Result) -> Figure:
    """The distance to the equilibrium with the predicted slope, and the cycle's radius."""
    name, factor = result.knobs.update, _factor(result.verdict.rate)
    figure = distance_to_equilibrium(
        {name: result.distance},
        steps=result.path.times,
        predicted={name: factor} if factor else None,
        title=f"{result.knobs.loss}, {_cure(result.knobs)}, step {result.knobs.lr:g}",
    )
    radius = cycle_radius(result.knobs)
    if radius is None:
        return figure
    (panel,) = figure.panels
    line = HorizontalLine(radius, color="second", dash="dot", label=r"$\sqrt{2h}$", width=1.0)
    return replace(figure, panels=[replace(panel, marks=[*panel.marks, line])])


def eigenvalues(result: Result) -> Figure:
    """How the eigenvalues of the flow move as the cure grows stronger."""
    knobs, values = result.knobs, result.eigenvalues
    marks: list[Mark] = [VerticalLine(0.0, color="muted", dash="dash")]
    parts: list[Mark] = [HorizontalLine(0.0, color="muted", dash="dash")]
    if len(values):
        upper = values[np.arange(len(values)), np.argmax(values.imag + 1e-9 * values.real, axis=1)]
        lower = values.sum(axis=1) - upper
        for branch, color in ((upper, "first"), (lower, "second")):
            marks.append(Line(branch.real, branch.imag, color=color))
            parts.append(Line(STRENGTHS, branch.real, color=color, label="real part"))
            parts.append(
                Line(STRENGTHS, branch.imag, color=color, dash="dot", label="imaginary part")
            )
        here = int(np.abs(STRENGTHS - knobs.strength).argmin())
        both = values[here]
        marks.append(
            Points(both.real, both.imag, color="ink", symbol="cross", size=1.4, label="now")
        )
        parts.append(VerticalLine(knobs.strength, color="ink", dash="dot", label="now"))
    panels = [
        Panel(
            marks,
            x=Axis("real part", range=(-2.6, 0.4)),
            y=Axis("imaginary part", range=(-1.2, 1.2)),
            title="to the left of 0: stable",
        ),
        Panel(parts, x=Axis("strength of the cure"), y=Axis("eigenvalues of the flow")),
    ]
    note = "" if len(values) else "the field is not smooth at the equilibrium: no eigenvalues there"
    return Figure(panels, title=f"{knobs.loss}, {_cure(knobs)}", caption=note)


PAPER = Knobs(lr=0.2, steps=500)
LESSON = Lesson(
    name="dirac",
    title="The Dirac-GAN: why GANs circle, and what damps them",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={"portrait": portrait, "eigenvalues": eigenvalues, "distance": distances},
    picks={"portrait": ("theta", "psi")},
    presets={
        "the cycle": Knobs(),
        "saturating": replace(PAPER, loss="saturating"),
        "Wasserstein": replace(PAPER, loss="Wasserstein"),
        "taking turns": replace(PAPER, update="alternating from D", steps=2000),
        "five D steps": replace(PAPER, update="five D steps"),
        "clipped": replace(PAPER, loss="Wasserstein", cure="clipping", strength=1.0),
        "gradient penalty": replace(
            PAPER, loss="Wasserstein", cure="gradient penalty", strength=1.0
        ),
        "instance noise": replace(PAPER, loss="saturating", cure="instance noise", strength=0.7),
        "R1 below one": replace(PAPER, cure="R1", strength=0.3),
        "R1, eigenvalues meet": replace(PAPER, cure="R1", strength=1.0),
        "consensus": replace(PAPER, cure="consensus", strength=1.0),
        "optimistic": replace(PAPER, loss="Wasserstein", update="optimistic"),
        "noisy gradients": replace(PAPER, cure="R1", strength=0.5, noise=0.2, steps=1000),
    },
    references=("mescheder2018", "goodfellow2014", "arjovsky2017", "mescheder2017"),
    slides=("It is very hard to train GAN", "Game Theory and GAN"),
)
