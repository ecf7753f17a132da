"""Non-convergence: the Jacobian of a live GAN predicts the period and growth of its oscillation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dynamics import Game, analyse, simulate
from dynamics.games import named
from dynamics.measures import growth_rate, turning_period
from dynamics.methods import METHODS, Method
from frenemy.figures import (
    Axis,
    Figure,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Points,
    multipliers,
    series,
    table,
)
from frenemy.lessons._claims import Claim, Finding, holds_in_part
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread

if TYPE_CHECKING:
    import torch

    from gan.field import TorchField
    from gan.linear import Mode

STORY = r"""
**The slide.** A GAN's parameters oscillate and never converge.

**Here is one that can be solved.** The generator is affine, $G(z) = a z + b$, the discriminator a
small tanh net; the data are 64 fixed points, and so is the noise. At $a = 0.5$, $b = 1$ every fake
lies on a real point, and a discriminator whose last layer is zero can tell nothing: a point where
both players' gradients vanish, exactly. What training does *beside* it is decided by the
**multipliers** $m$ of one whole step of the rule in use, computed from the live nets: a period of
$2\pi/|\arg m|$ steps and a growth of $\ln|m|$ a step.

**Measured.** The run below starts a little beside that point. Its deviation is projected onto the
mode of the largest multiplier, and period and growth are read off the projection. The dashed curve
is not fitted: it is the prediction. Farther out the nets are no longer linear, and the oscillation
settles into a cycle or collapses.

**Two rules on the slides.** The algorithm for GANs takes turns, $D$ first, then $G$; the slide of
$xy$ moves both at once. With the Wasserstein loss, turns go round for ever and neither leave nor
come back, while simultaneous steps leave. Neither converges. The slide's cross entropy bends a
little: with it the turns die away, but so slowly that a training looks as if they did not.

**The Dirac-GAN**, with one parameter a player, turns by the very same mechanism under the very same
rule: it is laid beside. With the Wasserstein loss nothing damps, and simultaneous steps grow for
every step size; the cross entropies bend a little by themselves. **The cures** are those of the
game $xy$: look ahead, remember, adjust, or penalise the discriminator's slope.
"""
RULES = ("simultaneous", "alternating", "extragradient", "optimistic", "consensus", "sga",
         "heavy-ball", "look-ahead")  # fmt: skip
DIRAC = {"wasserstein": "dirac-wgan", "non-saturating": "dirac-non-saturating",
         "saturating": "dirac"}  # fmt: skip
"""Loss -> the Dirac-GAN with it."""
LINE, REACH = 81, 0.2
"""Points of the line for path angles, and how far it goes to both sides."""
POINTS = 64
TRUE = (0.5, 1.0)
"""The scale and the mean that the generator should find."""
NEUTRAL = 1e-9
"""A growth below this, in nats per step, is none."""
UNSEEN = 1e-6
"""A shrinking below this, in nats per step, cannot be told from none on a run."""
LINEAR = 0.05
"""Deviations of the generator up to this count as near."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    rule: str = knob("simultaneous", label="training rule", choices=RULES,
                     help="of both players, with a plain step")  # fmt: skip
    loss: str = knob("wasserstein", label="loss", choices=tuple(DIRAC),
                     help="cross entropies damp a little by themselves")  # fmt: skip
    lr: float = knob(0.2, label="step size", low=0.001, high=2.0, log=True)
    penalty: float = knob(0.0, label="weight of R1", low=0.0, high=2.0, step=0.01,
                          help="on the discriminator's slope at real points")  # fmt: skip
    steps: int = knob(600, label="steps", low=20, high=5000, help="of the rule")
    away: float = knob(0.001, label="distance of the start", low=1e-6, high=0.5, log=True)
    units: int = knob(6, label="units of D", low=1, high=32, help="in its only hidden layer")
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of D's first layer")


