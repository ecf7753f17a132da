"""The recipe of a figure: what must be run to draw it again, and how to find it in a saved file.

A file may come from anywhere. Nothing in it is evaluated, and only a bounded part of it is parsed.
"""

from __future__ import annotations

import json
import re
import xml.parsers.expat
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

MOST_TEXT = 64 * 1024
"""How many bytes the JSON of a recipe may take."""

MOST_FILE = 200_000_000
"""How many bytes a file may have whose recipe is read."""

KEYWORD = "frenemy-recipe"
"""The name under which a file holds its recipe."""

_HEAD = 512 * 1024
_FIELDS = {"lesson", "figure", "knobs", "style", "versions"}


class RecipeError(ValueError):
    """A recipe cannot be written, or a file holds none that can be read."""


@dataclass(frozen=True)
class Recipe:
    """Lesson, knobs and versions behind a picture; written into every saved file.

    Attributes
    ----------
    lesson, figure : names.
    knobs : name -> value, the seed among them; values are what JSON can hold, and lists stand for
        tuples.
    style : name of the style.
    versions : package -> version.
    """

    lesson: str
    figure: str
    knobs: Mapping[str, Any] = field(default_factory=dict)
    style: str = "slide"
    versions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("lesson", "figure", "style"):
            if not isinstance(getattr(self, name), str):
                raise RecipeError(f"{name} must be text; got {getattr(self, name)!r:.80}")
        for name in ("knobs", "versions"):
            object.__setattr__(self, name, _plain(getattr(self, name), name))
        for package, version in self.versions.items():
            if not isinstance(version, str):
                raise RecipeError(f"version of {package!r} must be text; got {version!r:.80}")
        self.to_json()

    def to_json(self) -> str:
        """The recipe as one line of ASCII JSON without ``<``, ``>`` or ``&``."""
        text = json.dumps({name: getattr(self, name) for name in sorted(_FIELDS)}, sort_keys=True)
        for sign in "<>&":
            text = text.replace(sign, f"\\u{ord(sign):04x}")
        if len(text) > MOST_TEXT:
            raise RecipeError(
                f"a recipe may take {MOST_TEXT:,} bytes; this one takes {len(text):,}. "
                "Keep large data out of the knobs"
            )
        return text

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """The recipe in a JSON text; RecipeError says what is wrong with it."""
        if len(text) > MOST_TEXT:
            raise RecipeError(f"a recipe may take {MOST_TEXT:,} bytes; this one is longer")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RecipeError(f"the recipe is not JSON: {error}") from None
        if not isinstance(value, dict) or set(value) != _FIELDS:
            found = sorted(value) if isinstance(value, dict) else type(value).__name__
            raise RecipeError(f"a recipe has the fields {sorted(_FIELDS)}; found {found!s:.200}")
        return cls(**value)


def _plain(values: Any, what: str) -> dict[str, Any]:
    """A deep copy as JSON would give it back."""
    if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
        raise RecipeError(f"{what} must map names to values; got {values!r:.80}")
    try:
        return dict(json.loads(json.dumps(dict(values), allow_nan=False)))
    except (TypeError, ValueError, RecursionError) as error:
        raise RecipeError(f"{what} must hold only what JSON can hold: {error}") from None


def read_recipe(path: str | Path) -> Recipe:
    """The recipe in a saved figure: PDF, SVG, PNG, GIF or HTML, whatever the file is called.

    Raises
    ------
    RecipeError
        If the file cannot be read, is too large, is of another kind, or holds no valid recipe.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MOST_FILE:
            raise RecipeError(f"{path} has {size:,} bytes; recipes are read up to {MOST_FILE:,}")
        data = path.read_bytes()
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror or error}") from None
    text = _find(path, data)
    if text is None:
        raise RecipeError(f"{path} holds no recipe; only figures saved by this program do")
    try:
        return Recipe.from_json(text)
    except RecipeError as error:
        raise RecipeError(f"{path}: {error}") from None


def _find(path: Path, data: bytes) -> str | None:
    """The JSON in the bytes of a file, or None."""
    if data.startswith(b"%PDF-"):
        return _find_in_pdf(data)
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"GIF8")):
        return _find_in_image(path)
    head = data[:_HEAD].lstrip()
    if head.startswith((b"<?xml", b"<svg")):
        return _find_in_svg(head)
    if head[:15].lower().startswith((b"<!doctype html", b"<html")):
        return _find_in_html(head)
    raise RecipeError(f"{path} is neither a PDF, SVG, PNG, GIF nor HTML file")


def _find_in_pdf(data: bytes) -> str | None:
    """The keywords of the document, a string in which backslash and brackets are escaped."""
    start = data.rfind(f"/Keywords ({KEYWORD} ".encode())
    if start < 0:
        return None
    start = data.index(b" (", start) + 2
    literal = re.compile(rb"(?:[^\\()]|\\.){0,%d}\)" % (2 * MOST_TEXT), re.DOTALL)
    found = literal.match(data, start)
    if found is None:
        return None
    escaped = found[0][:-1].decode("latin-1")
    return re.sub(r"\\(.)", r"\1", escaped).removeprefix(f"{KEYWORD} ")


def _find_in_image(path: Path) -> str | None:
    """The text chunk of a PNG or the comment of a GIF; no pixel is decoded."""
    from PIL import Image

    try:
        with Image.open(path, formats=("PNG", "GIF")) as image:
            chunk, comment = image.info.get(KEYWORD), image.info.get("comment", b"")
    except Exception as error:
        raise RecipeError(f"{path} is a damaged image: {error}") from None
    if isinstance(chunk, str):
        return chunk
    words = comment.decode("latin-1") if isinstance(comment, bytes) else str(comment)
    return words.removeprefix(f"{KEYWORD} ") if words.startswith(f"{KEYWORD} ") else None


class _RefusedError(Exception):
    """An XML file declares entities, which no figure of ours does."""


def _find_in_svg(head: bytes) -> str | None:
    """The Dublin Core description in the metadata at the top of the file."""
    pieces: list[str] = []
    inside = False

    def start(name: str, _: object) -> None:
        nonlocal inside
        inside = name.endswith("/dc/elements/1.1/ description")

    def end(_: str) -> None:
        nonlocal inside
        inside = False

    def text(value: str) -> None:
        if inside:
            pieces.append(value)

    def refuse(*_: object) -> None:
        raise _RefusedError

    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = text, refuse
    try:
        parser.Parse(head, False)
    except (xml.parsers.expat.ExpatError, _RefusedError):
        return None
    words = "".join(pieces)
    return words.removeprefix(f"{KEYWORD} ") if words.startswith(f"{KEYWORD} ") else None


class _MetaFinder(HTMLParser):
    """Notes the first ``<meta>`` that bears our name."""

    content: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "meta" and found.get("name") == KEYWORD and self.content is None:
            self.content = found.get("content") or ""


def _find_in_html(head: bytes) -> str | None:
    end = head.find(b"</head>")
    finder = _MetaFinder()
    finder.feed(head[: end if end >= 0 else len(head)].decode("utf-8", errors="replace"))
    return finder.content
