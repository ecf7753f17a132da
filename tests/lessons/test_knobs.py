"""Knobs: what they accept, how they refuse, and that no setting is lost on the way."""

import json
import math
from dataclasses import dataclass, fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frenemy.lessons import knob, knob_specs, knobs_to_dict, knobs_to_query, make_knobs
from tests.lessons.tiny import Knobs


def test_specs_follow_the_fields():
    specs = knob_specs(Knobs)
    assert [spec.name for spec in specs] == [field.name for field in fields(Knobs)]
    kinds = ["float", "float", "int", "int", "bool", "choice", "choices", "formula", "float"]
    assert [spec.kind for spec in specs] == kinds
    types = [float, float, int, int, bool, str, tuple, str, float]
    assert [spec.type for spec in specs] == types
    rate = specs[1]
    assert (rate.default, rate.low, rate.high, rate.log) == (0.5, 1e-3, 2, True)
    assert rate.help == "factor of a step"


@pytest.mark.parametrize(
    ("name", "given_value", "value"),
    [
        ("start", "1", 1.0),
        ("start", " -2.5e0 ", -2.5),
        ("start", 3, 3.0),
        ("start", np.float64(0.25), 0.25),
        ("start", -10, -10.0),
        ("steps", "7", 7),
        ("steps", "1e2", 100),
        ("steps", 8.0, 8),
        ("steps", np.int64(9), 9),
        ("noisy", "true", True),
        ("noisy", "No", False),
        ("noisy", "1", True),
        ("way", "up", "up"),
        ("extras", "mean,last", ("mean", "last")),
        ("extras", " last ", ("last",)),
        ("extras", "", ()),
        ("extras", ["last", "mean"], ("last", "mean")),
        ("formula", "x*y, or not", "x*y, or not"),
    ],
)
def test_values_become_typed(name, given_value, value):
    found = getattr(make_knobs(Knobs, {name: given_value}), name)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("start", "11", "start must be a number from -10 to 10; got '11'"),
        ("start", math.nan, "start must be"),
        ("start", "inf", "start must be"),
        ("start", "1e400", "start must be"),
        ("start", True, "start must be"),
        ("start", None, "start must be"),
        ("start", "two", "try '2.0'"),
        ("steps", "0", "a whole number from 1 to 1000"),
        ("steps", "1.5", "a whole number"),
        ("steps", "9" * 5000, "a whole number"),
        ("steps", False, "a whole number"),
        ("seed", -1, "a whole number of at least 0"),
        ("noisy", "maybe", "true or false"),
        ("noisy", 1, "true or false"),
        ("way", "dwon", "one of down, up; got 'dwon'; did you mean 'down'"),
        ("way", ["down"], "one of down, up"),
        ("extras", "mean,lats", "any of mean, last; got 'mean,lats'; did you mean 'last'"),
        ("extras", "mean,mean", "any of mean, last"),
        ("extras", 3, "any of"),
        ("formula", "x" * 501, "at most 500 characters"),
        ("formula", 3, "a formula"),
    ],
)
def test_refusals_name_knob_value_and_range(name, value, says):
    with pytest.raises(ValueError, match="must be") as caught:
        make_knobs(Knobs, {name: value})
    assert says in str(caught.value)
    assert str(caught.value).startswith(name)


def test_an_unknown_knob_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"no knob 'stpes'. Did you mean 'steps'\? Knobs: start, "):
        make_knobs(Knobs, {"stpes": 3})


settings = st.fixed_dictionaries(
    {},
    optional={
        "start": st.floats(-10, 10),
        "rate": st.floats(1e-3, 2),
        "steps": st.integers(1, 1000),
        "noisy": st.booleans(),
        "way": st.sampled_from(["down", "up"]),
        "extras": st.permutations(["mean", "last"]).flatmap(
            lambda names: st.integers(0, 2).map(lambda count: tuple(names[:count]))
        ),
        "formula": st.text(max_size=20),
    },
)


@given(settings)
def test_json_and_permalink_lose_nothing(values):
    knobs = Knobs(**values)
    assert make_knobs(Knobs, json.loads(json.dumps(knobs_to_dict(knobs)))) == knobs
    query = knobs_to_query(knobs)
    assert all(isinstance(text, str) for text in query.values())
    assert make_knobs(Knobs, query) == knobs


def test_a_permalink_holds_only_what_was_turned():
    assert knobs_to_query(Knobs()) == {}
    turned = Knobs(rate=0.1, extras=("last", "mean"), noisy=True)
    assert knobs_to_query(turned) == {"rate": "0.1", "extras": "last,mean", "noisy": "true"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"default": 3, "label": "n", "low": 4}, "at least 4"),
        ({"default": 0.5, "label": ""}, "needs a label"),
        ({"default": 0.5, "label": "n", "low": 1, "high": 0}, "low must be below high"),
        ({"default": 0.5, "label": "n", "low": 0, "high": 1, "log": True}, "low above 0"),
        ({"default": "a", "label": "n", "choices": ("b", "c")}, "one of b, c"),
        ({"default": ("a",), "label": "n"}, "give choices"),
        ({"default": 1.0, "label": "n", "choices": ("a",)}, "give choices"),
        ({"default": "a", "label": "n", "choices": ("a", "b,c")}, "no comma"),
        ({"default": "a", "label": "n", "low": 3}, "for numbers"),
        ({"default": None, "label": "n"}, "must be bool, int"),
        ({"default": "x", "label": "n", "kind": "sum"}, "kind must be one of"),
        ({"default": math.inf, "label": "n"}, "a number"),
    ],
)
def test_a_knob_that_makes_no_sense_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        knob(**arguments)


def test_the_number_of_choices_can_be_bounded():
    @dataclass(frozen=True)
    class Some:
        rules: tuple[str, ...] = knob(("a",), label="rules", choices="abc", low=1, high=2)

    assert make_knobs(Some, {"rules": "c,a"}).rules == ("c", "a")
    for bad in ("", "a,b,c"):
        with pytest.raises(ValueError, match="at least 1 and at most 2"):
            make_knobs(Some, {"rules": bad})


def test_knobs_must_be_frozen_and_declared():
    @dataclass
    class Loose:
        n: int = knob(1, label="n")

    @dataclass(frozen=True)
    class Undeclared:
        n: int = 1

    @dataclass(frozen=True)
    class Reserved:
        style: int = knob(1, label="n")

    @dataclass(frozen=True)
    class Mistaken:
        lr: float = knob(1, label="n")

    cases = [(Loose, "frozen"), (Undeclared, "declared by"), (Reserved, "may be called 'style'")]
    for kind, says in [*cases, (Mistaken, "must be a float"), (int, "frozen")]:
        with pytest.raises(ValueError, match=says):
            knob_specs(kind)
