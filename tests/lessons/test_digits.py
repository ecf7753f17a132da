"""The GAN on digits: the protocol of the slide, and that it learns."""

from dataclasses import replace

import numpy as np
import pytest

from frenemy.lessons import load
from frenemy.lessons.digits import LOSS_NAMES, _checkpoints
from gan import LOSSES

LESSON = load("digits")


def test_checkpoints_are_the_slides():
    assert _checkpoints(1500) == (0, 500, 1000, 1500)
    assert _checkpoints(60) == (0, 20, 40, 60)
    assert _checkpoints(61)[-1] == 61


def test_every_loss_can_be_chosen():
    assert set(LOSS_NAMES) == set(LOSSES)


def test_a_stop_from_outside_ends_the_training():
    class EnoughError(Exception):
        pass

    def stop(done, total, what):
        raise EnoughError

    with pytest.raises(EnoughError):
        LESSON.run(LESSON.knobs(), progress=stop)


def test_epochs_are_not_iterations():
    knobs = replace(LESSON.knobs(), iterations=60, batch=8)
    stated = LESSON.facts(LESSON.run(knobs))
    assert stated["epochs of these 5,000 digits"] == pytest.approx(60 * 8 / 5000, abs=0.005)


@pytest.mark.slow
def test_the_slides_run_learns_to_draw():
    """After 1500 iterations: far from noise, most digits in use, neither network has won."""
    result = LESSON.run(LESSON.knobs())
    training = result.first.training
    assert training.outcome.ok
    assert training.checkpoints.tolist() == [0, 500, 1000, 1500]
    digits_in_use = np.exp(-sum(p * np.log(p) for p in result.first.counts[-1] / 1000 if p > 0))
    assert digits_in_use > 6
    ink = (training.samples > 0).mean(axis=(1, 2))
    assert ink[0] == pytest.approx(0.5, abs=0.05)  # noise
    assert ink[-1] == pytest.approx(0.14, abs=0.06)  # as in MNIST
    assert 0.9 < training.losses[-10:, 1].mean() < 2 * np.log(2) + 0.05
