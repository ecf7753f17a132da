"""The formulas of a game and everything that is derived from them by differentiation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import sympy

from dynamics.backend import Array
from dynamics.linear import solve_linear

Quantity = tuple[str, int]
"""Which formulas: ``("field", -1)``, ``("jacobian", -1)``, or ``("block" | "loss" |
"loss_gradient", player)``."""


@dataclass(frozen=True)
class Formulas:
    """Losses over variables and parameter symbols. Hashable: what is compiled is cached by it.

    ``given`` is the field where it is no gradient, as in a population game; else it is None.
    """

    losses: tuple[sympy.Expr, ...]
    symbols: tuple[sympy.Symbol, ...]
    players: tuple[slice, ...]
    parameters: tuple[sympy.Symbol, ...]
    given: tuple[sympy.Expr, ...] | None = None

    def __hash__(self) -> int:
        return hash((self.losses, self.symbols, self.parameters, len(self.players), self.given))

    @cached_property
    def field(self) -> sympy.ImmutableMatrix:
        """:math:`F`: every player's gradient of its own loss, shape ``(d, 1)``."""
        if self.given is not None:
            return sympy.ImmutableMatrix(self.given)
        return sympy.ImmutableMatrix(
            [
                sympy.diff(loss, symbol)
                for loss, block in zip(self.losses, self.players, strict=True)
                for symbol in self.symbols[block]
            ]
        )

    @cached_property
    def jacobian(self) -> sympy.ImmutableMatrix:
        """:math:`\\partial F/\\partial z`, shape ``(d, d)``; a jump of the field is left out."""
        return self.field.jacobian(self.symbols).replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)

    def entries(self, quantity: Quantity) -> tuple[sympy.Expr, ...]:
        """The formulas of a quantity in one flat tuple, a matrix row by row."""
        what, player = quantity
        match what:
            case "field":
                return tuple(self.field)
            case "jacobian":
                return tuple(self.jacobian)
            case "block":
                return tuple(self.field[self.players[player], 0])
            case "loss":
                return (self.losses[player],)
            case "loss_gradient":
                return tuple(sympy.diff(self.losses[player], symbol) for symbol in self.symbols)
        raise KeyError(what)


class FormulaField(ABC):
    """A vector field whose quantities are evaluated from formulas, by whatever means."""

    formulas: Formulas

    @abstractmethod
    def evaluate(self, quantity: Quantity, z: Array) -> Array:
        """The entries of a quantity at ``z``, stacked on the first axis: shape ``(m, ...)``."""

    @property
    def players(self) -> tuple[slice, ...]:
        """Which coordinates belong to which player."""
        return self.formulas.players

    @property
    def dimension(self) -> int:
        """The number of coordinates ``d``."""
        return len(self.formulas.symbols)

    def __call__(self, z: Array) -> Array:
        """:math:`F(z)`, shape of ``z``."""
        return self.evaluate(("field", -1), z)

    def gradient(self, z: Array, player: int) -> Array:
        """The block of :math:`F(z)` that belongs to one player."""
        return self.evaluate(("block", player), z)

    def loss_gradient(self, z: Array, player: int) -> Array:
        """The gradient of one player's loss by all coordinates, shape of ``z``."""
        return self.evaluate(("loss_gradient", player), z)

    def jacobian_at(self, z: Array) -> Array:
        """:math:`J(z)`, shape ``(d, d, ...)``."""
        entries = self.evaluate(("jacobian", -1), z)
        return entries.reshape(self.dimension, self.dimension, *z.shape[1:])

    def jvp(self, z: Array, v: Array) -> Array:
        """:math:`J(z) v`."""
        return (self.jacobian_at(z) * v[None]).sum(axis=1)

    def vjp(self, z: Array, v: Array) -> Array:
        """:math:`J(z)^T v`."""
        return (self.jacobian_at(z) * v[:, None]).sum(axis=0)

    def minibatch(self, rng: np.random.Generator | None = None) -> Self:
        """The field itself: it has no randomness."""
        return self

    def solve(self, matvec: Callable[[Array], Array], b: Array) -> Array:
        """The solution of a dense system; exact for symbols, NaN where a number's is singular."""
        return solve_linear(matvec, b)


def substituted(entries: tuple[sympy.Expr, ...], values: list[dict]) -> np.ndarray:
    """Each entry under each substitution: an object array of shape ``(entries, values)``."""
    result = np.empty((len(entries), len(values)), dtype=object)
    for row, entry in enumerate(entries):
        for column, value in enumerate(values):
            result[row, column] = entry.xreplace(value)
    return result
