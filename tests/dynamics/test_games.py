"""What the docstrings of the library claim of its games, against closed forms and papers."""

import numpy as np
import pytest
import sympy

from dynamics import METHODS, analyse, equilibria, flow, games, simulate
from dynamics.games.gans import NODES


def test_bilinear_matrix_turns_once_for_every_singular_value():
    A = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, -1.0]])
    game = games.bilinear_matrix(A)
    z = np.random.default_rng(0).normal(size=5)
    assert game.loss(z, 0) == pytest.approx(z[:3] @ A @ z[3:])
    turning = np.abs(np.linalg.eigvals(game.jacobian_at(z)).imag)
    singular = np.linalg.svd(A, compute_uv=False)
    assert np.sort(turning)[-4:] == pytest.approx(np.sort(np.repeat(singular, 2)))
    with pytest.raises(ValueError, match="A must be a matrix"):
        games.bilinear_matrix([1, 2])


@pytest.mark.parametrize("spectrum", [(0.5 + 1j,), (0.1, 2.0), (1 + 1j, 1 - 2j, 3.0, 0.5, 0.25)])
def test_quadratic_has_the_spectrum_asked_for(spectrum):
    game = games.quadratic(spectrum)
    found = np.linalg.eigvals(game.jacobian_at(np.zeros(game.dimension)))
    wanted = [v for entry in spectrum for v in {complex(entry), complex(entry).conjugate()}]
    assert np.sort_complex(found) == pytest.approx(np.sort_complex(np.array(wanted)))


@pytest.mark.parametrize(
    ("spectrum", "says"), [((1.0,), "nothing to move"), ((np.inf, 1.0), "finite")]
)
def test_a_spectrum_that_makes_no_game(spectrum, says):
    with pytest.raises(ValueError, match=says):
        games.quadratic(spectrum)


def test_potential_and_hamiltonian_games():
    assert games.potential().jacobian.is_symmetric()
    assert games.hamiltonian().jacobian.is_anti_symmetric()
    game = games.hamiltonian()
    path = flow(game, (1.0, 0.0), 20.0)
    energy = (game(path.states.T) ** 2).sum(axis=0)
    assert energy == pytest.approx(energy[0], rel=1e-8)


def test_almost_bilinear_ends_on_a_cycle():
    game = games.almost_bilinear()
    near, far = (flow(game, start, 600.0).final for start in ((0.1, 0.0), (2.5, 0.0)))
    late = flow(game, near, 20.0)
    radius = np.linalg.norm(late.states, axis=1)
    assert 1.0 < radius.min() and radius.max() < 1.3
    assert np.linalg.norm(far) == pytest.approx(radius.mean(), rel=0.1)


def test_forsaken_solution_is_surrounded_by_an_unstable_cycle():
    game = games.forsaken()
    (point,) = equilibria(game)
    assert point.exact and "stable" in point.kinds
    assert point.values == pytest.approx([0.0780267, 0.4119339], abs=1e-6)
    inside, outside = flow(game, (0.1, 0.4), 300.0).final, flow(game, (0.6, 0.5), 300.0).final
    assert np.linalg.norm(inside - point.values) < 1e-6
    assert np.linalg.norm(outside - point.values) > 1.0


def test_two_sided_pl_is_easy_and_not_convex():
    game = games.two_sided_pl()
    second = game.jacobian[0, 0]
    x, y = game.symbols
    assert second.subs({x: 0.8, y: 0}) > 0 > second.subs({x: sympy.pi / 2, y: sympy.pi / 2})
    starts = np.random.default_rng(1).uniform(-5, 5, size=(2, 50))
    ends = simulate(game, METHODS["alternating"](lr=0.02), starts, 3000).final
    assert np.abs(ends).max() < 1e-9


@pytest.mark.parametrize(
    ("name", "parameters", "eigenvalue"),
    [
        ("dirac", {"gamma": 0.5}, -0.25 + 1j * np.sqrt(0.25 - 0.0625)),
        ("dirac-non-saturating", {"gamma": 0.0}, 0.5j),
        ("dirac-wgan", {"gamma": 1.0}, -0.5 + 1j * np.sqrt(0.75)),
        ("dirac-instance-noise", {"sigma": 1.0}, -0.25 + 1j * np.sqrt(0.25 - 0.0625)),
        ("dirac-instance-noise", {"sigma": np.sqrt(2)}, -0.5),
    ],
)
def test_dirac_eigenvalues_are_those_of_the_paper(name, parameters, eigenvalue):
    """The table of facts, from mescheder2018."""
    game = games.named(name, **parameters)
    found = np.linalg.eigvals(-game.jacobian_at(np.zeros(2)))
    # At the double eigenvalue LAPACK keeps only half of the digits.
    assert np.abs(found - eigenvalue).min() < 1e-7


def test_instance_noise_is_the_expectation_over_a_gaussian():
    from scipy.integrate import quad
    from scipy.stats import norm

    game, z = games.dirac_instance_noise(sigma=0.7), np.array([0.8, 1.3])

    def mean(function):
        return quad(lambda e: function(0.7 * e) * norm.pdf(e), -12, 12, epsabs=1e-12)[0]

    fake = mean(lambda e: -np.log1p(np.exp(-(z[0] + e) * z[1])))
    real = mean(lambda e: -np.log1p(np.exp(e * z[1])))
    assert NODES == 7
    assert game.loss(z, 0) == pytest.approx(fake + real, abs=2e-6)


