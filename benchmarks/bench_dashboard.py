"""How long a page takes for a turned knob, on the server: values never seen before, each once."""

from __future__ import annotations

import logging
import statistics

import numpy as np
from streamlit.testing.v1 import AppTest

from benchmarks.measure import seconds

TURNS = 25


def page_script(name: str) -> None:
    """The page of a lesson."""
    from frenemy.dashboard import lesson_page

    lesson_page.show(name)


def turned(name: str, knob: str, values: list[float], first: dict[str, int]) -> list[float]:
    """Seconds of a whole run of the page's script, for each value of a knob.

    The knobs of ``first`` are set before.
    """
    page = AppTest.from_function(page_script, args=(name,), default_timeout=60)
    page.run()
    for other, value in first.items():
        page.number_input(key=f"{name}:{other}:field").set_value(value).run()
    times = []
    for value in values:
        field = page.number_input(key=f"{name}:{knob}:field").set_value(value)
        times.append(seconds(field.run))
        assert not page.exception
    return times


def main() -> None:
    """Print the medians."""
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    rng = np.random.default_rng()
    for name, knob, low, high, first, wanted in (
        ("rotation", "lr", 0.05, 1.0, {}, 200),
        ("rotation", "x", -3.0, 3.0, {}, 200),
        ("nash", "x", -3.0, 3.0, {}, 200),
        ("dirac", "lr", 0.05, 0.5, {}, 200),
        ("matrix-game", "p", 0.1, 0.9, {}, 200),
        ("minimax-value", "distance", -3.0, 3.0, {}, 200),
        ("toy-power", "w", 0.9, 1.1, {}, 250),
        ("elman", "gain", 0.5, 1.5, {}, 250),
        ("error-surface", "w", 4.4, 6.5, {}, 250),
        ("gradient-product", "gain", 0.5, 2.0, {}, 1000),
        ("step-size", "across", 0.1, 1.5, {}, 200),
        ("landscape", "lr", 0.02, 0.1, {"resolution": 200, "steps": 500}, 300),
    ):
        values = [float(f"{value:.6f}") for value in rng.uniform(low, high, TURNS)]
        times = turned(name, knob, values, first)
        print(
            f"{name}, knob {knob}: {1000 * statistics.median(times):.0f} ms, "
            f"slowest of {TURNS} {1000 * max(times):.0f} ms (wanted < {wanted} ms, median)"
        )


if __name__ == "__main__":
    main()
