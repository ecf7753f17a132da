"""Colours and sizes: one palette and a few styles, data that both renderers read.

Series colours are those of Okabe and Ito (2008), told apart by the colour-blind; colour scales are
viridis, cividis and a blue-red scale whose ends differ in hue that every kind of sight separates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypedDict

import numpy as np

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
    "muted": "#656D77",
    "field": "#BFC6CF",
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
    "muted": "#A3ACB8",
    "field": "#48525F",
    "faint": "#2C333D",
    "background": "#12161C",
}
COLORS = tuple(_LIGHT)
"""The roles a mark's colour may name."""

_SCALES = {
    "sequential": "#440154 #481a6c #472f7d #414487 #39568c #31688e #2a788e #23888e "
    "#1f988b #22a884 #35b779 #54c568 #7ad151 #a5db36 #d2e21b #fde725",
    "alternative": "#00224e #002e6c #1e3a6f #35456c #47516c #575d6d #666970 #757575 "
    "#848279 #948e77 #a59c74 #b7a96e #c8b866 #dbc75a #eed649 #fee838",
    "diverging": "#053061 #2065ab #4393c3 #90c4dd #d1e5f0 #f7f6f6 "
    "#fddbc7 #f3a481 #d6604d #b1182b #67001f",
    "gray": "#000000 #ffffff",
}
_DARK_SCALES = _SCALES | {
    "diverging": "#b8dcff #7dbdf7 #4599e0 #2c6fae #1f4670 #1b212b "
    "#5c3318 #96501b #cf7224 #f79b4b #ffd0a3"
}
"""Zero is dark on a dark page, so that what stands out is what differs from it."""


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
    colormaps : role of a colour scale -> its evenly spaced hex colours, from low to high.
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
    colormaps: Mapping[str, tuple[str, ...]] = field(repr=False)

    def color(self, role: str) -> str:
        """The hex colour of a role."""
        return self.colors[role]

    def width(self, columns: int) -> float:
        """Width in inches of a page with so many columns of panels."""
        return self.page[0] if self.fixed or columns == 1 else self.wide

    def level_colors(self, colormap: str, count: int) -> list[str]:
        """Colours for so many lines, in order, without those that the background would swallow."""
        red, green, blue = (int(self.colors["background"][i : i + 2], 16) for i in (1, 3, 5))
        dark = red + green + blue < 384
        return self.sample(colormap, np.linspace(0.25 if dark else 0, 1 if dark else 0.88, count))

    def sample(self, colormap: str, fractions: np.ndarray) -> list[str]:
        """The hex colours at places from 0 to 1 along a colour scale."""
        stops = [[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in self.colormaps[colormap]]
        at = np.linspace(0, 1, len(stops))
        channels = [np.interp(fractions, at, channel) for channel in zip(*stops, strict=True)]
        return [
            "#" + "".join(f"{round(part):02x}" for part in color)
            for color in zip(*channels, strict=True)
        ]


def _stops(scales: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({role: tuple(stops.split()) for role, stops in scales.items()})


def _slide(colors: dict[str, str], scales: Mapping[str, str]) -> Style:
    return Style(
        page=(40 / 3, 7.5),
        fixed=True,
        wide=40 / 3,
        title=26,
        text=22,
        small=18,
        screen_text=20,
        line=3.0,
        marker=11,
        dpi=144,
        gif_dpi=72,
        colors=MappingProxyType(colors),
        colormaps=_stops(scales),
    )


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "slide": _slide(_LIGHT, _SCALES),
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
            colormaps=_stops(_SCALES),
        ),
        "dark": _slide(_DARK, _DARK_SCALES),
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
