"""Pictures of sweeps: what they show is what the runs hold."""

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from frenemy.cli import main
from frenemy.figures import Band, HeatMap, Line, Points, read_recipe, render
from frenemy.sweep import Plan, Runs, chart, code_version, measure
from frenemy.sweep.charts import over_seeds, recipe_of_chart
from frenemy.sweep.plan import key_of
from frenemy.sweep.runs import PREDICTED
from frenemy.sweep.store import Store


def runs_of(lesson, vary, **settings):
    plan = Plan.of(lesson, vary, **settings)
    version = code_version(plan.lesson)
    told = [measure(plan.lesson, version, key_of(knobs), knobs) for knobs in plan.points()]
    return Runs(plan, {outcome.key: outcome for outcome in told})


def marks(figure, kind):
    return [mark for mark in figure.panels[0].marks if isinstance(mark, kind)]


def test_a_line_is_the_mean_with_students_interval_and_the_prediction_beside_it(lesson):
    runs = runs_of(lesson, {"x": [1, 2, 4, 8]}, seeds=5)
    figure = chart(runs, "square")
    values = runs.to_xarray()["square"].values
    measured, predicted = marks(figure, Line)
    assert np.allclose(measured.y, values.mean(axis=1))
    assert predicted.y.tolist() == [1, 4, 16, 64]
    low, high = stats.t.interval(0.95, 4, values.mean(1), stats.sem(values, axis=1))
    (band,) = marks(figure, Band)
    assert np.allclose(band.lower, low) and np.allclose(band.upper, high)
    assert figure.panels[0].x.scale == "log"
    assert chart(runs_of(lesson, {"x": [1, 2, 3]}), "square").panels[0].x.scale == "linear"


def test_yes_or_no_has_wilsons_interval():
    found = over_seeds(np.array([1.0] * 8 + [0.0] * 2 + [np.nan]), yes_or_no=True)
    wanted = stats.binomtest(8, 10).proportion_ci(0.95, method="wilson")
    assert (float(found.mean), int(found.n)) == (0.8, 10)
    assert (float(found.low), float(found.high)) == (wanted.low, wanted.high)


@pytest.mark.parametrize(
    ("values", "mean", "has_interval"),
    [([1.0, np.nan], 1.0, False), ([np.nan, np.nan], np.nan, False), ([1.0, np.inf], np.inf, False),
     ([1.0, 3.0], 2.0, True)],
)  # fmt: skip
def test_what_is_missing_or_infinite_leaves_no_interval(values, mean, has_interval):
    found = over_seeds(np.array(values))
    assert np.array_equal(float(found.mean), mean, equal_nan=True)
    assert np.isfinite([found.low, found.high]).all() == has_interval


def test_two_numbers_make_a_map_in_ascending_order(lesson):
    runs = runs_of(lesson, {"x": [3, 1], "n": [1, 2, 3]})
    (heat,) = marks(chart(runs, "square"), HeatMap)
    assert heat.x.tolist() == [1, 3] and heat.y.tolist() == [1, 2, 3]
    found = runs.to_xarray()["square"].sortby("x")
    assert np.array_equal(heat.values, found.transpose("n", "x").values)


def test_names_stand_one_below_the_other_and_what_failed_is_blank(lesson):
    runs = runs_of(lesson, {"fate": ["fine", "fail", "diverge"]}, seeds=3)
    figure = chart(runs, "square")
    panel = figure.panels[0]
    assert [text for _, text in panel.y.ticks] == ["fine", "fail", "diverge"]
    assert [len(points.x) for points in marks(figure, Points)] == [1, 2]
    render(figure, "png", style="slide", recipe=recipe_of_chart(runs, "square", {}, "slide"))


