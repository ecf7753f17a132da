"""What a page takes for a click."""

import tempfile
import time
from pathlib import Path

import pytest

from frenemy.dashboard.plot import is_point
from tests.dashboard.serving import serving
from tests.dashboard.student import Student

NONSENSE = ["0.5", 5, None, {"x": 1, "y": 2}, [1], [1, 2, 3], [None, 1], [True, 1], ["1", "2"],
            [float("nan"), 1], [1, float("inf")]]  # fmt: skip


@pytest.mark.parametrize("told", NONSENSE, ids=repr)
def test_what_is_no_point_is_none(told):
    assert not is_point(told)


def test_a_page_outlives_clicks_that_are_none():
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        with Student(server.address, "rotation") as student:
            student.open()
            for told in NONSENSE:
                student.tell("rotation:figure:portrait", "point", told)
            student.tell("rotation:figure:portrait", "point", [0.5, -1.5])
            end = time.monotonic() + 30
            while not student.drawn("bidi_component") or "0.5" not in where(student):
                assert time.monotonic() < end, "the click was not taken"
                time.sleep(0.05)
            assert student.complaints == []
        assert "Traceback" not in server.log.read_text()


def where(student):
    """What the address on the page says of the start."""
    return str(student.widget("rotation:x:field").value)
