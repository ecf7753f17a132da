"""A figure as a value: panels that hold marks, axes that say how to read them, frames that move."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from frenemy.figures._checks import choice, interval, positive
from frenemy.figures.labels import check_label
from frenemy.figures.marks import Mark

SCALES = ("linear", "log", "symlog")
"""How an axis is spaced; ``symlog`` is linear near 0 and logarithmic on both sides."""


@dataclass(frozen=True)
class Axis:
    """One axis of a panel.

    Attributes
    ----------
    label : what is measured, with its unit; ``$…$`` is mathematics.
    scale : one of ``SCALES``.
    range : first and last value shown, the larger first to turn the axis round; None fits the marks
        of all frames.
    ticks : pairs (value, text) to write instead of numbers, or None.
    hidden : whether the axis, its ticks and its grid are left out, as around images.
    linear_below : with ``symlog``, the magnitude below which the axis is linear.
    """

    label: str = ""
    scale: str = "linear"
    range: tuple[float, float] | None = None
    ticks: Sequence[tuple[float, str]] | None = None
    hidden: bool = False
    linear_below: float = 1.0

    def __post_init__(self) -> None:
        check_label(self.label, "label")
        choice(self.scale, "scale", SCALES)
        positive(self.linear_below, "linear_below")
        if self.range is not None:
            ends = interval(self.range, "range")
            if self.scale == "log" and min(ends) <= 0:
                raise ValueError(
                    f"range of a logarithmic axis must be above 0; got {ends}. "
                    "Use scale='symlog' to include 0"
                )
            object.__setattr__(self, "range", ends)
        if self.ticks is not None:
            ticks = tuple((float(value), text) for value, text in self.ticks)
            for _, text in ticks:
                check_label(text, "ticks")
            object.__setattr__(self, "ticks", ticks)

    @classmethod
    def of_categories(cls, names: Sequence[str], label: str = "") -> Axis:
        """An axis whose places 0, 1, 2, … bear names, for bars and tables of colours."""
        return cls(label, ticks=tuple(enumerate(names)), range=(-0.5, len(names) - 0.5))


@dataclass(frozen=True)
class Panel:
    """One picture: marks in the order in which they are drawn, and their axes.

    Attributes
    ----------
    marks : drawn one over the other, the last on top.
    x, y : the axes. z : the third axis where marks stand in space, else None.
    title : above the panel.
    equal_aspect : whether a unit of x is as long as a unit of y.
    legend : whether labelled marks are listed.
    """

    marks: Sequence[Mark]
    x: Axis = field(default_factory=Axis)
    y: Axis = field(default_factory=Axis)
    z: Axis | None = None
    title: str = ""
    equal_aspect: bool = False
    legend: bool = True

    def __post_init__(self) -> None:
        marks = (self.marks,) if isinstance(self.marks, Mark) else tuple(self.marks)
        for mark in marks:
            if not isinstance(mark, Mark):
                raise ValueError(f"marks must hold marks; got {mark!r:.80}")
            if mark.is_3d != (self.z is not None):
                raise ValueError(
                    f"{type(mark).__name__} {'needs a' if mark.is_3d else 'cannot stand in a'} "
                    "panel with a z axis; marks in space are Surface, and Line and Points with z"
                )
        if self.z is not None and {self.x.scale, self.y.scale, self.z.scale} != {"linear"}:
            raise ValueError(
                "axes in space must be linear; draw the logarithm of the values instead"
            )
        check_label(self.title, "title")
        object.__setattr__(self, "marks", marks)

    @property
    def is_3d(self) -> bool:
        """Whether the panel shows marks in space."""
        return self.z is not None

    @property
    def listed(self) -> tuple[Mark, ...]:
        """The marks of the legend: the labelled ones, each label once."""
        if not self.legend:
            return ()
        first = {mark.label: mark for mark in reversed(self.marks) if mark.label}
        return tuple(mark for mark in self.marks if first.get(mark.label or "") is mark)


@dataclass(frozen=True)
class Frame:
    """One moment of an animation: marks that take the place of those with the same names."""

    label: str
    marks: Mapping[str, Mark]

    def __post_init__(self) -> None:
        check_label(self.label, "label")
        object.__setattr__(self, "marks", dict(self.marks))


@dataclass(frozen=True)
class Figure:
    """A figure: what to draw, whoever draws it.

    Attributes
    ----------
    panels : row by row.
    title : above all panels.
    columns : panels in a row; None puts up to three side by side.
    frames : of the animation, in order; none for a still. Where a picture must stand still, on
        paper, the panels themselves are drawn: give them the final state.
    frame_seconds : how long a frame is shown, in seconds.
    caption : a sentence under the figure.
    """

    panels: Sequence[Panel]
    title: str = ""
    columns: int | None = None
    frames: Sequence[Frame] = ()
    frame_seconds: float = 0.1
    caption: str = ""

    def __post_init__(self) -> None:
        panels = (self.panels,) if isinstance(self.panels, Panel) else tuple(self.panels)
        if not panels:
            raise ValueError("a figure needs at least one panel; got none")
        columns = min(len(panels), 3) if self.columns is None else self.columns
        columns = min(int(positive(columns, "columns")), len(panels))
        positive(self.frame_seconds, "frame_seconds")
        check_label(self.title, "title")
        check_label(self.caption, "caption")
        for name, value in (("panels", panels), ("columns", columns)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "frames", tuple(self.frames))
        self._check_names()

    @property
    def rows(self) -> int:
        """How many rows of panels there are."""
        return math.ceil(len(self.panels) / (self.columns or 1))

    def named(self) -> Iterator[tuple[int, str, Mark]]:
        """Each mark that has a name, as (index of its panel, name, mark)."""
        for index, panel in enumerate(self.panels):
            for mark in panel.marks:
                if mark.name is not None:
                    yield index, mark.name, mark

    def at_frame(self, index: int) -> Figure:
        """The still figure that frame ``index`` shows; negative counts from the end."""
        frame = self.frames[index]
        panels = [
            replace(panel, marks=[frame.marks.get(mark.name or "", mark) for mark in panel.marks])
            for panel in self.panels
        ]
        return replace(self, panels=panels, frames=())

    def _check_names(self) -> None:
        marks: dict[str, Mark] = {}
        for _, name, mark in self.named():
            if name in marks:
                raise ValueError(f"two marks are named {name!r}; names must be unique in a figure")
            marks[name] = mark
        for frame in self.frames:
            for name, mark in frame.marks.items():
                choice(name, f"a name in frame {frame.label!r}", marks)
                if type(mark) is not type(marks[name]) or mark.is_3d != marks[name].is_3d:
                    raise ValueError(
                        f"frame {frame.label!r} replaces {name!r}, a {type(marks[name]).__name__}, "
                        f"by a {type(mark).__name__}; a frame must keep the type of a mark"
                    )

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        import io

        from frenemy.figures.paper import to_matplotlib

        data = io.BytesIO()
        to_matplotlib(self).savefig(data, format="png", dpi=72)
        return data.getvalue()
