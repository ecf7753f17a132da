"""The phase portrait: where a game's field points, and where training goes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from frenemy.figures._checks import choice, numbers
from frenemy.figures.figure import Axis, Figure, Frame, Panel
from frenemy.figures.gridded import Contour
from frenemy.figures.marks import Line, Mark, Points
from frenemy.figures.shapes import Arrows
from frenemy.figures.style import series

KINDS: Mapping[str, tuple[str, str]] = {
    "stable": ("circle", "stable rest point"),
    "unstable": ("open-circle", "unstable rest point"),
    "saddle": ("open-diamond", "saddle"),
    "centre": ("half-circle", "centre"),
    "degenerate": ("square", "degenerate rest point"),
}
"""Kind of a rest point -> (symbol, words): filled attracts, open repels, half does neither."""

MOST_ARROWS = 21
MOST_FRAMES = 60


def phase_portrait(
    x: ArrayLike,
    y: ArrayLike,
    u: ArrayLike,
    v: ArrayLike,
    *,
    trajectories: Mapping[str, ArrayLike] | None = None,
    equilibria: Sequence[tuple[float, float, str]] = (),
    nullclines: bool = False,
    animate: bool = False,
    frames: int = MOST_FRAMES,
    steps: ArrayLike | None = None,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    x_label: str = "$x$",
    y_label: str = "$y$",
    title: str = "",
    caption: str = "",
    equal_aspect: bool = True,
) -> Figure:
    r"""Arrows of a planar field with paths, equilibria and nullclines over them.

    Parameters
    ----------
    x, y : the grid of the field, ascending, shapes ``(m,)`` and ``(n,)``. A finer one makes
        smoother nullclines; arrows stand on at most ``MOST_ARROWS`` of its lines each way.
    u, v : the direction of motion there (for a game, :math:`-F`), shape ``(n, m)`` each.
    trajectories : label -> path, shape ``(T, 2)``; NaN leaves a gap. Each may have its own T.
    equilibria : triples (x, y, kind), where kind is one of ``KINDS``.
    nullclines : whether the curves u = 0 and v = 0 are drawn.
    animate : whether the paths grow; the figure at rest shows them whole.
    frames : how many frames at most, from 2 to 60.
    steps : the step at which each state of the longest path was kept, shape ``(T,)``; None counts
        0, 1, 2, ….
    x_range, y_range : what is shown; None shows the grid and half a cell
        around it.
    x_label, y_label, title, caption : texts, in which ``$…$`` is mathematics.
    equal_aspect : whether both axes have the same unit, so that circles are round.

    Returns
    -------
    A figure of one panel.
    """
    x, y = numbers(x, "x", dimensions=1), numbers(y, "y", dimensions=1)
    u, v = numbers(u, "u", dimensions=2), numbers(v, "v", dimensions=2)
    if u.shape != (len(y), len(x)) or v.shape != u.shape:
        raise ValueError(
            f"u and v must have shape (len(y), len(x)) = {(len(y), len(x))}; "
            f"got {u.shape} and {v.shape}"
        )
    paths = {label: _path(path, label) for label, path in (trajectories or {}).items()}
    marks: list[Mark] = [_arrows(x, y, u, v)]
    if nullclines:
        marks += _nullclines(x, y, u, v, x_label, y_label)
    marks += _moving(paths)
    marks += _starts(paths)
    marks += _equilibria(equilibria)
    panel = Panel(
        marks,
        x=Axis(x_label, range=x_range or _beyond(x)),
        y=Axis(y_label, range=y_range or _beyond(y)),
        equal_aspect=equal_aspect,
    )
    moments = _growing(paths, frames, steps) if animate else ()
    return Figure([panel], title=title, caption=caption, frames=moments)


def _beyond(grid: np.ndarray) -> tuple[float, float]:
    """From half a cell before the grid to half a cell after it, so that no arrow is cut."""
    half = (grid[-1] - grid[0]) / (2 * max(len(grid) - 1, 1)) or 0.5
    return float(grid[0] - half), float(grid[-1] + half)


def _path(path: ArrayLike, label: str) -> np.ndarray:
    states = numbers(path, f"trajectory {label!r}", dimensions=2)
    if len(states) == 0 or states.shape[1] != 2:
        raise ValueError(
            f"trajectory {label!r} must have shape (T, 2) with T at least 1; got {states.shape}"
        )
    return states


def _moving(paths: Mapping[str, np.ndarray], until: int | None = None) -> list[Mark]:
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


def _starts(paths: Mapping[str, np.ndarray]) -> list[Mark]:
    if not paths:
        return []
    starts = np.unique([path[0] for path in paths.values()], axis=0)
    return [Points(starts[:, 0], starts[:, 1], label="start", color="start", symbol="cross")]


def _equilibria(equilibria: Sequence[tuple[float, float, str]]) -> list[Mark]:
    marks: list[Mark] = []
    for kind in dict.fromkeys(kind for _, _, kind in equilibria):
        symbol, words = KINDS[choice(kind, "kind of equilibrium", KINDS)]
        at = np.array([(a, b) for a, b, this in equilibria if this == kind], dtype=float)
        marks.append(
            Points(at[:, 0], at[:, 1], label=words, color="equilibrium", symbol=symbol, size=1.2)
        )
    return marks


def _arrows(x: np.ndarray, y: np.ndarray, u: np.ndarray, v: np.ndarray) -> Arrows:
    columns, rows = (
        np.linspace(0, len(side) - 1, min(len(side), MOST_ARROWS)).round().astype(int)
        for side in (x, y)
    )
    across, up = np.meshgrid(x[columns], y[rows])
    some = np.ix_(rows, columns)
    return Arrows(across, up, u[some], v[some])


def _nullclines(
    x: np.ndarray, y: np.ndarray, u: np.ndarray, v: np.ndarray, x_label: str, y_label: str
) -> list[Mark]:
    def curve(values: np.ndarray, label: str, dash: str) -> Mark:
        formula = re.search(r"\$[^$]+\$", label)
        words = f"{formula[0] if formula else label} stands still"
        return Contour(x, y, values, levels=(0.0,), color="ink", dash=dash, width=0.7, label=words)

    return [curve(u, x_label, "dash"), curve(v, y_label, "dot")]


def _growing(
    paths: Mapping[str, np.ndarray], frames: int, steps: ArrayLike | None
) -> tuple[Frame, ...]:
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
            {str(mark.name): mark for mark in _moving(paths, int(length))},
        )
        for length in lengths
    )
