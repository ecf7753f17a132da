"""What Plotly is told to draw."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import plotly
import plotly.graph_objects as go
import pytest

from frenemy.figures import (
    STYLES,
    Axis,
    Contour,
    Figure,
    Frame,
    Line,
    Panel,
    image_grid,
    multipliers,
    to_plotly,
)
from frenemy.figures.screen import specification
from frenemy.figures.screen_script import script, to_json
from tests.figures.samples import BOWL, GRID, MARKS, figure_of, portrait


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", MARKS, ids=lambda kind: kind.__name__)
def test_every_mark_becomes_traces(kind, style):
    drawn = to_plotly(figure_of(MARKS[kind]), style)
    assert len(drawn.data) >= 1
    assert json.loads(drawn.to_json())["data"]
    listed = [trace for trace in drawn.data if "showlegend" in trace and trace.showlegend]
    assert len(listed) == (MARKS[kind].label is not None)


def test_the_values_of_a_line_arrive():
    drawn = to_plotly(figure_of(Line([0, 1, 2], [5, np.nan, 7], color="second", dash="dash")))
    (trace,) = drawn.data
    np.testing.assert_array_equal(trace.x, [0, 1, 2])
    np.testing.assert_array_equal(trace.y, [5, np.nan, 7])
    assert trace.line.color == STYLES["slide"].color("second")
    assert trace.line.dash == "dash"


def test_labels_need_no_mathjax():
    for figure in (portrait(nullclines=True), multipliers({"$a$": [1j]}, close_up=True)):
        assert "$" not in to_plotly(figure).to_json()
    title = to_plotly(portrait()).layout.title.text
    assert title == "The game <i>f</i>(<i>x</i>, <i>y</i>) = <i>x</i><i>y</i>"


def test_equal_aspect_anchors_y_to_x_in_each_panel():
    layout = to_plotly(multipliers({"a": [1j]}, close_up=True)).layout
    assert layout.yaxis.scaleanchor == "x"
    assert layout.yaxis2.scaleanchor == "x2"


def test_logarithmic_axes_get_the_exponents_of_their_range():
    panel = Panel([Line([1, 2], [0.1, 1000])], y=Axis(scale="log", range=(0.01, 1e4)))
    layout = to_plotly(Figure([panel])).layout
    assert layout.yaxis.type == "log"
    assert layout.yaxis.range == pytest.approx((-2, 4))


def test_a_symmetric_logarithm_is_drawn_by_place_and_read_by_value():
    axis = Axis("gradient", scale="symlog", linear_below=1)
    drawn = to_plotly(Figure([Panel([Line([0, 1, 2], [-1000, 0, 10])], y=axis)]))
    (trace,) = drawn.data
    assert trace.y[1] == 0
    assert trace.y[0] == pytest.approx(-(10 / 9 + 3))
    np.testing.assert_array_equal(trace.customdata[:, 1], [-1000, 0, 10])
    ticks = dict(zip(drawn.layout.yaxis.ticktext, drawn.layout.yaxis.tickvals, strict=True))
    assert ticks["0"] == 0
    assert ticks["10"] == pytest.approx(trace.y[2])


class TestFrames:
    def test_a_frame_changes_the_traces_of_its_marks_only(self):
        figure = portrait(animate=True, frames=5)
        drawn = to_plotly(figure)
        assert len(drawn.frames) == 5
        for frame, moment in zip(drawn.frames, figure.frames, strict=True):
            for trace, index in zip(frame.data, frame.traces, strict=True):
                assert trace.type == drawn.data[index].type
            np.testing.assert_array_equal(frame.data[0].x, moment.marks["path 0"].x)
            assert frame.data[0].line.color is None, "a frame says only what changes"
        names = {drawn.data[index].name for index in drawn.frames[0].traces}
        assert {"outwards", "inwards"} <= names

    def test_there_are_a_button_and_a_slider(self):
        layout = to_plotly(portrait(animate=True, frames=5)).layout
        assert [step.label for step in layout.sliders[0].steps][-1] == "step 39"
        assert layout.sliders[0].active == 4
        assert [button.method for button in layout.updatemenus[0].buttons] == ["animate"] * 2
        assert not to_plotly(portrait()).layout.sliders

    def test_a_frame_must_keep_the_number_of_lines(self):
        rings = Contour(GRID, GRID, BOWL, levels=3, color=None, name="rings")
        more = Contour(GRID, GRID, BOWL, levels=4, color=None)
        figure = Figure([Panel([rings])], frames=[Frame("1", {"rings": more})])
        with pytest.raises(ValueError, match=r"'rings' is drawn with \(3 to 4\)"):
            to_plotly(figure)


class TestJson:
    def read(self, text):
        return go.Figure(json.loads(text), skip_invalid=False)

    def test_plotly_reads_the_same_figure(self):
        figure = portrait(animate=True, frames=3)
        drawn = self.read(to_json(specification(figure, STYLES["slide"])))
        wanted = to_plotly(figure)
        for mine, its in zip(drawn.data, wanted.data, strict=True):
            np.testing.assert_array_equal(numbers(mine.x), its.x)
            assert mine.line == its.line
        assert drawn.layout == wanted.layout
        assert [frame.name for frame in drawn.frames] == ["0", "1", "2"]

    def test_numbers_keep_their_digits_their_shape_and_their_gaps(self):
        values = np.array([[1 / 3, np.nan, np.inf]])
        (trace,) = json.loads(to_json({"data": [{"z": values, "text": np.array(["a"])}]}))["data"]
        assert trace["z"]["shape"] == "1, 3"
        np.testing.assert_array_equal(numbers(trace["z"]), values)
        assert trace["text"] == ["a"]

    def test_what_is_no_number_is_no_number_in_json_either(self):
        def fail(word):
            raise AssertionError(word)

        read = json.loads(to_json({"width": float("nan"), "n": np.arange(2)}), parse_constant=fail)
        assert read == {"width": None, "n": [0, 1]}


def numbers(packed):
    """A typed array of Plotly's, by its definition: the bytes of numbers in base64."""
    flat = np.frombuffer(base64.b64decode(packed["bdata"]), f"<{packed['dtype']}")
    shape = packed.get("shape")
    return flat.reshape([int(n) for n in shape.split(",")]) if shape else flat


