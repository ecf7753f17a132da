"""The recipe of a figure: what must be run to draw it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_TEXT = 64 * 1024
"""How many bytes the JSON of a recipe may take."""

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
