"""Every claim of the deck: what is computed, and that the verdict follows from it."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from frenemy.figures import Text
from frenemy.lessons import NAMES, Compared, Lesson, knob_specs, load
from frenemy.lessons._claims import VERDICTS, Claim, holds, holds_in_part, holds_so_far
from frenemy.lessons.slide_check import PAGES, claims


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
        ("for w = 1.01", "does not hold", "w¹⁰⁰⁰ = 20,959.16"),
        ("for w = 0.01", "holds", "1e-1998, which no float holds"),
        ("truncated BPTT", "holds in part", "11 terms for T = 10"),
        ("RMSprop divides", "holds in part", "rescales"),
        ("RMSprop to adjust", "holds", "with raw steps 0.089"),
        ("leaky ReLU", "holds in part", "predicted +0.00005"),
        ("gates (LSTM, GRU)", "holds in part", "1 of 4 vanish more slowly"),
        ("gates control", "holds", "2 of 2 GRUs"),
        ("long-term dependency", "holds", "without memory it is 0.167"),
        ("harder to detect", "holds", "one that explodes"),
        ("experiments on language models", "holds", "nats at once"),
        ("product of next-word", "holds", "add up to 1.0000"),
        ("order information", "holds", "counts differ by 0"),
        ("sum of chains", "holds in part", "immediate partial derivative"),
        ("six features in time", "holds", "8 windows"),
        ("f_i − f_i", "does not hold", "it is 0 for every signal"),
        ("spectral kurtosis", "does not hold", "4 times that if"),
        ("Σ f³ S(f)", "does not hold", "the power is 4"),
        ("wavelet energy", "holds in part", "does not say which transform"),
        ("Nash equilibrium", "holds in part", "stable attracts"),
        ("values of x and y", "holds", "It is not strict"),
        ("A wants to maximise xy", "holds in part", "A gains 1, 10, 100"),
        ("whatever the opponent", "holds in part", "A gains 3"),
        ("the update Δx", "holds", "distance 4.651721"),
        ("from (2, 2)", "holds", "1.004988"),
        ("whatever α", "holds", "no step size does"),
        ("similar to p_data", "holds in part", "Gaussian mixture"),
        ("only sample", "holds", "2 of 3 learners answer"),
        ("step 1: fix G", "holds", "not a bit of the other's change"),
        ("step 2: fix D", "holds", "not a bit of the other's change"),
        ("high scores to real", "holds", "D's mean answer on real points"),
        ("max over D of V", "holds", "least at distance 0"),
        ("zero-sum", "holds in part", "non-saturating"),
        ("oscillate and never converge", "holds in part", "they go round in 210 steps"),
        ("limited modes", "holds", "Wilson's 95 % interval"),
        ("without gradient", "holds in part", "D tells 100% apart"),
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


def test_the_claims_of_every_lesson_stand_on_one_page():
    result = checked()
    pages = [build(result) for name, build in load("slide-check").figures.items() if name in PAGES]
    shown = [text for page in pages for text in texts_of(page)]
    for row in result.rows:
        assert shown.count(f"{row.claim.slide}: {row.claim.says}") == 1
    assert list(PAGES) == sorted(PAGES, key=lambda page: NAMES.index(PAGES[page][0]))


def texts_of(figure):
    marks = [mark for panel in figure.panels for mark in panel.marks]
    return [text for mark in marks if isinstance(mark, Text) for text in np.atleast_1d(mark.text)]


def test_toys_that_no_float_holds_are_compared_in_logarithms():
    numbers = finding("for w = 0.01").numbers
    assert numbers.predicted == pytest.approx(-1998)
    assert numbers.measured == pytest.approx(-1998)


def test_a_verdict_follows_from_what_is_computed():
    lesson = load("toy-power")
    (claim,) = [claim for claim in lesson.claims if "1.01" in claim.says]
    other = lesson.run(replace(claim.knobs, w=1.0122924))
    assert claim.check(other).verdict == "holds"
    assert holds(False, "").verdict == holds_in_part(False, "").verdict == "does not hold"
    parts = [holds_so_far(parts, "").verdict for parts in ((True, True), (True, False), (False,))]
    assert parts == list(VERDICTS)


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
