"""Unrolled steps of the leader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array, copy
from dynamics.field import Rate, VectorField, only, scaled, without
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class Unrolled(Directional):
    """The leader differentiates through ``k`` steps of everyone else; the others step plainly.

    With :math:`u_0 = z` and :math:`u_{j+1} = u_j - \\alpha F_{\\text{others}}(u_j)`, the leader's
    block is the *total* derivative :math:`\\mathrm d L_{\\text{leader}}(u_k) / \\mathrm d
    z_{\\text{leader}}`, pulled back through the steps one vector-Jacobian product at a time. On
    ``xy`` (leader x) it converges for :math:`\\eta < 2 \\alpha k`.

    Parameters
    ----------
    lr, step_rule : as everywhere.
    k : number of unrolled steps, 0 or more.
    alpha : step size of the unrolled steps; ``None`` is ``lr``.
    leader : the player who unrolls (the generator of a GAN).
    first_order : whether the leader merely looks ahead, :math:`\\partial L(u_k)/\\partial
        z_{\\text{leader}}`, as if the others' steps did not depend on it. It is cheap, and it is
        not unrolling.
    """

    reference: ClassVar[str] = "metz2017"

    k: int = 5
    alpha: Rate | None = None
    leader: int = 0
    first_order: bool = False

    def direction(self, field: VectorField, z: Array) -> Array:
        """The field with the leader's block replaced by the total derivative."""
        alpha = self.lr if self.alpha is None else self.alpha
        block = field.players[self.leader]
        plain = field(z)
        path = [z]
        for turn in range(self.k):
            step = plain if turn == 0 else field(path[-1])
            path.append(path[-1] - without(scaled(alpha, field, step), block))
        if self.first_order:
            ahead = copy(plain)
            ahead[block] = field.gradient(path[-1], self.leader)
            return ahead
        adjoint = field.loss_gradient(path.pop(), self.leader)
        total, adjoint = only(adjoint, block), without(adjoint, block)
        for point in reversed(path):
            pulled = field.vjp(point, scaled(alpha, field, adjoint))
            total = total - only(pulled, block)
            adjoint = adjoint - without(pulled, block)
        return without(plain, block) + total
