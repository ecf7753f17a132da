"""Cells on top of each other, and cells that somebody else wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from rnn.cells._cell import Cell, Parameters


@dataclass(frozen=True)
class Stacked(Cell):
    """Layers of cells, each fed with the output of the one below, as one cell.

    Its state is that of all layers, the lowest first; its Jacobian is differentiated.

    Parameters
    ----------
    inputs, hidden : of the lowest and of the highest layer.
    layers : the cells, the lowest first.
    """

    layers: tuple[Cell, ...] = ()

    @classmethod
    def of(cls, *layers: Cell) -> Stacked:
        """The stack of some cells."""
        if not layers:
            raise ValueError("a stack needs at least one cell")
        for below, above in pairwise(layers):
            if above.inputs != below.output_size:
                raise ValueError(
                    f"a layer takes {above.inputs} inputs, the one below it gives "
                    f"{below.output_size}; make them agree"
                )
        return cls(layers[0].inputs, layers[-1].hidden, layers)

    @property
    def state_size(self) -> int:
        return sum(layer.state_size for layer in self.layers)

    @property
    def output_size(self) -> int:
        return self.layers[-1].output_size

    def first(self, generator: torch.Generator) -> dict[str, Tensor]:
        return {
            f"{number}.{name}": value
            for number, layer in enumerate(self.layers)
            for name, value in layer.first(generator).items()
        }

    def drive(self, parameters: Parameters, x: Tensor) -> Tensor:
        return self.layers[0].drive(_of_layer(parameters, 0), x)

    def step(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        parts: list[Tensor] = []
        for number, (layer, old) in enumerate(zip(self.layers, self._parts(state), strict=True)):
            own = _of_layer(parameters, number)
            if number:
                drive = layer.drive(own, self.layers[number - 1].output(parts[-1])[None])[0]
            parts.append(layer.step(own, drive, old))
        return torch.cat(parts, dim=-1)

    def output(self, state: Tensor) -> Tensor:
        return self.layers[-1].output(self._parts(state)[-1])

    def _parts(self, state: Tensor) -> tuple[Tensor, ...]:
        return state.split([layer.state_size for layer in self.layers], dim=-1)


def _of_layer(parameters: Parameters, number: int) -> dict[str, Tensor]:
    prefix = f"{number}."
    return {n.removeprefix(prefix): v for n, v in parameters.items() if n.startswith(prefix)}


@dataclass(frozen=True)
class Foreign(Cell):
    """Any function of an input and a state as a cell; its Jacobian is differentiated.

    Parameters
    ----------
    inputs, hidden : features of an input, and coordinates of the whole state.
    function : ``function(parameters, x, state) -> state`` on ``(B, D)`` and ``(B, hidden)``, where
        ``parameters`` are those of one member.
    """

    function: Callable[[Parameters, Tensor, Tensor], Tensor] | None = None

    def first(self, generator: torch.Generator) -> dict[str, Tensor]:
        raise ValueError("a foreign cell brings its own parameters; it cannot draw any")

    def drive(self, parameters: Parameters, x: Tensor) -> Tensor:
        return x

    def step(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        assert self.function is not None
        members = [
            self.function({name: value[e] for name, value in parameters.items()}, d, s)
            for e, (d, s) in enumerate(zip(drive, state, strict=True))
        ]
        return torch.stack(members)
