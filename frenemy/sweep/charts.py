"""Pictures of a sweep: a fact along one axis with intervals over the seeds, or over two."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from frenemy.drawing import versions_here
from frenemy.figures import (
    Axis,
    Band,
    Figure,
    HeatMap,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Points,
    Recipe,
    series,
)
from frenemy.lessons import knob_specs, load
from frenemy.sweep.plan import SEED
from frenemy.sweep.runs import PREDICTED, Runs, column

LEVEL = 0.95
"""Of the intervals."""
MOST_LINES = 7
"""Lines in one panel, of as many colours."""
LETTERS = 34
"""In a line beside an axis; facts may be told at length."""
CHART = "chart of a sweep"
"""What the recipe of such a figure calls it."""


class Spread(NamedTuple):
    """A fact over the seeds: its mean, the ends of the interval, and how many seeds have it."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray


def chart(runs: Runs, fact: str, *, at: Mapping[str, str] | None = None) -> Figure:
    """A fact along the one axis that is varied, or as a map over two.

    The line is the mean over the seeds with its 95 % interval (Student's; of facts that are yes or
    no, Wilson's). What theory predicts is drawn beside it. Points without the fact are left out.

    Parameters
    ----------
    fact : its label, or a part that no other has.
    at : knob -> value, as texts, at which other axes are held.

    Raises
    ------
    ValueError
        If there is no such fact or value, the fact is no number, or too many axes are left.
    """
    fact = fact_named(runs, fact)
    at = {axis.knob: axis.texts()[0] for axis in runs.plan.axes if len(axis.values) == 1} | (
        dict(at or {})
    )
    values, axes = _on_grid(runs, fact, at)
    spread = over_seeds(values, yes_or_no=_is_flag(runs, fact))
    theory = None
    if PREDICTED + fact in runs.facts():
        predicted, _ = _on_grid(runs, PREDICTED + fact, at)
        theory = over_seeds(predicted).mean if np.isfinite(predicted).any() else None
    held = [f"{name} = {value}" for name, value in at.items()]
    seeds = f"mean of {values.shape[-1]} seeds, 95 % interval" if values.shape[-1] > 1 else ""
    set_to = [f"{name} = {value}" for name, value in runs.plan.base.items()]
    caption = " · ".join(filter(None, [*set_to, *held, seeds]))
    if len(axes) > 2:
        names = list(axes)
        told = f"{', '.join(names)} are varied; hold all but two of them, as in --at {names[0]}=…"
        raise ValueError(told)
    draw = (_no_axis, _one_axis, _two_axes)[len(axes)]
    if not spread.n.any():
        raise ValueError(f"no point has the fact {fact!r}; see why by frenemy table")
    lesson = load(runs.plan.lesson)
    labels = {spec.name: spec.label for spec in knob_specs(lesson.knobs)}
    axes = {labels[name]: values for name, values in axes.items()}
    panel = draw(textwrap.fill(fact, LETTERS), axes, spread, theory, values)
    return Figure([panel], title=lesson.title, caption=caption)


def fact_named(runs: Runs, part: str) -> str:
    """The label of the one fact that has this in it, or is called so.

    Raises
    ------
    ValueError
        If there is none, or several.
    """
    names = [name for name in runs.facts() if not name.startswith(PREDICTED)]
    found = [part] if part in names else [name for name in names if part in name]
    if len(found) > 1:
        raise ValueError(f"{len(found)} facts have {part!r} in them: {'; '.join(found)}; say more")
    if not found:
        raise ValueError(f"there is no fact {part!r}; the runs have: {'; '.join(names) or 'none'}")
    return found[0]


def recipe_of_chart(runs: Runs, fact: str, at: Mapping[str, str], style: str) -> Recipe:
    """What a file keeps of how it was drawn: the sweep, and what of it is shown."""
    plan = runs.plan
    knobs = {
        "fact": fact, "at": dict(at), "seeds": plan.seeds, "base": dict(plan.base),
        "vary": {axis.knob: [len(axis.values), *axis.texts()[::max(len(axis.values) - 1, 1)]]
                 for axis in plan.axes},
    }  # fmt: skip
    return Recipe(plan.lesson, CHART, knobs, style, versions_here())


