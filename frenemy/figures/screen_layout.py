"""How Plotly divides the screen: domains of the panels, axes, legends, colour scales, controls."""

from __future__ import annotations

from typing import Any

import numpy as np

from frenemy.figures.figure import Axis, Figure, Panel
from frenemy.figures.gridded import HeatMap, Images
from frenemy.figures.labels import to_html
from frenemy.figures.paper_axes import VIEW
from frenemy.figures.paper_layout import balanced
from frenemy.figures.scales import Range, log_ticks, panel_range, place, symlog_ticks
from frenemy.figures.screen_controls import add_controls
from frenemy.figures.screen_legends import add_legends
from frenemy.figures.screen_places import domain, has_scale, suffix
from frenemy.figures.shapes import Arrows
from frenemy.figures.style import Style

Layout = dict[str, Any]
FONT = "Open Sans, Segoe UI, Helvetica, Arial, sans-serif"


def lay_out(figure: Figure, style: Style, traces: list[dict[str, Any]]) -> Layout:
    """The layout of a figure; colour scales among the traces are put beside their panels."""
    size = style.screen_text
    layout: Layout = {
        # Plotly's default template is global, and others may change it.
        "template": "none",
        "autosize": True,
        "height": _height(figure, style),
        "paper_bgcolor": style.color("background"),
        "plot_bgcolor": style.color("background"),
        "font": {"family": FONT, "size": size, "color": style.color("ink")},
        "hoverlabel": {"font": {"family": FONT, "size": 0.85 * size}},
        "hovermode": "closest",
        "barmode": "overlay",
        "margin": {"l": size, "r": size, "t": size, "b": _foot(figure) * size},
        "annotations": [],
    }
    _add_heading(layout, figure, style)
    for index, panel in enumerate(figure.panels):
        _add_panel(layout, figure, index, panel, style)
    _place_scales(figure, style, traces)
    add_legends(layout, figure, style, traces)
    if figure.frames:
        add_controls(layout, figure, style, traces)
    return layout


def _foot(figure: Figure) -> float:
    """Free space under the panels for the labels of their x axes, in letters."""
    return 3.6 if any(panel.x.label and not panel.x.hidden for panel in figure.panels) else 1


def _add_heading(layout: Layout, figure: Figure, style: Style) -> None:
    """The title, and under it the caption: under the panels there are the controls."""
    size = style.screen_text
    if not figure.title and not figure.caption:
        return
    caption = balanced(to_html(figure.caption), 110)
    lines = (caption.count("\n") + 1) if caption else 0
    layout["margin"]["t"] = (
        (2.4 if figure.title else 0.8) + (1.3 * lines + 0.8 if lines else 0)
    ) * size
    layout["title"] = {
        "text": to_html(figure.title),
        "font": {"size": 1.25 * size},
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1,
        "yanchor": "top",
        "yref": "container",
        "pad": {"t": 0.5 * size, "l": 0.6 * size},
        "subtitle": {
            "text": caption.replace("\n", "<br>"),
            "font": {"size": 0.8 * size, "color": style.color("muted")},
        },
    }


def _height(figure: Figure, style: Style) -> float:
    """Pixels that suit a figure about 1,000 pixels wide."""
    size = style.screen_text
    across = 1000 / (figure.columns or 1)
    rows = 0.0
    for first in range(0, len(figure.panels), figure.columns or 1):
        panel = figure.panels[first]
        tall = min(0.62 * across + 4 * size, 26 * size)
        if panel.equal_aspect:
            (left, right), (bottom, top) = panel_range(figure, first)
            tall = min(across * abs((top - bottom) / (right - left)), 30 * size)
        rows += tall + (2 * size if panel.title else 0)
    lines = (2.4 if figure.title else 0) + (6 if figure.frames else 0) + _foot(figure)
    return rows + lines * size


