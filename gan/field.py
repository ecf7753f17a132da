"""Networks as a vector field: the parameters of all players in one flat tensor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator, gmres
from torch import Tensor

from dynamics.field import SingularError

DENSE = 256
"""Up to this dimension a linear system is solved by its matrix, beyond it by GMRES."""


def device_of(name: str) -> torch.device:
    """A device of torch by its name.

    Raises
    ------
    ValueError
        If torch cannot use it here.
    """
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"device = {name!r} cannot be used: {reason}; choose 'cpu'") from None


class Losses(Protocol):
    """The loss of one player from every player's parameters: a scalar, or one for each member."""

    def __call__(self, player: int, blocks: Sequence[Tensor], batch: Any) -> Tensor:
        """``blocks[i]`` are the parameters of player *i*, flat, ``(d_i,)`` or ``(d_i, E)``."""
        ...


class TorchField:
    """Any differentiable losses of flat parameters; a :class:`~dynamics.VectorField`.

    States are tensors of shape ``(d,)``, or ``(d, E)`` for E members: games that are played at once
    and share nothing, if the loss gives one number for each.

    Parameters
    ----------
    loss : the loss of a player.
    sizes : how many parameters each player has.
    sample : draws a minibatch; None for losses without randomness.
    batch : the minibatch that is held fixed; drawn when it is first needed.
    """

    def __init__(
        self,
        loss: Losses,
        sizes: Sequence[int],
        sample: Callable[[], Any] | None = None,
        batch: Any = None,
    ):
        ends = np.cumsum(sizes).tolist()
        starts = [0, *ends[:-1]]
        self.loss = loss
        self.sizes = tuple(sizes)
        self.sample = sample
        self._batch = batch
        self._players = tuple(slice(a, b) for a, b in zip(starts, ends, strict=True))

    @property
    def players(self) -> tuple[slice, ...]:
        """Which coordinates belong to which player."""
        return self._players

    @property
    def batch(self) -> Any:
        """The minibatch that every evaluation of this field uses."""
        if self._batch is None and self.sample is not None:
            self._batch = self.sample()
        return self._batch

    def minibatch(self, rng: np.random.Generator | None = None) -> Self:
        """The field with a new minibatch held fixed; the randomness is its own, not ``rng``."""
        if self.sample is None:
            return self
        return self._with_batch(self.sample())

    def _with_batch(self, batch: Any) -> Self:
        return type(self)(self.loss, self.sizes, self.sample, batch)

    def __call__(self, z: Tensor) -> Tensor:
        """:math:`F(z)`."""
        return torch.cat([self.gradient(z, player) for player in range(len(self.players))])

    def gradient(self, z: Tensor, player: int) -> Tensor:
        """A player's gradient of its own loss; nothing is recorded for the other players."""
        blocks = self._blocks(z)
        blocks[player].requires_grad_(True)
        return _gradient(self.loss(player, blocks, self.batch), blocks[player])

    def loss_gradient(self, z: Tensor, player: int) -> Tensor:
        """The gradient of a player's loss by all coordinates."""
        whole = self._checked(z).detach().requires_grad_(True)
        return _gradient(self._loss_of_whole(player, whole), whole)

    def jvp(self, z: Tensor, v: Tensor) -> Tensor:
        """:math:`J(z) v`, by differentiating :math:`J^T u` by ``u``."""
        whole, field = self._recorded(z)
        weights = torch.zeros_like(field, requires_grad=True)
        pulled = _gradient(field, whole, weights, keep=True)
        return _gradient(pulled, weights, v)

    def vjp(self, z: Tensor, v: Tensor) -> Tensor:
        """:math:`J(z)^T v`."""
        whole, field = self._recorded(z)
        return _gradient(field, whole, v)

    def solve(self, matvec: Callable[[Tensor], Tensor], b: Tensor) -> Tensor:
        """The solution of a linear system: by its matrix up to ``DENSE`` unknowns, else by GMRES.

        Raises
        ------
        SingularError
            If a dense system is singular. GMRES answers NaN where it does not converge.
        """
        if len(b) > DENSE:
            return _krylov(matvec, b)
        units = torch.eye(len(b)).to(b)
        if b.ndim == 1:
            matrix = torch.stack([matvec(unit) for unit in units], dim=1)
            solution, info = torch.linalg.solve_ex(matrix, b)
        else:
            columns = [matvec(unit[:, None].expand_as(b)) for unit in units]
            matrix = torch.stack(columns, dim=1).permute(2, 0, 1)
            solution, info = torch.linalg.solve_ex(matrix, b.T)
            solution = solution.T
        if info.any():
            raise SingularError(
                "the linear system of this step is singular at this state, so the step does not "
                "exist; choose a rule that does not invert this part of the Jacobian"
            )
        return solution

    def _recorded(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """The parameters and :math:`F` of them, both in one graph."""
        whole = self._checked(z).detach().requires_grad_(True)
        parts = []
        for player, block in enumerate(self.players):
            loss = self._loss_of_whole(player, whole)
            parts.append(_gradient(loss, whole, keep=True)[block])
        return whole, torch.cat(parts)

    def _loss_of_whole(self, player: int, whole: Tensor) -> Tensor:
        return self.loss(player, [whole[block] for block in self.players], self.batch)

    def _blocks(self, z: Tensor) -> list[Tensor]:
        whole = self._checked(z)
        return [whole[block].detach() for block in self.players]

    def _checked(self, z: Tensor) -> Tensor:
        if z.ndim not in (1, 2) or len(z) != sum(self.sizes):
            raise ValueError(
                f"a state of shape {tuple(z.shape)} does not fit: these networks have "
                f"{sum(self.sizes)} parameters in one flat tensor, with at most one axis of members"
            )
        return z


def _gradient(
    output: Tensor, by: Tensor, weights: Tensor | None = None, keep: bool = False
) -> Tensor:
    """The derivative of an output; zeros where it does not depend on ``by``."""
    if not output.requires_grad:
        return torch.zeros_like(by)
    if weights is None:
        output = output.sum()
    (gradient,) = torch.autograd.grad(
        output, by, weights, create_graph=keep, materialize_grads=True
    )
    return gradient


def _krylov(matvec: Callable[[Tensor], Tensor], b: Tensor) -> Tensor:
    """SciPy's GMRES, to the precision that the numbers allow."""

    def product(v: np.ndarray) -> np.ndarray:
        shaped = torch.from_numpy(v).to(b).reshape(b.shape)
        return matvec(shaped).detach().cpu().double().numpy().ravel()

    size = b.numel()
    tolerance = 1e-11 if b.dtype == torch.float64 else 1e-5
    operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
    right = b.detach().cpu().double().numpy().ravel()
    solution, info = gmres(operator, right, rtol=tolerance, atol=0.0, restart=60, maxiter=10)
    found = torch.from_numpy(solution).to(b).reshape(b.shape)
    return found if info == 0 else torch.full_like(b, torch.nan)
