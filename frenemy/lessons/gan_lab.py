"""A laboratory: a small GAN in the plane, watched live, changed on the way, taken back in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from frenemy.lessons import _gan_lab_figures as pictures
from frenemy.lessons._claims import Claim, Finding, holds
from frenemy.lessons._gan_lab_runs import Result, run
from frenemy.lessons._lesson import Compared, Lesson, knob
from frenemy.lessons._plane_gans import (
    DATA_NAMES,
    DRAWN,
    LOSS_NAMES,
    OPTIMISERS,
    PENALTY_NAMES,
    PLAYERS,
    RULE_NAMES,
)
from frenemy.lessons._trainings import DEVICES

STORY = r"""
**What you see.** Noise goes through the generator $G$ and becomes points; the discriminator $D$
colours the plane by how real a place looks to it. The arrows are $-\partial L_G/\partial x$: where
the generator's *loss* wants each sample to go, for two losses at once, at one scale. Where $D$ is
sure, the saturating loss's arrows are gone and the others' are not: the diminished gradient, seen.

**What to try.** Change anything while it trains; a network whose size changes begins anew, the
other goes on. Slow $D$ down and the samples run from mode to
mode; switch R1 + R2 on and they stay. Go back in time and take another way from there: the same
moment has the same bits. Put two settings side by side, in step.

**What theory says beside it.** For these samples the best discriminator is
$D^* = p/(p+q)$; how far the learned one is from it stands below the picture. The multipliers of the
training rule at this very moment predict how fast the players turn about each other. Far from an
equilibrium they are no more than a local picture; a diagnosis in words says what became of the run.
"""


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
    steps: int = knob(1500, label="training steps", low=0, high=200_000, group=MORE)
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


def facts(result: Result) -> dict[str, Any]:
    """What became of each side, its numbers beside those of theory."""
    from gan.losses import LOSSES
    from gan.measures import expected_quality

    stated: dict[str, Any] = {}
    for track in result.tracks:
        record, tail = track.record, f" ({track.name})" if track.name else ""
        stated[f"diagnosis{tail}"] = str(track.diagnosis)
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
        for measure, (value, floor, spread) in track.measures.items():
            stated[f"{measure}{tail}"] = f"{value:.3g}; noise floor {floor:.2g} ± {spread:.1g}"
        stated[f"steps in a turn (predicted: fastest multiplier){tail}"] = track.period
    return stated


DEFAULT = Knobs()
ROOMY = replace(DEFAULT, width_g=64, width_d=64, latent=16, batch=128)


def _loss(player: int, wanted: str) -> Any:
    """Whether a player's loss falls while it alone is trained."""

    def check(result: Result) -> Finding:
        losses = result.tracks[0].record.losses[:, player]
        return holds(
            bool(losses[-1] < losses[0]),
            f"{wanted}: its loss goes from {losses[0]:.3f} to {losses[-1]:.3f} in "
            f"{result.knobs.steps} steps",
        )

    return check


FEW = replace(DEFAULT, steps=100, width_g=16, width_d=16)
CLAIMS = (
    Claim(
        "Algorithms for GAN", "step 1: fix G, train D to tell real from fake",
        replace(FEW, training="D only"), _loss(1, "D learns"),
    ),
    Claim(
        "Algorithms for GAN", "step 2: fix D, train G to fool it",
        replace(FEW, training="G only"), _loss(0, "G learns"),
    ),
)  # fmt: skip
LESSON = Lesson(
    name="gan-lab",
    title="The GAN laboratory: live, and back in time",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={
        "plane": pictures.plane, "history": pictures.history, "pushes": pictures.pushes,
        "best-discriminator": pictures.best_discriminator, "spectrum": pictures.spectrum,
        "measures": pictures.measures,
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