def test_gradient_penalty_with_a_target_jumps_at_the_equilibrium():
    points = equilibria(games.dirac_wgan_gp())
    (middle,) = [point for point in points if np.abs(point.values).max() < 1e-9]
    assert middle.kinds == frozenset()
    assert "jumps" in middle.reasons["stable"]
    path = simulate(games.dirac_wgan_gp(), METHODS["simultaneous"](lr=0.2), (1.0, 1.0), 2000)
    tail = np.abs(path.states[-500:]).max()
    assert 0.05 < tail < 2


def test_linear_quadratic_gan_finds_mean_and_deviation():
    game = games.named("linear-quadratic-gan", mean=2.0, deviation=3.0)
    ends = sorted(tuple(point.values) for point in equilibria(game))
    assert ends == [pytest.approx((-3, 2, 0, 0)), pytest.approx((3, 2, 0, 0))]
    assert analyse(game, METHODS["simultaneous"](lr=0.1)).converges is False
    assert analyse(game, METHODS["extragradient"](lr=0.1)).converges is True


def test_covariance_wgan_is_learnt_by_the_optimistic_rule():
    game = games.covariance_wgan()
    start = np.random.default_rng(0).normal(size=8) * 0.3 + np.r_[1, 0, 0, 1, 0, 0, 0, 0]
    end = simulate(game, METHODS["optimistic"](lr=0.05), start, 40_000).final
    V = end[:4].reshape(2, 2)
    assert pytest.approx(np.array([[1, 0.5], [0.5, 1]]), abs=1e-6) == V @ V.T
    out = simulate(game, METHODS["simultaneous"](lr=0.05), start, 3000).final
    assert not np.linalg.norm(out[4:]) < np.linalg.norm(start[4:])
    with pytest.raises(ValueError, match="from 1 to 4"):
        games.covariance_wgan(9)


def test_matching_pennies_turns_about_fair_coins():
    (point,) = equilibria(games.matching_pennies())
    assert point.values == pytest.approx([0, 0], abs=1e-9)
    assert "centre" in point.kinds


@pytest.mark.parametrize("discount", [0.0, 0.5, 0.96])
def test_prisoners_dilemma_is_the_discounted_sum(discount):
    """Against the plain sum over rounds of a Markov chain."""
    game = games.prisoners_dilemma(discount)
    z = np.random.default_rng(4).normal(size=10)
    p, q = 1 / (1 + np.exp(-z[:5])), 1 / (1 + np.exp(-z[5:]))
    q = q[[0, 1, 3, 2, 4]]
    joint = np.array([p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)]).T
    state, total = joint[0], 0.0
    for round_ in range(2000):
        total += (1 - discount) * discount**round_ * (state @ [-1, -3, 0, -2])
        state = state @ joint[1:]
    assert game.loss(z, 0) == pytest.approx(-total, abs=1e-10)


def test_shaping_the_opponent_learns_to_cooperate():
    """Foerster 2018: LOLA reciprocates where plain gradients defect."""
    game = games.prisoners_dilemma()
    start = 0.3 * np.random.default_rng(2).normal(size=10)
    ends = {
        name: simulate(game, METHODS[name](lr=25.0), start, 400).final
        for name in ("lola", "simultaneous")
    }
    assert game.loss(ends["lola"], 0) == pytest.approx(1, abs=0.02)
    assert game.loss(ends["simultaneous"], 0) == pytest.approx(2, abs=0.02)


def test_any_game_of_two_actions_can_be_repeated():
    game = games.iterated([[3, 0], [0, 2]], [[2, 0], [0, 3]], 0.0)
    z = np.array([0.4, 9, 9, 9, 9, -0.2, 9, 9, 9, 9])
    p, q = 1 / (1 + np.exp(-0.4)), 1 / (1 + np.exp(0.2))
    assert game.loss(z, 0) == pytest.approx(-(3 * p * q + 2 * (1 - p) * (1 - q)))
    with pytest.raises(ValueError, match="two by two"):
        games.iterated([[1, 2, 3]], [[1, 2, 3]])


def test_prisoners_dilemma_of_known_policies():
    """Tit for tat with itself costs 1 a round, defection 2, and Foerster's mixture in between."""
    game, sure = games.prisoners_dilemma(), 40.0
    tit_for_tat = np.array([1, 1, -1, 1, -1]) * sure
    defect = -np.ones(5) * sure
    assert game.loss(np.r_[tit_for_tat, tit_for_tat], 0) == pytest.approx(1.0)
    assert game.loss(np.r_[defect, defect], 1) == pytest.approx(2.0)
    assert game.loss(np.r_[tit_for_tat, defect], 0) == pytest.approx(0.04 * 3 + 0.96 * 2)
    with pytest.raises(ValueError, match="below 1"):
        games.prisoners_dilemma(1.0)
