"""How a page is divided: title above, legend and caption where they cover nothing, panels between.

matplotlib lays out the panels (its constrained layout); what stands outside them is measured here
and kept out of their way.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frenemy.figures.figure import Figure
from frenemy.figures.scales import panel_range
from frenemy.figures.style import Style

Handles = Mapping[str, Any]
"""Label of a legend's entry -> the artist shown beside it."""


def arrange(page: Any, figure: Figure, style: Style, handles: Sequence[Handles]) -> Any:
    """Add title, caption and legends to a page of panels and set its layout.

    Parameters
    ----------
    page : the matplotlib figure; its height follows its content where the style is not fixed.
    figure, style : what is drawn and how.
    handles : the legend of each panel, in order.

    Returns
    -------
    The text artist that shows the label of a frame.
    """
    outside = _Outside(page, figure, style)
    title, moment = outside.title()
    caption = outside.caption()
    legend, beside = outside.legend([entries for entries in handles if entries])
    top = outside.height(title, style.title if figure.frames else 0)
    under = outside.height(caption)
    bottom = under + (0 if beside or legend is None else outside.height(legend) + outside.pad)
    if legend is None and any(handles):
        outside.panel_legends(handles)
    if not style.fixed:
        page.set_size_inches(style.width(figure.columns or 1), 1)
        page.set_size_inches(
            page.get_figwidth(),
            top + bottom + figure.rows * _panel_height(figure, style, legend, handles),
        )
    outside.put(title, 0, 1)
    outside.put(moment, 1, 1)
    outside.put(caption, 0, 0)
    right = outside.width(legend) if beside else 0.0
    outside.panels(0, bottom, right, top)
    if legend is not None and not beside:
        low = (under + outside.pad) / page.get_figheight()
        legend.set_bbox_to_anchor((0.5, low), page.transFigure)
    elif style.fixed and len(figure.panels) == 1 and figure.panels[0].equal_aspect:
        outside.bring_together(legend, bottom, right, top)
    elif legend is not None:
        outside.stand_right(legend, bottom, right, top)
    return moment


@dataclass(frozen=True)
class _Outside:
    """What stands outside the panels of a page. Lengths are inches."""

    page: Any
    figure: Figure
    style: Style

    @property
    def pad(self) -> float:
        return 0.6 * self.style.text / 72

    @property
    def page_width(self) -> float:
        return self.style.width(self.figure.columns or 1)

    def width(self, artist: Any) -> float:
        """Width of an artist and the free space beside it; 0 for none."""
        return 0.0 if artist is None else self._box(artist).width / self.page.dpi + self.pad

    def height(self, artist: Any, least: float = 0) -> float:
        """Height of an artist, at least so many points, and the free space above or below it."""
        inches = 0.0 if artist is None else self._box(artist).height / self.page.dpi
        inches = max(inches, least / 72)
        return inches + self.pad if inches else 0.0

    def put(self, text: Any, x: float, y: float) -> None:
        """Move a text into a corner of the page: 0 is left or low, 1 is right or high."""
        if text is None:
            return
        width, height = self.page.get_size_inches()
        text.set_position((x + (1 - 2 * x) * self.pad / width, y + (1 - 2 * y) * self.pad / height))

    def title(self) -> tuple[Any, Any]:
        """The title, if there is one, and the text for the labels of frames, at the other side."""
        style, frames = self.style, self.figure.frames
        taken = max((len(frame.label) for frame in frames), default=0)
        letters = int((self.page_width - 2 * self.pad) * 72 / (0.54 * style.title)) - taken
        text = balanced(self.figure.title, letters)
        look = {"va": "top", "fontsize": style.title, "linespacing": 1.2}
        title = self._text(text, color=style.color("ink"), **look) if text else None
        return title, self._text("", color=style.color("muted"), ha="right", **look)

    def caption(self) -> Any:
        """The caption, if there is one."""
        style = self.style
        letters = int((self.page_width - 2 * self.pad) * 72 / (0.52 * style.small))
        text = balanced(self.figure.caption, letters)
        look = {"va": "bottom", "fontsize": style.small, "linespacing": 1.25}
        return self._text(text, color=style.color("muted"), **look) if text else None

    def legend(self, entries: Sequence[Handles]) -> tuple[Any, bool]:
        """One legend for the page if its panels agree, and whether it stands at the right."""
        if not entries or any(list(one) != list(entries[0]) for one in entries):
            return None, False
        beside = self.style.fixed and len(self.figure.panels) == 1
        labels = [balanced(label, 22) for label in entries[0]] if beside else list(entries[0])
        columns, labels = (1, labels) if beside else _columns(labels, self.page_width, self.style)
        legend = self.page.legend(
            list(entries[0].values()),
            labels,
            ncols=columns,
            loc="center left" if beside else "lower center",
            **_look(self.style),
        )
        return self._dressed(legend), beside

    def panel_legends(self, handles: Sequence[Handles]) -> None:
        """A legend under each panel, below its labels."""
        from matplotlib.transforms import ScaledTranslation

        style = self.style
        width = self.page_width / (self.figure.columns or 1)
        for axes, panel, entries in zip(self.page.axes, self.figure.panels, handles, strict=False):
            if not entries:
                continue
            below = (2.2 * style.small + (1.8 * style.text if panel.x.label else 0)) / 72
            shift = ScaledTranslation(0, -below, self.page.dpi_scale_trans)
            columns, labels = _columns(list(entries), width, style)
            legend = axes.legend(
                list(entries.values()),
                labels,
                ncols=columns,
                loc="upper center",
                bbox_to_anchor=(0.5, 0),
                bbox_transform=axes.transAxes + shift,
                **_look(style),
            )
            self._dressed(legend).set_in_layout(True)

    def panels(self, left: float, bottom: float, right: float, top: float) -> None:
        """Leave the panels what is within these margins."""
        width, height = self.page.get_size_inches()
        self.page.set_layout_engine(
            "constrained",
            rect=(
                left / width,
                bottom / height,
                1 - (left + right) / width,
                1 - (top + bottom) / height,
            ),
            h_pad=self.pad,
            w_pad=self.pad,
            hspace=0.04,
            wspace=0.04,
        )

    def bring_together(self, legend: Any, bottom: float, right: float, top: float) -> None:
        """Centre a panel and the legend at its right, if there is one, as one group."""
        self.page.draw_without_rendering()
        boxes = [axes.get_tightbbox() for axes in self.page.axes]
        page_width = self.page.get_figwidth()
        left = min(box.x0 for box in boxes) / self.page.dpi
        end = max(box.x1 for box in boxes) / self.page.dpi
        free = max(page_width - (end - left) - right - 3 * self.pad, 0) / 2
        self.panels(free, bottom, right + free, top)
        if legend is not None:
            self.stand_right(legend, bottom, right + free, top)

    def stand_right(self, legend: Any, bottom: float, right: float, top: float) -> None:
        """Begin a legend so far from the right edge, half way up the panels."""
        page_width, page_height = self.page.get_size_inches()
        middle = (bottom + page_height - top) / 2
        anchor = (1 - right / page_width, middle / page_height)
        legend.set_bbox_to_anchor(anchor, self.page.transFigure)

    def _text(self, text: str, **look: Any) -> Any:
        artist = self.page.text(0, 0, text, **look)
        artist.set_in_layout(False)
        return artist

    def _dressed(self, legend: Any) -> Any:
        legend.set_in_layout(False)
        for text in legend.get_texts():
            text.set_color(self.style.color("ink"))
        return legend

    def _box(self, artist: Any) -> Any:
        return artist.get_window_extent(self.page.canvas.get_renderer())


