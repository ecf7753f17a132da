"""How far from the equilibrium, step by step, with the slope that theory predicts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from frenemy.figures._checks import numbers, positive
from frenemy.figures.figure import Axis, Figure, Panel
from frenemy.figures.marks import Line, Mark
from frenemy.figures.style import series


def distance_to_equilibrium(
    measured: Mapping[str, ArrayLike],
    *,
    steps: ArrayLike | None = None,
    predicted: Mapping[str, float] | None = None,
    x_label: str = "step",
    y_label: str = r"distance $\|z - z^\ast\|$",
    title: str = "",
    caption: str = "",
) -> Figure:
    r"""Measured distances on a logarithmic axis, each beside the slope predicted for it.

    A rule with spectral radius :math:`\rho` multiplies the distance by :math:`\rho` a step: a
    straight line here. It is drawn through the first measured distance, so that a transient shows
    as a shift between parallel lines and a wrong rate as an angle.

    Parameters
    ----------
    measured : label of a rule -> distance, shape ``(T,)``. What is not above 0 or is not finite
        leaves a gap. Each may have its own T.
    steps : the steps at which distances were measured, shape ``(T,)`` for the longest; None counts
        0, 1, 2, ….
    predicted : label of a rule -> factor per step, above 0; rules may be left out.
    x_label, y_label, title, caption : texts, in which ``$…$`` is mathematics.

    Returns
    -------
    A figure of one panel.
    """
    if not measured:
        raise ValueError("measured must hold at least one line of distances; got none")
    lines = {
        label: numbers(distance, f"distance of {label!r}", dimensions=1)
        for label, distance in measured.items()
    }
    longest = max(len(distance) for distance in lines.values())
    counts = np.arange(longest) if steps is None else numbers(steps, "steps", dimensions=1)
    if len(counts) < longest:
        raise ValueError(f"steps must have one entry per distance, {longest}; got {len(counts)}")
    marks: list[Mark] = [
        Line(counts[: len(distance)], distance, label=label, width=1.5, **series(index))
        for index, (label, distance) in enumerate(lines.items())
    ]
    marks += _slopes(counts, lines, predicted or {})
    panel = Panel(marks, x=Axis(x_label), y=Axis(y_label, scale="log"))
    return Figure([panel], title=title, caption=caption)


def _slopes(
    counts: np.ndarray, lines: Mapping[str, np.ndarray], predicted: Mapping[str, float]
) -> list[Mark]:
    marks: list[Mark] = []
    for label, factor in predicted.items():
        if label not in lines:
            raise ValueError(
                f"predicted names {label!r}, which is not measured; "
                f"measured are {', '.join(map(repr, lines))}"
            )
        rate = np.log(positive(factor, f"predicted factor of {label!r}"))
        distance = lines[label]
        steps = counts[: len(distance)]
        known = np.flatnonzero(np.isfinite(distance) & (distance > 0))
        if known.size == 0:
            continue
        first, last = known[0], known[-1]
        ends = np.array([steps[first], steps[last]])
        heights = distance[first] * np.exp(rate * (ends - ends[0]))
        marks.append(
            Line(ends, heights, label="predicted slope", color="prediction", dash="dash", width=0.7)
        )
    return marks
