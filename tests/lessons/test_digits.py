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
    assert _checkpoints(3000) == (0, 500, 1000, 1500, 3000)


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


def test_settings_side_by_side_and_nearest_images():
    knobs = replace(
        LESSON.knobs(), data="8x8", iterations=60, batch=16, beside="loss=hinge | rule=simultaneous"
    )
    result = LESSON.run(knobs)
    assert list(result.tracks) == ["as set", "loss=hinge", "rule=simultaneous"]
    starts = [track.training.samples[0] for track in result.tracks.values()]
    assert np.array_equal(starts[0], starts[1]) and np.array_equal(starts[0], starts[2])
    ends = [track.training.samples[-1] for track in result.tracks.values()]
    assert not np.array_equal(ends[0], ends[2])
    assert result.pairs.shape == (2, 8, 64)
    alone = LESSON.run(replace(knobs, beside="", loss="hinge")).first.training
    assert np.array_equal(alone.samples[-1], ends[1])
    with pytest.raises(ValueError, match="cannot differ in data"):
        LESSON.run(replace(knobs, beside="data=MNIST"))
    for name, file in (("file", ""), ("file", "/nowhere/digits.npz")):
        with pytest.raises(ValueError, match=r"give (its|the) path"):
            LESSON.run(replace(knobs, data=name, file=file))


def test_iterations_are_meant_and_the_first_ones_show_it():
    (claim,) = LESSON.claims
    result = LESSON.run(claim.knobs)
    found = claim.check(result)
    assert found.verdict == "holds in part" and "almost surely iterations" in found.found
    large = replace(result, knobs=replace(result.knobs, batch=256))
    assert claim.check(large).verdict == "does not hold"


def test_the_first_moments_scale_leaves_the_others_readable():
    result = LESSON.run(replace(LESSON.knobs(), data="8x8", iterations=60, batch=16))
    track = replace(result.first, counts=np.array([[0] * 9 + [1000]] + [[100] * 10] * 3))
    panels = LESSON.figures["frequency"](replace(result, tracks={"as set": track})).panels
    assert [panel.y.range[1] for panel in panels] == [1.1, 0.4, 0.4, 0.4]
    (panel,) = LESSON.figures["losses"](result).panels
    assert len(panel.listed) == 4


def test_images_without_labels_are_drawn_and_not_read(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, size=(40, 8, 8), dtype=np.uint8)
    np.save(tmp_path / "own.npy", pixels)
    knobs = replace(LESSON.knobs(), data="file", file=str(tmp_path / "own.npy"), iterations=60)
    result = LESSON.run(knobs)
    assert np.isnan(result.accuracy) and not len(result.first.counts)
    assert "classifier's accuracy on unseen real digits" not in LESSON.facts(result)
    for draw in LESSON.figures.values():
        draw(result)
