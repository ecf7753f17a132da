"""The slide's toy: a number multiplied by itself a thousand times, and its derivative."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dynamics.product import SignedLog, power, power_derivative, symbolic_power
from frenemy.figures import Axis, Figure, HorizontalLine, Line, Mark, Panel, Points, series, table
from frenemy.lessons._claims import Claim, Finding, holds, holds_in_part
from frenemy.lessons._lesson import Compared, Lesson, knob

STORY = r"""
**The slide.** A recurrent net without inputs and with one linear neuron multiplies by $w$ at every
step: $y_{1000} = w^{999}$ from $y_1 = 1$. The slide lists $w = 1, 1.01, 0.99, 0.01$ and the answers
$1$, $200\,000$, $\approx 0$, $\approx 0$.

**What is true.** $1.01^{999} = 20\,751.64$, and with one factor more $1.01^{1000} = 20\,959.16$;
the slide has a zero too many. And $0.01^{999}$ is not about zero, it is $10^{-1998}$: no float
holds it, the smallest is $5\cdot10^{-324}$, reached after 162 steps. Whoever multiplies gets $0$
and can never come back. So lengths of gradients are kept as **logarithms with a sign**, and then
any $w$ and any number of steps can be answered.

**Why it matters for training.** The derivative $dy/dw = 999\,w^{998}$ is the gradient that
backpropagation through time would deliver. It explodes and vanishes with the value: a step of
$0.001$ in $w$ near $1.01$ moves $y$ by a factor of $2.7$, and near $0.99$ the gradient says nothing
about the first steps. The line between the two is $|w| = 1$, and only there is the logarithm flat.
"""
SLIDE_WEIGHTS = (1.0, 1.01, 0.99, 0.01)
SLIDE_WORDS = {1.0: "1", 1.01: "200 000", 0.99: "≈ 0", 0.01: "≈ 0"}
SMALLEST = float(np.log10(5e-324))
LARGEST = float(np.log10(np.finfo(float).max))


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    w: float = knob(
        1.01, label="weight $w$", low=-3.0, high=3.0, step=0.01, help="multiplied by at each step"
    )
    steps: int = knob(
        1000, label="steps $T$", low=2, high=1_000_000_000, help=r"$y_T = w^{T-1}$ from $y_1 = 1$"
    )


@dataclass(frozen=True, eq=False)
class Result:
    """The value and its derivative in logarithms, and as floats have them.

    Attributes
    ----------
    value, slope : :math:`w^{T-1}` and its derivative.
    measured : log10 of the product of T − 1 factors, added up one by one; None beyond a million.
    float_dies_at : the first step at which a float is 0 or infinite; None if it survives.
    """

    knobs: Knobs
    value: SignedLog
    slope: SignedLog
    measured: float | None
    float_dies_at: int | None


MOST_COUNTED = 1_000_000


def run(knobs: Knobs) -> Result:
    """Raise to the power in closed form, and multiply step by step as a machine would."""
    n = knobs.steps - 1
    measured, dies = None, None
    if n <= MOST_COUNTED:
        with np.errstate(divide="ignore", over="ignore", under="ignore"):
            factors = np.full(n, abs(knobs.w))
            measured = float(np.cumsum(np.log10(factors))[-1])
            floats = np.cumprod(np.full(n, knobs.w))
        dead = np.flatnonzero(~np.isfinite(floats) | (floats == 0))
        dies = int(dead[0]) + 2 if dead.size else None
    return Result(knobs, power(knobs.w, n), power_derivative(knobs.w, n), measured, dies)


def facts(result: Result) -> dict[str, Any]:
    """The value and the gradient, the slide's four weights, and where floats give up."""
    T, w = result.knobs.steps, result.knobs.w
    formula, slope = symbolic_power(T - 1)
    stated: dict[str, Any] = {
        f"log10 |y| after {T:,} steps": Compared(_log10(result.value), result.measured),
        "y": str(result.value),
        "dy/dw": str(result.slope),
        "in symbols": f"y = {formula}, dy/dw = {slope}",
        "a float is 0 or infinite": (
            "never" if result.float_dies_at is None else f"from step {result.float_dies_at:,} on"
        )
        if result.measured is not None
        else "not multiplied out: too many steps",
    }
    for weight in SLIDE_WEIGHTS:
        stated[f"the slide: w = {weight:g}, y after 1000 steps"] = (
            f"{power(weight, 999)}; w^1000 is {power(weight, 1000)} "
            f"(the slide says {SLIDE_WORDS[weight]})"
        )
    if w not in (0.0, 1.0, -1.0):
        steps = abs(np.log(10) / np.log(abs(w)))
        stated["steps for a factor of ten"] = f"{steps:,.4g}"
    return stated


def _log10(number: SignedLog) -> float:
    return number.log10 if number.sign else -np.inf


