"""Which points a sweep has: the axes of its grid, its seeds, and the knobs that stay."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from frenemy.lessons import KnobSpec, Lesson, knob_specs, knobs_to_dict, load, make_knobs
from frenemy.lessons._knobs import WRITTEN

MOST_POINTS = 10_000_000
"""A grid with more points is refused."""
SEED = "seed"
"""The knob over which seeds are counted, and the name of their axis."""


@dataclass(frozen=True)
class Axis:
    """One knob that is varied.

    Attributes
    ----------
    knob : its name. values : what it takes, in order and all different, as the knob holds them.
    """

    knob: str
    values: tuple[Any, ...]

    def texts(self) -> list[str]:
        """The values as one would type them."""
        return [",".join(v) if isinstance(v, tuple) else str(v) for v in self.values]


def parse_axis(lesson: Lesson, text: str) -> Axis:
    """The axis in a text: ``lr=0.01:1:log:50``, ``lr=0:1:21``, ``rule=adam;cgd`` or ``loss=*``.

    A range names its two ends, ``lin`` (which may be left out) or ``log``, and how many values; of
    a knob that takes whole numbers they are rounded, and those that coincide are one. A list is
    divided by semicolons, or by commas where no value can hold one. ``*`` stands for all choices.

    Raises
    ------
    ValueError
        Naming the axis, what is wrong with it and how it is written.
    """
    name, equals, values = (part.strip() for part in text.partition("="))
    if not equals or not values:
        raise ValueError(
            f"an axis must be written as in lr=0.01:1:log:50 or rule=adam,cgd; got {text!r:.80}"
        )
    kind = _spec(lesson, name).kind
    if kind in ("int", "float") and ":" in values:
        return axis_of(lesson, name, _range(text, values, whole=kind == "int"))
    if kind == "choice" and values == "*":
        return axis_of(lesson, name, _spec(lesson, name).choices)
    divider = ";" if ";" in values or kind in ("choices", *WRITTEN) else ","
    return axis_of(lesson, name, [value.strip() for value in values.split(divider)])


def axis_of(lesson: Lesson, name: str, values: Iterable[Any]) -> Axis:
    """The axis of a knob with these values, which may be texts.

    Raises
    ------
    ValueError
        For a knob that is not there, no value, or one that the knob refuses.
    """
    if isinstance(values, str):
        raise ValueError(f"the values of {name} must be several, as in a list; got {values!r:.80}")
    spec = _spec(lesson, name)
    found = [spec.convert(v.item() if hasattr(v, "item") else v) for v in values]
    if not found:
        raise ValueError(f"the axis {name} has no values; give at least one")
    return Axis(name, tuple(dict.fromkeys(found)))


def _spec(lesson: Lesson, name: str) -> KnobSpec:
    specs = {spec.name: spec for spec in knob_specs(lesson.knobs)}
    if name not in specs:
        make_knobs(lesson.knobs, {name: None})  # refuses it, and says which knobs there are
    return specs[name]


def _first_seed(lesson: str) -> int | None:
    """The seed of a lesson unless set; None if it has none."""
    specs = {spec.name: spec for spec in knob_specs(load(lesson).knobs)}
    return specs[SEED].default if SEED in specs else None


def _range(text: str, values: str, *, whole: bool) -> list[Any]:
    parts = values.split(":")
    scale = parts.pop(2) if len(parts) == 4 else "lin"
    try:
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2])
        fits = len(parts) == 3 and scale in ("lin", "log") and 1 <= count <= MOST_POINTS
        if not fits or not np.isfinite([low, high]).all() or (scale == "log" and low * high <= 0):
            raise ValueError
    except (ValueError, IndexError):
        raise ValueError(
            f"a range must be low:high:count or low:high:log:count, as in lr=0.01:1:log:50, and "
            f"logarithmic only where both ends are above 0; got {text!r:.80}"
        ) from None
    found = (np.geomspace if scale == "log" else np.linspace)(low, high, count)
    return [round(value) for value in found.tolist()] if whole else found.tolist()


@dataclass(frozen=True)
class Plan:
    """All points of a sweep: the product of its axes, for every seed.

    Attributes
    ----------
    lesson : its name.
    axes : what is varied.
    seeds : how many seeds, from that of ``base`` on; 0 where the seed is no axis.
    base : name -> value of the knobs that are not at their default, as JSON has them.

    Raises
    ------
    ValueError
        If two axes are of one knob, the lesson draws nothing at random, or there are too many
        points.
    """

    lesson: str
    axes: tuple[Axis, ...]
    seeds: int = 0
    base: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [axis.knob for axis in self.axes]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"{twice[0]} is varied twice; give all its values in one axis")
        if self.seeds < 0:
            raise ValueError(f"seeds must be at least 1; got {self.seeds}")
        if self.seeds and SEED in names:
            raise ValueError("give either seeds or an axis of the knob seed, not both")
        if self.seeds and _first_seed(self.lesson) is None:
            raise ValueError(
                f"the lesson {self.lesson!r} draws nothing at random and has no seed; "
                "leave the seeds out"
            )
        if len(self) > MOST_POINTS:
            raise ValueError(f"a sweep may have {MOST_POINTS:,} points; this one has {len(self):,}")

    @classmethod
    def of(
        cls, lesson: Lesson, vary: Mapping[str, Iterable[Any]], *, seeds: int = 0, base: Any = None
    ) -> Plan:
        """The plan of a lesson's knobs, each with its values; ``base`` holds the other knobs."""
        axes = tuple(axis_of(lesson, name, values) for name, values in vary.items())
        return cls(lesson.name, axes, seeds, changed_knobs(lesson, base))

    @property
    def dimensions(self) -> dict[str, tuple[Any, ...]]:
        """Name -> values of every axis, that of the seeds last."""
        found = {axis.knob: axis.values for axis in self.axes}
        if self.seeds:
            first = self.base.get(SEED, _first_seed(self.lesson))
            found[SEED] = tuple(range(first, first + self.seeds))
        return found

    def __len__(self) -> int:
        return int(np.prod([len(axis.values) for axis in self.axes], dtype=float)) * (
            self.seeds or 1
        )

    def points(self) -> Iterator[dict[str, Any]]:
        """All knobs of every point, as JSON has them; the last axis changes fastest.

        Raises
        ------
        ValueError
            If a knob refuses a value.
        """
        lesson, dimensions = load(self.lesson), self.dimensions
        for values in itertools.product(*dimensions.values()):
            knobs: Any = make_knobs(
                lesson.knobs, {**self.base, **dict(zip(dimensions, values, strict=True))}
            )
            yield knobs_to_dict(knobs)

    def to_json(self) -> str:
        """The plan as text, from which :meth:`from_json` makes it again."""
        axes = {axis.knob: axis.values for axis in self.axes}
        told = {"lesson": self.lesson, "axes": axes, "seeds": self.seeds, "base": dict(self.base)}
        return json.dumps(told)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The plan in a text; ValueError if it is none."""
        told = json.loads(text)
        if not isinstance(told, dict) or set(told) != {"lesson", "axes", "seeds", "base"}:
            raise ValueError("it holds no plan of a sweep")
        lesson = load(told["lesson"])
        axes = tuple(axis_of(lesson, name, values) for name, values in told["axes"].items())
        return cls(lesson.name, axes, int(told["seeds"]), told["base"])


def changed_knobs(lesson: Lesson, knobs: Any = None) -> dict[str, Any]:
    """The knobs that are not at their default, as JSON has them."""
    values, defaults = (knobs_to_dict(lesson.knobs() if k is None else k) for k in (knobs, None))
    return {name: value for name, value in values.items() if value != defaults[name]}


def key_of(knobs: Mapping[str, Any]) -> str:
    """The name of a point: the same knobs have the same, whatever plan they are in."""
    return hashlib.sha256(json.dumps(knobs, sort_keys=True).encode()).hexdigest()[:32]
