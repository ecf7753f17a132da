"""Elman's net: one cell for every step, from scratch and beside torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from frenemy.figures import (
    Arrows,
    Axis,
    Figure,
    HeatMap,
    Line,
    Mark,
    Panel,
    Points,
    Text,
    series,
)
from frenemy.lessons._claims import Claim, Finding, holds, holds_in_part
from frenemy.lessons._lesson import Compared, Lesson, knob
from frenemy.lessons._threads import on_one_thread

STORY = r"""
**The slide.** A neuron computes a weighted sum and an activation. Elman's net (1990) feeds its
hidden layer back into itself: $$h_t = \sigma(W^{hh} h_{t-1} + W^{hx} x_t), \qquad \hat y_t =
\mathrm{softmax}(W^{s} h_t).$$ Unrolled in time it is a deep net whose layers all have **the same
weights**: three matrices serve every step, however long the sequence is.

**From scratch.** `rnn.scratch.ElmanNet` is that formula and its gradient by hand, in thirty lines
of NumPy. Below it runs on a sentence, beside `torch.nn.RNN` and torch's automatic gradient: hidden
states and gradients agree to rounding.

**And $h_0$?** The state before the first word must be chosen; mostly it is zero. Below the same
sentence is read from two first states. With a spectral radius below one the difference dies out and
the net *forgets* where it began. With a larger one it may live on. It is the first sight of what
the next lessons are about.
"""
MOST_LETTERS = 200


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    text: str = knob(
        "the cat sat on the mat", label="text", help="read letter by letter, one-hot; at most 200"
    )
    hidden: int = knob(24, label="hidden units", low=2, high=200)
    gain: float = knob(
        0.9, label="spectral radius of $W^{hh}$", low=0.0, high=3.0, step=0.05, help="about"
    )
    start: float = knob(
        1.0, label="size of the other $h_0$", low=0.0, high=5.0, step=0.1, help="the first is zero"
    )
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of the random weights")


@dataclass(frozen=True, eq=False)
class Result:
    """A sentence read twice, and torch beside it.

    Attributes
    ----------
    letters : the alphabet.
    hidden, other : hidden states from h0 = 0 and from the other one, ``(T + 1, H)``.
    predictions : from h0 = 0, ``(T, V)``.
    state_error, gradient_error : the largest differences to torch.
    loss, torch_loss : of predicting each next letter, nats in all.
    parameters : how many weights there are.
    """

    knobs: Knobs
    letters: str
    hidden: np.ndarray
    other: np.ndarray
    predictions: np.ndarray
    state_error: float
    gradient_error: float
    loss: float
    torch_loss: float
    parameters: int


@on_one_thread
def run(knobs: Knobs) -> Result:
    """Read the text from scratch and by torch.

    Raises
    ------
    ValueError
        If there are fewer than two letters, or too many.
    """
    from rnn.scratch import ElmanNet

    text = knobs.text
    if not 2 <= len(text) <= MOST_LETTERS:
        raise ValueError(
            f"text has {len(text)} letters; give from 2 to {MOST_LETTERS}, such as 'the cat sat'"
        )
    letters = "".join(sorted(set(text)))
    codes = np.array([letters.index(letter) for letter in text])
    x, targets = np.eye(len(letters))[codes[:-1]], codes[1:]
    rng = np.random.default_rng(knobs.seed)
    net = ElmanNet.random(len(letters), knobs.hidden, len(letters), rng, knobs.gain)
    zero = np.zeros(knobs.hidden)
    hidden, predictions = net.forward(x, zero)
    other, _ = net.forward(x, knobs.start * rng.normal(size=knobs.hidden))
    gradient, loss = net.gradient(x, targets, zero), net.loss(x, targets, zero)
    theirs = _torchs(net, x, targets)
    errors = [
        float(np.abs(ours - torchs).max())
        for ours, torchs in zip(
            (hidden[1:], gradient.W_hh, gradient.W_hx, gradient.W_s), theirs[:4], strict=True
        )
    ]
    size = net.W_hh.size + net.W_hx.size + net.W_s.size
    return Result(
        knobs, letters, hidden, other, predictions, errors[0], max(errors[1:]), loss, theirs[4],
        size,
    )  # fmt: skip


def _torchs(net: Any, x: np.ndarray, targets: np.ndarray) -> tuple[Any, ...]:
    """Hidden states, three gradients and the loss by what ``torch.nn.RNN`` calls."""
    import torch

    W_hh, W_hx, W_s = (torch.tensor(W, requires_grad=True) for W in (net.W_hh, net.W_hx, net.W_s))
    start = torch.zeros(1, 1, len(W_hh), dtype=torch.float64)
    hidden, _ = torch.rnn_tanh(
        torch.tensor(x)[:, None], start, [W_hx, W_hh], has_biases=False, num_layers=1,
        dropout=0.0, train=False, bidirectional=False, batch_first=False,
    )  # fmt: skip
    loss = torch.nn.functional.cross_entropy(
        hidden[:, 0] @ W_s.T, torch.tensor(targets), reduction="sum"
    )
    found = torch.autograd.grad(loss, [W_hh, W_hx, W_s])
    return (hidden[:, 0].detach().numpy(), *(g.numpy() for g in found), loss.item())


def facts(result: Result) -> dict[str, Any]:
    """Scratch beside torch; weights beside steps; what is left of h0."""
    steps, H = len(result.predictions), result.knobs.hidden
    apart = np.linalg.norm(result.hidden - result.other, axis=1)
    predicted = predicted_exponent(result.knobs.gain)
    return {
        "loss of all steps (predicted: from scratch; measured: torch)": Compared(
            result.loss, result.torch_loss
        ),
        "largest difference of hidden states to torch": f"{result.state_error:.1e}",
        "largest difference of gradients to torch": f"{result.gradient_error:.1e}",
        "weights, whatever the length": result.parameters,
        "weights if every step had its own": result.parameters * steps,
        "loss per letter, nats (guessing: ln V)": (
            f"{result.loss / steps:.3f} ({np.log(len(result.letters)):.3f})"
        ),
        "two states part (+) or meet (-), nats per step": Compared(
            predicted if np.isfinite(predicted) else None, measured_exponent(apart)
        ),
        "difference between the two first states": f"{apart[0]:.3g}",
        f"left of it after {steps} steps": f"{apart[-1]:.3g}",
        "state": f"{H} numbers between -1 and 1",
    }


def predicted_exponent(gain: float) -> float:
    """Nats per step at which two states part or meet in a wide net that such letters drive."""
    from rnn.predictions import mean_field

    return mean_field(gain, 1.0).exponent


def measured_exponent(apart: np.ndarray) -> float | None:
    """The slope of the logarithm of a distance, as long as it is a number above rounding."""
    known = np.flatnonzero(apart > 1e-12)
    if len(known) < 4:
        return None
    return float(np.polyfit(known, np.log(apart[known]), 1)[0])


def unrolled(result: Result) -> Figure:
    """The net in time: one cell, drawn once for each step, with the same three matrices."""
    text = result.knobs.text
    count = min(len(text) - 1, 6)
    at = np.arange(count, dtype=float)
    zero, one = np.zeros(count), np.ones(count)
    letter = ["␣" if c == " " else c for c in text[: count + 1]]
    marks: list[Mark] = [
        Arrows(at, zero + 0.22, zero, one * 0.5, length="exact", color="first"),
        Arrows(at, one + 0.22, zero, one * 0.5, length="exact", color="third"),
        Arrows(at - 0.78, one, one * 0.5, zero, length="exact", color="second"),
        Points(at, zero, symbol="open-circle", size=4.2, color="first"),
        Points(at, one, symbol="circle", size=4.2, color="faint"),
        Points(at, one, symbol="open-circle", size=4.2, color="second"),
        Points(at, one * 2, symbol="open-circle", size=4.2, color="third"),
        Text(at, zero, [rf"$x_{{{t + 1}}}$" for t in range(count)]),
        Text(at, one, [rf"$h_{{{t + 1}}}$" for t in range(count)]),
        Text(at, one * 2, [f"$y_{{{t + 1}}}$" for t in range(count)]),
        Text(at, zero - 0.42, letter[:-1], color="muted"),
        Text(at, one * 2 + 0.42, letter[1:], color="muted"),
        Text(at + 0.14, zero + 0.46, "$W^{hx}$" if count == 1 else ["$W^{hx}$"] * count,
             align="right", size=0.8, color="first"),
        Text(at + 0.14, one + 0.46, ["$W^{s}$"] * count, align="right", size=0.8, color="third"),
        Text(at - 0.52, one + 0.1, ["$W^{hh}$"] * count, align="above", size=0.8, color="second"),
        Text.at(-1.0, 1.0, "$h_0$"),
    ]  # fmt: skip
    panel = Panel(
        marks,
        x=Axis(hidden=True, range=(-1.4, count - 0.3)),
        y=Axis(hidden=True, range=(-0.75, 2.75)),
        legend=False,
    )
    return Figure(
        [panel],
        title="One cell, unrolled: every arrow of a colour is the same matrix",
        caption="below: what is read; above: what should be predicted",
    )


def states(result: Result) -> Figure:
    """The hidden states as colours over time, letter by letter."""
    hidden = result.hidden[1:]
    letters = ["␣" if c == " " else c for c in result.knobs.text[: len(hidden)]]
    ticks = Axis.of_categories(letters, "letter read") if len(letters) <= 40 else Axis("step")
    heat = HeatMap(
        np.arange(len(hidden), dtype=float),
        np.arange(hidden.shape[1], dtype=float),
        hidden.T,
        colormap="diverging",
        limits=(-1.0, 1.0),
        scale="$h_t$",
    )
    panel = Panel([heat], x=ticks, y=Axis("hidden unit"))
    return Figure([panel], title="What the net holds while it reads")


def first_state(result: Result) -> Figure:
    """How the difference between two first states lives on."""
    apart = np.linalg.norm(result.hidden - result.other, axis=1)
    steps = np.arange(len(apart), dtype=float)
    shown = np.where(apart > 0, apart, np.nan)
    marks: list[Mark] = [
        Line(steps, shown, label=r"measured: $\|h_t - h'_t\|$", width=1.8, **series(0))
    ]
    gain = result.knobs.gain
    exponent = predicted_exponent(gain)
    if apart[0] > 0 and np.isfinite(exponent):
        line = apart[0] * np.exp(exponent * steps)
        label = rf"predicted: $e^{{{exponent:.2f} t}}$ (mean field)"
        marks.append(Line(steps, line, color="prediction", dash="dash", label=label))
    panel = Panel(marks, x=Axis("step"), y=Axis("distance of the two states", scale="log"))
    return Figure([panel], title=f"Does it matter where one begins? Spectral radius about {gain:g}")


DEFAULT = Knobs()


def _ordered(result: Result) -> Finding:
    """The state after a text, and after the same letters in reverse."""
    text = result.knobs.text
    reverse = text[-2::-1] + text[-1]
    other = run(replace(result.knobs, text=reverse))
    apart = float(np.linalg.norm(result.hidden[-1] - other.hidden[-1]))
    counted = sum(abs(text.count(letter) - reverse.count(letter)) for letter in result.letters)
    return holds(
        counted == 0 and apart > 0.1 * float(np.linalg.norm(result.hidden[-1])),
        f"read in reverse, the same {len(text) - 1} letters lead to a state {apart:.2g} away from "
        f"one of length {np.linalg.norm(result.hidden[-1]):.2g}; their counts differ by {counted}",
    )


CLAIMS = (
    Claim("Sequential Data", "models should capture order information", DEFAULT, _ordered),
    Claim(
        "Neuron computation", "h_t = σ(W h_{t−1} + W x_t), and ŷ_t = softmax(W h_t)", DEFAULT,
        lambda result: holds(
            max(result.state_error, result.gradient_error) < 1e-12,
            f"written out by hand it differs from torch by {result.state_error:.0e}",
        ),
    ),
    Claim(
        "Neuron computation", "model parameters are tied across all time steps", DEFAULT,
        lambda result: holds(
            result.parameters == run(replace(result.knobs, text=2 * result.knobs.text)).parameters,
            f"{result.parameters:,} weights for {len(result.predictions)} steps, and for twice as "
            "many",
        ),
    ),
    Claim(
        "Neuron computation", "an initial vector h_0 is needed", replace(DEFAULT, gain=1.0),
        lambda result: holds_in_part(
            float(np.linalg.norm(result.hidden[-1] - result.other[-1])) < 0.1,
            "any will do here: after "
            f"{len(result.predictions)} steps two of them differ by "
            f"{np.linalg.norm(result.hidden[-1] - result.other[-1]):.0e}",
        ),
    ),
)  # fmt: skip
LESSON = Lesson(
    name="elman",
    title="Elman's net, from scratch",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"unrolled": unrolled, "states": states, "first-state": first_state},
    presets={
        "forgets its beginning": replace(DEFAULT, gain=0.5),
        "at the edge": replace(DEFAULT, gain=1.0),
        "never forgets": replace(DEFAULT, gain=2.5, hidden=100),
        "two units": replace(DEFAULT, hidden=2, text="abababab"),
    },
    references=("elman1990", "mikolov2010"),
    slides=("Sequential data", "Elman network", "Neuron computation", "Tied weights"),
)