def test_the_script_differs_from_the_packages_in_one_pair_of_parentheses_only():
    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    known, ours = path.read_text(encoding="utf-8"), script().decode()
    assert len(ours) == len(known) + 2
    assert ours.replace("(() => {", "() => {", 1).endswith("})));")
    assert ours.split("\n", 20)[20][: 10**6] in known
    inside = ours.replace(", (() => {", ", () => {", 1).removesuffix("})));")
    assert inside == known.removesuffix("}));")


def test_panels_that_agree_share_one_legend():
    drawn = to_plotly(multipliers({"a": [1j], "b": [0.5]}, close_up=True))
    names = [trace.name for trace in drawn.data if trace.showlegend]
    assert sorted(names) == ["a", "b", "|λ| = 1"]


def test_panels_that_differ_have_a_legend_each():
    panels = [Panel([Line([0, 1], [0, 1], label=name)]) for name in ("a", "b")]
    drawn = to_plotly(Figure(panels))
    assert [trace.legend for trace in drawn.data] == ["legend", "legend2"]
    assert drawn.layout.legend.x < drawn.layout.legend2.x


def test_images_are_pictures_inside_the_figure():
    drawn = to_plotly(image_grid(np.zeros((2, 4, 8, 8)), ["a", "b"]))
    assert all(trace.source.startswith("data:image/png;base64,") for trace in drawn.data)
    assert drawn.layout.yaxis.range[0] > drawn.layout.yaxis.range[1]
    assert [note.text for note in drawn.layout.annotations] == ["a", "b"]


def test_the_default_template_of_others_changes_nothing():
    import plotly.io

    plain = to_plotly(portrait()).to_json()
    before = plotly.io.templates.default
    plotly.io.templates.default = "plotly_dark"
    try:
        assert to_plotly(portrait()).to_json() == plain
    finally:
        plotly.io.templates.default = before


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("columns", [1, 2, 3, 4])
@pytest.mark.parametrize("count", range(1, 13))
def test_no_panel_leaves_the_screen(count, columns, hidden):
    """1 - (h + g) - h may be a little below 0 in floats, and Plotly refuses that."""
    panel = Panel([Line([0.0, 1.0], [0.0, 1.0])], x=Axis(hidden=hidden), y=Axis(hidden=hidden))
    assert len(to_plotly(Figure([panel] * count, columns=columns)).data) == count
