"""A generator and a discriminator as a vector field: what holds however their networks are made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from gan.field import TorchField
from gan.losses import Loss


class Fakes(NamedTuple):
    """What the generator makes of a minibatch's noise, in the graph of its parameters.

    Attributes
    ----------
    block, version : the parameters, flat, and torch's count of changes to them.
    leaves : the same in the shapes of the network; the graph begins there.
    samples : the fakes.
    """

    block: Tensor
    version: int
    leaves: list[Tensor]
    samples: Tensor

    def are_of(self, block: Tensor) -> bool:
        """Whether the generator with these parameters makes them."""
        if self.block._version != self.version:
            return False
        return self.block.data_ptr() == block.data_ptr() or torch.equal(self.block, block)


class Pair(TorchField, ABC):
    """Player 0 is the generator, player 1 the discriminator; a subclass applies their networks.

    Attributes
    ----------
    gan_loss : what both minimise.
    """

    gan_loss: Loss
    _cached: Fakes | None = None

    def losses(self, z: Tensor) -> np.ndarray:
        """What both minimise on the held minibatch, generator first, ``(2,)`` or ``(2, E)``."""
        blocks = [z[block] for block in self.players]
        found = [self._loss(player, blocks, self.batch).detach() for player in (0, 1)]
        return np.asarray(torch.stack(found).cpu().double().numpy())

    def gradient(self, z: Tensor, player: int) -> Tensor:
        """A player's own gradient; the fakes of a minibatch are made once for both players."""
        own, other = self._blocks(z)
        fakes = self._fakes(own)
        if player == 1:
            leaves = self._leaves(1, other)
            return self._flat(self._discriminator_loss(leaves, fakes.samples.detach()), leaves)
        self._cached = None
        loss = self._generator_loss(self._pieces(1, other), fakes.samples)
        return self._flat(loss, fakes.leaves)

    def _fakes(self, block: Tensor) -> Fakes:
        """The fakes of this minibatch, made anew if the generator has changed."""
        known = self._cached
        if known is None or not known.are_of(block):
            leaves = self._leaves(0, block)
            samples = self._apply(0, leaves, self.batch.noise)
            self._cached = known = Fakes(block, block._version, leaves, samples)
        return known

    def _leaves(self, player: int, block: Tensor) -> list[Tensor]:
        """Leaves of a graph: torch differentiates by them faster than by the whole."""
        return [piece.requires_grad_(True) for piece in self._pieces(player, block)]

    def _loss(self, player: int, blocks: Sequence[Tensor], batch: Any) -> Tensor:
        own, other = (self._pieces(index, block) for index, block in enumerate(blocks))
        fake = self._apply(0, own, batch.noise)
        if player == 1:
            return self._discriminator_loss(other, fake)
        return self._generator_loss(other, fake)

    def _discriminator_loss(self, pieces: Sequence[Tensor], fake: Tensor) -> Tensor:
        return self.gan_loss.discriminator(*self._answers(pieces, fake))

    def _with_batch(self, batch: Any) -> Self:
        """The same networks and the same randomness with another minibatch."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.loss = other._loss
        other._batch, other._cached = batch, None
        return other

    @abstractmethod
    def _pieces(self, player: int, block: Tensor) -> list[Tensor]:
        """A player's parameters in the shapes of its network, as views where they can be."""

    @abstractmethod
    def _apply(self, player: int, pieces: Sequence[Tensor], values: Tensor) -> Tensor:
        """What a player's network makes of noise or of samples."""

    @abstractmethod
    def _answers(self, pieces: Sequence[Tensor], fake: Tensor) -> tuple[Tensor, Tensor]:
        """The discriminator's answers on the held real data and on fakes, in one pass."""

    @abstractmethod
    def _generator_loss(self, pieces: Sequence[Tensor], fake: Tensor) -> Tensor:
        """Of fakes; on real data the discriminator is asked only by a loss that needs it."""

    @abstractmethod
    def _flat(self, loss: Tensor, leaves: Sequence[Tensor]) -> Tensor:
        """The gradient of a loss by its leaves in the shape of a state's block."""
