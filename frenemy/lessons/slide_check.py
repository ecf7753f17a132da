r"""Every claim of the deck, with what was computed and a verdict; gathered from the lessons."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from frenemy.figures import Axis, Bars, Figure, Mark, Panel, Points, Text
from frenemy.lessons import TOPICS, load
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
LETTERS = 118
"""Of a line of what was found."""
NAME = "slide-check"
EVERYTHING = "the whole deck"


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


def _page(title: str, *lessons: str) -> Any:
    """A figure of the claims that some lessons check."""

    def draw(result: Result) -> Figure:
        rows = [row for row in result.rows if row.lesson in lessons]
        if not rows:
            return nothing("choose the whole deck, or this part of it")
        marks: list[Mark] = []
        for verdict, (color, symbol) in LOOKS.items():
            at = np.array([-n for n, row in enumerate(rows) if row.finding.verdict == verdict])
            marks.append(Points(np.zeros(len(at)), at.astype(float), color=color, symbol=symbol,
                                size=1.6, label=verdict))  # fmt: skip
        for n, row in enumerate(rows):
            claim = f"{row.claim.slide}: {row.claim.says}"
            found = textwrap.wrap(row.finding.found, LETTERS)
            marks.append(Text.at(0.01, -n + 0.22, claim, align="right", size=0.8))
            below = -n - 0.02 - 0.14 * len(found)
            marks.append(Text.at(0.01, below, "\n".join(found), align="right", color="muted",
                                 size=0.7))  # fmt: skip
        x = Axis(range=(-0.03, 1.0), hidden=True)
        y = Axis(range=(-len(rows) + 0.4, 0.6), hidden=True)
        return Figure(
            [Panel(marks, x=x, y=y, legend=False)],
            title=title,
            caption="circle: holds; diamond: holds in part; cross: does not hold",
        )

    return draw


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
        "games": _page("Games, checked", "nash", "rotation", "landscape"),
        "gans": _page(
            "GANs, checked", "density-or-samples", "gan-lab", "digits", "minimax-value",
            "non-convergence", "mode-collapse", "diminished-gradient",
        ),
        "recurrent": _page("Recurrent nets, checked", "elman", "language-model", "toy-power"),
        "backpropagation": _page("Backpropagation, checked", "bptt", "error-surface"),
        "gradients": _page("Gradients, checked", "gradient-product"),
        "signals": _page("Signals and speed, checked", "signal-features", "parallelism"),
    },
    presets={name: Knobs(topic=name) for name in ("Games", "GANs", "Recurrent nets")},
    takes="about half a minute on two cores",
    slides=("the whole deck",),
)  # fmt: skip
