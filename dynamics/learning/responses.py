"""Moving towards a response to what the other plays now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dynamics.backend import Array, ones_like
from dynamics.field import Weight
from dynamics.learning._uncoupled import Uncoupled
from dynamics.learning.weights import reweighted


@dataclass(frozen=True)
class LogitResponse(Uncoupled):
    """:math:`x' = (1 - \\eta) x + \\eta\\, \\mathrm{softmax}(u/\\tau)`.

    It rests exactly at the quantal response equilibria of temperature τ (mckelvey1995), and for
    τ → 0 follows the best response.

    Parameters
    ----------
    lr : η, from 0 to 1.
    temperature : τ, above 0.
    """

    reference: ClassVar[str] = "mckelvey1995"

    temperature: Weight = 0.1

    def respond(self, shares: Array, payoffs: Array, lr: Any, memory: Any) -> tuple[Array, Any]:
        """A part of the way to the logit response."""
        even = ones_like(shares) / shares.shape[0]
        return (1 - lr) * shares + lr * reweighted(even, payoffs / self.temperature), memory


@dataclass(frozen=True)
class BestResponse(Uncoupled):
    """:math:`x' = (1 - \\eta) x + \\eta\\, \\mathrm{BR}(u)`, equal shares for equally good actions.

    With η = 1 both players jump to their best response; small η follow the best-response flow. It
    runs on floats only.

    Parameters
    ----------
    lr : η, from 0 to 1.
    """

    reference: ClassVar[str] = "gilboa1991"

    def respond(self, shares: Array, payoffs: Array, lr: Any, memory: Any) -> tuple[Array, Any]:
        """A part of the way to the best response."""
        best = np.asarray(payoffs == np.max(payoffs, axis=0), dtype=float)
        return (1 - lr) * shares + lr * best / best.sum(axis=0), memory