def test_lines_for_names_and_held_axes(lesson):
    runs = runs_of(lesson, {"fate": ["fine", "diverge"], "x": [1, 2, 3], "n": [1, 2]})
    with pytest.raises(ValueError, match="fate, x, n are varied; hold all but two of them"):
        chart(runs, "square")
    figure = chart(runs, "square", at={"n": "2"})
    assert {line.label for line in marks(figure, Line)} >= {"fine", "diverge", "predicted"}
    assert "n = 2" in figure.caption
    alone = chart(runs, "square", at={"n": "2", "fate": "fine"})
    assert marks(alone, Line)[0].x.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("fact", "at", "why"),
    [("gone", {}, "there is no fact 'gone'; the runs have: square"), ("words", {}, "is text"),
     ("square", {"x": "7"}, "x=7 is no place of this sweep; x is 1.0, 2.0"),
     ("square", {"n": "1"}, "n is not varied"), ("nothing", {}, "no point has the fact"),
     ("o", {}, "3 facts have 'o' in them: positive; words; nothing")],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told(lesson, fact, at, why):
    with pytest.raises(ValueError, match=why):
        chart(runs_of(lesson, {"x": [1, 2]}), fact, at=at)


def test_a_part_of_a_label_that_no_other_has_names_the_fact(lesson):
    runs = runs_of(lesson, {"x": [1, 2]})
    assert chart(runs, "squ") == chart(runs, "square")


def test_a_long_label_is_told_in_several_lines(lesson, monkeypatch):
    long = "a fact of which the lesson has a good deal to say (theory; measurement)"
    runs = runs_of(lesson, {"x": [1, 2]})
    monkeypatch.setattr(type(runs), "facts", lambda self: {long: [1.0, 2.0]})
    label = chart(runs, "a good deal").panels[0].y.label
    assert " ".join(label.split()) == long
    assert max(map(len, label.splitlines())) <= 34


def test_an_axis_of_one_value_is_held_there_and_a_theory_that_says_nothing_is_left_out(lesson):
    runs = runs_of(lesson, {"x": [1, 2, 3], "n": [4]}, seeds=2)
    figure = chart(runs, "square")
    assert figure.caption == "n = 4 · mean of 2 seeds, 95 % interval"
    assert [mark.label for mark in marks(figure, Line)] == ["measured", "predicted"]
    outcomes = {
        key: one._replace(facts=one.facts | {PREDICTED + "square": None})
        for key, one in runs.outcomes.items()
    }
    silent = chart(type(runs)(runs.plan, outcomes), "square")
    assert [mark.label for mark in marks(silent, Line)] == ["measured"]


def test_three_axes_are_too_many(lesson):
    runs = runs_of(lesson, {"x": [1, 2], "n": [1, 2], "fate": ["fine", "refuse"]})
    with pytest.raises(ValueError, match=r"x, n, fate are varied.* as in --at x="):
        chart(runs, "square")


def test_the_commands_list_draw_and_write_what_is_in_a_store(lesson, tmp_path):
    def frenemy(*arguments):
        return CliRunner().invoke(main, [str(part) for part in arguments])

    runs, store = runs_of(lesson, {"x": [1, 2, 3]}, seeds=2), tmp_path / "a.db"
    with Store(store, runs.plan) as open_store:
        for outcome in runs.outcomes.values():
            open_store.keep(outcome)
    listed = frenemy("chart", store)
    assert listed.output.splitlines() == ["square", "positive", "words", "nothing"]
    drawn = frenemy("chart", store, "--fact", "square", "--format", "svg", "-o", tmp_path)
    assert drawn.output == f"{tmp_path / 'a.svg'}\n"
    recipe = read_recipe(tmp_path / "a.svg")
    assert recipe.knobs["fact"] == "square" and recipe.knobs["vary"] == {"x": [3, "1.0", "3.0"]}
    again = frenemy("draw", "--from", tmp_path / "a.svg", "-o", tmp_path)
    assert again.exit_code == 2 and "shows 'square' of a sweep of 'mortal'" in again.stderr
    text = frenemy("table", store).output
    assert text.splitlines()[0].startswith("x,seed,state,reason,seconds,predicted: square,square")
    assert len(text.splitlines()) == 7
    assert frenemy("table", store, "-o", tmp_path / "a.csv").output == f"{tmp_path / 'a.csv'}\n"
    assert (tmp_path / "a.csv").read_text() == text
