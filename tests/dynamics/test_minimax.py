"""The GAN's value and the divergences: closed forms, SciPy, and the theory in numbers."""

import numpy as np
import pytest
from scipy.stats import norm, wasserstein_distance

from dynamics.minimax import (
    Discrete,
    GaussianMixture,
    Uniform,
    derivation,
    gan_value,
    generator_gradients,
    jensen_shannon,
    kullback_leibler,
    optimal_discriminator,
    parse_density,
    total_variation,
    wasserstein,
)

N = GaussianMixture


def gaussian(mean, deviation=1.0):
    return GaussianMixture((mean,), (deviation,), (1.0,))


PAIRS = [
    (gaussian(0), gaussian(1)),
    (gaussian(0), gaussian(30)),
    (gaussian(-1, 0.3), gaussian(1, 2.0)),
    (N((-2.0, 2.0), (0.5, 1.0), (0.3, 0.7)), gaussian(0)),
    (Uniform(0, 1), Uniform(0.25, 2)),
    (Uniform(0, 1), Uniform(2, 3)),
    (Uniform(-1, 2), gaussian(0, 0.5)),
    (Discrete((0, 1, 2), (0.2, 0.3, 0.5)), Discrete((1, 2, 5), (0.5, 0.25, 0.25))),
]


@pytest.mark.parametrize(("real", "fake"), PAIRS)
def test_the_value_is_twice_jensen_shannon_less_log_four(real, fake):
    value = gan_value(real, fake)
    assert value == pytest.approx(2 * jensen_shannon(real, fake) - np.log(4), abs=1e-12)
    assert -np.log(4) - 1e-12 <= value <= 1e-12
    assert gan_value(real, real) == pytest.approx(-np.log(4), abs=1e-12)


def test_published_numbers():
    """JSD(N(0,1), N(1,1)) = 0.111421482; disjoint supports give log 2; Gaussians' KL is d^2/2."""
    assert jensen_shannon(gaussian(0), gaussian(1)) == pytest.approx(0.111421482, abs=5e-10)
    assert jensen_shannon(Uniform(0, 1), Uniform(5, 6)) == pytest.approx(np.log(2), abs=1e-13)
    assert jensen_shannon(gaussian(0), gaussian(60)) == pytest.approx(np.log(2), abs=1e-12)
    for distance in (0.5, 3.0, 10.0):
        pair = gaussian(0), gaussian(distance)
        assert kullback_leibler(*pair) == pytest.approx(distance**2 / 2, rel=1e-9)
        assert total_variation(*pair) == pytest.approx(2 * norm.cdf(distance / 2) - 1, abs=1e-6)
        assert wasserstein(*pair) == pytest.approx(distance, rel=1e-9)
    s = 2.5
    closed = np.log(s) + 1 / (2 * s**2) - 0.5
    assert kullback_leibler(gaussian(0), gaussian(0, s)) == pytest.approx(closed, rel=1e-10)


def test_point_masses():
    for distance in (0.1, 2.0, 50.0):
        pair = Discrete((0.0,), (1.0,)), Discrete((distance,), (1.0,))
        assert jensen_shannon(*pair) == pytest.approx(np.log(2))
        assert wasserstein(*pair) == pytest.approx(distance)
        assert kullback_leibler(*pair) == np.inf
        assert total_variation(*pair) == 1
        assert gan_value(*pair) == 0


def test_discrete_against_scipy():
    p, q = PAIRS[-1]
    assert wasserstein(p, q) == pytest.approx(
        wasserstein_distance(p.points, q.points, p.weights, q.weights)
    )
    assert kullback_leibler(q, q) == 0


def test_where_kullback_leibler_is_infinite():
    assert kullback_leibler(Uniform(0, 2), Uniform(0, 1)) == np.inf
    assert kullback_leibler(Uniform(0, 1), Uniform(0, 2)) == pytest.approx(np.log(2))
    assert kullback_leibler(gaussian(0), Uniform(-1, 1)) == np.inf
    assert np.isfinite(kullback_leibler(Uniform(-1, 1), gaussian(0)))


