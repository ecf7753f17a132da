"""Matrix games beside Gambit and Nashpy: all equilibria, the replicator, fictitious play."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import nashpy
import numpy as np
import pygambit
from scipy.integrate import solve_ivp

from benchmarks.measure import compare, row, seconds
from dynamics import MatrixGame
from dynamics.learning import FictitiousPlay, Replicator, learn

CASES = Path(__file__).parent.parent / "tests" / "dynamics" / "cases" / "many_equilibria.json"
RPS = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
DURATION = 1000.0
TIMES = np.linspace(0.0, DURATION, 10_001)
START = np.array([0.5, 0.3, 0.2])
STEPS = 16_000
"""Of the replicator over that time: enough to be more accurate than the rival."""


def equilibria() -> None:
    """All equilibria of the 6 x 6 games with 75 of them."""
    for case in json.loads(CASES.read_text()):
        A, B = (np.array(side, dtype=object) for side in (case["A"], case["B"]))
        game = pygambit.Game.from_arrays(A, B)
        result = compare(
            lambda A=A, B=B: MatrixGame(A, B).equilibria(),
            lambda game=game: pygambit.nash.enummixed_solve(game, rational=True),
        )
        what = f"all equilibria of {case['name']}"
        print(row(what, result.ours, result.theirs, result.ratio, "<= 2"))
    rng = np.random.default_rng(0)
    for size in (8, 10, 12):
        games = [rng.integers(-99, 99, (2, size, size)) for _ in range(3)]
        times = [seconds(lambda game=game: MatrixGame(*game).equilibria()) for game in games]
        print(f"all equilibria of a random {size} x {size} game: {statistics.median(times):.2f} s")


def replicator() -> None:
    """One population of rock, paper, scissors for a time of 1,000, at no less accuracy."""
    exact = solve_ivp(
        lambda _, x: x * (RPS @ x - x @ RPS @ x), (0, DURATION), START, "DOP853", [DURATION],
        rtol=1e-13, atol=1e-15,
    ).y[:, -1]  # fmt: skip
    ours, theirs = MatrixGame(RPS), nashpy.Game(RPS)
    rule = Replicator(lr=DURATION / STEPS)

    def here() -> np.ndarray:
        return learn(ours, rule, START, STEPS, one_population=True).row

    def there() -> np.ndarray:
        return theirs.replicator_dynamics(y0=START, timepoints=TIMES)

    errors = [float(np.abs(path()[-1] - exact).max()) for path in (here, there)]
    result = compare(here, there, rounds=15)
    print(row("replicator, once compiled", result.ours, result.theirs, result.ratio, "<= 0.1"))
    print(f"error at the end: ours {errors[0]:.1e}, rival {errors[1]:.1e} (wanted no larger)")


def fictitious_play() -> None:
    """10,000 rounds of fictitious play."""
    ours, theirs = MatrixGame(RPS), nashpy.Game(RPS)

    def there() -> None:
        np.random.seed(0)  # noqa: NPY002 - the rival breaks ties by the global generator
        for _ in theirs.fictitious_play(iterations=10_000):
            pass

    result = compare(lambda: learn(ours, FictitiousPlay(), steps=10_000), there)
    what = "fictitious play, 10,000 rounds"
    print(row(what, result.ours, result.theirs, result.ratio, "<= 0.1"))


def main() -> None:
    """Print all ratios."""
    equilibria()
    replicator()
    fictitious_play()


if __name__ == "__main__":
    main()
