"""One battery for all lessons: what the page, the command and a sweep rely on."""

import inspect
import json
import sys
from dataclasses import replace
from functools import cache

import pytest

from frenemy.drawing import recipe_of
from frenemy.figures import read_recipe, save, to_plotly
from frenemy.lessons import NAMES, fact_rows, knobs_to_dict, load, make_knobs, plain
from tests.lessons.short import SHORT

CLOCKED = {"parallelism"}
"""Lessons whose facts are times, read from a clock."""

SETTINGS = [
    (name, preset)
    for name in NAMES
    for preset in ("default", *load(name).presets)
    if name not in SHORT or preset == "default"
]


@cache
def result_of(name, preset):
    lesson = load(name)
    knobs = lesson.knobs() if preset == "default" else lesson.presets[preset]
    return lesson.perform(replace(knobs, **SHORT.get(name, {})))


@pytest.mark.parametrize(("name", "preset"), SETTINGS)
def test_facts_can_be_read_and_sent(name, preset):
    facts = load(name).facts(result_of(name, preset))
    json.dumps(plain(facts), allow_nan=False)
    rows = fact_rows(facts)
    assert any(predicted for _, predicted, _, _ in rows), "no prediction beside a measurement"
    assert all(label and measured for label, _, measured, _ in rows)


@pytest.mark.parametrize(("name", "preset"), SETTINGS)
def test_every_figure_is_drawn_for_paper_and_screen(name, preset, tmp_path):
    lesson = load(name)
    for label, build in lesson.figures.items():
        figure = build(result_of(name, preset))
        assert to_plotly(figure).data
        recipe = recipe_of(lesson, label, lesson.knobs(), "slide")
        path = save(figure, tmp_path / f"{label}.svg", recipe=recipe)
        assert read_recipe(path) == recipe


@pytest.mark.parametrize("name", NAMES)
def test_the_same_knobs_give_the_same_facts(name):
    lesson = load(name)
    knobs = replace(lesson.knobs(), **SHORT.get(name, {}))
    first = lesson.facts(result_of(name, "default"))
    for held in vars(sys.modules[inspect.unwrap(lesson.run).__module__]).values():
        if hasattr(held, "cache_clear"):
            held.cache_clear()
    again = lesson.facts(lesson.perform(make_knobs(lesson.knobs, knobs_to_dict(knobs))))
    if name in CLOCKED:
        assert list(again) == list(first)
    else:
        assert plain(again) == plain(first)


@pytest.mark.parametrize("name", NAMES)
def test_every_knob_explains_itself(name):
    from frenemy.lessons import knob_specs

    for spec in knob_specs(load(name).knobs):
        assert spec.label
        assert spec.help or spec.label != spec.name
