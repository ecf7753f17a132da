"""A laboratory: a small GAN in the plane, watched live, changed on the way, taken back in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.lessons import _gan_lab_figures as pictures
from frenemy.lessons._changes import changed, schedule
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._plane_gans import (
    DATA_NAMES,
    DRAWN,
    LOSS_NAMES,
    OPTIMISERS,
    PENALTY_NAMES,
    PLAYERS,
    RULE_NAMES,
    gan_of,
    method_of,
)
from frenemy.lessons._threads import on_one_thread
from frenemy.lessons._trainings import DEVICES

if TYPE_CHECKING:
    from gan.diagnosis import Diagnosis
    from gan.laboratory import Laboratory, Setting
    from gan.scene import Scene, Window
    from gan.watch import Record

STORY = r"""
**What you see.** Noise goes through the generator $G$ and becomes points; the discriminator $D$
colours the plane by how real a place looks to it. The arrows are $-\partial L_G/\partial x$: where
the generator's *loss* wants each sample to go, for two losses at once, at one scale. Where $D$ is
sure, the saturating loss's arrows are gone and the others' are not: the diminished gradient, seen.

**What to try.** Change anything while it trains. Slow $D$ down and the samples run from mode to
mode; switch R1 + R2 on and they stay. Go back in time and take another way from there: the same
moment has the same bits. Put two settings side by side, in step.

**What theory says beside it.** For these samples the best discriminator is
$D^* = p/(p+q)$; how far the learned one is from it stands below the picture. The multipliers of the
training rule at this very moment predict how fast the players turn about each other. Far from an
equilibrium they are no more than a local picture; a diagnosis in words says what became of the run.
"""
FRAMES = 16
"""So many moments of a run are kept as pictures."""
NOT_EDITED = ("steps", "edits", "beside", "seed", "second")
"""Knobs that are no part of a setting."""


GAME, NETS, MORE = "Game", "Networks", "More"
"""Headings of the knobs."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned; nearly all of it while training."""

    data: str = knob(
        "ring",
        label="data",
        choices=(*DATA_NAMES, DRAWN),
        help="what is to be learnt; 'drawn' is what you draw",
        group=GAME,
    )
    loss: str = knob(
        "non-saturating",
        label="loss",
        choices=LOSS_NAMES,
        help="what both players minimise",
        group=GAME,
    )
    penalty: str = knob(
        "none",
        label="penalty on D",
        choices=PENALTY_NAMES,
        help="what keeps D smooth; clipping bounds D's every weight",
        group=GAME,
    )
    weight: float = knob(
        0.1,
        label="its weight",
        low=0.001,
        high=100.0,
        log=True,
        help="of the penalty; for clipping, the bound",
        group=GAME,
    )
    rule: str = knob(
        "alternating",
        label="training rule",
        choices=RULE_NAMES,
        help="cgd steps plainly, all others with the optimiser",
        group=GAME,
    )
    optimiser: str = knob(
        "Adam",
        label="optimiser",
        choices=OPTIMISERS,
        help="how far to go along the direction",
        group=GAME,
    )
    lr_g: float = knob(1e-3, label="step size of G", low=1e-5, high=1.0, log=True, group=GAME)
    lr_d: float = knob(1e-3, label="step size of D", low=1e-5, high=1.0, log=True, group=GAME)
    turns: int = knob(
        1, label="steps of D a step of G", low=1, high=10, help="with alternating steps", group=GAME
    )
    training: str = knob("both", label="who trains", choices=PLAYERS, group=GAME)
    beta1: float = knob(0.5, label=r"momentum $\beta_1$", low=0.0, high=0.99, step=0.01, group=MORE)
    batch: int = knob(
        64, label="minibatch", low=8, high=512, step=8, help="real points", group=MORE
    )
    latent: int = knob(2, label="noise coordinates", low=1, high=64, group=NETS)
    width_g: int = knob(
        32, label="units of G", low=1, high=256, help="in each hidden layer", group=NETS
    )
    depth_g: int = knob(2, label="hidden layers of G", low=0, high=4, group=NETS)
    width_d: int = knob(
        32, label="units of D", low=1, high=256, help="in each hidden layer", group=NETS
    )
    depth_d: int = knob(2, label="hidden layers of D", low=0, high=4, group=NETS)
    activation: str = knob(
        "relu",
        label="activation",
        help="in both networks",
        choices=("relu", "leaky relu", "tanh", "elu", "softplus"),
        group=NETS,
    )
    initial: str = knob(
        "torch",
        label="first weights",
        help="how both networks begin",
        choices=("torch", "orthogonal", "xavier", "normal"),
        group=NETS,
    )
    batch_norm: bool = knob(False, label="batch norm in G", group=NETS)
    spectral_norm: bool = knob(False, label="spectral norm in D", group=NETS)
    deviation: bool = knob(False, label="D sees the batch's spread", group=NETS)
    packing: int = knob(
        1, label="packing", low=1, high=4, help="samples that D judges together", group=NETS
    )
    instance_noise: float = knob(
        0.0, label="instance noise", low=0.0, high=1.0, step=0.01, group=MORE
    )
    inner: int = knob(
        5,
        label="inner steps",
        low=1,
        high=20,
        help="unrolled, or in a cycle of lookahead",
        group=MORE,
    )
    strength: float = knob(
        0.0,
        label="strength of the rule",
        low=0.0,
        high=20.0,
        step=0.1,
        help="consensus, SGA: weight; unrolled, LOLA: the others' step; lookahead: share; "
        "0 is the rule's own",
        group=MORE,
    )
    ema: float = knob(
        0.0,
        label="average of G",
        low=0.0,
        high=0.9999,
        step=0.0001,
        help="samples of an exponential average of this decay",
        group=MORE,
    )
    second: str = knob("saturating", label="arrows of another loss", choices=LOSS_NAMES, group=MORE)
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of everything random", group=MORE)
    steps: int = knob(1500, label="training steps", low=1, high=200_000, group=MORE)
    edits: str = knob(
        "", label="changes on the way", help="as in '300: lr_d=0.0001 | 900: rule=sga'", group=MORE
    )
    beside: str = knob(
        "", label="beside it", help="another setting, as in 'penalty=R1 + R2'", group=MORE
    )
    device: str = knob(
        "cpu", label="device", choices=DEVICES, help="where torch computes", group=MORE
    )
    drawing: str = knob(
        "", label="drawn points", help="as drawing with the mouse makes them", group=MORE
    )


