"""Distances between distributions, the GAN's value, and the gradients its generator gets."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.polynomial.legendre import leggauss

from dynamics.minimax.densities import Density

NODES, PANELS = 16, 12
"""Gauss-Legendre nodes in a panel, and panels between two neighbouring corners."""


def optimal_discriminator(real: Density, fake: Density, x: np.ndarray) -> np.ndarray:
    """:math:`D^*(x) = p_r/(p_r + p_g)` (goodfellow2014); NaN where neither has any density."""
    a, b = real.pdf(x), fake.pdf(x)
    with np.errstate(invalid="ignore", divide="ignore"):
        return a / (a + b)


def gan_value(real: Density, fake: Density) -> float:
    """:math:`V(D^*, G) = E_r \\log D^* + E_g \\log (1 - D^*)`, by quadrature."""

    def integrand(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return _times_log(a, a / (a + b)) + _times_log(b, b / (a + b))

    return _total(real, fake, integrand)


def jensen_shannon(p: Density, q: Density) -> float:
    """:math:`\\tfrac12 KL(p|m) + \\tfrac12 KL(q|m)`, :math:`m = (p+q)/2`, in nats (lin1991)."""

    def integrand(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        middle = (a + b) / 2
        return (_times_log(a, a / middle) + _times_log(b, b / middle)) / 2

    return _total(p, q, integrand)


def kullback_leibler(p: Density, q: Density) -> float:
    """:math:`\\int p \\log(p/q)` in nats; infinite where p is and q is not."""
    if p.is_discrete == q.is_discrete:
        places = _points(p, q)[0]
        if ((p.pdf(places) > 0) & (q.pdf(places) == 0)).any() and not _both_gaussian(p, q):
            return float("inf")

    def integrand(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.where(
            a > 0, a * (np.log(np.maximum(a, _LEAST)) - np.log(np.maximum(b, _LEAST))), 0
        )

    return _total(p, q, integrand)


def total_variation(p: Density, q: Density) -> float:
    """:math:`\\tfrac12 \\int |p - q|`, from 0 to 1."""
    return _total(p, q, lambda a, b: np.abs(a - b) / 2)


def wasserstein(p: Density, q: Density) -> float:
    """The earth mover's distance :math:`W_1 = \\int |F_p - F_q|`, in units of x."""
    corners = np.union1d(p.corners(), q.corners())
    x, weights = _quadrature(corners, 4 * PANELS)
    return float(np.abs(p.cdf(x) - q.cdf(x)) @ weights)


def generator_gradients(real: Density, fake: Density) -> dict[str, float]:
    """What reaches a generator that shifts its samples, at the optimal discriminator.

    The mean over the samples of :math:`\\partial_x \\log(1 - D^*)` (``saturating``) and of
    :math:`-\\partial_x \\log D^*` (``non-saturating``), with the discriminator held fixed. Where
    D is sure that a sample is fake the first vanishes and the second does not (goodfellow2014).

    Raises
    ------
    ValueError
        If a distribution is discrete.
    """
    x, weights = _points(real, fake)
    a, b = real.pdf(x), fake.pdf(x)
    sure = (a > 0) & (b > 0)
    x, weights, a, b = x[sure], weights[sure], a[sure], b[sure]
    odds = real.slope(x) / a - fake.slope(x) / b
    d = a / (a + b)
    return {
        "saturating": float(-(b * d * odds) @ weights),
        "non-saturating": float(-(b * (1 - d) * odds) @ weights),
    }


_LEAST = 1e-300


def _both_gaussian(p: Density, q: Density) -> bool:
    """Whether a vanishing density is underflow only."""
    from dynamics.minimax.densities import GaussianMixture

    return isinstance(p, GaussianMixture) and isinstance(q, GaussianMixture)


def _times_log(factor: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """``factor * log(ratio)``, 0 where the factor is."""
    return np.where(factor > 0, factor * np.log(np.where(factor > 0, ratio, 1.0)), 0.0)


def _total(
    p: Density, q: Density, integrand: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> float:
    """The integral, or the sum, of a function of both densities where either is not 0.

    Raises
    ------
    ValueError
        If one is discrete and the other is not.
    """
    if p.is_discrete != q.is_discrete:
        raise ValueError(
            "a discrete and a continuous distribution have no common density; compare like with "
            "like, or use the Wasserstein distance"
        )
    x, weights = _points(p, q)
    a, b = p.pdf(x), q.pdf(x)
    some = a + b > 0
    return float(integrand(a[some], b[some]) @ weights[some])


def _points(p: Density, q: Density) -> tuple[np.ndarray, np.ndarray]:
    """Where both densities are looked at, and the weight of each point."""
    corners = np.union1d(p.corners(), q.corners())
    if p.is_discrete and q.is_discrete:
        return corners, np.ones(len(corners))
    return _quadrature(corners, PANELS)


def _quadrature(corners: np.ndarray, panels: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre points and weights over panels that share the gaps between corners."""
    nodes, weights = leggauss(NODES)
    edges = np.concatenate(
        [
            *(np.linspace(low, high, panels, endpoint=False) for low, high in pairwise(corners)),
            corners[-1:],
        ]
    )
    half = np.diff(edges)[:, None] / 2
    x = edges[:-1, None] + half * (nodes + 1)
    return x.ravel(), (half * weights).ravel()
