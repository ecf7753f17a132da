"""Exponential weights: multiply every share by the exponential of its payoff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from dynamics.backend import Array, exp, zeros_like
from dynamics.learning._uncoupled import Uncoupled


def reweighted(shares: Array, scores: Array) -> Array:
    """Shares times the exponential of their scores, scaled to sum to one.

    Scores are taken relative to their mean, which changes nothing but keeps the numbers small.
    """
    weights = shares * exp(scores - (shares * scores).sum(0))
    return weights / weights.sum(0)


@dataclass(frozen=True)
class MultiplicativeWeights(Uncoupled):
    """:math:`x_i' \\propto x_i e^{\\eta u_i}` (Hedge).

    The average converges to equilibrium in zero-sum games (freund1999); the iterate itself leaves
    a mixed equilibrium for the boundary (bailey2018).

    Parameters
    ----------
    lr : η.
    """

    reference: ClassVar[str] = "freund1999"

    def respond(self, shares: Array, payoffs: Array, lr: Any, memory: Any) -> tuple[Array, Any]:
        """The reweighted shares."""
        return reweighted(shares, lr * payoffs), memory


class LastPayoffs(NamedTuple):
    """A player's payoffs of the step before, shape ``(n, ...)``."""

    payoffs: Array


@dataclass(frozen=True)
class OptimisticWeights(Uncoupled):
    """:math:`x_i' \\propto x_i e^{\\eta (2 u_i - u_i^-)}` with the payoffs :math:`u^-` before.

    Expecting the last change to repeat makes the iterate itself converge in zero-sum games with
    one equilibrium and small η (rakhlin2013).

    Parameters
    ----------
    lr : η.
    """

    reference: ClassVar[str] = "rakhlin2013"

    def init(self, field: Any, z: Array) -> tuple[Any, ...]:
        """The payoffs of the start, as if they had been seen before."""
        payoffs = -field(z)
        return tuple(LastPayoffs(payoffs[block] + zeros_like(z[block])) for block in field.players)

    def respond(
        self, shares: Array, payoffs: Array, lr: Any, memory: LastPayoffs
    ) -> tuple[Array, LastPayoffs]:
        """The shares, reweighted by what is expected next."""
        return reweighted(shares, lr * (2 * payoffs - memory.payoffs)), LastPayoffs(payoffs)
