"""The runs of the GAN laboratory: knobs to settings, trainings in step, what is kept of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from frenemy.lessons._changes import changed, schedule
from frenemy.lessons._lesson import Compared, Progress
from frenemy.lessons._plane_gans import gan_of, method_of
from frenemy.lessons._threads import on_one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from frenemy.lessons.gan_lab import Knobs
    from gan.diagnosis import Diagnosis
    from gan.laboratory import Laboratory, Setting
    from gan.one_update import Update
    from gan.scene import Scene
    from gan.watch import Record

MEASURED = 600
"""Fresh samples, and as many fresh data, of which all distances are taken."""
FRAMES = 16
"""So many moments of a run are kept as pictures."""
NOT_EDITED = ("steps", "edits", "beside", "seed", "second")
"""Knobs that are no part of a setting."""


@dataclass(frozen=True, eq=False)
class Track:
    """One setting's training.

    Attributes
    ----------
    name : what is different in it.
    record : what was seen. scenes : step -> picture. diagnosis : in words.
    multipliers : of the rule at the end, those that turn fastest.
    period : steps in a turn, predicted by them and measured on the run; each may be None.
    measures : name -> distance of fresh samples, and mean and deviation of its noise floor; none
        if the run has diverged.
    """

    name: str
    record: Record
    scenes: dict[int, Scene]
    diagnosis: Diagnosis
    multipliers: np.ndarray
    period: Compared
    measures: dict[str, tuple[float, float, float]]


@dataclass(frozen=True, eq=False)
class Result:
    """One or two trainings in step."""

    knobs: Knobs
    tracks: tuple[Track, ...]

    @property
    def limits(self) -> tuple[float, float]:
        """Ends of both axes that hold the data of all moments."""
        ends = [scene.window.limits for track in self.tracks for scene in track.scenes.values()]
        return min(low for low, _ in ends), max(high for _, high in ends)


def setting_of(knobs: Knobs) -> Setting:
    """What the laboratory trains for some knobs."""
    from gan.laboratory import Setting

    return Setting(gan_of(knobs), method_of(knobs), knobs.device)


def editions(knobs: Knobs) -> list[tuple[int, Knobs]]:
    """From which step on which knobs hold, the first from 0 on.

    Raises
    ------
    ValueError
        If the changes cannot be read, or change what is no part of a setting.
    """
    found = [(0, knobs)]
    for step, changes in schedule(knobs.edits):
        after = changed(found[-1][1], changes)
        odd = [name for name in NOT_EDITED if getattr(after, name) != getattr(knobs, name)]
        if odd:
            raise ValueError(f"edits cannot change {', '.join(odd)}; set it for the whole run")
        found.append((step, after))
    return found


def opened(knobs: Knobs) -> Laboratory:
    """A laboratory with all edits planned, at step 0."""
    from gan.laboratory import Laboratory

    (_, first), *later = editions(knobs)
    laboratory = Laboratory(setting_of(first), seed=knobs.seed)
    for step, after in later:
        laboratory.plan(step, setting_of(after))
    return laboratory


def sides(knobs: Knobs) -> dict[str, Knobs]:
    """Name -> knobs of the one or two settings that train in step."""
    if not knobs.beside.strip():
        return {"": knobs}
    return {"as set": knobs, knobs.beside: changed(knobs, knobs.beside)}


@on_one_thread
def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Train one or two settings, and look at them on the way."""
    settings = sides(knobs)
    total, tracks = knobs.steps * len(settings), []
    for index, (name, own) in enumerate(settings.items()):

        def tell(done: int, before: int = index * knobs.steps) -> None:
            if progress is not None:
                progress(before + done, total, "training")

        tracks.append(_track(name, own, tell))
    return Result(knobs, tuple(tracks))


