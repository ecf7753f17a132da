"""Activations with their derivatives, for torch tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

LEAK = 0.01
"""The slope of leaky ReLU below zero."""


class Activation(NamedTuple):
    """A function of each entry and its derivative.

    Attributes
    ----------
    value : :math:`\\phi(a)`.
    slope : :math:`\\phi'(a)`.
    bound : the largest :math:`|\\phi'|`, which Pascanu et al. call γ.
    """

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    bound: float


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(torch.tanh, lambda a: 1 - torch.tanh(a) ** 2, 1.0),
    "logistic": Activation(
        torch.sigmoid, lambda a: torch.sigmoid(a) * (1 - torch.sigmoid(a)), 0.25
    ),
    "relu": Activation(torch.relu, lambda a: (a > 0).to(a.dtype), 1.0),
    "leaky-relu": Activation(
        lambda a: torch.nn.functional.leaky_relu(a, LEAK),
        lambda a: torch.ones_like(a).masked_fill(a <= 0, LEAK),
        1.0,
    ),
    "linear": Activation(lambda a: a, torch.ones_like, 1.0),
}
"""Name -> activation; at a kink the slope is torch's, that of the left side."""
