"""A report on anybody's recurrent cell: what it remembers, and what its gradients will do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from rnn.backward import contributions, loss_at_the_end
from rnn.cells import LSTM, Cell, Parameters
from rnn.from_torch import from_torch
from rnn.jacobians import lyapunov, unroll
from rnn.predictions import forget_bias_for

PERCENTILES = (50, 90, 99, 100)
CLIPPED_SHARE = 90
"""The suggested threshold clips the largest tenth of all gradients."""
BALANCED = 0.005
"""Exponents within this of 0, in nats per step, neither vanish nor explode to speak of."""


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What a cell does to gradients on a batch.

    Attributes
    ----------
    exponents : Lyapunov exponents, nats per step, the mean over the sequences, ``(N,)``.
    horizon : :math:`1/|\\lambda_1|`, steps.
    share : of the gradient by lag, ``(T,)``.
    percentiles : of the gradient's length over the sequences: percent -> length.
    clip : a threshold that would clip one gradient in ten.
    forget_horizon : steps over which the LSTM's additive path forgets a factor e; None without one.
    forget_bias : the forget bias for the wanted horizon; None if none was wanted.
    """

    exponents: np.ndarray
    horizon: float
    share: np.ndarray
    percentiles: dict[int, float]
    clip: float
    forget_horizon: float | None
    forget_bias: float | None

    @property
    def half(self) -> int:
        """The smallest lag up to which half of the gradient comes from."""
        return int(np.searchsorted(np.cumsum(self.share), 0.5))

    def __str__(self) -> str:
        return "\n".join([self._of_exponent(), self._of_lags(), self._of_norms(), *self._of_gate()])

    def _of_exponent(self) -> str:
        largest = float(self.exponents[0])
        if abs(largest) < BALANCED:
            return f"Balanced: the largest exponent is {largest:+.4f} nats per step."
        what = "Gradients explode" if largest > 0 else "Gradients vanish"
        return (
            f"{what}: the largest exponent is {largest:+.4f} nats per step, a factor e in "
            f"{self.horizon:.3g} steps."
        )

    def _of_lags(self) -> str:
        far = self.share[len(self.share) // 2 :].sum()
        return (
            f"Half of the gradient comes from the last {self.half + 1} of {len(self.share)} steps; "
            f"the far half of the sequence contributes {far:.2g} of it."
        )

    def _of_norms(self) -> str:
        p = self.percentiles
        return (
            f"Gradient norms of single sequences: median {p[50]:.3g}, 90 % below {p[90]:.3g}, "
            f"largest {p[100]:.3g}. Clipping at {self.clip:.3g} would touch one in ten."
        )

    def _of_gate(self) -> list[str]:
        said = []
        if self.forget_horizon is not None:
            said.append(f"The forget gates forget a factor e in {self.forget_horizon:.3g} steps.")
        if self.forget_bias is not None:
            said.append(f"For the wanted horizon start forget biases at {self.forget_bias:.2f}.")
        return said


def diagnose(
    cell: Any,
    batch: Tensor,
    *,
    parameters: Parameters | None = None,
    loss: Callable[[Tensor], Tensor] | None = None,
    horizon: float | None = None,
) -> Diagnosis:
    """Diagnose a cell on sequences like those it will be trained with.

    Parameters
    ----------
    cell : one of :mod:`rnn.cells` with its ``parameters``, or any torch RNN or module that
        :func:`rnn.from_torch.from_torch` can read.
    batch : inputs, ``(T, B, D)``, time first.
    loss : of the last state's output ``(1, B, H)``, a scalar; the mean of the outputs, weighted at
        random, by default.
    horizon : for how many steps memory is wanted; a forget bias is suggested for it.

    Raises
    ------
    ValueError
        If the cell or the batch cannot be used.
    """
    if not isinstance(cell, Cell):
        cell, parameters = from_torch(cell)
    if parameters is None:
        raise ValueError("a cell of rnn.cells needs its parameters; give parameters=")
    if batch.ndim != 3 or len(batch) < 2 or not bool(batch.isfinite().all()):
        raise ValueError(
            f"batch of shape {tuple(batch.shape)} must be finite inputs (T, B, D) of T >= 2 steps"
        )
    own = {name: value.detach().double() for name, value in parameters.items()}
    x = batch.double()[:, None]
    of_state = _loss_of_state(cell, loss)
    found = lyapunov(cell, own, x)
    exponents = found.exponents.mean(axis=(1, 2))
    parts = contributions(cell, own, x, loss_at_the_end(of_state))
    norms = _norms(cell, own, x, of_state) if own else np.zeros(1)
    return Diagnosis(
        exponents,
        1 / abs(float(exponents[0])) if exponents[0] else math.inf,
        parts.share(),
        {p: float(np.percentile(norms, p)) for p in PERCENTILES},
        float(np.percentile(norms, CLIPPED_SHARE)),
        _forget_horizon(cell, own, x),
        None if horizon is None else forget_bias_for(horizon),
    )


def _loss_of_state(
    cell: Cell, loss: Callable[[Tensor], Tensor] | None
) -> Callable[[Tensor], Tensor]:
    drawn = torch.randn(
        cell.output_size, generator=torch.Generator().manual_seed(0), dtype=torch.float64
    )

    def weighted(state: Tensor) -> Tensor:
        return (cell.output(state) @ drawn.to(state)).mean()

    return weighted if loss is None else lambda state: loss(cell.output(state))


def _norms(
    cell: Cell, parameters: dict[str, Tensor], x: Tensor, loss: Callable[[Tensor], Tensor]
) -> np.ndarray:
    """The gradient's length for each sequence alone, ``(B,)``."""

    def one(parameters: dict[str, Tensor], sequence: Tensor) -> Tensor:
        return loss(unroll(cell, parameters, sequence[:, :, None])[-1])

    gradients = vmap(grad(one), in_dims=(None, 2))(parameters, x)
    flat = torch.cat([g.flatten(1) for g in gradients.values()], dim=1)
    return flat.norm(dim=1).cpu().numpy()


def _forget_horizon(cell: Cell, parameters: dict[str, Tensor], x: Tensor) -> float | None:
    """From the mean logarithm of an LSTM's forget gates on these sequences."""
    if not isinstance(cell, LSTM):
        return None
    with torch.no_grad():
        drives, states = cell.drive(parameters, x), unroll(cell, parameters, x)
        gates = [cell.gates(parameters, d, s)[1] for d, s in zip(drives, states, strict=False)]
        mean = float(torch.stack(gates).log().mean())
    return -1 / mean if mean < 0 else math.inf