def _add_panel(layout: Layout, figure: Figure, index: int, panel: Panel, style: Style) -> None:
    (left, right), (bottom, top) = domain(figure, index)
    number = suffix(index)
    if panel.title:
        layout["annotations"].append(
            {
                "text": to_html(panel.title),
                "x": (left + right) / 2,
                "y": top,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "center",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": style.screen_text},
            }
        )
    if panel.is_3d:
        scene: Layout = {"domain": {"x": [left, right], "y": [bottom, top]}}
        for name, axis in (("x", panel.x), ("y", panel.y), ("z", panel.z or Axis())):
            scene[f"{name}axis"] = _space_axis(axis, style)
        height, turn = np.radians(VIEW)
        eye = (np.cos(turn) * np.cos(height), np.sin(turn) * np.cos(height), np.sin(height))
        scene["camera"] = {
            "eye": {name: 2.15 * float(part) for name, part in zip("xyz", eye, strict=True)}
        }
        scene["aspectmode"] = "manual"
        scene["aspectratio"] = {"x": 1, "y": 1, "z": 0.7}
        layout[f"scene{number}"] = scene
        return
    ranges = panel_range(figure, index)
    quiet = any(isinstance(mark, Arrows | HeatMap | Images) for mark in panel.marks)
    x = _axis(panel.x, ranges[0], style, quiet) | {"domain": [left, right], "anchor": f"y{number}"}
    y = _axis(panel.y, ranges[1], style, quiet) | {"domain": [bottom, top], "anchor": f"x{number}"}
    if panel.equal_aspect:
        x["constrain"] = "domain"
        x["constraintoward"] = "right" if has_scale(panel) else "center"
        y |= {"scaleanchor": f"x{number}", "scaleratio": 1, "constrain": "domain"}
        y["constraintoward"] = "top"
    layout[f"xaxis{number}"], layout[f"yaxis{number}"] = x, y


def _axis(axis: Axis, ends: Range, style: Style, quiet: bool) -> Layout:
    size = style.screen_text
    done: Layout = {
        "title": {"text": to_html(axis.label), "font": {"size": size}, "standoff": 0.5 * size},
        "range": [float(end) for end in place(axis, np.array(ends))],
        "type": "log" if axis.scale == "log" else "linear",
        "tickfont": {"size": 0.82 * size},
        "visible": not axis.hidden,
        "showgrid": not quiet,
        "gridcolor": style.color("faint"),
        "zeroline": False,
        "showline": True,
        "linecolor": style.color("muted"),
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": style.color("muted"),
        "automargin": True,
    }
    if axis.ticks is not None:
        values = [value for value, _ in axis.ticks]
        done["tickvals"] = place(axis, np.array(values)) if axis.scale == "symlog" else values
        done["ticktext"] = [to_html(text) for _, text in axis.ticks]
    elif axis.scale == "symlog":
        marked = symlog_ticks(axis, ends)
        done["tickvals"] = place(axis, np.array(marked))
        done["ticktext"] = [_power(tick) for tick in marked]
    elif axis.scale == "log":
        plain = log_ticks(ends)
        if plain is None:
            decades = abs(float(np.log10(ends[1] / ends[0])))
            done |= {"exponentformat": "power", "dtick": int(np.ceil(decades / 9))}
        else:
            done["tickvals"], done["ticktext"] = plain, [f"{tick:.4g}" for tick in plain]
    return done


def _space_axis(axis: Axis, style: Style) -> Layout:
    done: Layout = {
        "title": {"text": to_html(axis.label), "font": {"size": style.screen_text}},
        "tickfont": {"size": 0.65 * style.screen_text},
        "showbackground": False,
        "gridcolor": style.color("faint"),
        "zeroline": False,
        "visible": not axis.hidden,
    }
    if axis.range is not None:
        done["range"] = list(axis.range)
    if axis.ticks is not None:
        done["tickvals"] = [value for value, _ in axis.ticks]
        done["ticktext"] = [to_html(text) for _, text in axis.ticks]
    return done


def _place_scales(figure: Figure, style: Style, traces: list[dict[str, Any]]) -> None:
    """Put each colour scale at the right of its panel."""
    for index in range(len(figure.panels)):
        (_, right), (bottom, top) = domain(figure, index)
        for trace in traces:
            if trace["type"] == "heatmap" and trace["xaxis"] == f"x{suffix(index)}":
                trace["colorbar"] |= {
                    "x": right + 0.01,
                    "xanchor": "left",
                    "y": (bottom + top) / 2,
                    "len": top - bottom,
                    "thickness": style.screen_text,
                    "outlinewidth": 0,
                    "tickfont": {"size": 0.82 * style.screen_text},
                }


def _power(value: float) -> str:
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:g}".replace("-", "−")
    sign = "−" if value < 0 else ""
    exponent = int(np.floor(np.log10(abs(value)) + 1e-9))
    factor = abs(value) / 10.0**exponent
    front = "" if round(factor, 6) == 1 else f"{factor:.3g}·"
    return f"{sign}{front}10<sup>{exponent}</sup>".replace("-", "−")
