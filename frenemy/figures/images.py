"""Grids of images, one panel for each moment of training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from frenemy.figures._checks import numbers
from frenemy.figures.figure import Axis, Figure, Panel
from frenemy.figures.gridded import Images


def image_grid(
    pixels: ArrayLike,
    labels: Sequence[str],
    *,
    columns: int | None = None,
    panel_columns: int | None = None,
    limits: tuple[float, float] | None = None,
    title: str = "",
    caption: str = "",
) -> Figure:
    """Images side by side: samples from the same noise at several iterations, say.

    Parameters
    ----------
    pixels : shape ``(k, n, h, w)``: k moments of n images of h by w grey pixels.
    labels : the title of each moment, k of them: "iteration 0", "iteration 500", ….
    columns : images in a row of one panel; None makes panels nearly square.
    panel_columns : panels in a row; None puts up to four side by side.
    limits : pixel values of black and white, the same for all; None takes them from all pixels.
    title, caption : texts, in which ``$…$`` is mathematics.

    Returns
    -------
    A figure of k panels.
    """
    stacks = numbers(pixels, "pixels", dimensions=4)
    if stacks.size == 0:
        raise ValueError(f"pixels must hold at least one image; got shape {stacks.shape}")
    if len(labels) != len(stacks):
        raise ValueError(f"labels must have one entry per moment, {len(stacks)}; got {len(labels)}")
    if limits is None:
        low, high = float(np.nanmin(stacks)), float(np.nanmax(stacks))
        limits = (low, high) if low < high else (low - 0.5, low + 0.5)
    hidden = Axis(hidden=True)
    panels = [
        Panel(
            [Images(stack, columns=columns, limits=limits)],
            x=hidden,
            y=hidden,
            title=label,
            equal_aspect=True,
        )
        for stack, label in zip(stacks, labels, strict=True)
    ]
    across = min(len(panels), 4) if panel_columns is None else panel_columns
    return Figure(panels, title=title, columns=across, caption=caption)
