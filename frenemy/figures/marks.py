"""Marks made of points, lines, bars and texts: what stands in a panel, as values.

A mark holds read-only NumPy arrays and names its colour by role (see :mod:`frenemy.figures.style`).
Every mark can be given a ``label`` (its entry in the legend) and a ``name`` (by which the frame of
an animation replaces it). Arrows, circles and lines across a panel are in
:mod:`frenemy.figures.shapes`, marks over a grid in :mod:`frenemy.figures.gridded`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, fields

import numpy as np

from frenemy.figures._checks import choice, finite, numbers, positive, same_shape
from frenemy.figures.labels import check_label
from frenemy.figures.style import COLORS, DASHES

SYMBOLS = (
    "circle",
    "open-circle",
    "half-circle",
    "square",
    "open-square",
    "diamond",
    "open-diamond",
    "triangle",
    "star",
    "plus",
    "cross",
)
"""The shapes of a point."""

ALIGNMENTS = ("center", "left", "right", "above", "below")
"""Where a text stands, seen from its point."""

Reach = tuple[np.ndarray, np.ndarray]
"""The x and the y that a mark wants in view."""


@dataclass(frozen=True, eq=False)
class Mark:
    """Base of all marks; draws nothing itself.

    Attributes
    ----------
    label : the mark's entry in the legend; None for no entry.
    name : what a :class:`~frenemy.figures.figure.Frame` calls it; unique in a figure.
    """

    _: KW_ONLY
    label: str | None = None
    name: str | None = None

    @property
    def is_3d(self) -> bool:
        """Whether the mark stands in space and needs a panel with a z axis."""
        return False

    def reach(self) -> Reach:
        """The x and the y that a panel must show for this mark to be seen whole."""
        raise NotImplementedError

    def flush(self) -> Reach:
        """The x and the y at which the panel may end without a margin; none by default."""
        return np.empty(0), np.empty(0)

    def __post_init__(self) -> None:
        if self.label is not None:
            check_label(self.label, "label")

    def __eq__(self, other: object) -> bool:
        """Equal marks are of one type and agree in every field, NaN with NaN."""
        if type(other) is not type(self):
            return NotImplemented
        return all(
            _agree(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)
        )

    __hash__ = None  # type: ignore[assignment]

    def _keep(self, **values: object) -> None:
        """Store checked values in a frozen instance."""
        for name, value in values.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, eq=False)
class Line(Mark):
    """A broken or unbroken line through points; NaN leaves a gap.

    Parameters
    ----------
    x, y : shape ``(n,)``.
    z : shape ``(n,)`` for a line in space, else None.
    color : a colour role.
    dash : one of ``DASHES``.
    width : in multiples of the style's line width.
    opacity : from 0 (not seen) to 1.
    """

    x: np.ndarray
    y: np.ndarray
    _: KW_ONLY
    z: np.ndarray | None = None
    color: str = "first"
    dash: str = "solid"
    width: float = 1.0
    opacity: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep(**_points(self.x, self.y, self.z), width=positive(self.width, "width"))
        choice(self.color, "color", COLORS)
        choice(self.dash, "dash", DASHES)
        _fraction(self.opacity, "opacity")

    @property
    def is_3d(self) -> bool:
        return self.z is not None

    def reach(self) -> Reach:
        return self.x, self.y


@dataclass(frozen=True, eq=False)
class Points(Mark):
    """Separate points.

    Parameters
    ----------
    x, y : shape ``(n,)``.
    z : shape ``(n,)`` for points in space, else None.
    color : a colour role.
    symbol : one of ``SYMBOLS``.
    size : diameter in multiples of the style's marker size.
    opacity : from 0 (not seen) to 1.
    """

    x: np.ndarray
    y: np.ndarray
    _: KW_ONLY
    z: np.ndarray | None = None
    color: str = "first"
    symbol: str = "circle"
    size: float = 1.0
    opacity: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep(**_points(self.x, self.y, self.z), size=positive(self.size, "size"))
        choice(self.color, "color", COLORS)
        choice(self.symbol, "symbol", SYMBOLS)
        _fraction(self.opacity, "opacity")

    @property
    def is_3d(self) -> bool:
        return self.z is not None

    def reach(self) -> Reach:
        return self.x, self.y


@dataclass(frozen=True, eq=False)
class Band(Mark):
    """The area between two curves: an interval over seeds, say.

    Parameters
    ----------
    x, lower, upper : shape ``(n,)``; where one is NaN the band is broken.
    color : a colour role.
    opacity : from 0 (not seen) to 1.
    """

    x: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    _: KW_ONLY
    color: str = "first"
    opacity: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        x, lower, upper = (
            numbers(value, name, dimensions=1)
            for value, name in ((self.x, "x"), (self.lower, "lower"), (self.upper, "upper"))
        )
        same_shape(x=x, lower=lower, upper=upper)
        self._keep(x=x, lower=lower, upper=upper)
        choice(self.color, "color", COLORS)
        _fraction(self.opacity, "opacity")

    def reach(self) -> Reach:
        return np.tile(self.x, 2), np.concatenate([self.lower, self.upper])


@dataclass(frozen=True, eq=False)
class Bars(Mark):
    """Upright bars; ``Axis.of_categories`` names their places.

    Parameters
    ----------
    x : centre of each bar, shape ``(n,)``.
    heights : shape ``(n,)``.
    width : of every bar, in units of x.
    base : height at which the bars begin; on a logarithmic axis give one above 0.
    errors : half-lengths of error bars, shape ``(n,)``, or None.
    color : a colour role.
    """

    x: np.ndarray
    heights: np.ndarray
    _: KW_ONLY
    width: float = 0.8
    base: float = 0.0
    errors: np.ndarray | None = None
    color: str = "first"

    def __post_init__(self) -> None:
        super().__post_init__()
        x = numbers(self.x, "x", dimensions=1)
        heights = numbers(self.heights, "heights", dimensions=1)
        same_shape(x=x, heights=heights)
        self._keep(x=x, heights=heights, width=positive(self.width, "width"))
        self._keep(base=finite(self.base, "base"))
        if self.errors is not None:
            errors = numbers(self.errors, "errors", dimensions=1)
            same_shape(heights=heights, errors=errors)
            if np.any(errors < 0):
                raise ValueError("errors are lengths and must not be negative")
            self._keep(errors=errors)
        choice(self.color, "color", COLORS)

    def reach(self) -> Reach:
        x = np.concatenate([self.x - self.width / 2, self.x + self.width / 2])
        errors = 0.0 if self.errors is None else self.errors
        ends = [self.heights - errors, self.heights + errors, np.array([self.base])]
        return x, np.concatenate(ends)

    def flush(self) -> Reach:
        return np.empty(0), np.array([self.base])


@dataclass(frozen=True, eq=False)
class Text(Mark):
    """Texts at points.

    Parameters
    ----------
    x, y : numbers, or arrays of shape ``(n,)``.
    text : one text, or n of them; ``$…$`` is mathematics.
    align : one of ``ALIGNMENTS``: on which side of its point the text stands.
    color : a colour role.
    size : in multiples of the style's text size.
    """

    x: np.ndarray
    y: np.ndarray
    text: str | Sequence[str]
    _: KW_ONLY
    align: str = "center"
    color: str = "ink"
    size: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        x = numbers(np.atleast_1d(self.x), "x", dimensions=1)
        y = numbers(np.atleast_1d(self.y), "y", dimensions=1)
        same_shape(x=x, y=y)
        texts = (self.text,) if isinstance(self.text, str) else tuple(self.text)
        if len(texts) != len(x):
            raise ValueError(f"text must have one entry per point; got {len(texts)} for {len(x)}")
        for text in texts:
            check_label(text, "text")
        self._keep(x=x, y=y, text=texts, size=positive(self.size, "size"))
        choice(self.align, "align", ALIGNMENTS)
        choice(self.color, "color", COLORS)

    @classmethod
    def at(
        cls, x: float, y: float, text: str, *, align: str = "center", color: str = "ink",
        size: float = 1.0,
    ) -> Text:  # fmt: skip
        """One text at one point."""
        place = np.array([x], dtype=float), np.array([y], dtype=float)
        return cls(*place, text, align=align, color=color, size=size)

    def reach(self) -> Reach:
        return self.x, self.y


def _points(x: object, y: object, z: object) -> dict[str, np.ndarray]:
    given = {"x": x, "y": y} if z is None else {"x": x, "y": y, "z": z}
    arrays = {name: numbers(value, name, dimensions=1) for name, value in given.items()}
    same_shape(**arrays)
    return arrays


def _fraction(value: float, what: str) -> None:
    if not 0 <= finite(value, what) <= 1:
        raise ValueError(f"{what} must be between 0 and 1; got {value!r}")


def _agree(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    return one is other or (type(one) is type(other) and one == other)
