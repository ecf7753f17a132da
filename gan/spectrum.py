"""Spectra of networks too large for their Jacobian: a few eigenvalues by Krylov's method.

Nothing is linearised by hand: the game's Jacobian answers vector-Jacobian products, and a rule's
whole step, memory included, is differenced between two near states, so the multipliers of every
rule follow from its one definition.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs
from torch import Tensor

from dynamics.engine.tree import flatten, rebuild
from dynamics.methods import Method
from gan.field import TorchField
from gan.linear import SHIFT, STILL

HELD = ("square", "mean_power", "square_power", "count")
"""Parts of a memory that are slow: running squares, and counts of steps."""
FEW = 12
"""Eigenvalues that are looked for."""


def leading_eigenvalues(
    field: TorchField, z: Tensor, count: int = FEW, *, which: str = "LI", seed: int = 0
) -> np.ndarray:
    """Eigenvalues of the game's Jacobian, those with the largest imaginary part first.

    Parameters
    ----------
    field : with a minibatch held fixed, in float64. z : state, ``(d,)`` or ``(d, 1)``.
    count : how many. which : SciPy's choice: ``"LI"`` turn fastest, ``"LM"`` are largest.
    """

    def product(v: np.ndarray) -> np.ndarray:
        shaped = torch.from_numpy(v.ravel()).reshape(z.shape)
        return np.asarray(field.vjp(z, shaped).numpy().ravel())

    return _arnoldi(product, z.numel(), count, which, seed)


def leading_multipliers(
    field: TorchField, method: Method, z: Tensor, memory: Any, count: int = FEW, *,
    which: str = "LM", seed: int = 0,
) -> np.ndarray:  # fmt: skip
    """Multipliers of one whole step: eigenvalues of its derivative by state and memory.

    The running squares of Adam and RMSprop are held: they are slow, and their roots have no
    derivative at 0.

    Parameters
    ----------
    field : with a minibatch held fixed, in float64. z, memory : where, in float64.
    count, which, seed : as of :func:`leading_eigenvalues`.
    """
    leaves, moves = [z, *flatten(memory)], [True, *_moving(memory)]
    free = [leaf for leaf, own in zip(leaves, moves, strict=True) if own]
    shapes, sizes = [leaf.shape for leaf in free], [leaf.numel() for leaf in free]

    def step(flat: Tensor) -> Tensor:
        given = iter(p.reshape(s) for p, s in zip(flat.split(sizes), shapes, strict=True))
        parts = [next(given) if own else leaf for leaf, own in zip(leaves, moves, strict=True)]
        after, kept = method.step(field, parts[0], rebuild(memory, parts[1:]))
        both = zip([after, *flatten(kept)], moves, strict=True)
        return torch.cat([leaf.reshape(-1) for leaf, own in both if own])

    at = torch.cat([leaf.reshape(-1) for leaf in free])

    def product(v: np.ndarray) -> np.ndarray:
        direction = torch.from_numpy(np.array(v).ravel())
        length = float(direction.norm()) or 1.0
        shift = direction * (SHIFT / length)
        return ((step(at + shift) - step(at - shift)) * (length / (2 * SHIFT))).numpy()

    return _arnoldi(product, len(at), count, which, seed)


def _moving(memory: Any) -> list[bool]:
    """Of the parts of a memory in order, which are not held."""
    if not isinstance(memory, tuple):
        return [True]
    names = getattr(memory, "_fields", ("",) * len(memory))
    return [
        moves and name not in HELD
        for name, branch in zip(names, memory, strict=True)
        for moves in _moving(branch)
    ]


@dataclass(frozen=True)
class Turning:
    """The multiplier that turns fastest, and what it means.

    Attributes
    ----------
    value : m, complex. period : :math:`2\\pi/|\\arg m|` steps. growth : :math:`\\ln|m|` a step.
    """

    value: complex

    @property
    def period(self) -> float:
        """Steps in a turn."""
        return float(2 * math.pi / abs(np.angle(self.value)))

    @property
    def growth(self) -> float:
        """Nats per step."""
        return math.log(abs(self.value))


def turning(multipliers: np.ndarray) -> Turning | None:
    """The fastest turn among multipliers; None if none turns."""
    turns = multipliers[np.abs(multipliers.imag) > STILL]
    if not turns.size:
        return None
    return Turning(complex(turns[np.abs(np.angle(turns)).argmax()]))


def _arnoldi(
    product: Callable[[np.ndarray], np.ndarray], size: int, count: int, which: str, seed: int
) -> np.ndarray:
    """SciPy's ARPACK, or the whole matrix where that is smaller; the found ones if not all are."""
    if size <= count + 2:
        matrix = np.stack([product(unit) for unit in np.eye(size)], axis=1)
        found = np.linalg.eigvals(matrix)
    else:
        start = np.random.default_rng(seed).normal(size=size)
        operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
        try:
            found = eigs(operator, count, which=which, v0=start, tol=1e-6, maxiter=60,
                         ncv=min(size, 4 * count), return_eigenvectors=False)  # fmt: skip
        except ArpackNoConvergence as failure:
            found = failure.eigenvalues
    order = np.abs(found.imag) if which == "LI" else np.abs(found)
    return np.asarray(found[np.argsort(-order, kind="stable")])
