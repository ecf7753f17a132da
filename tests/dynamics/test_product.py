"""Products of many numbers and matrices, against closed forms and a QR at every step."""

import numpy as np
import pytest
import sympy
from scipy.special import digamma

from dynamics.product import power, power_derivative, spectrum, symbolic_power


def every_step(jacobians):
    """The textbook way: a QR after every matrix."""
    frame, total = None, 0.0
    for matrix in jacobians:
        frame = matrix if frame is None else matrix @ frame
        frame, triangle = np.linalg.qr(frame)
        total = total + np.log(np.abs(np.diag(triangle)))
    return np.sort(total / len(jacobians))[::-1]


@pytest.mark.parametrize(
    ("w", "value", "slope"),
    [(1.01, 20751.6392454, 20525631.2932), (0.99, 4.36073206e-5, None), (1.0, 1.0, 999.0)],
)
def test_the_slides_powers(w, value, slope):
    """y_1000 = w^999 and its derivative 999 w^998 (rnn.md)."""
    assert power(w, 999).value == pytest.approx(value, rel=1e-8)
    if slope is not None:
        assert power_derivative(w, 999).value == pytest.approx(slope, rel=1e-8)


def test_powers_that_no_float_holds():
    tiny = power(0.01, 999)
    assert tiny.log10 == pytest.approx(-1998) and tiny.value == 0.0
    assert str(tiny) == "1e-1998"
    huge = power(-3.0, 10**9 + 1)
    assert huge.sign == -1 and huge.log == pytest.approx((10**9 + 1) * np.log(3))
    assert huge.value == -np.inf
    assert power(0.0, 5).sign == 0 and power(0.0, 0).value == 1
    assert power_derivative(0.0, 1).value == 1 and power_derivative(2.0, 0).value == 0
    with pytest.raises(ValueError, match="whole number"):
        power(1.0, -1)


def test_powers_of_symbols():
    value, slope = symbolic_power(sympy.Symbol("n", positive=True, integer=True))
    w, n = sorted(value.free_symbols, key=str, reverse=True)
    assert sympy.simplify(slope - n * w ** (n - 1)) == 0


def test_a_linear_map_has_the_logarithms_of_its_eigenvalues():
    rng = np.random.default_rng(0)
    basis = rng.normal(size=(4, 4))
    matrix = basis @ np.diag([1.5, 0.9, -0.4, 0.05]) @ np.linalg.inv(basis)
    found = spectrum(matrix for _ in range(4000))
    assert found.exponents == pytest.approx(np.log([1.5, 0.9, 0.4, 0.05]), abs=3e-3)


def test_a_long_orthogonal_product_neither_under_nor_overflows():
    """log |(0.5 Q)^T| = -69314.718 at T = 10^5."""
    Q, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 5)))
    found = spectrum(0.5 * Q for _ in range(100_000))
    assert found.log_norm == pytest.approx(-69314.718, abs=1e-3)
    assert found.exponents == pytest.approx(np.log(0.5) * np.ones(5), abs=1e-10)
    assert np.isfinite(found.logs).all()


@pytest.mark.parametrize(("size", "gain"), [(2, 1.0), (8, 0.7), (32, 1.3)])
def test_gaussian_products_have_newmans_exponents(size, gain):
    rng = np.random.default_rng(2)
    steps = 20_000 if size == 2 else 4000
    found = spectrum(rng.normal(size=(size, size)) * gain / np.sqrt(size) for _ in range(steps))
    i = np.arange(1, size + 1)
    closed = 0.5 * (np.log(2) + digamma((size - i + 1) / 2)) + np.log(gain / np.sqrt(size))
    assert (np.abs(found.exponents - closed) < 5 * found.standard_errors + 1e-3).all()
    if size == 2:
        assert closed == pytest.approx([-0.288608, -0.981755], abs=1e-6)


def test_fewer_decompositions_give_the_same_exponents():
    rng = np.random.default_rng(3)
    jacobians = [rng.normal(size=(40, 40)) / np.sqrt(40) for _ in range(300)]
    found = spectrum(jacobians)
    assert len(found.times) < 300
    assert found.exponents == pytest.approx(every_step(jacobians), abs=1e-6)


def test_a_singular_jacobian_loses_a_direction_and_a_tiny_one_does_not():
    rng = np.random.default_rng(6)
    wide = rng.normal(size=(4, 3))
    singular = [wide @ rng.normal(size=(3, 4)) for _ in range(50)]
    found = spectrum(singular).exponents
    assert found[3] == -np.inf and np.isfinite(found[:3]).all()
    tiny = spectrum([np.diag([1.0, 1e-30])] * 10_000).exponents
    assert tiny == pytest.approx([0.0, np.log(1e-30)])


def test_the_sum_is_the_mean_logarithm_of_the_determinant():
    rng = np.random.default_rng(4)
    jacobians = [rng.normal(size=(6, 6)) for _ in range(200)]
    mean = np.mean([np.linalg.slogdet(matrix)[1] for matrix in jacobians])
    assert spectrum(jacobians).exponents.sum() == pytest.approx(mean, rel=1e-9)


def test_leading_exponents_and_batches():
    rng = np.random.default_rng(5)
    jacobians = rng.normal(size=(150, 3, 5, 5))
    together = spectrum(jacobians, k=2)
    assert together.exponents.shape == (2, 3)
    for place in range(3):
        alone = spectrum(jacobians[:, place], k=2)
        assert together.exponents[:, place] == pytest.approx(alone.exponents, abs=1e-6)
        whole = spectrum(jacobians[:, place])
        assert together.exponents[:, place] == pytest.approx(whole.exponents[:2], abs=0.03)


def test_a_lost_direction_is_reported_as_such():
    found = spectrum([np.diag([1.0, 0.0])] * 5)
    assert found.exponents[1] == -np.inf
    assert np.isfinite(found.exponents[0])


@pytest.mark.parametrize(
    ("jacobians", "says"),
    [
        ([], "at least one"),
        ([np.ones((2, 3))], "square"),
        ([np.eye(2), np.eye(3)], "one shape"),
        ([np.full((2, 2), np.nan)], "not finite"),
    ],
)
def test_what_is_no_product(jacobians, says):
    with pytest.raises(ValueError, match=says):
        spectrum(jacobians)
    with pytest.raises(ValueError, match="from 1 to 2"):
        spectrum([np.eye(2)], k=3)
