"""SECURITY.md: a page answers nonsense in words, and a server answers only those it should."""

import tomllib
import urllib.error
import urllib.request

import pytest
from streamlit.proto.TextInput_pb2 import TextInput
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from frenemy.dashboard import values
from frenemy.dashboard.launch import OPTIONS
from frenemy.lessons import NAMES, knob_specs, load
from tests.dashboard.serving import ROOT, serving
from tests.dashboard.student import Student
from tests.promises.test_input import HOSTILE

TYPED = [
    name for name in NAMES
    if not load(name).takes
    and any(spec.kind in ("formula", "text", "file") for spec in knob_specs(load(name).knobs))
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with serving(folder) as running:
        yield running
    assert "Traceback" not in running.log.read_text()
    assert [path.name for path in folder.iterdir()] == ["log.txt"], "nothing was executed"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", TYPED)
def test_nonsense_on_a_page_is_answered_in_words(server, name):
    with Student(server.address, name) as student:
        student.open()
        for spec in knob_specs(load(name).knobs):
            if spec.kind in ("formula", "text", "file"):
                for text in [*HOSTILE[::2], "/dev/zero", "missing"]:
                    student.turn(f"{name}:{spec.name}", text)
                    assert not student.drawn("exception"), f"{spec.name} = {text!r}"
                    assert student.drawn("heading"), "the page is still there"
                student.turn(f"{name}:{spec.name}", spec.default)
        assert not student.complaints


@pytest.mark.parametrize(
    "query",
    ["lr=nan", "lr=" + "9" * 5000, "lr=1&lr=2", "%00=%ff", "figure=../../etc/passwd", "a" * 3000,
     "formula=" + "(" * 400, "lecture=<script>", "seed=-1", "lr=<img src=x onerror=alert(1)>"],
    ids=lambda query: query[:20],
)  # fmt: skip
@pytest.mark.parametrize("name", ["rotation", "gan-lab"])
def test_any_address_opens_a_page(server, name, query):
    with Student(server.address, name, query) as student:
        student.open()
        assert not student.drawn("exception")


def test_numbers_no_control_offers_are_refused(server):
    """What a browser's controls would not send, a client of one's own can."""
    with Student(server.address, "rotation") as student:
        student.open()
        for number in (float("nan"), float("inf"), -1e300):
            student.turn("rotation:lr:field", number)
            assert not student.drawn("exception")
        assert isinstance(student.widget("rotation:formula"), TextInput)


def test_a_page_of_another_site_cannot_speak_to_the_server(server):
    address = server.address.replace("http", "ws") + "/_stcore/stream"
    with pytest.raises(InvalidStatus, match="403"):
        connect(address, subprotocols=["streamlit"], origin="http://elsewhere.example").__enter__()


@pytest.mark.parametrize("door", ["interact", "mcp"])
def test_programs_have_no_door_of_their_own(server, door):
    request = urllib.request.Request(
        f"{server.address}/_stcore/agent/{door}", b"{}", {"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(request, timeout=10).close()
    assert b"not_available" in told.value.read()
    told.value.close()


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/..%2f..%2fetc/passwd", "/app/static/../x"])
def test_no_file_is_served_but_the_pages_own(server, path):
    try:
        with urllib.request.urlopen(server.address + path, timeout=10) as answer:
            told = answer.read()
    except urllib.error.HTTPError as error:
        told = error.read()
        error.close()
    assert b"root:" not in told


def test_both_ways_to_start_have_the_same_settings():
    """``streamlit run app.py`` reads a file, ``frenemy app`` passes options."""
    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    flat = {}
    for section, settings in told.items():
        for name, value in settings.items():
            inner = value.items() if isinstance(value, dict) else [(None, value)]
            for last, text in inner:
                path = ".".join(filter(None, (section, name, last)))
                flat[f"--{path}"] = str(text).lower() if isinstance(text, bool) else text
    developers = {"--server.fileWatcherType": "none"}
    assert flat | developers == OPTIONS
    assert flat["--server.address"] in values.LOOPBACK
    assert flat["--browser.gatherUsageStats"] == "false"


@pytest.mark.parametrize(("address", "refused"), [("127.0.0.1", False), ("0.0.0.0", True),
                                                  (None, True)])  # fmt: skip
def test_an_open_server_reads_no_file_of_its_machine(monkeypatch, address, refused):
    lesson = load("signal-features")
    monkeypatch.setattr(values.st, "get_option", {"server.address": address}.get)
    monkeypatch.setattr(values, "of", lambda _: {"file": "/etc/passwd"})
    if refused:
        with pytest.raises(ValueError, match="file cannot be set on a page that other machines"):
            values.knobs(lesson)
    else:
        assert values.knobs(lesson).file == "/etc/passwd"
    monkeypatch.setattr(values, "of", lambda _: {})
    assert values.knobs(lesson) == lesson.knobs()
