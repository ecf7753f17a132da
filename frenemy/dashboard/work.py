"""What a lesson gives for some knobs, each part made when asked for, once for all sessions."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from frenemy.dashboard.memory import Memory
from frenemy.lessons import Lesson, Progress, fact_rows, knob_specs

if TYPE_CHECKING:
    from frenemy.figures import Figure

RESULTS: Memory[Any] = Memory(48)
LONG_RESULTS: Memory[Any] = Memory(12)
FACTS: Memory[list[tuple[str, str, str, str]]] = Memory(96)
FIGURES: Memory[Any] = Memory(96)
CHARTS: Memory[str] = Memory(64)
"""Charts with all the frames of an animation are the largest: some megabytes each."""


@dataclass(frozen=True)
class Work:
    """A lesson at some knobs.

    Every part raises ValueError for knobs in which the lesson finds something wrong.
    """

    lesson: Lesson
    knobs: Any

    @property
    def key(self) -> tuple[Hashable, ...]:
        """The lesson's name and the knobs as plain values."""
        values = tuple(getattr(self.knobs, spec.name) for spec in knob_specs(type(self.knobs)))
        return (self.lesson.name, *values)

    @property
    def is_done(self) -> bool:
        """Whether the result is there already."""
        return self.key in self._memory

    def result(self, progress: Progress | None = None) -> Any:
        """What the lesson's ``run`` returns. A refusal is remembered as well."""
        outcome = self._memory.recall(self.key, lambda: self._attempt(progress))
        if isinstance(outcome, ValueError):
            raise ValueError(str(outcome))
        return outcome

    def facts(self) -> list[tuple[str, str, str, str]]:
        """The facts as text: (label, predicted, measured, in words) each."""
        return FACTS.recall(self.key, lambda: fact_rows(self.lesson.facts(self.result())))

    def figure(self, name: str) -> Figure:
        """A figure as a value."""
        figure: Figure = FIGURES.recall(
            (*self.key, name), lambda: self.lesson.figures[name](self.result())
        )
        return figure

    def chart(
        self, name: str, style: str, *, moving: bool, clickable: bool, large: bool = False
    ) -> str:
        """A figure for the screen, as Plotly's JSON; frames are left out unless it is to move."""
        from frenemy.dashboard.charts import chart

        return CHARTS.recall(
            (*self.key, name, style, moving, clickable, large),
            lambda: chart(
                self.figure(name), style, moving=moving, clickable=clickable, large=large
            ),
        )

    @property
    def _memory(self) -> Memory[Any]:
        return LONG_RESULTS if self.lesson.takes else RESULTS

    def _attempt(self, progress: Progress | None) -> Any:
        if progress is not None:
            progress(0, 1, "starting")
        try:
            return self.lesson.perform(self.knobs, progress)
        except ValueError as error:
            return error
