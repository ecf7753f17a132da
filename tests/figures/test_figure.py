"""Panels, axes and frames."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from frenemy.figures import Axis, Figure, Frame, Line, Panel, Points, Surface
from tests.figures.samples import BOWL, GRID, portrait

LINE = Line([0, 1], [1, 2], name="path", label="path")


def test_a_figure_is_a_value():
    figure = portrait(animate=True, frames=5)
    assert pickle.loads(pickle.dumps(figure)) == figure
    assert figure == portrait(animate=True, frames=5)
    assert figure != portrait(animate=True, frames=6)


def test_panels_fill_rows():
    panels = [Panel([LINE])] + [Panel([]) for _ in range(4)]
    assert (Figure(panels).rows, Figure(panels).columns) == (2, 3)
    assert Figure(panels, columns=2).rows == 3
    assert Figure(panels[:1], columns=4).columns == 1


def test_a_legend_lists_each_label_once():
    twice = Line([0, 1], [0, 0], label="path")
    silent = Line([0, 1], [3, 3])
    assert Panel([LINE, twice, silent]).listed == (LINE,)
    assert Panel([LINE], legend=False).listed == ()


def test_a_frame_replaces_marks_of_its_names():
    later = Line([0, 1, 2], [1, 2, 3], name="path")
    figure = Figure([Panel([LINE, Points([0], [0])])], frames=[Frame("step 2", {"path": later})])
    shown = figure.at_frame(-1)
    assert shown.panels[0].marks == (later, Points([0], [0]))
    assert shown.frames == ()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Axis(scale="cubic"), "scale must be one of 'linear', 'log', 'symlog'"),
        (lambda: Axis(range=(1, 1)), "two different ends"),
        (lambda: Axis(range=(0, 1), scale="log"), "must be above 0.*symlog"),
        (lambda: Axis(range=(0, np.inf)), "must be finite"),
        (lambda: Axis(r"$\foo$"), r"\\foo cannot be shown on the screen"),
        (lambda: Panel(["line"]), "marks must hold marks; got 'line'"),
        (lambda: Panel([Surface(GRID, GRID, BOWL)]), "Surface needs a panel with a z axis"),
        (lambda: Panel([LINE], z=Axis("z")), "Line cannot stand in a panel with a z axis"),
        (lambda: Panel([], x=Axis(scale="log"), z=Axis("z")), "axes in space must be linear"),
        (lambda: Figure([]), "at least one panel"),
        (lambda: Figure([Panel([])], columns=0), "columns must be above 0"),
        (lambda: Figure([Panel([])], frame_seconds=0), "frame_seconds must be above 0"),
        (lambda: Figure([Panel([LINE, LINE])]), "two marks are named 'path'"),
        (
            lambda: Figure([Panel([LINE])], frames=[Frame("1", {"way": LINE})]),
            "a name in frame '1' must be one of 'path'; not 'way'",
        ),
        (
            lambda: Figure([Panel([LINE])], frames=[Frame("1", {"path": Points([0], [0])})]),
            "replaces 'path', a Line, by a Points",
        ),
    ],
)
def test_a_figure_says_what_is_wrong(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_categories_name_the_places_of_bars():
    axis = Axis.of_categories(["GDA", "OGDA"], "rule")
    assert axis.ticks == ((0.0, "GDA"), (1.0, "OGDA"))
    assert axis.range == (-0.5, 1.5)