def over_seeds(values: np.ndarray, *, yes_or_no: bool = False) -> Spread:
    """Mean and 95 % interval over the last axis; NaN counts as not there.

    Student's interval of a mean, or Wilson's of a probability. Where there is one value only, or
    one is not finite, a mean has no interval.
    """
    from scipy.stats import binomtest
    from scipy.stats import t as student

    known = ~np.isnan(values)
    n = known.sum(axis=-1)
    with np.errstate(all="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=-1) / np.where(n, n, np.nan)
        square = np.where(known, values - mean[..., None], 0.0) ** 2
        error = np.sqrt(square.sum(axis=-1) / np.maximum(n - 1, 1) / np.maximum(n, 1))
        half = np.where(n > 1, student.ppf(0.5 + LEVEL / 2, np.maximum(n - 1, 1)) * error, np.nan)
        low, high = np.asarray(mean - half), np.asarray(mean + half)
    if yes_or_no:
        for place in np.ndindex(n.shape):
            if n[place]:
                hits = round(float(mean[place] * n[place]))
                found = binomtest(hits, int(n[place])).proportion_ci(LEVEL, method="wilson")
                low[place], high[place] = found.low, found.high
    return Spread(mean, low, high, n)


def _on_grid(runs: Runs, fact: str, at: Mapping[str, str]) -> tuple[np.ndarray, dict[str, Any]]:
    """A fact over the axes that are left and the seeds (last), and those axes."""
    values = column(runs.facts()[fact])
    if values.dtype == object:
        raise ValueError(f"the fact {fact!r} is text, as {values[0]!r:.40}; choose a number")
    dimensions = dict(runs.plan.dimensions)
    grid = values.reshape([len(values) for values in dimensions.values()])
    texts = {axis.knob: axis.texts() for axis in runs.plan.axes}
    for name, value in at.items():
        if name not in texts or value not in texts[name]:
            known = ", ".join(texts.get(name, [])) or f"not varied; {', '.join(texts)} are"
            raise ValueError(f"{name}={value} is no place of this sweep; {name} is {known}")
        grid = grid.take(texts[name].index(value), axis=list(dimensions).index(name))
        del dimensions[name]
    if SEED in dimensions:
        grid = np.moveaxis(grid, list(dimensions).index(SEED), -1)
        del dimensions[SEED]
    else:
        grid = grid[..., None]
    return grid, dimensions


def _is_flag(runs: Runs, fact: str) -> bool:
    known = [value for value in runs.facts()[fact] if value is not None]
    return bool(known) and all(isinstance(value, bool) for value in known)


def _axis(label: str, values: tuple[Any, ...]) -> tuple[np.ndarray, Axis]:
    """Places of an axis' values, and how they are written."""
    if not all(isinstance(value, (int, float)) for value in values) or bool in map(type, values):
        texts = [",".join(v) if isinstance(v, tuple) else str(v) for v in values]
        return np.arange(len(values), dtype=float), Axis.of_categories(texts, label)
    places = np.array(values, float)
    log = len(places) > 2 and (places > 0).all() and np.ptp(np.diff(np.log(places))) < 1e-6
    return places, Axis(label, scale="log" if log else "linear")


def _no_axis(
    fact: str, axes: dict[str, Any], spread: Spread, theory: np.ndarray | None, values: np.ndarray
) -> Panel:
    """Every seed's value, where nothing else is varied."""
    at = np.arange(len(values), dtype=float)
    marks: list[Mark] = [Points(at, values, label="measured", color="measurement")]
    if theory is not None and np.isfinite(theory):
        marks.append(HorizontalLine(float(theory), color="prediction", label="predicted"))
    marks.append(HorizontalLine(float(spread.mean), color="muted", dash="dash", label="mean"))
    return Panel(marks, x=Axis(SEED), y=Axis(fact))


def _one_axis(
    fact: str, axes: dict[str, Any], spread: Spread, theory: np.ndarray | None, values: np.ndarray
) -> Panel:
    ((name, places),) = axes.items()
    x, axis = _axis(name, places)
    if axis.ticks is not None:
        return _dots(fact, x, replace(axis, range=(len(x) - 0.5, -0.5)), spread, theory)
    order = np.argsort(x)
    marks = _line(x[order], *(part[order] for part in spread[:3]), label="measured")
    if theory is not None:
        marks.append(Line(x[order], theory[order], color="prediction", dash="dash", width=1.4,
                          label="predicted"))  # fmt: skip
    return Panel(marks, x=axis, y=Axis(fact), legend=theory is not None)


def _line(
    x: np.ndarray, mean: np.ndarray, low: np.ndarray, high: np.ndarray, *, label: str,
    color: str = "measurement",
) -> list[Mark]:  # fmt: skip
    marks: list[Mark] = []
    if np.isfinite(low).any():
        marks.append(Band(x, low, high, color=color))
    shown = np.where(np.isfinite(mean), mean, np.nan)
    return [*marks, Line(x, shown, color=color, label=label), Points(x, shown, color=color)]


def _dots(fact: str, y: np.ndarray, axis: Axis, spread: Spread, theory: np.ndarray | None) -> Panel:
    """Names one below the other, so that they can be long."""
    marks: list[Mark] = []
    for place, low, high in zip(y, spread.low, spread.high, strict=True):
        if np.isfinite([low, high]).all():
            ends = np.array([low, high])
            marks.append(Line(ends, np.full(2, place), color="ink", label="95 % interval"))
    shown = np.isfinite(spread.mean)
    marks.append(Points(spread.mean[shown], y[shown], color="measurement", label="measured"))
    if theory is not None and (known := np.isfinite(theory)).any():
        marks.append(Points(theory[known], y[known], color="prediction", symbol="diamond",
                            size=0.6, label="predicted"))  # fmt: skip
    return Panel(marks, x=Axis(fact), y=axis)


def _two_axes(
    fact: str, axes: dict[str, Any], spread: Spread, theory: np.ndarray | None, values: np.ndarray
) -> Panel:
    """A map where both axes are numbers; otherwise a line for each name."""
    (first, second), mean = axes, spread.mean
    (x, across), (y, up) = (_axis(name, axes[name]) for name in (first, second))
    if across.ticks is not None and up.ticks is None:
        turned = Spread(*(part.T for part in spread))
        back = {second: axes[second], first: axes[first]}
        return _two_axes(fact, back, turned, None if theory is None else theory.T, values)
    if up.ticks is None or len(y) > MOST_LINES or across.ticks is not None:
        columns, rows = np.argsort(x), np.argsort(y)
        shown = np.where(np.isfinite(mean), mean, np.nan).T[np.ix_(rows, columns)]
        return Panel([HeatMap(x[columns], y[rows], shown, scale=fact)], x=across, y=up)
    marks, order = [], np.argsort(x)
    for index, (_, text) in zip(range(len(y)), up.ticks, strict=True):
        own = (part[:, index][order] for part in spread[:3])
        marks += _line(x[order], *own, label=text, color=series(index)["color"])
    if theory is not None:
        for index, line in enumerate(theory[order].T):
            marks.append(Line(x[order], line, color="prediction", dash="dash", width=1.2,
                              label=None if index else "predicted"))  # fmt: skip
    return Panel(marks, x=across, y=Axis(fact), title=f"lines: {second}")
