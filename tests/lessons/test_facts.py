"""Facts as words, as rows and as JSON."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest

from frenemy.lessons import Compared, fact_rows, plain


@pytest.mark.parametrize(
    ("predicted", "measured", "words"),
    [
        (1.0, 1.0, "equal to rounding"),
        (0.0, 0.0, "equal to rounding"),
        (2.0, 2.0 + 1e-14, "equal to rounding"),
        (1.0, 1.0 + 2e-9, "equal to 8 digits"),
        (2.0, 2.1, "apart by 4.8 %"),
        (2.0, -2.0, "apart by 2e+02 %"),
        (None, 2.0, "theory predicts no number"),
        (2.0, None, "not measured"),
        (math.inf, math.inf, "both infinite"),
        (math.inf, 3.0, "one of the two is not finite"),
        (1.0, math.nan, "one of the two is not finite"),
    ],
)
def test_words(predicted, measured, words):
    assert Compared(predicted, measured).in_words == words


def test_rows():
    facts = {"rate": Compared(0.5, 0.25), "n": np.float64(3.0), "why": "because", "ok": True}
    assert fact_rows(facts | {"none": None, "pair": (1, 0.5)}) == [
        ("rate", "0.5", "0.25", "apart by 50 %"),
        ("n", "", "3", ""),
        ("why", "", "because", ""),
        ("ok", "", "yes", ""),
        ("none", "", "–", ""),
        ("pair", "", "1, 0.5", ""),
    ]


def test_plain_is_strict_json():
    facts = {
        "compared": Compared(1.0, math.nan),
        "far": [math.inf, -math.inf],
        "array": np.array([[1.0, np.nan]]),
        "scalar": np.int64(4),
        "flag": np.True_,
        "fraction": Fraction(1, 3),
        "text": "text",
        3: None,
    }
    assert json.loads(json.dumps(plain(facts), allow_nan=False)) == {
        "compared": {"predicted": 1.0, "measured": None},
        "far": ["Infinity", "-Infinity"],
        "array": [[1.0, None]],
        "scalar": 4,
        "flag": True,
        "fraction": "1/3",
        "text": "text",
        "3": None,
    }
