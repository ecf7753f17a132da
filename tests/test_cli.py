"""The command, from the keyboard to the file."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from frenemy import lessons
from frenemy.cli import main
from frenemy.figures.recipe import read_recipe
from frenemy.references import REFERENCES

ROOT = Path(__file__).resolve().parent.parent
HELP_SECONDS = 0.5


@pytest.fixture
def frenemy(monkeypatch):
    """Calls the command with the tiny lesson as the only one."""
    monkeypatch.setitem(sys.modules, "frenemy.lessons.tiny", import_module("tests.lessons.tiny"))
    for name in lessons.NAMES:
        monkeypatch.delitem(lessons.TITLES, name)
    monkeypatch.setitem(lessons.TITLES, "tiny", "A geometric sequence")
    return lambda *arguments: CliRunner().invoke(main, [str(part) for part in arguments])


def only_files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_list(frenemy):
    assert frenemy("list").output == "tiny  A geometric sequence\n"
    listed = json.loads(frenemy("list", "--json").output)
    assert listed == [{"name": "tiny", "title": "A geometric sequence"}]


def test_run_prints_prediction_beside_measurement(frenemy):
    result = frenemy("run", "tiny", "--rate", "0.25", "--steps", 2)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "A geometric sequence"
    assert lines[2].split() == ["predicted", "measured"]
    assert lines[3].split(maxsplit=3) == ["last", "0.125", "0.125", "equal to rounding"]
    assert lines[-1].split() == ["name", "down"]


def test_run_json_is_strict_and_complete(frenemy):
    output = frenemy("run", "tiny", "--json", "--noisy", "--extras", "last", "--start", -1).output

    def refuse(token):
        raise AssertionError(token)

    told = json.loads(output, parse_constant=refuse)
    assert set(told) == {"lesson", "knobs", "facts"}
    assert told["lesson"] == "tiny"
    assert told["knobs"]["noisy"] is True
    assert told["knobs"]["start"] == -1.0
    assert told["knobs"]["extras"] == ["last"]
    assert told["facts"]["last"]["predicted"] == -0.0625
    assert told["facts"]["nothing"] is None
    assert told["facts"]["far"] == "Infinity"


def test_presets_are_starting_points(frenemy):
    def knobs(*flags):
        return json.loads(frenemy("run", "tiny", "--json", *flags).output)["knobs"]

    assert knobs("--preset", "going-up")["way"] == "up"
    assert knobs("--preset", "going up", "--steps", 2)["steps"] == 2
    result = frenemy("run", "tiny", "--preset", "gone")
    assert (result.exit_code, "going-up, long" in result.stderr) == (2, True)


def test_help_shows_the_knobs(frenemy):
    text = " ".join(frenemy("run", "tiny", "--help").output.split())
    assert (
        "--rate FLOAT rate eta. factor of a step. [a number from 0.001 to 2; default: 0.5]" in text
    )
    assert "--noisy / --no-noisy" in text
    assert "[one of down, up; default: down]" in text
    assert "[going-up, long]" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "tony"], "Did you mean 'tiny'? Lessons: tiny"),
        (["run", "tiny", "--rate", "5"], "rate must be a number from 0.001 to 2; got '5'"),
        (["run", "tiny", "--way", "sideways"], "one of down, up"),
        (["run", "tiny", "--rat", "5"], "--rate"),
        (["draw"], "give a LESSON, or --all, or --from FILE"),
        (["draw", "--all", "tiny"], "only one of them"),
        (["draw", "tiny", "--figure", "pth"], "it has path, film"),
        (["draw", "tiny", "--format", "tiff"], "pdf, svg, png, gif, html"),
        (["draw", "tiny", "--style", "drak"], "did you mean 'dark'"),
        (["draw", "tiny", "--figure", "path", "--format", "gif"], "does not move"),
        (["draw", "--from", "nowhere.pdf"], "nowhere.pdf"),
        (["draw", "--from", __file__], "neither a PDF"),
        (["cite", "tony"], "Did you mean 'tiny'"),
    ],
)
def test_mistakes_get_one_message_and_no_file(frenemy, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    result = frenemy(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert only_files(tmp_path) == []


@pytest.mark.parametrize("ending", ["pdf", "svg", "png", "gif", "html"])
def test_what_is_drawn_can_be_drawn_again_from_the_file(frenemy, tmp_path, ending):
    flags = ["--figure", "film", "--format", ending, "--style", "paper", "--rate", 0.75]
    result = frenemy("draw", "tiny", *flags, "-o", tmp_path / "a")
    assert result.exit_code == 0, result.stderr
    first = tmp_path / "a" / f"tiny-film.{ending}"
    assert result.output == f"{first}\n"
    recipe = read_recipe(first)
    assert (recipe.lesson, recipe.figure, recipe.style) == ("tiny", "film", "paper")
    assert recipe.knobs["rate"] == 0.75
    assert {"frenemy", "numpy"} <= set(recipe.versions)
    assert frenemy("draw", "--from", first, "-o", tmp_path / "b").exit_code == 0
    assert (tmp_path / "b" / first.name).read_bytes() == first.read_bytes()


def test_redrawing_in_another_format_and_style(frenemy, tmp_path):
    frenemy("draw", "tiny", "--figure", "path", "--format", "svg", "-o", tmp_path)
    again = ["--from", tmp_path / "tiny-path.svg", "--format", "png", "--style", "dark"]
    assert frenemy("draw", *again, "-o", tmp_path).exit_code == 0
    assert read_recipe(tmp_path / "tiny-path.png").style == "dark"


def test_redrawing_tells_of_other_versions(frenemy, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("frenemy.drawing.version", lambda package: "0.0.1")
        frenemy("draw", "tiny", "--figure", "path", "--format", "png", "-o", tmp_path)
    result = frenemy("draw", "--from", tmp_path / "tiny-path.png", "-o", tmp_path)
    assert result.exit_code == 0
    assert "drawn with numpy 0.0.1" in result.stderr


def test_draw_all_makes_every_figure_and_leaves_out_stills_from_gif(frenemy, tmp_path):
    result = frenemy("draw", "--all", "--format", "png", "--format", "gif", "-o", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert only_files(tmp_path) == ["tiny-film.gif", "tiny-film.png", "tiny-path.png"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    from frenemy.drawing import write_whole

    path = tmp_path / "picture.pdf"
    write_whole(path, b"old")

    def fail(self, data):
        with self.open("wb") as file:
            file.write(data[:2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert only_files(tmp_path) == ["picture.pdf"]


def test_cite(frenemy):
    assert frenemy("cite", "tiny").output.count("@") == 2
    assert frenemy("cite", "tiny", "--plain").output.startswith("J. F. Nash (1950) Equilibrium")
    everything = frenemy("cite").output
    assert all(f"{{{key}," in everything for key in REFERENCES)


def test_app_passes_the_options_and_lets_them_be_overridden(frenemy, monkeypatch):
    calls = []
    streamlit = import_module("streamlit.web.cli")
    monkeypatch.setattr("frenemy.dashboard.launch.ready", lambda: None)
    monkeypatch.setattr(streamlit, "main", lambda arguments, **_: calls.append(arguments))
    monkeypatch.setattr(Path, "is_file", lambda self: True)
    assert frenemy("app", "--server.port", "9000", "--server.address=0.0.0.0").exit_code == 0
    command, page, *options = calls[0]
    assert command == "run"
    assert Path(page) == ROOT / "app.py"
    pairs = dict(pairwise(options))
    assert pairs["--runner.postScriptGC"] == "false"
    assert pairs["--browser.gatherUsageStats"] == "false"
    assert pairs["--server.port"] == "9000"
    assert "--server.address" not in options
    assert "--server.address=0.0.0.0" in options


def _command(*arguments):
    start = "import sys; from frenemy.cli import main; main(sys.argv[1:], prog_name='frenemy')"
    return [sys.executable, "-c", start, *arguments]


def test_help_is_quick():
    def seconds():
        began = time.perf_counter()
        subprocess.run(_command("--help"), cwd=ROOT, check=True, capture_output=True)
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) < HELP_SECONDS


@pytest.mark.parametrize("arguments", [["--version"], ["-m", "frenemy", "--version"]])
def test_version_both_ways(arguments):
    command = [sys.executable, *arguments] if "-m" in arguments else _command(*arguments)
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == f"frenemy {import_module('frenemy').__version__}\n"


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise on Windows")
def test_a_reader_who_has_enough_is_no_mistake():
    process = subprocess.Popen(_command("cite"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1
    assert told == b""


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process on Windows")
@pytest.mark.parametrize("arguments", [["run", "tiny"], ["draw", "tiny", "-o", "."]])
def test_ctrl_c_stops_cleanly(tmp_path, arguments):
    """A run that naps for a minute is stopped in its second step.

    A job in the background of a shell is born deaf to Ctrl-C, so the child first learns to hear.
    """
    start = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from frenemy import lessons\n"
        "from tests.lessons import tiny\n"
        "from frenemy.cli import main\n"
        "lessons.TITLES['tiny'] = tiny.LESSON.title\n"
        "sys.modules['frenemy.lessons.tiny'] = tiny\n"
        "print('ready', flush=True)\n"
        "main(sys.argv[1:], prog_name='frenemy')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start, *arguments, "--nap", "30"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(2.0)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert err.strip() == "frenemy: stopped"
    assert out == ""
    assert only_files(tmp_path) == []