@dataclass(frozen=True, eq=False)
class Result:
    """A run beside the point at rest.

    Attributes
    ----------
    mode : that decides, of the rule's step on the live nets.
    growth, period : predicted and measured.
    generator : its scale and mean over time, ``(T, 2)``; predicted : by the mode alone.
    near : how many steps the run stays near.
    game_values : eigenvalues of the game's Jacobian, ``(d,)``.
    dirac : growth and period of the Dirac-GAN under the same rule.
    cures : rule -> growth and period, predicted and measured.
    outcome : how the run ended.
    angle : cosine of the path angle along a line through the point at rest, ``(LINE,)``.
    """

    knobs: Knobs
    mode: Mode
    growth: Compared
    period: Compared
    generator: np.ndarray
    predicted: np.ndarray
    near: int
    game_values: np.ndarray
    dirac: tuple[Compared, Compared]
    cures: dict[str, tuple[Compared, Compared]]
    outcome: str
    angle: np.ndarray


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Linearise the rule on the live nets, and train beside the point at rest."""
    from gan.linear import game_jacobian

    field, rest = _live(knobs)
    cures: dict[str, tuple[Compared, Compared]] = {}
    for done, name in enumerate(RULES):
        if progress is not None:
            progress(done, len(RULES) + 1, name)
        one = _beside(replace(knobs, rule=name, steps=min(knobs.steps, 300), away=1e-5))
        cures[name] = one[1], one[2]
    mode, growth, period, generator, predicted, near, outcome = _beside(knobs)
    values = np.linalg.eigvals(game_jacobian(field, rest))
    return Result(
        knobs, mode, growth, period, generator, predicted, near, values, _dirac(knobs), cures,
        outcome, _angle(field, rest, mode),
    )  # fmt: skip


def _angle(field: TorchField, rest: Any, mode: Mode) -> np.ndarray:
    """The path angle from one side of the point at rest to the other, along the turning mode."""
    import torch

    from gan.measures import path_angle

    both = [part for part in (mode.right.real, mode.right.imag) if np.abs(part).max() > 1e-9]
    way = sum(part[: len(rest)] / np.linalg.norm(part[: len(rest)]) for part in both)
    way = way / np.linalg.norm(way)  # both players' coordinates have a part in it
    line = rest.numpy() + np.linspace(-REACH, REACH, LINE)[:, None] * way
    return path_angle(lambda state: field(torch.from_numpy(state)).numpy(), line, way)


def _live(knobs: Knobs) -> tuple[TorchField, Any]:
    """The game of two live nets on fixed points, and its point at rest, in float64."""
    import torch

    from gan.batched import BatchedMLP
    from gan.data import Mixture
    from gan.field import TorchField
    from gan.plane_field import PlaneBatch, PlaneGan

    gan = PlaneGan(
        Mixture(((TRUE[1],),), TRUE[0]),
        BatchedMLP(1, 1, depth=0),
        BatchedMLP(1, 1, width=knobs.units, depth=1, activation="tanh"),
        loss=knobs.loss, penalty="R1" if knobs.penalty else "", weight=knobs.penalty,
        batch_size=POINTS,
    )  # fmt: skip
    whole = gan.field((knobs.seed,))
    quantiles = (torch.arange(POINTS, dtype=torch.float64) + 0.5) / POINTS
    noise = torch.special.ndtri(quantiles)[None, :, None]
    real = TRUE[0] * noise + TRUE[1]
    batch = PlaneBatch(real, noise, torch.zeros(()), torch.zeros(()))
    own = whole._with_batch(batch)

    def loss(player: int, blocks: Sequence[torch.Tensor], batch: Any) -> torch.Tensor:
        return own._loss(player, [block[:, None] for block in blocks], batch).sum()

    rest = whole.initial()[:, 0].double()
    rest[0], rest[1] = TRUE
    rest[-knobs.units - 1 :] = 0.0
    return TorchField(loss, whole.sizes, None, batch), rest


def _rule(knobs: Knobs) -> Method:
    return METHODS[knobs.rule](knobs.lr)


def _mode(field: TorchField, method: Method, rest: Any) -> tuple[Mode, Any]:
    """The mode of a rule's step at the point at rest, and what the rule remembers there."""
    from gan.linear import dominant, iteration_matrix

    memory = method.init(field, rest)
    for _ in range(3):  # at rest the memory settles and the state stays
        _, memory = method.step(field, rest, memory)
    return dominant(iteration_matrix(field, method, rest, memory)), memory


