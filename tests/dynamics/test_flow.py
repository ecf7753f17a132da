"""The flow against closed forms and against what it conserves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dynamics import METHODS, Game, flow, simulate
from dynamics.games import named
from dynamics.measures import turning_period


def test_the_flow_of_xy_is_a_circle():
    path = flow(named("bilinear"), (2, 2), 20 * np.pi, points=2001)
    turn = np.exp(1j * (np.pi / 4 - path.times))  # x maximises: x' = y, y' = -x, clockwise
    expected = np.sqrt(8) * np.stack([turn.real, turn.imag], axis=1)
    assert np.abs(path.states - expected).max() < 1e-11
    drift = np.abs((path.states**2).sum(1) - 8).max()
    assert drift < 1e-11
    assert turning_period(path, (0, 0)) == pytest.approx(2 * np.pi, rel=1e-6)


def test_an_affine_flow_is_that_of_a_solver():
    game = Game.zero_sum("x*y + x^2/8 - y/2", minimizer="y", maximizer="x")
    start = np.array([[2.0, 1.0], [2.0, -3.0]])
    exact = flow(game, start, 12.0, points=61)
    for i in range(2):
        solved = solve_ivp(lambda _, z: -game(z), (0, 12), start[:, i], "DOP853", exact.times,
                           rtol=1e-12, atol=1e-12)  # fmt: skip
        assert np.allclose(exact.states[:, :, i], solved.y.T, rtol=1e-8, atol=1e-9)
    assert not exact.outcome.diverged.any()


def test_an_affine_flow_that_leaves_every_bound_has_diverged():
    game = Game.zero_sum("x^2/2 - y^2/2", minimizer="y", maximizer="x")
    path = flow(game, np.array([[1.0, 0.0], [0.0, 0.0]]), 10.0, points=101, limit=1e3)
    assert path.outcome.diverged.tolist() == [True, False]
    assert path.outcome.failed[0] == 70  # exp(6.9) < 1000 < exp(7)
    assert np.isnan(path.states[70:, :, 0]).all() and np.isfinite(path.states[:70]).all()


def test_a_looser_tolerance_drifts_more():
    loose = flow(named("dirac"), (1, 1), 200, rtol=1e-4, atol=1e-6)
    tight = flow(named("dirac"), (1, 1), 200)
    drift = [np.abs((path.states**2).sum(1) - 2).max() for path in (loose, tight)]
    assert drift[1] < 1e-6 < drift[0]


def test_the_dirac_flow_conserves_the_radius():
    path = flow(named("dirac"), (1, 1), 100)
    assert np.abs((path.states**2).sum(1) - 2).max() < 1e-8


def test_small_steps_follow_the_flow():
    game = named("letcher")
    along = flow(game, (0.5, 0.2), 2.0, points=11)
    steps = simulate(game, METHODS["rk4"](lr=0.01), (0.5, 0.2), 200, every=20)
    assert np.allclose(along.states, steps.states, atol=1e-8)


def test_each_start_keeps_its_own_pace():
    start = np.array([[2.0, 0.1, 1.0], [2.0, 0.0, -3.0]])
    together = flow(named("bilinear"), start, 5.0, points=21)
    assert together.states.shape == (21, 2, 3)
    for i in range(3):
        alone = flow(named("bilinear"), start[:, i], 5.0, points=21)
        assert np.array_equal(alone.states, together.states[:, :, i])


def test_blow_up_in_finite_time_is_an_outcome():
    # x' = x^2 from 1 ends at t = 1; the other start stays at rest
    game = Game(["-x^3/3"], ["x"])
    path = flow(game, np.array([[1.0, 0.0]]), 2.0, points=201)
    assert path.outcome.diverged.tolist() == [True, False]
    assert 98 <= path.outcome.failed[0] <= 102
    assert np.isnan(path.states[-1, 0, 0]) and path.states[-1, 0, 1] == 0


@pytest.mark.parametrize("duration", [0, -1, float("nan"), float("inf")])
def test_misuse_is_named(duration):
    with pytest.raises(ValueError, match="duration"):
        flow(named("bilinear"), (1, 1), duration)
