"""The phase portrait: where a game's field points, and where training goes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from frenemy.figures._checks import numbers
from frenemy.figures.figure import Axis, Figure, Panel
from frenemy.figures.gridded import Contour
from frenemy.figures.marks import Mark
from frenemy.figures.paths import MOST_FRAMES, growing, moving, rest_points, starts_of
from frenemy.figures.shapes import Arrows

MOST_ARROWS = 21


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
    steps: Mapping[str, ArrayLike] | None = None,
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
    equilibria : triples (x, y, kind), where kind is one of ``paths.KINDS``.
    nullclines : whether the curves u = 0 and v = 0 are drawn.
    animate : whether the paths grow; the figure at rest shows them whole.
    frames : how many frames at most, from 2 to 60.
    steps : label -> the step at which each state of that path was kept, shape ``(T,)``, so that
        all are seen at the same moment; None counts 0, 1, 2, ….
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
    marks += moving(paths)
    marks += starts_of(paths)
    marks += rest_points(equilibria)
    panel = Panel(
        marks,
        x=Axis(x_label, range=x_range or _beyond(x)),
        y=Axis(y_label, range=y_range or _beyond(y)),
        equal_aspect=equal_aspect,
    )
    moments = growing(paths, frames, steps) if animate else ()
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