def _beside(knobs: Knobs) -> tuple[Any, ...]:
    """The mode of a rule, and a run that starts along it."""
    import torch

    from dynamics.engine.tree import flatten
    from gan.linear import measured

    field, rest = _live(knobs)
    method = _rule(knobs)
    mode, memory = _mode(field, method, rest)
    still = np.concatenate([leaf.reshape(-1).numpy() for leaf in (rest, *flatten(memory))])
    d = len(rest)
    start = knobs.away * np.real(mode.right[:d]) / np.linalg.norm(np.real(mode.right[:d]))
    z = rest + torch.from_numpy(start)

    def record(z: Any, memory: Any) -> np.ndarray:
        return np.concatenate([leaf.reshape(-1).numpy() for leaf in (z, *flatten(memory))])

    path = simulate(field, method, z, knobs.steps, record=record)
    deviations = path.states - still
    far = np.abs(deviations[:, :2]).max(axis=1) > LINEAR
    near = int(np.argmax(far)) if far.any() else len(far)
    growth, period, amplitude = measured(deviations[1 : max(near, 4)], mode)
    steps = np.arange(len(path.states))
    curve = 2 * np.real(amplitude[0] * mode.value ** (steps[:, None] - 1) * mode.right[None, :2])
    predicted = np.array(TRUE) + curve
    turning = np.isfinite(mode.period)
    return (
        mode, Compared(mode.growth, growth),
        Compared(mode.period if turning else None, period if turning else None),
        path.states[:, :2], predicted, near, str(path.outcome),
    )  # fmt: skip


def _dirac(knobs: Knobs) -> tuple[Compared, Compared]:
    """The Dirac-GAN under the same rule: predicted by its exact matrix, measured on a run."""
    game: Game = named(DIRAC[knobs.loss])
    verdict = analyse(game, _rule(knobs), (0, 0))
    steps = 400 if verdict.rate is None else int(np.clip(5 / max(abs(verdict.rate), 1e-3), 40, 400))
    path = simulate(game, _rule(knobs), (1e-4, 0.0), steps)
    growth, period = growth_rate(path, (0, 0)), turning_period(path, (0, 0))
    return (
        Compared(verdict.rate, None if np.isnan(growth) else growth),
        Compared(verdict.period, None if period is None or np.isnan(period) else period),
    )


def facts(result: Result) -> dict[str, Any]:
    """Period and growth of the live GAN and of the Dirac-GAN, predicted beside measured."""
    values = result.game_values[np.abs(result.game_values) > 1e-9]
    turning = values[np.abs(values.imag) > 1e-9]
    m = result.mode.value
    return {
        "live GAN: growth, nats per step": result.growth,
        "live GAN: steps in a turn": result.period,
        "Dirac-GAN, same rule: growth": result.dirac[0],
        "Dirac-GAN, same rule: steps in a turn": result.dirac[1],
        "the multiplier that decides": f"{m.real:.6f} {'+' if m.imag >= 0 else '-'} "
        f"{abs(m.imag):.6f} i, modulus {abs(m):.6f}",
        "verdict": _verdict(result),
        "eigenvalues of the game's Jacobian that turn": f"{len(turning)} of {len(values)} not zero",
        "steps near the point, where the prediction holds": result.near,
        "outcome": result.outcome,
    }


