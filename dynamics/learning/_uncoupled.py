"""What the uncoupled rules share: each player answers its own payoffs."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from dynamics.backend import Array, copy
from dynamics.field import Rate, VectorField, rate_of
from dynamics.methods import Method


@dataclass(frozen=True)
class Uncoupled(Method):
    """A rule in which every player moves at once, each by its own payoffs.

    The state stacks the players' mixed strategies; a player's payoffs are minus its gradient.
    """

    lr: Rate = 0.1

    def begin(self, shares: Array) -> Any:
        """One player's memory, from its first strategy ``(n, ...)``."""
        return ()

    @abstractmethod
    def respond(self, shares: Array, payoffs: Array, lr: Any, memory: Any) -> tuple[Array, Any]:
        """One player's next strategy; strategy and payoffs have shape ``(n, ...)``."""

    def init(self, field: VectorField, z: Array) -> tuple[Any, ...]:
        """One memory for each player."""
        return tuple(self.begin(z[block]) for block in field.players)

    def step(self, field: VectorField, z: Array, memory: tuple[Any, ...]) -> tuple[Array, Any]:
        """Every player's answer to the payoffs of this moment."""
        payoffs, state, memories = -field(z), copy(z), []
        for player, block in enumerate(field.players):
            lr = rate_of(self.lr, player)
            state[block], kept = self.respond(z[block], payoffs[block], lr, memory[player])
            memories.append(kept)
        return state, tuple(memories)