def test_the_optimal_discriminator_of_two_gaussians_is_logistic():
    """D*(x) = sigmoid((mu - theta)/s^2 (x - (mu + theta)/2))."""
    mu, theta, s = 0.5, 2.0, 1.5
    x = np.linspace(-4, 6, 50)
    closed = 1 / (1 + np.exp(-(mu - theta) / s**2 * (x - (mu + theta) / 2)))
    assert optimal_discriminator(gaussian(mu, s), gaussian(theta, s), x) == pytest.approx(closed)


@pytest.mark.parametrize("distance", [0.2, 1.0, 4.0])
def test_gradients_of_both_generator_losses(distance):
    """With unit variances they are the means of d D* and d (1 - D*) over the samples."""
    found = generator_gradients(gaussian(0), gaussian(distance))
    nodes, weights = np.polynomial.hermite_e.hermegauss(180)
    D = 1 / (1 + np.exp(distance * (distance + nodes - distance / 2)))
    mean = weights / weights.sum()
    assert found["saturating"] == pytest.approx(distance * (D @ mean), rel=1e-6)
    assert found["non-saturating"] == pytest.approx(distance * ((1 - D) @ mean), rel=1e-6)


def test_one_gradient_vanishes_far_away_and_the_other_grows():
    far = generator_gradients(gaussian(0), gaussian(8.0))
    assert 0 < far["saturating"] < 1e-3
    assert far["non-saturating"] == pytest.approx(8, rel=1e-3)
    with pytest.raises(ValueError, match="no density"):
        generator_gradients(Discrete(), Discrete((1.0,), (1.0,)))


@pytest.mark.parametrize("density", [gaussian(0.3, 0.7), PAIRS[3][0], Uniform(-1, 3)])
def test_densities_are_densities(density):
    x = np.linspace(density.corners()[0], density.corners()[-1], 200_001)
    assert np.trapezoid(density.pdf(x), x) == pytest.approx(1, abs=1e-6)
    inner = x[1000:-1000:500]
    h = 1e-5
    slope = (density.cdf(inner + h) - density.cdf(inner - h)) / (2 * h)
    assert density.pdf(inner) == pytest.approx(slope, abs=1e-6)
    bend = (density.pdf(inner + h) - density.pdf(inner - h)) / (2 * h)
    assert density.slope(inner) == pytest.approx(bend, abs=1e-6)
    assert density.shifted(2.0).pdf(inner + 2.0) == pytest.approx(density.pdf(inner))


def test_text():
    assert parse_density("N(0, 1)") == gaussian(0.0)
    mixed = parse_density("0.3*N(-2, .5) + 0.9*N(+1, 1)")
    assert mixed.weights == pytest.approx((0.25, 0.75)) and mixed.means == (-2.0, 1.0)
    assert parse_density("U(-1, 2.5)") == Uniform(-1.0, 2.5)
    assert parse_density("P(0) + P(3)") == Discrete((0.0, 3.0), (0.5, 0.5))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("N(0)", r"part 1 must be"),
        ("N(0, 1) + M(1, 2)", "part 1 must be"),
        ("N(0, 1) + P(1)", "one kind"),
        ("U(0, 1) + U(2, 3)", "uniform ones alone"),
        ("U(1, 0)", "must be below"),
        ("N(0, 0)", "deviations must be above 0"),
        ("-1*N(0, 1)", "part 1 must be"),
        ("0*N(0, 1)", "weights must be positive"),
        ("P(1) + P(1)", "different"),
        ("__import__('os')", "part 1 must be"),
        ("+".join(["N(0,1)"] * 13), "at most 12"),
        ("N" * 500, "400 characters"),
        ("", "part 1 must be"),
    ],
)
def test_text_that_is_no_distribution(text, says):
    with pytest.raises(ValueError, match=says):
        parse_density(text)


def test_unlike_distributions_have_no_common_density():
    with pytest.raises(ValueError, match="like with like"):
        gan_value(gaussian(0), Discrete())
    assert wasserstein(gaussian(0), Discrete()) == pytest.approx(np.sqrt(2 / np.pi), rel=1e-6)


def test_every_line_of_the_derivation_is_proved():
    steps = derivation()
    assert sum(step.holds is not None for step in steps) == 7
    assert any(r"\frac{p_{r}}{p_{g} + p_{r}}" in step.latex for step in steps)
    assert "-1.3863" in steps[-2].latex