@dataclass(frozen=True, eq=False)
class Track:
    """One setting's training.

    Attributes
    ----------
    name : what is different in it.
    record : what was seen. scenes : step -> picture. diagnosis : in words.
    multipliers : of the rule at the end, those that turn fastest.
    period : steps in a turn, predicted by them and measured on the run; each may be None.
    """

    name: str
    record: Record
    scenes: dict[int, Scene]
    diagnosis: Diagnosis
    multipliers: np.ndarray
    period: Compared


@dataclass(frozen=True, eq=False)
class Result:
    """One or two trainings in step."""

    knobs: Knobs
    window: Window
    tracks: tuple[Track, ...]


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
    from gan.scene import window_of

    settings = sides(knobs)
    window = window_of(gan_of(knobs).data, knobs.latent, knobs.seed)
    total, tracks = knobs.steps * len(settings), []
    for index, (name, own) in enumerate(settings.items()):

        def tell(done: int, before: int = index * knobs.steps) -> None:
            if progress is not None:
                progress(before + done, total, "training")

        tracks.append(_track(name, own, window, tell))
    return Result(knobs, window, tuple(tracks))


def _track(name: str, knobs: Knobs, window: Window, tell: Any) -> Track:
    from gan.diagnosis import diagnose, measured_period
    from gan.scene import scene_of, window_of
    from gan.spectrum import turning

    laboratory, scenes = opened(knobs), {}
    for at in np.unique(np.linspace(0, knobs.steps, FRAMES + 1).astype(int)).tolist():
        while laboratory.step < at and not laboratory.failed:
            tell(laboratory.step)
            laboratory.advance(min(at - laboratory.step, 100))
        if laboratory.failed:
            break
        own = window
        if laboratory.field.gan.generator.inputs != window.noise.shape[1]:
            own = window_of(laboratory.field.gan.data, laboratory.field.gan.generator.inputs)
        losses = tuple(dict.fromkeys((laboratory.field.gan.loss, knobs.second)))
        scenes[laboratory.step] = scene_of(
            laboratory.field.next_batch(), laboratory.shown, own, losses
        )
    multipliers = np.empty(0, complex) if laboratory.failed else laboratory.multipliers()
    record, turn = laboratory.record(), turning(multipliers)
    predicted = None if turn is None else turn.period
    measured = measured_period(record)
    return Track(
        name, record, scenes, diagnose(record), multipliers,
        Compared(predicted, measured if np.isfinite(measured) else None),
    )  # fmt: skip


