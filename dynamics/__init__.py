"""The maths of games and training rules. It knows no torch and no drawing.

A game is a vector field; a training rule is a map built from that field; both run on numbers, on
SymPy expressions and, with :mod:`gan`, on torch tensors.

============================  ===================================================================
``Game``, ``games``           differentiable games from formulas; the library of named ones
``METHODS``, ``methods``      the training rules; ``step_rules`` says how far they go
``simulate``, ``flow``        trajectories of a rule, of the flow; ``Trajectory``, ``Outcome``
``equilibria``                where the field is zero, with the kinds of every ``CriticalPoint``
``MatrixGame``, ``learning``  finitely many actions: all extreme equilibria in exact fractions, and
                              how players learn, or fail to learn, them
``minimax``                   the GAN's value at the best discriminator
``analyse``                   the exact iteration matrix and its ``Verdict``
``stability_region``          where a rule converges, over any two of its hyper-parameters
``decompose``                 a game's potential and its Hamiltonian part
``NoisyField``                stochastic gradients; ``noisy_moments`` in closed form
``product``                   long products of numbers and of Jacobians, without overflow
``VectorField``               what a rule may ask of a game
============================  ===================================================================
"""

from __future__ import annotations

from dynamics import games, methods, step_rules
from dynamics.analysis import StabilityRegion, Verdict, analyse, stability_region
from dynamics.critical_point import CriticalPoint
from dynamics.decomposition import Decomposition, decompose
from dynamics.equilibria import equilibria
from dynamics.expression import ExpressionError
from dynamics.field import SingularError, VectorField
from dynamics.flow import flow
from dynamics.game import Game
from dynamics.matrix import Equilibrium, MatrixGame
from dynamics.methods import METHODS, Method
from dynamics.noise import Moments, NoisyField, noisy_moments
from dynamics.simulate import simulate
from dynamics.trajectory import Outcome, Trajectory

__all__ = [
    "METHODS",
    "CriticalPoint",
    "Decomposition",
    "Equilibrium",
    "ExpressionError",
    "Game",
    "MatrixGame",
    "Method",
    "Moments",
    "NoisyField",
    "Outcome",
    "SingularError",
    "StabilityRegion",
    "Trajectory",
    "VectorField",
    "Verdict",
    "analyse",
    "decompose",
    "equilibria",
    "flow",
    "games",
    "methods",
    "noisy_moments",
    "simulate",
    "stability_region",
    "step_rules",
]
