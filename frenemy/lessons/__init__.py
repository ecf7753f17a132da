"""The lessons, each in the file of its name; none is imported before it is asked for.

To add one, copy a sibling file and add a line to ``TOPICS``.

:func:`load` gives the :class:`Lesson` of a name, ``NAMES`` lists them, ``TITLES`` says what each
is about, ``TOPICS`` where it belongs, ``DECK`` when the slides come to it. A lesson's file is
written with :class:`Lesson`, :func:`knob` and :class:`Compared`; those who generate something from
lessons use :func:`knob_specs`, :func:`make_knobs`, :func:`knobs_to_dict`, :func:`knobs_to_query`,
:func:`fact_rows` and :func:`plain`.
"""

from __future__ import annotations

import difflib
from importlib import import_module

from frenemy.lessons._lesson import (
    Compared,
    KnobSpec,
    Lesson,
    Progress,
    fact_rows,
    knob,
    knob_specs,
    knobs_to_dict,
    knobs_to_query,
    make_knobs,
    plain,
)

TOPICS: dict[str, dict[str, str]] = {
    "Games": {
        "nash": "The Nash equilibrium of xy",
        "rotation": "Gradient descent for a Nash equilibrium",
        "cures": "Which training rule for which game",
        "step-size": "How large a step: stability regions",
        "landscape": "Where training ends: equilibria and basins",
        "matrix-game": "Matrix games: solved exactly, learnt slowly",
    },
    "GANs": {
        "density-or-samples": "A density, samples, or both",
        "gan-lab": "The GAN laboratory: live, and back in time",
        "minimax-value": "The GAN's minimax value",
        "dirac": "The Dirac-GAN: why GANs circle, and what damps them",
        "non-convergence": "Non-convergence: a live GAN's oscillation, predicted",
        "mode-collapse": "Mode collapse: how often, of which kind",
        "diminished-gradient": "The diminished gradient: when D is too good",
        "digits": "A GAN learns to draw digits",
    },
    "Recurrent nets": {
        "elman": "Elman's net, from scratch",
        "toy-power": "A toy: multiply by w a thousand times",
        "bptt": "Backpropagation through time, term by term",
        "gradient-product": "Exploding and vanishing gradients, predicted",
        "error-surface": "The rough error surface, and why one clips",
        "language-model": "A language model, and why training jumps",
        "long-memory": "Long memory: which cell learns what",
        "tagging": "Tagging every letter of a program",
        "sequence-classification": "Naming a digit read row by row",
        "forecast": "Forecasting a real series",
        "signal-features": "Features of signals, as printed and as they should be",
        "parallelism": "Is a recurrent net sequential?",
    },
    "The lecture": {
        "slide-check": "Slide check: every claim of the deck, computed",
    },
}
"""Topic -> lesson name -> title. ``step-size`` would stand in ``step_size.py``."""

DECK: tuple[str, ...] = (
    "elman", "tagging", "language-model", "sequence-classification", "forecast",
    "signal-features", "error-surface", "toy-power", "bptt", "gradient-product", "long-memory",
    "parallelism", "density-or-samples", "gan-lab", "digits", "non-convergence", "mode-collapse",
    "diminished-gradient", "minimax-value", "nash", "rotation", "cures", "step-size", "landscape",
    "dirac", "matrix-game", "slide-check",
)  # fmt: skip
"""The lessons in the order of the slides; those beyond them come last."""

TITLES: dict[str, str] = {
    name: title for lessons in TOPICS.values() for name, title in lessons.items()
}
"""Lesson name -> title, in the order of the topics."""

NAMES: tuple[str, ...] = tuple(TITLES)


def load(name: str) -> Lesson:
    """The lesson of that name.

    Raises
    ------
    ValueError
        If there is none, listing those there are.
    """
    if name not in TITLES:
        near = difflib.get_close_matches(str(name), TITLES, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"there is no lesson {name!r}.{guess} Lessons: {', '.join(TITLES)}")
    lesson: Lesson = import_module(f"{__name__}.{name.replace('-', '_')}").LESSON
    if (lesson.name, lesson.title) != (name, TITLES[name]):
        raise ValueError(
            f"the lesson {name!r} is registered as {TITLES[name]!r} but calls itself "
            f"{lesson.name!r}, {lesson.title!r}; make the two agree"
        )
    return lesson


__all__ = [
    "DECK",
    "NAMES",
    "TITLES",
    "TOPICS",
    "Compared",
    "KnobSpec",
    "Lesson",
    "Progress",
    "fact_rows",
    "knob",
    "knob_specs",
    "knobs_to_dict",
    "knobs_to_query",
    "load",
    "make_knobs",
    "plain",
]
