"""Places along an axis, and the range that fits the marks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frenemy.figures import Axis, Bars, Figure, Frame, HeatMap, Images, Line, Panel
from frenemy.figures.scales import log_ticks, panel_range, place, symlog_ticks, value
from tests.figures.samples import BOWL, GRID

LOG = Axis(scale="log")
SYMLOG = Axis(scale="symlog", linear_below=0.01)


@given(st.floats(-1e12, 1e12), st.sampled_from([Axis(), SYMLOG, Axis(scale="symlog")]))
def test_a_place_leads_back_to_its_value(number, axis):
    back = value(axis, place(axis, np.array([number])))
    np.testing.assert_allclose(back, [number], rtol=1e-9, atol=1e-12)


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=10))
def test_the_symmetric_logarithm_is_odd_and_keeps_order(numbers):
    numbers = np.sort(numbers)
    places = place(SYMLOG, numbers)
    assert np.all(np.diff(places) >= 0)
    np.testing.assert_allclose(place(SYMLOG, -numbers), -places)


def test_a_logarithm_has_no_place_for_zero():
    places = place(LOG, np.array([0.01, 0.0, -1.0]))
    assert places[0] == -2
    assert np.isnan(places[1:]).all()


def test_a_range_fits_the_marks_with_a_margin():
    figure = Figure([Panel([Line([0, 10, np.nan], [1, 3, 99])])])
    (left, right), (bottom, top) = panel_range(figure, 0)
    assert (left, right) == (-0.5, 10.5)
    assert (bottom, top) == pytest.approx((1 - 4.9, 99 + 4.9))


def test_a_logarithmic_range_ignores_what_it_cannot_show():
    figure = Figure([Panel([Line([0, 1, 2], [0, 0.01, 100])], y=LOG)])
    _, (bottom, top) = panel_range(figure, 0)
    assert bottom == pytest.approx(10**-2.2)
    assert top == pytest.approx(10**2.2)


def test_heat_maps_and_bars_end_flush():
    figure = Figure([Panel([HeatMap(GRID, GRID, BOWL)]), Panel([Bars([0, 1], [2, 4])])])
    assert panel_range(figure, 0) == ((-2.25, 2.25), (-2.25, 2.25))
    _, (bottom, top) = panel_range(figure, 1)
    assert bottom == 0
    assert top > 4


def test_images_turn_the_axis_round():
    figure = Figure([Panel([Images(np.zeros((1, 10, 10)))])])
    assert panel_range(figure, 0) == ((0.0, 12.0), (12.0, 0.0))


def test_a_range_holds_all_frames():
    still = Line([0, 1], [0, 1], name="path")
    far = Frame("far", {"path": Line([0, 100], [0, 1])})
    assert panel_range(Figure([Panel([still])], frames=[far]), 0)[0] == (-5.0, 105.0)


def test_an_empty_panel_and_a_single_point_have_a_range():
    figure = Figure([Panel([]), Panel([Line([3], [0])])])
    assert panel_range(figure, 0)[0][0] < panel_range(figure, 0)[0][1]
    assert panel_range(figure, 1)[0] == (2.5, 3.5)


def test_ticks_of_a_short_logarithmic_axis_are_plain_numbers():
    assert log_ticks((1.6, 4.8)) == [2, 2.5, 3, 4]
    assert log_ticks((0.9, 60)) == [1, 2, 5, 10, 20, 50]
    assert log_ticks((1e-8, 1)) is None


def test_symlog_ticks_are_zero_and_signed_powers():
    assert symlog_ticks(Axis(scale="symlog"), (-150, 20)) == [-100, -10, -1, 0, 1, 10]
    assert len(symlog_ticks(Axis(scale="symlog"), (-1e30, 1e30))) <= 11
