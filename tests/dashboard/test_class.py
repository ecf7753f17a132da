"""A class of forty on one server: no errors, no mixing, and nothing is left when all have gone."""

import time
from dataclasses import asdict
from urllib.parse import parse_qs

import pytest

from frenemy.dashboard.laboratory.view import view_of
from frenemy.lessons import fact_rows, load, make_knobs
from frenemy.lessons._gan_lab_runs import opened
from frenemy.lessons._threads import one_thread
from frenemy.lessons.gan_lab import Knobs
from tests.dashboard.classroom import class_of, stand_still
from tests.dashboard.serving import serving


def until_quiet(server, threads, seconds=30):
    """Wait for the threads of sessions that have left."""
    end = time.monotonic() + seconds
    while server.threads > threads:
        assert time.monotonic() < end, f"{server.threads} threads are left of {threads}"
        time.sleep(0.2)


def check_toys(students):
    """Every page shows its own knobs, and the very facts that they have in a quiet process."""
    for page, knob, value, student in students:
        assert parse_qs(student.query)[knob] == [str(value)]
        lesson = load(page)
        words = student.words.replace("\\", "")
        rows = fact_rows(lesson.facts(lesson.run(lesson.knobs(**{knob: value}))))
        for label, _, measured, _ in rows:
            assert label in words and measured in words, (page, value, label, measured)


def check_trainings(trainers):
    """Every training is, to the bit, what its address gives in a quiet process."""
    views, seeds = [stand_still(student)["views"][-1] for student in trainers], set()
    for student, view in zip(trainers, views, strict=True):
        recipe = make_knobs(Knobs, {key: own[0] for key, own in parse_qs(student.query).items()})
        assert recipe.steps == view["step"] > 0
        lab = opened(recipe)
        with one_thread():
            lab.advance(recipe.steps)
        alone = asdict(view_of({"alone": lab}, recipe.second, slow=False))["sides"][0]
        for part in ("samples", "surface", "manifold"):
            assert view["sides"][0][part] == alone[part], (recipe.seed, part)
        seeds.add(recipe.seed)
    assert len(seeds) == len(trainers) // 2


@pytest.mark.slow
def test_a_class_of_forty(tmp_path):
    with serving(tmp_path) as server:
        with class_of(server.address, toys=9, labs=1, turns=3, pause=1) as before:
            assert not before.complaints
        threads = server.threads
        sizes = []
        for round_ in range(2):
            with class_of(server.address, toys=32, labs=8, turns=2, pause=3) as seen:
                assert not seen.complaints
                assert len(seen.trainers) == 8 and len(seen.seconds) == 2 * 32
                if round_:
                    check_trainings(seen.trainers)
                    check_toys(seen.students.values())
            until_quiet(server, threads)
            sizes.append(server.megabytes)
        assert sizes[1] < 1.15 * sizes[0], f"the class left memory behind: {sizes}"
        assert "Traceback" not in server.log.read_text()
