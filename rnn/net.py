"""A cell with a readout, and its parameters as one flat state for the training rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from rnn.cells import Cell, Parameters
from rnn.cells.initial import uniform
from rnn.jacobians import unroll


@dataclass(frozen=True)
class Net:
    """A recurrent cell whose output a linear layer reads.

    Its parameters are a dictionary as a cell's are, or one flat state of shape ``(P, E)``: the
    coordinates on the first axis and the members, independent nets, as a batch behind them, which
    is what :mod:`dynamics.methods` steps.

    Parameters
    ----------
    cell : the recurrent cell.
    outputs : classes or values that are answered, V.
    """

    cell: Cell
    outputs: int

    def initial(self, seeds: Sequence[int]) -> Tensor:
        """The flat state of as many members as there are seeds, ``(P, E)``, float32."""
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        parameters = self.cell.initial(generators)
        size = self.cell.output_size
        weights = [uniform((self.outputs, size), size, generator) for generator in generators]
        parameters["readout.weight"] = torch.stack(weights)
        parameters["readout.bias"] = torch.zeros(len(seeds), self.outputs)
        return self.flat(parameters)

    @cached_property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The shape of each parameter of one member."""
        first = self.cell.first(torch.Generator())
        shapes = {name: tuple(value.shape) for name, value in first.items()}
        readout = {"readout.weight": (self.outputs, self.cell.output_size)}
        return shapes | readout | {"readout.bias": (self.outputs,)}

    @property
    def size(self) -> int:
        """P, the number of parameters."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    def flat(self, parameters: Parameters) -> Tensor:
        """Named parameters as one state ``(P, E)``."""
        return torch.cat([parameters[name].flatten(1) for name in self.shapes], dim=1).T

    def named(self, z: Tensor) -> dict[str, Tensor]:
        """A state ``(P, E)`` as named parameters ``(E, ...)``; views, not copies."""
        sizes = [math.prod(shape) for shape in self.shapes.values()]
        parts = z.T.split(sizes, dim=1)
        return {
            name: part.unflatten(1, shape)
            for (name, shape), part in zip(self.shapes.items(), parts, strict=True)
        }

    def run(
        self, parameters: Parameters, x: Tensor, *, read_all: bool, truncate: int | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Answers ``(T', E, B, V)`` to inputs ``(T, E, B, D)``, and the states 0 … T."""
        own = {name: value for name, value in parameters.items() if not name.startswith("readout")}
        states = unroll(self.cell, own, x, truncate=truncate)
        return self.read(parameters, states[1:] if read_all else states[-1:]), states

    def read(self, parameters: Parameters, states: Sequence[Tensor]) -> Tensor:
        """What the readout makes of some states, ``(T', E, B, V)``."""
        seen = torch.stack([self.cell.output(state) for state in states], dim=1)
        weight, bias = parameters["readout.weight"], parameters["readout.bias"]
        E, T, B, _ = seen.shape
        answers = torch.baddbmm(bias[:, None], seen.flatten(1, 2), weight.mT)
        return answers.view(E, T, B, -1).transpose(0, 1)
