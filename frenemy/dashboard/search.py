"""Search: at once through titles and slides, and on demand through all that a lesson says."""

from __future__ import annotations

from functools import cache

from frenemy.lessons import DECK, TITLES, knob_specs, load
from frenemy.references import find


def label(name: str) -> str:
    """What is looked through while one types: the title, the slides and the name."""
    return " · ".join(filter(None, [TITLES[name], "; ".join(load(name).slides), name]))


def matches(words: str) -> list[str]:
    """The lessons that speak of every one of these words, in the order of the deck."""
    wanted = words.casefold().split()
    return [name for name in DECK if wanted and all(word in _all(name) for word in wanted)]


@cache
def _all(name: str) -> str:
    """All that a lesson says before it runs: its story, knobs, figures, presets and papers."""
    lesson = load(name)
    said = [label(name), lesson.story, *lesson.figures, *lesson.presets]
    for spec in knob_specs(lesson.knobs):
        said += [spec.label, spec.help, *spec.choices]
    said += [find(key).plain for key in lesson.references]
    return "\n".join(said).casefold()
