"""Projection onto a box: every coordinate, or those of one player."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from dynamics.backend import Array, clip, copy
from dynamics.field import VectorField, Weight
from dynamics.methods._method import Method
from dynamics.methods.simultaneous import Simultaneous


@dataclass(frozen=True)
class Projected(Method):
    """Step with another rule, then move every coordinate back into ``[low, high]``.

    For the discriminator of a Wasserstein GAN, ``player=1``, this is weight clipping
    (arjovsky2017).

    Parameters
    ----------
    inner : the rule that steps.
    low, high : the bounds of every coordinate.
    player : whose coordinates are bounded; None bounds all.
    """

    reference: ClassVar[str] = "goldstein1964"

    inner: Method = Simultaneous()
    low: Weight = -1.0
    high: Weight = 1.0
    player: int | None = None

    def init(self, field: VectorField, z: Array) -> Any:
        """The memory of the inner rule."""
        return self.inner.init(field, z)

    def step(self, field: VectorField, z: Array, memory: Any) -> tuple[Array, Any]:
        """The inner step, clipped."""
        z, memory = self.inner.step(field, z, memory)
        block = slice(None) if self.player is None else field.players[self.player]
        inside = copy(z)
        inside[block] = clip(z[block], self.low, self.high)
        return inside, memory

    def output(self, z: Array, memory: Any) -> Array:
        """What the inner rule reports."""
        return self.inner.output(z, memory)
