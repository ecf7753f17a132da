"""Every picture of the project. A figure is a value; two small renderers draw it.

The value
    :class:`Figure` holds :class:`Panel`, each with :class:`Axis` and marks; :class:`Frame` moves
    them.
    Marks: :class:`Line`, :class:`Points`, :class:`Band`, :class:`Bars`, :class:`Arrows`,
    :class:`Text`, :class:`Circle`, :class:`HorizontalLine`, :class:`VerticalLine`,
    :class:`HeatMap`, :class:`Contour`, :class:`Surface`, :class:`Images`.
Builders, arrays to figure
    :func:`phase_portrait`, :func:`distance_to_equilibrium`, :func:`multipliers`,
    :func:`image_grid`, :func:`table`, :func:`ternary_portrait`.
Renderers
    :func:`to_matplotlib` for paper, :func:`to_plotly` for the screen.
Files
    :func:`save`, :func:`render`, ``FORMATS``; :class:`Recipe`, :func:`read_recipe`,
    :class:`RecipeError`.
Looks
    ``STYLES``, ``COLORS`` (roles), :func:`series`, :class:`Look`.

Neither matplotlib nor plotly is imported before the first picture is drawn.
"""

from frenemy.figures.distance import distance_to_equilibrium
from frenemy.figures.figure import Axis, Figure, Frame, Panel
from frenemy.figures.gridded import Contour, HeatMap, Images, Surface
from frenemy.figures.images import image_grid
from frenemy.figures.marks import Band, Bars, Line, Mark, Points, Text
from frenemy.figures.multipliers import multipliers
from frenemy.figures.paper import to_matplotlib
from frenemy.figures.portrait import phase_portrait
from frenemy.figures.recipe import Recipe, RecipeError, read_recipe
from frenemy.figures.saving import FORMATS, render, save
from frenemy.figures.screen import to_plotly
from frenemy.figures.shapes import Arrows, Circle, HorizontalLine, VerticalLine
from frenemy.figures.style import COLORS, STYLES, Look, Style, series
from frenemy.figures.table import table
from frenemy.figures.ternary import ternary_portrait

__all__ = [
    "COLORS",
    "FORMATS",
    "STYLES",
    "Arrows",
    "Axis",
    "Band",
    "Bars",
    "Circle",
    "Contour",
    "Figure",
    "Frame",
    "HeatMap",
    "HorizontalLine",
    "Images",
    "Line",
    "Look",
    "Mark",
    "Panel",
    "Points",
    "Recipe",
    "RecipeError",
    "Style",
    "Surface",
    "Text",
    "VerticalLine",
    "distance_to_equilibrium",
    "image_grid",
    "multipliers",
    "phase_portrait",
    "read_recipe",
    "render",
    "save",
    "series",
    "table",
    "ternary_portrait",
    "to_matplotlib",
    "to_plotly",
]
