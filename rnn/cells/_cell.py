"""What a recurrent cell is: one step of a state, its Jacobian, and its first parameters.

Everything is batched twice: the first axis is a **member**, a net with parameters of its own (many
seeds train at once), the next a sequence of its minibatch. Sequences have time first.

=============  =========================================================================
``x``          inputs, ``(T, E, B, D)``: steps, members, sequences, features
``state``      ``(E, B, N)``; N is the hidden size H, or 2 H where a cell has two parts
``drive``      what the inputs contribute to the gates, ``(T, E, B, G)``
parameters     tensors with a leading member axis, by name
=============  =========================================================================
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import jacrev, vmap

Parameters = Mapping[str, Tensor]
"""Name -> tensor ``(E, ...)``. Weights are ``(E, out, in)`` as torch's are."""


@dataclass(frozen=True)
class Cell(ABC):
    """A recurrent cell as a frozen description; the parameters are kept apart from it.

    Parameters
    ----------
    inputs : features of an input, D.
    hidden : units, H.
    """

    inputs: int
    hidden: int

    def __post_init__(self) -> None:
        for name in ("inputs", "hidden"):
            size = getattr(self, name)
            if not isinstance(size, int) or size < 1:
                raise ValueError(f"{name} = {size!r} must be a whole number of at least 1")

    @property
    def state_size(self) -> int:
        """N, the number of coordinates of the state."""
        return self.hidden

    @property
    def output_size(self) -> int:
        """The number of coordinates that a readout sees."""
        return self.hidden

    @abstractmethod
    def first(self, generator: torch.Generator) -> dict[str, Tensor]:
        """The initial parameters of one member, without the member axis."""

    @abstractmethod
    def step(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        """The next state, ``(E, B, N)``, from the drive ``(E, B, G)`` of one step."""

    def jacobian(self, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
        """:math:`\\partial s_t / \\partial s_{t-1}` at the old state, ``(E, B, N, N)``."""
        return differentiated(self, parameters, drive, state)

    def drive(self, parameters: Parameters, x: Tensor) -> Tensor:
        """What inputs ``(T, E, B, D)`` contribute: :math:`U x + b` of all steps in one product."""
        T, E, B, D = x.shape
        weight, bias = parameters["weight_ih"], parameters["bias"]
        flat = x.transpose(0, 1).reshape(E, T * B, D)
        return torch.baddbmm(bias[:, None], flat, weight.mT).view(E, T, B, -1).transpose(0, 1)

    def start(self, x: Tensor) -> Tensor:
        """The state before the first of inputs ``(T, E, B, D)``: zero, ``(E, B, N)``."""
        return x.new_zeros(*x.shape[1:3], self.state_size)

    def output(self, state: Tensor) -> Tensor:
        """What a readout sees of states ``(..., N)``: the hidden part, ``(..., H)``."""
        return state[..., : self.output_size]

    def initial(self, generators: list[torch.Generator]) -> dict[str, Tensor]:
        """The initial parameters of as many members as there are generators."""
        members = [self.first(generator) for generator in generators]
        return {name: torch.stack([member[name] for member in members]) for name in members[0]}


def differentiated(cell: Cell, parameters: Parameters, drive: Tensor, state: Tensor) -> Tensor:
    """The Jacobian of any cell's step by automatic differentiation, ``(E, B, N, N)``."""

    def step(member: dict[str, Tensor], drive: Tensor, state: Tensor) -> Tensor:
        one = {name: value[None] for name, value in member.items()}
        return cell.step(one, drive[None, None], state[None, None])[0, 0]

    of_sequences = vmap(jacrev(step, argnums=2), in_dims=(None, 0, 0))
    if not parameters:
        return torch.stack([of_sequences({}, d, s) for d, s in zip(drive, state, strict=True)])
    return vmap(of_sequences)(dict(parameters), drive, state)


def scaled_rows(scale: Tensor, weight: Tensor) -> Tensor:
    """:math:`\\mathrm{diag}(d) W` for each sequence: ``(E, B, H)`` and ``(E, H, K)``."""
    return scale[..., None] * weight[:, None]


def diagonal(entries: Tensor) -> Tensor:
    """Diagonal matrices ``(E, B, H, H)`` from their entries ``(E, B, H)``."""
    return torch.diag_embed(entries)
