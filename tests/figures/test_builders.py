"""The builders, looked at as data."""

from __future__ import annotations

import numpy as np
import pytest

from frenemy.figures import (
    Arrows,
    Circle,
    Contour,
    HeatMap,
    Images,
    Line,
    Points,
    Text,
    distance_to_equilibrium,
    image_grid,
    multipliers,
    phase_portrait,
    table,
    ternary_portrait,
)
from tests.figures.samples import ACROSS, GRID, UP, portrait, spiral


def marks_of(figure, kind, panel=0):
    return [mark for mark in figure.panels[panel].marks if isinstance(mark, kind)]


class TestPortrait:
    def test_it_shows_field_paths_starts_and_equilibria(self):
        figure = portrait()
        (arrows,) = marks_of(figure, Arrows)
        np.testing.assert_array_equal(arrows.u, UP.ravel())
        lines = marks_of(figure, Line)
        assert [line.label for line in lines] == ["outwards", "inwards"]
        np.testing.assert_array_equal(lines[0].y, spiral(1.01)[:, 1])
        by_label = {mark.label: mark for mark in marks_of(figure, Points) if mark.label}
        assert by_label["start"].x.tolist() == [1.0]  # both start at (1, 0): drawn once
        assert by_label["centre"].symbol == "half-circle"
        assert figure.panels[0].equal_aspect

    @pytest.mark.parametrize(
        ("kind", "symbol"),
        [("stable", "circle"), ("unstable", "open-circle"), ("saddle", "open-diamond")],
    )
    def test_a_symbol_tells_the_kind(self, kind, symbol):
        figure = phase_portrait(GRID, GRID, UP, ACROSS, equilibria=[(0, 0, kind), (1, 1, kind)])
        (points,) = marks_of(figure, Points)
        assert points.symbol == symbol
        assert points.x.tolist() == [0, 1]

    def test_nullclines_are_where_a_player_stands_still(self):
        figure = portrait(nullclines=True)
        first, second = marks_of(figure, Contour)
        assert (first.label, second.label) == ("$x$ stands still", "$y$ stands still")
        np.testing.assert_array_equal(first.values, UP)
        assert first.levels == (0.0,)

    def test_paths_grow_frame_by_frame(self):
        figure = portrait(animate=True, frames=11)
        lengths = [len(frame.marks["path 0"].x) for frame in figure.frames]
        assert lengths[0] == 1
        assert lengths[-1] == 40
        assert lengths == sorted(lengths)
        assert figure.frames[-1].label == "step 39"
        assert figure.at_frame(-1).panels[0].marks == figure.panels[0].marks

    def test_there_are_at_most_60_frames_and_no_two_alike(self):
        assert len(portrait(animate=True).frames) == 40
        long = phase_portrait(
            GRID, GRID, UP, ACROSS, trajectories={"a": spiral(1, 5000)}, animate=True
        )
        assert len(long.frames) == 60

    def test_frames_count_the_steps_that_were_kept(self):
        kept = np.arange(40) * 1000
        figure = portrait(animate=True, frames=2, steps={"outwards": kept, "inwards": kept})
        assert [frame.label for frame in figure.frames] == ["step 0", "step 39,000"]

    def test_all_paths_are_seen_at_the_same_moment_however_often_they_were_kept(self):
        fine, coarse = np.linspace(0, 10, 41), np.arange(11)
        figure = phase_portrait(
            GRID, GRID, UP, ACROSS, animate=True, frames=3, steps={"step": coarse, "flow": fine},
            trajectories={"step": spiral(1, 11), "flow": spiral(1, 41)},
        )  # fmt: skip
        assert [frame.label for frame in figure.frames] == ["step 0", "step 5", "step 10"]
        seen = [[len(frame.marks[f"path {n}"].x) for n in (0, 1)] for frame in figure.frames]
        assert seen == [[1, 1], [6, 21], [11, 41]]

    def test_the_whole_grid_is_in_view_unless_told(self):
        assert portrait().panels[0].x.range == (-2.25, 2.25)
        assert portrait(x_range=(0, 1)).panels[0].x.range == (0.0, 1.0)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"trajectories": {"a": np.zeros((3, 3))}}, r"'a' must have shape \(T, 2\)"),
            ({"equilibria": [(0, 0, "nice")]}, "kind of equilibrium must be one of 'stable'"),
            ({"animate": True}, "animate needs trajectories"),
            (
                {"animate": True, "trajectories": {"a": np.zeros((3, 2))}, "frames": 99},
                "frames must be from 2 to 60; got 99",
            ),
            (
                {"animate": True, "trajectories": {"a": np.zeros((3, 2))}, "steps": {"a": [1]}},
                "steps of 'a' must ascend, one for each of its 3 states; got 1",
            ),
        ],
    )
    def test_it_says_what_is_wrong(self, options, message):
        with pytest.raises(ValueError, match=message):
            phase_portrait(GRID, GRID, UP, ACROSS, **options)

    def test_the_field_must_fit_the_grid(self):
        with pytest.raises(ValueError, match=r"= \(3, 9\); got \(9, 9\)"):
            phase_portrait(GRID, GRID[:3], UP, ACROSS)


