"""Multilayer perceptrons many at once: a member for every seed, in one product a layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu

ACTIVATIONS = {
    "relu": torch.relu_,
    "leaky relu": lambda a: leaky_relu(a, 0.2),
    "tanh": torch.tanh,
    "elu": torch.nn.functional.elu,
    "softplus": torch.nn.functional.softplus,
    "maxout": lambda a: a.unflatten(-1, (-1, PIECES)).amax(dim=-1),
}
INITIAL = ("torch", "orthogonal", "xavier", "normal")
"""How weights begin: uniform within 1/√inputs; orthogonal; Glorot's normal; N(0, 0.02²)."""
TINY = 1e-5
PIECES = 5
"""A maxout unit is the largest of so many linear ones [goodfellow2013]_."""


@dataclass(frozen=True)
class BatchedMLP:
    """A perceptron as a frozen description; its parameters are a flat block ``(P, E)``.

    Attributes
    ----------
    inputs, outputs, width : sizes; depth : hidden layers.
    activation : a name of ``ACTIVATIONS``.
    batch_norm : whether hidden layers are normalised over the batch at hand.
    spectral_norm : whether every weight matrix is divided by its largest singular value, exactly.
    minibatch_deviation : whether the last hidden layer is told the spread of the batch
        [karras2018]_.
    initial : one of ``INITIAL``.
    """

    inputs: int
    outputs: int
    width: int = 64
    depth: int = 2
    activation: str = "relu"
    batch_norm: bool = False
    spectral_norm: bool = False
    minibatch_deviation: bool = False
    initial: str = "torch"

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs", "width"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)!r} must be at least 1")
        if self.depth < 0:
            raise ValueError(f"depth = {self.depth!r} must be at least 0 hidden layers")
        for name, choices in (("activation", ACTIVATIONS), ("initial", INITIAL)):
            if (value := getattr(self, name)) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}")

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Weights and biases layer by layer; scale and shift after each normalised one."""
        widths = [self.inputs, *[self.width] * self.depth, self.outputs]
        linear = PIECES if self.activation == "maxout" else 1
        found: list[tuple[int, ...]] = []
        for layer, (fan_in, units) in enumerate(pairwise(widths)):
            last = layer == self.depth
            fan_out = units if last else units * linear
            found += [(fan_out, fan_in + (last and self.minibatch_deviation)), (fan_out,)]
            if self.batch_norm and not last:
                found += [(fan_out,), (fan_out,)]
        return tuple(found)

    @property
    def size(self) -> int:
        """P, the number of parameters."""
        return sum(math.prod(shape) for shape in self.shapes)

    def first(self, generators: Sequence[torch.Generator]) -> Tensor:
        """Initial parameters, a member for each generator, ``(P, E)``."""
        return torch.stack([self._drawn(generator) for generator in generators]).T

    def pieces(self, block: Tensor) -> list[Tensor]:
        """A block ``(P, E)`` in its shapes, ``(E, ...)`` each.

        They are views if each member's parameters lie side by side in memory, as :meth:`first`
        makes them; products are then several times faster.
        """
        sizes = [math.prod(shape) for shape in self.shapes]
        parts = block.T.contiguous().split(sizes, dim=1)
        return [part.unflatten(1, s) for part, s in zip(parts, self.shapes, strict=True)]

    def apply(self, pieces: Sequence[Tensor], x: Tensor) -> Tensor:
        """The outputs for inputs ``(E, B, D)``: ``(E, B, outputs)``."""
        phi, left = ACTIVATIONS[self.activation], list(pieces)
        for layer in range(self.depth + 1):
            weight, bias = left.pop(0), left.pop(0)
            last = layer == self.depth
            if last and self.minibatch_deviation:
                x = torch.cat([x, _spread(x)], dim=-1)
            if self.spectral_norm:
                weight = weight / torch.linalg.matrix_norm(weight, 2)[:, None, None]
            x = torch.baddbmm(bias[:, None], x, weight.mT)
            if last:
                return x
            if self.batch_norm:
                x = _normalised(x) * left.pop(0)[:, None] + left.pop(0)[:, None]
            x = phi(x)
        raise AssertionError("the last layer returns")

    def _drawn(self, generator: torch.Generator) -> Tensor:
        parts, position = [], 0
        for shape in self.shapes:
            if len(shape) == 2:
                fan_in, position = shape[1], 0
                parts.append(self._weight(shape, generator))
            elif position == 1:
                parts.append(self._bias(shape, fan_in, generator))
            else:
                parts.append(torch.ones(shape) if position == 2 else torch.zeros(shape))
            position += 1
        return torch.cat([part.flatten() for part in parts])

    def _weight(self, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        if self.initial == "torch":
            bound = 1 / math.sqrt(shape[1])
            return torch.empty(shape).uniform_(-bound, bound, generator=generator)
        drawn = torch.randn(shape, generator=generator)
        if self.initial == "orthogonal":
            u, _, v = torch.linalg.svd(drawn, full_matrices=False)
            return u @ v
        return drawn * (math.sqrt(2 / sum(shape)) if self.initial == "xavier" else 0.02)

    def _bias(self, shape: tuple[int, ...], fan_in: int, generator: torch.Generator) -> Tensor:
        if self.initial != "torch":
            return torch.zeros(shape)
        bound = 1 / math.sqrt(fan_in)
        return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def _normalised(x: Tensor) -> Tensor:
    """Mean 0 and variance 1 over the batch of each member."""
    variance, mean = torch.var_mean(x, dim=1, keepdim=True, correction=0)
    return (x - mean) / torch.sqrt(variance + TINY)


def _spread(x: Tensor) -> Tensor:
    """The mean deviation over the batch, the same for every sample, ``(E, B, 1)``."""
    deviation = torch.sqrt(x.var(dim=1, correction=0) + 1e-8).mean(dim=-1)
    return deviation[:, None, None].expand(-1, x.shape[1], 1)
