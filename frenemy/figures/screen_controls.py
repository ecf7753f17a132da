"""The play button, the pause button and the slider of an animated figure."""

from __future__ import annotations

from typing import Any

from frenemy.figures.figure import Figure
from frenemy.figures.labels import to_html
from frenemy.figures.style import Style


def add_controls(
    layout: dict[str, Any], figure: Figure, style: Style, traces: list[dict[str, Any]]
) -> None:
    """A play button, a pause button and a slider over the frames, under the panels."""
    size = style.screen_text
    redraw = any(trace["type"] not in ("scatter", "scatter3d") for trace in traces)
    duration = 1000 * figure.frame_seconds
    smooth = {"frame": {"duration": duration, "redraw": redraw}, "transition": {"duration": 0}}
    at_once = {"frame": {"duration": 0, "redraw": redraw}, "transition": {"duration": 0}}
    layout["margin"]["b"] += 4.4 * size
    layout["updatemenus"] = [
        {
            "type": "buttons",
            "direction": "left",
            "showactive": False,
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yanchor": "top",
            "pad": {"t": 4.4 * size, "r": size},
            "bgcolor": style.color("faint"),
            "bordercolor": style.color("faint"),
            "font": {"size": size, "color": style.color("ink")},
            "buttons": [
                {
                    "label": "▶",
                    "method": "animate",
                    "args": [None, smooth | {"fromcurrent": True, "mode": "immediate"}],
                },
                {
                    "label": "❚❚",
                    "method": "animate",
                    "args": [[None], at_once | {"mode": "immediate"}],
                },
            ],
        }
    ]
    layout["sliders"] = [
        {
            "x": 0.16,
            "len": 0.84,
            "y": 0,
            "yanchor": "top",
            "pad": {"t": 3.2 * size},
            "active": len(figure.frames) - 1,
            "currentvalue": {
                "font": {"size": 0.9 * size, "color": style.color("ink")},
                "xanchor": "right",
            },
            "font": {"size": 1, "color": "rgba(0,0,0,0)"},
            "ticklen": 0,
            "minorticklen": 0,
            "bgcolor": style.color("field"),
            "bordercolor": style.color("field"),
            "steps": [
                {
                    "label": to_html(frame.label),
                    "method": "animate",
                    "args": [[str(index)], at_once | {"mode": "immediate"}],
                }
                for index, frame in enumerate(figure.frames)
            ],
        }
    ]
