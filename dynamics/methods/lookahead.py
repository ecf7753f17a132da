"""Lookahead: slow and fast weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from dynamics.backend import Array
from dynamics.field import VectorField, Weight
from dynamics.methods._method import Method
from dynamics.methods.simultaneous import Simultaneous


@dataclass(frozen=True)
class Lookahead(Method):
    """Go ``k`` steps with another rule, then only a share :math:`\\alpha` of the way.

    :math:`z' = z + \\alpha (w_k - z)` where :math:`w_k` is reached from ``z`` by ``k`` inner
    steps. One step of this rule is that whole cycle, so it costs ``k`` inner steps; each draws a
    minibatch of its own. The inner rule keeps its memory from cycle to cycle. Over a simultaneous
    step on ``xy`` its multipliers are :math:`1 - \\alpha + \\alpha (1 \\pm i\\eta)^k` (for GANs:
    chavdarova2021).

    Parameters
    ----------
    inner : the rule of the fast weights.
    k : number of inner steps in a cycle, 1 or more.
    alpha : share of the way that is kept.
    """

    reference: ClassVar[str] = "zhang2019"

    inner: Method = Simultaneous()
    k: int = 5
    alpha: Weight = 0.5

    def init(self, field: VectorField, z: Array) -> Any:
        """The memory of the inner rule."""
        return self.inner.init(field, z)

    def step(self, field: VectorField, z: Array, memory: Any) -> tuple[Array, Any]:
        """One cycle."""
        fast = z
        for turn in range(self.k):
            fast, memory = self.inner.step(field if turn == 0 else field.minibatch(), fast, memory)
        return z + self.alpha * (fast - z), memory

    def output(self, z: Array, memory: Any) -> Array:
        """What the inner rule reports."""
        return self.inner.output(z, memory)
