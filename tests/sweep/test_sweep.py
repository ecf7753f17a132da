"""Sweeps by real workers on loopback, some of them killed, and their parents as well."""

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import xarray

from frenemy.sweep import Outcome, StoreError, VersionError, engine, measure, read_runs, sweep
from frenemy.sweep.engine import ClusterError, workers
from frenemy.sweep.plan import Plan, key_of
from frenemy.sweep.point import code_version
from tests.sweep.mortal import Knobs

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is deaf to it
from tests.sweep import mortal
from frenemy.cli import main
if __name__ == "__main__":
    mortal.register()
    main()
"""
VARY = ("mortal", "--vary", "x=0:1:10", "--seeds", "4", "--nap", "0.15")


@pytest.fixture
def program(tmp_path, environment):
    """Starts the command in a process of its own."""
    (tmp_path / "program.py").write_text(PROGRAM)
    environment["PYTHONPATH"] = str(ROOT)
    began = []

    def start(*arguments, before=()):
        command = [*before, sys.executable, str(tmp_path / "program.py"), *arguments]
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        began.append(process)
        return process

    yield start
    for process in began:
        process.kill()
        process.wait()


def wait_for(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def kept(path):
    """How many points a store has while another process writes it."""
    try:
        return len(read_runs(path).outcomes)
    except StoreError:
        return 0


def whole(lesson, path):
    """The same sweep, never interrupted."""
    return sweep(
        lesson, {"x": np.linspace(0, 1, 10)}, seeds=4, base=Knobs(nap=0.15), store=path
    ).to_xarray()  # fmt: skip


def test_results_are_those_of_the_plain_loop(lesson, tmp_path):
    told = []
    fates = ["fine", "refuse", "fail", "diverge"]
    runs = sweep(lesson, {"x": [1, 2], "fate": fates}, seeds=2, store=tmp_path / "a.db",
                 progress=lambda *state: told.append(state))  # fmt: skip
    version = code_version("mortal")
    for row, knobs in zip(runs.rows(), runs.plan.points(), strict=True):
        alone = measure("mortal", version, key_of(knobs), knobs)
        assert row[:4] == alone[:4]
    assert runs.counts() == {"done": 8, "refused": 4, "failed": 4}
    found = runs.to_xarray()
    assert dict(found.sizes) == {"x": 2, "fate": 4, "seed": 2}
    assert found["predicted: square"].sel(x=2, fate="fine").values.tolist() == [4.0, 4.0]
    assert np.isinf(found["square"].sel(fate="diverge")).all()
    assert np.isnan(found["square"].sel(fate="fail")).all()
    assert (found["reason"].sel(fate="refuse") == "x must be kinder").all()
    assert (found["reason"].sel(fate="fail") == "ZeroDivisionError: nothing to divide by").all()
    table = runs.to_pandas()
    assert list(table.columns[:6]) == ["x", "fate", "seed", "state", "reason", "seconds"]
    assert table["square"].notna().sum() == 8
    assert [done for done, _, _ in told] == list(range(1, 17)) and told[0][1] == 16
    assert "of 16 points, about" in told[0][2]
    again = sweep(lesson, {"x": [1, 2], "fate": fates}, seeds=2, store=tmp_path / "a.db",
                  resume=True)  # fmt: skip
    assert again.rows() == runs.rows(), "nothing was computed again"


def test_a_point_that_kills_its_worker_is_a_result_and_the_rest_is_computed(lesson, tmp_path):
    runs = sweep(lesson, {"fate": ["fine", "die"], "n": [1, 2, 3]}, store=tmp_path / "a.db",
                 base=Knobs(nap=0.05))  # fmt: skip
    assert runs.counts() == {"done": 3, "lost": 3}
    assert "its worker died 3 times" in runs.to_xarray()["reason"].sel(fate="die").values[0]


def test_workers_that_need_long_to_come_back_are_waited_for(lesson, tmp_path, monkeypatch):
    """Dask gives up a worker that is not back in time, and a busy machine has no time."""
    from dask import config

    monkeypatch.setenv("MORTAL_AWAKES_AFTER", "2")
    with config.set({"distributed.deploy.lost-worker-timeout": "1s"}):
        runs = sweep(lesson, {"fate": ["die", "fine"]}, store=tmp_path / "a.db", processes=1)
    assert runs.counts() == {"lost": 1, "done": 1}


def test_workers_that_are_killed_cost_nothing_but_time(lesson, tmp_path):
    killed = []

    def kill(done, total, what):
        if done in (5, 20):
            victim = psutil.Process().children(recursive=True)
            victim = [p for p in victim if "spawn_main" in " ".join(p.cmdline())][-1]
            victim.send_signal(signal.SIGKILL)
            killed.append(victim.pid)

    runs = sweep(lesson, {"x": np.linspace(0, 1, 10)}, seeds=4, base=Knobs(nap=0.15),
                 store=tmp_path / "a.db", progress=kill)  # fmt: skip
    assert len(set(killed)) == 2
    assert runs.counts() == {"done": 40}
    xarray.testing.assert_identical(runs.to_xarray(), whole(lesson, tmp_path / "b.db"))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_sweep_that_is_ended_goes_on_where_it_was(lesson, program, tmp_path, end):
    path = tmp_path / "a.db"
    first = program("sweep", *VARY, "-o", "a.db")
    wait_for(lambda: kept(path) >= 6 or first.poll() is not None)
    family = psutil.Process(first.pid).children(recursive=True)
    assert first.poll() is None and family
    first.send_signal(end)
    _, said = first.communicate(timeout=30)
    wait_for(lambda: not any(one.is_running() and one.status() != "zombie" for one in family))
    before = read_runs(path)
    assert 6 <= before.counts()["done"] < 40
    if end == signal.SIGINT:
        assert first.returncode == 130
        assert f"{before.counts()['done']} done" in said and "--resume" in said
        assert "Traceback" not in said
    second = program("sweep", *VARY, "-o", "a.db", "--resume")
    out, said = second.communicate(timeout=60)
    assert (second.returncode, out) == (0, "a.db: 40 points, 40 done\n"), said
    after = read_runs(path)
    assert before.outcomes.items() <= after.outcomes.items(), "what was there was computed again"
    if end == signal.SIGKILL:
        xarray.testing.assert_identical(after.to_xarray(), whole(lesson, tmp_path / "b.db"))


def test_a_disk_that_is_full_is_told_and_nothing_is_lost(lesson, program, tmp_path):
    limited = program("sweep", *VARY[:3], "--seeds", "400", "--processes", "2", "-o", "a.db",
                      before=["prlimit", "--fsize=600000"])  # fmt: skip
    _, said = limited.communicate(timeout=60)
    assert limited.returncode == 2
    assert "resume" in said and "Traceback" not in said
    before = read_runs(tmp_path / "a.db").counts()
    assert before["done"] > 50 and before["missing"] > 50


def test_a_cluster_that_is_there_is_used(lesson, tmp_path):
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", protocol="tcp://",
                      dashboard_address="127.0.0.1:0") as cluster:  # fmt: skip
        address = cluster.scheduler_address
        runs = sweep(lesson, {"x": [1, 2, 3]}, store=tmp_path / "a.db", cluster=address)
        assert runs.counts() == {"done": 3}
        with pytest.raises(VersionError, match="another version of the lesson 'mortal'"), \
                workers(address) as client:  # fmt: skip
            list(engine.outcomes(client, "mortal", "another", runs.plan.points()))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "tcp://127.0.0.1:99999"])
def test_a_cluster_that_is_not_there_is_told_at_once(lesson, tmp_path, monkeypatch, address):
    from distributed import Client

    monkeypatch.setattr(engine, "PATIENCE_SECONDS", 0.5)
    with pytest.raises(ClusterError, match="no cluster answers at"):
        sweep(lesson, {"x": [1]}, store=tmp_path / "a.db", cluster=address)
    left = [one for one in gc.get_objects() if type(one) is Client]
    assert not left, "one that is collected while the next begins would wait with it for ever"


def test_a_cluster_without_workers_is_told(lesson, tmp_path):
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, host="127.0.0.1", protocol="tcp://",
                      dashboard_address="127.0.0.1:0") \
            as cluster, pytest.raises(ClusterError, match="has no workers"):  # fmt: skip
        sweep(lesson, {"x": [1]}, store=tmp_path / "a.db", cluster=cluster.scheduler_address)


def test_wrong_knobs_are_refused_before_anything_is_written(lesson, tmp_path):
    with pytest.raises(ValueError, match="x must be a number from -10 to 10"):
        sweep(lesson, {"x": [1, 99]}, store=tmp_path / "a.db")
    assert list(tmp_path.iterdir()) == []


def test_workers_of_this_machine_speak_to_nobody_else(lesson):
    with workers(count=1) as client:
        assert client.scheduler.address.startswith("tls://127.0.0.1:")
        from distributed import Client

        with pytest.raises((OSError, TypeError)):
            Client(client.scheduler.address, timeout=2)


def test_a_real_lesson_gives_the_same_in_a_sweep(tmp_path):
    from frenemy.lessons import load, plain

    runs = sweep("dirac", {"lr": [0.05, 0.2]}, store=tmp_path / "a.db")
    lesson = load("dirac")
    for row, lr in zip(runs.rows(), (0.05, 0.2), strict=True):
        assert isinstance(row, Outcome)
        assert row.facts == plain(lesson.facts(lesson.perform(lesson.knobs(lr=lr))))
    assert Plan.of(lesson, {"lr": [0.05, 0.2]}) == runs.plan
    assert os.path.exists(tmp_path / "a.db")
