"""SECURITY.md: whatever is typed is answered, soon, by a result or a message, and runs nothing."""

import math
import os
import resource
import string
import subprocess
import sys
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frenemy.lessons import NAMES, fact_rows, knob_specs, load, make_knobs
from tests.lessons.short import SHORT

HOSTILE = [
    "", " ", "\x00", "(((((", ")" * 400, "x" * 500, "nan", "1e999", "-1", "0 0 0", "∞", "{}",
    "\u202eabc", "'; DROP TABLE points; --", "a=b; c=", "x*y/0", "9**9**9", "x**x**x**x**x*y",
    "__import__('os').system('touch executed')", "().__class__.__bases__[0].__subclasses__()",
    "open('executed', 'w')", "exec('1')", "lambda x: x", "{x.__class__}", "%s%n", "$(touch x)",
    "<img src=x onerror=alert(1)>", "1e308 * 1e308", "1/3 1e-320\n5 nan", "x=1;" * 100,
    "[[" * 200, "0x7fffffffffffffff", "99999999999999999999999999 1",
]  # fmt: skip
"""Formulas that would run something, never end or fill the memory, and markup of many kinds."""

FILES = ["/dev/zero", "/dev/stdin", "/proc/self/mem", "/", ".", "missing", "\x00", "a" * 400]
USED = {"gan-lab:drawing": {"data": "drawn"}}
"""What else is set so that a lesson reads the text it is given."""
READS_FILE = {"digits": {"data": "file"}, "forecast": {"data": "file"},
              "signal-features": {"signal": "file"}, "language-model": {}}  # fmt: skip
"""What else is set so that a lesson reads the file it is given."""


def knobs_of(*kinds):
    return [
        pytest.param(name, spec, id=f"{name}:{spec.name}")
        for name in NAMES
        for spec in knob_specs(load(name).knobs)
        if spec.kind in kinds
    ]


def answer(name, **values):
    """All a page shows of a lesson, or the message that stands there instead."""
    lesson = load(name)
    try:
        result = lesson.perform(make_knobs(lesson.knobs, SHORT.get(name, {}) | values))
        rows = fact_rows(lesson.facts(result))
        for build in lesson.figures.values():
            build(result)
    except ValueError as error:
        return str(error) or pytest.fail("a message that says nothing")
    return rows


@cache
def beyond(spec):
    """Values that break the rule of a knob."""
    wrong = ["nonsense", "\x00", "", [], {}, object()]
    if spec.kind in ("int", "float"):
        wrong += ["nan", "-inf", "1e999", math.nan, math.inf, True, "1,5", "1_000x", 10**400]
        wrong += [spec.low - 1] if spec.low is not None else []
        wrong += [spec.high + 1, spec.high * 1e12] if spec.high is not None else []
        wrong += [0.5 + (spec.low or 0)] if spec.kind == "int" else []
    elif spec.kind == "choices":
        wrong = ["nonsense", "\x00", ["nonsense"], 5, [["deep"]], f"{spec.choices[0]}," * 2]
    elif spec.kind == "bool":
        wrong += [2, -1, "maybe"]
    elif spec.kind == "choice":
        wrong += [1, None, "x" * 10_000]
    else:
        wrong = [5, None, ["x"], b"x", "x" * 501]
    return wrong


@pytest.mark.parametrize(
    ("name", "spec"),
    knobs_of("int", "float", "bool", "choice", "choices", "text", "formula", "file"),
)
def test_what_a_knob_may_not_be_is_refused_by_name(name, spec):
    wrong = beyond(spec)
    assert wrong
    for value in wrong:
        with pytest.raises(ValueError, match=f"^{spec.name} must be .*; (try|did you mean)"):
            make_knobs(load(name).knobs, {spec.name: value})


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("name", "spec"), knobs_of("formula", "text"))
def test_hostile_text_is_answered_and_runs_nothing(name, spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    used = USED.get(f"{name}:{spec.name}", {})
    for text in HOSTILE:
        answer(name, **used | {spec.name: text})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("name", "spec"), knobs_of("formula", "text"))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=60) | st.text(string.digits + " ,;=()[]*/+-.^xyel\n", max_size=60))
def test_any_text_is_answered(name, spec, text):
    answer(name, **USED.get(f"{name}:{spec.name}", {}) | {spec.name: text})


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("name", "spec"), knobs_of("file"))
def test_what_is_no_file_is_refused(name, spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "line").write_bytes(b"1" * 10_000_000)
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(10**12)
    for path in [*FILES, "pipe", "binary", "huge", "line"]:
        if path == "line" and name == "language-model":
            continue  # ten million ones are a text of two kinds, if a dull one
        told = answer(name, **READS_FILE[name] | {spec.name: path})
        assert isinstance(told, str), path
        assert "file" in told or path in told


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [name for name in NAMES if not load(name).takes])
def test_the_ends_of_every_range_are_answered(name):
    for spec in knob_specs(load(name).knobs):
        if spec.kind in ("int", "float"):
            for end in (spec.low, spec.high):
                if end is not None:
                    answer(name, **{spec.name: spec.type(end)})


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded as Linux does it")
def test_memory_is_bounded():
    """The largest games, nets and regions one can ask for fit into what a laptop has."""
    program = (
        "from tests.promises.test_input import answer, knobs_of\n"
        "for param in knobs_of('int', 'float'):\n"
        "    name, spec = param.values\n"
        "    if name in ('matrix-game', 'step-size', 'landscape', 'rotation') and spec.high:\n"
        "        answer(name, **{spec.name: spec.type(spec.high)})\n"
    )
    bound = 6_000_000_000
    subprocess.run(
        [sys.executable, "-c", program], check=True, timeout=300,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (bound, bound)),
    )  # fmt: skip
