"""Figures as files: PDF, SVG, PNG, GIF and HTML, each with its recipe inside.

The same figure, style and recipe give the same bytes: no file holds a date or a random name.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from frenemy.figures._checks import choice
from frenemy.figures.figure import Figure
from frenemy.figures.labels import to_html
from frenemy.figures.paper import animate, plain_settings, to_matplotlib
from frenemy.figures.recipe import KEYWORD, Recipe
from frenemy.figures.screen import to_plotly
from frenemy.figures.style import Style, find_style

_LAST_FRAME_SECONDS = 1.5


def render(
    figure: Figure,
    format: str,  # noqa: A002 - what a file has is its format
    *,
    style: str | Style = "slide",
    recipe: Recipe,
) -> bytes:
    """The figure as the bytes of a file.

    Parameters
    ----------
    figure : what to draw; only GIF and HTML move, the others show it at rest.
    format : one of ``FORMATS``.
    style : one of ``STYLES`` by name, or a style.
    recipe : what is written into the file, for :func:`~frenemy.figures.recipe.read_recipe`.
    """
    write = _WRITERS[choice(format, "format", FORMATS)]
    return write(figure, find_style(style), recipe)


def save(figure: Figure, path: str | Path, *, style: str | Style = "slide", recipe: Recipe) -> Path:
    """Write the figure to a file whose ending, one of ``FORMATS``, says its format.

    Folders on the way are made. Returns the path.
    """
    path = Path(path)
    data = render(figure, path.suffix.lower().removeprefix("."), style=style, recipe=recipe)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _pdf(figure: Figure, style: Style, recipe: Recipe) -> bytes:
    metadata = {
        "Title": _plain(figure.title),
        "Keywords": f"{KEYWORD} {recipe.to_json()}",
        "Creator": "frenemy",
        "CreationDate": None,
    }
    return _printed(figure, style, "pdf", metadata)


def _svg(figure: Figure, style: Style, recipe: Recipe) -> bytes:
    metadata = {
        "Title": _plain(figure.title),
        "Description": f"{KEYWORD} {recipe.to_json()}",
        "Creator": "frenemy",
        "Date": None,
    }
    return _printed(figure, style, "svg", metadata)


def _png(figure: Figure, style: Style, recipe: Recipe) -> bytes:
    return _printed(figure, style, "png", {KEYWORD: recipe.to_json(), "Software": "frenemy"})


def _printed(figure: Figure, style: Style, kind: str, metadata: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    with plain_settings():
        page = to_matplotlib(figure, style)
        page.savefig(file, format=kind, metadata=metadata, facecolor=page.get_facecolor())
    return file.getvalue()


def _gif(figure: Figure, style: Style, recipe: Recipe) -> bytes:
    """All frames in one palette, so that still parts do not flicker."""
    from PIL import Image

    pictures = animate(figure, style)
    palette = _palette(pictures, style)
    frames = [
        Image.fromarray(picture).quantize(palette=palette, dither=Image.Dither.NONE)
        for picture in pictures
    ]
    seconds = [figure.frame_seconds] * (len(frames) - 1) + [_LAST_FRAME_SECONDS]
    file = io.BytesIO()
    frames[0].save(
        file,
        format="GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[max(20, 10 * round(100 * second)) for second in seconds],
        loop=0,
        comment=f"{KEYWORD} {recipe.to_json()}".encode(),
    )
    return file.getvalue()


def _palette(pictures: list[np.ndarray], style: Style) -> Any:
    """An image with the 256 colours of a GIF: those of the style exactly, then the commonest."""
    from PIL import Image

    exact = np.array(
        [[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in style.colors.values()]
    )
    sample = np.concatenate([pictures[0], pictures[len(pictures) // 2], pictures[-1]])
    common = Image.fromarray(sample).quantize(256 - len(exact), dither=Image.Dither.NONE)
    others = np.array(common.getpalette()).reshape(-1, 3)
    near = np.abs(others[:, None] - exact[None]).max(axis=2).min(axis=1) < 8
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.concatenate([exact, others[~near]]).ravel().tolist())
    return palette


def _html(figure: Figure, style: Style, recipe: Recipe) -> bytes:
    """A page that needs no network: Plotly's own script is inside."""
    drawing = to_plotly(figure, style)
    drawing.update_layout(height=None)
    body = drawing.to_html(
        full_html=False,
        include_plotlyjs=True,
        div_id="figure",
        default_width="100%",
        default_height="100vh",
        auto_play=False,
        config={"responsive": True, "displaylogo": False},
    )
    title = html.escape(_plain(figure.title) or recipe.lesson)
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="{KEYWORD}" content="{html.escape(recipe.to_json())}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n"
        f"<style>html, body {{ margin: 0; background: {style.color('background')} }}</style>\n"
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
    return page.encode()


def _plain(label: str) -> str:
    """A label without its mathematics' markup."""
    return html.unescape(re.sub("<[^>]*>", "", to_html(label)))


_WRITERS: dict[str, Callable[[Figure, Style, Recipe], bytes]] = {
    "pdf": _pdf,
    "svg": _svg,
    "png": _png,
    "gif": _gif,
    "html": _html,
}
FORMATS = tuple(_WRITERS)
"""The formats of a file, which are also the endings of its name."""
