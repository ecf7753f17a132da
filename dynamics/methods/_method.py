"""What a training rule is: a map from state to state, built from a vector field."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from dynamics.backend import Array
from dynamics.field import Rate, VectorField, scaled
from dynamics.step_rules import Plain, StepRule


@dataclass(frozen=True)
class Method(ABC):
    """A training rule. Its fields are its hyper-parameters; they broadcast against the batch."""

    reference: ClassVar[str] = ""
    """The BibTeX key of the paper that defines the rule."""

    @abstractmethod
    def init(self, field: VectorField, z: Array) -> Any:
        """The memory before the first step: nested tuples of arrays of shape ``(m, ...)``."""

    @abstractmethod
    def step(self, field: VectorField, z: Array, memory: Any) -> tuple[Array, Any]:
        """One step from ``z``; neither ``z`` nor ``memory`` is changed."""

    def output(self, z: Array, memory: Any) -> Array:
        """What the rule reports as its answer at a state: the state itself, unless it averages."""
        return z


@dataclass(frozen=True)
class Directional(Method):
    """A rule that steps against one direction: :math:`z' = z - \\eta\\, s(d(z))`, step rule *s*."""

    lr: Rate = 0.1
    step_rule: StepRule = Plain()

    @abstractmethod
    def direction(self, field: VectorField, z: Array) -> Array:
        """The direction :math:`d(z)` to step against, shape ``(d, ...)``."""

    def init(self, field: VectorField, z: Array) -> Any:
        """The memory of the step rule."""
        return self.step_rule.init(z)

    def step(self, field: VectorField, z: Array, memory: Any) -> tuple[Array, Any]:
        """:math:`z - \\eta\\, s(d(z))`."""
        direction, memory = self.step_rule.scale(self.direction(field, z), memory)
        return z - scaled(self.lr, field, direction), memory


@dataclass(frozen=True)
class Composition(Method):
    """A named rule that is a composition of others."""

    @abstractmethod
    def composed(self) -> Method:
        """The rule that does the work."""

    def init(self, field: VectorField, z: Array) -> Any:
        """The memory of the composed rule."""
        return self.composed().init(field, z)

    def step(self, field: VectorField, z: Array, memory: Any) -> tuple[Array, Any]:
        """The step of the composed rule."""
        return self.composed().step(field, z, memory)
