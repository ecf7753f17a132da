"""From a lesson and its knobs to files of pictures, and from such a file back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from frenemy.figures.recipe import Recipe, read_recipe
from frenemy.figures.saving import render
from frenemy.lessons import Lesson, Progress, knobs_to_dict, load, make_knobs

PACKAGES = ("frenemy", "matplotlib", "numpy", "plotly", "scipy", "sympy", "torch")
"""The packages whose versions a recipe keeps."""


@dataclass(frozen=True)
class Output:
    """Where pictures go and how they look: a folder, formats, the name of a style."""

    folder: Path = Path()
    formats: tuple[str, ...] = ("pdf",)
    style: str = "slide"


def recipe_of(lesson: Lesson, figure: str, knobs: Any, style: str) -> Recipe:
    """What must be kept to draw a figure again."""
    return Recipe(
        lesson=lesson.name,
        figure=figure,
        knobs=knobs_to_dict(knobs),
        style=style,
        versions=versions_here(),
    )


def versions_here() -> dict[str, str]:
    """Package -> its version, of those on which a picture depends."""
    return {package: version(package) for package in PACKAGES}


def draw(
    lesson: Lesson,
    knobs: Any,
    output: Output,
    *,
    figures: Sequence[str] = (),
    progress: Progress | None = None,
) -> Iterator[Path]:
    """Run a lesson once and write its figures; yields each file as soon as it is there.

    Parameters
    ----------
    figures : names; none draws all, and leaves out the GIF of those that do not move.

    Raises
    ------
    ValueError
        For a figure that the lesson does not have, or the GIF of one that does not move.
    """
    for name in figures:
        if name not in lesson.figures:
            raise ValueError(
                f"the lesson {lesson.name!r} has no figure {name!r}; "
                f"it has {', '.join(lesson.figures)}"
            )
    result = lesson.perform(knobs, progress)
    names = tuple(figures) or tuple(lesson.figures)
    for done, name in enumerate(names):
        if progress is not None:
            progress(done, len(names), f"{lesson.name}: drawing {name}")
        figure = lesson.figures[name](result)
        recipe = recipe_of(lesson, name, knobs, output.style)
        for ending in output.formats:
            if ending == "gif" and not figure.frames:
                if not figures:
                    continue
                raise ValueError(f"the figure {name!r} does not move; choose a format but gif")
            path = output.folder / f"{lesson.name}-{name}.{ending}"
            write_whole(path, render(figure, ending, style=output.style, recipe=recipe))
            yield path


def redraw(
    file: Path,
    folder: Path,
    *,
    formats: tuple[str, ...] = (),
    style: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Path]:
    """Draw the figure of a file again from the recipe inside it.

    Parameters
    ----------
    formats, style : those of the file unless given.

    Raises
    ------
    ValueError
        If the file holds no recipe, or one for a lesson, figure or knob that is not there.
    """
    recipe = read_recipe(file)
    lesson = load(recipe.lesson)
    if recipe.figure not in lesson.figures and "fact" in recipe.knobs:
        raise ValueError(
            f"{file} shows {recipe.knobs['fact']!r} of a sweep of {lesson.name!r}: draw it from "
            "the sweep's store, by frenemy chart STORE --fact …"
        )
    knobs: Any = make_knobs(lesson.knobs, recipe.knobs)
    kept = (file.suffix.lower().removeprefix("."),)
    output = Output(folder, formats or kept, style or recipe.style)
    yield from draw(lesson, knobs, output, figures=[recipe.figure], progress=progress)


def changed_versions(file: Path) -> dict[str, tuple[str, str]]:
    """Package -> (its version in a file's recipe, its version here) where the two differ."""
    recorded = read_recipe(file).versions
    here = {package: version(package) for package in PACKAGES if package in recorded}
    return {name: (recorded[name], now) for name, now in here.items() if recorded[name] != now}


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
