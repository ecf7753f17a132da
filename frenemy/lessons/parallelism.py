"""Sequential or parallel? A loop over time beside a scan, measured and counted."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from frenemy.figures import Axis, Figure, Line, Mark, Panel, Points, series
from frenemy.lessons._claims import Claim, Finding, holds_in_part
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._threads import on_one_thread

STORY = r"""
**The slide.** A recurrent net is *not suitable for parallel computation*: $h_t$ needs $h_{t-1}$.

**True of the forward pass of a nonlinear cell.** Its depth is $T$: however many processors there
are, one step comes after the other.

**Not true of a linear recurrence.** $s_t = a_t s_{t-1} + b_t$ composes affine maps, and composition
is associative: a *scan* needs $\lceil\log_2 T\rceil$ rounds. The linear recurrent unit and its
relatives are built on this.

**And not true of the backward pass of any cell.** Once the states are known, the adjoint obeys
$g_k = J_{k+1}^\top g_{k+1} + b_k$: affine, hence a scan, whatever the cell. (With full Jacobians a
round multiplies matrices, which costs $N$ times more work; that pays on machines with many
processors, not on two cores.)

**What a clock shows.** Below, on the machine that runs this page, the loop takes time in
proportion to $T$. The scan does $\log_2 T$ times the arithmetic in far fewer calls. On two cores
most of what it wins is the overhead of calls, and it loses again where arithmetic dominates: the
depth is what a large machine would see.
"""
LENGTHS = (16, 64, 256, 1024, 4096)
REPEATS = 5


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    units: int = knob(32, label="units", low=1, high=256, help="of the state")
    batch: int = knob(4, label="sequences at once", low=1, high=64)
    longest: int = knob(1024, label="longest sequence", low=64, high=4096)
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of everything random")


@dataclass(frozen=True, eq=False)
class Result:
    """Wall times, medians of five, in seconds, ``(L,)`` each.

    Attributes
    ----------
    lengths : of the sequences.
    seconds : way -> times.
    error : the largest difference between scan and loop.
    adjoint_error : between the backward scan and torch's backward, of a nonlinear cell.
    """

    knobs: Knobs
    lengths: np.ndarray
    seconds: dict[str, np.ndarray]
    error: float
    adjoint_error: float


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Time a nonlinear cell's loop, a linear recurrence's loop, and its scan."""
    import torch

    from rnn.scan import loop_diagonal, scan_diagonal

    lengths = [length for length in LENGTHS if length <= knobs.longest]
    generator = torch.Generator().manual_seed(knobs.seed)
    found: dict[str, list[float]] = {"tanh cell, a loop": [], "linear, a loop": [],
                                     "linear, a scan": []}  # fmt: skip
    weight = torch.randn(knobs.units, knobs.units, generator=generator) / knobs.units**0.5
    error = 0.0
    for done, length in enumerate(lengths):
        if progress is not None:
            progress(done, len(lengths), f"length {length:,}")
        shape = (length, knobs.batch, knobs.units)
        b = torch.randn(shape, generator=generator)
        a = (0.5 + 0.5 * torch.rand(knobs.units, generator=generator)).expand(shape)
        with torch.no_grad():
            found["tanh cell, a loop"].append(_median(partial(_tanh_loop, weight, b)))
            found["linear, a loop"].append(_median(partial(loop_diagonal, a, b)))
            found["linear, a scan"].append(_median(partial(scan_diagonal, a, b)))
            error = max(error, float((scan_diagonal(a, b) - loop_diagonal(a, b)).abs().max()))
    seconds = {way: np.array(times) for way, times in found.items()}
    return Result(knobs, np.array(lengths), seconds, error, _adjoint_error(knobs))


