"""Sweeps beside the plain loop: the price of a point, and what a second process brings."""

from __future__ import annotations

import os
import tempfile

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"  # as in every worker, so that both do the same work

from pathlib import Path  # noqa: E402

from distributed import Client  # noqa: E402

from benchmarks.measure import compare, row  # noqa: E402
from frenemy.sweep import Plan, code_version, measure  # noqa: E402
from frenemy.sweep.engine import outcomes, workers  # noqa: E402
from frenemy.sweep.plan import key_of  # noqa: E402
from frenemy.sweep.store import Store  # noqa: E402

LESSON, KNOBS, POINTS = "gradient-product", {"hidden": 16, "steps": 30}, 24
"""A point takes about 100 ms."""


def main() -> None:
    """Print what one and two processes need beside the plain loop, in turn with it."""
    plan = Plan(LESSON, (), POINTS, KNOBS)
    points, version = list(plan.points()), code_version(LESSON)

    def loop() -> None:
        for knobs in points:
            measure(LESSON, version, key_of(knobs), knobs)

    for count, wanted in ((1, "< 1.05"), (2, "near 0.5")):
        with tempfile.TemporaryDirectory() as folder, workers(count=count) as client:
            list(outcomes(client, LESSON, version, points))
            with Store(Path(folder) / "runs.db", plan) as store:

                def sweep(client: Client = client, store: Store = store) -> None:
                    for outcome in outcomes(client, LESSON, version, points):
                        store.keep(outcome)

                found = compare(sweep, loop)
        what = f"{POINTS} points of {1000 * found.theirs / POINTS:.0f} ms, processes: {count}"
        print(row(what, found.ours, found.theirs, found.ratio, wanted))


if __name__ == "__main__":
    main()
