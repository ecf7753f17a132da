"""Backpropagation through time, term by term: what each step contributes to each loss.

:math:`\\partial E_t/\\partial\\theta = \\sum_{k \\le t} (\\partial E_t/\\partial s_t)
(\\prod_{j=k+1}^t J_j) (\\partial^+ s_k/\\partial\\theta)`, where the last factor is the *immediate*
partial derivative: :math:`s_{k-1}` is held fixed [pascanu2013]_.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import vjp, vmap

from rnn.cells import Cell, Parameters
from rnn.jacobians import checked_inputs, unroll

LossGradient = Callable[[list[Tensor]], Tensor]
"""From the states :math:`s_1 … s_T`, each ``(1, B, N)``, the losses :math:`E_1 … E_T`, ``(T,)``."""


@dataclass(frozen=True, eq=False)
class Contributions:
    """The gradient of a sequence's loss, taken apart.

    Attributes
    ----------
    norms : length of the term (t, k), shape ``(T, T)``; 0 where k > t.
    adjoints : length of :math:`\\partial E_t/\\partial s_k` (all sequences together), ``(T, T)``.
    by_lag : the sum of all terms with t − k = l, as one vector of all parameters, ``(T, P)``.
    """

    norms: np.ndarray
    adjoints: np.ndarray
    by_lag: np.ndarray

    @property
    def gradient(self) -> np.ndarray:
        """The whole gradient, ``(P,)``."""
        return self.by_lag.sum(axis=0)

    @property
    def with_total_derivatives(self) -> np.ndarray:
        """What the sum would be if its last factor were the total derivative, ``(P,)``.

        :math:`ds_k/d\\theta` holds all terms up to k, so the term (t, j) would be counted at every
        k from j to t: once more than its lag.
        """
        return (np.arange(1, len(self.by_lag) + 1)[:, None] * self.by_lag).sum(axis=0)

    def share(self, scale: np.ndarray | None = None) -> np.ndarray:
        """How much of all terms' lengths each lag has, ``(T,)``; sums to 1.

        Parameters
        ----------
        scale : what an optimiser multiplies each parameter's gradient by, ``(P,)``; 1 by default.
        """
        lengths = np.linalg.norm(self.by_lag if scale is None else self.by_lag * scale, axis=1)
        total = lengths.sum()
        return lengths / total if total else lengths

    def truncated(self, lags: int) -> np.ndarray:
        """The gradient of truncation to ``lags``: the lags + 1 terms k = t − lags … t, ``(P,)``."""
        if lags < 0:
            raise ValueError(f"lags = {lags} must be at least 0")
        return self.by_lag[: lags + 1].sum(axis=0)

    def kept(self, lags: int) -> tuple[float, float]:
        """Of the truncated gradient: its length over the whole one's, and the cosine between."""
        part, whole = self.truncated(lags), self.gradient
        lengths = float(np.linalg.norm(part)), float(np.linalg.norm(whole))
        if not lengths[0] or not lengths[1]:
            return (lengths[0] / lengths[1] if lengths[1] else np.nan), np.nan
        return lengths[0] / lengths[1], float(part @ whole) / (lengths[0] * lengths[1])


def contributions(
    cell: Cell, parameters: Parameters, x: Tensor, losses: LossGradient
) -> Contributions:
    """Every term (t, k) of the gradient of :math:`\\sum_t E_t` by the cell's parameters.

    Parameters
    ----------
    parameters : of one member.
    x : inputs, ``(T, 1, B, D)``.
    losses : from the states to the loss of each step; those without a loss are 0.

    Raises
    ------
    ValueError
        If there is more than one member.
    """
    checked_inputs(cell, parameters, x)
    if x.shape[1] != 1:
        raise ValueError(f"contributions are those of one member; got {x.shape[1]}")
    own = {name: value.detach() for name, value in parameters.items()}
    with torch.no_grad():
        states = unroll(cell, own, x)
    adjoint = _immediate(losses, states[1:])
    T = len(x)
    norms, adjoints = np.zeros((T, T)), np.zeros((T, T))
    size = sum(value.numel() for value in own.values())
    by_lag = [adjoint.new_zeros(size) for _ in range(T)]
    has_loss = (adjoint.flatten(1) != 0).any(dim=1)
    for k in range(T - 1, -1, -1):
        later = torch.arange(k, T)[has_loss[k:].cpu()]
        if not len(later):
            continue
        alive = adjoint[later]
        rows = later.numpy()
        adjoints[rows, k] = alive.flatten(1).norm(dim=1).cpu().numpy()
        terms = _by_parameters(cell, own, x[k], states[k], alive)
        norms[rows, k] = terms.norm(dim=1).cpu().numpy()
        for t, term in zip(rows, terms, strict=True):
            by_lag[t - k] = by_lag[t - k] + term
        adjoint[later] = _by_state(cell, own, x[k], states[k], alive)
    return Contributions(norms, adjoints, torch.stack(by_lag).cpu().numpy())


def _immediate(losses: LossGradient, states: list[Tensor]) -> Tensor:
    """:math:`\\partial E_t/\\partial s_t`, ``(T, 1, B, N)``, the other states held fixed."""
    leaves = [state.detach().requires_grad_(True) for state in states]
    total = losses(leaves).sum()
    found = torch.autograd.grad(total, leaves, allow_unused=True)
    given = zip(found, leaves, strict=True)
    return torch.stack([torch.zeros_like(s) if g is None else g for g, s in given])


def _by_parameters(
    cell: Cell, parameters: dict[str, Tensor], x: Tensor, state: Tensor, weights: Tensor
) -> Tensor:
    """Products of row vectors with :math:`\\partial^+ s_k/\\partial\\theta`, ``(t, P)``."""

    def step(parameters: dict[str, Tensor]) -> Tensor:
        return cell.step(parameters, cell.drive(parameters, x[None])[0], state)

    pull = vjp(step, parameters)[1]
    (pulled,) = vmap(pull)(weights)
    return torch.cat([pulled[name].flatten(1) for name in parameters], dim=1)


def _by_state(
    cell: Cell, parameters: dict[str, Tensor], x: Tensor, state: Tensor, weights: Tensor
) -> Tensor:
    """Products of row vectors with :math:`J_k`, ``(t, 1, B, N)``."""
    with torch.no_grad():
        J = cell.jacobian(parameters, cell.drive(parameters, x[None])[0], state)
        return torch.einsum("tebi,ebij->tebj", weights, J)


def loss_at_the_end(losses: Callable[[Tensor], Tensor]) -> LossGradient:
    """Losses that are zero but for the last step's, a function of the last state."""

    def at_end(states: list[Tensor]) -> Tensor:
        last = losses(states[-1])
        return torch.cat([last.new_zeros(len(states) - 1), last.reshape(1)])

    return at_end