MEASURED = {"shrinks": 2 * 0.9 ** np.arange(50), "grows": 3 * 1.1 ** np.arange(50)}


class TestDistance:
    def test_the_prediction_lies_on_an_exact_measurement(self):
        figure = distance_to_equilibrium(MEASURED, predicted={"shrinks": 0.9, "grows": 1.1})
        dashed = [mark for mark in marks_of(figure, Line) if mark.dash == "dash"]
        assert {mark.label for mark in dashed} == {"predicted slope"}
        assert {mark.color for mark in dashed} == {"prediction"}
        for line, distance in zip(dashed, MEASURED.values(), strict=True):
            np.testing.assert_allclose(line.x, [0, 49])
            np.testing.assert_allclose(line.y, distance[[0, -1]])
        assert figure.panels[0].y.scale == "log"

    def test_a_rule_that_stays_at_the_equilibrium_has_no_slope(self):
        figure = distance_to_equilibrium({"newton": np.zeros(5)}, predicted={"newton": 0.5})
        assert len(marks_of(figure, Line)) == 1

    def test_the_slope_counts_steps_not_entries(self):
        steps = np.arange(0, 500, 10)
        figure = distance_to_equilibrium({"a": 0.99**steps}, steps=steps, predicted={"a": 0.99})
        measured, predicted = marks_of(figure, Line)
        assert predicted.y[-1] == pytest.approx(measured.y[-1])

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"measured": {}}, "at least one line"),
            ({"measured": {"a": [1, 2]}, "predicted": {"b": 1}}, "'b', which is not measured"),
            ({"measured": {"a": [1, 2]}, "predicted": {"a": 0}}, "must be above 0"),
            ({"measured": {"a": [1, 2]}, "steps": [1]}, "one entry per distance, 2; got 1"),
        ],
    )
    def test_it_says_what_is_wrong(self, options, message):
        with pytest.raises(ValueError, match=message):
            distance_to_equilibrium(**options)


