"""Initial weights, drawn from a generator that is passed in: a draw for each member of a net."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

Draw = Callable[[int, float, torch.Generator], Tensor]


def uniform(shape: tuple[int, ...], size: int, generator: torch.Generator) -> Tensor:
    """Torch's default for recurrent nets: uniform within :math:`\\pm 1/\\sqrt{H}`, H = ``size``."""
    bound = 1 / math.sqrt(size)
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def gaussian_matrix(size: int, gain: float, generator: torch.Generator) -> Tensor:
    """Independent entries of variance :math:`g^2/N`; spectral radius about g, norm about 2 g."""
    return torch.randn(size, size, generator=generator) * (gain / math.sqrt(size))


def orthogonal_matrix(size: int, gain: float, generator: torch.Generator) -> Tensor:
    """:math:`g Q` with Q uniform among the orthogonal matrices [saxe2014]_."""
    q, r = torch.linalg.qr(torch.randn(size, size, generator=generator))
    return gain * q * torch.sign(torch.diagonal(r))


def identity_matrix(size: int, gain: float, generator: torch.Generator) -> Tensor:
    """:math:`g I`, as Le, Jaitly and Hinton start ReLU nets [le2015]_."""
    return gain * torch.eye(size)


def uniform_matrix(size: int, gain: float, generator: torch.Generator) -> Tensor:
    """Torch's default, times g."""
    return gain * uniform((size, size), size, generator)


MATRICES: dict[str, Draw] = {
    "uniform": uniform_matrix,
    "orthogonal": orthogonal_matrix,
    "identity": identity_matrix,
    "gaussian": gaussian_matrix,
}
"""Name -> the first recurrent matrix, ``(H, H)``, from H, a gain and a generator."""


def chrono_bias(size: int, longest: float, generator: torch.Generator) -> Tensor:
    """Forget biases :math:`\\log U[1, T_{max} - 1]`, shape ``(H,)`` [tallec2018]_."""
    return torch.empty(size).uniform_(1.0, longest - 1.0, generator=generator).log()
