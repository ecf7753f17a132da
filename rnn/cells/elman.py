"""Elman's cell: the simple recurrent net of the lecture, in both published forms."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rnn.cells._cell import Cell, Parameters, scaled_rows
from rnn.cells.activations import ACTIVATIONS, Activation
from rnn.cells.initial import MATRICES, uniform

FORMS = ("elman", "pascanu")


@dataclass(frozen=True)
class Elman(Cell):
    """A simple recurrent cell with any activation :math:`\\phi`.

    ``elman``: :math:`h_t = \\phi(W h_{t-1} + U x_t + b)`, whose Jacobian is
    :math:`\\mathrm{diag}(\\phi'_t) W`.
    ``pascanu``: :math:`s_t = W \\phi(s_{t-1}) + U x_t + b`, whose Jacobian is
    :math:`W \\mathrm{diag}(\\phi'_{t-1})`.

    The first is Elman's [elman1990]_ and torch's, the second that of Pascanu, Mikolov and Bengio
    [pascanu2013]_; their products differ at both ends, and a cell is one or the other.

    Parameters
    ----------
    inputs, hidden : D and H.
    activation : a name of ``ACTIVATIONS``.
    form : one of ``FORMS``.
    weights : how W begins, a name of ``MATRICES``; U and b begin as torch's.
    gain : what W is multiplied by.
    """

    activation: str = "tanh"
    form: str = "elman"
    weights: str = "uniform"
    gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, choices in (
            ("activation", ACTIVATIONS), ("form", FORMS), ("weights", MATRICES),
        ):  # fmt: skip
            if (value := getattr(self, name)) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}")

    @property
    def phi(self) -> Activation:
        """The activation with its derivative."""
        return ACTIVATIONS[self.activation]

    def first(self, generator: torch.Generator) -> dict[str, Tensor]:
        return {
            "weight_hh": MATRICES[self.weights](self.hidden, self.gain, generator),
            "weight_ih": uniform((self.hidden, self.inputs), self.hidden, generator),
            "bias": uniform((self.hidden,), self.hidden, generator),
        }

    def step(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        weight = parameters["weight_hh"]
        if self.form == "pascanu":
            return torch.baddbmm(drive, self.phi.value(state), weight.mT)
        return self.phi.value(torch.baddbmm(drive, state, weight.mT))

    def jacobian(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        weight = parameters["weight_hh"]
        if self.form == "pascanu":
            return weight[:, None] * self.phi.slope(state)[..., None, :]
        return scaled_rows(self.phi.slope(torch.baddbmm(drive, state, weight.mT)), weight)

    def output(self, state: Tensor) -> Tensor:
        return self.phi.value(state) if self.form == "pascanu" else state
