"""How far samples are from data, each number with its noise floor: the score of fresh real samples.

===========================  ====================================================================
``modes_and_quality``        which centres are hit, by how many, how many samples hit none
``reverse_kl``               of the histogram over centres, to the true shares
``mmd``, ``energy``,         two-sample distances; 0 in the mean for samples of one distribution
``sliced_wasserstein``       (the last is positive for finite samples)
``density_divergence``       Jensen-Shannon and KL on a grid, both densities smoothed alike
``precision_recall``         share of fakes near real points, and of real points near fakes
``optimal_discriminator``    what the best D would say, and how far a learned one is from it:
                             ``calibration``
``path_angle``               whether training turns about a point on the line between two states
``noise_floor``              any of them, between two fresh real samples of the same size
===========================  ====================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from gan.data import Data, Mixture

NEAR = 3.0
"""Deviations within which a sample belongs to its centre; in the plane 1 − e^(−9/2) of data do."""
ROUNDING = 1e-9
"""A step shorter than this part of the longest has no direction to speak of."""
NOTHING = 1e-9
"""A share of the samples that counts as none."""


@dataclass(frozen=True, eq=False)
class Modes:
    """Where samples of a mixture have gone.

    Attributes
    ----------
    counts : good samples at each centre, ``(k,)``; nearest : all samples by the nearest centre.
    quality : share of samples within ``NEAR`` deviations of the nearest centre.
    """

    counts: np.ndarray
    nearest: np.ndarray
    quality: float

    @property
    def captured(self) -> int:
        """Centres with at least one good sample."""
        return int((self.counts > 0).sum())


def modes_and_quality(samples: np.ndarray, data: Mixture) -> Modes:
    """Assign samples ``(n, d)`` to the nearest centres; those too far away are of no quality."""
    finite = np.isfinite(samples).all(axis=1)
    distance, nearest = cKDTree(data.modes).query(np.where(finite[:, None], samples, 1e12))
    good = (distance <= NEAR * data.deviation) & finite
    counts = np.bincount(nearest[good], minlength=len(data.modes))
    return Modes(counts, np.bincount(nearest, minlength=len(data.modes)), float(good.mean()))


def expected_quality(dimension: int) -> float:
    """The share of real samples within ``NEAR`` deviations: 98.889 % in the plane."""
    from scipy.stats import chi

    return float(chi.cdf(NEAR, dimension))


def reverse_kl(samples: np.ndarray, data: Mixture) -> float:
    """:math:`KL(\\hat p \\| p)` of all samples' nearest centres to the true shares [lin2018]_."""
    _, nearest = cKDTree(data.modes).query(samples)
    shares = np.bincount(nearest, minlength=len(data.modes)) / len(samples)
    known = shares > 0
    return float((shares[known] * np.log(shares[known] / np.array(data.weights)[known])).sum())


def mmd(a: np.ndarray, b: np.ndarray) -> float:
    """Squared maximum mean discrepancy, unbiased, Gaussian kernel, median width [gretton2012]_.

    May be slightly negative; its mean is 0 for samples of one distribution.
    """
    within_a, within_b, between = (cdist(*pair, "sqeuclidean") for pair in ((a, a), (b, b), (a, b)))
    width = float(np.median(between)) or 1.0
    m, n = len(a), len(b)

    def kernel(squares: np.ndarray) -> np.ndarray:
        return np.exp(-squares / width)

    return float(
        (kernel(within_a).sum() - m) / (m * (m - 1))
        + (kernel(within_b).sum() - n) / (n * (n - 1))
        - 2 * kernel(between).mean()
    )


def energy(a: np.ndarray, b: np.ndarray) -> float:
    """Energy distance :math:`2E|X-Y| - E|X-X'| - E|Y-Y'|`, unbiased [szekely2013]_."""
    m, n = len(a), len(b)
    within = cdist(a, a).sum() / (m * (m - 1)) + cdist(b, b).sum() / (n * (n - 1))
    return float(2 * cdist(a, b).mean() - within)


def sliced_wasserstein(
    a: np.ndarray, b: np.ndarray, *, directions: int = 64, seed: int = 0
) -> float:
    """Root mean square over directions of the 2-Wasserstein distance of the projections.

    Raises
    ------
    ValueError
        If the samples are not equally many.
    """
    if len(a) != len(b):
        raise ValueError(f"samples must be equally many; got {len(a)} and {len(b)}")
    axes = np.random.default_rng(seed).normal(size=(a.shape[1], directions))
    axes /= np.linalg.norm(axes, axis=0)
    apart = np.sort(a @ axes, axis=0) - np.sort(b @ axes, axis=0)
    return float(np.sqrt((apart**2).mean()))


