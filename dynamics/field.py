"""The vector field of a game: what a training rule is given, whatever the numbers are made of.

Player *i* minimises its own loss :math:`L_i`; :math:`F(z)` stacks every player's gradient of its
own loss, and everyone follows :math:`-F`. A state has its coordinates on the first axis, shape
``(d, ...)``; the axes behind it are a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, Self

import numpy as np

from dynamics.backend import Array, copy, zeros_like

Rate = Any
"""A step size: a number, an array that broadcasts against the batch, or a tuple, one a player."""
Weight = Any
"""Any other hyper-parameter that is a number, or an array that broadcasts against the batch."""


class SingularError(ValueError):
    """A linear system that a rule must solve has no unique solution anywhere in this game."""


class VectorField(Protocol):
    """What a rule may ask of a game. States and vectors have shape ``(d, ...)``.

    The same calls answer on NumPy floats, on object arrays of SymPy expressions and on torch
    tensors; how they are computed (a matrix, automatic differentiation, Krylov's method) is the
    field's own business.
    """

    @property
    def players(self) -> tuple[slice, ...]:
        """Which coordinates belong to which player."""
        ...

    def __call__(self, z: Array) -> Array:
        """:math:`F(z)`, every player's gradient of its own loss."""
        ...

    def gradient(self, z: Array, player: int) -> Array:
        """That player's block of :math:`F(z)`, without paying for the other players."""
        ...

    def loss_gradient(self, z: Array, player: int) -> Array:
        """The gradient of that player's loss by *all* coordinates (for LOLA and unrolling)."""
        ...

    def jvp(self, z: Array, v: Array) -> Array:
        """:math:`J(z) v` with :math:`J = \\partial F/\\partial z`."""
        ...

    def vjp(self, z: Array, v: Array) -> Array:
        """:math:`J(z)^T v`."""
        ...

    def solve(self, matvec: Callable[[Array], Array], b: Array) -> Array:
        """The ``x`` with ``matvec(x) = b`` for a linear ``matvec``.

        Raises
        ------
        SingularError
            If the system is singular at every state.
        """
        ...

    def minibatch(self, rng: np.random.Generator | None = None) -> Self | VectorField:
        """The field with its randomness drawn and held fixed, for one step.

        A field without randomness returns itself. The field of a minibatch remembers where it
        came from: its own ``minibatch()`` draws the next one.
        """
        ...


def rate_of(lr: Rate, player: int) -> Any:
    """The step size of one player."""
    return lr[player] if isinstance(lr, tuple) else lr


def scaled(lr: Rate, field: VectorField, vector: Array) -> Array:
    """``vector`` with every player's block multiplied by that player's step size.

    Raises
    ------
    ValueError
        If ``lr`` is a tuple whose length is not the number of players.
    """
    if not isinstance(lr, tuple):
        return lr * vector
    if len(lr) != len(field.players):
        raise ValueError(
            f"lr = {lr!r} has {len(lr)} entries for {len(field.players)} players; "
            "give one step size, or a tuple with one for each player"
        )
    result = copy(vector)
    for size, block in zip(lr, field.players, strict=True):
        result[block] = size * vector[block]
    return result


def only(vector: Array, block: slice) -> Array:
    """``vector`` inside ``block`` and zero outside it."""
    result = zeros_like(vector)
    result[block] = vector[block]
    return result


def without(vector: Array, block: slice) -> Array:
    """``vector`` with zeros inside ``block``."""
    result = copy(vector)
    result[block] = zeros_like(vector[block])
    return result


def interaction(field: VectorField, z: Array, v: Array) -> Array:
    """:math:`J_o(z) v` where :math:`J_o` is the Jacobian without each player's own block.

    It is what the others' moves ``v`` do to every player's gradient.
    """
    result = field.jvp(z, v)
    for block in field.players:
        result[block] = result[block] - field.jvp(z, only(v, block))[block]
    return result
