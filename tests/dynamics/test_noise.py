"""Stochastic gradients: what is measured over seeds beside the closed form."""

import numpy as np
import pytest

from dynamics import METHODS, Game, NoisyField, games, noisy_moments, simulate
from dynamics.methods import Lookahead, Simultaneous

MONOTONE = games.strongly_monotone(0.8)
RULES = [
    METHODS["simultaneous"](0.2),
    METHODS["alternating"](0.2),
    METHODS["extragradient"](0.3),
    METHODS["optimistic"](0.2),
    METHODS["heavy-ball"](0.1, beta=0.3),
    METHODS["consensus"](0.2),
    METHODS["cgd"](0.2),
    Lookahead(Simultaneous(0.2), k=3),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_mean_and_spread_over_seeds_are_the_closed_form(rule):
    seeds, steps, sigma = 40_000, 12, 0.5
    start = np.array([1.0, -2.0])
    states = simulate(
        NoisyField(MONOTONE, sigma), rule, np.repeat(start[:, None], seeds, axis=1), steps,
        rng=np.random.default_rng(1),
    ).states  # fmt: skip
    theory = noisy_moments(MONOTONE, rule, sigma, start, steps)
    error = 5 * theory.deviation.max() / np.sqrt(seeds)
    assert np.abs(states.mean(axis=2) - theory.mean).max() < error
    for step in (1, 5, steps):
        found = np.cov(states[step])
        assert found == pytest.approx(theory.covariance[step], abs=0.03 * np.trace(found))


def test_the_stationary_spread_of_simultaneous_steps():
    """On (mu/2) x^2 alone: variance = sigma^2 lr / (2 mu - lr mu^2)."""
    game = Game(["x^2/2", "y^2/2"], ["x", "y"])
    found = noisy_moments(game, METHODS["simultaneous"](0.3), 0.7, (1.0, 1.0), 400)
    expected = 0.49 * 0.3 / (2 - 0.3)
    assert found.stationary == pytest.approx(expected * np.eye(2), abs=1e-12)
    assert found.covariance[-1] == pytest.approx(found.stationary, abs=1e-12)
    assert found.deviation[-1] == pytest.approx(np.sqrt(2 * expected))


def test_on_xy_noise_adds_up_along_the_circle():
    """Alternating steps keep the orbit; the variance then grows in proportion to the steps."""
    found = noisy_moments(Game.zero_sum("x*y"), METHODS["alternating"](0.1), 1.0, (1, 1), 2000)
    assert found.stationary is None
    assert found.deviation[2000] ** 2 / found.deviation[1000] ** 2 == pytest.approx(2, rel=0.01)


def test_the_noise_is_held_within_a_step_and_drawn_anew_for_the_next():
    rng = np.random.default_rng(0)
    noisy = NoisyField(MONOTONE, 1.0)
    batch, z = noisy.minibatch(rng), np.zeros(2)
    assert np.array_equal(batch(z), batch(z))
    assert batch.gradient(z, 1) == pytest.approx(batch(z)[1:])
    assert batch.loss_gradient(z, 0)[0] == pytest.approx(batch(z)[0])
    assert not np.allclose(batch(z), batch.minibatch()(z))
    assert np.array_equal(noisy(z), MONOTONE(z))
    v = np.array([1.0, 2.0])
    assert np.array_equal(batch.jvp(z, v), MONOTONE.jvp(z, v))
    assert np.array_equal(batch.vjp(z, v), MONOTONE.vjp(z, v))


def test_the_same_seed_gives_the_same_path():
    def path(seed):
        rng = np.random.default_rng(seed)
        return simulate(NoisyField(MONOTONE, 0.1), RULES[0], (1.0, 1.0), 50, rng=rng).states

    assert np.array_equal(path(3), path(3))
    assert not np.array_equal(path(3), path(4))


def test_misuse_is_answered():
    with pytest.raises(ValueError, match="noise needs a generator"):
        simulate(NoisyField(MONOTONE, 0.1), RULES[0], (1.0, 1.0), 5)
    with pytest.raises(ValueError, match="at least 0"):
        NoisyField(MONOTONE, -1.0)
    with pytest.raises(ValueError, match="not affine"):
        noisy_moments(games.dirac(), RULES[0], 0.1, (1.0, 1.0), 5)
