"""The memory of a rule, nested tuples of arrays, as a flat list of arrays and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def flatten(tree: Any) -> list[Any]:
    """The arrays of nested (named) tuples, in order."""
    if isinstance(tree, tuple):
        return [leaf for branch in tree for leaf in flatten(branch)]
    return [tree]


def rebuild(tree: Any, leaves: Sequence[Any]) -> Any:
    """Nested tuples shaped as ``tree`` with these arrays instead of its own."""
    return _rebuild(tree, iter(leaves))


def _rebuild(tree: Any, leaves: Iterator[Any]) -> Any:
    if not isinstance(tree, tuple):
        return next(leaves)
    branches = [_rebuild(branch, leaves) for branch in tree]
    return type(tree)(*branches) if hasattr(tree, "_fields") else tuple(branches)
