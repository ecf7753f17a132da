"""Alternating gradient descent-ascent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from dynamics.backend import Array, copy, descend
from dynamics.field import Rate, VectorField, rate_of
from dynamics.methods._method import Method
from dynamics.step_rules import Plain, StepRule


@dataclass(frozen=True)
class Alternating(Method):
    """One player after another, each seeing the moves already made (Gauss-Seidel).

    :math:`z_i' = z_i - \\eta F_i(z_1', \\dots, z_{i-1}', z_i, \\dots)`. On ``xy`` with x first it
    keeps :math:`x^2 - \\eta x y + y^2` (x the minimiser; the sign turns with the order), so it
    neither converges nor diverges for :math:`\\eta < 2`.

    Parameters
    ----------
    lr : step size, a number, an array over the batch, or a tuple with one entry a player.
    step_rule : applied to each player's gradient with a memory of its own.
    order : the players in the order of their moves; ``None`` is 0, 1, …. A player may move
        several times: ``(1, 1, 0)`` gives player 1 two steps for each of player 0. A player that
        moves again draws a new minibatch.
    """

    reference: ClassVar[str] = "bailey2020"

    lr: Rate = 0.1
    step_rule: StepRule = Plain()
    order: tuple[int, ...] | None = None

    def init(self, field: VectorField, z: Array) -> tuple[Any, ...]:
        """One memory of the step rule for each player."""
        return tuple(self.step_rule.init(z[block]) for block in field.players)

    def step(self, field: VectorField, z: Array, memory: tuple[Any, ...]) -> tuple[Array, Any]:
        """Each player's step in turn."""
        done: set[int] = set()
        state, memories = copy(z), list(memory)
        for player in self.moves(field):
            if player in done:
                field, done = field.minibatch(), set()
            done.add(player)
            gradient = field.gradient(state, player)
            direction, memories[player] = self.step_rule.scale(gradient, memories[player])
            descend(state, field.players[player], rate_of(self.lr, player), direction)
        return state, tuple(memories)

    def moves(self, field: VectorField) -> tuple[int, ...]:
        """The order of moves in one step.

        Raises
        ------
        ValueError
            If ``order`` names a player that the game does not have.
        """
        players = tuple(range(len(field.players)))
        if self.order is not None and not set(self.order) <= set(players):
            raise ValueError(
                f"order = {self.order} names a player outside {players}; players count from 0"
            )
        return players if self.order is None else self.order
