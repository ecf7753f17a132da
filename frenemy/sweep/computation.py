"""A sweep from its plan to its store."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from frenemy.lessons import Lesson, Progress, load
from frenemy.sweep.engine import outcomes, workers
from frenemy.sweep.plan import Plan, key_of
from frenemy.sweep.point import code_version
from frenemy.sweep.runs import Runs, read_runs
from frenemy.sweep.store import Store


def sweep(
    lesson: str | Lesson, vary: Mapping[str, Iterable[Any]], *, seeds: int = 0, base: Any = None,
    store: str | Path, resume: bool = False, cluster: str = "", processes: int | None = None,
    progress: Progress | None = None,
) -> Runs:  # fmt: skip
    """Run a lesson at every point of a grid, and keep its facts.

    ``sweep("dirac", {"lr": numpy.geomspace(0.01, 1, 50)}, seeds=32, store="runs.db")`` gives the
    same as ``frenemy sweep dirac --vary lr=0.01:1:log:50 --seeds 32 -o runs.db``. The same points
    have the same facts, bit for bit, however they are divided among workers or runs.

    A script calls it under ``if __name__ == "__main__":``, since workers import the script.

    Parameters
    ----------
    lesson : or its name. vary : knob -> its values.
    seeds : how many, from the lesson's seed on; 0 leaves the seed alone.
    base : the other knobs; the defaults unless given.
    store : the file that keeps every point as soon as it is there.
    resume : whether to go on with a store that is there: only what is missing is computed. The
        grid may have grown since.
    cluster : address of a Dask scheduler; without one, ``processes`` on this machine, one a core.
    progress : told (done, total, what is left to wait for).

    Raises
    ------
    ValueError
        If a knob refuses a value, or the store is of something else; see
        :class:`~frenemy.sweep.StoreError`.
    OSError
        If the cluster cannot be reached, or is gone.
    """
    known = load(lesson) if isinstance(lesson, str) else lesson
    plan = Plan.of(known, vary, seeds=seeds, base=base)
    compute(plan, store, resume=resume, cluster=cluster, processes=processes, progress=progress)
    return read_runs(store)


def compute(
    plan: Plan, path: str | Path, *, resume: bool = False, cluster: str = "",
    processes: int | None = None, progress: Progress | None = None,
) -> None:  # fmt: skip
    """Compute what a store has not of a plan; see :func:`sweep`."""
    version = code_version(plan.lesson)
    for _ in plan.points():
        pass  # whatever a knob refuses, it refuses before anything is computed
    with Store(path, plan, resume=resume) as store:
        known = store.known()
        missing = [knobs for knobs in plan.points() if key_of(knobs) not in known]
        if not missing:
            return
        done, began = len(plan) - len(missing), time.monotonic()
        with workers(cluster, processes) as client:
            for count, outcome in enumerate(
                outcomes(client, plan.lesson, version, missing), start=1
            ):
                store.keep(outcome)
                if progress is not None:
                    left = (time.monotonic() - began) / count * (len(missing) - count)
                    progress(done + count, len(plan), f"{done + count} of {len(plan)} points, "
                                                      f"about {duration(left)} left")  # fmt: skip


def duration(seconds: float) -> str:
    """A time in words, as one would say it."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
