"""Marks are values that refuse what cannot be drawn."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from frenemy.figures import (
    Arrows,
    Bars,
    Circle,
    Contour,
    HeatMap,
    Images,
    Line,
    Mark,
    Points,
    Surface,
    Text,
    series,
)
from frenemy.figures.marks import Band
from frenemy.figures.paper_marks import DRAW as PAPER
from frenemy.figures.screen_marks import DRAW as SCREEN
from frenemy.figures.style import COLORS, STYLES
from tests.figures.samples import BOWL, GRID, MARKS


def test_every_mark_has_a_sample_and_stands_in_both_registries():
    kinds = set(Mark.__subclasses__())
    assert len(kinds) == 13
    assert kinds == set(MARKS) == set(PAPER) == set(SCREEN)


@pytest.mark.parametrize("kind", MARKS, ids=lambda kind: kind.__name__)
def test_a_mark_is_a_value(kind):
    mark = MARKS[kind]
    copy = pickle.loads(pickle.dumps(mark))
    assert copy == mark
    assert copy is not mark
    x, y = mark.reach()
    assert np.isfinite(x).any() or np.isfinite(y).any()


def test_marks_differ_when_one_number_does():
    assert Line([0, 1], [0, np.nan]) == Line([0, 1], [0, np.nan])
    assert Line([0, 1], [0, 1]) != Line([0, 1], [0, 2])
    assert Line([0, 1], [0, 1]) != Points([0, 1], [0, 1])


def test_arrays_are_copied_and_cannot_be_written():
    given = np.array([0.0, 1.0])
    line = Line(given, given)
    given[0] = 9
    assert line.x[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        line.x[0] = 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Line([0, 1], [0]), r"same shape.*x \(2,\), y \(1,\)"),
        (lambda: Line([[0, 1]], [0, 1]), r"x must have 1 axis.*\(1, 2\)"),
        (lambda: Line(["a"], [0]), "x must be an array of real numbers"),
        (lambda: Line([0], [0], color="#ff0000"), "color must be one of 'first'.*'#ff0000'"),
        (lambda: Line([0], [0], dash="wavy"), "dash must be one of 'solid'.*'wavy'"),
        (lambda: Line([0], [0], width=0), "width must be above 0; got 0"),
        (lambda: Line([0], [0], opacity=2), "opacity must be between 0 and 1; got 2"),
        (lambda: Points([0], [0], symbol="heart"), "symbol must be one of.*'heart'"),
        (lambda: Band([0], [0], [0, 1]), "same shape"),
        (lambda: Bars([0], [1], errors=[-1]), "must not be negative"),
        (lambda: Arrows([0], [0], [1], [1, 2]), "same shape"),
        (lambda: Arrows([0], [0], [1], [1], length="long"), "length must be one of 'direction'"),
        (lambda: Text([0, 1], [0, 1], ["a"]), "one entry per point; got 1 for 2"),
        (lambda: Text(0, 0, "$x"), "has no partner"),
        (lambda: Circle(0, 0, -1), "radius must be above 0; got -1"),
        (lambda: HeatMap(GRID, GRID[:3], BOWL), r"\(len\(y\), len\(x\)\) = \(3, 9\)"),
        (lambda: HeatMap(GRID[::-1], GRID, BOWL), "x must be ascending"),
        (lambda: HeatMap(GRID, GRID, BOWL, colormap="jet"), "colormap must be one of 'sequential'"),
        (lambda: HeatMap(GRID, GRID, BOWL, label="h"), "no entry in the legend"),
        (lambda: HeatMap([0, 1], [0], [[1, 2]], texts=[["a"]]), "1 rows of 2 texts"),
        (lambda: HeatMap([0, 1], [0], [[1, 2]], limits=(1, 1)), "two different ends"),
        (lambda: Contour(GRID, GRID, BOWL, levels=0), "levels must be above 0"),
        (lambda: Surface(GRID, GRID, BOWL, opacity=-1), "opacity must be between 0 and 1"),
        (lambda: Images(np.zeros((2, 3))), "pixels must have 3 axis"),
        (lambda: Images(np.zeros((5, 2, 2)), rows=2, columns=2), "fewer than the 5 images"),
        (lambda: Images(np.zeros((2, 2, 2)), titles=["a"]), r"one entry per image \(2\)"),
    ],
)
def test_a_mark_says_what_is_wrong(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_limits_of_colours():
    assert HeatMap(GRID, GRID, BOWL).limits == (0.0, 8.0)
    assert HeatMap(GRID, GRID, BOWL - 2, colormap="diverging").limits == (-6.0, 6.0)
    assert HeatMap([0], [0], [[3.0]]).limits == (2.5, 3.5)
    assert HeatMap([0], [0], [[np.nan]]).limits == (0.0, 1.0)


def test_cells_end_half_way_between_centres():
    x, y = HeatMap([0, 1, 3], [5], [[1, 2, 3]]).edges()
    np.testing.assert_allclose(x, [-0.5, 0.5, 2, 4])
    np.testing.assert_allclose(y, [4.5, 5.5])


def test_images_are_laid_out_near_square_or_as_told():
    assert Images(np.zeros((7, 2, 2))).layout == (3, 3)
    assert Images(np.zeros((7, 2, 2)), rows=2).layout == (2, 4)
    assert Images(np.zeros((7, 2, 2)), columns=7).layout == (1, 7)


def test_a_family_of_lines_has_28_looks():
    looks = {tuple(series(index).values()) for index in range(28)}
    assert len(looks) == 28
    assert series(0) == {"color": "first", "dash": "solid"}


@pytest.mark.parametrize("name", STYLES)
def test_every_role_has_a_colour_that_stands_out(name):
    style = STYLES[name]
    assert set(style.colors) == set(COLORS)

    def brightness(color):
        parts = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        parts = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return parts @ [0.2126, 0.7152, 0.0722]

    def contrast(one, other):
        low, high = sorted((brightness(style.color(one)), brightness(style.color(other))))
        return (high + 0.05) / (low + 0.05)

    for role in ("ink", "muted", "prediction", "equilibrium"):
        assert contrast(role, "background") > 4.5
    for role in ("first", "second", "third", "fourth", "stable", "unstable"):
        assert contrast(role, "background") > 3
