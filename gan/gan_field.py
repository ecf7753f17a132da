"""A generator and a discriminator as a vector field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from gan.field import TorchField, device_of
from gan.losses import LOSSES, Loss


class Batch(NamedTuple):
    """One minibatch: real data ``(n, ...)`` and the generator's noise ``(m, latent)``."""

    real: Tensor
    noise: Tensor


class Fakes(NamedTuple):
    """What the generator makes of a minibatch's noise, in the graph of its parameters.

    Attributes
    ----------
    block, version : the parameters, flat, and torch's count of changes to them.
    leaves : the same in the shapes of the module; the graph begins there.
    images : the fakes.
    """

    block: Tensor
    version: int
    leaves: list[Tensor]
    images: Tensor

    def are_of(self, block: Tensor) -> bool:
        """Whether the generator with these parameters makes them."""
        if self.block._version != self.version:
            return False
        return self.block.data_ptr() == block.data_ptr() or torch.equal(self.block, block)


class GanField(TorchField):
    """Two torch modules and a loss: player 0 is the generator, player 1 the discriminator.

    The modules are only a description: their parameters are read from the state, and neither they
    nor their buffers change. (Batch normalisation must not keep running statistics, which would
    be a state outside the state.)

    Parameters
    ----------
    generator, discriminator : modules; the discriminator answers with logits.
    loss : a :class:`~gan.losses.Loss` or its name.
    data : draws real data ``(n, ...)`` from a ``torch.Generator``; None for a fixed ``batch``.
    noise : draws noise from another generator.
    seed : of both generators; they are independent of each other and of torch's own.
    batch : a minibatch to hold fixed.
    device : where parameters and minibatches lie; randomness is always drawn on the CPU, so that
        a seed means the same everywhere.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        loss: Loss | str,
        data: Callable[[torch.Generator], Tensor] | None = None,
        noise: Callable[[torch.Generator], Tensor] | None = None,
        *,
        seed: int = 0,
        batch: Batch | None = None,
        device: str = "cpu",
    ):
        self.device = device_of(device)
        self.modules = (generator, discriminator)
        self.gan_loss = LOSSES[loss] if isinstance(loss, str) else loss
        self.draws = (data, noise)
        self._cached: Fakes | None = None
        for module in self.modules:
            _refuse_running_statistics(module)
        sizes = [sum(p.numel() for p in module.parameters()) for module in self.modules]
        self._shapes = [
            [(name, p.shape, p.numel()) for name, p in module.named_parameters()]
            for module in self.modules
        ]
        self._generators = [torch.Generator().manual_seed(s) for s in _children(seed)]
        super().__init__(self._loss, sizes, None if data is None else self._sample, batch)

    def initial(self) -> Tensor:
        """The parameters as the modules have them, a flat tensor of shape ``(d,)``."""
        parts = [p.detach().reshape(-1) for module in self.modules for p in module.parameters()]
        return torch.cat(parts).to(self.device)

    def generate(self, z: Tensor, noise: Tensor) -> Tensor:
        """What the generator with the parameters in ``z`` makes of some noise."""
        with torch.no_grad():
            return self._apply(0, self._pieces(0, z[self.players[0]]), noise.to(z))

    def discriminate(self, z: Tensor, samples: Tensor) -> Tensor:
        """The logits that the discriminator with the parameters in ``z`` gives to samples."""
        with torch.no_grad():
            return self._apply(1, self._pieces(1, z[self.players[1]]), samples.to(z))

    def losses(self, z: Tensor) -> np.ndarray:
        """What the generator and the discriminator minimise, on the minibatch that is held."""
        blocks = [z[block] for block in self.players]
        with torch.no_grad():
            return np.array([float(self._loss(player, blocks, self.batch)) for player in (0, 1)])

    def gradient(self, z: Tensor, player: int) -> Tensor:
        """A player's own gradient; the fakes of a minibatch are made once for both players."""
        own, other = self._blocks(z)
        fakes = self._fakes(own)
        if player == 1:
            leaves = self._leaves(1, other)
            return _flat_gradient(self._discriminator_loss(leaves, fakes.images.detach()), leaves)
        self._cached = None
        loss = self._generator_loss(self._pieces(1, other), fakes.images)
        return _flat_gradient(loss, fakes.leaves)

    def _fakes(self, block: Tensor) -> Fakes:
        """The fakes of this minibatch, made anew if the generator has changed."""
        known = self._cached
        if known is None or not known.are_of(block):
            leaves = self._leaves(0, block)
            images = self._apply(0, leaves, self.batch.noise)
            self._cached = known = Fakes(block, block._version, leaves, images)
        return known

    def _loss(self, player: int, blocks: Sequence[Tensor], batch: Batch) -> Tensor:
        own, other = (self._pieces(index, block) for index, block in enumerate(blocks))
        fake = self._apply(0, own, batch.noise)
        if player == 1:
            return self._discriminator_loss(other, fake)
        return self._generator_loss(other, fake)

    def _generator_loss(self, pieces: Sequence[Tensor], fake: Tensor) -> Tensor:
        """Of fakes; on real data the discriminator is asked only by a loss that needs it."""
        real = self._apply(1, pieces, self.batch.real) if self.gan_loss.needs_real else None
        logits = self._apply(1, pieces, fake).reshape(-1)
        return self.gan_loss.generator(None if real is None else real.reshape(-1), logits)

    def _discriminator_loss(self, pieces: Sequence[Tensor], fake: Tensor) -> Tensor:
        """On real and fake data in one pass."""
        real = self.batch.real
        logits = self._apply(1, pieces, torch.cat([real, fake])).reshape(-1)
        return self.gan_loss.discriminator(logits[: len(real)], logits[len(real) :])

    def _pieces(self, player: int, block: Tensor) -> list[Tensor]:
        """A player's parameters in the shapes of its module, as views."""
        pieces = block.split([size for _, _, size in self._shapes[player]])
        shapes = (shape for _, shape, _ in self._shapes[player])
        return [piece.view(shape) for piece, shape in zip(pieces, shapes, strict=True)]

    def _leaves(self, player: int, block: Tensor) -> list[Tensor]:
        """The same as leaves of a graph: torch differentiates by them faster than by the whole."""
        return [piece.requires_grad_(True) for piece in self._pieces(player, block)]

    def _apply(self, player: int, pieces: Sequence[Tensor], values: Tensor) -> Tensor:
        names = (name for name, _, _ in self._shapes[player])
        parameters = dict(zip(names, pieces, strict=True))
        return functional_call(self.modules[player], parameters, (values,))

    def _sample(self) -> Batch:
        data, noise = self.draws
        assert data is not None
        assert noise is not None
        drawn = data(self._generators[0]), noise(self._generators[1])
        return Batch(*(part.to(self.device) for part in drawn))

    def _with_batch(self, batch: Any) -> Self:
        """The same networks and the same generators with another minibatch."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.loss = other._loss
        other._batch, other._cached = batch, None
        return other


def _flat_gradient(loss: Tensor, leaves: Sequence[Tensor]) -> Tensor:
    if not loss.requires_grad:
        return torch.cat([torch.zeros_like(leaf).reshape(-1) for leaf in leaves])
    parts = torch.autograd.grad(loss, leaves, materialize_grads=True)
    return torch.cat([part.reshape(-1) for part in parts])


def _children(seed: int) -> list[int]:
    """Two independent seeds, for data and for noise."""
    return [int(s.generate_state(1)[0]) for s in np.random.SeedSequence(seed).spawn(2)]


def _refuse_running_statistics(module: nn.Module) -> None:
    for name, part in module.named_modules():
        if getattr(part, "track_running_stats", False):
            raise ValueError(
                f"{name or type(part).__name__} keeps running statistics, which are no parameters "
                "of a player; build it with track_running_stats=False"
            )
