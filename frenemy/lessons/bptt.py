"""Backpropagation through time, term by term: what truncation, clipping and RMSprop can change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from dynamics.step_rules import Clipped, RMSProp
from frenemy.figures import (
    Axis,
    Figure,
    HeatMap,
    Line,
    Mark,
    Panel,
    Text,
    VerticalLine,
    series,
)
from frenemy.lessons._claims import Claim, Finding, holds_so_far
from frenemy.lessons._lesson import Compared, Lesson, knob
from frenemy.lessons._threads import on_one_thread

if TYPE_CHECKING:
    from rnn.backward import Contributions

STORY = r"""
**The slide.** The gradient of the error at step $t$ is a sum over all earlier steps,
$$\frac{\partial E_t}{\partial W} = \sum_{k} \frac{\partial E_t}{\partial s_t}
\Big(\prod_{j=k+1}^{t} J_j\Big) \frac{\partial^+ s_k}{\partial W}.$$ The last factor is the
**immediate** derivative: $s_{k-1}$ is held fixed. With the total derivative, as the slide has it,
a term of lag $l$ would be counted $l + 1$ times.

**Every term is shown below**, for a cell and a sequence: row $t$, column $k$. The terms sum to
torch's gradient, and for a few steps also in symbols.

**Truncation** stops at $k = t - T$. As printed it keeps $T+1$ terms, not $T$. It bounds the length
of products; it throws away what comes from farther back, and no optimiser can bring that back. In
the slide's own toy it only scales the gradient by $(T+1)/999$, and it does not stop the *forward*
state from exploding.

**Clipping** divides all terms by the same number: each lag keeps its share. **RMSprop** divides
each weight's gradient by a number of its own: the ratio of a weight's long-lag to short-lag terms
stays exactly as it was. Over all weights together the shares move a little, since small gradients
are scaled up and some of them reach back farther. Neither cures vanishing.
"""
CELLS = ("tanh", "logistic", "linear", "lstm", "gru")
SYMBOLIC = ("tanh", "logistic", "linear")
TOY_WEIGHT, TOY_STEPS = 1.01, 999
"""The slide's toy: so many multiplications by this weight."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    cell: str = knob("tanh", label="cell", choices=CELLS, help="of the recurrent net")
    gain: float = knob(0.9, label="gain", low=0.1, high=3.0, step=0.05,
                       help="of the recurrent matrix, for the simple cells")  # fmt: skip
    hidden: int = knob(16, label="hidden units", low=1, high=64)
    steps: int = knob(40, label="steps", low=4, high=120, help="of the sequence")
    every_step: bool = knob(True, label="a loss at every step", help="or at the last one alone")
    truncation: int = knob(10, label="truncation $T$", low=0, high=120, help="lags that are kept")
    threshold: float = knob(0.1, label="clip at", low=0.001, high=10.0, log=True)
    written: int = knob(3, label="steps written out", low=1, high=4, help="in symbols")
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of everything random")


@dataclass(frozen=True, eq=False)
class Result:
    """The gradient taken apart.

    Attributes
    ----------
    parts : every term.
    torch_norm : length of torch's own gradient; error : the largest difference to our sum.
    clipped, scaled : what clipping and RMSprop's first step multiply each weight's gradient by.
    lines : the symbolic terms as LaTeX and their values; symbolic_sum beside torch's.
    """

    knobs: Knobs
    parts: Contributions
    torch_norm: float
    error: float
    clipped: np.ndarray
    scaled: np.ndarray
    lines: tuple[tuple[str, float], ...]
    symbolic_sum: Compared


