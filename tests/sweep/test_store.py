"""What a store refuses, and that what it has it keeps."""

import sqlite3

import numpy as np
import pytest

from frenemy.sweep import Outcome, Plan, Store, StoreError, point, read_runs
from frenemy.sweep.plan import key_of
from tests.sweep.mortal import LESSON


@pytest.fixture(autouse=True)
def _known(lesson):
    """The lesson is there."""


PLAN = {"x": [1.0, 2.0, 3.0]}


def plan():
    return Plan.of(LESSON, PLAN)


def outcomes():
    return [
        Outcome(key_of(knobs), "done", {"square": {"predicted": 0.1, "measured": 1 / 3}}, "", 0.5)
        for knobs in plan().points()
    ]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "runs.db"
    with Store(path, plan()) as store:
        for outcome in outcomes()[:2]:
            store.keep(outcome)
    return path


def test_what_is_written_is_read_again_to_the_last_bit(path):
    runs = read_runs(path)
    assert runs.plan == plan()
    assert runs.rows() == [*outcomes()[:2], None]
    assert runs.counts() == {"done": 2, "missing": 1}
    assert runs.to_xarray()["square"].values.tolist()[:2] == [1 / 3, 1 / 3]
    assert np.isnan(runs.to_xarray()["square"].values[2])


def test_one_whole_file_is_left(path):
    assert [file.name for file in path.parent.iterdir()] == ["runs.db"]
    read_runs(path)
    assert [file.name for file in path.parent.iterdir()] == ["runs.db"]


def test_points_are_known_when_a_sweep_goes_on_and_lost_ones_are_tried_again(path):
    with Store(path, plan(), resume=True) as store:
        store.keep(outcomes()[0])
        store.keep(outcomes()[2]._replace(state="lost", facts={}, reason="its worker died"))
        assert store.known() == {outcome.key for outcome in outcomes()[:2]}


def test_a_grid_may_grow(path):
    larger = Plan.of(LESSON, {"x": [2.0, 1.0, 9.0], "n": [1, 2]})
    with Store(path, larger, resume=True) as store:
        assert len(store.known()) == 2
    rows = read_runs(path).rows()
    assert [row is not None for row in rows] == [True, False, True, False, False, False]


def test_a_store_is_not_overwritten_by_mistake(path):
    with pytest.raises(StoreError, match="is there already; resume it"):
        Store(path, plan())
    assert read_runs(path).counts() == {"done": 2, "missing": 1}


def test_another_lesson_is_recognised(path):
    with pytest.raises(StoreError, match="holds a sweep of 'mortal', not of 'nash'"):
        Store(path, Plan("nash", ()), resume=True)


def test_another_version_of_the_lesson_or_its_knobs_is_recognised(path, monkeypatch):
    monkeypatch.setattr("frenemy.sweep.store.code_version", lambda lesson: "another")
    with pytest.raises(StoreError, match="another version of the lesson 'mortal' or of its knobs"):
        Store(path, plan(), resume=True)
    assert read_runs(path).counts() == {"done": 2, "missing": 1}


def test_the_version_depends_on_package_code_and_knobs(monkeypatch):
    def version():
        point.code_version.cache_clear()
        return point.code_version("mortal")

    first = version()
    assert version() == first
    with monkeypatch.context() as patch:
        patch.setattr(point, "__version__", "99")
        assert version() != first
    with monkeypatch.context() as patch:
        patch.setattr(point, "_sources", lambda lesson: ["def run(): ..."])
        assert version() != first
    with monkeypatch.context() as patch:
        specs = point.knob_specs
        patch.setattr(point, "knob_specs", lambda knobs: specs(knobs)[:-1])
        assert version() != first
    assert version() == first


@pytest.mark.parametrize("place", ["SQLite format", "CREATE TABLE points", "0.333", "lesson"])
@pytest.mark.parametrize("width", [1, 60])
def test_a_damaged_store_is_told_and_left_as_it_is(path, place, width):
    data = bytearray(path.read_bytes())
    begin = data.index(place.encode()) + 2
    data[begin : begin + width] = b"5" * width
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"runs\.db"):
        read_runs(path)
    with pytest.raises(StoreError, match=r"runs\.db"):
        Store(path, plan(), resume=True)
    assert path.read_bytes() == bytes(data)


@pytest.mark.parametrize("kept", [0, 1, 100, 3000, 5000])
def test_a_store_that_was_cut_off_is_told(path, kept):
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(StoreError, match=r"runs\.db"):
        read_runs(path)


def test_other_files_are_no_stores(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    sqlite3.connect(tmp_path / "b.db").executescript("CREATE TABLE points (key TEXT); ")
    for name in ("a.txt", "b.db", "c.db", "."):
        with pytest.raises(StoreError):
            read_runs(tmp_path / name)
    for name in ("a.txt", "b.db", "."):
        with pytest.raises(StoreError):
            Store(tmp_path / name, plan(), resume=True)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("about", "value", "[1"), ("about", "value", "[]"), ("about", "value", "[" * 100_000),
        ("points", "facts", "{"), ("points", "facts", "[1]"), ("points", "state", "odd"),
        ("points", "facts", "__import__('os').system('false')"),
    ],
)  # fmt: skip
def test_hostile_contents_are_told(path, table, column, value):
    with sqlite3.connect(path) as database:
        where = "WHERE name = 'plan'" if table == "about" else ""
        database.execute(f"UPDATE {table} SET {column} = ? {where}", (value,))
    database.close()
    with pytest.raises(StoreError, match=r"runs\.db"):
        read_runs(path)


def test_a_full_disk_keeps_what_was_there(path):
    store = Store(path, plan(), resume=True)
    with store._database:
        pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    store._database.execute(f"PRAGMA max_page_count={pages}")
    long = outcomes()[2]._replace(reason="x" * 100_000)
    with pytest.raises(StoreError, match="full; what was computed before is kept: make room"):
        store.keep(long)
    store.close()
    assert read_runs(path).counts() == {"done": 2, "missing": 1}
