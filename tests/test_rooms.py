"""Which room may import which, and what is heavy stays out until it is needed."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from frenemy.lessons import TOPICS

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "dynamics": set(),
    "gan": {"dynamics"},
    "rnn": {"dynamics"},
    "frenemy.figures": {"dynamics"},
    "frenemy.lessons": {"dynamics", "gan", "rnn", "frenemy.figures"},
    "frenemy": {
        "dynamics",
        "frenemy.figures",
        "frenemy.lessons",
        "frenemy.sweep",
        "frenemy.gallery",
        "frenemy.dashboard",
    },
    "frenemy.gallery": {"frenemy", "frenemy.figures", "frenemy.lessons"},
    "frenemy.sweep": {"frenemy", "frenemy.figures", "frenemy.lessons"},
    "frenemy.dashboard": {
        "dynamics",
        "gan",
        "rnn",
        "frenemy",
        "frenemy.figures",
        "frenemy.gallery",
        "frenemy.lessons",
    },
    "app": {"frenemy", "frenemy.dashboard"},
}
"""Room -> rooms it may import besides itself; ``frenemy`` is what stands in no room below it."""

HOMES = {
    "streamlit": {"app", "frenemy.dashboard"},
    "matplotlib": {"frenemy.figures"},
    "plotly": {"frenemy.figures"},
    "click": {"frenemy"},
    "torch": {"gan", "rnn", "frenemy.lessons", "frenemy.dashboard"},
    "llvmlite": {"dynamics"},
    "dask": {"frenemy.sweep"},
    "distributed": {"frenemy.sweep"},
    "xarray": {"frenemy.sweep"},
    "jinja2": {"frenemy.gallery"},
    "jax": set(),
    "random": set(),
}
"""Library -> the only rooms that may import it."""

PASSED_DOWN = {"Generator", "SeedSequence", "PCG64", "BitGenerator", "default_rng"}
"""What may be used of ``numpy.random``; the rest is one state that all sessions would share."""


def room_of(module: str) -> str | None:
    """The room a dotted name lies in, or None if it is not ours."""
    for room in sorted(MAY_IMPORT, key=len, reverse=True):
        if module == room or module.startswith(f"{room}."):
            return room
    return None


def imports(tree: ast.AST) -> Iterator[str]:
    """Every dotted name that a module imports; ``from a import b`` counts as ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def violations(room: str, source: str) -> list[str]:
    """What a file of a room does that it may not."""
    tree = ast.parse(source)
    found = []
    for name in imports(tree):
        target, library = room_of(name), name.partition(".")[0]
        if target is not None and target != room and target not in MAY_IMPORT[room]:
            found.append(f"imports {name}")
        if library in HOMES and room not in HOMES[library]:
            found.append(f"imports {name}")
        if name.startswith("matplotlib.pyplot"):
            found.append("imports pyplot")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        text = ast.unparse(node)
        drawn = re.fullmatch(r"(?:np|numpy)\.random\.(\w+)", text)
        shared = drawn is not None and drawn[1] not in PASSED_DOWN
        if shared or text in {"torch.manual_seed", "torch.seed", "torch.random.manual_seed"}:
            found.append(f"uses {text}")
    return found


def sources() -> Iterator[Path]:
    yield from ROOT.glob("app.py")
    for folder in ("dynamics", "gan", "rnn", "frenemy"):
        yield from sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_keeps_to_its_room(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    room = room_of(module)
    assert room is not None
    assert violations(room, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("dynamics", "import torch"),
        ("dynamics", "def f():\n    from frenemy.figures import Figure"),
        ("dynamics", "from gan import field"),
        ("gan", "import rnn"),
        ("gan", "from matplotlib.figure import Figure"),
        ("frenemy.figures", "import matplotlib.pyplot as plt"),
        ("frenemy.figures", "from matplotlib import pyplot"),
        ("frenemy.figures", "from frenemy.lessons import load"),
        ("frenemy.lessons", "import streamlit"),
        ("frenemy.lessons", "from frenemy import cli"),
        ("frenemy", "from streamlit.web import cli"),
        ("frenemy", "import plotly.io"),
        ("gan", "torch.manual_seed(0)"),
        ("dynamics", "np.random.seed(0)"),
        ("dynamics", "x = numpy.random.normal(size=3)"),
        ("dynamics", "import random"),
    ],
)
def test_a_trespass_is_noticed(room, source):
    assert violations(room, source)


def test_what_is_allowed_is_not_noticed():
    source = "import numpy as np\nfrom dynamics import Game\nrng = np.random.default_rng(3)"
    source += "\nseeds = np.random.SeedSequence(3).spawn(2)"
    assert violations("gan", source) == []


def loaded_by(code: str) -> set[str]:
    """The top-level modules in memory after some code, in a fresh interpreter."""
    code += "\nimport sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


PAGE = """
from streamlit.testing.v1 import AppTest
page = "from frenemy.dashboard.imports import ready; ready().lesson_page.show({name!r})"
assert not AppTest.from_string(page, default_timeout=60).run().exception
"""
WITHOUT_A_NET = [*TOPICS["Games"], "minimax-value", "dirac", "toy-power", "error-surface",
                 "signal-features"]  # fmt: skip
LIGHT = "from frenemy.cli import main\nmain({arguments}, standalone_mode=False)"


@pytest.mark.parametrize(
    ("code", "stays_out"),
    [
        ("import dynamics", {"torch", "scipy", "matplotlib", "plotly", "streamlit", "pandas"}),
        ("import frenemy", {"numpy", "click", "sympy"}),
        ("import frenemy.lessons", {"numpy", "sympy", "torch"}),
        ("import frenemy.figures", {"torch", "streamlit", "matplotlib", "plotly"}),
        (LIGHT.format(arguments=["--help"]), {"numpy", "sympy", "torch", "streamlit", "PIL"}),
        (LIGHT.format(arguments=["list"]), {"numpy", "sympy", "torch", "streamlit"}),
        (LIGHT.format(arguments=["run", "--help"]), {"numpy", "sympy", "torch", "streamlit"}),
        ("from frenemy.lessons import load; load('rotation')", {"torch", "streamlit", "jax"}),
    ],
)
def test_what_is_heavy_stays_out(code, stays_out):
    loaded = loaded_by(code)
    assert "frenemy" in loaded or "dynamics" in loaded
    assert loaded & stays_out == set()


@pytest.mark.parametrize("name", WITHOUT_A_NET)
def test_a_page_that_has_no_net_has_no_torch(name):
    loaded = loaded_by(PAGE.format(name=name))
    assert {"streamlit", "plotly"} <= loaded and "torch" not in loaded


def test_real_series_need_no_torch():
    assert "torch" not in loaded_by("from rnn.series import series; series('ecg')")
