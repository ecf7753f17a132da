"""Small torch GANs as vector fields, for the rules of :mod:`dynamics.methods`.

============================  ===================================================================
``TorchField``                any differentiable losses of one flat tensor
``GanField``, ``Batch``       a generator, a discriminator and a loss
``LOSSES``                    saturating, non-saturating, Wasserstein
============================  ===================================================================
"""

from __future__ import annotations

from gan.field import TorchField
from gan.gan_field import Batch, GanField
from gan.losses import LOSSES, Loss

__all__ = ["LOSSES", "Batch", "GanField", "Loss", "TorchField"]
