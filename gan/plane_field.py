"""Small GANs in the plane as a vector field, many seeds at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from dynamics.allocator import keep_freed_memory
from gan.batched import BatchedMLP
from gan.data import Data
from gan.field import device_of
from gan.losses import LOSSES
from gan.pair import Pair
from gan.penalties import PENALTIES, Penalty

AHEAD = 32
"""Minibatches are drawn for so many steps at once."""
MANY = 4
"""Members from which on freed memory is kept from step to step."""


class PlaneBatch(NamedTuple):
    """A minibatch of each member.

    Attributes
    ----------
    real : ``(E, B, D)``; noise : ``(E, B, latent)``; mix : uniform numbers ``(E, B, 1)``.
    jitter : what instance noise adds to real and fake points, ``(2, E, B, D)``.
    """

    real: Tensor
    noise: Tensor
    mix: Tensor
    jitter: Tensor


class Randomness(NamedTuple):
    """Where the randomness of a field stands.

    Attributes
    ----------
    before, after : states of the generators before and after the minibatches in stock were drawn.
    used : how many of those were used; -1 if none is in stock.
    """

    before: tuple[Tensor, ...]
    used: int
    after: tuple[Tensor, ...]


@dataclass(frozen=True)
class PlaneGan:
    """A GAN on points, as a frozen description.

    Attributes
    ----------
    data : what is learnt. generator, discriminator : their networks.
    loss : a name of ``LOSSES``.
    penalty : a name of ``PENALTIES`` or nothing; weight : of it.
    instance_noise : deviation of noise on all points that the discriminator sees
        [arjovsky2017principled]_.
    packing : samples that the discriminator judges together [lin2018]_.
    batch_size : real points in a minibatch, and as many fakes; a multiple of ``packing``.

    Raises
    ------
    ValueError
        If the parts do not fit each other.
    """

    data: Data
    generator: BatchedMLP
    discriminator: BatchedMLP
    loss: str = "non-saturating"
    penalty: str = ""
    weight: float = 1.0
    instance_noise: float = 0.0
    packing: int = 1
    batch_size: int = 64

    def __post_init__(self) -> None:
        D = self.data.dimension
        if self.loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}; got {self.loss!r}")
        if self.penalty and self.penalty not in PENALTIES:
            raise ValueError(f"penalty must be one of {', '.join(PENALTIES)}; got {self.penalty!r}")
        if self.packing < 1 or self.batch_size % self.packing:
            raise ValueError(
                f"batch_size = {self.batch_size} must be a multiple of packing = {self.packing}"
            )
        sizes = (self.generator.outputs, self.discriminator.inputs, self.discriminator.outputs)
        if sizes != (D, D * self.packing, 1):
            raise ValueError(
                f"data of {D} coordinates, packed by {self.packing}, need a generator of {D} "
                f"outputs and a discriminator of {D * self.packing} inputs and one output; got "
                f"{sizes}"
            )

    @classmethod
    def of(
        cls, data: Data, *, width: int = 64, depth: int = 2, latent: int = 2,
        activation: str = "relu", packing: int = 1, **settings: Any,
    ) -> PlaneGan:  # fmt: skip
        """Two perceptrons of one width and depth; ``settings`` are those of the class."""
        D = data.dimension
        generator = BatchedMLP(latent, D, width, depth, activation)
        discriminator = BatchedMLP(D * packing, 1, width, depth, activation)
        return cls(data, generator, discriminator, packing=packing, **settings)

    def field(self, seeds: Sequence[int], *, device: str = "cpu") -> PlaneField:
        """The game of as many members as there are seeds, each with randomness of its own."""
        return PlaneField(self, seeds, device=device)


class PlaneField(Pair):
    """A :class:`PlaneGan` for every seed; player 0 is the generator, player 1 the discriminator.

    States have shape ``(d, E)``. All lies on one device; randomness is drawn on the CPU, so that a
    seed means the same everywhere.
    """

    def __init__(
        self, gan: PlaneGan, seeds: Sequence[int], batch: PlaneBatch | None = None, *,
        device: str = "cpu",
    ):  # fmt: skip
        if not seeds:
            raise ValueError("a field needs at least one seed")
        self.gan, self.seeds, self.device = gan, tuple(seeds), device_of(device)
        self.gan_loss = LOSSES[gan.loss]
        self.penalty: Penalty | None = PENALTIES[gan.penalty] if gan.penalty else None
        states = [np.random.SeedSequence(seed).generate_state(2) for seed in seeds]
        self.weights = [int(weights) for weights, _ in states]
        self.draws = [torch.Generator().manual_seed(int(draw)) for _, draw in states]
        self.stock: deque[PlaneBatch] = deque()
        self.before = [rng.get_state() for rng in self.draws]
        if len(self.seeds) >= MANY:
            keep_freed_memory()
        self.networks = (gan.generator, gan.discriminator)
        sizes = [network.size for network in self.networks]
        super().__init__(self._loss, sizes, self._sample, batch)

    def initial(self) -> Tensor:
        """The first parameters of every member, ``(d, E)``."""
        drawn = [torch.Generator().manual_seed(seed) for seed in self.weights]
        both = [network.first(drawn).T for network in self.networks]
        return torch.cat(both, dim=1).to(self.device).T

    def generate(self, z: Tensor, noise: Tensor) -> Tensor:
        """What each generator makes of noise ``(B, latent)`` or ``(E, B, latent)``."""
        pieces = self._pieces(0, z[self.players[0]])
        with torch.no_grad():
            return self._apply(0, pieces, self._for_each(z, noise))

    def discriminate(self, z: Tensor, points: Tensor) -> Tensor:
        """The logits of each discriminator at points ``(B, D)`` or ``(E, B, D)``, ``(E, B')``."""
        pieces = self._pieces(1, z[self.players[1]])
        with torch.no_grad():
            return self._judge(pieces, self._for_each(z, points))

    def _for_each(self, z: Tensor, values: Tensor) -> Tensor:
        """Values ``(E, B, n)``, or ``(B, n)`` the same for every member."""
        return values.to(z.device).expand(z.shape[1], -1, -1)

    def judge_each(self, z: Tensor, points: Tensor) -> Tensor:
        """The logits at points ``(B, D)`` one by one, ``(E, B)``: each in a pack of its equals."""
        return self.discriminate(z, points.repeat_interleave(self.gan.packing, dim=0))

    def logits(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """What each discriminator answers on the held real points and on fakes, ``(E, B')``."""
        own, other = (self._pieces(player, z[block]) for player, block in enumerate(self.players))
        with torch.no_grad():
            return self._answers(other, self._apply(0, own, self.batch.noise))

    def _pieces(self, player: int, block: Tensor) -> list[Tensor]:
        return self.networks[player].pieces(block)

    def _apply(self, player: int, pieces: Sequence[Tensor], values: Tensor) -> Tensor:
        return self.networks[player].apply(pieces, values)

    def _answers(self, pieces: Sequence[Tensor], fake: Tensor) -> tuple[Tensor, Tensor]:
        of_real, of_fake = self._judge(pieces, torch.cat(self._seen(fake), dim=1)).chunk(2, dim=1)
        return of_real, of_fake

    def _discriminator_loss(self, pieces: Sequence[Tensor], fake: Tensor) -> Tensor:
        loss = super()._discriminator_loss(pieces, fake)
        if self.penalty is None:
            return loss
        seen = self._seen(fake)
        added = self.penalty(lambda x: self._judge(pieces, x), *seen, self.batch.mix)
        return loss + self.gan.weight * added

    def _generator_loss(self, pieces: Sequence[Tensor], fake: Tensor) -> Tensor:
        real, fake = self._seen(fake)
        of_real = self._judge(pieces, real) if self.gan_loss.needs_real else None
        return self.gan_loss.generator(of_real, self._judge(pieces, fake))

    def _seen(self, fake: Tensor) -> tuple[Tensor, Tensor]:
        """Real and fake points as the discriminator sees them: with instance noise, if any."""
        real: Tensor = self.batch.real
        if not self.gan.instance_noise:
            return real, fake
        jitter = self.batch.jitter * self.gan.instance_noise
        return real + jitter[0], fake + jitter[1]

    def _judge(self, pieces: Sequence[Tensor], points: Tensor) -> Tensor:
        """Logits ``(E, B / packing)``; the members of a pack stand side by side."""
        E, B, D = points.shape
        packed = points.reshape(E, B // self.gan.packing, D * self.gan.packing)
        return self._apply(1, pieces, packed)[..., 0]

    def push(self, z: Tensor, points: Tensor, loss: str = "") -> Tensor:
        """Where the generator's loss wants each point to go: :math:`-\\partial L_G/\\partial x`.

        Parameters
        ----------
        z : parameters ``(d, E)``. points : fakes, ``(E, B, D)``; B a multiple of the packing.
        loss : another name of ``LOSSES`` than the game's own.

        Returns
        -------
        Tensor
            ``(E, B, D)``, of the loss of each point (or pack) by itself, not of their mean.
        """
        chosen = LOSSES[loss] if loss else self.gan_loss
        pieces = self._pieces(1, z[self.players[1]].detach())
        at = points.detach().requires_grad_(True)
        fake = self._judge(pieces, at)[..., None]
        real = self._judge(pieces, self.batch.real).mean(-1, keepdim=True)[..., None]
        each = chosen.generator(real.expand_as(fake), fake)
        return -torch.autograd.grad(each.sum(), at)[0]

    def next_batch(self) -> Self:
        """The field with the minibatch that ``minibatch`` will give next, which stays the next."""
        if not self.stock:
            self._refill()
        return self._with_batch(self.stock[0])

    def in_float64(self) -> Self:
        """The same minibatch held for good, in double precision; for derivatives by differences."""
        held = self._with_batch(PlaneBatch(*(part.double() for part in self.batch)))
        held.sample = None
        return held

    @property
    def randomness(self) -> Randomness:
        """Where the randomness stands, for :meth:`rewind`."""
        return Randomness(tuple(self.before), AHEAD - len(self.stock) if self.stock else -1,
                          tuple(rng.get_state() for rng in self.draws))  # fmt: skip

    def rewind(self, to: Randomness) -> None:
        """Put the randomness where it stood: the same minibatches follow, bit for bit."""
        self.stock.clear()
        states = to.after if to.used < 0 else to.before
        for rng, state in zip(self.draws, states, strict=True):
            rng.set_state(state)
        if to.used >= 0:
            self._refill()
            for _ in range(to.used):
                self.stock.popleft()

    def _sample(self) -> PlaneBatch:
        if not self.stock:
            self._refill()
        return self.stock.popleft()

    def _refill(self) -> None:
        self.before[:] = [rng.get_state() for rng in self.draws]
        self.stock.extend(self._drawn())

    def _drawn(self) -> Iterator[PlaneBatch]:
        """Minibatches for the next ``AHEAD`` steps: fewer, larger calls of the generators."""
        B, gan, total = self.gan.batch_size, self.gan, self.gan.batch_size * AHEAD
        members = [self._of_member(rng, total) for rng in self.draws]
        real, noise, mix, jitter = (
            torch.stack(parts).to(self.device) for parts in zip(*members, strict=True)
        )
        for part in range(AHEAD):
            rows = slice(part * B, (part + 1) * B)
            spread = jitter[:, rows].movedim(2, 0) if gan.instance_noise else jitter
            yield PlaneBatch(real[:, rows], noise[:, rows], mix[:, rows], spread)

    def _of_member(self, rng: torch.Generator, total: int) -> tuple[Tensor, ...]:
        """Real points, noise, mixing numbers and jitter of one member, from its own randomness."""
        gan = self.gan
        real = gan.data.sample(total, rng)
        noise = torch.randn(total, gan.generator.inputs, generator=rng)
        mix = torch.rand(total, 1, generator=rng) if self.penalty is not None else noise[:, :1]
        if not gan.instance_noise:
            return real, noise, mix, noise[:1]
        return real, noise, mix, torch.randn(total, 2, real.shape[1], generator=rng)

    def _flat(self, loss: Tensor, leaves: Sequence[Tensor]) -> Tensor:
        parts = torch.autograd.grad(loss.sum(), leaves, materialize_grads=True)
        return torch.cat([part.flatten(1) for part in parts], dim=1).T
