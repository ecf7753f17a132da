"""How matplotlib dresses the axes of a panel: labels, ticks, spines, grid, colour scale."""

from __future__ import annotations

from typing import Any

from frenemy.figures.figure import Axis, Panel
from frenemy.figures.gridded import HeatMap, Images
from frenemy.figures.scales import log_ticks
from frenemy.figures.shapes import Arrows
from frenemy.figures.style import Style

VIEW = (28, -55)
"""Height and turn of the eye before a panel in space, in degrees."""
ZOOM = {True: 0.88, False: 0.78}
"""Whether it is alone in its row -> how large its box is; labels stand outside it, where no layout
measures them."""
ABOVE_Z = (0.99, 0.83)
"""Where the label of the height stands, in shares of the panel."""
MOST_TICKS, CORNER = 4, 0.08
"""Of an axis in space: no more steps between ticks, and none nearer to the corner in front, where
two axes meet, than this share of the range."""


def dress(axes: Any, panel: Panel, ranges: Any, style: Style, alone: bool = True) -> None:
    """Labels, ticks, spines and grid of one panel, which may be ``alone`` in its row."""
    ink, muted = style.color("ink"), style.color("muted")
    axes.set_facecolor(style.color("background"))
    axes.set_title(panel.title, fontsize=style.text, color=ink, pad=0.4 * style.text)
    for axis, where, ends in zip((panel.x, panel.y), "xy", ranges, strict=True):
        _dress_axis(axes, axis, where, ends, style)
    if panel.z is not None:
        _dress_axis(axes, panel.z, "z", panel.z.range, style)
        axes.set_box_aspect((1, 1, 0.7), zoom=ZOOM[alone])
        axes.view_init(*VIEW)
        # The paths on a surface lie on it: drawn in order, not hidden by patches nearer the eye.
        axes.computed_zorder = False
        return
    for side, spine in axes.spines.items():
        hidden = panel.x.hidden if side in ("top", "bottom") else panel.y.hidden
        spine.set_visible(not hidden and side in ("left", "bottom"))
        spine.set_color(muted)
        spine.set_linewidth(0.35 * style.line)
    if panel.equal_aspect:
        axes.set_aspect("equal")
    if not any(isinstance(mark, Arrows | HeatMap | Images) for mark in panel.marks):
        axes.grid(True, color=style.color("faint"), linewidth=0.35 * style.line)
    axes.set_axisbelow(True)


def _dress_axis(axes: Any, axis: Axis, where: str, ends: Any, style: Style) -> None:
    ink = style.color("ink")
    pad = (0.2 if axes.name != "3d" else 0.9) * style.text
    look = {"fontsize": style.text, "color": ink}
    if where == "z":
        # Beside the axis it would stand outside the page, and on the numbers where these are wide.
        axes.text2D(*ABOVE_Z, axis.label, transform=axes.transAxes, ha="right", va="bottom", **look)
    else:
        getattr(axes, f"set_{where}label")(axis.label, labelpad=pad, **look)
    if axis.scale == "symlog":
        getattr(axes, f"set_{where}scale")("symlog", linthresh=axis.linear_below)
    elif axis.scale == "log":
        getattr(axes, f"set_{where}scale")("log")
    ticks = getattr(axes, f"{where}axis")
    axes.tick_params(
        axis=where,
        which="both",
        labelsize=style.small,
        labelcolor=ink,
        color=style.color("muted"),
        width=0.35 * style.line,
        length=0.25 * style.small,
    )
    if where == "z":
        axes.tick_params(axis="z", pad=0.3 * style.text)
    if axis.hidden:
        ticks.set_visible(False)
    elif axis.ticks is not None:
        values = [value for value, _ in axis.ticks]
        ticks.set_ticks(values, [text for _, text in axis.ticks], minor=False)
    elif axis.scale == "log":
        _log_ticks(ticks, ends)
    elif axes.name == "3d":
        _ticks_in_space(ticks, where, ends)
    if where == "z" and ends is not None:
        axes.set_zlim(*ends)
    if axes.name == "3d":
        ticks.set_pane_color(style.color("background"))
        ticks.line.set_color(style.color("muted"))
        ticks._axinfo["grid"] |= {"color": style.color("faint"), "linewidth": 0.35 * style.line}


def _ticks_in_space(ticks: Any, where: str, ends: tuple[float, float] | None) -> None:
    """Few ticks, and none where the numbers of two axes would lie on each other."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    locator = MaxNLocator(MOST_TICKS, steps=[1, 2, 5, 10])
    if where == "z" or ends is None:
        ticks.set_major_locator(locator)
        return
    low, high = ends
    gap = CORNER * (high - low)
    near, far = (low, high - gap) if where == "x" else (low + gap, high)
    values = locator.tick_values(low, high)
    ticks.set_major_locator(FixedLocator([v for v in values if near <= v <= far]))


def _log_ticks(ticks: Any, ends: tuple[float, float]) -> None:
    from matplotlib.ticker import NullFormatter, NullLocator

    values = log_ticks(ends)
    if values is not None:
        ticks.set_ticks(values, [f"{value:.4g}" for value in values])
        ticks.set_minor_locator(NullLocator())
    ticks.set_minor_formatter(NullFormatter())


def add_scale(page: Any, axes: Any, mark: HeatMap, cells: Any, style: Style) -> None:
    """Put the colour scale of a heat map beside its axes."""
    scale = page.colorbar(cells, ax=axes, pad=0.02, aspect=25)
    scale.set_label(
        mark.scale, fontsize=style.text, color=style.color("ink"), labelpad=0.5 * style.text
    )
    scale.ax.tick_params(labelsize=style.small, labelcolor=style.color("ink"), length=0)
    scale.outline.set_visible(False)
