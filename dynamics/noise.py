"""Stochastic gradients: noise of a given size on any field, and its closed form where there is one.

The noise of a step is drawn once and held fixed while the rule evaluates the field, as a minibatch
is; a rule that draws several minibatches in a step gets as many draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dynamics.backend import Array
from dynamics.engine.trace import UntraceableError, skeleton_of, trace
from dynamics.engine.tree import flatten, rebuild
from dynamics.field import VectorField
from dynamics.game import Game
from dynamics.methods import Method


class NoisyField:
    """A field plus independent Gaussian noise on every coordinate; a ``VectorField``.

    :math:`\\hat F(z) = F(z) + \\sigma \\xi` with :math:`\\xi \\sim N(0, I)`, new for each step and
    each start of a batch. Derivatives are those of the field: the noise does not depend on ``z``.

    Parameters
    ----------
    field : any field on NumPy arrays.
    sigma : standard deviation, a number or an array that broadcasts against ``z``.

    Raises
    ------
    ValueError
        If sigma is negative or not finite.

    Examples
    --------
    >>> from dynamics import METHODS, Game, simulate
    >>> noisy = NoisyField(Game.zero_sum("x*y"), sigma=0.1)
    >>> rng = np.random.default_rng(0)
    >>> simulate(noisy, METHODS["extragradient"](0.3), np.ones((2, 500)), 100, rng=rng).final.shape
    (2, 500)
    """

    def __init__(self, field: VectorField, sigma: Any):
        if not np.all(np.isfinite(sigma)) or np.any(np.asarray(sigma) < 0):
            raise ValueError(f"sigma = {sigma!r} must be finite and at least 0")
        self.field, self.sigma = field, sigma

    @property
    def players(self) -> tuple[slice, ...]:
        """Which coordinates belong to which player."""
        return self.field.players

    def minibatch(self, rng: np.random.Generator | None = None) -> NoisyField:
        """The field with its noise drawn.

        Raises
        ------
        ValueError
            If no generator is given.
        """
        if rng is None:
            raise ValueError(
                "noise needs a generator; pass rng=np.random.default_rng(seed) to simulate"
            )
        return _Drawn(
            self.field,
            self.sigma,
            lambda z: rng.standard_normal(z.shape),
            lambda other: self.minibatch(rng if other is None else other),
        )

    def noise(self, z: Array) -> Array:
        """The noise of this step at states of the shape of ``z``; the mean field has none."""
        return 0.0

    def __call__(self, z: Array) -> Array:
        """:math:`F(z)` with the noise of this step."""
        return self.field(z) + self.noise(z)

    def gradient(self, z: Array, player: int) -> Array:
        """One player's block."""
        noise = np.broadcast_to(self.noise(z), z.shape)
        return self.field.gradient(z, player) + noise[self.players[player]]

    def loss_gradient(self, z: Array, player: int) -> Array:
        """The gradient of a player's loss by all coordinates, noisy in its own."""
        result = np.array(self.field.loss_gradient(z, player))
        block = self.players[player]
        result[block] = result[block] + np.broadcast_to(self.noise(z), z.shape)[block]
        return result

    def jvp(self, z: Array, v: Array) -> Array:
        """That of the field."""
        return self.field.jvp(z, v)

    def vjp(self, z: Array, v: Array) -> Array:
        """That of the field."""
        return self.field.vjp(z, v)

    def solve(self, matvec: Callable[[Array], Array], b: Array) -> Array:
        """That of the field."""
        return self.field.solve(matvec, b)


class _Drawn(NoisyField):
    """A noisy field whose noise is drawn, at the first look, and held.

    ``following`` makes the field of the next minibatch.
    """

    def __init__(
        self,
        field: VectorField,
        sigma: Any,
        draw: Callable[[Array], Array],
        following: Callable[[np.random.Generator | None], NoisyField],
    ):
        self.field, self.sigma = field, sigma
        self._draw, self._following = draw, following
        self._held: Array = None

    def noise(self, z: Array) -> Array:
        if self._held is None:
            self._held = self.sigma * self._draw(z)
        return self._held

    def minibatch(self, rng: np.random.Generator | None = None) -> NoisyField:
        return self._following(rng)


@dataclass(frozen=True, eq=False)
class Moments:
    """The distribution of the state of an affine step under Gaussian noise, in closed form.

    Attributes
    ----------
    times : steps, shape ``(T,)``.
    mean : shape ``(T, d)``.
    covariance : shape ``(T, d, d)``.
    stationary : the covariance in the long run, ``(d, d)``; None where the rule does not converge.
    """

    times: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray
    stationary: np.ndarray | None

    @property
    def deviation(self) -> np.ndarray:
        """The root mean square distance of the state from its mean, shape ``(T,)``."""
        return np.sqrt(np.trace(self.covariance, axis1=1, axis2=2))


