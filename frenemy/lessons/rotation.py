"""Gradient descent-ascent on xy turns about the equilibrium and never reaches it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy

from dynamics import CriticalPoint, Game, Trajectory, equilibria, flow
from dynamics.measures import distance
from frenemy.figures import (
    Axis,
    Figure,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Points,
    VerticalLine,
    distance_to_equilibrium,
    multipliers,
    phase_portrait,
    series,
)
from frenemy.lessons._claims import Claim, Finding, holds
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._rules import (
    RULES,
    RuleRun,
    direction_grid,
    marked_points,
    nothing,
    run_rule,
    step_text,
    view,
)

STORY = r"""
**The slide.** Player A controls $x$ and maximises $xy$; player B controls $y$ and minimises it.
Both follow their gradient, $\Delta x = \alpha\,\partial(xy)/\partial x$ and $\Delta y =
-\alpha\,\partial(xy)/\partial y$, from $(2, 2)$. The equilibrium is $(0, 0)$, and the slide says:
*cannot converge*.

**Why.** One step is $z' = (I + \alpha K)\,z$ with $K = \begin{pmatrix}0&1\\-1&0\end{pmatrix}$. Its
multipliers $1 \pm i\alpha$ have modulus $\sqrt{1+\alpha^2} > 1$: every step turns by
$\arctan\alpha$ and lengthens the distance by that factor, for *every* step size. So it is worse
than a circle. The circle belongs to the *flow* $\dot z = Kz$, the limit of small steps, which keeps
its distance.

**The cures** damp the rotation. Extragradient looks a step ahead, $\rho =
\sqrt{1-\alpha^2+\alpha^4}$; the optimistic rule extrapolates from the last gradient; the proximal
point method steps with the gradient of the place it goes to; consensus and symplectic adjustment
add a pull. Merely *taking turns* stops the growth: $x^2 + \alpha xy + y^2$ is then conserved
exactly. Adam is no cure.
"""


LONGEST_FLOW = 100.0
"""The flow is followed for the time that the steps cover, but no longer."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    formula: str = knob(
        "x*y",
        label="value f(x, y)",
        kind="formula",
        help="x maximises it, y minimises it; for example x*y + y^2/4, or sin(x)*y",
    )
    rules: tuple[str, ...] = knob(
        ("simultaneous",),
        label="training rules",
        choices=RULES,
        low=1,
        high=6,
        help="up to six, all with this step size and otherwise their own settings",
    )
    lr: float = knob(0.1, label=r"step size $\alpha$", low=0.001, high=3.0, log=True)
    steps: int = knob(100, label="steps", low=1, high=5000, help="number of training steps")
    x: float = knob(2.0, label="start $x$", low=-10.0, high=10.0, step=0.05)
    y: float = knob(2.0, label="start $y$", low=-10.0, high=10.0, step=0.05)
    flow: bool = knob(True, label="flow beside it", help="the limit of small steps")
    nullclines: bool = knob(False, label="nullclines", help="where a player's gradient is zero")


@dataclass(frozen=True, eq=False)
class Result:
    """A game, its critical points, and each rule's run."""

    knobs: Knobs
    game: Game
    points: tuple[CriticalPoint, ...]
    runs: tuple[RuleRun, ...]
    flow: Trajectory

    @property
    def walked(self) -> tuple[RuleRun, ...]:
        """The runs of the rules whose step exists."""
        return tuple(run for run in self.runs if run.trajectory is not None)

    @property
    def paths(self) -> dict[str, np.ndarray]:
        """Label -> path ``(T, 2)``, the flow last where it is wanted."""
        paths = {run.name: run.trajectory.states for run in self.walked if run.trajectory}
        return paths | ({"flow": self.flow.states} if self.knobs.flow else {})

    @property
    def steps(self) -> dict[str, np.ndarray]:
        """Label -> the steps at which the path's states are, ``(T,)``; a step of the flow is lr."""
        times = {run.name: run.trajectory.times for run in self.walked if run.trajectory}
        return times | {"flow": self.flow.times / self.knobs.lr}