def _verdict(result: Result) -> str:
    growth, period = result.mode.growth, result.mode.period
    turn = f"turning once in {period:,.0f} steps" if np.isfinite(period) else "without turning"
    if abs(growth) < NEUTRAL:
        return f"keeps its distance, {turn}"
    if growth > 0:
        return f"leaves the equilibrium by a factor e in {1 / growth:,.0f} steps, {turn}"
    return f"comes back to it by a factor e in {-1 / growth:,.0f} steps, {turn}"


def oscillation(result: Result) -> Figure:
    """The generator's mean over time, and the prediction that nobody fitted."""
    steps = np.arange(len(result.generator), dtype=float)
    panels = []
    for index, (name, truth) in enumerate((("mean $b$", TRUE[1]), ("scale $a$", TRUE[0]))):
        column = 1 - index
        values = result.generator[:, column]
        reach = max(1.3 * float(np.nanmax(np.abs(values - truth))), 1e-9)
        inside = np.abs(result.predicted[:, column] - truth) < reach
        marks: list[Mark] = [
            Line(steps, values - truth, label="measured", width=1.6, **series(0)),
            Line(steps, np.where(inside, result.predicted[:, column] - truth, np.nan),
                 color="prediction", dash="dash", width=0.9, label="predicted, not fitted"),
            HorizontalLine(0.0),
        ]  # fmt: skip
        panels.append(
            Panel(marks, x=Axis("training step"),
                  y=Axis(f"{name} − {truth:g}", range=(-reach, reach)))
        )  # fmt: skip
    knobs = result.knobs
    title = f"{knobs.rule}, step {knobs.lr:g}: the live GAN's oscillation"
    return Figure(panels, columns=1, title=title)


def plane(result: Result) -> Figure:
    """The generator's path about the equilibrium."""
    path = result.generator
    marks: list[Mark] = [
        Line(path[:, 1], path[:, 0], width=1.0, label=result.knobs.rule, **series(0)),
        Points(path[:1, 1], path[:1, 0], symbol="cross", color="start", label="start"),
        Points(path[-1:, 1], path[-1:, 0], size=0.8, color="first", label="end"),
        Points(np.array([TRUE[1]]), np.array([TRUE[0]]), symbol="star", color="second",
               label="equilibrium"),
    ]  # fmt: skip
    panel = Panel(marks, x=Axis("mean $b$"), y=Axis("scale $a$"))
    return Figure([panel], title="The generator turns about what it should find")


def spectrum(result: Result) -> Figure:
    """The multipliers of one step of the rule on the live nets."""
    return multipliers(
        {result.knobs.rule: result.mode.multipliers}, close_up=True,
        title=f"Multipliers of {result.knobs.rule}, step {result.knobs.lr:g}, on the live nets",
    )  # fmt: skip


def path_angles(result: Result) -> Figure:
    """Whether steps on a line through the equilibrium go along it or turn away from it."""
    at = np.linspace(-REACH, REACH, LINE)
    known = np.abs(at) > 1e-12
    marks: list[Mark] = [
        Line(at[known], result.angle[known], label="the live nets", width=1.8, **series(0)),
        Line(np.array([-REACH, 0.0, 0.0, REACH]), np.array([1.0, 1.0, -1.0, -1.0]), dash="dash",
             width=0.9, color="prediction", label="attraction alone"),
        HorizontalLine(0.0, color="muted", dash="dot", label="rotation alone"),
    ]  # fmt: skip
    panel = Panel(
        marks, x=Axis("distance from the equilibrium, along the mode that turns"),
        y=Axis("cosine of the path angle", range=(-1.1, 1.1)),
    )  # fmt: skip
    return Figure([panel], title="Do the steps lead to the equilibrium, or about it?")


