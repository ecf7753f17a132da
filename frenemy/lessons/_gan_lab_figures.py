"""The pictures of the GAN laboratory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from frenemy.figures import (
    Arrows,
    Axis,
    Band,
    Figure,
    Frame,
    HeatMap,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Points,
    multipliers,
    series,
    table,
)
from frenemy.lessons._rules import nothing

if TYPE_CHECKING:
    from collections.abc import Callable

    from frenemy.lessons._gan_lab_runs import Result, Track
    from gan.scene import Scene, Window
    from gan.watch import Record

REAL, FAKE = "third", "second"
"""Colour roles of data and of samples, here and on the live screen."""
OWNERS = {"of D": "first", "of G": "second"}
"""Whose number it is -> colour role, where one GAN has the picture to itself."""
SHOWN = 300
"""Real points in a picture."""


def plane(result: Result) -> Figure:
    """The plane as D sees it, data, samples and the manifold, moment by moment."""
    panels, frames = [], []
    for index, track in enumerate(result.tracks):
        steps = list(track.scenes)
        panels.append(
            _panel(
                _scene_marks(track.scenes[steps[-1]], index),
                result,
                letter(result, track),
            )
        )
    longest = max(result.tracks, key=lambda track: len(track.scenes))
    for step in longest.scenes:
        marks: dict[str, Mark] = {}
        for index, track in enumerate(result.tracks):
            if step in track.scenes:
                drawn = _scene_marks(track.scenes[step], index)
                marks |= {mark.name: mark for mark in drawn if mark.name}
        frames.append(Frame(f"step {step:,}", marks))
    last = list(longest.scenes)[-1]
    return Figure(
        panels, title=f"Step {last:,}", frames=frames, frame_seconds=0.35,
        caption=_told(result, "colours: how real a place is to D; lines: a grid of noise"),
    )  # fmt: skip


def letter(result: Result, track: Track) -> str:
    """A or B where two are side by side, else nothing."""
    return "AB"[result.tracks.index(track)] if len(result.tracks) > 1 else ""


def _many(result: Result) -> bool:
    return len(result.tracks) > 1


def _titled(result: Result, track: Track, title: str) -> str:
    return ": ".join(filter(None, [letter(result, track), title]))


def _told(result: Result, caption: str) -> str:
    """A caption, with what the letters stand for."""
    sides = [f"{letter(result, track)}: {track.name}" for track in result.tracks]
    return " · ".join(filter(None, [*(sides if len(sides) > 1 else ()), caption]))


def _scene_marks(scene: Scene, index: int) -> list[Mark]:
    window = scene.window
    low, high = window.limits
    lines = np.full((len(scene.manifold), scene.manifold.shape[1] + 1, 2), np.nan)
    lines[:, :-1] = np.clip(scene.manifold, low, high)
    fakes = _inside(scene.samples, window)
    return [
        HeatMap(window.x, window.y, scene.surface, limits=(0.0, 1.0), colormap="diverging",
                scale="D: share of real" if index == 0 else "", name=f"surface {index}"),
        Line(lines[..., 0].ravel(), lines[..., 1].ravel(), color="ink", width=0.5, opacity=0.35,
             name=f"manifold {index}"),
        Points(*fakes.T, color=FAKE, size=0.5, symbol="diamond", label="samples",
               name=f"samples {index}"),
        Points(*window.real[:SHOWN].T, color=REAL, size=0.6, label="data", name=f"data {index}"),
    ]  # fmt: skip


def _inside(points: np.ndarray, window: Window) -> np.ndarray:
    """The points in the window; one corner if there is none, so that the mark stays."""
    low, high = window.limits
    known = points[((points >= low) & (points <= high)).all(axis=1)]
    return known if len(known) else np.array([[low, low]])


def _panel(marks: list[Mark], result: Result, title: str, *, bare: bool = False) -> Panel:
    """The window with some marks; bare where many stand side by side."""
    limits = result.limits
    x, y = (Axis("" if bare else f"$x_{n}$", range=limits, hidden=bare) for n in (1, 2))
    return Panel(marks, x=x, y=y, equal_aspect=True, title=title, legend=not bare)


def pushes(result: Result) -> Figure:
    """Where two losses want the samples to go, at one scale: and who starves."""
    panels = []
    for track in result.tracks:
        scene = list(track.scenes.values())[-1]
        for name, arrows in scene.arrows.items():
            marks = _push_marks(scene, arrows)
            title = f"{name}: {scene.mean_push[name]:.{1 if _many(result) else 2}g}"
            panels.append(_panel(marks, result, _titled(result, track, title), bare=_many(result)))
    return Figure(
        panels, columns=len(panels), title="Where the generator's loss pushes its samples",
        caption=_told(result, "arrows of one GAN have one scale"),
    )  # fmt: skip


def _push_marks(scene: Scene, arrows: np.ndarray) -> list[Mark]:
    window = scene.window
    low, high = window.limits
    inside = ((scene.pushed >= low) & (scene.pushed <= high)).all(axis=1)
    start, way = scene.pushed[inside], arrows[inside]
    marks: list[Mark] = [
        HeatMap(
            window.x,
            window.y,
            scene.surface,
            limits=(0.0, 1.0),
            colormap="diverging",
            show_scale=False,
        ),
        Points(*window.real[:SHOWN].T, color=REAL, size=0.4, opacity=0.6, label="data"),
    ]
    if inside.any():
        marks.append(Points(*start.T, color=FAKE, size=0.5, symbol="diamond", label="samples"))
        marks.append(Arrows(*start.T, *way.T, length="exact", color="ink"))
    return marks


def best_discriminator(result: Result) -> Figure:
    """The learned discriminator beside the best one for the same samples."""
    panels = []
    for track in result.tracks:
        scene = list(track.scenes.values())[-1]
        window = scene.window
        for title, values in (("learned $D$", scene.surface), ("best $D^*$", scene.optimal)):
            marks: list[Mark] = [
                HeatMap(window.x, window.y, values, limits=(0.0, 1.0), colormap="diverging",
                        show_scale=not _many(result),
                        scale="share of real" if title[0] == "b" else ""),
                Points(*window.real[:SHOWN].T, color=REAL, size=0.4, opacity=0.6, label="data"),
                Points(*_inside(scene.samples, window).T, color=FAKE, size=0.4, opacity=0.6,
                       symbol="diamond", label="samples"),
            ]  # fmt: skip
            panels.append(_panel(marks, result, _titled(result, track, title), bare=_many(result)))
    return Figure(
        panels, columns=len(panels), title="What D has learnt, and what the best D would say",
        caption=_told(result, ""),
    )  # fmt: skip


def history(result: Result) -> Figure:
    """Losses, the generator's gradient, modes and quality, the distance to data."""
    several = len(result.tracks) > 1
    panels = [
        _over_time(
            result, "loss", several, lambda r: {"of D": r.losses[:, 1], "of G": r.losses[:, 0]}
        ),
        _over_time(result, "$G$'s gradient", several, lambda r: {"of G": r.gradient}, log=True),
        _over_time(
            result, "$D$'s accuracy", several, lambda r: {"of D": r.accuracy}, range=(-0.03, 1.05)
        ),
        _distance(result, several),
    ]
    if result.tracks[0].record.nearest.shape[1] > 1:
        n = result.tracks[0].record.nearest.shape[1]
        panels[2:2] = [
            _over_time(result, "modes", several, lambda r: {"of G": r.captured.astype(float)},
                       range=(-0.3, n + 0.6)),
            _over_time(result, "quality", several, lambda r: {"of G": r.quality},
                       range=(-0.03, 1.05)),
        ]  # fmt: skip
    return Figure(
        panels, columns=3, title="The history of the run",
        caption=_told(result, "gradient: its length; distance: energy, with its noise floor"),
    )  # fmt: skip


