"""How far to go: step rules turn a gradient into a direction, with a memory of their own.

A training rule decides *where* the field is evaluated; a step rule decides what becomes of the
gradient found there before it is multiplied by the step size. Any rule of
:mod:`dynamics.methods` that has a ``step_rule`` takes any of these, so alternating Adam, ExtraAdam
and optimistic Adam are compositions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from dynamics.backend import (
    Array,
    average,
    average_square,
    clip,
    ones_like,
    over_root,
    sqrt,
    zeros_like,
)
from dynamics.field import Weight


class StepRule(Protocol):
    """A map from gradients to directions. Gradients have shape ``(d, ...)``."""

    def init(self, gradient: Array) -> Any:
        """The memory before the first step; ``gradient`` gives shape and kind only."""
        ...

    def scale(self, gradient: Array, memory: Any) -> tuple[Array, Any]:
        """The direction to step against, and the next memory."""
        ...


@dataclass(frozen=True)
class Plain:
    """The gradient itself."""

    def init(self, gradient: Array) -> tuple[()]:
        """Nothing to remember."""
        return ()

    def scale(self, gradient: Array, memory: tuple[()]) -> tuple[Array, tuple[()]]:
        """:math:`g`."""
        return gradient, memory


class Velocity(NamedTuple):
    """The running sum of gradients, shape ``(d, ...)``."""

    velocity: Array


@dataclass(frozen=True)
class Momentum:
    """Heavy-ball momentum: :math:`m \\leftarrow \\beta m + g`, direction :math:`m`.

    With a constant step size it is Polyak's
    :math:`z_{t+1} = z_t - \\eta g_t + \\beta (z_t - z_{t-1})` [polyak1964]_; the velocity starts
    at zero.
    """

    beta: Weight = 0.9

    def init(self, gradient: Array) -> Velocity:
        """No velocity."""
        return Velocity(zeros_like(gradient))

    def scale(self, gradient: Array, memory: Velocity) -> tuple[Array, Velocity]:
        """:math:`\\beta m + g`."""
        velocity = self.beta * memory.velocity + gradient
        return velocity, Velocity(velocity)


class SquareAverage(NamedTuple):
    """The running mean of squared gradients, shape ``(d, ...)``."""

    square: Array


@dataclass(frozen=True)
class RMSProp:
    """Divide by the root of a running mean of squares [tieleman2012]_, in torch's convention.

    :math:`v \\leftarrow \\alpha v + (1-\\alpha) g^2`, direction :math:`g / (\\sqrt v + \\epsilon)`;
    ``v`` starts at zero and is not corrected, so the first direction has size
    :math:`1/\\sqrt{1-\\alpha}` whatever the gradient's size.
    """

    alpha: Weight = 0.99
    epsilon: Weight = 1e-8

    def init(self, gradient: Array) -> SquareAverage:
        """No squares yet."""
        return SquareAverage(zeros_like(gradient))

    def scale(self, gradient: Array, memory: SquareAverage) -> tuple[Array, SquareAverage]:
        """:math:`g / (\\sqrt v + \\epsilon)`."""
        square = average_square(memory.square, gradient, 1 - self.alpha)
        return over_root(gradient, square, self.epsilon), SquareAverage(square)


class Moments(NamedTuple):
    """Both corrected moments, shape ``(d, ...)``, and :math:`\\beta_i^t`, shape ``(1, ...)``."""

    mean: Array
    square: Array
    mean_power: Array
    square_power: Array


@dataclass(frozen=True)
class Adam:
    """Adam with bias correction, in torch's convention [kingma2015]_.

    The direction is :math:`\\hat m / (\\sqrt{\\hat v} + \\epsilon)`. The corrected moments
    :math:`\\hat m = m/(1-\\beta_1^t)`, with :math:`m \\leftarrow \\beta_1 m + (1-\\beta_1) g`
    from zero, obey :math:`\\hat m \\leftarrow \\hat m + w (g - \\hat m)` with
    :math:`w = (1-\\beta_1)/(1-\\beta_1^t)`, and so do those of the squares; they are what is
    remembered.
    """

    beta1: Weight = 0.9
    beta2: Weight = 0.999
    epsilon: Weight = 1e-8

    def init(self, gradient: Array) -> Moments:
        """Zero moments at time zero."""
        zero, one = zeros_like(gradient), ones_like(gradient[:1])
        return Moments(zero, zero, one, one)

    def scale(self, gradient: Array, memory: Moments) -> tuple[Array, Moments]:
        """:math:`\\hat m / (\\sqrt{\\hat v} + \\epsilon)`."""
        mean_power = self.beta1 * memory.mean_power
        square_power = self.beta2 * memory.square_power
        mean = average(memory.mean, gradient, (1 - self.beta1) / (1 - mean_power))
        square = average_square(memory.square, gradient, (1 - self.beta2) / (1 - square_power))
        direction = over_root(mean, square, self.epsilon)
        return direction, Moments(mean, square, mean_power, square_power)


CLIPS = ("norm", "value")
"""What is clipped: the length of the gradient, or each of its entries."""


@dataclass(frozen=True)
class Clipped:
    """Clip the gradient before another rule sees it [pascanu2013]_.

    By norm: :math:`g \\leftarrow \\theta g / \\|g\\|` where :math:`\\|g\\| \\ge \\theta`, over all
    coordinates of a state, each state of a batch for itself; its direction stays. By value: each
    entry is moved into :math:`[-\\theta, \\theta]`; its direction may change.

    Raises
    ------
    ValueError
        If ``by`` is not one of ``CLIPS``.
    """

    inner: StepRule = Plain()
    threshold: Weight = 1.0
    by: str = "norm"

    def __post_init__(self) -> None:
        if self.by not in CLIPS:
            raise ValueError(f"by must be one of {', '.join(CLIPS)}; got {self.by!r}")

    def init(self, gradient: Array) -> Any:
        """The memory of the other rule."""
        return self.inner.init(gradient)

    def scale(self, gradient: Array, memory: Any) -> tuple[Array, Any]:
        """The other rule's direction for the clipped gradient."""
        if self.by == "value":
            return self.inner.scale(clip(gradient, -self.threshold, self.threshold), memory)
        length = sqrt((gradient * gradient).sum(0)[None])
        shrunk = gradient * (self.threshold / clip(length, self.threshold, math.inf))
        return self.inner.scale(shrunk, memory)
