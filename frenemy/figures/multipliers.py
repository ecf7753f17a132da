"""Multipliers of training rules in the complex plane, judged by the unit circle."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from frenemy.figures.figure import Axis, Figure, Panel
from frenemy.figures.marks import Mark, Points, Text
from frenemy.figures.shapes import Circle, HorizontalLine, VerticalLine
from frenemy.figures.style import series

_SHAPES = ("circle", "square", "diamond", "triangle", "star")


def multipliers(
    spectra: Mapping[str, ArrayLike],
    *,
    close_up: bool = False,
    title: str = "",
    caption: str = "",
) -> Figure:
    r"""The eigenvalues of each rule's iteration matrix, all of them, conjugates included.

    Inside the unit circle a rule converges, outside it diverges, and on it linear theory is silent.

    Parameters
    ----------
    spectra : label of a rule -> its multipliers, complex or real, shape ``(d,)``.
    close_up : whether a second panel enlarges the multipliers near the unit circle whose imaginary
        part is not negative.
    title, caption : texts, in which ``$…$`` is mathematics.

    Returns
    -------
    A figure of one panel, or of two with ``close_up``.
    """
    if not spectra:
        raise ValueError("spectra must hold the multipliers of at least one rule; got none")
    values = {label: _spectrum(value, label) for label, value in spectra.items()}
    together = np.concatenate(list(values.values()))
    end = 1.12 * max(1.1, np.abs(together.real).max(), np.abs(together.imag).max())
    points: list[Mark] = [
        Points(
            value.real,
            value.imag,
            label=label,
            color=series(index)["color"],
            symbol=_SHAPES[index % len(_SHAPES)],
        )
        for index, (label, value) in enumerate(values.items())
    ]
    panels = [_plane(points, (-end, end), (-end, end), _words(together, end))]
    if close_up:
        panels.append(_plane(points, *_window(together), [], title="close up"))
    return Figure(panels, title=title, caption=caption)


def _spectrum(value: ArrayLike, label: str) -> np.ndarray:
    spectrum = np.array(value, dtype=complex)
    if spectrum.ndim != 1 or spectrum.size == 0:
        raise ValueError(
            f"multipliers of {label!r} must have shape (d,), d at least 1; got {spectrum.shape}"
        )
    if not np.isfinite(spectrum).all():
        raise ValueError(f"multipliers of {label!r} must be finite; got {value!r:.80}")
    return spectrum


def _plane(
    points: list[Mark],
    across: tuple[float, float],
    up: tuple[float, float],
    words: list[Mark],
    title: str = "",
) -> Panel:
    back: list[Mark] = [
        Circle(0, 0, 1, label=r"$|\lambda| = 1$", fill="stable", width=0.8),
        HorizontalLine(0, width=0.4),
        VerticalLine(0, width=0.4),
    ]
    return Panel(
        back + words + points,
        x=Axis(r"$\mathrm{Re}\,\lambda$", range=across),
        y=Axis(r"$\mathrm{Im}\,\lambda$", range=up),
        title=title,
        equal_aspect=True,
    )


def _words(together: np.ndarray, end: float) -> list[Mark]:
    """What lies inside and what outside, each written where it is farthest from all multipliers."""
    corners = np.array([-1 + 1j, -1 - 1j, 1 + 1j, 1 - 1j])
    marks: list[Mark] = []
    for text, role, places in (
        ("converges", "stable", corners * (0.45 + 0.0j)),
        ("diverges", "unstable", corners.real * 0.74 * end + 0.94j * corners.imag * end),
    ):
        room = np.abs(places[:, None] - together[None, :]).min(axis=1).round(6)
        best = places[int(room.argmax())]
        marks.append(Text(best.real, best.imag, text, color=role, size=0.85))
    return marks


def _window(together: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """A square around the multipliers that the unit circle decides about, upper half only."""
    upper = together[together.imag >= 0] if np.any(together.imag >= 0) else together
    near = upper[np.abs(np.abs(upper) - 1) < 0.25]
    seen = near if near.size else upper
    middle_x = (seen.real.min() + seen.real.max()) / 2
    middle_y = (seen.imag.min() + seen.imag.max()) / 2
    half = 0.75 * max(np.ptp(seen.real), np.ptp(seen.imag), 0.04)
    return (middle_x - half, middle_x + half), (middle_y - half, middle_y + half)