@on_one_thread
def run(knobs: Knobs) -> Result:
    """Take the gradient apart, and write a small one out in symbols."""
    import torch

    from rnn.backward import contributions, loss_at_the_end
    from rnn.cells import GRU, LSTM, Elman
    from rnn.jacobians import unroll

    H = knobs.hidden
    simple = knobs.cell in SYMBOLIC
    cell = (
        Elman(3, H, activation=knobs.cell, weights="gaussian", gain=knobs.gain)
        if simple
        else {"lstm": LSTM, "gru": GRU}[knobs.cell](3, H)
    )
    generator = torch.Generator().manual_seed(knobs.seed)
    parameters = {n: v.double() for n, v in cell.initial([generator]).items()}
    x = torch.randn(knobs.steps, 1, 4, 3, generator=generator, dtype=torch.float64)
    weights = torch.randn(cell.output_size, generator=generator, dtype=torch.float64)

    def error(state: torch.Tensor) -> torch.Tensor:
        return ((cell.output(state) @ weights) ** 2).mean()

    def every(states: list[torch.Tensor]) -> torch.Tensor:
        return torch.stack([error(state) for state in states])

    losses = every if knobs.every_step else loss_at_the_end(error)
    parts = contributions(cell, parameters, x, losses)
    leaves = {name: value.clone().requires_grad_(True) for name, value in parameters.items()}
    total = losses(unroll(cell, leaves, x)[1:]).sum()
    found = torch.autograd.grad(total, list(leaves.values()))
    theirs = torch.cat([gradient.flatten() for gradient in found]).numpy()
    ours = parts.gradient
    return Result(
        knobs, parts, float(np.linalg.norm(theirs)), float(np.abs(ours - theirs).max()),
        _factor(Clipped(threshold=knobs.threshold), ours), _factor(RMSProp(), ours),
        *_written_out(knobs),
    )  # fmt: skip


def _factor(rule: Any, gradient: np.ndarray) -> np.ndarray:
    """What a step rule's first step multiplies each entry of a gradient by."""
    direction, _ = rule.scale(gradient, rule.init(gradient))
    return np.divide(direction, gradient, out=np.ones_like(gradient), where=gradient != 0)


def _written_out(knobs: Knobs) -> tuple[tuple[tuple[str, float], ...], Compared]:
    """The scalar net's sum in symbols, its values, and torch's gradient for the same numbers."""
    import torch

    from rnn.symbolic import symbolic_bptt

    activation = knobs.cell if knobs.cell in SYMBOLIC else "tanh"
    proof = symbolic_bptt(knobs.written, 1, activation)
    rng = np.random.default_rng(knobs.seed)
    numbers = {symbol.name: float(rng.normal()) for symbol in proof.symbols} | {"w": knobs.gain}
    values = proof.values(numbers)
    w = torch.tensor(knobs.gain, dtype=torch.float64, requires_grad=True)
    phi = {"tanh": torch.tanh, "logistic": torch.sigmoid, "linear": lambda a: a}[activation]
    state = torch.tensor(numbers["s0"], dtype=torch.float64)
    for t in range(1, knobs.written + 1):
        state = phi(w * state + numbers[f"x{t}"])
    (gradient,) = torch.autograd.grad(state, w)
    lines = tuple((sympy.latex(t), v) for t, v in zip(proof.terms, values, strict=True))
    return lines, Compared(sum(values), gradient.item())


@lru_cache(maxsize=1)
def _toy() -> tuple[np.ndarray, float]:
    """The terms of dy/dw in the slide's toy, the last step first, and y, all by torch.

    Every step multiplies by a copy of w of its own: the gradient by a copy is one term of the sum.
    """
    import torch

    copies = torch.full((TOY_STEPS,), TOY_WEIGHT, dtype=torch.float64, requires_grad=True)
    y = torch.ones((), dtype=torch.float64)
    for w in copies:
        y = w * y
    (terms,) = torch.autograd.grad(y, copies)
    return terms.flip(0).numpy(), y.item()


def _toy_kept(lags: int) -> Compared:
    """The share of the toy's gradient that truncation keeps: (T + 1)/999, and measured."""
    terms, _ = _toy()
    kept = float(terms[: lags + 1].sum() / terms.sum())
    return Compared(min(lags + 1, TOY_STEPS) / TOY_STEPS, kept)


