"""Arrows, contours and albums that both renderers share."""

from __future__ import annotations

import numpy as np
import pytest

from frenemy.figures import Arrows, Contour, HeatMap, Images
from frenemy.figures.geometry import album, arrow_outlines, cell_texts, contour_lines, titles
from frenemy.figures.style import STYLES
from tests.figures.samples import ACROSS, BOWL, GRID, UP

SQUARE = ((-2.0, 2.0), (-2.0, 2.0))


def tips(outlines):
    return outlines[:, 3]


def tails(outlines):
    return (outlines[:, 0] + outlines[:, 6]) / 2


def test_arrows_point_where_the_field_points():
    outlines = arrow_outlines(Arrows(ACROSS, UP, UP, -ACROSS), SQUARE, 1.0)
    along = tips(outlines) - tails(outlines)
    base = (tips(outlines) + tails(outlines)) / 2
    assert len(outlines) == 80  # the centre has no direction
    np.testing.assert_allclose(np.hypot(*along.T), 0.4, rtol=1e-12)
    np.testing.assert_allclose((along * base).sum(axis=1), 0, atol=1e-12)
    assert np.all(along[:, 0] * base[:, 1] - along[:, 1] * base[:, 0] > 0)


def test_arrows_may_keep_their_magnitude_or_end_exactly():
    long = arrow_outlines(Arrows([0, 1], [0, 0], [1, 2], [0, 0], length="magnitude"), SQUARE, 1)
    lengths = np.hypot(*(tips(long) - tails(long)).T)
    assert lengths[1] == pytest.approx(2 * lengths[0])
    exact = arrow_outlines(Arrows([0], [1], [1], [-2], length="exact"), SQUARE, 1)
    np.testing.assert_allclose(tails(exact), [[0, 1]], atol=1e-12)
    np.testing.assert_allclose(tips(exact), [[1, -1]], atol=1e-12)


def test_arrows_without_direction_are_left_out():
    arrows = Arrows([0, 1, 2, 3], [0, 0, 0, 0], [0, np.nan, np.inf, 1], [0, 1, 1, 0])
    assert len(arrow_outlines(arrows, SQUARE, 1.0)) == 1
    assert arrow_outlines(Arrows([0], [0], [0], [0]), SQUARE, 1.0).shape == (0, 7, 2)


def test_contours_follow_their_level():
    fine = np.linspace(-2, 2, 201)
    x, y = np.meshgrid(fine, fine)
    contour = Contour(fine, fine, x**2 + y**2, levels=(1.0, 2.25))
    for level, across, up in contour_lines(contour):
        np.testing.assert_allclose(np.hypot(across, up), np.sqrt(level), atol=1e-4)
        assert len(across) > 100


def test_contours_without_a_line_are_empty():
    ((_, x, y),) = contour_lines(Contour(GRID, GRID, BOWL, levels=(99.0,)))
    assert len(x) == len(y) == 0


def test_an_album_holds_every_pixel_once():
    pixels = np.arange(2 * 2 * 3, dtype=float).reshape(2, 2, 3)
    pixels[1, 0, 0] = np.nan
    page = album(Images(pixels, columns=2, limits=(0, 11)))
    assert page.shape == (4, 9, 2)
    np.testing.assert_array_equal(page[1:3, 1:4, 0], np.round(pixels[0] / 11 * 255))
    assert page[1, 5, 1] == 0
    assert page[1, 6, 1] == 255
    assert page[..., 1].astype(bool).sum() == 11


def test_titles_stand_under_their_images():
    images = Images(np.zeros((2, 10, 10)), columns=1, titles=["a", "b"])
    words = titles(images)
    assert words.text == ("a", "b")
    assert words.y[0] > 11
    assert words.y[0] < images.places()[1][1]


def test_texts_in_cells_can_be_read():
    heat = HeatMap([0, 1], [0], [[0.0, 1.0]], texts=[["low", "high"]])
    (low, dark), (high, bright) = cell_texts(heat, STYLES["slide"])
    assert (low.text, dark) == (("low",), "#FFFFFF")
    assert (high.text, bright) == (("high",), "#000000")
