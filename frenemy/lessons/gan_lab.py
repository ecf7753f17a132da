"""A laboratory: a small GAN in the plane, watched live, changed on the way, taken back in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from frenemy.lessons import _gan_lab_figures as pictures
from frenemy.lessons._claims import Claim, Finding, holds
from frenemy.lessons._gan_lab_runs import Result, Stop, run, stops
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
**The slides.** A generator tries to fool a discriminator, and the discriminator tries to tell real
from fake. The deck calls the two a *frenemy*, friend and enemy in one, a love-hate relationship:
each works against the other, and neither learns anything without it. Yann LeCun, then head of AI
research at Facebook, was asked on Quora in July 2016 which recent ideas in deep learning counted.
He put adversarial training first: to him it and its variations were the most interesting idea in
machine learning in ten years. The idea is Ian Goodfellow's (Goodfellow et al. 2014).

**The algorithm.** Step 1 fixes $G$ and trains $D$; step 2 fixes $D$ and trains $G$; then again. The
knob *who trains* stops either player.

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
        stated[f"diagnosis, by the last third of the run{tail}"] = str(track.diagnosis)
        if record.nearest.shape[1]:
            n = record.nearest.shape[1]
            stated[f"modes at the last look alone{tail}"] = f"{record.captured[-1]} of {n}"
            stated[f"quality at the last look (predicted: of real samples){tail}"] = Compared(
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


TURN = 100
"""Steps of D alone, and then as many of G alone, where the slide's algorithm is checked."""
STEP_BY_STEP = replace(
    DEFAULT, width_g=16, width_d=16, training="D only", steps=2 * TURN,
    edits=f"{TURN}: training=G only",
)  # fmt: skip


@lru_cache(maxsize=4)
def _stops(knobs: Knobs) -> tuple[Stop, ...]:
    return stops(knobs, (0, TURN, 2 * TURN))


def _alone(player: int, wanted: str) -> Any:
    """Whether a player learns in its own step, D's the first, and no bit of the other changes."""

    def check(result: Result) -> Finding:
        first = 0 if player == 1 else 1
        before, after = _stops(result.knobs)[first : first + 2]
        start, end = (stop.update.losses[0, player] for stop in (before, after))
        still = np.array_equal(before.players[1 - player], after.players[1 - player])
        moved = float(np.linalg.norm(after.players[player] - before.players[player]))
        return holds(
            bool(end < start) and still and moved > 0,
            f"in steps {before.step} to {after.step} {wanted}: its parameters move by {moved:.2f}, "
            f"{'not a bit' if still else 'and those'} of the other's change; its loss goes from "
            f"{start:.3f} to {end:.3f}",
        )

    return check


def _scores(result: Result) -> Finding:
    """D's mean answers on real and generated points, before and after it is trained alone."""
    first, trained, _ = (stop.update.answers[0] for stop in _stops(result.knobs))
    return holds(
        bool(trained[0] > 0.5 > trained[1] and np.ptp(trained) > np.ptp(first)),
        f"D's mean answer on real points goes from {first[0]:.2f} to {trained[0]:.2f}, on "
        f"generated ones from {first[1]:.2f} to {trained[1]:.2f}, in {TURN} steps of D alone",
    )


CLAIMS = (
    Claim("Algorithms for GAN", "step 1: fix G, train D", STEP_BY_STEP, _alone(1, "D learns")),
    Claim(
        "Algorithms for GAN", "D gives high scores to real and low ones to generated objects",
        STEP_BY_STEP, _scores,
    ),
    Claim(
        "Algorithms for GAN", "step 2: fix D, train G to fool it", STEP_BY_STEP,
        _alone(0, "G learns"),
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
    slides=("LeCun's Comment", "Generative Adversarial Networks", "Generator vs Discriminator",
            "Frenemy", "Ideas behind GAN", "Algorithms for GAN"),
    takes="a few seconds on two cores",
)  # fmt: skip
