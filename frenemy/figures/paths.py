"""What portraits share: paths that grow, their starts, and rest points by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from frenemy.figures._checks import choice, numbers
from frenemy.figures.figure import Frame
from frenemy.figures.marks import Line, Mark, Points
from frenemy.figures.style import series

KINDS: Mapping[str, tuple[str, str]] = {
    "stable": ("circle", "stable rest point"),
    "unstable": ("open-circle", "unstable rest point"),
    "saddle": ("open-diamond", "saddle"),
    "centre": ("half-circle", "centre"),
    "degenerate": ("square", "degenerate rest point"),
}
"""Kind of a rest point -> (symbol, words): filled attracts, open repels, half does neither."""

MOST_FRAMES = 60


def moving(paths: Mapping[str, np.ndarray]) -> list[Mark]:
    """Each path, and a dot where it ends."""
    marks: list[Mark] = []
    for index, (label, path) in enumerate(paths.items()):
        look = series(index)
        head = path[-1:]
        line = Line(path[:, 0], path[:, 1], label=label, name=f"path {index}", **look)
        dot = Points(head[:, 0], head[:, 1], color=look["color"], name=f"head {index}", size=0.8)
        marks += [line, dot]
    return marks


def starts_of(paths: Mapping[str, np.ndarray]) -> list[Mark]:
    """A cross where the paths begin."""
    if not paths:
        return []
    starts = np.unique([path[0] for path in paths.values()], axis=0)
    return [Points(starts[:, 0], starts[:, 1], label="start", color="start", symbol="cross")]


def rest_points(equilibria: Sequence[tuple[float, float, str]]) -> list[Mark]:
    """Rest points (x, y, kind), a symbol for each kind."""
    marks: list[Mark] = []
    for kind in dict.fromkeys(kind for _, _, kind in equilibria):
        symbol, words = KINDS[choice(kind, "kind of equilibrium", KINDS)]
        at = np.array([(a, b) for a, b, this in equilibria if this == kind], dtype=float)
        marks.append(
            Points(at[:, 0], at[:, 1], label=words, color="equilibrium", symbol=symbol, size=1.2)
        )
    return marks


def growing(
    paths: Mapping[str, np.ndarray], frames: int, steps: Mapping[str, ArrayLike] | None
) -> tuple[Frame, ...]:
    """The frames of an animation in which all paths grow, each as far as it is at that step.

    ``steps`` says of each path at which step its states were kept; None counts 0, 1, 2, ….
    """
    if not paths:
        raise ValueError("animate needs trajectories that can grow; give at least one")
    if not 2 <= frames <= MOST_FRAMES:
        raise ValueError(f"frames must be from 2 to {MOST_FRAMES}; got {frames}")
    kept = {label: _kept(label, len(path), steps) for label, path in paths.items()}
    longest = max(kept.values(), key=lambda own: own[-1])
    places = np.unique(np.linspace(0, len(longest) - 1, frames).round().astype(int))
    return tuple(_frame(paths, kept, float(moment)) for moment in longest[places])


def _kept(label: str, many: int, steps: Mapping[str, ArrayLike] | None) -> np.ndarray:
    """The step of each state of a path."""
    if steps is None:
        return np.arange(many)
    own = numbers(steps.get(label, ()), f"steps of {label!r}", dimensions=1)
    if len(own) != many or (np.diff(own) < 0).any():
        raise ValueError(
            f"steps of {label!r} must ascend, one for each of its {many} states; got {len(own)}"
        )
    return own


def _frame(paths: Mapping[str, np.ndarray], kept: Mapping[str, np.ndarray], moment: float) -> Frame:
    """All paths at a step."""
    seen = {
        label: path[: max(1, int(np.searchsorted(kept[label], moment, side="right")))]
        for label, path in paths.items()
    }
    told = f"{moment:,.0f}" if moment == round(moment) else f"{moment:,.1f}"
    return Frame(f"step {told}", {str(mark.name): mark for mark in moving(seen)})
