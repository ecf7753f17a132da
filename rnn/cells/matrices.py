"""A linear cell that is given its matrix anew at every step: a bare product of matrices."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rnn.cells._cell import Cell, Parameters


@dataclass(frozen=True)
class MatrixProduct(Cell):
    """:math:`s_t = A_t s_{t-1}`; an input is a matrix :math:`A_t`, row by row, so D = H².

    With independent Gaussian matrices its exponents are Newman's [newman1986]_. Nothing is learnt.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.inputs != self.hidden**2:
            raise ValueError(
                f"inputs = {self.inputs} must be hidden squared, {self.hidden**2}: a matrix a step"
            )

    def first(self, generator: torch.Generator) -> dict[str, Tensor]:
        return {}

    def drive(self, parameters: Parameters, x: Tensor) -> Tensor:
        return x

    def step(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        return (self.jacobian(parameters, drive, state) @ state[..., None])[..., 0]

    def jacobian(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        return drive.unflatten(-1, (self.hidden, self.hidden))
