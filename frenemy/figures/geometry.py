"""Shapes that both renderers draw: the outlines of arrows, contour lines, an album of images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from frenemy.figures.gridded import Contour, HeatMap, Images
from frenemy.figures.marks import Text
from frenemy.figures.scales import Range
from frenemy.figures.shapes import Arrows
from frenemy.figures.style import Style

_ARROW = np.array(
    [(-0.5, 0.05), (0.1, 0.05), (0.1, 0.2), (0.5, 0), (0.1, -0.2), (0.1, -0.05), (-0.5, -0.05)]
)
"""An arrow of length 1 along x about the origin: shaft, head, shaft."""


def arrow_outlines(arrows: Arrows, ranges: tuple[Range, Range], aspect: float) -> np.ndarray:
    """Closed outlines of the arrows that can be drawn, shape ``(k, 7, 2)``, in data coordinates.

    Parameters
    ----------
    arrows : k or more arrows.
    ranges : ends of the x and the y axis; arrows are shaped on the page, not in the data.
    aspect : width of the panel over its height on the page.
    """
    units = np.array([(ranges[0][1] - ranges[0][0]) / aspect, ranges[1][1] - ranges[1][0]])
    base = np.stack([arrows.x, arrows.y], axis=1) / units
    along = np.stack([arrows.u, arrows.v], axis=1) / units
    length = np.hypot(*along.T)
    drawn = np.isfinite(base).all(axis=1) & np.isfinite(length) & (length > 0)
    if not drawn.any():
        return np.empty((0, len(_ARROW), 2))
    base, along, length = base[drawn], along[drawn], length[drawn, None]
    if arrows.length == "exact":
        base = base + along / 2
    else:
        room = 0.8 * _spacing(base)
        full = along / length
        along = full * room * (1.0 if arrows.length == "direction" else length / length.max())
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    shape = _ARROW[None, :, 0, None] * along[:, None] + _ARROW[None, :, 1, None] * across[:, None]
    return np.asarray((base[:, None] + shape) * units)


def contour_lines(contour: Contour) -> Iterator[tuple[float, np.ndarray, np.ndarray]]:
    """Per level: the level and x and y of its lines, a NaN between two pieces."""
    from contourpy import LineType, contour_generator

    generator = contour_generator(
        contour.x,
        contour.y,
        np.ma.masked_invalid(contour.values),
        line_type=LineType.ChunkCombinedNan,
    )
    for level in np.atleast_1d(contour.levels):
        chunks, *_ = generator.lines(float(level))
        line = np.empty((0, 2)) if chunks[0] is None else np.asarray(chunks[0])
        yield float(level), line[:, 0], line[:, 1]


def album(images: Images) -> np.ndarray:
    """The images side by side as one picture: grey and opacity, shape ``(H, W, 2)``, uint8.

    One array element is one unit of the panel; gaps and pixels that are NaN are transparent.
    """
    width, height = (int(ends[1]) for ends in images.reach())
    page = np.zeros((height, width, 2), dtype=np.uint8)
    low, high = images.limits or (0.0, 1.0)
    with np.errstate(invalid="ignore"):
        grey = np.clip((images.pixels - low) / (high - low), 0, 1) * 255
    known = np.isfinite(grey)
    _, height, width = images.pixels.shape
    for one, seen, x, y in zip(grey, known, *images.places(), strict=True):
        page[y : y + height, x : x + width, 0] = np.where(seen, one, 0).round()
        page[y : y + height, x : x + width, 1] = np.where(seen, 255, 0)
    return page


def titles(images: Images) -> Text:
    """The titles of images, each under its own."""
    x, y = images.places()
    _, height, width = images.pixels.shape
    return Text(x + width / 2, y + 1.03 * height, images.titles, align="below", size=0.75)


def cell_texts(heat: HeatMap, style: Style) -> list[tuple[Text, str]]:
    """The texts in the cells of a heat map, each with black or white, whichever can be read."""
    low, high = heat.limits or (0.0, 1.0)
    done = []
    for row, line in enumerate(heat.texts or ()):
        for column, text in enumerate(line):
            value = heat.values[row, column]
            share = float(np.clip((np.nan_to_num(value, nan=low) - low) / (high - low), 0, 1))
            (color,) = style.sample(heat.colormap, np.array([share]))
            red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
            bright = 0.299 * red + 0.587 * green + 0.114 * blue > 140
            mark = Text(heat.x[column], heat.y[row], text, size=0.9)
            done.append((mark, "#000000" if bright else "#FFFFFF"))
    return done


def _spacing(points: np.ndarray) -> float:
    """A typical distance between neighbours of a cloud of points: that of a square grid."""
    if len(points) < 2:
        return 0.1
    gaps = [np.diff(np.unique(points[:, axis].round(12))) for axis in (0, 1)]
    steps = [float(np.median(gap)) for gap in gaps if gap.size]
    return min(steps) if steps else 0.1
