"""Any training rule on mixed strategies: step, then project every player's block back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dynamics.backend import Array
from dynamics.field import Rate, VectorField
from dynamics.methods import Composition, Method, Simultaneous


def project(points: np.ndarray) -> np.ndarray:
    """The nearest points of the probability simplex, shape ``(n, ...)`` (wang2013).

    Examples
    --------
    >>> project(np.array([0.8, 0.6, -1.0]))
    array([0.6, 0.4, 0. ])
    """
    ordered = -np.sort(-points, axis=0)
    counts = np.arange(1, len(points) + 1).reshape(-1, *[1] * (points.ndim - 1))
    shifts = (ordered.cumsum(axis=0) - 1) / counts
    last = (ordered > shifts).sum(axis=0, keepdims=True) - 1
    return np.maximum(points - np.take_along_axis(shifts, last, axis=0), 0.0)


@dataclass(frozen=True)
class OnSimplex(Method):
    """Step with another rule, then project every player's block onto the probability simplex.

    It runs on floats only.

    Parameters
    ----------
    inner : the rule that steps.
    """

    reference: ClassVar[str] = "goldstein1964"

    inner: Method = Simultaneous()

    def init(self, field: VectorField, z: Array) -> Any:
        """The memory of the inner rule."""
        return self.inner.init(field, z)

    def step(self, field: VectorField, z: Array, memory: Any) -> tuple[Array, Any]:
        """The inner step, projected."""
        z, memory = self.inner.step(field, z, memory)
        inside = np.array(z, dtype=float)
        for block in field.players:
            inside[block] = project(inside[block])
        return inside, memory


@dataclass(frozen=True)
class ProjectedGradient(Composition):
    """Simultaneous gradient ascent on mixed strategies, projected (online gradient ascent).

    Parameters
    ----------
    lr : step size, or one for each player.
    """

    reference: ClassVar[str] = "zinkevich2003"

    lr: Rate = 0.1

    def composed(self) -> Method:
        return OnSimplex(Simultaneous(self.lr))
