"""The gradient as a product of Jacobians: theory laid over what torch measures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dynamics.product import Spectrum
from frenemy.figures import (
    Axis,
    Figure,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Points,
    VerticalLine,
    series,
    table,
)
from frenemy.lessons._claims import Claim, Finding, holds, holds_so_far
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread

if TYPE_CHECKING:
    import torch

    from rnn.cells import Cell
    from rnn.predictions import Bound

STORY = r"""
**The slide.** By the chain rule the gradient that reaches step $k$ from step $t$ is a product,
$$\frac{\partial s_t}{\partial s_k} = \prod_{j=k+1}^{t} J_j, \qquad J_j =
\mathrm{diag}(\sigma')\,W,$$ and a product of many factors explodes or vanishes.

**How fast?** At a rate that theory knows: the *largest Lyapunov exponent* $\lambda_1$ in nats per
step. For a wide random tanh net with gain $g$ and input noise it is $\frac12\ln\chi_1$ with $\chi_1
= g^2 E[\sigma'^2]$; input pushes the critical gain above 1. For ReLU it is $\frac12\ln(g^2/2)$; a
leak of 0.01 shifts it by $5\cdot10^{-5}$, far below the scatter between nets: leaky ReLU saves the
directions that dead units lose for good, but vanishing goes on as fast.

**Gates at the start.** An LSTM's additive path loses $\ln\sigma(b)$ a step: a forget bias is a
choice of memory. With $b = 0$, and in a GRU as torch starts it, a good third is lost in every step,
which is faster than in the tanh net beside them. A gate is a cure because training can *open* it,
or because it was started open; *long-memory* shows both.

**What cannot be said.** Pascanu's condition $\gamma\lambda_{max}(W) < 1$ *suffices* for vanishing;
the other way round it is only necessary for exploding. In between stands *undetermined*, and a
non-normal $W$ grows for long although its spectral radius is below one.

**Vanishing hides.** An explosion shows in the length of the gradient at once. A vanished gradient
does not: the total looks healthy while nothing of it comes from far back, so look at the share by
lag. No clipping and no RMSprop changes the ratio of lags within a weight's gradient; they only
rescale what arrives.
"""
FRESH = "fresh Gaussian matrices"
"""Not a cell: a new matrix at every step, for which Newman has the whole spectrum."""
CELLS = (
    "tanh",
    "logistic",
    "relu",
    "leaky-relu",
    "linear",
    "orthogonal tanh",
    "lstm",
    "gru",
    "lru",
    FRESH,
)
GAINS = np.linspace(0.4, 2.2, 10)
NETS = 6
"""So many nets are drawn for each cure, with seeds that follow the chosen one."""
CURED = 60
"""Units of these nets at most."""
BURN_IN = 30
"""Steps after which the net has forgotten how it was started."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    cell: str = knob("tanh", label="cell", choices=CELLS, help="of the recurrent net")
    gain: float = knob(
        1.2, label="gain $g$", low=0.1, high=4.0, step=0.05,
        help="of the random recurrent matrix; its spectral radius is about g",
    )  # fmt: skip
    noise: float = knob(
        0.5, label=r"input $\sigma_{in}$", low=0.0, high=3.0, step=0.05,
        help="deviation of the input noise on every unit",
    )  # fmt: skip
    forget_bias: float = knob(
        1.0, label="forget bias $b$", low=-2.0, high=8.0, step=0.1, help="of the LSTM"
    )
    hidden: int = knob(100, label="hidden units", low=2, high=300)
    steps: int = knob(100, label="steps $T$", low=10, high=400)
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of weights and inputs")


@dataclass(frozen=True, eq=False)
class Cure:
    """What a cell does before it is trained, over ``NETS`` nets.

    Attributes
    ----------
    predicted : largest exponent, nats per step; None where theory has none.
    exponents : the largest of each net, ``(NETS,)``.
    lost : how many directions of each net are lost for good, ``(NETS,)``; NaN if not counted.
    """

    predicted: float | None
    exponents: np.ndarray
    lost: np.ndarray

    @property
    def measured(self) -> float:
        """The mean exponent."""
        return float(self.exponents.mean())

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return _standard_error(self.exponents)


def _standard_error(values: np.ndarray) -> float:
    """Of the mean; NaN of fewer than two, or where one is infinite."""
    if len(values) < 2 or not np.isfinite(values).all():
        return float("nan")
    return float(values.std(ddof=1) / np.sqrt(len(values)))


@dataclass(frozen=True, eq=False)
class Result:
    """A random net along a random sequence.

    Attributes
    ----------
    log_norms : :math:`\\ln\\|\\partial L/\\partial s_t\\|` by torch's backward, by lag, ``(T,)``.
    spectrum : of the product of analytic Jacobians.
    exponent : predicted and measured largest exponent, nats per step.
    bound : Pascanu's verdict; None for cells it is not about.
    share : of the gradient by lag, ``(T,)``.
    """

    knobs: Knobs
    log_norms: np.ndarray
    spectrum: Spectrum
    exponent: Compared
    bound: Bound | None
    share: np.ndarray

    @property
    def over_gains(self) -> tuple[np.ndarray, np.ndarray]:
        """Exponents at ``GAINS``, measured and predicted, ``(10,)``; empty for gated cells."""
        return _over_gains(replace(self.knobs, gain=Knobs.gain))

    @property
    def cures(self) -> dict[str, Cure]:
        """What is tried against vanishing, by its name."""
        return _cures(self.knobs)

    @property
    def slope(self) -> float:
        """Nats per step of the measured gradient, by a straight line; NaN if it is 0 somewhere."""
        known = np.isfinite(self.log_norms)
        if known.sum() < 5:
            return float("nan")
        return float(np.polyfit(np.flatnonzero(known), self.log_norms[known], 1)[0])


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Measure the product in three ways, and lay theory beside it."""
    from rnn.predictions import pascanu

    def tell(done: int, what: str) -> None:
        if progress is not None:
            progress(done, 2, what)

    tell(0, "backward through time")
    cell, parameters, x, state = _net(knobs)
    log_norms, share = _backward(cell, parameters, x, state)
    tell(1, "Lyapunov spectrum")
    found = _spectrum(cell, parameters, x, state)
    bound = None
    if "weight_hh" in parameters and knobs.cell not in ("lstm", "gru"):
        bound = pascanu(parameters["weight_hh"][0].numpy(), _activation(knobs.cell))
    exponent = Compared(_predicted(knobs), float(found.exponents[0]))
    return Result(knobs, log_norms, found, exponent, bound, share)


def _activation(name: str) -> str:
    return "tanh" if name == "orthogonal tanh" else name


def _predicted(knobs: Knobs) -> float | None:
    """The largest exponent that theory gives for a wide net, or None."""
    from rnn.predictions import log_forget, mean_field, newman

    if knobs.cell == "lstm":
        return log_forget(knobs.forget_bias)
    if knobs.cell in ("gru", "lru"):
        return None
    if knobs.cell == FRESH:
        return float(newman(_units(knobs), knobs.gain)[0])
    if knobs.cell == "linear":
        return float(np.log(knobs.gain))
    found = mean_field(knobs.gain, knobs.noise**2, _activation(knobs.cell)).exponent
    return found if np.isfinite(found) else None


def _units(knobs: Knobs) -> int:
    """How many units there are; fewer where every step brings a matrix of its own."""
    return min(knobs.hidden, 120) if knobs.cell == FRESH else knobs.hidden


def _net(
    knobs: Knobs, nets: int = 1
) -> tuple[Cell, dict[str, torch.Tensor], torch.Tensor, torch.Tensor]:
    """Random nets of a cell in float64, their inputs, and a state at which they have settled."""
    import torch

    from rnn.cells import GRU, LRU, LSTM, Elman, MatrixProduct
    from rnn.jacobians import unroll

    H = _units(knobs)
    cell: Cell
    if knobs.cell == FRESH:
        cell = MatrixProduct(H * H, H)
    elif knobs.cell == "lstm":
        cell = LSTM(H, H, forget_bias=knobs.forget_bias)
    elif knobs.cell in ("gru", "lru"):
        cell = {"gru": GRU, "lru": LRU}[knobs.cell](H, H)
    else:
        weights = "orthogonal" if knobs.cell == "orthogonal tanh" else "gaussian"
        cell = Elman(H, H, activation=_activation(knobs.cell), weights=weights, gain=knobs.gain)
    generators = [torch.Generator().manual_seed(knobs.seed + i) for i in range(nets)]
    parameters = {n: v.double() for n, v in cell.initial(generators).items()}
    deviation = knobs.gain / H**0.5 if knobs.cell == FRESH else knobs.noise
    if isinstance(cell, Elman):
        parameters["weight_ih"] = torch.eye(H, dtype=torch.float64).repeat(nets, 1, 1)
        parameters["bias"] = torch.zeros(nets, H, dtype=torch.float64)

    def normal(*shape: int) -> torch.Tensor:
        drawn = [torch.randn(shape, generator=g, dtype=torch.float64) for g in generators]
        return torch.stack(drawn, dim=-3)

    x = deviation * normal(knobs.steps + BURN_IN, 1, cell.inputs)
    first = normal(1, cell.state_size)
    with torch.no_grad():
        settled = unroll(cell, parameters, x[:BURN_IN], first)[-1]
    return cell, parameters, x[BURN_IN:], settled


def _backward(
    cell: Cell, parameters: dict[str, torch.Tensor], x: torch.Tensor, state: torch.Tensor
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of a random linear loss of the last output, by torch, and their share by lag."""
    import torch

    from rnn.jacobians import unroll

    leaf = state.clone().requires_grad_(True)
    states = unroll(cell, parameters, x, leaf)
    weights = torch.randn(
        cell.output_size, generator=torch.Generator().manual_seed(1), dtype=torch.float64
    )
    gradients = torch.autograd.grad((cell.output(states[-1]) @ weights).sum(), states[1:])
    norms = np.array([gradient.norm().item() for gradient in reversed(gradients)])
    with np.errstate(divide="ignore"):
        logs = np.log(norms)
    total = norms.sum()
    return logs, norms / total if 0 < total < np.inf else np.full(len(norms), np.nan)


def _spectrum(
    cell: Cell, parameters: dict[str, torch.Tensor], x: torch.Tensor, state: torch.Tensor
) -> Spectrum:
    """The Lyapunov spectrum without the axes of members and sequences."""
    from dynamics.product import spectrum
    from rnn.jacobians import jacobians

    return spectrum(J[0, 0] for J in jacobians(cell, parameters, x, state))


@lru_cache(maxsize=16)
@on_one_thread
def _over_gains(knobs: Knobs) -> tuple[np.ndarray, np.ndarray]:
    """Largest exponents over the gain, measured and predicted; empty for gated cells."""
    if _predicted(knobs) is None or knobs.cell == "lstm":
        return np.empty(0), np.empty(0)
    measured, predicted = [], []
    for gain in GAINS:
        at = replace(knobs, gain=float(gain), hidden=min(knobs.hidden, 100), steps=60)
        cell, parameters, x, state = _net(at)
        measured.append(float(_largest(cell, parameters, x, state)[0]))
        theory = _predicted(at)
        predicted.append(np.nan if theory is None else theory)
    both = np.array([measured, predicted])
    both.flags.writeable = False  # results share it
    return both[0], both[1]


def _largest(
    cell: Cell, parameters: dict[str, torch.Tensor], x: torch.Tensor, state: torch.Tensor
) -> np.ndarray:
    """The largest exponent alone, of each net."""
    from dynamics.product import spectrum
    from rnn.jacobians import jacobians

    chain = (J[:, 0] for J in jacobians(cell, parameters, x, state))
    return spectrum(chain, k=1).exponents[0]


def _cures(knobs: Knobs) -> dict[str, Cure]:
    """Each cure, over nets with the same seeds; the chosen cell does not matter to them."""
    size, steps = min(knobs.hidden, CURED), min(knobs.steps, 80)
    return _cured(replace(knobs, cell="tanh", forget_bias=0.0, hidden=size, steps=steps))


@lru_cache(maxsize=16)
@on_one_thread
def _cured(small: Knobs) -> dict[str, Cure]:
    found = {}
    for name, cell, bias in (
        ("tanh", "tanh", 0.0), ("ReLU", "relu", 0.0), ("leaky ReLU", "leaky-relu", 0.0),
        ("orthogonal tanh", "orthogonal tanh", 0.0), ("LSTM, b = 0", "lstm", 0.0),
        ("LSTM, b = 1", "lstm", 1.0), ("LSTM, b = 4", "lstm", 4.0), ("GRU", "gru", 0.0),
        ("LRU", "lru", 0.0),
    ):  # fmt: skip
        at = replace(small, cell=cell, forget_bias=bias)
        nets = _net(at, NETS)
        lost = _lost(*nets) if cell.endswith("relu") else np.full(NETS, np.nan)
        found[name] = Cure(_predicted(at), _largest(*nets), lost)
    return found


def _lost(
    cell: Cell, parameters: dict[str, torch.Tensor], x: torch.Tensor, state: torch.Tensor
) -> np.ndarray:
    """How many directions of each net nothing arrives from."""
    from dynamics.product import spectrum
    from rnn.jacobians import jacobians

    chain = (J[:, 0] for J in jacobians(cell, parameters, x, state))
    return (~np.isfinite(spectrum(chain).exponents)).sum(axis=0).astype(float)


def _shift(result: Result) -> tuple[Compared, float]:
    """What the leak does to the exponent, predicted and measured, and the standard error."""
    plain, leaky = result.cures["ReLU"], result.cures["leaky ReLU"]
    predicted = None
    if leaky.predicted is not None and plain.predicted is not None:
        predicted = leaky.predicted - plain.predicted
    alive = np.isfinite(plain.exponents) & np.isfinite(leaky.exponents)
    apart = leaky.exponents[alive] - plain.exponents[alive]
    measured = float(apart.mean()) if apart.size else None
    return Compared(predicted, measured), _standard_error(apart)


def facts(result: Result) -> dict[str, Any]:
    """The exponent, three ways; Pascanu's verdict; what arrives from far back."""
    T = result.knobs.steps
    stated: dict[str, Any] = {
        "largest exponent, nats per step (theory; product of Jacobians)": result.exponent,
        "the same from torch's backward": Compared(
            result.exponent.predicted, result.slope if np.isfinite(result.slope) else None
        ),
    }
    error = float(result.spectrum.standard_errors[0])
    if np.isfinite(error):
        stated["its standard error"] = f"{error:.3g}"
    if result.exponent.predicted is not None and result.exponent.measured is not None:
        apart = result.exponent.measured - result.exponent.predicted
        stated["in words"] = _in_words(apart, T)
    largest = float(result.spectrum.exponents[0])
    if np.isfinite(largest) and largest:
        stated["memory horizon, steps"] = f"{1 / abs(largest):.3g}"
    if result.bound is not None:
        stated["Pascanu's condition"] = f"{result.bound.verdict}: {result.bound.reason}"
        stated["spectral radius, largest singular value"] = (
            f"{result.bound.radius:.3f}, {result.bound.singular_value:.3f}"
        )
    if np.isfinite(result.share).all():
        stated["share of the gradient from the last tenth"] = f"{result.share[: T // 10].sum():.1%}"
        stated["share from the far half"] = f"{result.share[T // 2 :].sum():.2g}"
        stated["all lags together, in lengths of the last step's gradient"] = (
            f"{_total(result):.3g}"
        )
    return stated | _stated_cures(result)


def _stated_cures(result: Result) -> dict[str, Any]:
    """The exponent of each cure before training, and what the leak of a ReLU does."""
    stated: dict[str, Any] = {
        f"largest exponent of {NETS} nets: {name}": Compared(cure.predicted, cure.measured)
        for name, cure in result.cures.items()
    }
    shift, error = _shift(result)
    stated["leaky ReLU moves the exponent by"] = shift
    stated["… with a standard error of"] = f"{error:.2g}"
    stated["directions lost for good: ReLU, leaky ReLU"] = ", ".join(
        f"{result.cures[name].lost.mean():.3g}" for name in ("ReLU", "leaky ReLU")
    )
    return stated


def _total(result: Result) -> float:
    """The lengths of all lags' gradients together, over that of the last step."""
    return float(np.exp(result.log_norms - result.log_norms[0]).sum())


def _in_words(apart: float, steps: int) -> str:
    """What a residual of an exponent means for the gradient."""
    factor = np.exp(abs(apart) * steps)
    return (
        f"apart by {apart:+.4f} nats per step, which over {steps} steps is a factor of {factor:.3g}"
    )


def norms(result: Result) -> Figure:
    """The gradient's length by lag: torch's, the predicted slope, and Pascanu's bound."""
    T, logs = result.knobs.steps, result.log_norms / np.log(10)
    lags = np.arange(T, dtype=float)
    known = np.isfinite(logs)
    marks: list[Mark] = [
        Line(lags, np.where(known, logs, np.nan), label="torch's backward", width=1.8, **series(0))
    ]
    start = logs[0]
    if result.exponent.predicted is not None:
        slope = result.exponent.predicted / np.log(10)
        marks.append(
            Line(lags, start + slope * lags, color="prediction", dash="dash",
                 label=rf"theory: $\lambda_1 = {result.exponent.predicted:.3f}$")
        )  # fmt: skip
    if result.bound is not None and result.bound.factor > 0:
        limit = start + result.bound.log_bound(lags) / np.log(10)
        marks.append(Line(lags, limit, color="muted", dash="dot", label="Pascanu's upper bound"))
    low, high = float(np.min(logs[known])), float(np.max(logs[known]))
    room = 0.15 * max(high - low, 1.0)
    panel = Panel(
        marks,
        x=Axis("lag: steps back from the loss"),
        y=Axis(r"$\log_{10}\|\partial L/\partial s\|$", range=(low - room, high + 2 * room)),
    )
    knobs = result.knobs
    title = f"{knobs.cell}, gain {knobs.gain:g}, input {knobs.noise:g}: gradient by lag"
    return Figure([panel], title=title)


def exponents(result: Result) -> Figure:
    """The whole Lyapunov spectrum."""
    from rnn.predictions import newman

    values = result.spectrum.exponents
    finite = np.where(np.isfinite(values), values, np.nan)
    at = np.arange(1, len(values) + 1, dtype=float)
    marks: list[Mark] = [
        Points(at, finite, label="measured", size=0.7, color="first"),
        HorizontalLine(0.0, color="muted"),
    ]
    if result.knobs.cell == FRESH:
        theory = newman(len(values), result.knobs.gain)
        marks.append(Line(at, theory, color="prediction", dash="dash", label="theory: Newman"))
    elif result.exponent.predicted is not None:
        marks.append(
            HorizontalLine(result.exponent.predicted, color="prediction", dash="dash", width=1.0,
                           label=r"theory for $\lambda_1$")
        )  # fmt: skip
    lost = int((~np.isfinite(values)).sum())
    panel = Panel(marks, x=Axis("direction $i$"), y=Axis(r"$\lambda_i$, nats per step"))
    return Figure(
        [panel],
        title="Lyapunov spectrum of the product of Jacobians",
        caption=f"{lost} directions are lost for good (minus infinity)" if lost else "",
    )


def shares(result: Result) -> Figure:
    """How much of the gradient comes from at most so many steps back."""
    T = result.knobs.steps
    share = np.where(np.isfinite(result.share), result.share, 0.0)
    lags = np.arange(T, dtype=float)
    marks: list[Mark] = [
        Line(lags, np.cumsum(share), label="measured, cumulated", width=1.8, **series(0))
    ]
    if result.exponent.predicted is not None:
        weights = np.exp(np.clip(result.exponent.predicted * (lags - lags[-1] / 2), -600, 600))
        marks.append(
            Line(lags, np.cumsum(weights) / weights.sum(), color="prediction", dash="dash",
                 label="theory")
        )  # fmt: skip
    marks.append(HorizontalLine(0.5, color="muted", dash="dot", label="half of it"))
    panel = Panel(marks, x=Axis("lag"), y=Axis("share of the gradient", range=(0.0, 1.05)))
    return Figure([panel], title="Where the gradient comes from")


def critical(result: Result) -> Figure:
    """The largest exponent over the gain: theory as a curve, nets as points."""
    marks: list[Mark] = [HorizontalLine(0.0, color="muted")]
    measured, predicted = result.over_gains
    if measured.size:
        marks += [
            Line(GAINS, predicted, color="prediction", dash="dash", label="theory"),
            Points(GAINS, np.where(np.isfinite(measured), measured, np.nan),
                   label="nets", color="first"),
            VerticalLine(result.knobs.gain, color="muted", dash="dot"),
        ]  # fmt: skip
    else:
        here = np.array([result.knobs.gain])
        marks.append(Points(here, result.spectrum.exponents[:1], label="net"))
    panel = Panel(marks, x=Axis("gain $g$"), y=Axis(r"$\lambda_1$, nats per step"))
    return Figure([panel], title=f"{result.knobs.cell}: above zero explodes, below vanishes")


def cures(result: Result) -> Figure:
    """What each cure does to the largest exponent before training, with the same inputs."""
    texts, tints = [], []
    for cure in result.cures.values():
        measured = cure.measured
        shown = f"{measured:+.3f} ± {cure.error:.3f}" if np.isfinite(measured) else "-∞"
        horizon = 1 / abs(measured) if measured else np.inf
        predicted = "–" if cure.predicted is None else f"{cure.predicted:+.4f}"
        lost = "–" if np.isnan(cure.lost).any() else f"{cure.lost.mean():.3g} of {_size(result)}"
        texts.append([predicted, shown, f"{horizon:.3g}", lost])
        verdict = float(np.clip(1 - abs(measured) / 0.15, -1, 1))
        tints.append([0.0, verdict, verdict, 0.0])
    return table(
        list(result.cures),
        ["predicted", "measured", "steps for factor e", "lost for good"], texts, tints,
        title="The largest exponent before training: "
        f"gain {result.knobs.gain:g}, input {result.knobs.noise:g}",
        caption=f"nats per step, mean and standard error of {NETS} nets; blue is near zero. Lost "
        "for good: directions without any gradient. LSTM: predicted for the additive path alone",
    )  # fmt: skip


def _size(result: Result) -> int:
    """Units of the nets that the cures are tried on."""
    return min(result.knobs.hidden, CURED)


DEFAULT = Knobs()


def _exponent(result: Result) -> float:
    assert result.exponent.measured is not None
    return result.exponent.measured


def _near(result: Result) -> float:
    """The share of the gradient from the nearer half of the steps."""
    return float(result.share[: len(result.share) // 2].sum())


def _hidden(result: Result) -> Finding:
    """Vanishing and exploding, each as a watcher of the gradient's length sees it."""
    cell, parameters, x, state = _net(EXPLODING)
    logs, _ = _backward(cell, parameters, x, state)
    explodes = float(np.exp(logs - logs[0]).sum())
    total, far = _total(result), 1 - _near(result)
    return holds(
        far < 0.01 and abs(np.log(total)) < abs(np.log(explodes)),
        f"the whole gradient has {total:.3g} times the length of its last step's, and without "
        f"the far half of the steps, {far:.2g} of it, hardly less; one that explodes has "
        f"{explodes:.3g} times that length",
    )


def _leaky(result: Result) -> Finding:
    shift, error = _shift(result)
    plain, leaky = result.cures["ReLU"], result.cures["leaky ReLU"]
    assert shift.measured is not None
    saves = float(leaky.lost.mean()) < float(plain.lost.mean())
    slows = shift.measured > 3 * error and abs(leaky.measured) < abs(plain.measured)
    return holds_so_far(
        (saves, slows),
        f"directions lost for good: {plain.lost.mean():.3g} of {_size(result)} with ReLU, "
        f"{leaky.lost.mean():.3g} with the leak. The exponent {plain.measured:+.3f} moves by "
        f"{shift.measured:+.4f} ± {error:.4f} nats a step; predicted {shift.predicted:+.5f}",
        shift,
    )


def _gates(result: Result) -> Finding:
    plain = result.cures["tanh"].measured
    gated = {name: cure.measured for name, cure in result.cures.items() if name in GATED}
    nearer = [abs(exponent) < abs(plain) for exponent in gated.values()]
    listed = "; ".join(f"{name} {exponent:+.3f}" for name, exponent in gated.items())
    return holds_so_far(
        nearer,
        f"before training, in nats a step: tanh {plain:+.3f}; {listed}. So {sum(nearer)} of "
        f"{len(nearer)} vanish more slowly than tanh, and the others have to learn it",
    )


GATED = ("LSTM, b = 0", "LSTM, b = 1", "LSTM, b = 4", "GRU")
SMALL = replace(DEFAULT, hidden=50, steps=60)
EXPLODING = replace(SMALL, gain=2.0, noise=0.1)
CLAIMS = (
    Claim(
        "Backpropagation Through Time", "products of the chain rule can explode",
        EXPLODING,
        lambda result: holds(
            _exponent(result) > 0, f"with gain 2 they grow by {_exponent(result):+.3f} nats a step",
            result.exponent,
        ),
    ),
    Claim(
        "Backpropagation Through Time", "… or vanish", replace(SMALL, gain=0.8),
        lambda result: holds(
            _exponent(result) < 0,
            f"with gain 0.8 they shrink by {-_exponent(result):.3f} nats a step", result.exponent,
        ),
    ),
    Claim("Vanishing gradient problem", "vanishing is harder to detect", replace(SMALL, gain=1.0),
          _hidden),
    Claim("Vanishing gradient solutions", "leaky ReLU", replace(SMALL, gain=1.0), _leaky),
    Claim("Vanishing gradient solutions", "gates (LSTM, GRU): partially solved", SMALL, _gates),
)  # fmt: skip
LESSON = Lesson(
    name="gradient-product",
    title="Exploding and vanishing gradients, predicted",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={
        "norms": norms, "critical": critical, "spectrum": exponents, "share": shares,
        "cures": cures,
    },
    presets={
        "vanishing": replace(DEFAULT, gain=0.8),
        "exploding": replace(DEFAULT, gain=2.0, noise=0.1),
        "at the edge": replace(DEFAULT, gain=1.55),
        "ReLU": replace(DEFAULT, cell="relu", gain=1.4),
        "leaky ReLU is no cure": replace(DEFAULT, cell="leaky-relu", gain=1.0),
        "LSTM with forget bias 4": replace(DEFAULT, cell="lstm", forget_bias=4.0),
        "linear recurrent unit": replace(DEFAULT, cell="lru"),
        "the spectrum of Newman": replace(DEFAULT, cell=FRESH, hidden=60, gain=1.0, steps=300),
        "two units": replace(DEFAULT, hidden=2, cell="linear", gain=1.0),
    },
    references=("pascanu2013", "sompolinsky1988", "molgedey1992", "benettin1980", "newman1986",
                "hochreiter1997", "orvieto2023"),
    slides=("Backpropagation Through Time", "Vanishing gradient problem",
            "Vanishing gradient solutions"),
)  # fmt: skip