def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Solve the game, then run and analyse every chosen rule.

    Raises
    ------
    ValueError
        If the formula is not one, or the game has no point where both gradients are zero.
    """
    game = Game.zero_sum(knobs.formula, minimizer="y", maximizer="x")
    points = tuple(equilibria(game))
    if not points:
        raise ValueError(
            f"f = {knobs.formula} has no point where both players' gradients are zero, so there is "
            "nothing to turn about; try x*y"
        )
    start, runs = (knobs.x, knobs.y), []
    for done, name in enumerate(knobs.rules):
        runs.append(run_rule(game, name, knobs.lr, start, knobs.steps, points[0]))
        if progress is not None:
            progress(done + 1, len(knobs.rules), name)
    along = flow(game, start, min(knobs.lr * knobs.steps, LONGEST_FLOW), points=301)
    return Result(knobs, game, points, tuple(runs), along)


def facts(result: Result) -> dict[str, Any]:
    """What theory predicts of every rule, beside what its run shows."""
    stated: dict[str, Any] = {"equilibrium": str(result.points[0])}
    for each in result.runs:
        stated[f"{each.name}: growth per step"] = each.growth
        stated[f"{each.name}: steps in a turn"] = each.period
        if each.trajectory is not None:
            steps = int(each.trajectory.times[-1])
            stated[f"{each.name}: distance after {steps} steps"] = each.final
            stated[f"{each.name}: outcome"] = str(each.trajectory.outcome)
        stated[f"{each.name}: verdict"] = each.verdict.reason
        if each.verdict.critical_lr is not None:
            stated[f"{each.name}: converges below step size"] = step_text(each.verdict.critical_lr)
            stated[f"{each.name}: best step size"] = step_text(each.verdict.best_lr)
    away = distance(result.flow, result.points[0].values)
    ending = f"flow: distance at time {result.flow.times[-1]:g}"
    jacobian = result.game.jacobian
    if (jacobian + jacobian.T).is_zero_matrix:  # a rotation, which keeps every distance
        stated[ending] = Compared(float(away[0]), float(away[-1]))
    else:
        stated[ending] = float(away[-1])
    return stated


def portrait(result: Result) -> Figure:
    """The field, the paths, and the critical points."""
    knobs = result.knobs
    x_range, y_range = view((knobs.x, knobs.y), result.points, list(result.paths.values()))
    x, y, u, v = direction_grid(result.game, x_range, y_range)
    marked = marked_points(result.points)
    return phase_portrait(
        x,
        y,
        u,
        v,
        trajectories=result.paths,
        equilibria=marked,
        nullclines=knobs.nullclines,
        animate=True,
        steps=result.steps,
        x_range=x_range,
        y_range=y_range,
        x_label="$x$ (maximises)",
        y_label="$y$ (minimises)",
        title=rf"f = {knobs.formula}, step size {knobs.lr:g}, {knobs.steps} steps",
    )


def distances(result: Result) -> Figure:
    """The distance to the equilibrium, with the predicted slope beside it."""
    measured = {run.name: run.distance for run in result.walked}
    if not measured:
        return nothing("none of the chosen rules exists on this game")
    predicted = {
        run.name: float(run.growth.predicted) for run in result.walked if run.growth.predicted
    }
    longest = max(
        (run.trajectory for run in result.walked if run.trajectory), key=lambda t: t.times.size
    )
    return distance_to_equilibrium(
        measured,
        steps=longest.times,
        predicted=predicted,
        title=f"f = {result.knobs.formula}, step size {result.knobs.lr:g}",
    )


def plane(result: Result) -> Figure:
    """The multipliers of every rule in the complex plane."""
    spectra = {
        run.name: np.array([complex(m) for m in run.verdict.multipliers])
        for run in result.runs
        if run.verdict.multipliers
    }
    if not spectra:
        return nothing("no linear theory: the chosen rules have no multipliers here")
    return multipliers(
        spectra, close_up=True, title=f"multipliers at step size {result.knobs.lr:g}"
    )


def rates(result: Result) -> Figure:
    """Growth per step against the step size: predicted curves, and the runs measured on them."""
    steps = np.geomspace(0.01, 3.0, 400)
    marks: list[Mark] = [HorizontalLine(1.0, color="muted", dash="dash", label="neither")]
    for index, each in enumerate(result.runs):
        look = series(index)
        curve = each.verdict.radius_at(steps)
        if curve is not None:
            marks.append(Line(steps, curve, label=each.name, **look))
        if each.growth.measured is not None:
            at, found = np.array([result.knobs.lr]), np.array([each.growth.measured])
            marks.append(Points(at, found, label="measured", color="ink", symbol="open-circle"))
    marks.append(VerticalLine(result.knobs.lr, color="muted", dash="dot"))
    panel = Panel(
        marks,
        x=Axis(r"step size $\alpha$", scale="log", range=(0.01, 3.0)),
        y=Axis("factor of the distance per step", range=(0.0, 2.0)),
    )
    return Figure([panel], title=f"f = {result.knobs.formula}: below 1 converges, above 1 diverges")


SLIDE = Knobs()
CURES = ("extragradient", "optimistic", "proximal-point", "consensus", "cgd")
"""Rules that are run beside the slide's, from the same start with the same step."""


