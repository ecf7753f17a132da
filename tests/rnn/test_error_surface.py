"""Pascanu's surface: published values, autograd, and the wall where the closed form says."""

import numpy as np
import pytest
import torch

from dynamics import simulate
from dynamics.methods import METHODS, Simultaneous
from dynamics.step_rules import Clipped
from rnn.error_surface import OneNeuron, folds, refined

MODEL = OneNeuron()


def test_values_that_are_known():
    assert MODEL.error(2.0, -1.0) == pytest.approx(0.04, abs=1e-12)
    assert MODEL(np.array([2.0, -1.0])) == pytest.approx([-0.1, -0.2], abs=1e-9)
    assert MODEL.least_cliff == pytest.approx(4.25525, abs=1e-5)


def test_gradient_and_hessian_are_autograds():
    for w, b in ((4.5, -2.4), (5.5, -2.8), (3.0, 0.2)):

        def error(z):
            x = torch.tensor(MODEL.start, dtype=torch.float64)
            for _ in range(MODEL.steps):
                x = z[0] * torch.sigmoid(x) + z[1]
            return (torch.sigmoid(x) - MODEL.target) ** 2

        z = torch.tensor([w, b], dtype=torch.float64)
        gradient = torch.autograd.functional.jacobian(error, z).numpy()
        hessian = torch.autograd.functional.hessian(error, z).numpy()
        at = np.array([w, b])
        assert MODEL.error(w, b) == pytest.approx(error(z).item(), rel=1e-12)
        assert MODEL(at) == pytest.approx(gradient, rel=1e-9)
        assert MODEL.hessian(at) == pytest.approx(hessian, rel=1e-8)
        assert MODEL.jvp(at, np.array([1.0, 2.0])) == pytest.approx(hessian @ [1, 2], rel=1e-8)
    batch = np.random.default_rng(0).normal(size=(2, 5))
    assert MODEL(batch)[:, 3] == pytest.approx(MODEL(batch[:, 3]))


def test_other_rules_run_on_the_same_field():
    z = np.array([[5.0, 4.2], [-2.2, -1.0]])
    for name in ("adam", "rmsprop"):
        path = simulate(MODEL, METHODS[name](0.01), z, 300)
        assert (MODEL.error(*path.final) < MODEL.error(*z)).all()
    assert simulate(MODEL, METHODS["extragradient"](0.01), z, 300).outcome.ok
    v = np.array([0.3, -0.7])
    matrix = MODEL.hessian(z[:, 0]) + np.eye(2)
    assert MODEL.solve(lambda u: matrix @ u, v) == pytest.approx(np.linalg.solve(matrix, v))


def test_the_wall_is_where_the_closed_form_says():
    """On it nothing moves; the slope there is (a^50 - 1)/(a - 1)."""
    for w in (4.5, 5.0, 6.5):
        b = float(MODEL.cliff(w))
        short = OneNeuron(steps=3)
        assert short.error(w, b) == pytest.approx((1 / (1 + np.exp(-0.5)) - 0.7) ** 2)
        slope = OneNeuron(steps=12)._unrolled(np.array([w, b])).first[1]
        assert slope == pytest.approx(OneNeuron(steps=12).slope_on_cliff(w), rel=1e-6)
    assert np.isnan(MODEL.cliff(4.0))


def test_adaptive_sampling_finds_the_wall_that_a_grid_misses():
    w, b = np.linspace(4.6, 7, 13), np.linspace(-4, -2, 60)
    heights, values = refined(MODEL.error, w, b)
    on_grid = MODEL.error(w[None], b[:, None])
    assert (np.diff(heights, axis=0) >= 0).all()
    assert values == pytest.approx(MODEL.error(np.broadcast_to(w, heights.shape), heights))
    for column, at in enumerate(MODEL.cliff(w)):
        valley = values[:, column].argmin()
        assert heights[valley, column] == pytest.approx(at, abs=2e-2 if w[column] < 5 else 2e-4)
    found, missed = values.min(axis=0), on_grid.min(axis=0)
    assert found.max() < 0.035 and np.median(found) < 0.003 < 0.02 < np.median(missed)


def test_folds_are_where_fixed_points_meet():
    for b in folds(5.0):
        x = np.linspace(-8, 8, 200_001)
        gap = 5.0 / (1 + np.exp(-x)) + b - x
        touching = np.abs(gap).min()
        assert touching < 1e-8
    assert np.isnan(folds(3.9)).all()
    low, high = folds(np.array([6.0]))
    assert high < MODEL.cliff(6.0) < low


def test_clipping_saves_the_runs_that_the_wall_throws():
    """Many raw paths jump onto a plateau in one step; a clipped one never moves more than 0.1."""
    rng = np.random.default_rng(0)
    starts = np.array([rng.uniform(4.3, 7, 300), rng.uniform(-4, -2, 300)])
    raw = simulate(MODEL, Simultaneous(0.1), starts, 400)
    kept = simulate(MODEL, Simultaneous(0.1, Clipped(threshold=1.0)), starts, 400)
    jumps = [np.linalg.norm(np.diff(path.states, axis=0), axis=1) for path in (raw, kept)]
    assert (jumps[0].max(axis=0) > 3).mean() > 0.3 and jumps[1].max() <= 0.1 + 1e-12
    thrown = jumps[0].max(axis=0) > 3
    ends = [MODEL.error(*path.final)[thrown] for path in (raw, kept)]
    assert (ends[0] > 0.05).mean() > 0.9 and (ends[1] < ends[0]).mean() > 0.8
