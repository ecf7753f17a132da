"""What the documents show is run."""

import doctest
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def with_examples():
    for room in ("dynamics", "gan", "rnn", "frenemy"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                parts = path.relative_to(ROOT).with_suffix("").parts
                yield ".".join(parts).removesuffix(".__init__")


def test_the_readme_opens_with_the_two_commands():
    first = blocks("sh")[0].splitlines()
    assert [line.partition("#")[0].strip() for line in first] == ["make app", "make test"]
    assert README.index("make app") < README.index("![")


@pytest.mark.parametrize(
    ("code", "says"),
    list(zip(blocks("python"), ("Converges", "rows (3/5, 2/5)", "Clipping at"), strict=True)),
)
def test_python_in_the_readme_runs(code, says):
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=True,
                          capture_output=True, text=True)  # fmt: skip
    assert says in done.stdout


def test_commands_in_the_readme_are_there():
    from frenemy.cli import main

    lines = [line for block in blocks("sh") for line in block.splitlines()]
    named = {line.split()[1] for line in lines if line.startswith("frenemy ")}
    assert {"list", "run", "draw", "cite"} <= named <= set(main.commands)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z]+)", README):
        assert f"\n{target}:" in makefile


def test_files_named_in_the_documents_are_there():
    others = ("CONTRIBUTING.md", "SECURITY.md")
    text = README + "".join((ROOT / name).read_text(encoding="utf-8") for name in others)
    paths = set(re.findall(r"`((?:dynamics|gan|rnn|frenemy|tests|benchmarks)/[\w./]*)`", text))
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_promise_names_the_test_that_holds_it():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    promises = re.findall(r"^- \*\*.*?(?=\n- |\n\n)", text, re.DOTALL | re.MULTILINE)
    assert len(promises) > 10
    assert [promise for promise in promises if "`tests/" not in promise] == []


@pytest.mark.parametrize("module", list(with_examples()))
def test_examples_in_docstrings(module):
    failed, tried = doctest.testmod(import_module(module), verbose=False)
    assert tried > 0
    assert failed == 0