def _over_time(
    result: Result, label: str, several: bool,
    values: Callable[[Record], dict[str, np.ndarray]], *, log: bool = False,
    range: tuple[float, float] | None = None,  # noqa: A002
) -> Panel:  # fmt: skip
    """Something of every side's record against the training step."""
    marks: list[Mark] = []
    for index, track in enumerate(result.tracks):
        for name, seen in values(track.record).items():
            color = series(index)["color"] if several else OWNERS[name]
            told = ", ".join(filter(None, [name, letter(result, track) if several else ""]))
            known = np.isfinite(seen) & ((seen > 0) | (not log))
            marks.append(
                Line(track.record.at[known].astype(float), seen[known], label=told or None,
                     width=1.4, color=color,
                     dash="dot" if several and label == "loss" and name == "of G" else "solid")
            )  # fmt: skip
    scale = "log" if log else "linear"
    y = Axis(label, scale=scale, range=range)
    last = max(float(track.record.at[-1]) for track in result.tracks)
    x = Axis("step", range=(-0.05 * last, 1.12 * last) if last else None)
    return Panel(marks, x=x, y=y, legend=label == "loss")


def _distance(result: Result, several: bool) -> Panel:
    """The distance to data with its noise floor."""
    panel = _over_time(
        result, "distance", several,
        lambda r: {"of G": np.maximum(r.distance, 1e-5)}, log=True,
    )  # fmt: skip
    mean, spread = result.tracks[0].record.floor
    at = result.tracks[0].record.at
    ends = np.array([float(at[0]), float(max(at[-1], 1))])
    top = max(mean + 3 * spread, 2e-5)
    floor = Band(ends, np.full(2, 1e-5), np.full(2, top), color="prediction", opacity=0.12)
    line = HorizontalLine(top, color="prediction", dash="dash")
    return replace(panel, marks=[floor, *panel.marks, line])


def spectrum(result: Result) -> Figure:
    """The multipliers that turn fastest at the end of the run."""
    spectra = {
        (letter(result, track) or "the rule at this moment"): track.multipliers
        for track in result.tracks
        if track.multipliers.size
    }
    if not spectra:
        return nothing("the run has diverged: there is no moment to linearise")
    return multipliers(
        spectra, title="Multipliers that turn fastest",
        caption=_told(result, "of one step, squares of Adam held; outside the circle grows"),
    )  # fmt: skip


def measures(result: Result) -> Figure:
    """Every distance beside its noise floor: what as many fresh data score."""
    known = [track for track in result.tracks if track.measures]
    if not known:
        return nothing("the run has diverged: there are no samples to measure")
    names = list(known[0].measures)
    columns = [*(letter(result, track) or "samples" for track in known), "noise floor"]
    texts, tints = [], []
    for name in names:
        _, floor, spread = known[0].measures[name]
        values = [track.measures[name][0] for track in known]
        good = [abs(value - floor) <= 3 * spread for value in values]
        texts.append([*(f"{value:.3g}" for value in values), f"{floor:.2g} ± {spread:.1g}"])
        tints.append([*(1.0 if one else -1.0 for one in good), 0.0])
    return table(
        names, columns, texts, tints, title="How far from the data?",
        caption=_told(result, "blue: within three deviations of what fresh data score"),
    )  # fmt: skip
