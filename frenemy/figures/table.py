"""Words and numbers in rows and columns, tinted by a verdict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from frenemy.figures._checks import numbers
from frenemy.figures.figure import Axis, Figure, Panel
from frenemy.figures.gridded import HeatMap

TINT = 2.6
"""How far the ends of the colour scale are from a full verdict: pale enough to read on."""


def table(
    rows: Sequence[str],
    columns: Sequence[str],
    texts: Sequence[Sequence[str]],
    verdicts: ArrayLike,
    *,
    title: str = "",
    caption: str = "",
) -> Figure:
    """A table whose cells are blue for good, orange or red for bad, and pale for neither.

    Parameters
    ----------
    rows, columns : their names, m and n of them; the first row stands on top.
    texts : m rows of n short texts.
    verdicts : from -1 (bad) to 1 (good), shape ``(m, n)``.
    title, caption : texts, in which ``$…$`` is mathematics.

    Returns
    -------
    A figure of one panel.
    """
    if not rows or not columns:
        raise ValueError("a table needs at least one row and one column")
    good = numbers(verdicts, "verdicts", dimensions=2)
    cells = HeatMap(
        np.arange(len(columns), dtype=float),
        np.arange(len(rows), dtype=float),
        -good[::-1],
        show_scale=False,
        colormap="diverging",
        limits=(-TINT, TINT),
        texts=[list(line) for line in texts[::-1]],
    )
    panel = Panel([cells], x=Axis.of_categories(columns), y=Axis.of_categories(rows[::-1]))
    return Figure([panel], title=title, caption=caption)
