"""SECURITY.md: what a process of Frenemy does to the world around it, written down by a witness."""

import json
import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.dashboard.serving import ROOT, serving
from tests.dashboard.student import Student

MATPLOTLIB = {("process", "fc-list")}
"""The first drawing on a machine asks the system for its fonts."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An account in which nothing was ever done."""
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def events(log):
    found = {
        (kind, json.dumps(what)) for kind, what in map(json.loads, log.read_text().splitlines())
    }
    return [(kind, json.loads(what)) for kind, what in sorted(found)]


def witness(home, *arguments):
    """What a command did."""
    log = home / "log"
    subprocess.run(
        [sys.executable, "-m", "tests.promises.witness", str(log), *arguments],
        cwd=home / "work", check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return events(log)


def outside(found, *folders):
    """The events that are not a path written in one of these folders."""
    return [
        (kind, what) for kind, what in found
        if not (kind == "write" and any(Path(what).is_relative_to(folder) for folder in folders))
        and not (kind == "process" and (kind, what[0]) in MATPLOTLIB)
        and what != os.devnull
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        (["run", "rotation", "--json"], None),
        (["run", "elman"], None),
        (["list"], None),
        (["cite", "rotation"], None),
        (["draw", "rotation", "--format", "svg", "-o", "out"], "out"),
        (["draw", "gradient-product", "--format", "png", "-o", "out"], "out"),
        (["gallery", "rotation", "-o", "site"], "site"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_writes_where_it_is_told_and_speaks_to_nobody(home, arguments, folder):
    found = witness(home, *arguments)
    allowed = [home / "home"] + ([home / "work" / folder] if folder else [])
    assert outside(found, *allowed) == []
    assert [path.name for path in (home / "work").iterdir()] == ([folder] if folder else [])
    if folder:
        assert outside(found), "the witness slept"


def test_a_sweep_writes_its_store_and_speaks_to_this_machine_alone(home):
    found = witness(home, "sweep", "toy-power", "--vary", "w=0.5,2", "-o", "runs.db")
    net = [what for kind, what in found if kind == "net"]
    hosts = {where[0] if isinstance(where, list) else where for where in net}
    assert all(host in (None, "localhost") or ip_address(host).is_loopback for host in hosts)
    assert {path.name for path in (home / "work").iterdir()} == {"runs.db"}
    left = [kind for kind, _ in outside(found, home)]
    assert set(left) <= {"net", "process", "unpickle"}


def test_the_server_listens_here_writes_nothing_and_speaks_to_nobody(home):
    psutil = pytest.importorskip("psutil")
    log = home / "log"
    with serving(home / "work", ("tests.promises.witness", str(log))) as server:
        for page in ("", "rotation", "gradient-product", "gan-lab", "gallery"):
            with Student(server.address, page) as student:
                student.open()
                assert not student.complaints
        listening = [
            one.laddr.ip for one in psutil.Process(server.process.pid).net_connections()
            if one.status == psutil.CONN_LISTEN
        ]  # fmt: skip
    assert listening == ["127.0.0.1"]
    found = outside(events(log), home / "home")
    port = int(server.address.rpartition(":")[2])
    assert found == [("net", ["127.0.0.1", port])], "it binds its own address, and no more"
    assert [path.name for path in (home / "work").iterdir()] == ["log.txt"]
