"""Every figure there is, with the command and the Python that draw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from frenemy.lessons import TITLES, load
from frenemy.snippet import python_for


@dataclass(frozen=True)
class Entry:
    """One figure, with its lesson as it opens.

    Attributes
    ----------
    lesson, figure : names. command : that draws it as PDF. python : a program that does the same.
    """

    lesson: str
    figure: str

    @property
    def command(self) -> str:
        """The command that draws it."""
        return f"frenemy draw {self.lesson} --figure {self.figure} --format pdf"

    @property
    def python(self) -> str:
        """A program that draws it, and prints the lesson's facts."""
        lesson = load(self.lesson)
        return python_for(lesson, lesson.knobs(), self.figure)


def entries(*lessons: str) -> Iterator[Entry]:
    """The figures of some lessons; of all, without a name."""
    names: Iterable[str] = lessons or TITLES
    for name in names:
        yield from (Entry(name, figure) for figure in load(name).figures)
