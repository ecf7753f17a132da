"""The long short-term memory."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rnn.cells._cell import Cell, Parameters, diagonal, scaled_rows
from rnn.cells.initial import chrono_bias, uniform


@dataclass(frozen=True)
class LSTM(Cell):
    """Long short-term memory with a forget gate [hochreiter1997]_, [gers2000]_.

    :math:`c_t = f c_{t-1} + i g`, :math:`h_t = o \\tanh c_t` with logistic gates i, f, o and
    :math:`g = \\tanh(\\cdot)`, in torch's order of gates. **The state is** :math:`(h, c)`, so its
    Jacobian is 2H × 2H; the additive path :math:`\\partial c_t/\\partial c_{t-1} = f` is only one
    block of it.

    Parameters
    ----------
    inputs, hidden : D and H.
    forget_bias : the forget gate's initial bias; None leaves torch's, uniform about 0.
    chrono : the longest dependency :math:`T_{max}`; forget biases are then
        :math:`\\log U[1, T_{max}-1]` and input biases their negatives [tallec2018]_. None leaves
        them.
    """

    forget_bias: float | None = None
    chrono: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.chrono is not None and self.chrono <= 2:
            raise ValueError(f"chrono = {self.chrono!r} must be above 2, the longest dependency")
        if self.chrono is not None and self.forget_bias is not None:
            raise ValueError("chrono sets the forget biases; give chrono or forget_bias, not both")

    @property
    def state_size(self) -> int:
        return 2 * self.hidden

    def first(self, generator: torch.Generator) -> dict[str, Tensor]:
        H = self.hidden
        bias = uniform((4 * H,), H, generator)
        if self.forget_bias is not None:
            bias[H : 2 * H] = self.forget_bias
        weight_hh = uniform((4 * H, H), H, generator)
        weight_ih = uniform((4 * H, self.inputs), H, generator)
        if self.chrono is not None:
            bias[H : 2 * H] = chrono_bias(H, self.chrono, generator)
            bias[:H] = -bias[H : 2 * H]
        return {"weight_hh": weight_hh, "weight_ih": weight_ih, "bias": bias}

    def gates(self, parameters: Parameters, drive: Tensor, state: Tensor) -> tuple[Tensor, ...]:
        """The gates i, f, g, o, each ``(E, B, H)``."""
        h, _ = state.chunk(2, dim=-1)
        a = torch.baddbmm(drive, h, parameters["weight_hh"].mT)
        i, f, g, o = a.chunk(4, dim=-1)
        return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)

    def step(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        i, f, g, o = self.gates(parameters, drive, state)
        _, c = state.chunk(2, dim=-1)
        c = torch.addcmul(f * c, i, g)
        return torch.cat([o * torch.tanh(c), c], dim=-1)

    def jacobian(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        i, f, g, o = self.gates(parameters, drive, state)
        c_old = state[..., self.hidden :]
        c = f * c_old + i * g
        W_i, W_f, W_g, W_o = parameters["weight_hh"].chunk(4, dim=1)
        c_by_h = (
            scaled_rows(c_old * f * (1 - f), W_f)
            + scaled_rows(g * i * (1 - i), W_i)
            + scaled_rows(i * (1 - g**2), W_g)
        )
        t = torch.tanh(c)
        through = o * (1 - t**2)
        h_by_h = scaled_rows(t * o * (1 - o), W_o) + through[..., None] * c_by_h
        top = torch.cat([h_by_h, diagonal(through * f)], dim=-1)
        return torch.cat([top, torch.cat([c_by_h, diagonal(f)], dim=-1)], dim=-2)
