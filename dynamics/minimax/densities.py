"""Distributions on the line: what a generator could make, and what the data could be."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

TAILS = 12.0
"""A Gaussian is followed for so many standard deviations: beyond lies less than 1e-32 of it."""
MAX_TEXT, MAX_PARTS = 400, 12


class Density(ABC):
    """A probability distribution on the line.

    Continuous ones have a density and a slope at every point; discrete ones have masses instead.
    """

    is_discrete: bool = False

    @abstractmethod
    def pdf(self, x: np.ndarray) -> np.ndarray:
        """The density, or the mass of a discrete distribution, at points ``(n,)``."""

    @abstractmethod
    def cdf(self, x: np.ndarray) -> np.ndarray:
        """The probability up to and including points ``(n,)``."""

    @abstractmethod
    def slope(self, x: np.ndarray) -> np.ndarray:
        """The derivative of the density at points ``(n,)``."""

    @abstractmethod
    def corners(self) -> np.ndarray:
        """Points between which the density is smooth and outside of which it is nothing."""

    @abstractmethod
    def shifted(self, distance: float) -> Self:
        """The same distribution moved to the right."""


@dataclass(frozen=True)
class GaussianMixture(Density):
    """A weighted sum of normal distributions; one of them is a Gaussian.

    Attributes
    ----------
    means, deviations, weights : of the parts; the weights sum to one.

    Raises
    ------
    ValueError
        If a deviation or a weight is not positive, or the weights do not sum to one.
    """

    means: tuple[float, ...] = (0.0,)
    deviations: tuple[float, ...] = (1.0,)
    weights: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if not len(self.means) == len(self.deviations) == len(self.weights) > 0:
            raise ValueError("a mixture needs a mean, a deviation and a weight for every part")
        if min(self.deviations) <= 0 or not np.isfinite([*self.means, *self.deviations]).all():
            raise ValueError(f"deviations must be above 0, all finite; got {self.deviations}")
        _check_weights(self.weights)

    def pdf(self, x: np.ndarray) -> np.ndarray:
        return self._parts(x).sum(axis=0)

    def cdf(self, x: np.ndarray) -> np.ndarray:
        from scipy.special import ndtr

        means, deviations, weights = self._columns
        total: np.ndarray = (weights * ndtr((np.asarray(x) - means) / deviations)).sum(axis=0)
        return total

    def slope(self, x: np.ndarray) -> np.ndarray:
        means, deviations, _ = self._columns
        return (self._parts(x) * (means - x) / deviations**2).sum(axis=0)

    def corners(self) -> np.ndarray:
        reach = np.arange(-TAILS, TAILS + 0.5)
        places = [mean + s * reach for mean, s in zip(self.means, self.deviations, strict=True)]
        return np.unique(np.concatenate(places))

    def shifted(self, distance: float) -> Self:
        return replace(self, means=tuple(mean + distance for mean in self.means))

    @property
    def _columns(self) -> list[np.ndarray]:
        return [np.array(side)[:, None] for side in (self.means, self.deviations, self.weights)]

    def _parts(self, x: np.ndarray) -> np.ndarray:
        means, deviations, weights = self._columns
        z = (np.asarray(x, dtype=float) - means) / deviations
        return weights * np.exp(-0.5 * z * z) / (deviations * np.sqrt(2 * np.pi))


@dataclass(frozen=True)
class Uniform(Density):
    """The uniform distribution on an interval.

    Raises
    ------
    ValueError
        If ``low`` is not below ``high``.
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not (np.isfinite([self.low, self.high]).all() and self.low < self.high):
            raise ValueError(f"low = {self.low!r} must be below high = {self.high!r}")

    def pdf(self, x: np.ndarray) -> np.ndarray:
        inside = (np.asarray(x) >= self.low) & (np.asarray(x) <= self.high)
        return inside / (self.high - self.low)

    def cdf(self, x: np.ndarray) -> np.ndarray:
        return np.clip((np.asarray(x, dtype=float) - self.low) / (self.high - self.low), 0, 1)

    def slope(self, x: np.ndarray) -> np.ndarray:
        return np.zeros(np.shape(x))

    def corners(self) -> np.ndarray:
        return np.array([self.low, self.high])

    def shifted(self, distance: float) -> Self:
        return replace(self, low=self.low + distance, high=self.high + distance)


