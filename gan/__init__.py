"""Small torch GANs as vector fields, for the rules of :mod:`dynamics.methods`.

============================  ===================================================================
``TorchField``                any differentiable losses of one flat tensor
``GanField``, ``Batch``       a generator, a discriminator and a loss
``LOSSES``                    saturating, non-saturating, Wasserstein
``MLP``                       a network from a frozen description
``train``, ``TrainingRun``    a run by any rule: losses, and samples from the same noise
``gan.digits``                MNIST digits, networks that draw them, a classifier
============================  ===================================================================
"""

from __future__ import annotations

from gan.field import TorchField
from gan.gan_field import Batch, GanField
from gan.losses import LOSSES, Loss
from gan.nets import MLP
from gan.training import TrainingRun, train

__all__ = ["LOSSES", "MLP", "Batch", "GanField", "Loss", "TorchField", "TrainingRun", "train"]
