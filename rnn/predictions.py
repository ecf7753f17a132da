"""What theory says of the gradients of recurrent nets, before anything is run. No torch here.

==========================  =====================================================================
``pascanu``                 one number of the matrix: vanishes, may explode, undetermined
``newman``                  exponents of products of Gaussian matrices
``mean_field``              the exponent of a wide random net that inputs drive
``critical_gain``           where that exponent is zero
``half_life``, …            what an LSTM's forget bias remembers
==========================  =====================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, expit, logit

NODES = np.linspace(-12, 12, 4000)
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
"""The trapezoidal rule for a standard normal variable; no node lies at the kink of a rectifier."""

FUNCTIONS: dict[str, tuple[Callable, Callable, float]] = {
    "tanh": (np.tanh, lambda a: 1 / np.cosh(np.clip(a, -300, 300)) ** 2, 1.0),
    "logistic": (expit, lambda a: expit(a) * expit(-a), 0.25),
    "relu": (lambda a: np.maximum(a, 0), lambda a: (a > 0) * 1.0, 1.0),
    "leaky-relu": (lambda a: np.where(a > 0, a, 0.01 * a), lambda a: np.where(a > 0, 1, 0.01), 1.0),
    "linear": (lambda a: a, np.ones_like, 1.0),
}
"""Activation -> (function, derivative, the derivative's bound)."""


@dataclass(frozen=True)
class Bound:
    """What the recurrent matrix says of :math:`\\|J_t \\cdots J_{k+1}\\|` [pascanu2013]_.

    Attributes
    ----------
    singular_value : the largest of W.
    radius : the spectral radius of W.
    slope : the bound γ of the activation's derivative.
    factor : γ times the singular value: the product's norm is at most its power.
    verdict : "vanishes", "explodes" or "undetermined".
    reason : the inequality that decides, or why none does.
    """

    singular_value: float
    radius: float
    slope: float
    factor: float
    verdict: str
    reason: str

    def log_bound(self, lags: np.ndarray) -> np.ndarray:
        """The logarithm of the bound on the product's norm over so many steps."""
        return (
            np.asarray(lags) * math.log(self.factor)
            if self.factor
            else np.full(lags.shape, -np.inf)
        )


def pascanu(weight: np.ndarray, activation: str = "tanh") -> Bound:
    """Whether gradients must vanish, must explode, or neither can be known from W alone.

    :math:`\\lambda_1 < 1/\\gamma`, with the largest *singular value*, suffices for vanishing;
    :math:`\\lambda_1 > 1/\\gamma` is only necessary for exploding. A linear net is decided by its
    spectral radius. Neither number says how long a non-normal matrix grows before it shrinks.
    """
    slope = FUNCTIONS[_known(activation)][2]
    singular = float(np.linalg.norm(weight, 2))
    radius = float(np.abs(np.linalg.eigvals(weight)).max())
    factor = slope * singular
    if factor < 1:
        verdict, reason = "vanishes", f"γλ₁ = {factor:.4g} < 1 bounds every product by its power"
    elif activation == "linear" and radius != 1:
        verdict = "explodes" if radius > 1 else "vanishes"
        sign = ">" if radius > 1 else "<"
        reason = f"the net is linear and its spectral radius is {radius:.4g} {sign} 1"
    else:
        verdict = "undetermined"
        reason = f"γλ₁ = {factor:.4g} ≥ 1 is necessary for exploding, not sufficient"
    return Bound(singular, radius, slope, factor, verdict, reason)


def newman(size: int, gain: float = 1.0) -> np.ndarray:
    """Lyapunov exponents of products of matrices with entries N(0, g²/N), ``(N,)`` [newman1986]_.

    :math:`\\lambda_i = \\tfrac12 [\\ln 2 + \\psi(\\tfrac{N-i+1}{2})] + \\ln(g/\\sqrt N)`.
    """
    i = np.arange(1, size + 1)
    return 0.5 * (np.log(2) + digamma((size - i + 1) / 2)) + np.log(gain / np.sqrt(size))


def critical_gaussian_gain(size: int) -> float:
    """The gain at which Newman's largest exponent is zero; 1 for an infinite matrix."""
    return float(np.exp(-newman(size)[0]))


@dataclass(frozen=True)
class MeanField:
    """A wide random net in its steady state.

    Attributes
    ----------
    q : variance of the preactivations.
    chi : mean square factor of a perturbation per step, :math:`\\chi_1`.
    """

    q: float
    chi: float

    @property
    def exponent(self) -> float:
        """:math:`\\lambda_1 = \\tfrac12 \\ln \\chi_1`, in nats per step."""
        return 0.5 * math.log(self.chi) if self.chi > 0 else -math.inf

    @property
    def horizon(self) -> float:
        """:math:`1/|\\lambda_1|`: the steps over which a gradient changes by a factor e."""
        return math.inf if self.exponent == 0 else 1 / abs(self.exponent)


def mean_field(gain: float, input_variance: float = 0.0, activation: str = "tanh") -> MeanField:
    """The steady state of a wide net with Gaussian weights of gain g, driven by noise.

    :math:`q = g^2 E[\\phi(\\sqrt q z)^2] + \\sigma^2` and
    :math:`\\chi_1 = g^2 E[\\phi'(\\sqrt q z)^2]` [sompolinsky1988]_, [molgedey1992]_.
    Without input tanh is critical at g = 1; input pushes the critical gain up. For ReLU
    :math:`\\chi_1 = g^2/2` at any q.

    Raises
    ------
    ValueError
        If gain or variance is negative, or the activation is unknown.
    """
    if not (gain >= 0 and input_variance >= 0):
        raise ValueError(f"gain = {gain} and input_variance = {input_variance} must be at least 0")
    phi, slope, _ = FUNCTIONS[_known(activation)]

    def moment(function: Callable, q: float) -> float:
        return float(gain**2 * (WEIGHTS @ function(np.sqrt(q) * NODES) ** 2))

    q = _steady(lambda q: moment(phi, q) + input_variance)
    return MeanField(q, moment(slope, q if math.isfinite(q) else 1.0))


def critical_gain(input_variance: float = 0.0, activation: str = "tanh") -> float:
    """The gain at which the mean-field exponent is zero."""

    def exponent(gain: float) -> float:
        return mean_field(gain, input_variance, activation).exponent

    high = 2.0
    while exponent(high) < 0:
        high *= 2
        if high > 1e4:
            return math.inf
    return float(brentq(exponent, 0.05, high, xtol=1e-12))


def _steady(step: Callable[[float], float]) -> float:
    """The largest fixed point of an increasing, concave map; infinite where it has none."""
    high = 1.0
    while step(high) > high:
        high *= 2
        if high > 1e12:
            return math.inf
    low = high / 2
    while step(low) <= low:
        high, low = low, low / 2
        if low < 1e-12:
            return 0.0
    return float(brentq(lambda q: step(q) - q, low, high, xtol=1e-14, rtol=1e-13))


def rectifier_exponent(gain: float, slope: float = 0.0) -> float:
    """:math:`\\tfrac12 \\ln(g^2 (1 + s^2)/2)`: leaky ReLU, slope s below zero; 0 is ReLU."""
    return 0.5 * math.log(gain**2 * (1 + slope**2) / 2)


def half_life(forget_bias: float) -> float:
    """Steps after which a constant forget gate :math:`\\sigma(b)` has halved what it keeps."""
    return math.log(2) / -log_forget(forget_bias)


def log_forget(forget_bias: float) -> float:
    """:math:`\\ln \\sigma(b)`: the exponent of the LSTM's additive path, in nats per step."""
    return -float(np.logaddexp(0, -forget_bias))


def forget_bias_for(horizon: float) -> float:
    """The forget bias whose gate forgets a factor e in so many steps.

    Raises
    ------
    ValueError
        If the horizon is not above 0.
    """
    if not horizon > 0:
        raise ValueError(f"horizon = {horizon!r} must be above 0 steps")
    return float(logit(np.exp(-1 / horizon)))


def _known(activation: str) -> str:
    if activation not in FUNCTIONS:
        raise ValueError(f"activation must be one of {', '.join(FUNCTIONS)}; got {activation!r}")
    return activation
