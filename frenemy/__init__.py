"""The teaching side of Frenemy.

``frenemy.figures``
    Every picture: a figure is a value, drawn by matplotlib on paper and by Plotly on the screen.
``frenemy.lessons``
    One lecture topic a file: knobs, run, facts, figures. :func:`frenemy.lessons.load` finds one.
``frenemy.dashboard``
    The browser's side: controls and pages, generated from the lessons.
``frenemy.cli``
    The command ``frenemy``; :mod:`frenemy.flags` makes its flags from knobs,
    :mod:`frenemy.drawing` its files from figures.
``frenemy.references``
    The literature behind rules and lessons, as data.

Importing this package imports none of them.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("frenemy")
    raise AttributeError(f"module 'frenemy' has no attribute {name!r}")
