"""Predictions beside published values and beside what long products measure."""

import math

import numpy as np
import pytest
import torch

from rnn.cells import Elman
from rnn.jacobians import jacobians, lyapunov
from rnn.predictions import (
    critical_gain,
    critical_gaussian_gain,
    forget_bias_for,
    half_life,
    log_forget,
    mean_field,
    newman,
    pascanu,
    rectifier_exponent,
)


def random_net(activation, gain, size=300, seed=0):
    cell = Elman(1, size, activation=activation, weights="gaussian", gain=gain)
    parameters = cell.initial([torch.Generator().manual_seed(seed)])
    return cell, {name: value.double() for name, value in parameters.items()}


def test_newmans_values():
    assert newman(2) == pytest.approx([-0.288608, -0.981755], abs=1e-6)
    for size, gain in ((1, 1.887), (2, 1.335), (4, 1.145)):
        assert critical_gaussian_gain(size) == pytest.approx(gain, abs=1e-3)


def test_mean_field_values():
    state = mean_field(1.5)
    assert (state.q, state.chi) == pytest.approx((0.793354, 1.139323), abs=1e-6)
    assert state.exponent == pytest.approx(0.065217, abs=1e-6)
    assert mean_field(1.5, 0.25).exponent == pytest.approx(-0.0167, abs=1e-4)
    assert critical_gain() == pytest.approx(1.0, abs=1e-3)
    assert critical_gain(0.25) > 1.5
    assert mean_field(0.5).q == 0.0 and mean_field(0.5).chi == pytest.approx(0.25)


def test_rectifiers():
    assert rectifier_exponent(math.sqrt(2)) == pytest.approx(0)
    assert mean_field(1.3, 0.1, "relu").exponent == pytest.approx(rectifier_exponent(1.3))
    leak = rectifier_exponent(1.0, 0.01) - rectifier_exponent(1.0)
    assert leak == pytest.approx(5e-5, rel=1e-2)


@pytest.mark.parametrize(("gain", "deviation"), [(1.5, 0.5), (0.8, 0.3), (2.0, 0.0)])
def test_the_overlay_works(gain, deviation):
    """A plain tanh net of 300 units: the exponent of its product is the mean field's."""
    cell, parameters = random_net("tanh", gain)
    rng = torch.Generator().manual_seed(1)
    drive = deviation * torch.randn(300, 1, 1, 300, generator=rng, dtype=torch.float64)
    state, logs, v = torch.randn(1, 1, 300, generator=rng, dtype=torch.float64), [], None
    v = torch.randn(300, generator=rng, dtype=torch.float64)
    for t in range(300):
        v = cell.jacobian(parameters, drive[t], state)[0, 0] @ v
        state = cell.step(parameters, drive[t], state)
        logs.append(float(v.norm().log()))
        v = v / v.norm()
    measured = np.mean(logs[100:])
    assert measured == pytest.approx(mean_field(gain, deviation**2).exponent, abs=0.05)


def test_bounds_bound_and_know_their_limits():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(20, 20)) / np.sqrt(20)
    small = pascanu(0.3 * W)
    assert small.verdict == "vanishes"
    product = np.linalg.matrix_power(0.3 * W, 7)
    assert np.log(np.linalg.norm(product, 2)) <= small.log_bound(np.array([7]))[0]
    assert pascanu(W).verdict == "undetermined"
    assert pascanu(2 * W, "linear").verdict == "explodes"
    # singular value above 1, radius below: the bound does not decide, the eigenvalues do
    shear = np.array([[0.5, 3.0], [0.0, 0.5]])
    assert (
        pascanu(shear, "linear").verdict == "vanishes" and pascanu(shear).verdict == "undetermined"
    )
    assert pascanu(3 * np.eye(3), "logistic").verdict == "vanishes"


def test_linear_nets_have_the_logarithms_of_their_eigenvalues():
    cell, parameters = random_net("linear", 1.1, size=6)
    found = lyapunov(cell, parameters, torch.zeros(5000, 1, 1, 1, dtype=torch.float64))
    W = parameters["weight_hh"][0].numpy()
    closed = np.sort(np.log(np.abs(np.linalg.eigvals(W))))[::-1]
    assert found.exponents[:, 0, 0] == pytest.approx(closed, abs=3e-3)
    assert len(list(jacobians(cell, parameters, torch.zeros(3, 1, 1, 1).double()))) == 3


def test_what_a_forget_bias_remembers():
    halves = [half_life(b) for b in (0, 1, 2, 4)]
    assert halves == pytest.approx([1, 2.2, 5.5, 38], rel=0.02)
    for horizon in (1, 10, 1000):
        assert -1 / log_forget(forget_bias_for(horizon)) == pytest.approx(horizon)


@pytest.mark.parametrize(
    "call",
    [
        lambda: mean_field(-1), lambda: mean_field(1, activation="sine"),
        lambda: forget_bias_for(0), lambda: pascanu(np.eye(2), "sine"),
    ],
)  # fmt: skip
def test_misuse_is_said(call):
    with pytest.raises(ValueError, match="must be"):
        call()
