"""Small torch GANs as vector fields, for the rules of :mod:`dynamics.methods`.

============================  ===================================================================
``TorchField``                any differentiable losses of one flat tensor, or of many at once
``GanField``, ``Batch``       a generator, a discriminator and a loss
``PlaneGan``, ``PlaneField``  GANs of points, a member for every seed
``LOSSES``, ``PENALTIES``     what the players minimise, and what keeps D smooth
``DATA``                      distributions of points
``MLP``, ``BatchedMLP``       networks from a frozen description, one or many at once
``train``, ``TrainingRun``    a run by any rule: losses, and samples from the same noise
``gan.measures``              modes, quality, distances with their noise floor
``gan.watch``, ``diagnosis``  what is seen of a run, and what became of it, in words
``gan.laboratory``            a run with its whole history, back and forth, bit for bit
``gan.one_update``            the next update in slow motion: its actual numbers
``gan.scene``                 the plane at one moment: surface, samples, manifold, pushes
``gan.linear``, ``spectrum``  multipliers of a rule on live networks, dense or by Krylov
``gan.digits``                digits or one's own images, networks that draw them, a classifier
============================  ===================================================================
"""

from __future__ import annotations

from gan.batched import BatchedMLP
from gan.data import DATA
from gan.field import TorchField
from gan.gan_field import Batch, GanField
from gan.losses import LOSSES, Loss
from gan.nets import MLP
from gan.penalties import PENALTIES
from gan.plane_field import PlaneField, PlaneGan
from gan.training import TrainingRun, train

__all__ = [
    "DATA",
    "LOSSES",
    "MLP",
    "PENALTIES",
    "Batch",
    "BatchedMLP",
    "GanField",
    "Loss",
    "PlaneField",
    "PlaneGan",
    "TorchField",
    "TrainingRun",
    "train",
]
