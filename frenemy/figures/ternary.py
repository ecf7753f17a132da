"""Mixtures of three actions in a triangle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from frenemy.figures._checks import numbers
from frenemy.figures.figure import Axis, Figure, Panel
from frenemy.figures.marks import Line, Mark, Text
from frenemy.figures.paths import MOST_FRAMES, growing, moving, rest_points, starts_of
from frenemy.figures.shapes import Arrows

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
"""Where the pure actions stand in the plane."""
MARGIN = 0.12
ARROW = 0.05
"""Length of an arrow, the side of the triangle being one."""


def in_plane(shares: ArrayLike) -> np.ndarray:
    """Mixtures of three actions ``(..., 3)`` as points of the plane ``(..., 2)``."""
    return np.asarray(shares, dtype=float) @ CORNERS


def ternary_portrait(
    shares: ArrayLike,
    velocity: ArrayLike,
    *,
    trajectories: Mapping[str, ArrayLike] | None = None,
    resting: Sequence[tuple[ArrayLike, str]] = (),
    names: Sequence[str] = ("1", "2", "3"),
    animate: bool = False,
    steps: Mapping[str, ArrayLike] | None = None,
    title: str = "",
    caption: str = "",
) -> Figure:
    """A field on the simplex of three actions, with paths and rest points.

    Parameters
    ----------
    shares, velocity : where the arrows stand and where they point, shape ``(n, 3)`` each.
    trajectories : label -> path, shape ``(T, 3)``.
    resting : rest points, pairs of shares ``(3,)`` and one of the kinds of a phase portrait.
    names : of the three actions.
    animate : whether the paths grow; the figure at rest shows them whole.
    steps : label -> the step at which each state of that path was kept, shape ``(T,)``; None counts
        0, 1, 2, ….
    title, caption : texts, in which ``$…$`` is mathematics.

    Returns
    -------
    A figure of one panel.
    """
    at, push = numbers(shares, "shares", dimensions=2), numbers(velocity, "velocity", dimensions=2)
    if at.shape[1] != 3 or push.shape != at.shape:
        raise ValueError(
            f"shares and velocity must have shape (n, 3); got {at.shape} and {push.shape}"
        )
    places, arrows = in_plane(at), _of_one_length(in_plane(push))
    places = places - arrows / 2
    edge = CORNERS[[0, 1, 2, 0]]
    marks: list[Mark] = [
        Line(edge[:, 0], edge[:, 1], color="ink", width=0.8),
        Arrows(places[:, 0], places[:, 1], arrows[:, 0], arrows[:, 1], length="exact"),
    ]
    paths = {
        label: in_plane(numbers(path, f"trajectory {label!r}", dimensions=2))
        for label, path in (trajectories or {}).items()
    }
    marks += [*moving(paths), *starts_of(paths)]
    marks += rest_points([(*in_plane(shares).tolist(), kind) for shares, kind in resting])
    marks.append(
        Text(
            CORNERS[:, 0],
            CORNERS[:, 1] + np.array([-0.07, -0.07, 0.06]),
            [f"only {name}" for name in names],
        )
    )
    panel = Panel(
        marks,
        x=Axis(hidden=True, range=(-MARGIN, 1 + MARGIN)),
        y=Axis(hidden=True, range=(-MARGIN, CORNERS[2, 1] + MARGIN)),
        equal_aspect=True,
    )
    frames = growing(paths, MOST_FRAMES, steps) if animate and paths else ()
    return Figure([panel], title=title, caption=caption, frames=frames)


def _of_one_length(arrows: np.ndarray) -> np.ndarray:
    """Arrows ``(n, 2)`` of length ``ARROW``; those of length nothing stay."""
    lengths = np.linalg.norm(arrows, axis=1, keepdims=True)
    return np.where(lengths > 0, ARROW * arrows / np.where(lengths > 0, lengths, 1.0), 0.0)
