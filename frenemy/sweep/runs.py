"""The results of a sweep as a labelled array and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.sweep.plan import Plan, key_of
from frenemy.sweep.point import Outcome
from frenemy.sweep.store import read_store

if TYPE_CHECKING:
    import pandas
    import xarray

INFINITE = {"Infinity": np.inf, "-Infinity": -np.inf}
PREDICTED = "predicted: "
"""What stands before the name of a prediction; its measurement has the fact's own name."""


@dataclass(frozen=True, eq=False)
class Runs:
    """All points of a plan, and what became of them.

    Attributes
    ----------
    plan : which points there are. outcomes : key -> what became of a point; some may be missing.
    """

    plan: Plan
    outcomes: Mapping[str, Outcome]

    def rows(self) -> list[Outcome | None]:
        """What became of every point, in the order of the plan; None where it is missing."""
        return [self.outcomes.get(key_of(knobs)) for knobs in self.plan.points()]

    def counts(self) -> dict[str, int]:
        """State -> how many points are in it, ``missing`` among them; only states that occur."""
        states = [row.state if row else "missing" for row in self.rows()]
        return {state: states.count(state) for state in dict.fromkeys(states)}

    def facts(self) -> dict[str, list[Any]]:
        """Fact -> its value at every point, None where there is none.

        A fact with a prediction is two: the measurement has its name, the prediction the same
        after ``"predicted: "``.
        """
        told = [_flat(row.facts) if row else {} for row in self.rows()]
        names = dict.fromkeys(name for facts in told for name in facts)
        return {name: [facts.get(name) for facts in told] for name in names}

    def to_xarray(self) -> xarray.Dataset:
        """The facts over the axes of the plan: numbers as float64 (NaN where there is none).

        Beside the facts it has ``state`` and ``reason`` of every point.
        """
        import xarray

        dimensions, rows = self.plan.dimensions, self.rows()
        shape = [len(values) for values in dimensions.values()]
        told = {
            "state": np.array([row.state if row else "missing" for row in rows], object),
            "reason": np.array([row.reason if row else "" for row in rows], object),
        } | {name: column(values) for name, values in self.facts().items()}
        return xarray.Dataset(
            {name: (tuple(dimensions), values.reshape(shape)) for name, values in told.items()},
            coords={name: _coordinate(values) for name, values in dimensions.items()},
            attrs={"lesson": self.plan.lesson, **_attributes(self.plan.base)},
        )

    def to_pandas(self) -> pandas.DataFrame:
        """A row for every point: what was varied, state, reason, seconds, facts."""
        import itertools

        import pandas

        dimensions, rows = self.plan.dimensions, self.rows()
        grid = list(itertools.product(*map(_coordinate, dimensions.values())))
        columns: dict[str, Any] = {
            name: [values[index] for values in grid] for index, name in enumerate(dimensions)
        }
        columns["state"] = [row.state if row else "missing" for row in rows]
        columns["reason"] = [row.reason if row else "" for row in rows]
        columns["seconds"] = [row.seconds if row else np.nan for row in rows]
        columns |= {name: column(values) for name, values in self.facts().items()}
        return pandas.DataFrame(columns)


def read_runs(path: str | Path) -> Runs:
    """The results in a store, finished or not.

    Raises
    ------
    ValueError
        If it is no store, or damaged.
    """
    return Runs(*read_store(path))


def column(values: list[Any]) -> np.ndarray:
    """Numbers where all that are there are numbers, otherwise texts, ``(n,)``."""
    found = [INFINITE.get(value, value) if isinstance(value, str) else value for value in values]
    if all(value is None or isinstance(value, (bool, int, float)) for value in found):
        return np.array([np.nan if value is None else float(value) for value in found])
    texts = ["" if value is None else value if isinstance(value, str) else str(value)
             for value in found]  # fmt: skip
    return np.array(texts, object)


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, dict) and set(value) == {"predicted", "measured"}:
            found[f"{PREDICTED}{name}"], found[name] = value["predicted"], value["measured"]
        else:
            found[name] = value
    return found


def _coordinate(values: tuple[Any, ...]) -> list[Any]:
    return [",".join(value) if isinstance(value, tuple) else value for value in values]


def _attributes(base: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, list) else value for name, value in base.items()}