@dataclass(frozen=True)
class Discrete(Density):
    """Point masses.

    Raises
    ------
    ValueError
        If two points are the same, or the weights are no probabilities.
    """

    points: tuple[float, ...] = (0.0,)
    weights: tuple[float, ...] = (1.0,)
    is_discrete = True

    def __post_init__(self) -> None:
        if len(self.points) != len(self.weights) or len(set(self.points)) < len(self.points):
            raise ValueError(f"points must be different, with a weight each; got {self.points}")
        _check_weights(self.weights)

    def pdf(self, x: np.ndarray) -> np.ndarray:
        same = np.asarray(x)[..., None] == np.array(self.points)
        mass: np.ndarray = (same * np.array(self.weights)).sum(axis=-1)
        return mass

    def cdf(self, x: np.ndarray) -> np.ndarray:
        before = np.asarray(x)[..., None] >= np.array(self.points)
        total: np.ndarray = (before * np.array(self.weights)).sum(axis=-1)
        return total

    def slope(self, x: np.ndarray) -> np.ndarray:
        raise ValueError("a discrete distribution has no density to take the slope of")

    def corners(self) -> np.ndarray:
        return np.unique(self.points)

    def shifted(self, distance: float) -> Self:
        return replace(self, points=tuple(point + distance for point in self.points))


def _check_weights(weights: tuple[float, ...]) -> None:
    if min(weights) <= 0 or abs(sum(weights) - 1) > 1e-9:
        raise ValueError(f"weights must be positive and sum to one; got {weights}")


_NUMBER = r"[+-]?(?:\d{1,12}\.?\d{0,12}|\.\d{1,12})"
_PART = re.compile(
    rf"\s*(?:(\d{{1,12}}\.?\d{{0,12}}|\.\d{{1,12}})\s*\*\s*)?([NUP])\s*\(\s*({_NUMBER})\s*(?:,\s*({_NUMBER})\s*)?\)\s*"
)


def parse_density(text: str) -> Density:
    """A distribution from a text such as ``"0.3*N(-2, 0.5) + 0.7*N(1, 1)"``.

    ``N(mean, deviation)`` is a Gaussian, ``U(low, high)`` uniform, ``P(point)`` a point mass; parts
    of one kind may be added, except uniform ones. Weights are scaled to sum to one.

    Raises
    ------
    ValueError
        If the text is none; it names the part.
    """
    if len(text) > MAX_TEXT:
        raise ValueError(f"a distribution may have {MAX_TEXT} characters; got {len(text)}")
    pieces = re.split(r"\+(?=\s*(?:[\d.]+\s*\*\s*)?[NUP]\s*\()", text)
    parts = []
    for number, piece in enumerate(pieces[:MAX_PARTS], start=1):
        match = _PART.fullmatch(piece)
        if match is None or (match[4] is None) != (match[2] == "P"):
            raise ValueError(
                f"part {number} must be N(mean, deviation), U(low, high) or P(point), perhaps with "
                f"a weight as in 0.5*N(0, 1); got {piece.strip()[:40]!r}"
            )
        weight = float(match[1]) if match[1] else 1.0
        parts.append((match[2], weight, float(match[3]), float(match[4] or 0)))
    kinds = {kind for kind, *_ in parts}
    if len(pieces) > MAX_PARTS or len(kinds) > 1 or (kinds == {"U"} and len(parts) > 1):
        raise ValueError(
            f"parts must be of one kind, uniform ones alone, and at most {MAX_PARTS}; got {text!r}"
        )
    total = sum(weight for _, weight, _, _ in parts)
    weights = tuple(weight / (total or 1) for _, weight, _, _ in parts)
    first, second = tuple(a for *_, a, _ in parts), tuple(b for *_, b in parts)
    if kinds == {"N"}:
        return GaussianMixture(first, second, weights)
    return Uniform(first[0], second[0]) if kinds == {"U"} else Discrete(first, weights)
