"""The error surface of Pascanu, Mikolov and Bengio's one-neuron net, with its wall in closed form.

:math:`x_t = w\\,\\sigma(x_{t-1}) + b` from a fixed start, and an error on the last state after many
steps [pascanu2013]_. Where the start is the unstable fixed point of the map, one side runs to the
lower and the other to the upper fixed point: a wall. No torch here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, logit

BLOCK = 8192
"""So many points at once stay in a processor's cache."""
CRITICAL_STEEPNESS = 4.0
"""Up to this w the map has one fixed point, whatever b."""


class Derivatives(NamedTuple):
    """Of the last state, by w and b, each of the batch's shape."""

    value: np.ndarray
    first: np.ndarray
    second: np.ndarray


@dataclass(frozen=True)
class OneNeuron:
    """The model as a field of one player; a :class:`~dynamics.VectorField` on floats.

    States are (w, b), shape ``(2, ...)``.

    Parameters
    ----------
    steps : length of the sequence.
    start : :math:`x_0`.
    target : what :math:`\\sigma(x_T)` should be; the error is the squared difference.
    """

    steps: int = 50
    start: float = 0.5
    target: float = 0.7

    @property
    def players(self) -> tuple[slice, ...]:
        """One player owns both coordinates."""
        return (slice(0, 2),)

    def error(self, w: np.ndarray, b: np.ndarray) -> np.ndarray:
        """:math:`(\\sigma(x_T) - y)^2`; w and b broadcast against each other."""
        w, b = np.broadcast_arrays(np.asarray(w, dtype=float), np.asarray(b, dtype=float))
        flat_w, flat_b, x = w.ravel(), b.ravel(), np.full(w.size, self.start)
        with np.errstate(over="ignore"):
            for at in range(0, w.size, BLOCK):
                block = slice(at, at + BLOCK)
                for _ in range(self.steps):
                    x[block] = flat_w[block] / (1 + np.exp(-x[block])) + flat_b[block]
        return ((expit(x) - self.target) ** 2).reshape(w.shape)

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """The gradient of the error, exact, ``(2, ...)``."""
        single = np.ndim(z) == 1
        w, b = (float(part) for part in z) if single else np.asarray(z, dtype=float)
        sigmoid = _sigmoid if single else expit
        x, by_w, by_b = self.start, 0.0, 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(self.steps):
                s = sigmoid(x)
                slope = w * s * (1 - s)
                by_w, by_b = s + slope * by_w, 1 + slope * by_b
                x = w * s + b
            s = sigmoid(x)
            outer = 2 * (s - self.target) * s * (1 - s)
            return np.array([outer * by_w, outer * by_b])

    def gradient(self, z: np.ndarray, player: int) -> np.ndarray:
        """The same: there is one player."""
        return self(z)

    def loss_gradient(self, z: np.ndarray, player: int) -> np.ndarray:
        """The same: there is one player."""
        return self(z)

    def hessian(self, z: np.ndarray) -> np.ndarray:
        """The matrix of second derivatives, exact, ``(2, 2, ...)``."""
        x, first, second = self._unrolled(z)
        s = expit(x)
        slope, bend = s * (1 - s), s * (1 - s) * (1 - 2 * s)
        outer = first[:, None] * first[None, :]
        away = s - self.target
        return 2 * slope**2 * outer + 2 * away * (bend * outer + slope * second)

    def jvp(self, z: np.ndarray, v: np.ndarray) -> np.ndarray:
        """The Hessian times ``v``."""
        return np.einsum("ij...,j...->i...", self.hessian(z), v)

    def vjp(self, z: np.ndarray, v: np.ndarray) -> np.ndarray:
        """The same: the Hessian is symmetric."""
        return self.jvp(z, v)

    def solve(self, matvec: Callable[[np.ndarray], np.ndarray], b: np.ndarray) -> np.ndarray:
        """The solution of a linear system of two unknowns."""
        units = np.eye(2).reshape(2, 2, *[1] * (b.ndim - 1))
        columns = [matvec(np.broadcast_to(unit, b.shape)) for unit in units]
        matrix = np.moveaxis(np.stack(columns, axis=1), (0, 1), (-2, -1))
        return np.moveaxis(np.linalg.solve(matrix, np.moveaxis(b, 0, -1)[..., None])[..., 0], -1, 0)

    def minibatch(self, rng: np.random.Generator | None = None) -> OneNeuron:
        """Itself: nothing is random."""
        return self

    def _unrolled(self, z: np.ndarray) -> Derivatives:
        w, b = np.asarray(z, dtype=float)
        x = np.full(np.shape(w), self.start)
        first, second = np.zeros((2, *x.shape)), np.zeros((2, 2, *x.shape))
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(self.steps):
                s = expit(x)
                slope = s * (1 - s)
                bend = slope * (1 - 2 * s)
                mixed = np.zeros_like(second)
                mixed[0] += slope * first
                mixed[:, 0] += slope * first
                outer = first[:, None] * first[None, :]
                second = mixed + w * (bend * outer + slope * second)
                first = w * slope * first
                first[0] += s
                first[1] += 1
                x = w * s + b
        return Derivatives(x, first, second)

    # The wall in closed form.

    @property
    def least_cliff(self) -> float:
        """The w above which there is a wall: :math:`1/\\sigma'(x_0)`."""
        s = expit(self.start)
        return float(1 / (s * (1 - s)))

    def cliff(self, w: Any) -> np.ndarray:
        """:math:`b^*(w) = x_0 - w \\sigma(x_0)`, where the start is the unstable fixed point.

        NaN where the start is stable and there is no wall.
        """
        w = np.asarray(w, dtype=float)
        return np.where(w > self.least_cliff, self.start - w * expit(self.start), np.nan)

    def slope_on_cliff(self, w: float) -> float:
        """:math:`dx_T/db` on the wall: :math:`(a^T - 1)/(a - 1)`, :math:`a = w\\sigma'(x_0)`."""
        s = expit(self.start)
        a = w * s * (1 - s)
        return float((a**self.steps - 1) / (a - 1))


