"""The Python that does what a page shows: a program that runs as it stands."""

from __future__ import annotations

from typing import Any

from frenemy.lessons import Lesson, knob_specs

_PROGRAM = """\
from frenemy.drawing import recipe_of
from frenemy.figures import save
from frenemy.lessons import fact_rows, load

lesson = load({name!r})
knobs = lesson.knobs({settings})
result = lesson.run(knobs)

for label, predicted, measured, words in fact_rows(lesson.facts(result)):
    print(f"{{label}}: {{measured}}", f"(predicted {{predicted}}, {{words}})" if predicted else "")

figure = lesson.figures[{figure!r}](result)
recipe = recipe_of(lesson, {figure!r}, knobs, "slide")
print(save(figure, "{name}-{figure}.pdf", style="slide", recipe=recipe))
"""


def python_for(lesson: Lesson, knobs: Any, figure: str) -> str:
    """A program that runs the lesson, prints its facts and saves a figure as PDF."""
    changed = {
        spec.name: value
        for spec in knob_specs(lesson.knobs)
        if (value := getattr(knobs, spec.name)) != spec.default
    }
    settings = ", ".join(f"{name}={value!r}" for name, value in changed.items())
    if len(settings) > 60:
        lines = [f"    {name}={value!r},\n" for name, value in changed.items()]
        settings = f"\n{''.join(lines)}"
    return _PROGRAM.format(name=lesson.name, settings=settings, figure=figure)
