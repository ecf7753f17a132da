"""The slide's game: its numbers in closed form, and what happens when something is not there."""

from dataclasses import replace

import numpy as np
import pytest

from frenemy.lessons import Compared, load

LESSON = load("rotation")


def facts(**knobs):
    return LESSON.facts(LESSON.run(replace(LESSON.knobs(), **knobs)))


def test_the_slides_numbers():
    """From (2, 2) with step 0.1: norm 4.651721255 after 100 steps (games.md, checked by hand)."""
    stated = facts()
    final = stated["simultaneous: distance after 100 steps"]
    assert final.measured == pytest.approx(np.sqrt(8) * 1.01**50, rel=1e-12)
    assert final.measured == pytest.approx(4.651721255, abs=1e-9)
    assert stated["simultaneous: growth per step"].predicted == pytest.approx(np.sqrt(1.01))
    period = stated["simultaneous: steps in a turn"]
    assert period.predicted == pytest.approx(2 * np.pi / np.arctan(0.1))
    assert stated["flow: distance at time 10"] == Compared(
        pytest.approx(8**0.5), pytest.approx(8**0.5)
    )


@pytest.mark.parametrize(
    ("rule", "radius"),
    [
        ("extragradient", lambda a: np.sqrt(1 - a**2 + a**4)),
        ("optimistic", lambda a: np.sqrt((1 + np.sqrt(1 - 4 * a**2)) / 2)),
        ("proximal-point", lambda a: 1 / np.sqrt(1 + a**2)),
        ("cgd", lambda a: 1 / np.sqrt(1 + a**2)),
    ],
)
def test_the_cures_shrink_as_the_closed_forms_say(rule, radius):
    growth = facts(rules=(rule,), lr=0.3, steps=400)[f"{rule}: growth per step"]
    assert growth.predicted == pytest.approx(radius(0.3), rel=1e-12)
    assert growth.measured == pytest.approx(radius(0.3), rel=1e-3)


def test_turning_of_a_rule_is_measured_where_it_is_predicted():
    turns = facts(rules=("alternating",), steps=400)["alternating: steps in a turn"]
    assert turns.measured == pytest.approx(turns.predicted, rel=0.01)


def test_divergence_is_told_with_its_step():
    stated = facts(lr=3.0, steps=5000)
    assert "Diverged at step" in stated["simultaneous: outcome"]


def test_a_rule_that_does_not_exist_here_says_so_and_has_pictures():
    result = LESSON.run(replace(LESSON.knobs(), rules=("follow-the-ridge",)))
    stated = LESSON.facts(result)
    assert "singular" in stated["follow-the-ridge: verdict"]
    for build in LESSON.figures.values():
        assert build(result).panels


def test_a_game_without_equilibrium_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match="no point where both"):
        facts(formula="x + y")


def test_the_distance_keeps_still_only_where_the_flow_rotates():
    kept = facts(formula="3*x*y")["flow: distance at time 10"]
    assert kept.predicted == pytest.approx(kept.measured, rel=1e-8)
    assert isinstance(facts(formula="x*y - x^2/8 + y^2/8")["flow: distance at time 10"], float)


def finding(part, **knobs):
    (claim,) = [claim for claim in LESSON.claims if part in claim.says]
    return claim.check(LESSON.run(replace(LESSON.knobs(), **knobs)))


@pytest.mark.parametrize(
    ("part", "knobs", "verdict", "says"),
    [
        ("the update", {}, "holds", "distance 4.651721"),
        ("the update", {"rules": ("alternating",)}, "does not hold", "apart at most"),
        ("from (2, 2)", {}, "holds", "extragradient (0.9950)"),
        ("from (2, 2)", {"rules": ("extragradient",)}, "does not hold", "0.9950"),
        ("whatever α", {}, "holds", "no step size does"),
        ("whatever α", {"formula": "x*y - x^2/8 + y^2/8"}, "does not hold", "√(1 + α²) to 0."),
    ],
)
def test_verdicts_follow_from_the_runs(part, knobs, verdict, says):
    found = finding(part, **knobs)
    assert found.verdict == verdict
    assert says in found.found