def density_divergence(
    real: np.ndarray, fake: np.ndarray, *, cells: int = 40, smoothing: float = 1.0
) -> tuple[float, float]:
    """Jensen-Shannon and KL(real || fake) of planar samples on a grid that holds all of both.

    Both histograms use every point and are smoothed by the same Gaussian, in cells, so that an
    empty cell does not make the divergence infinite.
    """
    both = np.concatenate([real, fake])
    low, high = both.min(axis=0), both.max(axis=0)
    room = 0.05 * (high - low) + 1e-9
    ranges = np.stack([low - room, high + room], axis=1)
    densities = []
    for points in (real, fake):
        histogram, _, _ = np.histogram2d(points[:, 0], points[:, 1], bins=cells, range=ranges)
        smooth = gaussian_filter(histogram / len(points), smoothing, mode="constant") + 1e-12
        densities.append(smooth / smooth.sum())
    p, q = densities
    middle = (p + q) / 2
    js = 0.5 * (p * np.log(p / middle)).sum() + 0.5 * (q * np.log(q / middle)).sum()
    return float(js), float((p * np.log(p / q)).sum())


def precision_recall(real: np.ndarray, fake: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Share of fakes inside the balls about real points to their k-th neighbour, and vice versa."""

    def covered(points: np.ndarray, by: np.ndarray) -> float:
        tree = cKDTree(by)
        radius = tree.query(by, k=k + 1)[0][:, -1]
        near, which = tree.query(points, k=min(20, len(by)))
        return float((near <= radius[which]).any(axis=1).mean())

    return covered(fake, real), covered(real, fake)


def noise_floor(
    measure: Callable[[np.ndarray, np.ndarray], float], data: Data, count: int, *,
    repeats: int = 10, seed: int = 0,
) -> tuple[float, float]:  # fmt: skip
    """Mean and deviation of a measure between fresh real samples of ``count`` points."""
    generator = torch.Generator().manual_seed(seed)
    found = []
    for _ in range(repeats):
        a, b = (data.sample(count, generator).double().numpy() for _ in range(2))
        found.append(measure(a, b))
    return float(np.mean(found)), float(np.std(found))


def collapse_loss(kept: int, modes: int) -> float:
    """The best D's mean cross entropy if G sits exactly on k of n equal modes: ln 2 − JS(k, n)."""
    if not 1 <= kept <= modes:
        raise ValueError(f"kept = {kept} must be from 1 to {modes}")
    k, n = float(kept), float(modes)
    js = 0.5 * (k / n * np.log(2 * k / (n + k)) + (1 - k / n) * np.log(2) + np.log(2 * n / (n + k)))
    return float(np.log(2) - js)


def optimal_discriminator(
    real: np.ndarray, fake: np.ndarray, x: np.ndarray, y: np.ndarray, *, smoothing: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """:math:`D^* = p/(p + q)` [goodfellow2014]_ on a grid, both densities smoothed alike.

    Parameters
    ----------
    real, fake : planar samples of p and of q, ``(n, 2)`` and ``(m, 2)``.
    x, y : middles of the cells, of equal distance, ``(c,)`` and ``(r,)``.
    smoothing : deviation of the Gaussian that both histograms pass through, in cells.

    Returns
    -------
    tuple of np.ndarray
        Probabilities that a point is real, ``(r, c)``, ½ where neither has a sample near; and the
        share of both kinds of samples in each cell, ``(r, c)``.
    """
    sides = [np.append(middles - step / 2, middles[-1] + step / 2)
             for middles in (x, y) for step in (middles[1] - middles[0],)]  # fmt: skip
    p, q = (
        gaussian_filter(
            np.histogram2d(points[:, 1], points[:, 0], bins=(sides[1], sides[0]))[0] / len(points),
            smoothing, mode="constant",
        )
        for points in (real, fake)
    )  # fmt: skip
    return (p + NOTHING) / (p + q + 2 * NOTHING), (p + q) / 2


def calibration(judged: np.ndarray, best: np.ndarray, share: np.ndarray) -> float:
    """Mean distance of D's probabilities from the optimal ones where samples are; 0 is perfect."""
    return float((np.abs(judged - best) * share).sum() / max(share.sum(), NOTHING))


def path_angle(
    field: Callable[[np.ndarray], np.ndarray], line: np.ndarray, towards: np.ndarray
) -> np.ndarray:
    """Cosine of the angle between the step :math:`-F` and the way on, along a line of states.

    A change of sign says that the line passes a point that attracts; a bump beside it that
    training also turns about that point [berard2020]_. NaN where nothing moves.

    Parameters
    ----------
    field : from a state ``(d,)`` to :math:`F`.
    line : states, ``(n, d)``. towards : the way on, ``(d,)``.
    """
    steps = -np.array([field(state) for state in line])
    lengths = np.linalg.norm(steps, axis=1) * np.linalg.norm(towards)
    moving = lengths > ROUNDING * lengths.max(initial=0.0)
    return np.where(moving, (steps @ towards) / np.where(moving, lengths, 1.0), np.nan)
