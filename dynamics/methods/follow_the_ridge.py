"""Follow the ridge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import Rate, VectorField, only, scaled, without
from dynamics.methods._method import Method


@dataclass(frozen=True)
class FollowTheRidge(Method):
    """Gradient steps, with the followers kept on the ridge of their best responses.

    The leader's step :math:`-\\eta F_1` moves the ridge; the followers are moved with it by
    :math:`J_{22}^{-1} J_{21} \\eta F_1`. Its stable points are exactly the local minimax points. It
    needs the followers' own Jacobian :math:`J_{22}` to be invertible: on ``xy`` it is zero and the
    rule does not exist there, which raises :class:`~dynamics.field.SingularError`.

    Parameters
    ----------
    lr : step size, as everywhere.
    leader : the player whose moves the others follow.
    """

    reference: ClassVar[str] = "wang2020"

    lr: Rate = 0.1
    leader: int = 0

    def init(self, field: VectorField, z: Array) -> tuple[()]:
        """Nothing to remember."""
        return ()

    def step(self, field: VectorField, z: Array, memory: tuple[()]) -> tuple[Array, tuple[()]]:
        """A gradient step and the correction along the ridge."""
        block = field.players[self.leader]
        step = scaled(self.lr, field, field(z))
        moved_ridge = without(field.jvp(z, only(step, block)), block)
        correction = field.solve(
            lambda v: only(v, block) + without(field.jvp(z, without(v, block)), block), moved_ridge
        )
        return z - step + correction, memory