def balanced(text: str, letters: int) -> str:
    """Break a text into as few lines as fit and make them of like length; formulas stay whole."""
    parts = text.split("$")
    glued = "$".join(
        part.replace(" ", "\0") if index % 2 else part for index, part in enumerate(parts)
    )
    done = []
    for line in glued.split("\n"):
        count = len(_fill(line, letters))
        width = max(letters, 10)
        while width > 10 and len(_fill(line, width - 1)) == count:
            width -= 1
        done += _fill(line, width)
    return "\n".join(done).replace("\0", " ")


def _fill(line: str, letters: int) -> list[str]:
    return textwrap.wrap(
        line, max(letters, 10), break_long_words=False, break_on_hyphens=False
    ) or [""]


def _columns(labels: list[str], width: float, style: Style) -> tuple[int, list[str]]:
    """How many entries of a legend stand side by side, and the labels broken to fit."""

    def fitting(letters: int) -> int:
        entry = (letters * 0.54 + 3.4) * style.small / 72
        return max(1, min(len(labels), int(width / entry)))

    columns = fitting(max(map(len, labels)))
    if columns > 1 or len(labels) < 3:
        return columns, labels
    letters = int((width / 2 * 72 / style.small - 3.4) / 0.54)
    broken = [balanced(label, letters) for label in labels]
    longest = max(len(line) for label in broken for line in label.split("\n"))
    return fitting(longest), broken


def _panel_height(figure: Figure, style: Style, legend: Any, handles: Sequence[Handles]) -> float:
    """Inches for a row of panels, with their labels and their own legends."""
    across = style.width(figure.columns or 1) / (figure.columns or 1)
    share = style.page[1] / style.page[0]
    first = figure.panels[0]
    if first.equal_aspect:
        (left, right), (bottom, top) = panel_range(figure, 0)
        share = 0.95 * min(abs((top - bottom) / (right - left)), 1.5)
    elif first.is_3d:
        share = 0.9
    entries = 0 if legend is not None else max(map(len, handles))
    return across * share + math.ceil(entries / 2) * 1.6 * style.small / 72


def _look(style: Style) -> dict[str, Any]:
    return {
        "fontsize": style.small,
        "frameon": False,
        "handlelength": 1.6,
        "handletextpad": 0.6,
        "columnspacing": 1.4,
        "labelspacing": 0.55,
        "borderaxespad": 0.0,
        "borderpad": 0.2,
    }
