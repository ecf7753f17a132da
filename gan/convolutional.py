"""A small convolutional pair for images, as DCGAN has them, from frozen descriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

DEVIATION = 0.02
"""Of all first weights [radford2016]_."""


def _checked(side: int) -> None:
    if side < 8 or side % 4:
        raise ValueError(
            f"side = {side} of the images must be a multiple of 4 and at least 8 for convolutional "
            "networks; choose perceptrons for others"
        )


@dataclass(frozen=True)
class ConvGenerator:
    """Noise to images: a linear layer and two transposed convolutions that double the side.

    Attributes
    ----------
    latent : size of the noise. side : of the images. channels : after the linear layer.
    """

    latent: int
    side: int
    channels: int = 64

    def __post_init__(self) -> None:
        _checked(self.side)

    def build(self, generator: torch.Generator) -> nn.Sequential:
        """The network; it answers with rows of ``side²`` numbers between -1 and 1."""
        small, half = self.side // 4, self.channels // 2
        return nn.Sequential(
            _drawn(nn.Linear, generator, self.latent, self.channels * small * small),
            nn.Unflatten(1, (self.channels, small, small)),
            nn.BatchNorm2d(self.channels, track_running_stats=False),
            nn.ReLU(),
            _drawn(nn.ConvTranspose2d, generator, self.channels, half, 4, stride=2, padding=1),
            nn.BatchNorm2d(half, track_running_stats=False),
            nn.ReLU(),
            _drawn(nn.ConvTranspose2d, generator, half, 1, 4, stride=2, padding=1),
            nn.Tanh(),
            nn.Flatten(),
        )


@dataclass(frozen=True)
class ConvDiscriminator:
    """Images, as rows of ``side²`` numbers, to a logit: two convolutions that halve the side."""

    side: int
    channels: int = 32

    def __post_init__(self) -> None:
        _checked(self.side)

    def build(self, generator: torch.Generator) -> nn.Sequential:
        """The network."""
        small = self.side // 4
        return nn.Sequential(
            nn.Unflatten(1, (1, self.side, self.side)),
            _drawn(nn.Conv2d, generator, 1, self.channels, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            _drawn(nn.Conv2d, generator, self.channels, 2 * self.channels, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            _drawn(nn.Linear, generator, 2 * self.channels * small * small, 1),
        )


def _drawn(kind: Any, generator: torch.Generator, *sizes: int, **settings: int) -> Any:
    """A layer with its own first weights; constructors would draw from shared randomness."""
    layer: Any = nn.utils.skip_init(kind, *sizes, **settings)
    with torch.no_grad():
        layer.weight.normal_(0.0, DEVIATION, generator=generator)
        layer.bias.zero_()
    return layer
