"""The two halves of a game's Jacobian: what descends and what turns."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from dynamics.game import Game


@dataclass(frozen=True)
class Decomposition:
    """The generalised Helmholtz decomposition of a game's Jacobian, :math:`J = S + A`.

    Attributes
    ----------
    symmetric : :math:`S = (J + J^T)/2`, shape ``(d, d)``; alone it makes a potential game, in
        which training is descent on one function.
    antisymmetric : :math:`A = (J - J^T)/2`, shape ``(d, d)``; alone it makes a Hamiltonian game,
        whose flow keeps :attr:`energy`.
    energy : :math:`\\tfrac12 \\lVert F \\rVert^2`.
    """

    symmetric: sympy.ImmutableMatrix
    antisymmetric: sympy.ImmutableMatrix
    energy: sympy.Expr

    @property
    def is_potential(self) -> bool:
        """Whether nothing turns."""
        return bool(self.antisymmetric.is_zero_matrix)

    @property
    def is_hamiltonian(self) -> bool:
        """Whether nothing descends."""
        return bool(self.symmetric.is_zero_matrix)


def decompose(game: Game) -> Decomposition:
    """Split the Jacobian of any game into its potential and its Hamiltonian part (balduzzi2018).

    Examples
    --------
    >>> parts = decompose(Game.zero_sum("x*y + x^2"))
    >>> parts.symmetric, parts.antisymmetric[0, 1]
    (Matrix([
    [-2, 0],
    [ 0, 0]]), -1)
    """
    jacobian = game.jacobian
    halves = [
        sympy.ImmutableMatrix(((jacobian + sign * jacobian.T) / 2).applyfunc(sympy.simplify))
        for sign in (1, -1)
    ]
    energy = sum(entry**2 for entry in game.field) / 2
    return Decomposition(halves[0], halves[1], sympy.sympify(energy))