def _track(name: str, knobs: Knobs, tell: Any) -> Track:
    from gan.diagnosis import diagnose, measured_period
    from gan.spectrum import turning

    laboratory, scenes = opened(knobs), {}
    for at in np.unique(np.linspace(0, knobs.steps, FRAMES + 1).astype(int)).tolist():
        while laboratory.step < at and not laboratory.failed:
            tell(laboratory.step)
            laboratory.advance(min(at - laboratory.step, 100))
        if laboratory.failed:
            break
        scenes[laboratory.step] = laboratory.scene(knobs.second)
    multipliers = np.empty(0, complex) if laboratory.failed else laboratory.multipliers()
    record, turn = laboratory.record(), turning(multipliers)
    predicted = None if turn is None else turn.period
    measured = measured_period(record)
    return Track(
        name, record, scenes, diagnose(record, predicted_period=predicted), multipliers,
        Compared(predicted, measured if np.isfinite(measured) else None),
        {} if laboratory.failed else _measured(laboratory),
    )  # fmt: skip


class Stop(NamedTuple):
    """A moment at which a run is looked at from within.

    Attributes
    ----------
    step : when. players : the parameters of G and of D. update : what the next step will do.
    """

    step: int
    players: tuple[np.ndarray, np.ndarray]
    update: Update


@on_one_thread
def stops(knobs: Knobs, steps: Sequence[int]) -> tuple[Stop, ...]:
    """Train again, and stop at some steps, in order."""
    from gan.one_update import next_update

    laboratory, found = opened(knobs), []
    for step in steps:
        laboratory.advance(step - laboratory.step)
        z, field = laboratory.z, laboratory.field
        g, d = (z[block, 0].cpu().numpy().copy() for block in field.players)
        update = next_update(field, laboratory.setting.method, z, laboratory.memory)
        found.append(Stop(step, (g, d), update))
    return tuple(found)


def spectrum_in_words(laboratory: Laboratory) -> tuple[str, ...]:
    """What the multipliers of a moment predict, beside what the run has done lately."""
    from gan.diagnosis import measured_period
    from gan.spectrum import turning

    if laboratory.failed:
        return ("Nothing can be linearised where training has diverged.",)
    turn = turning(laboratory.multipliers())
    measured = measured_period(laboratory.record())
    lately = (
        f"Lately the run has turned once in {measured:.0f} steps."
        if np.isfinite(measured) else "Lately no period stands out in the run."
    )  # fmt: skip
    if turn is None:
        return ("No multiplier of this moment turns.", lately)
    m, ends = turn.value, "grows" if turn.growth > 0 else "dies away"
    return (
        f"The multiplier that turns fastest is {m.real:.4f} {'+' if m.imag >= 0 else '-'} "
        f"{abs(m.imag):.4f} i.",
        f"It predicts a turn in {turn.period:.3g} steps that {ends} by a factor "
        f"{abs(m) ** turn.period:.3g} in each.",
        lately,
    )


def _measured(laboratory: Laboratory) -> dict[str, tuple[float, float, float]]:
    """Distances of fresh samples to fresh data, each with its noise floor: mean and deviation."""
    import torch

    from gan import measures
    from gan.data import Mixture

    gan, generator = laboratory.field.gan, torch.Generator().manual_seed(laboratory.seed)
    real = gan.data.sample(MEASURED, generator).double().numpy()
    noise = torch.randn(MEASURED, gan.generator.inputs, generator=generator)
    fake = laboratory.field.generate(laboratory.shown, noise)[0].cpu().double().numpy()
    asked = {
        "energy distance": measures.energy,
        "squared MMD": measures.mmd,
        "sliced Wasserstein": measures.sliced_wasserstein,
        "Jensen-Shannon on a grid": lambda a, b: measures.density_divergence(a, b)[0],
        "KL(data, samples) on a grid": lambda a, b: measures.density_divergence(a, b)[1],
        "precision": lambda a, b: measures.precision_recall(a, b)[0],
        "recall": lambda a, b: measures.precision_recall(a, b)[1],
    }
    if isinstance(data := gan.data, Mixture):
        asked["reverse KL of the modes"] = lambda a, b: measures.reverse_kl(b, data)
    return {
        name: (measure(real, fake), *measures.noise_floor(measure, gan.data, MEASURED, repeats=4))
        for name, measure in asked.items()
    }
