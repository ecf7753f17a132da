"""A linear recurrence with a diagonal: the linear recurrent unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from rnn.cells._cell import Cell, Parameters
from rnn.cells.initial import uniform


@dataclass(frozen=True)
class LRU(Cell):
    """Linear recurrent unit [orvieto2023]_: :math:`h_t = \\lambda h_{t-1} + \\gamma (U x_t + b)`.

    H complex numbers :math:`\\lambda = e^{-e^\\nu + i\\theta}` inside the unit circle and
    :math:`\\gamma = \\sqrt{1 - |\\lambda|^2}`. A state holds real parts, then imaginary parts. Its
    Lyapunov exponents are :math:`\\log|\\lambda|` exactly, and all steps can be had at once by a
    parallel scan (:mod:`rnn.scan`).

    Parameters
    ----------
    inputs, hidden : D and H.
    least, most : the range of :math:`|\\lambda|` at the beginning, uniform over the ring.
    """

    least: float = 0.9
    most: float = 0.999

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.least < self.most < 1:
            raise ValueError(
                f"least = {self.least} and most = {self.most} must obey 0 <= least < most < 1, "
                "moduli of a recurrence that does not explode"
            )

    @property
    def state_size(self) -> int:
        return 2 * self.hidden

    @property
    def output_size(self) -> int:
        return 2 * self.hidden

    def first(self, generator: torch.Generator) -> dict[str, Tensor]:
        squares = torch.empty(self.hidden).uniform_(
            self.least**2, self.most**2, generator=generator
        )
        angle = torch.empty(self.hidden).uniform_(0, 2 * math.pi, generator=generator)
        return {
            "nu": torch.log(-0.5 * torch.log(squares.clamp(min=1e-12))),
            "theta": angle,
            "weight_ih": uniform((2 * self.hidden, self.inputs), self.inputs, generator),
            "bias": torch.zeros(2 * self.hidden),
        }

    def multipliers(self, parameters: Parameters) -> Tensor:
        """:math:`\\lambda`, complex, ``(E, H)``."""
        return torch.exp(torch.complex(-torch.exp(parameters["nu"]), parameters["theta"]))

    def drive(self, parameters: Parameters, x: Tensor) -> Tensor:
        gamma = torch.sqrt(1 - torch.exp(-2 * torch.exp(parameters["nu"])))
        return super().drive(parameters, x) * torch.cat([gamma, gamma], dim=-1)[:, None]

    def step(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        turn = self.multipliers(parameters)[:, None]
        re, im = state.chunk(2, dim=-1)
        turned = [turn.real * re - turn.imag * im, turn.real * im + turn.imag * re]
        return drive + torch.cat(turned, dim=-1)

    def jacobian(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        turn = self.multipliers(parameters)
        re, im = torch.diag_embed(turn.real), torch.diag_embed(turn.imag)
        matrix = torch.cat([torch.cat([re, -im], dim=-1), torch.cat([im, re], dim=-1)], dim=-2)
        return matrix[:, None].expand(*state.shape[:-1], -1, -1)
