"""What a task is: sequences with their targets, a loss, and baselines that need no memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


class Batch(NamedTuple):
    """Sequences for each member of a net.

    Attributes
    ----------
    x : inputs, ``(T, E, B, D)``.
    target : of the steps that are read, T' of them: classes ``(T', E, B)`` or values
        ``(T', E, B, V)``.
    """

    x: Tensor
    target: Tensor


@dataclass(frozen=True)
class Task(ABC):
    """A task for recurrent nets. Every random draw comes from a generator that is passed in."""

    reads_all: ClassVar[bool] = False
    """Whether every step is answered, or the last one alone."""
    classifies: ClassVar[bool] = True
    """Whether targets are classes (cross entropy, in nats) or values (mean squared error)."""

    @property
    @abstractmethod
    def inputs(self) -> int:
        """Features of an input, D."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Classes or values that are answered, V."""

    @property
    @abstractmethod
    def baselines(self) -> Mapping[str, float]:
        """What predictors without memory reach: name -> loss; the first is the one to beat."""

    @abstractmethod
    def draw(
        self, count: int, generator: torch.Generator, *, held_out: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Sequences ``(T, B, D)`` and targets ``(T', B)`` or ``(T', B, V)``.

        ``held_out`` draws from data that training never sees, where data are finite.
        """

    def batch(
        self, count: int, generators: Sequence[torch.Generator], *, held_out: bool = False
    ) -> Batch:
        """A minibatch of ``count`` sequences for each generator."""
        drawn = [self.draw(count, generator, held_out=held_out) for generator in generators]
        x, target = (torch.stack(parts, dim=1) for parts in zip(*drawn, strict=True))
        return Batch(x, target)

    def loss(self, outputs: Tensor, batch: Batch) -> Tensor:
        """The mean loss of each member, ``(E,)``, of outputs ``(T', E, B, V)``."""
        if not self.classifies:
            return ((outputs - batch.target) ** 2).mean(dim=(0, 2, 3))
        nats = cross_entropy(outputs.flatten(0, 2), batch.target.flatten(), reduction="none")
        return nats.view(batch.target.shape).mean(dim=(0, 2))

    def score(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Share of right answers of each member, ``(E,)``; for values the mean squared error."""
        if not self.classifies:
            return self.loss(outputs, batch)
        return (outputs.argmax(dim=-1) == batch.target).float().mean(dim=(0, 2))


def one_hot(symbols: Tensor, kinds: int) -> Tensor:
    """Symbols as inputs, float32, with one axis more."""
    return torch.nn.functional.one_hot(symbols, kinds).float()


def at_least(name: str, value: int, least: int) -> None:
    """Refuse a size that is too small."""
    if not isinstance(value, int) or value < least:
        raise ValueError(f"{name} = {value!r} must be a whole number of at least {least}")