def facts(result: Result) -> dict[str, Any]:
    """What became of each side, its numbers beside those of theory."""
    from gan.losses import LOSSES
    from gan.measures import expected_quality

    stated: dict[str, Any] = {}
    for track in result.tracks:
        record, tail = track.record, f" ({track.name})" if track.name else ""
        stated[f"diagnosis{tail}"] = str(track.diagnosis)
        mean, spread = record.floor
        stated[f"energy distance to data{tail}"] = (
            f"{record.distance[-1]:.3g}; noise floor {mean:.1g} ± {spread:.1g}"
        )
        if record.nearest.shape[1]:
            n = record.nearest.shape[1]
            stated[f"modes{tail}"] = f"{record.captured[-1]} of {n}"
            stated[f"quality (predicted: of real samples){tail}"] = Compared(
                expected_quality(2), float(record.quality[-1])
            )
        undecided = LOSSES[result.knobs.loss].of_the_undecided()[1]
        stated[f"D's loss (predicted: where it can tell nothing){tail}"] = Compared(
            undecided, float(record.losses[-1, 1])
        )
        if track.scenes and np.isfinite(off := list(track.scenes.values())[-1].off):
            stated[f"mean distance of D from the best D (predicted: 0){tail}"] = Compared(0.0, off)
        stated[f"steps in a turn (predicted: fastest multiplier){tail}"] = track.period
    return stated


DEFAULT = Knobs()
ROOMY = replace(DEFAULT, width_g=64, width_d=64, latent=16, batch=128)
LESSON = Lesson(
    name="gan-lab",
    title="The GAN laboratory: live, and back in time",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={
        "plane": pictures.plane, "history": pictures.history, "pushes": pictures.pushes,
        "best-discriminator": pictures.best_discriminator, "spectrum": pictures.spectrum,
    },
    presets={
        "one ring: partial in 10 of 16 seeds": DEFAULT,
        "one hill, learnt by 16 of 16": replace(
            DEFAULT, data="one", penalty="R1 + R2", weight=1.0, lr_g=3e-4
        ),
        "D too slow: 16 of 16 run about": replace(ROOMY, lr_d=1e-4),
        "cured: all modes in 14 of 16": replace(ROOMY, lr_d=2e-3, penalty="R1 + R2", ema=0.99),
        "starved: 12 of 16 stuck": replace(DEFAULT, loss="saturating", turns=5, lr_g=1e-4),
        "collapsed beside cured": replace(
            ROOMY, lr_d=1e-4, beside="lr_d=0.002; penalty=R1 + R2; ema=0.99"
        ),
        "cured on the way: 14 of 16": replace(
            ROOMY, lr_d=1e-4, steps=3000, edits="1500: lr_d=0.002; penalty=R1 + R2; ema=0.99"
        ),
    },
    references=("goodfellow2014", "kahng2019", "mescheder2018", "metz2017", "lin2018",
                "arjovsky2017principled"),
    slides=("Generator vs Discriminator", "Frenemy", "Algorithms for GAN"),
    takes="a few seconds on two cores",
)  # fmt: skip
