"""GANs that are small enough to be formulas. The generator comes first and minimises."""

from __future__ import annotations

import numpy as np
import sympy

from dynamics.functions import softplus
from dynamics.game import Game

_THETA, _PSI, _GAMMA, _SIGMA = sympy.symbols("theta psi gamma sigma", real=True)
NODES = 7
"""Gauss-Hermite nodes in place of Gaussian noise: exact up to the 13th power of the noise."""


def dirac(gamma: float = 0.0) -> Game:
    """The Dirac-GAN with the saturating loss and the R1 penalty :math:`\\gamma/2\\,\\psi^2`.

    The data are a point at 0, the generator a point at θ, the discriminator
    :math:`D(x) = \\psi x`. Without the penalty it never converges; with it the eigenvalues meet on
    the axis at γ = 1 (mescheder2018). R2, the penalty on the generator's points, is the same here.
    """
    value = -softplus(-_THETA * _PSI) - sympy.log(2)
    return Game([value, -value + _penalty()], ["theta", "psi"], gamma=gamma)


def dirac_non_saturating(gamma: float = 0.0) -> Game:
    """The Dirac-GAN with the non-saturating generator loss, R1 penalty as in :func:`dirac`.

    Simultaneous steps without the penalty end on a cycle of radius :math:`\\sqrt{2\\eta}`
    (mescheder2018).
    """
    losses = [softplus(-_THETA * _PSI), softplus(_THETA * _PSI) + _penalty()]
    return Game(losses, ["theta", "psi"], gamma=gamma)


def dirac_wgan(gamma: float = 0.0) -> Game:
    """The Wasserstein Dirac-GAN, losses :math:`\\mp\\psi\\theta`, with a penalty centred at zero.

    Without it this is the lecture's game again. Weight clipping is the rule ``projected`` over the
    discriminator; it ends on a cycle (mescheder2018).
    """
    losses = [-_PSI * _THETA, _PSI * _THETA + _penalty()]
    return Game(losses, ["theta", "psi"], gamma=gamma)


def dirac_wgan_gp(gamma: float = 1.0, target: float = 1.0) -> Game:
    """The Wasserstein Dirac-GAN with the penalty :math:`\\gamma/2\\,(|\\psi| - g_0)^2`.

    For a target :math:`g_0 > 0` the field jumps at ψ = 0, the equilibrium, and training cycles
    about it (mescheder2018).
    """
    goal = sympy.Symbol("target", real=True)
    penalty = _GAMMA / 2 * (sympy.Abs(_PSI) - goal) ** 2
    losses = [-_PSI * _THETA, _PSI * _THETA + penalty]
    return Game(losses, ["theta", "psi"], gamma=gamma, target=target)


def dirac_instance_noise(sigma: float = 1.0) -> Game:
    """The saturating Dirac-GAN on data and samples blurred by Gaussian noise of deviation σ.

    Converges near the equilibrium; the eigenvalues meet on the axis at :math:`\\sigma = \\sqrt2`
    (mescheder2018). Expectations are sums over ``NODES`` Gauss-Hermite nodes.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    total = weights.sum()
    real = fake = sympy.S.Zero
    for node, weight in zip(nodes, weights / total, strict=True):
        noise = _SIGMA * sympy.Float(node, 17) if abs(node) > 1e-12 else sympy.S.Zero
        share = sympy.Float(weight, 17)
        fake += share * softplus(-(_THETA + noise) * _PSI)
        real += share * softplus(noise * _PSI)
    return Game([-fake - real, fake + real], ["theta", "psi"], sigma=sigma)


def linear_quadratic_gan(mean: float = 1.0, deviation: float = 1.0) -> Game:
    """A line as generator, a parabola as discriminator, one-dimensional Gaussian data.

    With :math:`G(z) = az + b`, z standard normal, and :math:`D(x) = w_2 x^2 + w_1 x` the
    Wasserstein value is :math:`w_2 (s^2 + m^2 - a^2 - b^2) + w_1 (m - b)`. At the equilibria
    :math:`a = \\pm s, b = m, w = 0` the multipliers of simultaneous steps leave the unit circle
    (nagarajan2017).
    """
    value = "w2*(deviation^2 + mean^2 - a^2 - b^2) + w1*(mean - b)"
    low, high = ("a", "b"), ("w1", "w2")
    return Game.zero_sum(value, minimizer=low, maximizer=high, mean=mean, deviation=deviation)


def covariance_wgan(size: int = 2) -> Game:
    """Learning a covariance by a Wasserstein GAN: :math:`D(x) = x^T W x`, :math:`G(z) = Vz`.

    The value is :math:`\\sum_{ij} W_{ij} (\\Sigma - V V^T)_{ij}` with
    :math:`\\Sigma_{ij} = \\rho^{|i - j|}, \\rho = 1/2`. Gradient descent-ascent circles, the
    optimistic rule converges (daskalakis2018).

    Parameters
    ----------
    size : dimensions of the data; the game has twice its square variables.

    Raises
    ------
    ValueError
        If the size is not from 1 to 4.
    """
    if size not in range(1, 5):
        raise ValueError(f"size = {size!r} must be from 1 to 4, for up to 32 variables")
    V, W = (
        sympy.Matrix(size, size, lambda i, j: sympy.Symbol(f"{letter}{i + 1}{j + 1}", real=True))  # noqa: B023
        for letter in ("v", "w")
    )
    target = sympy.Matrix(size, size, lambda i, j: sympy.Rational(1, 2) ** abs(i - j))
    value = sum(w * gap for w, gap in zip(W, target - V * V.T, strict=True))
    return Game.zero_sum(value, minimizer=tuple(V), maximizer=tuple(W))


def _penalty() -> sympy.Expr:
    """R1: half γ times the squared slope of the discriminator at the data."""
    return _GAMMA / 2 * _PSI**2
