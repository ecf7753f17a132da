"""Every claim of the deck: what is computed, and that the verdict follows from it."""

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from frenemy.lessons import NAMES, Compared, Lesson, knob_specs, load
from frenemy.lessons._claims import VERDICTS, Claim, holds, holds_in_part
from frenemy.lessons.slide_check import claims


@cache
def checked():
    lesson = load("slide-check")
    return lesson.run(lesson.knobs())


def finding(part):
    (found,) = [row.finding for row in checked().rows if part in row.claim.says]
    return found


def test_the_claims_are_those_of_the_lessons_and_of_every_room():
    rows = checked().rows
    assert [row.claim for row in rows] == [c for n in NAMES for c in load(n).claims]
    assert set(Counter(row.topic for row in rows)) == {"Games", "GANs", "Recurrent nets"}
    assert len(rows) > 30
    assert all(row.finding.verdict in VERDICTS and row.finding.found for row in rows)


@pytest.mark.parametrize(
    ("part", "verdict", "says"),
    [
        ("for w = 1.01", "does not hold", "2.07516e+4"),
        ("for w = 0.99", "holds in part", "4.36073e-5"),
        ("for w = 0.01", "holds", "1e-1998, which no float holds"),
        ("truncated BPTT", "holds in part", "T + 1 = 11 terms"),
        ("RMSprop", "holds in part", "rescales"),
        ("leaky ReLU", "holds in part", "leaves vanishing as it was"),
        ("sum of chains", "holds in part", "immediate partial derivative"),
        ("f_i − f_i", "does not hold", "0.00, for every signal"),
        ("Σ f³ S(f)", "does not hold", "the power is 4"),
        ("wavelet energy", "holds in part", "does not say which transform"),
        ("Nash equilibrium", "holds in part", "stable attracts"),
        ("whatever the opponent", "holds in part", "A gains 3"),
        ("from (2, 2)", "holds", "1.004988"),
        ("parallel computation", "holds in part", "backward pass is affine"),
        ("epochs 0", "holds in part", "1,406,250"),
    ],
)
def test_where_the_deck_is_wrong_or_loose_it_is_said_with_the_number(part, verdict, says):
    found = finding(part)
    assert found.verdict == verdict
    assert says in found.found


def test_numbers_that_are_printed_stand_beside_those_that_are_computed():
    numbers = finding("for w = 1.01").numbers
    assert isinstance(numbers, Compared)
    assert numbers.predicted == 200_000
    assert numbers.measured == pytest.approx(1.01**999, rel=1e-12)


def test_a_verdict_follows_from_what_is_computed():
    lesson = load("toy-power")
    (claim,) = [claim for claim in lesson.claims if "1.01" in claim.says]
    other = lesson.run(replace(claim.knobs, w=1.0122924))
    assert claim.check(other).verdict == "holds"
    assert holds(False, "").verdict == holds_in_part(False, "").verdict == "does not hold"


def test_one_part_of_the_deck_can_be_checked_alone():
    assert {room for room, _, _ in claims("GANs")} == {"GANs"}
    (spec,) = knob_specs(load("slide-check").knobs)
    assert set(spec.choices) >= {"Games", "GANs", "Recurrent nets"}


def test_a_claim_whose_knobs_are_out_of_range_is_noticed():
    lesson = load("toy-power")
    odd = Claim("a slide", "odd", replace(lesson.knobs(), steps=-1), lambda result: holds(True, ""))
    with pytest.raises(ValueError, match="the claim 'odd' of 'toy-power': steps must be"):
        replace(lesson, claims=(odd,))
    assert isinstance(lesson, Lesson)
