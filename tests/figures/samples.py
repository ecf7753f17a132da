"""One mark of every kind, and figures that use them, for the tests of both renderers."""

from __future__ import annotations

import numpy as np

from frenemy.figures import (
    Arrows,
    Axis,
    Band,
    Bars,
    Circle,
    Contour,
    Figure,
    HeatMap,
    HorizontalLine,
    Images,
    Line,
    Mark,
    Panel,
    Points,
    Recipe,
    Surface,
    Text,
    VerticalLine,
    phase_portrait,
)

GRID = np.linspace(-2.0, 2.0, 9)
ACROSS, UP = np.meshgrid(GRID, GRID)
BOWL = ACROSS**2 + UP**2
RECIPE = Recipe("rotation", "portrait", {"lr": 0.1, "seed": 7}, "slide", {"numpy": "2.4"})

MARKS: dict[type[Mark], Mark] = {
    type(mark): mark
    for mark in (
        Line([0, 1, 2], [0, np.nan, 1], label="line"),
        Points([0, 1], [1, 0], label="points"),
        Band([0, 1, 2, 3], [0, 0, np.nan, 0], [1, 2, 3, 2], label="band"),
        Bars([0, 1], [2, 3], errors=[0.1, 0.2], label="bars"),
        Arrows(ACROSS, UP, UP, -ACROSS, label="arrows"),
        Text([0, 1], [1, 0], ["a", "$b^2$"]),
        Circle(0, 0, 1, fill="stable", label=r"$|\lambda| = 1$"),
        HorizontalLine(0.5, label="level"),
        VerticalLine(0.5, label="switch"),
        HeatMap(GRID, GRID, BOWL, scale="height, m"),
        Contour(GRID, GRID, BOWL, levels=3, label="contour"),
        Surface(GRID, GRID, BOWL),
        Images(np.arange(3 * 4 * 5).reshape(3, 4, 5), titles=("a", "b", "c")),
    )
}


def figure_of(mark: Mark, **panel: object) -> Figure:
    """A figure that shows one mark."""
    z = Axis("$z$") if mark.is_3d else None
    return Figure([Panel([mark], Axis("$x$, m"), Axis("$y$, m"), z, **panel)], title="Sample")


def spiral(growth: float = 1.01, steps: int = 40) -> np.ndarray:
    """A path of shape (steps, 2) around the origin."""
    count = np.arange(steps)[:, None]
    return growth**count * np.concatenate([np.cos(0.2 * count), np.sin(0.2 * count)], axis=1)


def portrait(**options: object) -> Figure:
    """A phase portrait of xy with two paths and its centre."""
    paths = {"outwards": spiral(1.01), "inwards": spiral(0.98)}
    return phase_portrait(
        GRID,
        GRID,
        UP,
        -ACROSS,
        trajectories=paths,
        equilibria=[(0.0, 0.0, "centre")],
        title="The game $f(x, y) = xy$",
        **options,
    )
