"""Regret matching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from dynamics.backend import Array
from dynamics.learning._uncoupled import Uncoupled


class Regrets(NamedTuple):
    """What a player would have gained by each action so far, shape ``(n, ...)``."""

    total: np.ndarray


@dataclass(frozen=True)
class RegretMatching(Uncoupled):
    """Play every action in proportion to the regret of not having played it.

    Regrets grow by :math:`\\eta (u_i - x \\cdot u)`; without a positive one all actions are equal.
    The average converges to equilibrium in zero-sum games, to correlated equilibria in others. It
    runs on floats only.

    Parameters
    ----------
    lr : η; it scales all regrets alike and so changes nothing but their size.
    plus : whether negative regrets are forgotten at once (regret matching+).
    """

    reference: ClassVar[str] = "hart2000"

    lr: Any = 1.0
    plus: bool = False

    def begin(self, shares: Array) -> Regrets:
        """Regrets in proportion to the first strategy, as if it had been learnt in one step."""
        return Regrets(np.array(shares, dtype=float))

    def respond(
        self, shares: Array, payoffs: Array, lr: Any, memory: Regrets
    ) -> tuple[Array, Regrets]:
        """The positive part of the regrets, scaled."""
        total = memory.total + lr * (payoffs - (shares * payoffs).sum(0))
        if self.plus:
            total = np.maximum(total, 0.0)
        positive = np.maximum(total, 0.0)
        whole = positive.sum(0)
        even = np.full(positive.shape, 1 / len(positive))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(whole > 0, positive / whole, even), Regrets(total)
