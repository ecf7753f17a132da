"""Opponent look-ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dynamics.backend import Array
from dynamics.field import Rate, VectorField, interaction, scaled
from dynamics.methods._method import Directional


@dataclass(frozen=True)
class LookAhead(Directional):
    """Step as if the others had already moved: :math:`d = (I - \\alpha J_o) F`.

    :math:`J_o` is the Jacobian without the players' own blocks. This is the *opponent's*
    look-ahead; the slow-weights wrapper :class:`~dynamics.methods.Lookahead` and
    :class:`~dynamics.methods.Lola` are two other things. On ``xy`` with :math:`\\alpha = \\eta` it
    is extragradient.

    Parameters
    ----------
    lr, step_rule : as everywhere.
    alpha : the step the others are assumed to take; ``None`` is ``lr``.
    """

    reference: ClassVar[str] = "zhang2010"

    alpha: Rate | None = None

    def direction(self, field: VectorField, z: Array) -> Array:
        """:math:`F - J_o \\alpha F`."""
        gradient = field(z)
        assumed = scaled(self.lr if self.alpha is None else self.alpha, field, gradient)
        return gradient - interaction(field, z, assumed)
