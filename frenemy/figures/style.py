"""Colours and sizes: one palette and a few styles, data that both renderers read.

Series colours are those of Okabe and Ito (2008), told apart by the colour-blind; colour scales are
viridis, cividis and a blue-red scale whose ends differ in hue that every kind of sight separates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypedDict

from frenemy.figures._checks import choice

SERIES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
"""Roles of the lines of a family, in order."""

DASHES = ("solid", "dash", "dot", "dashdot")
"""The ways a line may be broken."""

COLORMAPS = ("sequential", "alternative", "diverging", "gray")
"""Roles of colour scales; ``diverging`` is for values about zero."""

_LIGHT = {
    "first": "#0072B2",
    "second": "#D55E00",
    "third": "#009E73",
    "fourth": "#B8568F",
    "fifth": "#E69F00",
    "sixth": "#56B4E9",
    "seventh": "#7A6A00",
    "prediction": "#1A1A1A",
    "measurement": "#0072B2",
    "equilibrium": "#1A1A1A",
    "start": "#1A1A1A",
    "stable": "#009E73",
    "unstable": "#D55E00",
    "ink": "#1A1A1A",
    "muted": "#8C939C",
    "faint": "#E3E6EA",
    "background": "#FFFFFF",
}
_DARK = {
    "first": "#56B4E9",
    "second": "#FF8A3D",
    "third": "#2FCB9B",
    "fourth": "#E59AC6",
    "fifth": "#F2C14E",
    "sixth": "#8FA8FF",
    "seventh": "#F0E442",
    "prediction": "#F5F6F7",
    "measurement": "#56B4E9",
    "equilibrium": "#F5F6F7",
    "start": "#F5F6F7",
    "stable": "#2FCB9B",
    "unstable": "#FF8A3D",
    "ink": "#F5F6F7",
    "muted": "#838C98",
    "faint": "#2C333D",
    "background": "#12161C",
}
COLORS = tuple(_LIGHT)
"""The roles a mark's colour may name."""

_SCALES = {
    "sequential": "viridis",
    "alternative": "cividis",
    "diverging": "RdBu_r",
    "gray": "gray",
}


@dataclass(frozen=True)
class Style:
    """The sizes and colours of one kind of page.

    Attributes
    ----------
    page : width and height in inches of a figure with one panel, or of every figure if ``fixed``.
    fixed : whether the page keeps its size whatever the number of panels, as a slide does.
    wide : width in inches of a figure of several columns, where the page is not fixed.
    title, text, small : font sizes in points on paper: of titles; of labels and legends; of ticks
        and captions.
    screen_text : size of a label in pixels on the screen; the others follow in proportion.
    line, marker : width of a line and diameter of a point, both in points.
    dpi : pixels per inch of a PNG.
    gif_dpi : pixels per inch of a GIF.
    colors : colour role -> hex colour.
    colormaps : role of a colour scale -> its name in matplotlib.
    """

    page: tuple[float, float]
    fixed: bool
    wide: float
    title: float
    text: float
    small: float
    screen_text: float
    line: float
    marker: float
    dpi: int
    gif_dpi: int
    colors: Mapping[str, str] = field(repr=False)
    colormaps: Mapping[str, str] = field(default_factory=lambda: MappingProxyType(_SCALES))

    def color(self, role: str) -> str:
        """The hex colour of a role."""
        return self.colors[role]


def _slide(colors: Mapping[str, str]) -> Style:
    return Style(
        page=(40 / 3, 7.5),
        fixed=True,
        wide=40 / 3,
        title=26,
        text=22,
        small=18,
        screen_text=17,
        line=3.0,
        marker=11,
        dpi=144,
        gif_dpi=72,
        colors=MappingProxyType(dict(colors)),
    )


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "slide": _slide(_LIGHT),
        "paper": Style(
            page=(3.4, 2.6),
            fixed=False,
            wide=7.0,
            title=9,
            text=8,
            small=7,
            screen_text=14,
            line=1.2,
            marker=4.5,
            dpi=300,
            gif_dpi=200,
            colors=MappingProxyType(_LIGHT),
        ),
        "dark": _slide(_DARK),
    }
)


def find_style(style: str | Style) -> Style:
    """The style of that name, or the style itself; ValueError lists the names."""
    if isinstance(style, Style):
        return style
    return STYLES[choice(style, "style", STYLES)]


class Look(TypedDict):
    """Colour role and dash of a line."""

    color: str
    dash: str


def series(index: int) -> Look:
    """Colour and dash of line ``index`` of a family: ``Line(x, y, **series(2))``.

    The seven colours come first solid, then dashed, and so on: 28 different lines.
    """
    turn, place = divmod(index, len(SERIES))
    return {"color": SERIES[place], "dash": DASHES[turn % len(DASHES)]}
