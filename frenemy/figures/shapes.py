"""Marks with a shape of their own: arrows, circles, and lines across a whole panel."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass

import numpy as np

from frenemy.figures._checks import choice, finite, numbers, positive, same_shape
from frenemy.figures.marks import Mark, Reach
from frenemy.figures.style import COLORS, DASHES

LENGTHS = ("direction", "magnitude", "exact")
"""How long the arrows of a field are."""


@dataclass(frozen=True, eq=False)
class Arrows(Mark):
    """A field of arrows from (x, y) in the direction (u, v).

    Parameters
    ----------
    x, y, u, v : arrays of one shape, any number of axes; kept flat. An arrow of length 0, or
        with an entry that is not finite, is not drawn.
    length : "direction" draws all arrows of one length, fitted to their spacing; "magnitude"
        keeps their proportions and fits the longest; "exact" ends each at (x + u, y + v).
    color : a colour role.
    """

    x: np.ndarray
    y: np.ndarray
    u: np.ndarray
    v: np.ndarray
    _: KW_ONLY
    length: str = "direction"
    color: str = "field"

    def __post_init__(self) -> None:
        super().__post_init__()
        given = {"x": self.x, "y": self.y, "u": self.u, "v": self.v}
        arrays = {name: np.asarray(value) for name, value in given.items()}
        same_shape(**arrays)
        self._keep(
            **{name: numbers(np.ravel(array), name, dimensions=1) for name, array in arrays.items()}
        )
        choice(self.length, "length", LENGTHS)
        choice(self.color, "color", COLORS)

    def reach(self) -> Reach:
        if self.length != "exact":
            return self.x, self.y
        return np.concatenate([self.x, self.x + self.u]), np.concatenate([self.y, self.y + self.v])


@dataclass(frozen=True, eq=False)
class Circle(Mark):
    """A circle: the unit circle about which multipliers are judged.

    Parameters
    ----------
    x, y : the centre.
    radius : above 0.
    color, dash, width : as for :class:`Line`.
    fill : a colour role for the disc, drawn faintly; None leaves it empty.
    """

    x: float
    y: float
    radius: float
    _: KW_ONLY
    color: str = "ink"
    dash: str = "solid"
    width: float = 1.0
    fill: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep(x=finite(self.x, "x"), y=finite(self.y, "y"))
        self._keep(radius=positive(self.radius, "radius"), width=positive(self.width, "width"))
        choice(self.color, "color", COLORS)
        choice(self.dash, "dash", DASHES)
        if self.fill is not None:
            choice(self.fill, "fill", COLORS)

    def outline(self) -> Reach:
        """The circle as a closed line of 721 points: smooth even when enlarged."""
        angle = np.linspace(0, math.tau, 721)
        return self.x + self.radius * np.cos(angle), self.y + self.radius * np.sin(angle)

    def reach(self) -> Reach:
        return self.outline()


@dataclass(frozen=True, eq=False)
class HorizontalLine(Mark):
    """A line across the whole panel at height ``y``, with the looks of a :class:`Line`."""

    y: float
    _: KW_ONLY
    color: str = "muted"
    dash: str = "solid"
    width: float = 0.6

    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep(y=finite(self.y, "y"), width=positive(self.width, "width"))
        choice(self.color, "color", COLORS)
        choice(self.dash, "dash", DASHES)

    def reach(self) -> Reach:
        return np.empty(0), np.array([self.y])


@dataclass(frozen=True, eq=False)
class VerticalLine(Mark):
    """A line across the whole panel at ``x``, with the looks of a :class:`Line`."""

    x: float
    _: KW_ONLY
    color: str = "muted"
    dash: str = "solid"
    width: float = 0.6

    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep(x=finite(self.x, "x"), width=positive(self.width, "width"))
        choice(self.color, "color", COLORS)
        choice(self.dash, "dash", DASHES)

    def reach(self) -> Reach:
        return np.array([self.x]), np.empty(0)
