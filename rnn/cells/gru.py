"""The gated recurrent unit."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rnn.cells._cell import Cell, Parameters, diagonal, scaled_rows
from rnn.cells.initial import uniform


@dataclass(frozen=True)
class GRU(Cell):
    """Gated recurrent unit [cho2014]_ in torch's convention.

    :math:`h_t = (1 - z) n + z h_{t-1}` (papers swap z and 1 − z) with
    :math:`n = \\tanh(U_n x_t + b_n + r (W_n h_{t-1} + c_n))`: the reset gate r acts after the
    product with the matrix. Gates stand in the order r, z, n.
    """

    def first(self, generator: torch.Generator) -> dict[str, Tensor]:
        H = self.hidden
        return {
            "weight_hh": uniform((3 * H, H), H, generator),
            "weight_ih": uniform((3 * H, self.inputs), H, generator),
            "bias": uniform((3 * H,), H, generator),
            "bias_reset": uniform((H,), H, generator),
        }

    def step(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        _, z, n, _ = self._gates(parameters, drive, state)
        return n + z * (state - n)

    def jacobian(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        r, z, n, inner = self._gates(parameters, drive, state)
        W_r, W_z, W_n = parameters["weight_hh"].chunk(3, dim=1)
        through = (1 - z) * (1 - n**2)
        return (
            diagonal(z)
            + scaled_rows((state - n) * z * (1 - z), W_z)
            + scaled_rows(through * r, W_n)
            + scaled_rows(through * inner * r * (1 - r), W_r)
        )

    def _gates(self, parameters: Parameters, drive: Tensor, state: Tensor) -> tuple[Tensor, ...]:
        """r, z, n, and what r multiplies."""
        r, z, inner = torch.bmm(state, parameters["weight_hh"].mT).chunk(3, dim=-1)
        of_r, of_z, of_n = drive.chunk(3, dim=-1)
        r, z = torch.sigmoid(of_r + r), torch.sigmoid(of_z + z)
        inner = inner + parameters["bias_reset"][:, None]
        return r, z, torch.tanh(torch.addcmul(of_n, r, inner)), inner
