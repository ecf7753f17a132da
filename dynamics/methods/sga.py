"""Symplectic gradient adjustment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array, sign
from dynamics.field import VectorField, Weight
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class SymplecticAdjustment(Directional):
    """Turn the step against the rotation.

    :math:`d = F + \\lambda A^T F` with :math:`A = \\tfrac12 (J - J^T)`. Only the antisymmetric
    part of the Jacobian, the part that rotates, is used; so it equals consensus on ``xy`` but not
    in general.

    Parameters
    ----------
    lr, step_rule : as everywhere.
    lam : weight :math:`\\lambda` of the adjustment.
    align : choose the sign of :math:`\\lambda` so that the step is drawn to stable and pushed from
        unstable points: the sign of
        :math:`\\langle F, J^T F\\rangle \\langle A^T F, J^T F\\rangle`, a tie counting as +.
    """

    reference: ClassVar[str] = "balduzzi2018"

    lam: Weight = 0.5
    align: bool = False

    def direction(self, field: VectorField, z: Array) -> Array:
        """:math:`F + \\lambda A^T F`."""
        gradient = field(z)
        pulled = field.vjp(z, gradient)
        adjustment = (pulled - field.jvp(z, gradient)) / 2
        weight = self.lam
        if self.align:
            towards = sign(_inner(gradient, pulled) * _inner(adjustment, pulled))
            weight = weight * (towards + 1 - towards * towards)
        return gradient + weight * adjustment


def _inner(u: Array, v: Array) -> Array:
    """The inner product over the coordinates, shape ``(1, ...)``."""
    return (u * v).sum(axis=0, keepdims=True)
