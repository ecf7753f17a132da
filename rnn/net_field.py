"""Nets on a task as a vector field of one player, for the rules of :mod:`dynamics.methods`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rnn.net import Net
from rnn.tasks import Batch, Task

DENSE = 512
"""Linear systems are solved by their matrix up to so many parameters, and not beyond."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What the first evaluation of the gradient saw.

    Attributes
    ----------
    loss : of each member, ``(E,)``.
    gradient : ``(P, E)``.
    by_step : length of :math:`\\partial L/\\partial s_t` for t = 1 … T, ``(T, E)``; None unless it
        was asked for.
    """

    loss: Tensor
    gradient: Tensor
    by_step: Tensor | None


class NetField:
    """The gradient of a task's loss by a net's flat parameters, each member for itself.

    States have shape ``(P, E)``; members share nothing but the processor.

    Parameters
    ----------
    net, task : what is trained on what.
    batch_size : sequences in a minibatch.
    generators : one a member, from which its minibatches are drawn.
    truncate : steps after which no gradient passes; None for full backpropagation.
    device : where the numbers are.
    held : the minibatch held fixed, if there is one.
    watch : whether to note the gradient's length at every step, in :attr:`seen`.
    """

    def __init__(
        self, net: Net, task: Task, batch_size: int, generators: Sequence[torch.Generator],
        *, truncate: int | None = None, device: str = "cpu", held: Batch | None = None,
        watch: bool = False,
    ):  # fmt: skip
        self.net, self.task, self.batch_size = net, task, batch_size
        self.generators, self.truncate, self.device = tuple(generators), truncate, device
        self.held, self.watch = held, watch
        self.seen: Seen | None = None

    @property
    def players(self) -> tuple[slice, ...]:
        """One player owns all parameters."""
        return (slice(0, self.net.size),)

    def minibatch(self, rng: np.random.Generator | None = None) -> NetField:
        """The field with a new minibatch; the randomness is its members' own, not ``rng``."""
        drawn = self.task.batch(self.batch_size, self.generators)
        return self.on(Batch(*(part.to(self.device) for part in drawn)))

    def on(self, batch: Batch) -> NetField:
        """The field with a given minibatch."""
        return NetField(
            self.net, self.task, self.batch_size, self.generators,
            truncate=self.truncate, device=self.device, held=batch, watch=self.watch,
        )  # fmt: skip

    def losses(self, z: Tensor) -> Tensor:
        """The loss of each member, ``(E,)``."""
        outputs, _ = self._run(self.net.named(z))
        return self.task.loss(outputs, self._batch())

    def __call__(self, z: Tensor) -> Tensor:
        """The gradient, ``(P, E)``; what the first call saw is in :attr:`seen`."""
        leaves = {n: v.detach().requires_grad_(True) for n, v in self.net.named(z).items()}
        outputs, states = self._run(leaves)
        loss = self.task.loss(outputs, self._batch())
        by = [*leaves.values(), *(states[1:] if self.watch else [])]
        found = torch.autograd.grad(loss.sum(), by, materialize_grads=True)
        own = dict(zip(leaves, found, strict=False))
        gradient = self.net.flat(own)
        if self.seen is None:
            self.seen = Seen(loss.detach(), gradient, self._lengths(found[len(leaves) :]))
        return gradient

    def gradient(self, z: Tensor, player: int) -> Tensor:
        """The same: there is one player."""
        return self(z)

    def loss_gradient(self, z: Tensor, player: int) -> Tensor:
        """The same: there is one player."""
        return self(z)

    def jvp(self, z: Tensor, v: Tensor) -> Tensor:
        """The Hessian times ``v``, each member for itself."""
        whole = z.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(self.losses(whole).sum(), whole, create_graph=True)
        (product,) = torch.autograd.grad((gradient * v).sum(), whole)
        return product

    def vjp(self, z: Tensor, v: Tensor) -> Tensor:
        """The same: the Hessian is symmetric."""
        return self.jvp(z, v)

    def solve(self, matvec: Callable[[Tensor], Tensor], b: Tensor) -> Tensor:
        """The solution of a linear system, each member for itself, by its matrix.

        Raises
        ------
        ValueError
            If there are too many unknowns for that.
        """
        if len(b) > DENSE:
            raise ValueError(
                f"a system of {len(b)} unknowns is too large; train by a rule that solves none"
            )
        units = torch.eye(len(b)).to(b)[..., None].expand(-1, -1, b.shape[1])
        matrix = torch.stack([matvec(unit) for unit in units], dim=1)
        return torch.linalg.solve(matrix.permute(2, 0, 1), b.T).T

    def _batch(self) -> Batch:
        if self.held is None:
            self.held = self.minibatch().held
        assert self.held is not None
        return self.held

    def _run(self, parameters: dict[str, Tensor]) -> tuple[Tensor, list[Tensor]]:
        return self.net.run(
            parameters, self._batch().x, read_all=self.task.reads_all, truncate=self.truncate
        )

    def _lengths(self, by_state: Sequence[Tensor]) -> Tensor | None:
        return torch.stack([g.norm(dim=(1, 2)) for g in by_state]) if self.watch else None
