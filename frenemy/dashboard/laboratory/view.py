"""What the stage draws of one moment: numbers packed into a few kilobytes of text."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from gan.laboratory import Laboratory
    from gan.scene import Scene

REAL_SHOWN = 300
CURVE_POINTS = 160
"""The history is thinned to about so many points."""


@dataclass(frozen=True, eq=False)
class View:
    """One moment.

    Attributes
    ----------
    step, latest : when it is, and how far the laboratories ever were.
    sides : what the stage draws, for each laboratory.
    sentences : the next update in words, of the first laboratory; none while training fast.
    """

    step: int
    latest: int
    sides: tuple[dict[str, Any], ...]
    sentences: tuple[str, ...]


def view_of(labs: Mapping[str, Laboratory], second: str, *, slow: bool) -> View:
    """The view of some laboratories at their step.

    Parameters
    ----------
    labs : by name. second : the other loss whose pushes are shown.
    slow : whether the next update is told.
    """
    from gan.one_update import next_update

    sides = tuple(_side(name, lab, second) for name, lab in labs.items())
    sentences: tuple[str, ...] = ()
    lab = next(iter(labs.values()))
    if slow and not lab.failed:
        update = next_update(lab.field, lab.setting.method, lab.z, lab.memory)
        sentences = update.sentences()
    return View(lab.step, lab.latest, sides, sentences)


def _side(name: str, lab: Laboratory, second: str) -> dict[str, Any]:
    from gan.diagnosis import diagnose

    record = lab.record()
    drawn: dict[str, Any] = {"name": name, "limits": lab.window.limits}
    if not lab.failed:
        drawn |= _plane(lab.scene(second))
    drawn["curves"] = _curves(lab)
    drawn["modes"] = record.nearest.shape[1]
    drawn["diagnosis"] = str(diagnose(record))
    return drawn


def _plane(scene: Scene) -> dict[str, Any]:
    return {
        "surface": _bytes(scene.surface),
        "best": _bytes(scene.optimal),
        "off": None if np.isnan(scene.off) else round(scene.off, 3),
        "real": packed(scene.window.real[:REAL_SHOWN]),
        "samples": packed(scene.samples),
        "manifold": packed(scene.manifold),
        "line": scene.manifold.shape[1],
        "pushed": packed(scene.pushed),
        "pushes": [
            {"loss": loss, "mean": scene.mean_push[loss], "arrows": packed(arrows)}
            for loss, arrows in scene.arrows.items()
        ],
    }


def _curves(lab: Laboratory) -> dict[str, Any]:
    """The history, beyond this step as well if one has gone back."""
    looks = lab.looks[:: max(len(lab.looks) // CURVE_POINTS, 1)]
    if looks[-1] is not lab.looks[-1]:
        looks = [*looks, lab.looks[-1]]
    counts = [(look.counts[0] > 0).sum() for look in looks]
    return {
        "at": packed([look.step for look in looks]),
        "loss of D": packed([look.losses[1, 0] for look in looks]),
        "loss of G": packed([look.losses[0, 0] for look in looks]),
        "G's gradient": packed([look.gradient[0] for look in looks]),
        "D's accuracy": packed([look.accuracy[0] for look in looks]),
        "modes": packed(counts),
        "quality": packed([look.quality[0] for look in looks]),
        "distance to data": packed([max(look.distance[0], 1e-4) for look in looks]),
        "floor": lab.watch.floor[0] + 3 * lab.watch.floor[1],
    }


def packed(values: Any) -> str:
    """Numbers as float32, in base64."""
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()


def _bytes(shares: np.ndarray) -> str:
    """Shares from 0 to 1 as bytes, in base64."""
    return base64.b64encode((np.clip(shares, 0, 1) * 255).astype(np.uint8).tobytes()).decode()
