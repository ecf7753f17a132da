"""The average of the iterates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from dynamics.backend import Array, ones_like
from dynamics.field import VectorField
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

    Parameters
    ----------
    inner : the rule whose states are averaged.
    """

    reference: ClassVar[str] = "bruck1977"

    inner: Method = Simultaneous()

    def init(self, field: VectorField, z: Array) -> AverageMemory:
        """The start is its own average."""
        return AverageMemory(z, ones_like(z[:1]), self.inner.init(field, z))

    def step(self, field: VectorField, z: Array, memory: AverageMemory) -> tuple[Array, Any]:
        """The inner step; the mean moves by :math:`(z' - \\bar z)/(n + 1)`."""
        z, inner = self.inner.step(field, z, memory.inner)
        count = memory.count + 1
        average = memory.average + (z - memory.average) / count
        return z, AverageMemory(average, count, inner)

    def output(self, z: Array, memory: AverageMemory) -> Array:
        """The average."""
        return memory.average
