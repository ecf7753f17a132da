"""The average of the iterates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from dynamics.backend import Array, ones_like
from dynamics.field import VectorField, Weight
from dynamics.methods._method import Method
from dynamics.methods.simultaneous import Simultaneous


class AverageMemory(NamedTuple):
    """The average of the states so far, their number (shape ``(1, ...)``), the inner memory."""

    average: Array
    count: Array
    inner: Any


@dataclass(frozen=True)
class Averaged(Method):
    """Run another rule and report the mean of its states, the start included.

    The iterates are those of the inner rule; only what is reported changes. On ``xy`` the average
    of alternating steps tends to the equilibrium like 1/n, that of simultaneous steps diverges.
    With ``decay`` the mean is exponential, :math:`\\bar z \\leftarrow \\beta \\bar z +
    (1-\\beta) z` (for GANs: yazici2019), which forgets the start.

    Parameters
    ----------
    inner : the rule whose states are averaged.
    decay : :math:`\\beta`, from 0 to 1; None weighs all states alike.
    """

    reference: ClassVar[str] = "bruck1977"

    inner: Method = Simultaneous()
    decay: Weight | None = None

    def init(self, field: VectorField, z: Array) -> AverageMemory:
        """The start is its own average."""
        return AverageMemory(z, ones_like(z[:1]), self.inner.init(field, z))

    def step(self, field: VectorField, z: Array, memory: AverageMemory) -> tuple[Array, Any]:
        """The inner step; the mean moves by its share of :math:`z' - \\bar z`."""
        z, inner = self.inner.step(field, z, memory.inner)
        count = memory.count + 1
        apart = z - memory.average
        moved = apart / count if self.decay is None else (1 - self.decay) * apart
        average = memory.average + moved
        return z, AverageMemory(average, count, inner)

    def output(self, z: Array, memory: AverageMemory) -> Array:
        """The average."""
        return memory.average