def _median(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _tanh_loop(weight: Any, drive: Any) -> Any:
    state = drive[0] * 0
    for step in drive:
        state = (step + state @ weight.T).tanh()
    return state


def _adjoint_error(knobs: Knobs) -> float:
    """The backward pass of an LSTM as a scan, against torch's."""
    import torch

    from rnn.cells import LSTM
    from rnn.jacobians import jacobians, unroll
    from rnn.scan import adjoints

    cell = LSTM(3, 8)
    generator = torch.Generator().manual_seed(knobs.seed)
    parameters = {n: v.double() for n, v in cell.initial([generator]).items()}
    x = torch.randn(64, 1, 1, 3, generator=generator, dtype=torch.float64)
    leaf = torch.zeros(1, 1, cell.state_size, dtype=torch.float64, requires_grad=True)
    states = unroll(cell, parameters, x, leaf)
    loss = sum((state**2).sum() for state in states[1:])
    assert isinstance(loss, torch.Tensor)
    expected = torch.stack(torch.autograd.grad(loss, states[1:]))[:, 0, 0]
    chain = torch.stack([J[0, 0] for J in jacobians(cell, parameters, x)])
    local = torch.stack([2 * state.detach()[0, 0] for state in states[1:]])
    return float((adjoints(chain, local) - expected).abs().max())


def facts(result: Result) -> dict[str, Any]:
    """Depths, exponents of the measured times, and that scans give what loops give."""
    from rnn.scan import depth

    longest = int(result.lengths[-1])
    stated: dict[str, Any] = {
        f"depth of a loop over {longest:,} steps": longest,
        f"depth of a scan over {longest:,} steps": depth(longest),
        "scan and loop differ by at most": f"{result.error:.1e}",
        "backward pass of an LSTM as a scan: differs by": f"{result.adjoint_error:.1e}",
    }
    for way, times in result.seconds.items():
        predicted = 1.0 if "loop" in way else None
        half = max(len(times) // 2, 2)
        x, y = np.log(result.lengths[-half:]), np.log(times[-half:])
        stated[f"{way}: time grows as T to the power of"] = Compared(
            predicted, float(np.polyfit(x, y, 1)[0])
        )
        stated[f"{way}: {longest:,} steps take"] = f"{1000 * times[-1]:.2f} ms"
    ratio = result.seconds["linear, a loop"][-1] / result.seconds["linear, a scan"][-1]
    stated["the scan is faster than the loop, here, by a factor of"] = f"{ratio:.3g}"
    return stated


def times(result: Result) -> Figure:
    """Wall time against length, measured here."""
    at = result.lengths.astype(float)
    marks: list[Mark] = []
    for index, (way, seconds) in enumerate(result.seconds.items()):
        marks.append(Line(at, 1000 * seconds, label=way, width=1.6, **series(index)))
        marks.append(Points(at, 1000 * seconds, color=series(index)["color"]))
    start = 1000 * result.seconds["linear, a loop"][0]
    marks.append(
        Line(at, start * at / at[0], color="prediction", dash="dash", label="in proportion to T")
    )
    ticks = [(float(length), f"{length:,}") for length in result.lengths]
    panel = Panel(
        marks,
        x=Axis("length of the sequence $T$", scale="log", ticks=ticks),
        y=Axis("time, ms", scale="log"),
    )
    caption = f"{result.knobs.units} units, {result.knobs.batch} sequences, on this machine"
    return Figure([panel], title="A loop over time, and a scan", caption=caption)


def depths(result: Result) -> Figure:
    """What a machine with any number of processors would see: rounds one after the other."""
    from rnn.scan import depth

    at = np.array(LENGTHS, dtype=float)
    marks: list[Mark] = [
        Line(at, at, label="a loop: $T$", width=1.8, **series(0)),
        Line(at, np.array([depth(int(length)) for length in at]), width=1.8,
             label=r"a scan: $\log_2 T$", **series(2)),
    ]  # fmt: skip
    ticks = [(float(length), f"{length:,}") for length in LENGTHS]
    panel = Panel(
        marks,
        x=Axis("length of the sequence $T$", scale="log", ticks=ticks),
        y=Axis("rounds, one after the other", scale="log"),
    )
    return Figure([panel], title="Depth: what no number of processors can shorten")


DEFAULT = Knobs()


def _parallel(result: Result) -> Finding:
    from rnn.scan import depth

    T = int(result.lengths[-1])
    return holds_in_part(
        result.adjoint_error < 1e-10 and depth(T) < T,
        f"true of the forward pass of a nonlinear cell, depth {T:,}; the backward pass is affine: "
        f"as a scan of depth {depth(T)} it differs by {result.adjoint_error:.0e}",
    )


CLAIMS = (
    Claim(
        "RNN's Bottleneck", "an RNN is not suitable for parallel computation", DEFAULT, _parallel
    ),
)
LESSON = Lesson(
    name="parallelism",
    title="Is a recurrent net sequential?",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"times": times, "depth": depths},
    presets={
        "as it comes": DEFAULT,
        "longer": replace(DEFAULT, longest=4096),
        "one unit": replace(DEFAULT, units=1, batch=1, longest=4096),
        "where arithmetic dominates": replace(DEFAULT, units=256, batch=32),
    },
    references=("blelloch1990", "orvieto2023"),
    slides=("Bottleneck",),
)