def noisy_moments(game: Game, method: Method, sigma: float, start: Any, steps: int) -> Moments:
    """Mean and covariance of an affine rule's states under noise of deviation ``sigma``.

    An affine step is :math:`s' = Ms + c + B\\xi`, memory included, so that :math:`m' = Mm + c` and
    :math:`C' = MCM^T + \\sigma^2 BB^T`; in the long run C solves that as a discrete Lyapunov
    equation. The matrices are read off the rule's own step.

    Parameters
    ----------
    game : with numbers for its parameters.
    method : a rule whose step is affine on this game.
    sigma : standard deviation of the noise on every coordinate of the field.
    start : the first state, shape ``(d,)``.
    steps : number of steps.

    Raises
    ------
    ValueError
        If the step is not affine.
    """
    from scipy.linalg import solve_discrete_lyapunov

    _check_affine(game, method)
    step = _AffineStep(game, method, np.asarray(start, dtype=float))
    size, d = step.first.size, game.dimension
    means, covariances = np.empty((steps + 1, size)), np.empty((steps + 1, size, size))
    means[0], covariances[0] = step.first, sigma**2 * step.first_noise @ step.first_noise.T
    added = sigma**2 * step.noise @ step.noise.T
    for n in range(steps):
        means[n + 1] = step.matrix @ means[n] + step.constant
        covariances[n + 1] = step.matrix @ covariances[n] @ step.matrix.T + added
    stationary = None
    if np.abs(np.linalg.eigvals(step.matrix)).max() < 1 - 1e-9:
        stationary = solve_discrete_lyapunov(step.matrix, added)[:d, :d]
    return Moments(np.arange(steps + 1), means[:, :d], covariances[:, :d, :d], stationary)


def _check_affine(game: Game, method: Method) -> None:
    skeleton, hyper = skeleton_of(method)
    try:
        affine = trace(game.formulas, skeleton, tuple(hyper)).affine is not None
    except UntraceableError:
        affine = False
    if not affine:
        raise ValueError(
            f"the step of {type(method).__name__} on this game is not affine, so its noise has no "
            "closed form; simulate it over many seeds"
        )


class _AffineStep:
    """The matrices of ``s' = M s + c + B noise``, from differences of the step itself.

    The differences of an affine map are exact, up to rounding, whatever their size.
    """

    def __init__(self, game: Game, method: Method, start: np.ndarray):
        self.game, self.method, self.d = game, method, game.dimension
        self.memory = method.init(game, start)
        self.first, draws = self._begin(start, [])
        self.first_noise = self._columns(lambda noise: self._begin(start, noise)[0], draws)
        zero = np.zeros_like(self.first)
        self.constant, draws = self._step(zero, [])
        self.noise = self._columns(lambda noise: self._step(zero, noise)[0], draws)
        units = np.eye(self.first.size)
        moved = [self._step(unit, [])[0] - self.constant for unit in units]
        self.matrix = np.array(moved).T

    def _columns(self, effect: Callable[[list[np.ndarray]], np.ndarray], draws: int) -> np.ndarray:
        """The effect of unit noise in each coordinate of each draw, ``(n, draws * d)``."""
        still, columns = effect([]), []
        for draw in range(draws):
            for unit in np.eye(self.d):
                columns.append(effect([np.zeros(self.d)] * draw + [unit]) - still)
        return np.array(columns).reshape(-1, still.size).T

    def _begin(self, start: np.ndarray, noise: list[np.ndarray]) -> tuple[np.ndarray, int]:
        scripted = _Scripted(self.game, noise)
        memory = self.method.init(scripted.minibatch(), start)
        return np.concatenate([start, *map(np.ravel, flatten(memory))]), scripted.draws

    def _step(self, state: np.ndarray, noise: list[np.ndarray]) -> tuple[np.ndarray, int]:
        leaves = flatten(self.memory)
        ends = np.cumsum([self.d, *(np.size(leaf) for leaf in leaves)])
        z, *rest = np.split(state, ends)[:-1]
        memory = rebuild(self.memory, rest)
        scripted = _Scripted(self.game, noise)
        z, memory = self.method.step(scripted.minibatch(), z, memory)
        return np.concatenate([z, *map(np.ravel, flatten(memory))]), scripted.draws


class _Scripted(NoisyField):
    """A field whose draws are given beforehand, zeros after them, and counted."""

    def __init__(self, field: VectorField, script: list[np.ndarray]):
        super().__init__(field, 1.0)
        self.script, self.draws = script, 0

    def minibatch(self, rng: np.random.Generator | None = None) -> NoisyField:
        place, self.draws = self.draws, self.draws + 1
        return _Drawn(
            self.field,
            1.0,
            lambda z: self.script[place] if place < len(self.script) else np.zeros(z.shape),
            self.minibatch,
        )
