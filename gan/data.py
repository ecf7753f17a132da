"""Data in the plane and on the line for small GANs, with their exact densities where they exist."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from scipy.special import logsumexp
from torch import Tensor


class Data(Protocol):
    """A distribution that can be sampled."""

    @property
    def dimension(self) -> int:
        """Coordinates of a point."""
        ...

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Points, float32, ``(count, dimension)``."""
        ...


@dataclass(frozen=True)
class Mixture:
    """Normal distributions of one deviation about some centres.

    Attributes
    ----------
    centres : k points; deviation : of each coordinate; weights : k shares, equal by default.
    """

    centres: tuple[tuple[float, ...], ...]
    deviation: float
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.centres or len({len(centre) for centre in self.centres}) != 1:
            raise ValueError("centres must be at least one point, all of one dimension")
        if not self.deviation > 0:
            raise ValueError(f"deviation = {self.deviation!r} must be above 0")
        shares = self.weights or (1 / len(self.centres),) * len(self.centres)
        if len(shares) != len(self.centres) or min(shares) <= 0:
            raise ValueError(f"weights must be {len(self.centres)} positive shares; got {shares}")
        total = sum(shares)
        object.__setattr__(self, "weights", tuple(share / total for share in shares))

    @property
    def dimension(self) -> int:
        """Coordinates of a point."""
        return len(self.centres[0])

    @property
    def modes(self) -> np.ndarray:
        """The centres, ``(k, d)``."""
        return np.array(self.centres)

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Points, ``(count, d)``."""
        shares = torch.tensor(self.weights)
        chosen = torch.multinomial(shares, count, replacement=True, generator=generator)
        noise = torch.randn(count, self.dimension, generator=generator)
        return torch.tensor(self.centres)[chosen] + self.deviation * noise

    def log_density(self, points: np.ndarray) -> np.ndarray:
        """The exact logarithm of the density at points ``(n, d)``, ``(n,)``."""
        d, variance = self.dimension, self.deviation**2
        squares = ((points[:, None] - self.modes) ** 2).sum(axis=2)
        constant = -0.5 * d * math.log(2 * math.pi * variance)
        return logsumexp(
            constant - squares / (2 * variance) + np.log(self.weights), axis=1
        )  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """A curve with noise about it: :math:`\\gamma(u) + \\sigma z` with u uniform on [0, 1].

    Attributes
    ----------
    point : from u ``(n,)`` to points ``(n, 2)``; deviation : σ.
    """

    point: Callable[[Tensor], Tensor]
    deviation: float

    @property
    def dimension(self) -> int:
        """Two."""
        return 2

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Points, ``(count, 2)``."""
        u = torch.rand(count, generator=generator)
        return self.point(u) + self.deviation * torch.randn(count, 2, generator=generator)


@dataclass(frozen=True, eq=False)
class Points:
    """A user's own points, drawn again and again with a little noise.

    Attributes
    ----------
    points : ``(n, d)``; deviation : of the noise.
    """

    points: np.ndarray
    deviation: float = 0.0

    def __post_init__(self) -> None:
        points = np.asarray(self.points, dtype=float)
        if points.ndim != 2 or len(points) < 2 or not np.isfinite(points).all():
            raise ValueError(
                f"points of shape {points.shape} must be at least two finite points, (n, d)"
            )
        object.__setattr__(self, "points", points)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Points) and self._values == other._values

    def __hash__(self) -> int:
        return hash(self._values)

    @property
    def _values(self) -> tuple[bytes, tuple[int, ...], float]:
        return self.points.tobytes(), self.points.shape, self.deviation

    @property
    def dimension(self) -> int:
        """Coordinates of a point."""
        return self.points.shape[1]

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Points, ``(count, d)``."""
        chosen = torch.randint(len(self.points), (count,), generator=generator)
        noise = torch.randn(count, self.dimension, generator=generator)
        return torch.from_numpy(self.points).float()[chosen] + self.deviation * noise


def ring(modes: int = 8, radius: float = 2.0, deviation: float = 0.02) -> Mixture:
    """Normal distributions at equal angles :math:`2\\pi k/n`; the last is not the first again."""
    angles = [2 * math.pi * k / modes for k in range(modes)]
    centres = tuple((radius * math.cos(a), radius * math.sin(a)) for a in angles)
    return Mixture(centres, deviation)


def grid(places: Sequence[float] = (-4, -2, 0, 2, 4), deviation: float = 0.05) -> Mixture:
    """Normal distributions at all pairs of places."""
    return Mixture(tuple((float(x), float(y)) for x in places for y in places), deviation)


def _spiral(u: Tensor) -> Tensor:
    t = 3 * math.pi * torch.sqrt(u)
    return torch.stack([t * torch.cos(t), t * torch.sin(t)], dim=1) * (2 / (3 * math.pi))


def _swiss_roll(u: Tensor) -> Tensor:
    """scikit-learn's roll without its height, over 7.5 as Gulrajani et al. have it."""
    t = 1.5 * math.pi * (1 + 2 * u)
    return torch.stack([t * torch.cos(t), t * torch.sin(t)], dim=1) / 7.5


def _moons(u: Tensor) -> Tensor:
    upper, t = u < 0.5, math.pi * ((2 * u) % 1)
    x = torch.where(upper, torch.cos(t) - 0.5, 0.5 - torch.cos(t))
    return torch.stack([x, torch.where(upper, torch.sin(t) - 0.25, 0.25 - torch.sin(t))], dim=1)


def _line(u: Tensor) -> Tensor:
    return torch.stack([4 * u - 2, 2 * u - 1], dim=1)


DATA: dict[str, Callable[[], Data]] = {
    "ring": ring,
    "grid": grid,
    "ring of PacGAN": lambda: ring(8, 1.0, 0.01),
    "unequal": lambda: Mixture(((-1.5, 0.0), (1.5, 0.0), (0.0, 1.5)), 0.15, (0.7, 0.2, 0.1)),
    "one": lambda: Mixture(((1.0, 0.5),), 0.3),
    "two": lambda: Mixture(((-1.0, 0.0), (1.0, 0.0)), 0.15),
    "spiral": lambda: Curve(_spiral, 0.05),
    "swiss roll": lambda: Curve(_swiss_roll, 0.25 / 7.5),
    "moons": lambda: Curve(_moons, 0.05),
    "line": lambda: Curve(_line, 0.05),
    "two on the line": lambda: Mixture(((-2.0,), (2.0,)), 1.0),
}
"""Name -> distribution."""
