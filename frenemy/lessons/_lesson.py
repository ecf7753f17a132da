"""What a lesson is. The page, the command's flags, the permalink and the tests follow from it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from frenemy.lessons._claims import Claim
from frenemy.lessons._facts import Compared, fact_rows, plain
from frenemy.lessons._knobs import (
    KnobSpec,
    knob,
    knob_specs,
    knobs_to_dict,
    knobs_to_query,
    make_knobs,
)

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what) now and then during a long run; may raise to stop it."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Lesson:
    """One topic of the lecture.

    Attributes
    ----------
    name : as typed, lower case with hyphens.
    title : one line.
    story : Markdown with LaTeX; what the slide claims, and what is true.
    knobs : a frozen dataclass whose fields are declared by :func:`knob`.
    run : ``run(knobs, *, progress=None) -> result``; pure: the same knobs, the seed among them,
        give the same result. A run that is always short may leave ``progress`` out.
    facts : result -> {label: value}, the headline numbers; a prediction and its measurement are one
        :class:`Compared`.
    figures : figure name -> (result -> Figure).
    presets : preset name -> knobs, what a lecturer would show.
    references : keys of :data:`frenemy.references.REFERENCES`.
    slides : titles of the slides it serves.
    picks : figure name -> the two knobs that a click into that figure sets, across and up.
    claims : sentences of slides that it checks; ``slide-check`` gathers them.
    takes : how long a run takes, in words, if one has to wait for it. The page then runs it when
        asked, in the background, and not at every turn of a knob.

    Raises
    ------
    ValueError
        If a part is missing, a name is misspelt, or a preset is not of the knobs' type or range.
    """

    name: str
    title: str
    story: str
    knobs: type
    run: Callable[..., Any]
    facts: Callable[[Any], Mapping[str, Any]]
    figures: Mapping[str, Callable[[Any], Any]]
    presets: Mapping[str, Any] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    slides: tuple[str, ...] = ()
    picks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    takes: str = ""

    def __post_init__(self) -> None:
        for name in (self.name, *self.figures):
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"{name!r} cannot name a lesson or figure; use lower case and hyphens, as in "
                    "'step-size'"
                )
        for part in ("title", "story", "figures"):
            if not getattr(self, part):
                raise ValueError(f"the lesson {self.name!r} needs its {part}; got none")
        for part in ("references", "slides"):
            if not isinstance(getattr(self, part), tuple):
                raise ValueError(f"{part} of the lesson {self.name!r} must be a tuple of texts")
        self._check_picks()
        for name, knobs in self.presets.items():
            self._check_preset(f"the preset {name!r}", knobs)
        for claim in self.claims:
            self._check_preset(f"the claim {claim.says!r}", claim.knobs)

    def perform(self, knobs: Any, progress: Progress | None = None) -> Any:
        """The result of ``run``, which is told of ``progress`` if it can say anything."""
        if progress is not None and "progress" in inspect.signature(self.run).parameters:
            return self.run(knobs, progress=progress)
        return self.run(knobs)

    def _check_picks(self) -> None:
        numbers = [spec.name for spec in knob_specs(self.knobs) if spec.kind == "float"]
        for figure, pair in self.picks.items():
            if figure not in self.figures:
                raise ValueError(
                    f"a click into {figure!r} cannot set knobs: {self.name!r} has the figures "
                    f"{', '.join(self.figures)}"
                )
            if len(pair) != 2 or not set(pair) <= set(numbers):
                raise ValueError(
                    f"a click into {figure!r} of {self.name!r} sets two knobs that are numbers, "
                    f"of {', '.join(numbers) or 'which there are none'}; got {pair!r}"
                )

    def _check_preset(self, what: str, knobs: Any) -> None:
        if not isinstance(knobs, self.knobs):
            raise ValueError(
                f"{what} of {self.name!r} must be a {self.knobs.__name__}; got {knobs!r:.80}"
            )
        try:
            make_knobs(self.knobs, knobs_to_dict(knobs))
        except ValueError as error:
            raise ValueError(f"{what} of {self.name!r}: {error}") from None


__all__ = [
    "Compared",
    "KnobSpec",
    "Lesson",
    "Progress",
    "fact_rows",
    "knob",
    "knob_specs",
    "knobs_to_dict",
    "knobs_to_query",
    "make_knobs",
    "plain",
]