def _as_printed(result: Result) -> Finding:
    """The slide's two formulas in a loop of their own, beside the run."""
    knobs, path = result.knobs, result.runs[0].trajectory
    x, y = result.game.symbols
    slopes = [sympy.lambdify((x, y), sympy.diff(x * y, symbol)) for symbol in (x, y)]
    here, states = (knobs.x, knobs.y), [(knobs.x, knobs.y)]
    for _ in range(knobs.steps):
        here = (here[0] + knobs.lr * slopes[0](*here), here[1] - knobs.lr * slopes[1](*here))
        states.append(here)
    apart = float("inf") if path is None else float(np.abs(path.states - np.array(states)).max())
    return holds(
        apart < 1e-9 * max(1.0, float(np.abs(states).max())),
        f"the two formulas in a plain loop and the run of this page are {apart:.1g} apart at most "
        f"in {knobs.steps} steps from ({knobs.x:g}, {knobs.y:g}); they end at distance "
        f"{np.hypot(*here):.6f}",
        Compared(result.runs[0].final.predicted, float(np.hypot(*here))),
    )


def _never_arrives(result: Result) -> Finding:
    """The slide's rule, and others from the same start."""
    knobs, slide = result.knobs, result.runs[0]
    start = (knobs.x, knobs.y)
    beside = {
        name: run_rule(result.game, name, knobs.lr, start, knobs.steps, result.points[0])
        for name in CURES
    }
    come = [
        f"{name} ({run.growth.measured:.4f})"
        for name, run in beside.items()
        if run.growth.measured is not None and run.growth.measured < 1
    ]
    return holds(
        (slide.growth.measured or 0.0) > 1,
        f"a step multiplies the distance by {slide.growth.measured or 0.0:.6f} (√(1 + α²) is "
        f"{np.sqrt(1 + knobs.lr**2):.6f}). It is the rule, not the game: run from there, "
        f"{', '.join(come) or 'no other rule'} come nearer",
        slide.growth,
    )


def _for_every_step(result: Result) -> Finding:
    """Whether no step size at all converges, by symbols and on a wide range of step sizes."""
    verdict, sizes = result.runs[0].verdict, np.geomspace(1e-4, 3.0, 60)
    radii = verdict.radius_at(sizes)
    if radii is None or verdict.critical_lr is None:
        return holds(False, "theory has no spectral radius here")
    apart = float(np.abs(radii - np.sqrt(1 + sizes**2)).max())
    return holds(
        verdict.critical_lr == 0 and apart < 1e-9 and bool((radii > 1).all()),
        f"the spectral radius is √(1 + α²) to {apart:.1g} at {len(sizes)} step sizes from "
        f"{sizes[0]:g} to {sizes[-1]:g}, and least, {radii.min():.9f}, at the smallest; below "
        f"which step it converges: {step_text(verdict.critical_lr)}",
    )


CLAIMS = (
    Claim(
        "Gradient Descent for Nash equilibrium",
        "the update Δx = α ∂(xy)/∂x, Δy = −α ∂(xy)/∂y", SLIDE, _as_printed,
    ),
    Claim(
        "Gradient Descent for Nash equilibrium", "from (2, 2) it cannot converge", SLIDE,
        _never_arrives,
    ),
    Claim(
        "Gradient Descent for Nash equilibrium", "it cannot converge, whatever α", SLIDE,
        _for_every_step,
    ),
)  # fmt: skip
LESSON = Lesson(
    name="rotation",
    title="Gradient descent for a Nash equilibrium",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"portrait": portrait, "distance": distances, "multipliers": plane, "rates": rates},
    picks={"portrait": ("x", "y")},
    presets={
        "the slide": SLIDE,
        "taking turns": replace(SLIDE, rules=("simultaneous", "alternating"), steps=300),
        "the cures": replace(
            SLIDE,
            rules=(
                "extragradient",
                "optimistic",
                "proximal-point",
                "consensus",
                "cgd",
                "lookahead",
            ),
            lr=0.3,
            steps=120,
            flow=False,
        ),
        "momentum": replace(SLIDE, rules=("heavy-ball", "alternating-heavy-ball"), steps=60),
        "Adam": replace(SLIDE, rules=("adam", "rmsprop"), lr=0.01, steps=5000, flow=False),
        "the integrator, not the game": replace(
            SLIDE, rules=("heun", "rk4"), lr=1.0, steps=200, flow=True
        ),
        "friction helps": replace(SLIDE, formula="x*y - x^2/8 + y^2/8", steps=150),
    },
    references=("korpelevich1976", "daskalakis2018", "gidel2019momentum", "mescheder2018"),
    slides=("Gradient Descent for Nash equilibrium",),
)
