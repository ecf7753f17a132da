"""Learning in matrix games: rules that keep every player's strategy on its simplex.

Each is a training rule like those of :mod:`dynamics.methods`: a map of the vector field of
``MatrixGame.on_simplex()``. They are *uncoupled*: a player sees its own payoffs only, so each is
written as the answer of one player. To add one, copy a sibling and add a line to ``LEARNING``.

=========================  =====================================================================
``replicator``             the replicator flow, with mutation if wanted
``discrete-replicator``    its classical map in discrete time
``multiplicative-weights``, ``optimistic-weights``
                           exponential weights, on the last payoffs or on those expected next
``projected-gradient``     gradient steps, projected back
``regret-matching``        play what one regrets not to have played
``logit``, ``best-response``
                           move towards the smoothed or the exact best response
``fictitious-play``, ``stochastic-fictitious-play``
                           best, or noisy best, response to the other's average
=========================  =====================================================================
"""

from __future__ import annotations

from typing import Any

from dynamics.learning.fictitious import FictitiousPlay, StochasticFictitiousPlay
from dynamics.learning.learn import Learning, exploitability, learn
from dynamics.learning.on_simplex import OnSimplex, ProjectedGradient, project
from dynamics.learning.quantal import quantal_response
from dynamics.learning.regret import RegretMatching
from dynamics.learning.replicator import DiscreteReplicator, Replicator
from dynamics.learning.responses import BestResponse, LogitResponse
from dynamics.learning.rest_points import RestPoint, rest_points
from dynamics.learning.weights import MultiplicativeWeights, OptimisticWeights

LEARNING: dict[str, type[Any]] = {
    "replicator": Replicator,
    "discrete-replicator": DiscreteReplicator,
    "multiplicative-weights": MultiplicativeWeights,
    "optimistic-weights": OptimisticWeights,
    "projected-gradient": ProjectedGradient,
    "regret-matching": RegretMatching,
    "logit": LogitResponse,
    "best-response": BestResponse,
    "fictitious-play": FictitiousPlay,
    "stochastic-fictitious-play": StochasticFictitiousPlay,
}

__all__ = [
    "LEARNING",
    "BestResponse",
    "DiscreteReplicator",
    "FictitiousPlay",
    "Learning",
    "LogitResponse",
    "MultiplicativeWeights",
    "OnSimplex",
    "OptimisticWeights",
    "ProjectedGradient",
    "RegretMatching",
    "Replicator",
    "RestPoint",
    "StochasticFictitiousPlay",
    "exploitability",
    "learn",
    "project",
    "quantal_response",
    "rest_points",
]
