"""The exact theory against every closed form for xy, and against the simulated rule."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from dynamics import METHODS, Game, analyse, equilibria, simulate
from dynamics.games import named
from dynamics.measures import growth_rate
from dynamics.methods import Averaged, Lookahead, Simultaneous

A = sympy.Symbol("a", positive=True)
B = sympy.Symbol("b", positive=True)
XY = Game.zero_sum("x*y", minimizer="x", maximizer="y")
STEPS = (0.05, 0.2, 0.45, 0.55, 0.9, 1.3)


def rule(name, **hyper):
    return METHODS[name](**hyper)


# name, hyper-parameters, spectral radius, critical step, best step. Closed forms: Gidel et al.
# 2019, Mescheder et al. 2017, Mokhtari et al. 2020, Schäfer & Anandkumar 2019; grid-checked
# besides.
OGDA = sympy.Piecewise(
    (sympy.sqrt((1 + sympy.sqrt(1 - 4 * A**2)) / 2), sympy.Rational(1, 2) >= A),
    (sympy.sqrt((1 + (2 * A + sympy.sqrt(4 * A**2 - 1)) ** 2) / 4), True),
)
CLOSED_FORMS = {
    "simultaneous": ({}, sympy.sqrt(1 + A**2), 0, None),
    "extragradient": ({}, sympy.sqrt(1 - A**2 + A**4), 1, 1 / sympy.sqrt(2)),
    "optimistic": ({}, OGDA, 1 / sympy.sqrt(3), sympy.Rational(1, 2)),
    "proximal-point": ({}, 1 / sympy.sqrt(1 + A**2), sympy.oo, sympy.oo),
    "cgd": ({}, 1 / sympy.sqrt(1 + A**2), sympy.oo, sympy.oo),
    "look-ahead": ({}, sympy.sqrt(1 - A**2 + A**4), 1, 1 / sympy.sqrt(2)),
    "lola": ({"alpha": 0.25}, sympy.sqrt((1 - A / 2) ** 2 + A**2), 0.8, 0.4),
    "consensus": ({"gamma": 0.5}, sympy.sqrt((1 - A / 2) ** 2 + A**2), 0.8, 0.4),
    "sga": ({"lam": 0.5}, sympy.sqrt((1 - A / 2) ** 2 + A**2), 0.8, 0.4),
    "newton": ({}, sympy.Abs(1 - A), 2, 1),
    "hamiltonian": ({}, sympy.Abs(1 - A), 2, 1),
    "heun": ({}, sympy.sqrt(1 + A**4 / 4), 0, None),
    "rk4": ({}, sympy.sqrt(1 - A**6 / 72 + A**8 / 576), 2 * sympy.sqrt(2), sympy.sqrt(6)),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_spectral_radius_is_the_closed_form(name):
    hyper, radius, critical, best = CLOSED_FORMS[name]
    verdict = analyse(XY, rule(name, lr=A, **hyper))
    for step in STEPS:
        got = float(verdict.spectral_radius.subs(A, step))
        assert got == pytest.approx(float(radius.subs(A, step)), abs=1e-12)
    at_number = analyse(XY, rule(name, lr=0.2, **hyper))
    assert float(at_number.spectral_radius) == pytest.approx(float(radius.subs(A, 0.2)), abs=1e-12)
    assert at_number.converges is (float(radius.subs(A, 0.2)) < 1)
    assert float(at_number.critical_lr) == pytest.approx(float(critical), rel=1e-12)
    if best is None:
        assert at_number.best_lr is None
    else:
        assert float(at_number.best_lr) == pytest.approx(float(best), rel=1e-9)


def test_exact_values_are_expressions_not_floats():
    verdict = analyse(XY, rule("optimistic", lr=0.1))
    assert verdict.critical_lr == sympy.sqrt(3) / 3
    assert verdict.best_lr == sympy.Rational(1, 2)


def test_the_matrix_of_every_two_dimensional_rule():
    K = sympy.Matrix([[0, -1], [1, 0]])
    identity = sympy.eye(2)
    expected = {
        ("simultaneous", ()): identity + A * K,
        ("alternating", ()): sympy.Matrix([[1, -A], [A, 1 - A**2]]),
        ("proximal-point", ()): (identity - A * K).inv(),
        ("cgd", ()): (identity + A * K) / (1 + A**2),
        ("extragradient", (("extrapolation", B),)): (1 - A * B) * identity + A * K,
        ("consensus", (("gamma", B),)): (1 - A * B) * identity + A * K,
        ("sga", (("lam", B),)): (1 - A * B) * identity + A * K,
        ("look-ahead", (("alpha", B),)): (1 - A * B) * identity + A * K,
        ("lola", (("alpha", B),)): (1 - 2 * A * B) * identity + A * K,
        ("unrolled", (("k", 3), ("alpha", B))): sympy.Matrix([[1 - 6 * A * B, -A], [A, 1]]),
        ("newton", ()): (1 - A) * identity,
    }
    for (name, hyper), matrix in expected.items():
        verdict = analyse(XY, rule(name, lr=A, **dict(hyper)))
        assert sympy.simplify(verdict.matrix - matrix) == sympy.zeros(2, 2), name


def test_two_symbols_give_the_formula_and_the_critical_step():
    verdict = analyse(XY, rule("consensus", lr=A, gamma=B))
    assert sympy.simplify(verdict.spectral_radius**2 - ((1 - A * B) ** 2 + A**2)) == 0
    assert sympy.simplify(verdict.critical_lr - 2 * B / (1 + B**2)) == 0
    verdict = analyse(XY, rule("extragradient", lr=A, extrapolation=B))
    assert sympy.simplify(verdict.spectral_radius**2 - ((1 - A * B) ** 2 + A**2)) == 0
    assert sympy.simplify(verdict.critical_lr - 2 * B / (1 + B**2)) == 0


def test_optimistic_has_the_polynomial_of_popov():
    verdict = analyse(XY, rule("optimistic", lr=0.3))
    for mu in (1j, -1j):
        for root in np.roots([1, -(1 + 0.6 * mu), 0.3 * mu]):
            assert min(abs(complex(m) - root) for m in verdict.multipliers) < 1e-12


@pytest.mark.parametrize("beta", [-0.9, -0.5, -0.1])
def test_alternating_negative_momentum_converges_below_its_bound(beta):
    verdict = analyse(XY, rule("alternating-heavy-ball", lr=0.1, beta=beta))
    assert float(verdict.critical_lr) == pytest.approx(2 * (1 + beta), rel=1e-12)
    assert verdict.converges
    for m in verdict.multipliers:
        value = complex(m)
        residual = (value - 1) ** 2 * (value - beta) ** 2 + 0.01 * value**3
        assert abs(residual) < 1e-12


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_alternating_positive_momentum_never_converges(beta):
    assert analyse(XY, rule("alternating-heavy-ball", lr=0.1, beta=beta)).critical_lr == 0


@pytest.mark.parametrize("beta", [-0.9, -0.5, 0.0, 0.5, 0.9])
def test_simultaneous_momentum_never_converges(beta):
    verdict = analyse(XY, rule("heavy-ball", lr=0.1, beta=beta))
    assert verdict.critical_lr == 0 and verdict.best_lr is None and verdict.converges is False


def test_lookahead_multiplier():
    verdict = analyse(XY, Lookahead(Simultaneous(lr=0.3), k=4, alpha=0.25))
    expected = {0.75 + 0.25 * (1 + sign * 0.3j) ** 4 for sign in (1, -1)}
    for value in expected:
        assert min(abs(complex(m) - value) for m in verdict.multipliers) < 1e-12


def test_alternating_is_bounded_up_to_two_and_does_not_converge():
    verdict = analyse(XY, rule("alternating", lr=0.1))
    assert verdict.spectral_radius == 1
    assert verdict.converges is False and "Bounded" in verdict.reason
    assert verdict.bounded_lr == 2 and verdict.critical_lr == 0
    at_two = analyse(XY, rule("alternating", lr=2.0))
    assert "repeated" in at_two.reason and at_two.converges is False
    assert analyse(XY, rule("alternating", lr=2.1)).spectral_radius > 1


def test_two_time_scales():
    verdict = analyse(XY, rule("simultaneous", lr=(0.1, 0.4)))
    assert float(verdict.spectral_radius) == pytest.approx(np.sqrt(1 + 0.1**2 * 4))
    minimax = named("minimax-not-nash")
    for ratio, converges in ((2.9, False), (3.1, True)):
        assert (
            analyse(minimax, rule("simultaneous", lr=(0.001, 0.001 * ratio))).converges is converges
        )


def test_strong_monotonicity_gives_simultaneous_steps_a_critical_step():
    verdict = analyse(named("strongly-monotone", mu=0.5), rule("simultaneous", lr=0.1))
    assert verdict.critical_lr == sympy.Rational(4, 5)


def test_period_and_doubling_of_simultaneous_steps():
    verdict = analyse(XY, rule("simultaneous", lr=0.1))
    assert float(verdict.period) == pytest.approx(2 * np.pi / np.arctan(0.1), rel=1e-12)
    assert float(verdict.doubling_steps) == pytest.approx(np.log(2) / np.log(np.sqrt(1.01)))


def test_follow_the_ridge_says_that_it_does_not_exist_on_xy():
    verdict = analyse(XY, rule("follow-the-ridge"))
    assert verdict.converges is None and "does not exist" in verdict.reason


@pytest.mark.parametrize("name", ["adam", "rmsprop"])
def test_normalised_rules_are_undetermined(name):
    verdict = analyse(XY, rule(name))
    assert verdict.converges is None and "Undetermined" in verdict.reason


def test_radius_one_of_a_nonlinear_step_is_undetermined():
    verdict = analyse(named("dirac"), rule("alternating", lr=0.1))
    assert verdict.converges is None and verdict.spectral_radius == 1
    assert "linearisation cannot decide" in verdict.reason


@pytest.mark.parametrize("gamma", [0.3, 0.9, 1.0, 1.7])
def test_dirac_gan_with_r1(gamma):
    game = named("dirac", gamma=gamma)
    at_origin = game.jacobian.subs(dict.fromkeys(game.symbols, 0))
    values = sorted(
        map(complex, at_origin.eigenvals(multiple=True)), key=lambda v: (v.real, v.imag)
    )
    root = np.emath.sqrt(gamma**2 / 4 - 0.25)
    assert np.allclose(
        sorted([gamma / 2 - root, gamma / 2 + root], key=lambda v: (v.real, v.imag)), values
    )
    if gamma < 1:
        verdict = analyse(game, rule("simultaneous", lr=0.1))
        assert float(verdict.critical_lr) == pytest.approx(4 * gamma, rel=1e-12)


def test_a_continuum_of_equilibria_attracts():
    verdict = analyse(named("continuum"), rule("simultaneous", lr=0.1))
    assert verdict.converges is True and "continuum" in verdict.reason


def test_lola_moves_the_equilibrium_of_a_general_sum_game():
    game = Game(["x^2/2 + x*y + y", "y^2/2 - x*y + x"], ["x", "y"])
    verdict = analyse(game, rule("lola", lr=0.1))
    assert verdict.converges is False and "not a fixed point" in verdict.reason


def test_average_is_judged_by_its_iterates():
    assert "averaged" in analyse(XY, Averaged(Simultaneous(lr=0.1))).reason


def test_a_point_that_is_no_equilibrium_is_refused():
    with pytest.raises(ValueError, match=r"is not zero.*equilibria\(game\)"):
        analyse(XY, rule("simultaneous"), (1, 1))
    with pytest.raises(ValueError, match="takes one value"):
        analyse(XY, rule("simultaneous", lr=np.array([0.1, 0.2])))


PLANAR = (
    "bilinear",
    "strongly-monotone",
    "potential",
    "minimax-not-nash",
    "stable-not-nash",
    "dirac",
    "dirac-non-saturating",
)


@pytest.mark.parametrize("game_name", PLANAR)
@pytest.mark.parametrize(
    "name", sorted(set(METHODS) - {"adam", "rmsprop", "averaged", "projected"})
)
def test_predicted_rate_is_the_measured_one(game_name, name):
    """Near an equilibrium, the rule itself, run on numbers, grows or decays as predicted."""
    game = named(game_name)
    if game_name.startswith("dirac"):
        game = game.at(gamma=0.3)
    method = METHODS[name]() if name == "lookahead" else rule(name, lr=0.2)
    verdict = analyse(game, method)
    if verdict.rate is None or verdict.spectral_radius == 0 or verdict.spectral_radius == 1:
        pytest.skip(verdict.reason)
    # A repeated multiplier without a second eigenvector adds log(n)/n to the slope: run long
    # enough.
    if game_name.startswith("dirac"):
        start, limit, nats = 1e-6, 1e-3, 28
    else:
        start, limit, nats = (1e-100, 1e100, 440) if verdict.rate > 0 else (1.0, 10.0, 300)
    steps = int(min(4000, nats / abs(verdict.rate)))
    path = simulate(game, method, (start, 0.7 * start), steps, limit=limit)
    assert growth_rate(path, (0, 0)) == pytest.approx(verdict.rate, rel=0.08, abs=2e-4)


def test_points_without_a_closed_form_are_judged_too():
    """Roots of a polynomial of degree 25, exact or in digits, give the same verdict."""
    game = named("forsaken")
    (point,) = equilibria(game)
    assert point.exact
    method = rule("simultaneous", lr=0.01)
    found = [analyse(game, method, at) for at in (point.coordinates, point.values)]
    real, turn = point.eigenvalues[0].real, abs(point.eigenvalues[0].imag)
    for verdict in found:
        radius = np.hypot(1 - 0.01 * real, 0.01 * turn)
        assert float(verdict.spectral_radius) == pytest.approx(radius, rel=1e-9)
        assert float(verdict.critical_lr) == pytest.approx(2 * real / (real**2 + turn**2), rel=1e-6)
