"""Networks from a frozen description, initialised by a generator that is passed in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

OUTPUTS = ("linear", "tanh")


@dataclass(frozen=True)
class MLP:
    """A multilayer perceptron: linear layers with leaky ReLU between them.

    Attributes
    ----------
    widths : units of each layer, input and output among them.
    slope : of leaky ReLU below zero.
    batch_norm : which hidden layers, counted from 0, are normalised over the batch. The
        normalisation always uses the batch at hand and keeps no running statistics, so that a
        network is its parameters and nothing else.
    output : one of ``OUTPUTS``.

    Raises
    ------
    ValueError
        If there are fewer than two widths, or a layer or an output that does not exist.
    """

    widths: tuple[int, ...]
    slope: float = 0.2
    batch_norm: tuple[int, ...] = ()
    output: str = "linear"

    def __post_init__(self) -> None:
        if len(self.widths) < 2 or min(self.widths) < 1:
            raise ValueError(
                f"widths = {self.widths} must hold the input's and the output's size, each at "
                "least 1"
            )
        hidden = range(len(self.widths) - 2)
        if not set(self.batch_norm) <= set(hidden):
            raise ValueError(
                f"batch_norm = {self.batch_norm} must name hidden layers, {list(hidden)}"
            )
        if self.output not in OUTPUTS:
            raise ValueError(f"output must be one of {OUTPUTS}; got {self.output!r}")

    def build(self, generator: torch.Generator) -> nn.Sequential:
        """The network with torch's usual initial parameters, drawn from ``generator``."""
        layers: list[nn.Module] = []
        for layer, (inputs, outputs) in enumerate(pairwise(self.widths)):
            layers.append(_linear(inputs, outputs, generator))
            if layer < len(self.widths) - 2:
                if layer in self.batch_norm:
                    layers.append(nn.BatchNorm1d(outputs, track_running_stats=False))
                layers.append(nn.LeakyReLU(self.slope))
        return nn.Sequential(*layers, *([nn.Tanh()] if self.output == "tanh" else []))


def _linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """A linear layer; its constructor would draw from the randomness that all threads share."""
    layer = nn.utils.skip_init(nn.Linear, inputs, outputs)
    bound = 1 / math.sqrt(inputs)
    with torch.no_grad():
        layer.weight.uniform_(-bound, bound, generator=generator)
        layer.bias.uniform_(-bound, bound, generator=generator)
    return layer


def normal_noise(count: int, size: int, generator: torch.Generator) -> Tensor:
    """Standard normal noise, shape ``(count, size)``."""
    return torch.randn(count, size, generator=generator)
