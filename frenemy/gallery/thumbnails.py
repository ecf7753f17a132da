"""Small pictures of every figure, for the start page and the gallery; they ship with the package.

``python -m frenemy.gallery.thumbnails`` draws them anew: ``make thumbnails``.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path

from frenemy.drawing import recipe_of, write_whole
from frenemy.figures.saving import render
from frenemy.lessons import TITLES, load
from frenemy.progress import Meter

FOLDER = Path(__file__).parent / "pictures"
WIDTH, HEIGHT = 400, 225
QUALITY = 62
LOOKS = {"light": "slide", "dark": "dark"}
"""What the reader's theme is -> the style of the picture."""


def thumbnail(lesson: str, figure: str, look: str = "light") -> Path:
    """The small picture of a figure, which may not have been drawn yet."""
    return FOLDER / look / f"{lesson}-{figure}.webp"


def small(picture: bytes) -> bytes:
    """A picture of a slide's shape, PNG, as a small one, WebP."""
    from PIL import Image

    data = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(
            data, "webp", quality=QUALITY, method=6
        )
    return data.getvalue()


def draw_thumbnails(lessons: Iterable[str] = tuple(TITLES)) -> list[Path]:
    """Run lessons at their defaults and draw all their figures small; returns the files."""
    drawn = []
    with Meter() as meter:
        for name in lessons:
            lesson = load(name)
            knobs = lesson.knobs()
            result = lesson.perform(knobs, meter)
            for figure, build in lesson.figures.items():
                for look, style in LOOKS.items():
                    recipe = recipe_of(lesson, figure, knobs, style)
                    large = render(build(result), "png", style=style, recipe=recipe)
                    path = thumbnail(name, figure, look)
                    write_whole(path, small(large))
                    drawn.append(path)
    return drawn


if __name__ == "__main__":
    draw_thumbnails(sys.argv[1:] or TITLES)
