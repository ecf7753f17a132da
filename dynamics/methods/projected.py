"""Projection onto a box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from dynamics.backend import Array, clip
from dynamics.field import VectorField, Weight
from dynamics.methods._method import Method
from dynamics.methods.simultaneous import Simultaneous


@dataclass(frozen=True)
class Projected(Method):
    """Step with another rule, then move every coordinate back into ``[low, high]``.

    For the discriminator of a Wasserstein GAN this is weight clipping.

    Parameters
    ----------
    inner : the rule that steps.
    low, high : the bounds of every coordinate.
    """

    reference: ClassVar[str] = "goldstein1964"

    inner: Method = Simultaneous()
    low: Weight = -1.0
    high: Weight = 1.0

    def init(self, field: VectorField, z: Array) -> Any:
        """The memory of the inner rule."""
        return self.inner.init(field, z)

    def step(self, field: VectorField, z: Array, memory: Any) -> tuple[Array, Any]:
        """The inner step, clipped."""
        z, memory = self.inner.step(field, z, memory)
        return clip(z, self.low, self.high), memory

    def output(self, z: Array, memory: Any) -> Array:
        """What the inner rule reports."""
        return self.inner.output(z, memory)