def _far_over_near(result: Result, factors: np.ndarray | None = None) -> np.ndarray:
    """Of each weight: its gradient from the far half of the lags over that from the near half."""
    half = max(result.knobs.steps // 2, 1)
    by_lag = result.parts.by_lag if factors is None else result.parts.by_lag * factors
    near, far = by_lag[:half].sum(axis=0), by_lag[half:].sum(axis=0)
    return np.divide(far, near, out=np.zeros_like(far), where=near != 0)


def _changed(result: Result) -> float:
    """By how much RMSprop changes that ratio, relative to it, at most."""
    before, after = _far_over_near(result), _far_over_near(result, result.scaled)
    known = before != 0
    return float(np.abs(after[known] / before[known] - 1).max(initial=0.0))


def facts(result: Result) -> dict[str, Any]:
    """The sum beside torch; what truncation keeps; what optimisers leave as it is."""
    parts, knobs = result.parts, result.knobs
    lag = min(knobs.truncation, knobs.steps - 1)
    length, cosine = parts.kept(lag)
    share = parts.share()
    half = max(knobs.steps // 2, 1)
    return {
        "length of the gradient (predicted: sum of terms; measured: torch)": Compared(
            float(np.linalg.norm(parts.gradient)), result.torch_norm
        ),
        "largest difference to torch": f"{result.error:.1e}",
        "in symbols (predicted) and by torch (measured)": result.symbolic_sum,
        f"truncated to {lag} lags: terms of the last loss kept": f"{lag + 1} of {knobs.steps}",
        "its length over the whole gradient's": f"{length:.4g}",
        "cosine between the two": f"{cosine:.6f}",
        "share of lags beyond the truncation": f"{share[lag + 1 :].sum():.2g}",
        "share of the far half: plain": f"{share[half:].sum():.3g}",
        "share of the far half: clipped (predicted: plain)": Compared(
            float(share[half:].sum()), float(parts.share(result.clipped)[half:].sum())
        ),
        "far over near lags of a weight: RMSprop changes it by": f"at most {_changed(result):.0e}",
        "share of the far half, all weights together: RMSprop": (
            f"{parts.share(result.scaled)[half:].sum():.3g}"
        ),
        "with the total derivative as last factor: length": (
            f"{np.linalg.norm(parts.with_total_derivatives):.4g}"
        ),
        "of dy/dw in the slide's toy truncation to this lag keeps": _toy_kept(lag),
    }


def terms(result: Result) -> Figure:
    """Every term (t, k) by its length, on a logarithmic colour scale."""
    norms = result.parts.norms
    with np.errstate(divide="ignore"):
        logs = np.log10(norms)
    largest = float(np.max(logs[np.isfinite(logs)], initial=-300.0))
    logs[~np.isfinite(logs)] = np.nan
    at = np.arange(1, len(norms) + 1, dtype=float)
    floor = max(float(np.nanmin(logs)) if np.isfinite(logs).any() else -1.0, largest - 12)
    heat = HeatMap(
        at, at, logs, limits=(floor, max(largest, floor + 1.0)), scale=r"$\log_{10}$ of the length"
    )
    lag = result.knobs.truncation
    marks: list[Mark] = [heat]
    if 0 < lag < len(at) - 1:
        cut = at[:-lag]
        marks.append(
            Line(cut, cut + lag, color="second", dash="dash",
                 label=f"lag {lag}: what is above is truncated")
        )  # fmt: skip
    panel = Panel(
        marks,
        x=Axis("step $k$ that contributes", range=(0.5, len(at) + 0.5)),
        y=Axis("step $t$ of the loss", range=(0.5, len(at) + 0.5)),
    )
    return Figure([panel], title=f"{result.knobs.cell}: the terms of the gradient")


def shares(result: Result) -> Figure:
    """The share of each lag, before and after clipping and RMSprop."""
    parts = result.parts
    lags = np.arange(len(parts.by_lag), dtype=float)
    marks: list[Mark] = []
    for index, (label, scale) in enumerate(
        {"gradient": None, "after RMSprop": result.scaled, "after clipping": result.clipped}.items()
    ):
        share = parts.share(scale)
        shown = np.where(share > 0, share, np.nan)
        marks.append(Line(lags, shown, label=label, width=3 - index * 0.8, **series(index)))
    marks.append(
        VerticalLine(float(result.knobs.truncation), color="muted", dash="dot", label="truncation")
    )
    panel = Panel(marks, x=Axis("lag $t - k$"), y=Axis("share of the gradient", scale="log"))
    return Figure([panel], title="No optimiser brings a vanished lag back")


def truncation(result: Result) -> Figure:
    """How much of the gradient truncation keeps, for every lag."""
    lags = np.arange(len(result.parts.by_lag))
    kept = np.array([result.parts.kept(int(lag)) for lag in lags])
    marks: list[Mark] = [
        Line(lags, kept[:, 0], label="length, of the whole gradient's", width=1.8, **series(0)),
        Line(lags, kept[:, 1], label="cosine with the whole gradient", width=1.8, **series(1)),
        VerticalLine(float(result.knobs.truncation), color="muted", dash="dot"),
    ]
    panel = Panel(marks, x=Axis("truncation: lags kept"), y=Axis("truncated against whole"))
    return Figure([panel], title="What truncation keeps")


def symbols(result: Result) -> Figure:
    """The sum written out for a net of one neuron, with the value of each term."""
    count = len(result.lines)
    height = np.arange(count, 0, -1, dtype=float)
    marks: list[Mark] = [
        Text.at(0.0, count + 1.0, r"$\frac{\partial s_T}{\partial w}$ is the sum of", align="right",
             size=1.2),
        Text(np.zeros(count), height, [f"$k = {k}$" for k in range(1, count + 1)], align="right",
             color="muted"),
        Text(np.full(count, 0.12), height, [f"${latex}$" for latex, _ in result.lines],
             align="right", size=1.15),
        Text(np.full(count, 0.8), height, [f"= {value:+.6f}" for _, value in result.lines],
             align="right", color="first"),
        Text.at(0.12, 0.0, "sum, and torch's gradient", align="right", color="muted"),
        Text.at(0.8, 0.0,
             f"{result.symbolic_sum.predicted:+.6f}, {result.symbolic_sum.measured:+.6f}",
             align="right", color="second"),
    ]  # fmt: skip
    panel = Panel(
        marks,
        x=Axis(hidden=True, range=(-0.02, 1.15)),
        y=Axis(hidden=True, range=(-0.8, count + 1.8)),
        legend=False,
    )
    activation = result.knobs.cell if result.knobs.cell in SYMBOLIC else "tanh"
    title = f"Backpropagation through {count} steps of one {activation} neuron, in symbols"
    return Figure([panel], title=title)


DEFAULT = Knobs()


EXPLODING = replace(DEFAULT, cell="linear", gain=1.15)


def _summed(result: Result) -> Finding:
    length = float(np.linalg.norm(result.parts.with_total_derivatives))
    return holds_so_far(
        (result.error < 1e-10 * result.torch_norm, bool(np.isclose(length, result.torch_norm))),
        f"read with the immediate partial derivative as last factor, all {result.knobs.steps} lags "
        f"differ from torch by {result.error:.0e}; with the total one, as printed, the sum is "
        f"{length / result.torch_norm:.3g} times as long",
        Compared(length, result.torch_norm),
    )


def _truncated(result: Result) -> Finding:
    T, kept = result.knobs.truncation, _toy_kept(result.knobs.truncation)
    terms, y = _toy()
    length = result.parts.kept(T)[0]
    return holds_so_far(
        (length < 0.5, abs(y) < 1.0, float(np.abs(terms).max()) < 1.0),
        f"k = t − T … t are {T + 1} terms for T = {T}. They keep {length:.2g} of the length in a "
        f"net that explodes, and {kept.measured:.4f} in the toy, (T + 1)/{TOY_STEPS}, where each "
        f"term is {terms[0]:,.0f} all the same and the forward state grows to {y:,.0f}",
        kept,
    )


def _rescaled(result: Result) -> Finding:
    change, far = _changed(result), max(result.knobs.steps // 2, 1)
    grown = float(result.scaled.max() / result.scaled.min())
    before, after = (result.parts.share(scale)[far:].sum() for scale in (None, result.scaled))
    return holds_so_far(
        (grown > 1.01, change > 1e-6),
        f"it rescales every weight's gradient by a number of its own ({grown:.2g} times apart). "
        f"The ratio of far to near lags within a weight changes by at most {change:.0e}; of all "
        f"weights together the far half is {before:.2%} before, {after:.2%} after",
    )


CLAIMS = (
    Claim("Backpropagation Through Time", "∂E/∂W is the sum of chains of factors", DEFAULT,
          _summed),
    Claim("Exploding gradient solutions", "truncated BPTT: k from t − T to t", EXPLODING,
          _truncated),
    Claim("Vanishing gradient solutions", "RMSprop divides by the root of squared gradient",
          DEFAULT, _rescaled),
)  # fmt: skip
LESSON = Lesson(
    name="bptt",
    title="Backpropagation through time, term by term",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"terms": terms, "share": shares, "truncation": truncation, "symbols": symbols},
    presets={
        "vanishing": DEFAULT,
        "exploding": EXPLODING,
        "a loss at the end": replace(DEFAULT, every_step=False, gain=1.4),
        "LSTM": replace(DEFAULT, cell="lstm"),
        "GRU": replace(DEFAULT, cell="gru"),
        "one neuron": replace(DEFAULT, hidden=1, gain=1.0, written=4),
    },
    references=("pascanu2013", "bengio1994", "tieleman2012"),
    slides=("Backpropagation Through Time", "Exploding gradient solutions"),
)
