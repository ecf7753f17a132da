"""Figures for paper: matplotlib draws a Figure on a page.

matplotlib is used without ``pyplot`` and without a change of settings that outlasts a call. Its
parser of mathematics and its settings are shared by all threads, so everything that builds or draws
holds ``DRAWING``; who draws the figure that :func:`to_matplotlib` returns in several threads should
hold it too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.figures.figure import Figure
from frenemy.figures.gridded import HeatMap
from frenemy.figures.paper_axes import add_scale, dress
from frenemy.figures.paper_layout import arrange
from frenemy.figures.paper_marks import Easel, draw
from frenemy.figures.scales import panel_range
from frenemy.figures.style import Style, find_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure

DRAWING = threading.RLock()
"""Held by the one thread that uses matplotlib."""

_SETTINGS = {"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "frenemy"}


@contextmanager
def plain_settings() -> Iterator[None]:
    """Matplotlib as it comes, whatever the user's own settings; text stays text in PDF and SVG.

    These settings exist only as global state, hence the lock around them.
    """
    import matplotlib

    settings: Any = dict(matplotlib.rcParamsDefault)
    settings.pop("backend", None)
    with DRAWING, matplotlib.rc_context():
        matplotlib.rcParams.update(settings | _SETTINGS)
        yield


def to_matplotlib(figure: Figure, style: str | Style = "slide") -> MatplotlibFigure:
    """The figure as a ``matplotlib.figure.Figure`` on an Agg canvas.

    An animated figure is drawn at rest.

    Parameters
    ----------
    figure : what to draw.
    style : one of ``STYLES`` by name, or a style.
    """
    with plain_settings():
        return Page(figure, find_style(style)).page


def animate(figure: Figure, style: str | Style = "slide") -> list[np.ndarray]:
    """Pictures of all frames as RGB arrays ``(height, width, 3)``; of a still figure, one."""
    look = find_style(style)
    with plain_settings():
        page = Page(figure, look, dpi=look.gif_dpi)
        page.freeze()
        pictures = []
        for index in range(len(figure.frames)):
            page.show(index)
            pictures.append(page.picture())
        return pictures or [page.picture()]


@dataclass(frozen=True)
class _Placed:
    """A named mark on the page: how it is drawn, and what has been drawn."""

    easel: Easel
    artists: list[Any]


class Page:
    """A matplotlib figure under construction, kept so that frames can replace marks."""

    def __init__(self, figure: Figure, style: Style, dpi: int | None = None) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as MatplotlibFigure

        self.source, self.style = figure, style
        self.page = MatplotlibFigure(
            figsize=style.page,
            dpi=dpi or style.dpi,
            facecolor=style.color("background"),
            layout="constrained",
        )
        self.canvas: Any = FigureCanvasAgg(self.page)
        self.placed: dict[str, _Placed] = {}
        self._handles: list[dict[str, Any]] = []
        for index in range(len(figure.panels)):
            self._add_panel(index)
        self._moment = arrange(self.page, figure, style, self._handles)

    def picture(self) -> np.ndarray:
        """What the page shows now, shape ``(height, width, 3)``, uint8."""
        self.canvas.draw()
        return np.asarray(self.canvas.buffer_rgba())[..., :3].copy()

    def freeze(self) -> None:
        """Fix the layout, so that no frame shifts it."""
        self.canvas.draw()
        self.page.set_layout_engine("none")

    def show(self, index: int) -> None:
        """Replace the marks that frame ``index`` replaces."""
        frame = self.source.frames[index]
        for name, mark in frame.marks.items():
            placed = self.placed[name]
            for artist in placed.artists:
                artist.remove()
            placed.artists[:] = draw(mark, placed.easel)
        self._moment.set_text(frame.label)

    def _add_panel(self, index: int) -> None:
        figure, style = self.source, self.style
        panel = figure.panels[index]
        axes = self.page.add_subplot(
            figure.rows, figure.columns or 1, index + 1, projection="3d" if panel.is_3d else None
        )
        ranges = panel_range(figure, index)
        dress(axes, panel, ranges, style, alone=(figure.columns or 1) == 1)
        handles = {}
        listed = {id(mark) for mark in panel.listed}
        for level, mark in enumerate(panel.marks, start=2):
            easel = Easel(axes, style, ranges, level)
            artists = draw(mark, easel)
            if mark.name is not None:
                self.placed[mark.name] = _Placed(easel, artists)
            if id(mark) in listed and artists:
                handles[str(mark.label)] = artists[0]
            if isinstance(mark, HeatMap) and mark.show_scale:
                add_scale(self.page, axes, mark, artists[0], style)
        self._handles.append(handles)
        axes.set_xlim(*ranges[0])
        axes.set_ylim(*ranges[1])
