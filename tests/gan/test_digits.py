"""The digits, their networks and the classifier that reads them."""

import gzip

import numpy as np
import pytest
import torch

from dynamics import simulate
from dynamics.methods import Alternating
from dynamics.step_rules import Adam
from gan.digits import LATENT, digits, digits_gan, nearest, networks, reader
from gan.image_files import read_images


def test_the_data_are_five_hundred_of_each_digit():
    images, labels, shape = digits()
    assert shape == (28, 28)
    assert images.shape == (5000, 784)
    assert np.bincount(labels).tolist() == [500] * 10
    assert float(images.min()) == -1.0
    assert float(images.max()) == 1.0


def test_the_classifier_reads_unseen_digits():
    assert reader().accuracy > 0.95
    images, labels, _ = digits()
    assert (reader().read(images[:200].numpy()) == labels[:200]).mean() > 0.9


def test_the_networks_fit_and_depend_on_the_seed_alone():
    one, two, other = (digits_gan("saturating", batch=8, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one.initial(), two.initial())
    assert not torch.equal(one.initial(), other.initial())
    batch = one.minibatch().batch
    assert torch.equal(batch.real, two.minibatch().batch.real)
    assert batch.real.shape == (8, 784)
    fakes = one.generate(one.initial(), torch.zeros(3, LATENT))
    assert fakes.shape == (3, 784)
    assert float(fakes.abs().max()) <= 1.0


@pytest.mark.parametrize(("source", "count", "side"), [("MNIST", 5000, 28), ("8x8", 1797, 8)])
def test_sources_are_what_they_say(source, count, side):
    known = digits(source)
    assert known.shape == (side, side) and known.images.shape == (count, side * side)
    assert float(known.images.min()) == -1 and float(known.images.max()) == 1
    assert set(known.labels.tolist()) == set(range(10))
    assert reader(source).accuracy > 0.95


def test_unknown_sources_and_networks_are_refused():
    with pytest.raises(ValueError, match="source must be one of MNIST"):
        digits("CIFAR")
    with pytest.raises(ValueError, match="networks must be one of"):
        networks("transformer", (8, 8))
    with pytest.raises(ValueError, match="must be square"):
        networks("convolutional", (8, 12))
    with pytest.raises(ValueError, match="multiple of 4"):
        networks("convolutional", (10, 10))


@pytest.mark.parametrize("side", [8, 28])
def test_the_convolutional_pair_fits_and_trains(side):
    data = digits("8x8" if side == 8 else "MNIST")
    field, twin = (digits_gan("hinge", batch=8, data=data, kind="convolutional") for _ in range(2))
    z = field.initial()
    assert torch.equal(z, twin.initial())
    fakes = field.generate(z, torch.randn(3, LATENT))
    assert fakes.shape == (3, side * side) and float(fakes.abs().max()) <= 1
    path = simulate(field, Alternating(2e-4, Adam(beta1=0.5), order=(1, 0)), z, 3)
    assert path.outcome.ok and not np.array_equal(path.states[0], path.final)


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return head + array.tobytes()


def test_own_files_are_read_in_all_formats(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, size=(20, 8, 8), dtype=np.uint8)
    grey = (pixels - float(pixels.min())) / (float(pixels.max()) - float(pixels.min()))
    (tmp_path / "a.idx").write_bytes(idx(pixels))
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx(pixels)))
    np.save(tmp_path / "a.npy", pixels)
    np.savez(tmp_path / "a.npz", images=pixels, labels=np.arange(20) % 3)
    for name in ("a.idx", "a.gz", "a.npy", "a.npz"):
        images, labels = read_images(str(tmp_path / name))
        assert images == pytest.approx(grey)
        assert (labels is not None) == (name == "a.npz")
    own = digits("file", str(tmp_path / "a.npz"))
    assert own.shape == (8, 8) and len(own.labels) == 20
    assert reader("file", str(tmp_path / "a.npy")) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.idx", b"GIF89a"), ("b.idx", bytes([0, 0, 8, 3]) + b"\xff" * 12),
     ("c.gz", b"no gzip"), ("d.npz", b"PK\x03\x04 broken"), ("e.idx", b""),
     ("f.idx", bytes([0, 0, 8, 3]) + np.array([5, 4, 4], ">u4").tobytes() + b"short"),
     ("g.npy", b"\x93NUMPY\x01\x00 nonsense")],
)  # fmt: skip
def test_hostile_files_are_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=r"must be an idx file|must hold images"):
        read_images(str(tmp_path / name))


def test_objects_are_never_unpickled(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "b.npz", other=np.zeros(3))
    for name, why in (("a.npy", "pickle"), ("b.npz", "other")):
        with pytest.raises(ValueError, match=why):
            read_images(str(tmp_path / name))
    np.save(tmp_path / "c.npy", np.full((3, 4, 4), 7))
    with pytest.raises(ValueError, match="not all the same"):
        read_images(str(tmp_path / "c.npy"))


def test_nearest_images_are_others():
    data = digits("8x8")
    index, apart = nearest(data.images[:30].numpy(), data)
    assert (index != np.arange(30)).all() and (apart > 0).all()
    moved = data.images[:5].numpy() + 0.01
    index, apart = nearest(moved, data)
    assert index.tolist() == [0, 1, 2, 3, 4] and apart == pytest.approx(0.01, abs=1e-6)


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    np.savez_compressed(tmp_path / "bomb.npz", images=np.zeros((300, 1000, 1000), np.uint8))
    assert (tmp_path / "bomb.npz").stat().st_size < 2_000_000
    with pytest.raises(ValueError, match=r"unpacks to 300,\d{3},\d{3} bytes"):
        read_images(str(tmp_path / "bomb.npz"))


def test_images_must_be_numbers_of_a_size_one_can_train_on(tmp_path):
    np.save(tmp_path / "text.npy", np.full((3, 4, 4), "a"))
    np.save(tmp_path / "wide.npy", np.arange(2 * 3 * 200.0).reshape(2, 3, 200))
    for name, why in (("text.npy", "not numbers"), ("wide.npy", "at most 128 by 128")):
        with pytest.raises(ValueError, match=why):
            read_images(str(tmp_path / name))
    with pytest.raises(ValueError, match="null"):
        read_images("a\0b.npz")


def test_labels_that_name_no_digits_are_left_aside(tmp_path):
    pixels = np.arange(3 * 16.0).reshape(3, 4, 4)
    for labels in ([0.5, 1, 2], [0, 1, 77], ["a", "b", "c"], [0, 1]):
        np.savez(tmp_path / "a.npz", images=pixels, labels=labels)
        assert read_images(str(tmp_path / "a.npz"))[1] is None
