"""What lessons on GANs in the plane share: names that knobs offer, and what is made of them."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from dynamics.methods import METHODS, Alternating, Averaged, Lookahead, Method, Projected
from dynamics.step_rules import Adam, Momentum, Plain, RMSProp, StepRule
from frenemy.lessons._drawing import HALF, decoded

if TYPE_CHECKING:
    from gan.data import Data
    from gan.plane_field import PlaneGan

DATA_NAMES = (
    "ring", "grid", "ring of PacGAN", "unequal", "one", "two", "spiral", "swiss roll", "moons",
    "line",
)  # fmt: skip
LOSS_NAMES = (
    "non-saturating", "saturating", "least squares", "hinge", "wasserstein", "relativistic",
)  # fmt: skip
CLIPPING = "weight clipping"
PENALTY_NAMES = (
    "none", "R1", "R2", "R1 + R2", "gradient penalty", "gradient penalty to 0", "DRAGAN", CLIPPING,
)  # fmt: skip
RULE_NAMES = (
    "alternating", "simultaneous", "extragradient", "optimistic", "lookahead", "consensus", "sga",
    "look-ahead", "lola", "unrolled", "unrolled to first order", "cgd",
)  # fmt: skip
OPTIMISERS = ("Adam", "RMSprop", "momentum", "plain")
PLAYERS = ("both", "G only", "D only")
DRAWN, SPREAD = "drawn", 0.4
"""Data that were drawn, and the noise about each point, in cells of the drawing."""
STRENGTHS = {"consensus": "gamma", "sga": "lam", "look-ahead": "alpha", "lola": "alpha",
             "unrolled": "alpha", "lookahead": "alpha"}  # fmt: skip
"""Rule -> its hyper-parameter that ``strength`` sets."""


def step_rule(name: str, beta1: float) -> StepRule:
    """A step rule by its name; ``beta1`` is Adam's first and the heavy ball's momentum."""
    rules: dict[str, StepRule] = {"Adam": Adam(beta1=beta1), "RMSprop": RMSProp(),
                                  "momentum": Momentum(beta1)}  # fmt: skip
    return rules.get(name, Plain())


def method_of(knobs: Any) -> Method:
    """The training rule of some knobs: rule, optimiser, rates, who trains, clipping, average.

    Parameters
    ----------
    knobs : with ``rule``, ``optimiser``, ``beta1``, ``lr_g``, ``lr_d``, ``turns``, ``inner``,
        ``strength``, ``training``, ``penalty``, ``weight`` and ``ema``.
    """
    moves = {"both": (True, True), "G only": (True, False), "D only": (False, True)}[knobs.training]
    lr = (knobs.lr_g * moves[0], knobs.lr_d * moves[1])
    optimiser = step_rule(knobs.optimiser, knobs.beta1)
    name = knobs.rule.removesuffix(" to first order")
    if name in ("alternating", "lookahead"):
        order = (1,) * (knobs.turns * moves[1]) + (0,) * moves[0]
        method: Method = Alternating(lr, optimiser, order=order)
        if name == "lookahead":
            method = Lookahead(method, k=knobs.inner, **_strength(knobs, name))
    else:
        kind = METHODS[name]
        known = {field.name for field in fields(kind)}
        more: dict[str, Any] = {"step_rule": optimiser} if "step_rule" in known else {}
        if name == "unrolled":
            more |= {"k": knobs.inner, "first_order": name != knobs.rule}
        method = kind(lr, **more, **_strength(knobs, name))
    if knobs.penalty == CLIPPING:
        method = Projected(method, -knobs.weight, knobs.weight, player=1)
    return Averaged(method, knobs.ema) if knobs.ema else method


def _strength(knobs: Any, name: str) -> dict[str, float]:
    """The hyper-parameter that the rule has besides its rates; 0 leaves the rule's own."""
    return {STRENGTHS[name]: knobs.strength} if name in STRENGTHS and knobs.strength else {}


def data_of(name: str, drawing: str = "") -> Data:
    """The distribution of a name; a drawing's points with a little noise about them."""
    from gan.data import DATA, Points

    if name != DRAWN:
        return DATA[name]()
    points = decoded(drawing)
    if len(points) < 2:
        raise ValueError("draw at least two points first, or choose other data than 'drawn'")
    return Points(points, SPREAD * 2 * HALF / 64)


def gan_of(knobs: Any) -> PlaneGan:
    """The networks, the loss and the data of some knobs."""
    from gan.batched import BatchedMLP
    from gan.plane_field import PlaneGan

    data = data_of(knobs.data, knobs.drawing)
    generator = BatchedMLP(
        knobs.latent, data.dimension, knobs.width_g, knobs.depth_g, knobs.activation,
        batch_norm=knobs.batch_norm, initial=knobs.initial,
    )  # fmt: skip
    discriminator = BatchedMLP(
        data.dimension * knobs.packing, 1, knobs.width_d, knobs.depth_d, knobs.activation,
        spectral_norm=knobs.spectral_norm, minibatch_deviation=knobs.deviation,
        initial=knobs.initial,
    )  # fmt: skip
    return PlaneGan(
        data, generator, discriminator, knobs.loss,
        penalty="" if knobs.penalty in ("none", CLIPPING) else knobs.penalty, weight=knobs.weight,
        instance_noise=knobs.instance_noise, packing=knobs.packing,
        batch_size=knobs.batch - knobs.batch % knobs.packing,
    )  # fmt: skip
