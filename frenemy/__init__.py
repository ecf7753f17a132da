"""The teaching side of Frenemy.

``frenemy.figures``
    Every picture: a figure is a value, drawn by matplotlib on paper and by Plotly on the screen.
``frenemy.lessons``
    One lecture topic a file: knobs, run, facts, figures. :func:`frenemy.lessons.load` finds one.
``frenemy.sweep``
    A lesson over a grid of knobs and seeds, on this machine or a cluster.
``frenemy.gallery``
    Every figure with its command and its Python: small pictures, and a site.
``frenemy.dashboard``
    The browser's side: controls and pages, generated from the lessons.
``frenemy.cli``, ``frenemy.cli_sweep``
    The command ``frenemy``; :mod:`frenemy.flags` makes its flags from knobs,
    :mod:`frenemy.drawing` its files from figures, :mod:`frenemy.progress` its progress.
``frenemy.snippet``
    The Python of what a page or a command shows.
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
