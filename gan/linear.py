"""A rule next to a point at rest of a real net: its multipliers, predicted and measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dynamics.engine.tree import flatten, rebuild
from dynamics.methods import Method
from gan.field import TorchField

SHIFT = 1e-5
"""Half the distance of the two states between which a step is differenced, in float64."""
STILL = 1e-6
"""Multipliers this near to 1 belong to directions in which nothing moves."""


def game_jacobian(field: TorchField, z: Tensor) -> np.ndarray:
    """:math:`\\partial F/\\partial z` as a matrix, ``(d, d)``, row by row by automatic means."""
    return np.stack(
        [field.vjp(z, unit.reshape(z.shape)).numpy().ravel() for unit in torch.eye(len(z)).to(z)]
    )


def iteration_matrix(field: TorchField, method: Method, z: Tensor, memory: Any) -> np.ndarray:
    """The derivative of one whole step, memory included, ``(D, D)``.

    A step is a map of the state and what the rule remembers; central differences of that very map
    hold for every rule, since none is written twice.
    """
    shapes = [leaf.shape for leaf in (z, *flatten(memory))]
    sizes = [math.prod(shape) for shape in shapes]

    def step(flat: Tensor) -> Tensor:
        parts = [p.reshape(s) for p, s in zip(flat.split(sizes), shapes, strict=True)]
        after, kept = method.step(field, parts[0], rebuild(memory, parts[1:]))
        return torch.cat([leaf.reshape(-1) for leaf in (after, *flatten(kept))])

    at = torch.cat([leaf.reshape(-1) for leaf in (z, *flatten(memory))])
    columns = []
    for unit in torch.eye(len(at)).to(at):
        ahead, behind = step(at + SHIFT * unit), step(at - SHIFT * unit)
        columns.append(((ahead - behind) / (2 * SHIFT)).numpy())
    return np.stack(columns, axis=1)


@dataclass(frozen=True, eq=False)
class Mode:
    """The multiplier that decides, with its directions.

    Attributes
    ----------
    multipliers : all of them, complex, ``(D,)``.
    value : m, the largest in modulus of those that turn.
    right, left : its eigenvectors, ``(D,)``, scaled so that their product is 1.
    """

    multipliers: np.ndarray
    value: complex
    right: np.ndarray
    left: np.ndarray

    @property
    def growth(self) -> float:
        """:math:`\\ln|m|`, nats per step; positive where training leaves the point."""
        return math.log(abs(self.value))

    @property
    def period(self) -> float:
        """Steps in a turn, :math:`2\\pi/|\\arg m|`; infinite without one."""
        angle = abs(np.angle(self.value))
        return 2 * math.pi / angle if angle > 1e-12 else math.inf


def dominant(matrix: np.ndarray) -> Mode:
    """The turning mode that an iteration matrix amplifies most; without one, the largest of all.

    Directions at rest, with a multiplier of 1, are left out.
    """
    from scipy.linalg import eig

    values, left, right = eig(matrix, left=True, right=True)
    moving = np.flatnonzero(np.abs(values - 1) > STILL)
    if not moving.size:
        raise ValueError("nothing moves at this point; choose another point or a larger step")
    turning = [i for i in moving if values[i].imag > STILL]
    best = max(turning or moving, key=lambda i: abs(values[i]))
    w = left[:, best].conj()
    return Mode(values, complex(values[best]), right[:, best], w / (w @ right[:, best]))


def measured(deviations: np.ndarray, mode: Mode) -> tuple[float, float, np.ndarray]:
    """Growth and period of a run, from the part of its deviations along a mode.

    Parameters
    ----------
    deviations : from the point at rest, ``(T, D)``.

    Returns
    -------
    Nats per step, steps in a turn, and the complex amplitude ``(T,)``.
    """
    amplitude = deviations @ mode.left
    steps = np.arange(len(amplitude))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs, angles = np.log(np.abs(amplitude)), np.unwrap(np.angle(amplitude))
    known = np.isfinite(logs)
    if known.sum() < 3:
        return math.nan, math.nan, amplitude
    growth = float(np.polyfit(steps[known], logs[known], 1)[0])
    turn = abs(float(np.polyfit(steps[known], angles[known], 1)[0]))
    return growth, 2 * math.pi / turn if turn > 1e-9 else math.inf, amplitude
