"""The digits, their networks and the classifier that reads them."""

import numpy as np
import torch

from gan.digits import LATENT, digits, digits_gan, reader


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
