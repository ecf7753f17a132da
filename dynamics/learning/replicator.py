"""The replicator: shares grow by how much better than average they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from dynamics.backend import Array, copy
from dynamics.field import Rate, VectorField, Weight, scaled
from dynamics.learning._uncoupled import Uncoupled
from dynamics.methods import Method


@dataclass(frozen=True)
class Replicator(Method):
    """The replicator flow :math:`\\dot x_i = x_i (u_i - x \\cdot u)`, by the Runge-Kutta method.

    With mutation μ every offspring becomes a random action with that probability:
    :math:`\\dot x_i = (1 - \\mu) x_i u_i + \\tfrac\\mu n\\, x \\cdot u - x_i\\, x \\cdot u`
    (hofbauer1998). A pure start stays where it is; in zero-sum games with an interior equilibrium
    :math:`\\prod_i x_i^{p_i} \\prod_j y_j^{q_j}` is conserved and orbits do not converge.

    Parameters
    ----------
    lr : the time of one step.
    mutation : μ, from 0 to 1.
    """

    reference: ClassVar[str] = "taylor1978"

    lr: Rate = 0.05
    mutation: Weight = 0.0

    def init(self, field: VectorField, z: Array) -> tuple[()]:
        """Nothing to remember."""
        return ()

    def velocity(self, field: VectorField, z: Array) -> Array:
        """:math:`\\dot z`, shape of ``z``."""
        payoffs, result = -field(z), copy(z)
        for block in field.players:
            shares, own = z[block], payoffs[block]
            mean = (shares * own).sum(0)
            born = (1 - self.mutation) * own * shares + self.mutation * mean / shares.shape[0]
            result[block] = born - mean * shares
        return result

    def step(self, field: VectorField, z: Array, memory: tuple[()]) -> tuple[Array, tuple[()]]:
        """One step of the classical fourth-order method, scaled back to shares.

        Where payoffs are negative the flow itself would blow up any rounding in their sum.
        """

        def ahead(share: Any, slope: Array) -> Array:
            return z + share * scaled(self.lr, field, slope)

        first = self.velocity(field, z)
        second = self.velocity(field, ahead(0.5, first))
        third = self.velocity(field, ahead(0.5, second))
        fourth = self.velocity(field, ahead(1, third))
        slope = (first + 2 * second + 2 * third + fourth) / 6
        state = z + scaled(self.lr, field, slope)
        for block in field.players:
            state[block] = state[block] / state[block].sum(0)
        return state, memory


@dataclass(frozen=True)
class DiscreteReplicator(Uncoupled):
    """The replicator map :math:`x_i' = x_i \\frac{1 + \\eta u_i}{1 + \\eta\\, x \\cdot u}`.

    η is one over the background fitness. Unlike the flow it leaves a mixed equilibrium
    of a zero-sum game, outwards.

    Parameters
    ----------
    lr : η, small enough that :math:`1 + \\eta u_i` stays positive.
    """

    reference: ClassVar[str] = "hofbauer1998"

    def respond(self, shares: Array, payoffs: Array, lr: Any, memory: Any) -> tuple[Array, Any]:
        """Growth over the average growth."""
        fitness = shares * (1 + lr * payoffs)
        return fitness / fitness.sum(0), memory
