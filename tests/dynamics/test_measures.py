"""Measurements of paths whose rate and period are known."""

from __future__ import annotations

import numpy as np
import pytest

from dynamics.measures import distance, growth_rate, turning_period
from dynamics.trajectory import Outcome, Trajectory


def spiral(rate, period, steps, centre=(0.0, 0.0), flat=1.0):
    times = np.arange(steps + 1)
    angle = 2 * np.pi * times / period
    points = np.exp(rate * times)[:, None] * np.stack([np.cos(angle), flat * np.sin(angle)], 1)
    outcome = Outcome(steps, steps, np.zeros((), dtype=int), 1e100)
    return Trajectory(times, points + np.array(centre), outcome)


@pytest.mark.parametrize("rate", [-0.02, 0.0, 0.01])
@pytest.mark.parametrize("period", [17.3, 60.0])
def test_a_spiral(rate, period):
    path = spiral(rate, period, 400, centre=(1.0, -2.0))
    assert growth_rate(path, (1, -2)) == pytest.approx(rate, abs=1e-12)
    assert turning_period(path, (1, -2)) == pytest.approx(period, rel=1e-9)


def test_an_ellipse_does_not_tilt_the_line():
    path = spiral(0.0, 40.0, 330, flat=0.5)
    assert abs(growth_rate(path, (0, 0))) < 1e-3


def test_a_straight_path_does_not_turn():
    path = spiral(-0.1, 1e9, 100)
    assert turning_period(path, (0, 0)) == np.inf


def test_rounding_is_not_measured():
    times = np.arange(200)
    states = np.stack([1 + np.maximum(np.exp(-times), 1e-16), np.zeros(200)], axis=1)
    path = Trajectory(times, states, Outcome(199, 199, np.zeros((), dtype=int), 1e100))
    assert growth_rate(path, (1, 0)) == pytest.approx(-1, abs=1e-3)
    assert distance(path, (1, 0)).shape == (200,)


def test_too_short_a_path_has_no_rate():
    assert np.isnan(growth_rate(spiral(0.1, 10, 1), (0, 0)))
