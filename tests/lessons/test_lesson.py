"""What a lesson must hold, and how lessons are found."""

import sys
from dataclasses import dataclass, replace
from importlib import import_module

import pytest

from frenemy import lessons
from frenemy.lessons import knob
from frenemy.references import find
from tests.lessons.tiny import LESSON, Knobs


@dataclass(frozen=True)
class OtherKnobs:
    n: int = knob(1, label="n")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "Two Words"}, "cannot name a lesson"),
        ({"figures": {"a_b": print}}, "cannot name a lesson or figure"),
        ({"title": ""}, "needs its title"),
        ({"story": ""}, "needs its story"),
        ({"figures": {}}, "needs its figures"),
        ({"references": ["nash1950"]}, "must be a tuple"),
        ({"slides": "one"}, "must be a tuple"),
        ({"knobs": int}, "frozen"),
        ({"picks": {"nowhere": ("start", "start")}}, "'nowhere' cannot set knobs"),
        ({"picks": {"path": ("start", "steps")}}, "two knobs that are numbers, of start"),
        ({"presets": {"odd": OtherKnobs()}}, "preset 'odd' of 'tiny' must be a Knobs"),
        ({"presets": {"far": Knobs(start=99.0)}}, "preset 'far' of 'tiny': start must be"),
    ],
)
def test_a_lesson_is_checked(changes, says):
    with pytest.raises(ValueError, match=says):
        replace(LESSON, **changes)


def test_progress_is_told_where_it_can_be():
    told = []
    LESSON.perform(Knobs(steps=3), lambda *state: told.append(state))
    assert told == [(1, 3, "stepping"), (2, 3, "stepping"), (3, 3, "stepping")]
    silent = replace(LESSON, run=lambda knobs: knobs.steps)
    assert silent.perform(Knobs(steps=3), lambda *state: told.append(state)) == 3
    assert len(told) == 3


def test_unknown_lessons_are_answered_with_the_known():
    with pytest.raises(ValueError, match=r"Did you mean 'rotation'\? Lessons: nash, rotation"):
        lessons.load("rotaton")


def test_a_lesson_must_be_what_it_is_registered_as(monkeypatch):
    monkeypatch.setitem(lessons.TITLES, "tiny", "Another title")
    monkeypatch.setitem(sys.modules, "frenemy.lessons.tiny", import_module("tests.lessons.tiny"))
    with pytest.raises(ValueError, match="make the two agree"):
        lessons.load("tiny")
    monkeypatch.setitem(lessons.TITLES, "tiny", LESSON.title)
    assert lessons.load("tiny") is LESSON


@pytest.mark.parametrize("name", lessons.NAMES)
def test_registered_lessons_load_and_cite_what_is_there(name):
    lesson = lessons.load(name)
    assert lesson.name == name
    assert lesson.slides
    assert [find(key).key for key in lesson.references] == list(lesson.references)
