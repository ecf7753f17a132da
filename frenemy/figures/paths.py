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


def moving(paths: Mapping[str, np.ndarray], until: int | None = None) -> list[Mark]:
    """Each path up to a state, and a dot at that state."""
    marks: list[Mark] = []
    for index, (label, path) in enumerate(paths.items()):
        look = series(index)
        seen = path[:until]
        head = seen[-1:]
        line = Line(seen[:, 0], seen[:, 1], label=label, name=f"path {index}", **look)
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
    paths: Mapping[str, np.ndarray], frames: int, steps: ArrayLike | None
) -> tuple[Frame, ...]:
    """The frames of an animation in which all paths grow."""
    if not paths:
        raise ValueError("animate needs trajectories that can grow; give at least one")
    if not 2 <= frames <= MOST_FRAMES:
        raise ValueError(f"frames must be from 2 to {MOST_FRAMES}; got {frames}")
    longest = max(len(path) for path in paths.values())
    counts = np.arange(longest) if steps is None else numbers(steps, "steps", dimensions=1)
    if len(counts) != longest:
        raise ValueError(f"steps must have one entry per state, {longest}; got {len(counts)}")
    lengths = np.unique(np.linspace(1, longest, frames).round().astype(int))
    return tuple(
        Frame(
            f"step {counts[length - 1]:,.10g}",
            {str(mark.name): mark for mark in moving(paths, int(length))},
        )
        for length in lengths
    )
