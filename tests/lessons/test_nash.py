"""Equilibria and their kinds on the page of the slide."""

from dataclasses import replace

import pytest

from frenemy.lessons import load

LESSON = load("nash")


def result(**knobs):
    return LESSON.run(replace(LESSON.knobs(), **knobs))


def test_the_slides_equilibrium():
    found = result()
    assert [tuple(point.values) for point in found.points] == [(0.0, 0.0)]
    stated = LESSON.facts(found)
    assert stated["x by symbols and by search"].measured == pytest.approx(0, abs=1e-9)
    for player in "AB":
        assert stated[f"{player}'s gain from a small move alone there"].measured == 0
    assert stated["A's gain from moving alone at the tried point"] == pytest.approx(3.0)
    assert stated["B's gain from moving alone at the tried point"] == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("preset", "kinds"),
    [
        ("the slide", {"local Nash", "centre"}),
        ("a strict equilibrium", {"local Nash", "local minimax", "stable"}),
        ("minimax, not Nash", {"local minimax", "unstable"}),
        ("stable, not Nash", {"stable"}),
    ],
)
def test_each_preset_shows_the_kind_it_is_named_for(preset, kinds):
    (point,) = LESSON.run(LESSON.presets[preset]).points
    assert set(point.kinds) == kinds


def test_a_local_equilibrium_may_be_left_by_a_long_move():
    found = LESSON.run(LESSON.presets["several points"])
    assert len(found.points) == 3
    stated = LESSON.facts(found)
    assert stated["A's gain from a small move alone there"].measured == pytest.approx(0, abs=1e-9)
    assert stated["A's gain from a move of up to 3"] > 1


def test_mixed_equilibria_pay_what_the_best_action_pays():
    stated = LESSON.facts(LESSON.run(LESSON.presets["battle of the sexes"]))
    assert stated["matrix game: equilibrium 2 of 3"] == "rows (3/5, 2/5), columns (2/5, 3/5)"
    pay = stated["matrix game: row player's payoff"]
    assert pay.predicted == pytest.approx(pay.measured) == pytest.approx(1.2)


def test_a_value_without_critical_points_has_facts_and_pictures():
    found = result(formula="x + y")
    assert LESSON.facts(found)["critical points"] == "none"
    for build in LESSON.figures.values():
        assert build(found).panels


@pytest.mark.parametrize(
    ("knobs", "says"),
    [
        ({"row_payoffs": "1, 2; 3"}, "one length"),
        ({"row_payoffs": "1, a"}, "entry 2 of row 1"),
        ({"row_payoffs": ";".join(["1"] * 9)}, "up to 8 actions"),
        ({"column_payoffs": "1, 2, 3"}, "one shape"),
        ({"formula": "x*z"}, "z"),
    ],
)
def test_what_is_wrong_is_said(knobs, says):
    with pytest.raises(ValueError, match=says):
        result(**knobs)


def finding(part, **knobs):
    (claim,) = [claim for claim in LESSON.claims if part in claim.says]
    return claim.check(result(**knobs))


@pytest.mark.parametrize(
    ("part", "knobs", "verdict", "says"),
    [
        ("values of x and y", {}, "holds", "It is not strict"),
        ("values of x and y", {"formula": "x*y - x^2/2 + y^2/2"}, "holds", "It is strict"),
        ("values of x and y", {"formula": "(x - 1)*y"}, "does not hold", "(1, 0)"),
        ("values of x and y", {"formula": "3*y^2 + x^2 + 4*x*y"}, "does not hold", "no equil"),
        ("A wants to maximise", {}, "holds in part", "none that is finite"),
        ("A wants to maximise", {"formula": "x*y - x^2/2 + y^2/2"}, "does not hold", "x = y"),
    ],
)  # fmt: skip
def test_verdicts_follow_from_the_game(part, knobs, verdict, says):
    found = finding(part, **knobs)
    assert found.verdict == verdict
    assert says in found.found