def cures(result: Result) -> Figure:
    """Every rule at this step size: growth and period, predicted and measured."""
    texts, tints = [], []
    for growth, period in result.cures.values():
        texts.append([_number(growth.predicted), _number(growth.measured),
                      _number(period.predicted, 1), _number(period.measured, 1)])  # fmt: skip
        tells = growth.predicted or 0.0
        verdict = 0.0 if abs(tells) < NEUTRAL else -float(np.sign(tells))
        tints.append([verdict, verdict, 0.0, 0.0])
    return table(
        list(result.cures), ["growth, predicted", "measured", "period, predicted", "measured"],
        texts, tints, title=f"The cures on the live nets, step {result.knobs.lr:g}",
        caption="nats per step, and steps in a turn; blue comes back to the equilibrium",
    )  # fmt: skip


def _number(value: float | None, digits: int = 5) -> str:
    if value is None or not np.isfinite(value):
        return "–"
    return f"{value:+.2e}" if digits > 1 else f"{value:,.{digits}f}"


DEFAULT = Knobs()


def _stays_away(growth: Compared) -> bool:
    """Whether a rule does not come back to the point at rest, by theory and by its run."""
    predicted, measured = growth.predicted, growth.measured
    return (
        predicted is not None and predicted > -NEUTRAL
        and measured is not None and measured > -UNSEEN
    )  # fmt: skip


@on_one_thread
def _oscillates(result: Result) -> Finding:
    """Both rules of the slides on the live nets, and what limits the sentence."""
    both = {name: result.cures[name] for name in ("alternating", "simultaneous")}
    (turns, period), (leaves, _) = both.values()
    damping = [name for name, (growth, _) in result.cures.items()
               if growth.predicted is not None and growth.predicted < -NEUTRAL]  # fmt: skip
    field, rest = _live(replace(result.knobs, loss="saturating"))
    bent, _ = _mode(field, METHODS["alternating"](result.knobs.lr), rest)
    return holds_in_part(
        all(_stays_away(growth) and turn.measured is not None for growth, turn in both.values())
        and bool(damping),
        f"{result.knobs.loss} loss: with turns, as the slide's algorithm has it, they go round in "
        f"{period.measured or 0.0:,.0f} steps by {turns.measured or 0.0:+.1e} nats a step "
        f"({turns.predicted or 0.0:+.1e} predicted); both at once, as on the slide of xy, they "
        f"leave by {leaves.measured or 0.0:+.4f}. Yet {', '.join(damping) or 'no rule'} shrink it; "
        f"and the slide's cross entropy damps the turns, by {bent.growth:+.1e} nats a step",
        period,
    )


CLAIMS = (
    Claim(
        "It is very hard to train GAN", "the parameters oscillate and never converge",
        replace(DEFAULT, steps=300), _oscillates,
    ),
)  # fmt: skip
LESSON = Lesson(
    name="non-convergence",
    title="Non-convergence: a live GAN's oscillation, predicted",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={
        "oscillation": oscillation,
        "plane": plane,
        "multipliers": spectrum,
        "path-angle": path_angles,
        "cures": cures,
    },
    presets={
        "simultaneous": DEFAULT,
        "into the cycle": replace(DEFAULT, lr=0.5, steps=2500, away=0.05),
        "taking turns": replace(DEFAULT, rule="alternating"),
        "extragradient": replace(DEFAULT, rule="extragradient", away=0.02),
        "consensus": replace(DEFAULT, rule="consensus", away=0.02),
        "cross entropy": replace(DEFAULT, loss="non-saturating", lr=0.5, steps=2000),
        "a penalty on D": replace(DEFAULT, penalty=0.5, away=0.02),
        "momentum": replace(DEFAULT, rule="heavy-ball", lr=0.05),
    },
    references=(
        "mescheder2018",
        "gidel2019momentum",
        "daskalakis2018",
        "korpelevich1976",
        "berard2020",
    ),
    slides=("It is very hard to train GAN", "Non-convergence"),
    takes="a few seconds",
)
