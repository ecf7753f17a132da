"""Markdown with LaTeX as HTML with MathML, which a browser shows without any script."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def _reader() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.use(dollarmath_plugin, renderer=_mathematics, double_inline=True, allow_labels=False)
    return reader


def _mathematics(latex: str, settings: dict[str, Any]) -> str:
    from latex2mathml.converter import convert

    return str(convert(latex, display="block" if settings["display_mode"] else "inline"))


def to_html(markdown: str) -> str:
    """The text as HTML; raw HTML in it is shown, not obeyed."""
    return str(_reader().render(markdown))
