"""A site of all lessons: stories, facts, figures with their files, commands and Python.

It is plain files: no server, no script, nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from frenemy import __version__
from frenemy.drawing import recipe_of, write_whole
from frenemy.figures import Figure
from frenemy.figures.saving import render
from frenemy.gallery.entries import Entry
from frenemy.gallery.prose import to_html
from frenemy.gallery.thumbnails import small
from frenemy.lessons import DECK, TITLES, TOPICS, Lesson, Progress, fact_rows, load
from frenemy.references import find

FORMATS = ("svg", "pdf", "png")
"""The files of every figure; of those that move, a GIF as well."""
TEMPLATES = Path(__file__).parent / "templates"


def build(
    folder: Path, lessons: Iterable[str] = (), *, progress: Progress | None = None
) -> Iterator[Path]:
    """Draw all figures of some lessons (of all, without a name) and the pages about them.

    Yields each file as soon as it is there; the page to open first is ``index.html``.

    Raises
    ------
    ValueError
        For a lesson that is not there.
    """
    chosen = [load(name) for name in lessons or TITLES]
    templates = _templates()
    for lesson in chosen:
        knobs = lesson.knobs()
        result = lesson.perform(knobs, progress)
        shown: list[dict[str, Any]] = []
        for figure, make in lesson.figures.items():
            if progress is not None:
                progress(len(shown), len(lesson.figures), f"{lesson.name}: drawing {figure}")
            files = dict(_drawn(make(result), lesson, figure, knobs))
            for name, data in files.items():
                write_whole(folder / lesson.name / name, data)
                yield folder / lesson.name / name
            downloads = [name for name in files if not name.endswith("webp")]
            shown.append({"entry": Entry(lesson.name, figure), "files": downloads})
        page = templates.get_template("lesson.html").render(
            lesson=lesson, story=to_html(lesson.story), facts=fact_rows(lesson.facts(result)),
            figures=shown, references=[find(key).plain for key in lesson.references],
            before=_beside(lesson.name, -1, chosen), after=_beside(lesson.name, 1, chosen),
            titles=TITLES, version=__version__,
        )  # fmt: skip
        write_whole(folder / lesson.name / "index.html", page.encode())
        yield folder / lesson.name / "index.html"
    names = {lesson.name: lesson for lesson in chosen}
    topics = {
        topic: [names[name] for name in own if name in names] for topic, own in TOPICS.items()
    }
    write_whole(folder / "style.css", (TEMPLATES / "style.css").read_bytes())
    index = templates.get_template("index.html").render(
        topics={topic: own for topic, own in topics.items() if own}, version=__version__
    )
    write_whole(folder / "index.html", index.encode())
    yield folder / "index.html"


def _templates() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _drawn(figure: Figure, lesson: Lesson, name: str, knobs: Any) -> Iterator[tuple[str, bytes]]:
    """The files of a figure: name -> bytes, its small picture among them."""
    recipe = recipe_of(lesson, name, knobs, "slide")
    for ending in (*FORMATS, *(("gif",) if figure.frames else ())):
        data = render(figure, ending, style="slide", recipe=recipe)
        yield f"{name}.{ending}", data
        if ending == "png":
            yield f"{name}.webp", small(data)


def _beside(name: str, way: int, chosen: Iterable[Lesson]) -> str | None:
    """The lesson of the site that comes before (-1) or after (1) in the lecture."""
    order = [known for known in DECK if known in {lesson.name for lesson in chosen}]
    at = order.index(name) + way
    return order[at] if 0 <= at < len(order) else None
