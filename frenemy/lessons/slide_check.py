r"""Every claim of the deck, with what was computed and a verdict; gathered from the lessons."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from frenemy.figures import Axis, Bars, Figure, Mark, Panel, Points, Text
from frenemy.lessons import NAMES, TOPICS, load
from frenemy.lessons._claims import VERDICTS, Claim, Finding
from frenemy.lessons._knobs import knob
from frenemy.lessons._lesson import Lesson, Progress
from frenemy.lessons._rules import nothing

STORY = r"""
**The slides** state formulas, numbers and warnings, and most are right. This page runs, for each of
them, the lesson that it belongs to, and says what came out: *holds*, *holds in part* (true within
limits that are named), or *does not hold*.

Nothing here is typed in: a claim stands in its lesson beside the code that checks it, and every
number is computed when the page runs. Where a slide is loose, the lesson shows more: open it, and
turn the knobs until the claim breaks.
"""
LOOKS = {"holds": ("stable", "circle"), "holds in part": ("fifth", "diamond"),
         "does not hold": ("unstable", "cross")}  # fmt: skip
"""Verdict -> colour and symbol."""
LETTERS, LINES = 108, 21
"""Of a line of what was found, and of lines that a page has room for."""
NAME = "slide-check"
EVERYTHING = "the whole deck"
PAGES = {
    "games": ("nash", "Games, checked"),
    "gans": ("density-or-samples", "GANs, checked"),
    "gan-training": ("non-convergence", "The training of GANs, checked"),
    "recurrent": ("elman", "Recurrent nets, checked"),
    "backpropagation": ("toy-power", "Backpropagation, checked"),
    "gradients": ("gradient-product", "Exploding and vanishing gradients, checked"),
    "training": ("error-surface", "The training of recurrent nets, checked"),
    "signals": ("signal-features", "Signals and speed, checked"),
}
"""Page -> the first lesson on it and its title, in the order of ``NAMES``: a page goes on to the
first lesson of the next one, so that the claims of every lesson stand on one."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    topic: str = knob(
        EVERYTHING, label="which slides", choices=(EVERYTHING, *TOPICS), help="of which room"
    )


@dataclass(frozen=True)
class Row:
    """One claim and what became of it.

    Attributes
    ----------
    topic, lesson : where it belongs.
    """

    topic: str
    lesson: str
    claim: Claim
    finding: Finding


@dataclass(frozen=True)
class Result:
    """All claims of some topics, in the order of the lessons."""

    knobs: Knobs
    rows: tuple[Row, ...]

    def count(self, verdict: str) -> int:
        """How many claims have this verdict."""
        return sum(row.finding.verdict == verdict for row in self.rows)


def claims(topic: str = EVERYTHING) -> Iterator[tuple[str, str, Claim]]:
    """Topic, lesson and claim, of all lessons of a topic."""
    for room, names in TOPICS.items():
        if topic in (room, EVERYTHING):
            for name in names:
                if name != NAME:
                    yield from ((room, name, claim) for claim in load(name).claims)


def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Check every claim; claims with the same knobs share a run."""
    asked, results, rows = list(claims(knobs.topic)), {}, []
    for done, (room, name, claim) in enumerate(asked):
        if progress is not None:
            progress(done, len(asked), f"{name}: {claim.says}")
        key = (name, claim.knobs)
        if key not in results:
            results[key] = load(name).perform(claim.knobs)
        rows.append(Row(room, name, claim, claim.check(results[key])))
    return Result(knobs, tuple(rows))


def facts(result: Result) -> dict[str, Any]:
    """The count of each verdict, and every claim."""
    stated: dict[str, Any] = {f"claims: {name}": result.count(name) for name in VERDICTS}
    for row in result.rows:
        label = f"{row.claim.slide}: {row.claim.says}"
        if row.finding.numbers is not None:
            stated[f"{label} (printed or predicted; computed)"] = row.finding.numbers
        stated[label] = f"{row.finding.verdict}: {row.finding.found} [{row.lesson}]"
    return stated


def page_of(lesson: str) -> str:
    """The page on which the claims of a lesson stand: the last that begins at it or before it."""
    at = NAMES.index(lesson)
    begun = [page for page, (first, _) in PAGES.items() if NAMES.index(first) <= at]
    return begun[-1] if begun else next(iter(PAGES))


def _page(page: str) -> Any:
    """A figure of the claims of some lessons."""
    title = PAGES[page][1]

    def draw(result: Result) -> Figure:
        rows = [row for row in result.rows if page_of(row.lesson) == page]
        if not rows:
            return nothing("choose the whole deck, or this part of it")
        marks: list[Mark] = []
        height = 0.0
        for row in rows:
            color, symbol = LOOKS[row.finding.verdict]
            here = np.array([height - 0.5])
            marks.append(Points(np.zeros(1), here, color=color, symbol=symbol, size=1.6))
            written, height = _written(row, height)
            marks += written
        x = Axis(range=(-0.03, 1.0), hidden=True)
        y = Axis(range=(min(height, -LINES), 0.8), hidden=True)
        return Figure(
            [Panel(marks, x=x, y=y, legend=False)],
            title=title,
            caption="circle: holds; diamond: holds in part; cross: does not hold",
        )

    return draw


def _written(row: Row, y: float) -> tuple[list[Mark], float]:
    """A claim and what was found, line by line from a height down, and the height below them."""
    claim = f"{row.claim.slide}: {row.claim.says}"
    marks: list[Mark] = [Text.at(0.01, y, claim, align="right", size=0.8)]
    for line in textwrap.wrap(row.finding.found, LETTERS):
        y -= 1.0
        marks.append(Text.at(0.01, y, line, align="right", color="muted", size=0.7))
    return marks, y - 1.4


def summary(result: Result) -> Figure:
    """How many claims of each part hold."""
    rooms = list(dict.fromkeys(row.topic for row in result.rows))
    marks = []
    for index, verdict in enumerate(VERDICTS):
        counts = [
            sum(row.topic == room and row.finding.verdict == verdict for row in result.rows)
            for room in rooms
        ]
        places = np.arange(len(rooms)) + 0.27 * (index - 1)
        marks.append(Bars(places, np.array(counts, float), width=0.25, color=LOOKS[verdict][0],
                          label=verdict))  # fmt: skip
    panel = Panel(marks, x=Axis.of_categories(rooms), y=Axis("claims"))
    return Figure([panel], title="What the deck claims, and what was found")


LESSON = Lesson(
    name=NAME,
    title="Slide check: every claim of the deck, computed",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={
        "summary": summary,
        **{page: _page(page) for page in PAGES},
    },
    presets={name: Knobs(topic=name) for name in ("Games", "GANs", "Recurrent nets")},
    takes="about a minute on two cores",
    slides=("the whole deck",),
)  # fmt: skip