def _sigmoid(x: float) -> float:
    """The logistic function of one number; a single path is walked without arrays."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    small = math.exp(x)
    return small / (1 + small)


def folds(w: Any) -> tuple[np.ndarray, np.ndarray]:
    """The two b at which fixed points of the map meet and vanish; NaN for w < 4.

    There :math:`w s (1-s) = 1` and :math:`b = \\mathrm{logit}(s) - w s`.
    """
    w = np.asarray(w, dtype=float)
    with np.errstate(invalid="ignore"):
        root = np.sqrt(np.where(w >= CRITICAL_STEEPNESS, 1 - 4 / w, np.nan))
    lower, upper = (1 - root) / 2, (1 + root) / 2
    return logit(lower) - w * lower, logit(upper) - w * upper


def refined(
    function: Callable[[np.ndarray, np.ndarray], np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    *,
    rounds: int = 13,
    pieces: int = 8,
) -> tuple[np.ndarray, np.ndarray]:
    """Sample a surface column by column, again and again where it jumps.

    In each column the interval over which the function changes most is cut into pieces, then that
    piece in which it changes most, and so on: a wall narrower than any grid is walked across.

    Parameters
    ----------
    function : of arrays of one shape.
    x, y : ascending, shapes ``(m,)`` and ``(n,)``.
    rounds, pieces : each round resolves ``pieces`` times finer.

    Returns
    -------
    The y of each column, ascending, and the values there; both ``(n + rounds (pieces - 1), m)``.
    """
    heights = np.repeat(np.asarray(y, dtype=float)[:, None], len(x), axis=1)
    values = function(np.broadcast_to(x, heights.shape), heights)
    columns, parts = np.arange(len(x)), np.arange(1, pieces)[:, None] / pieces
    for _ in range(rounds):
        at = np.abs(np.diff(values, axis=0)).argmax(axis=0)
        low, high = heights[at, columns], heights[at + 1, columns]
        new = low + parts * (high - low)
        heights = np.concatenate([heights, new])
        values = np.concatenate([values, function(np.broadcast_to(x, new.shape), new)])
        order = np.argsort(heights, axis=0, kind="stable")
        heights = np.take_along_axis(heights, order, axis=0)
        values = np.take_along_axis(values, order, axis=0)
    return heights, values
