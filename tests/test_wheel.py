"""The wheel holds all that runs, and runs away from this checkout."""

import os
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("dynamics", "gan", "rnn", "frenemy")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_every_file_of_the_rooms_is_in_it(wheel):
    ours = {
        path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    } | {Path("app.py")}  # fmt: skip
    theirs = {path.relative_to(wheel) for path in wheel.rglob("*") if path.is_file()}
    assert ours <= theirs
    assert {path.parts[0] for path in theirs - ours} == {next(wheel.glob("*.dist-info")).name}


def test_it_says_what_it_needs(wheel):
    (info,) = wheel.glob("*.dist-info")
    told = Parser().parsestr((info / "METADATA").read_text(encoding="utf-8"))
    assert told["Requires-Python"] == ">=3.11"
    assert any(line.startswith("streamlit>=") for line in told.get_all("Requires-Dist"))
    assert "frenemy = frenemy.cli:main" in (info / "entry_points.txt").read_text()


def test_it_runs_away_from_the_checkout(wheel, tmp_path):
    def python(*arguments):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, check=True, text=True,
            capture_output=True, env=os.environ | {"PYTHONPATH": str(wheel)},
        )  # fmt: skip
        return done.stdout

    rooms = ", ".join(ROOMS)
    places = python("-c", f"import {rooms}\nfor room in ({rooms}): print(room.__file__)")
    assert places.count(str(wheel)) == 4
    python("-m", "frenemy", "draw", "rotation", "--format", "svg", "-o", "out")
    assert len(list((tmp_path / "out").glob("*.svg"))) == 4
    python("-m", "frenemy", "gallery", "toy-power", "-o", "site")
    assert (tmp_path / "site" / "toy-power" / "index.html").is_file()
    assert "Mescheder" in python("-m", "frenemy", "cite", "dirac")
