"""Axes as they are typed, and the points that they make."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frenemy.sweep import Axis, Plan, parse_axis
from frenemy.sweep.plan import MOST_POINTS, key_of
from tests.sweep.mortal import LESSON, Knobs, register


@pytest.fixture(autouse=True)
def _known(lesson):
    """The lesson is there."""


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x=0.01:1:log:3", (0.01, 0.1, 1.0)),
        ("x=-1:1:5", (-1.0, -0.5, 0.0, 0.5, 1.0)),
        ("x=0:1:lin:2", (0.0, 1.0)),
        ("x=1:-1:3", (1.0, 0.0, -1.0)),
        ("x=0.5, 2,3e-1", (0.5, 2.0, 0.3)),
        ("x=2", (2.0,)),
        ("n=1:10:log:20", tuple(range(1, 11))),
        ("n=4,2,4", (4, 2)),
        ("fate=*", ("fine", "refuse", "fail", "die", "diverge")),
        ("fate=die,fine", ("die", "fine")),
        ("words=a;a,b", (("a",), ("a", "b"))),
    ],
)
def test_axes_are_read_as_they_are_typed(text, values):
    found = parse_axis(LESSON, text)
    assert found.knob == text.partition("=")[0]
    assert [type(value) for value in found.values] == [type(value) for value in values]
    if isinstance(values[0], float):
        assert np.allclose(found.values, values, rtol=1e-15)
    else:
        assert found.values == values


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x", "must be written as in"),
        ("x=", "must be written as in"),
        ("y=1", "there is no knob 'y'"),
        ("x=0:1", "low:high:count"),
        ("x=0:1:log:5", "both ends are above 0"),
        ("x=0:1:cubic:5", "low:high:count"),
        ("x=0:nan:5", "low:high:count"),
        ("x=0:1:0", "low:high:count"),
        ("x=0:1:999999999999", "low:high:count"),
        ("x=0:99:3", "x must be a number from -10 to 10"),
        ("fate=gone", "fate must be one of"),
        ("n=1.5", "n must be a whole number"),
    ],
)
def test_what_is_no_axis_is_told(text, why):
    with pytest.raises(ValueError, match=why):
        parse_axis(LESSON, text)


@given(st.text(max_size=40))
def test_any_text_is_an_axis_or_a_value_error(text):
    register()
    try:
        found = parse_axis(LESSON, text)
    except ValueError:
        return
    assert found.values


def test_points_are_the_product_with_the_seeds_fastest():
    plan = Plan.of(LESSON, {"x": [1, 2], "fate": ["fine", "fail"]}, seeds=3, base=Knobs(seed=5))
    points = list(plan.points())
    assert len(points) == len(plan) == 12
    assert [(p["x"], p["fate"], p["seed"]) for p in points[:4]] == [
        (1.0, "fine", 5), (1.0, "fine", 6), (1.0, "fine", 7), (1.0, "fail", 5)
    ]  # fmt: skip
    assert len({key_of(point) for point in points}) == 12
    assert Plan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Plan("mortal", (Axis("x", (1.0,)), Axis("x", (2.0,)))), "varied twice"),
        (lambda: Plan("mortal", (Axis("seed", (1,)),), seeds=2), "not both"),
        (lambda: Plan("mortal", (), seeds=-1), "at least 1"),
        (lambda: Plan("nash", (), seeds=2), "draws nothing at random"),
        (lambda: Plan("mortal", (Axis("x", (1.0,)),), seeds=MOST_POINTS + 1), "may have"),
        (lambda: Plan.of(LESSON, {"x": "12"}), "must be several"),
        (lambda: Plan.of(LESSON, {"x": []}), "has no values"),
    ],
)
def test_plans_that_make_no_sense_are_refused(make, why):
    with pytest.raises(ValueError, match=why):
        make()
