"""Diagnoses of runs that were made to end in each way."""

import numpy as np
import pytest
import torch

from dynamics.methods import Alternating, Simultaneous
from dynamics.step_rules import Adam
from gan.data import DATA, ring
from gan.diagnosis import diagnose, effective_modes, measured_period, period_of, visited
from gan.laboratory import Laboratory, Setting
from gan.plane_field import PlaneGan
from gan.watch import Record

WIDE = {"width": 64, "latent": 16, "batch_size": 64}


def alternating(lr_g, lr_d, turns=1):
    return Alternating((lr_g, lr_d), Adam(beta1=0.5), order=(1,) * turns + (0,))


def after(steps, gan, method, seed=0):
    lab = Laboratory(Setting(gan, method), seed=seed)
    lab.advance(steps)
    return diagnose(lab.record()), lab.record()


def test_a_slow_discriminator_is_rotated_about():
    found, record = after(900, PlaneGan.of(ring(), **WIDE), alternating(1e-3, 1e-4))
    assert found.kind == "rotating" and found.confidence > 0.9
    period = measured_period(record)
    assert 40 < period < 250 and f"period about {period:.0f} steps" in str(found)
    told = str(diagnose(record, predicted_period=88.1))
    assert "predicted 88" in told


def test_a_starved_generator_is_stuck():
    gan = PlaneGan.of(ring(), width=32, batch_size=64, loss="saturating")
    found, record = after(1500, gan, alternating(1e-4, 1e-3, turns=5))
    assert found.kind == "stuck" and "1 of 8 modes, stuck since step" in found.sentence
    assert effective_modes(record.nearest)[-1] < 2


def test_a_discriminator_that_wins():
    gan = PlaneGan.of(ring(), width=32, batch_size=64, loss="saturating")
    found, record = after(600, gan, alternating(1e-7, 1e-2))
    assert found.kind == "D wins" and "accuracy 100%" in found.sentence
    assert record.gradient[-1] < 0.02 * record.gradient.max()


def test_a_healthy_run():
    gan = PlaneGan.of(DATA["one"](), width=32, batch_size=128, penalty="R1 + R2", weight=1.0)
    found, record = after(1500, gan, alternating(3e-4, 1e-3))
    assert found.kind == "healthy" and "noise floor" in found.sentence
    assert record.captured[-1] == 1


def test_a_run_that_misses_a_mode_and_one_that_diverges():
    found, _ = after(1500, PlaneGan.of(ring(), **WIDE), alternating(1e-3, 1e-3))
    assert found.kind in ("partial", "blurred") and "of 8 modes" in found.sentence.replace(
        "all", "of"
    )
    bad = PlaneGan.of(ring(), width=8, batch_size=8, loss="wasserstein")
    lost, _ = after(400, bad, Simultaneous(1e6))
    assert lost.kind == "diverged" and "at step" in lost.sentence


def record_of_modes(counts, quality=0.9, distance=1.0):
    W = len(counts)
    line = np.ones(W)
    return Record(
        np.arange(W) * 10, np.ones((W, 2)), line, 0.6 * line, line, counts, counts,
        quality * line, distance * line, (0.0, 0.01),
    )  # fmt: skip


def test_kinds_of_made_up_records():
    even = np.full((30, 4), 25)
    assert diagnose(record_of_modes(even)).kind == "healthy"
    assert diagnose(record_of_modes(even, quality=0.1)).kind == "blurred"
    assert diagnose(record_of_modes(even, distance=0.005)).sentence.startswith("healthy: within")
    three = np.tile([30, 40, 30, 0], (30, 1))
    assert diagnose(record_of_modes(three)).kind == "partial"
    one = np.tile([100, 0, 0, 0], (30, 1))
    one[:10] = [0, 0, 100, 0]
    stuck = diagnose(record_of_modes(one))
    assert stuck.kind == "stuck" and "stuck since step 100" in stuck.sentence
    turning = 100 * np.eye(4, dtype=int)[np.arange(90) // 2 % 4]
    found = diagnose(record_of_modes(turning))
    assert found.kind == "rotating" and "period about 80 steps" in found.sentence
    assert visited(turning) == 4
    first = record_of_modes(one[:1])
    assert diagnose(first).kind == "untrained"
    assert str(diagnose(first)) == "not trained yet: distance to data 1, noise floor 0.03"
    none = np.zeros((40, 0), dtype=int)
    swings = record_of_modes(none, distance=1 + 0.8 * np.sin(np.arange(40) * 2 * np.pi / 5))
    assert diagnose(swings).kind == "circling"
    falls = record_of_modes(none, distance=np.linspace(2, 1, 40))
    assert diagnose(falls).sentence.startswith("learning: distance")
    assert diagnose(record_of_modes(none)).sentence.startswith("no progress yet")


def test_a_period_is_that_of_a_sine_and_noise_has_none():
    at = np.arange(0, 3000, 10.0)
    wave = np.sin(2 * np.pi * at / 150)[:, None]
    assert period_of(at, wave) == pytest.approx(150, rel=0.02)
    noise = torch.randn(300, 1, generator=torch.Generator().manual_seed(0)).numpy()
    assert np.isnan(period_of(at, noise))
    assert np.isnan(period_of(at[:5], wave[:5]))