def growth(result: Result) -> Figure:
    """The logarithm of y against the step, for the slide's weights and the chosen one."""
    T, w = result.knobs.steps, result.knobs.w
    at = np.unique(np.linspace(1, T, 200).round())
    marks: list[Mark] = []
    weights = dict.fromkeys([*SLIDE_WEIGHTS, w])
    for index, weight in enumerate(weights):
        logs = np.array([_log10(power(weight, int(step) - 1)) for step in at])
        chosen = weight == w
        label = f"$w = {weight:g}$" + (" (chosen)" if chosen else "")
        marks.append(Line(at, logs, label=label, width=2.0 if chosen else 1.2, **series(index)))
    reach = max(25.0, 1.15 * abs(_log10(result.value)) if result.value.sign else 25.0)
    marks += [
        HorizontalLine(level, color="muted", dash="dot", label="smallest and largest float")
        for level in (SMALLEST, LARGEST)
        if abs(level) < reach
    ]
    panel = Panel(
        marks,
        x=Axis("step"),
        y=Axis(r"$\log_{10}|y|$", range=(-min(reach, 2200.0), min(reach, 2200.0))),
    )
    return Figure([panel], title="A product of equal factors is a straight line in logarithms")


def sensitivity(result: Result) -> Figure:
    """The value and its derivative against the weight, at the chosen length."""
    w = np.concatenate([np.linspace(0.9, 1.1, 401), [abs(result.knobs.w) or 1e-9]])
    w.sort()
    n = result.knobs.steps - 1
    value = np.array([_log10(power(x, n)) for x in w])
    slope = np.array([_log10(power_derivative(x, n)) for x in w])
    near = (w >= 0.9) & (w <= 1.1)
    marks: list[Mark] = [
        Line(w[near], value[near], label=r"$|y|$", color="first", width=1.6),
        Line(w[near], slope[near], label=r"$|dy/dw|$", color="second", dash="dash", width=1.6),
        HorizontalLine(0.0),
    ]
    chosen = abs(result.knobs.w)
    if 0.9 <= chosen <= 1.1:
        at = np.array([chosen])
        marks.append(
            Points(at, np.array([_log10(result.value)]), color="ink", label="chosen weight")
        )
    panel = Panel(marks, x=Axis("weight $|w|$"), y=Axis(r"$\log_{10}$ of the size"))
    return Figure(
        [panel], title=f"A knife edge: value and gradient after {result.knobs.steps:,} steps"
    )


def slide(result: Result) -> Figure:
    """The slide's table, corrected."""
    rows, texts, tints = [], [], []
    for weight in SLIDE_WEIGHTS:
        value, slope = power(weight, 999), power_derivative(weight, 999)
        exact = f"{value.value:,.6g}" if value.value else f"10^({value.log10:.0f})"
        sure = weight in (1.0,)
        rows.append(f"w = {weight:g}")
        texts.append([SLIDE_WORDS[weight], exact, str(slope), "0" if not value.value else "fine"])
        tints.append([1.0 if sure else -1.0 if weight == 1.01 else 0.0, 0, 0,
                      1.0 if value.value else -1.0])  # fmt: skip
    return table(
        rows, ["the slide says", "y after 1000", "dy/dw", "as a float"], texts, tints,
        title="The slide's four weights, worked out in logarithms",
    )  # fmt: skip


SLIDE = Knobs()
LOGS = "of the power and of the product of its factors"


def _of_weight(weight: float, printed: float) -> Claim:
    """The slide's number for one weight beside the product."""

    def check(result: Result) -> Finding:
        computed = result.value.value
        off = abs(computed - printed)
        found = f"w⁹⁹⁹ = {result.value}"
        if result.float_dies_at is not None:
            found += f", which no float holds: compared are decimal logarithms, {LOGS}"
            numbers = Compared(_log10(result.value), result.measured)
            return holds(off <= 1e-9, found, numbers)
        numbers = Compared(printed, computed)
        if off <= 0.005 * abs(printed):
            return holds(True, found, numbers)
        if off < 1e-3:
            return holds_in_part(True, found + ", small and not zero", numbers)
        more = power(result.knobs.w, result.knobs.steps).value
        return holds(False, f"{found}, that is {computed:,.2f}; w¹⁰⁰⁰ = {more:,.2f}", numbers)

    says = f"for w = {weight:g}, y after 1,000 steps is {SLIDE_WORDS[weight]}"
    return Claim("Toy Example", says, replace(SLIDE, w=weight, steps=1000), check)


CLAIMS = tuple(
    _of_weight(weight, printed)
    for weight, printed in zip(SLIDE_WEIGHTS, (1.0, 200_000.0, 0.0, 0.0), strict=True)
)
LESSON = Lesson(
    name="toy-power",
    title="A toy: multiply by w a thousand times",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"growth": growth, "sensitivity": sensitivity, "slide": slide},
    presets={
        "w = 1": replace(SLIDE, w=1.0),
        "w = 1.01": SLIDE,
        "w = 0.99": replace(SLIDE, w=0.99),
        "w = 0.01": replace(SLIDE, w=0.01),
        "negative": replace(SLIDE, w=-1.01),
        "a billion steps": replace(SLIDE, w=0.99, steps=1_000_000_000),
    },
    references=("bengio1994", "pascanu2013"),
    slides=("Toy Example",),
)