class TestMultipliers:
    def test_imaginary_and_conjugate_pairs_are_all_there(self):
        figure = multipliers({"flow": [1j, -1j], "real": [0.5], "sum": [1 + 0.1j, 1 - 0.1j]})
        drawn = {mark.label: mark for mark in marks_of(figure, Points)}
        assert drawn["flow"].y.tolist() == [1, -1]
        assert drawn["real"].x.tolist() == [0.5]
        assert len(drawn["sum"].x) == 2
        assert len({mark.symbol for mark in drawn.values()}) == 3

    def test_the_unit_circle_is_round_labelled_and_whole(self):
        figure = multipliers({"a": [0.1]})
        (circle,) = marks_of(figure, Circle)
        assert (circle.x, circle.y, circle.radius) == (0, 0, 1)
        assert circle.label == r"$|\lambda| = 1$"
        panel = figure.panels[0]
        assert panel.equal_aspect
        assert panel.x.range[0] < -1
        assert panel.y.range[1] > 1

    def test_words_keep_clear_of_multipliers(self):
        spectrum = [-0.45 + 0.45j, -0.45 - 0.45j]
        inside, outside = marks_of(multipliers({"a": spectrum}), Text)
        assert inside.text == ("converges",)
        assert inside.x[0] > 0
        assert np.hypot(outside.x[0], outside.y[0]) > 1

    def test_a_far_multiplier_is_in_view(self):
        assert multipliers({"a": [3.0]}).panels[0].x.range[1] > 3

    def test_the_close_up_shows_the_upper_ones_near_the_circle(self):
        figure = multipliers({"a": [1 + 0.1j, 1 - 0.1j], "newton": [0.0]}, close_up=True)
        (left, right), (bottom, top) = (
            axis.range for axis in (figure.panels[1].x, figure.panels[1].y)
        )
        assert left < 1 < right
        assert 0 < bottom < 0.1 < top

    @pytest.mark.parametrize(
        ("spectra", "message"),
        [
            ({}, "at least one rule"),
            ({"a": []}, r"'a' must have shape \(d,\)"),
            ({"a": [np.nan]}, "'a' must be finite"),
        ],
    )
    def test_it_says_what_is_wrong(self, spectra, message):
        with pytest.raises(ValueError, match=message):
            multipliers(spectra)


class TestImageGrid:
    def test_one_panel_a_moment_with_one_scale_for_all(self):
        pixels = np.stack([np.zeros((4, 3, 3)), np.ones((4, 3, 3))])
        figure = image_grid(pixels, ["iteration 0", "iteration 500"])
        assert [panel.title for panel in figure.panels] == ["iteration 0", "iteration 500"]
        for index in (0, 1):
            (images,) = marks_of(figure, Images, index)
            assert images.limits == (0, 1)
            np.testing.assert_array_equal(images.pixels, pixels[index])
        assert figure.columns == 2

    def test_labels_must_fit(self):
        with pytest.raises(ValueError, match="one entry per moment, 2; got 1"):
            image_grid(np.zeros((2, 1, 3, 3)), ["a"])
        with pytest.raises(ValueError, match="pixels must have 4 axis"):
            image_grid(np.zeros((2, 3, 3)), ["a", "b"])


class TestTable:
    def test_rows_stand_as_they_are_read(self):
        figure = table(
            ["one", "two"], ["a", "b", "c"], [list("xyz"), list("uvw")], [[1, 0, -1]] * 2
        )
        (cells,) = marks_of(figure, HeatMap)
        assert cells.texts == (("u", "v", "w"), ("x", "y", "z"))
        assert [text for _, text in figure.panels[0].y.ticks] == ["two", "one"]
        assert cells.values[0].tolist() == [-1, 0, 1]  # blue is good

    def test_it_needs_rows(self):
        with pytest.raises(ValueError, match="at least one row"):
            table([], ["a"], [], np.empty((0, 1)))


class TestTernary:
    def test_pure_mixtures_are_the_corners(self):
        shares = np.array([[1, 0, 0], [0, 1, 0], [1 / 3, 1 / 3, 1 / 3]])
        figure = ternary_portrait(
            shares,
            np.array([[-1, 1, 0], [0, 0, 0], [0.1, -0.2, 0.1]]),
            trajectories={"path": shares},
            resting=[(shares[2], "centre")],
            animate=True,
        )
        outline, path = marks_of(figure, Line)
        assert (outline.x[0], outline.y[0]) == (path.x[0], path.y[0]) == (0, 0)
        assert (path.x[1], path.y[1]) == (1, 0)
        assert path.y[2] == pytest.approx(np.sqrt(3) / 6)
        (arrows,) = marks_of(figure, Arrows)
        lengths = np.hypot(arrows.u, arrows.v)
        assert lengths[0] == pytest.approx(lengths[2]) and lengths[1] == 0
        assert len(figure.frames) == 3
        assert {m.label for m in marks_of(figure, Points)} >= {"start", "centre"}

    def test_it_is_for_three_actions(self):
        with pytest.raises(ValueError, match=r"\(n, 3\)"):
            ternary_portrait(np.ones((4, 2)), np.ones((4, 2)))
