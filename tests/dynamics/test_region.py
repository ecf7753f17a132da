"""Stability regions: closed forms, and the run beside the theory over the same grid."""

import numpy as np
import pytest

from dynamics import Game, games, stability_region
from dynamics.methods import (
    AlternatingHeavyBall,
    Consensus,
    Lookahead,
    Simultaneous,
    SimultaneousAdam,
)

XY = Game.zero_sum("x*y")
STEPS = np.linspace(0.05, 2.45, 25)


def test_negative_momentum():
    """Gidel 2019: for -1 < beta < 0 exactly below 2 (1 + beta), never from beta = 0 on."""
    betas = np.linspace(-0.9, 0.5, 15)
    region = stability_region(
        XY, lambda lr, beta: AlternatingHeavyBall(lr, beta=beta), STEPS, betas, steps=4000
    )
    lr, beta = np.meshgrid(STEPS, betas)
    edge = np.abs(lr - 2 * (1 + beta)) < 1e-9
    expected = (beta < -1e-9) & (lr < 2 * (1 + beta))
    assert np.array_equal((region.radius < 1 - 1e-7)[~edge], expected[~edge])
    assert region.agreement > 0.99


def test_consensus():
    gammas = np.linspace(0.1, 2.0, 12)
    region = stability_region(XY, lambda lr, gamma: Consensus(lr, gamma=gamma), STEPS, gammas)
    lr, gamma = np.meshgrid(STEPS, gammas)
    closed = np.sqrt((1 - lr * gamma) ** 2 + lr**2)
    assert region.radius == pytest.approx(closed, rel=1e-9)
    slow = (closed > 0.8) & (closed < 1.1)
    assert region.growth[slow] == pytest.approx(closed[slow], rel=1e-6)
    assert region.agreement == 1.0


def test_two_time_scales():
    """-3x^2 - y^2 + 4xy is stable for small steps exactly with y faster than threefold."""
    game = games.minimax_not_nash()
    ratios = np.array([0.5, 1.0, 2.0, 2.9, 3.1, 4.0, 8.0])
    region = stability_region(
        game,
        lambda lr, ratio: Simultaneous((lr, ratio * lr)),
        np.array([0.005, 0.01]),
        ratios,
        steps=6000,
    )
    assert np.array_equal(region.radius < 1, np.repeat(ratios[:, None] > 3, 2, axis=1))
    assert region.agreement == 1.0


def test_lookahead_over_a_whole_number_of_steps():
    shares, counts = np.array([0.2, 0.5, 0.9]), np.arange(1, 9)
    region = stability_region(
        XY, lambda k, alpha: Lookahead(Simultaneous(0.4), k=k, alpha=alpha), counts, shares
    )
    k, alpha = np.meshgrid(counts, shares)
    assert region.radius == pytest.approx(np.abs(1 - alpha + alpha * (1 + 0.4j) ** k))
    assert region.agreement == 1.0


def test_on_a_curved_game_it_is_the_neighbourhood_that_counts():
    game = games.named("dirac-instance-noise", sigma=1.0)
    region = stability_region(
        game, lambda lr, ratio: Simultaneous((lr, ratio * lr)), STEPS, np.array([0.5, 1.0, 2.0])
    )
    assert 0.2 < (region.radius < 1).mean() < 0.9
    assert region.agreement == 1.0


def test_where_the_radius_is_one_nothing_is_decided():
    region = stability_region(
        XY, lambda lr, ratio: AlternatingHeavyBall((lr, ratio * lr), beta=0), STEPS, [1.0]
    )
    assert not region.decided[0, STEPS < 1.99].any()


def test_a_game_without_an_equilibrium_has_no_region():
    with pytest.raises(ValueError, match="no equilibrium"):
        stability_region(Game(["x", "y"], ["x", "y"]), Simultaneous, [0.1], [1.0])
    with pytest.raises(ValueError, match="no derivative"):
        stability_region(XY, lambda lr, b: SimultaneousAdam(lr), [0.1], [1.0])


def test_a_family_of_equilibria_asks_for_a_point():
    flat = Game.zero_sum("0*x*y - 1")
    with pytest.raises(ValueError, match=r"whole family.*point=\(0, 0\)"):
        stability_region(flat, _gamma, [0.1], [0.1])
    assert stability_region(flat, _gamma, [0.1], [0.1], point=(0, 0)).radius == 1


def test_a_step_that_flees_at_once_is_measured():
    region = stability_region(XY, _gamma, [1e200], [1e200])
    assert region.growth > 1e10
    assert region.radius > 1e10


def _gamma(lr, gamma):
    return Consensus(lr, gamma=gamma)
