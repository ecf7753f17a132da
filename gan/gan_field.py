"""A generator and a discriminator as a vector field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from gan.field import device_of
from gan.losses import LOSSES, Loss
from gan.pair import Pair


class Batch(NamedTuple):
    """One minibatch: real data ``(n, ...)`` and the generator's noise ``(m, latent)``."""

    real: Tensor
    noise: Tensor


class GanField(Pair):
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

    def _generator_loss(self, pieces: Sequence[Tensor], fake: Tensor) -> Tensor:
        real = self._apply(1, pieces, self.batch.real) if self.gan_loss.needs_real else None
        logits = self._apply(1, pieces, fake).reshape(-1)
        return self.gan_loss.generator(None if real is None else real.reshape(-1), logits)

    def _answers(self, pieces: Sequence[Tensor], fake: Tensor) -> tuple[Tensor, Tensor]:
        real = self.batch.real
        logits = self._apply(1, pieces, torch.cat([real, fake])).reshape(-1)
        return logits[: len(real)], logits[len(real) :]

    def _pieces(self, player: int, block: Tensor) -> list[Tensor]:
        pieces = block.split([size for _, _, size in self._shapes[player]])
        shapes = (shape for _, shape, _ in self._shapes[player])
        return [piece.view(shape) for piece, shape in zip(pieces, shapes, strict=True)]

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

    def _flat(self, loss: Tensor, leaves: Sequence[Tensor]) -> Tensor:
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
