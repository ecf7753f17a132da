"""Tasks that only a memory can solve: adding, copying, temporal order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from rnn.tasks._task import Batch, Task, at_least, one_hot


@dataclass(frozen=True)
class Adding(Task):
    """Add the two marked ones of T numbers [hochreiter1997]_.

    In the form of Le, Jaitly and Hinton [le2015]_: values are uniform on [0, 1], one marker is in
    the first half of the sequence and one in the second. Answering 1 always has the error 1/6.
    """

    steps: int = 50

    classifies: ClassVar[bool] = False
    inputs: ClassVar[int] = 2
    outputs: ClassVar[int] = 1

    def __post_init__(self) -> None:
        at_least("steps", self.steps, 2)

    @property
    def baselines(self) -> Mapping[str, float]:
        return {"answering 1": 1 / 6}

    def draw(
        self, count: int, generator: torch.Generator, *, held_out: bool = False
    ) -> tuple[Tensor, Tensor]:
        half = self.steps // 2
        values = torch.rand(self.steps, count, generator=generator)
        first = torch.randint(half, (count,), generator=generator)
        second = half + torch.randint(self.steps - half, (count,), generator=generator)
        markers, places = torch.zeros_like(values), torch.stack([first, second])
        markers.scatter_(0, places, 1.0)
        return torch.stack([values, markers], dim=-1), values.gather(0, places).sum(0)[
            None, :, None
        ]


@dataclass(frozen=True)
class Copying(Task):
    """Recall K symbols after T blanks [hochreiter1997]_, [arjovsky2016]_.

    Inputs: K of ``alphabet`` symbols, T − 1 blanks, a signal, K blanks. Answers: T + K blanks, then
    the symbols. Blanks first and guessing at the end costs :math:`K \\ln A/(T + 2K)` nats a step.
    """

    delay: int = 20
    symbols: int = 5
    alphabet: int = 8

    reads_all: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for name, least in (("delay", 1), ("symbols", 1), ("alphabet", 2)):
            at_least(name, getattr(self, name), least)

    @property
    def inputs(self) -> int:
        return self.alphabet + 2

    @property
    def outputs(self) -> int:
        return self.alphabet + 1

    @property
    def steps(self) -> int:
        """T + 2 K."""
        return self.delay + 2 * self.symbols

    @property
    def baselines(self) -> Mapping[str, float]:
        return {"blanks, then guessing": self.symbols * math.log(self.alphabet) / self.steps}

    def draw(
        self, count: int, generator: torch.Generator, *, held_out: bool = False
    ) -> tuple[Tensor, Tensor]:
        shown = torch.randint(self.alphabet, (self.symbols, count), generator=generator)
        blank = torch.full((self.steps, count), self.alphabet)
        inputs, target = blank.clone(), blank.clone()
        inputs[: self.symbols] = shown
        inputs[self.symbols + self.delay - 1] = self.alphabet + 1
        target[-self.symbols :] = shown
        return one_hot(inputs, self.inputs), target

    def score(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Share of the K symbols that are recalled, ``(E,)``; guessing has 1/A."""
        last = slice(-self.symbols, None)
        return super().score(outputs[last], Batch(batch.x, batch.target[last]))


@dataclass(frozen=True)
class TemporalOrder(Task):
    """Which of two symbols came first, and which second? [hochreiter1997]_, [pascanu2013]_.

    X or Y stands at one place within [T/10, 2T/10] and at one within [T/2, 6T/10]; everywhere else
    is one of four distractors. Four classes: guessing costs ln 4 and is wrong in 75 %.
    """

    steps: int = 50

    inputs: ClassVar[int] = 6
    outputs: ClassVar[int] = 4

    def __post_init__(self) -> None:
        at_least("steps", self.steps, 10)

    @property
    def baselines(self) -> Mapping[str, float]:
        return {"guessing": math.log(4)}

    def draw(
        self, count: int, generator: torch.Generator, *, held_out: bool = False
    ) -> tuple[Tensor, Tensor]:
        symbols = torch.randint(4, (self.steps, count), generator=generator)
        relevant = torch.randint(2, (2, count), generator=generator)
        tenth = self.steps // 10
        early = tenth + torch.randint(tenth + 1, (count,), generator=generator)
        late = self.steps // 2 + torch.randint(tenth + 1, (count,), generator=generator)
        symbols.scatter_(0, torch.stack([early, late]), 4 + relevant)
        return one_hot(symbols, self.inputs), (2 * relevant[0] + relevant[1])[None]
