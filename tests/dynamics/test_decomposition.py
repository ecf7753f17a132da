"""The two halves of a Jacobian."""

import numpy as np
import pytest
import sympy

from dynamics import Game, decompose, games


@pytest.mark.parametrize("name", ["dirac", "letcher", "covariance-wgan", "stable-not-nash"])
def test_the_halves_add_up(name):
    game = games.named(name)
    parts = decompose(game)
    assert sympy.simplify(parts.symmetric + parts.antisymmetric - game.jacobian).is_zero_matrix
    assert parts.symmetric.is_symmetric() and parts.antisymmetric.is_anti_symmetric()
    z = np.random.default_rng(0).normal(size=game.dimension)
    at = dict(zip(game.symbols, z, strict=True))
    assert float(parts.energy.subs(at)) == pytest.approx((game(z) ** 2).sum() / 2)


def test_pure_kinds():
    assert decompose(games.potential()).is_potential
    assert not decompose(games.potential()).is_hamiltonian
    assert decompose(games.hamiltonian()).is_hamiltonian
    assert decompose(Game.zero_sum("x*y")).is_hamiltonian
    mixed = decompose(games.strongly_monotone())
    assert not (mixed.is_potential or mixed.is_hamiltonian)
