"""The losses of a GAN, as functions of the discriminator's logits.

Each :class:`Loss` says what the discriminator and the generator *minimise*. With logits
:math:`t = \\operatorname{logit} D`, :math:`-\\log D = \\operatorname{softplus}(-t)` and
:math:`-\\log(1-D) = \\operatorname{softplus}(t)`, which neither overflow nor lose digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus


@dataclass(frozen=True)
class Loss:
    """What both players minimise.

    Attributes
    ----------
    name : as in ``LOSSES``.
    discriminator : (logits on real data, logits on fakes) -> scalar.
    generator : logits on fakes -> scalar.
    reference : BibTeX key.
    """

    name: str
    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    reference: str

    def of_the_undecided(self) -> tuple[float, float]:
        """Both losses, generator's first, where the discriminator can tell nothing: logits of 0."""
        nothing = torch.zeros(1)
        return float(self.generator(nothing)), float(self.discriminator(nothing, nothing))


def _cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """:math:`-E \\log D(x) - E \\log(1 - D(G(z)))`; :math:`2 \\ln 2` where D can tell nothing."""
    return softplus(-real).mean() + softplus(fake).mean()


def _saturating(fake: Tensor) -> Tensor:
    """:math:`E \\log(1 - D(G(z)))`: the minimax game itself."""
    return -softplus(fake).mean()


def _non_saturating(fake: Tensor) -> Tensor:
    """:math:`-E \\log D(G(z))`: the same fixed points, and a gradient where D is sure."""
    return softplus(-fake).mean()


def _critic(real: Tensor, fake: Tensor) -> Tensor:
    """:math:`E f(G(z)) - E f(x)`."""
    return fake.mean() - real.mean()


def _wasserstein(fake: Tensor) -> Tensor:
    """:math:`-E f(G(z))`."""
    return -fake.mean()


LOSSES: dict[str, Loss] = {
    "saturating": Loss("saturating", _cross_entropy, _saturating, "goodfellow2014"),
    "non-saturating": Loss("non-saturating", _cross_entropy, _non_saturating, "goodfellow2014"),
    "wasserstein": Loss("wasserstein", _critic, _wasserstein, "arjovsky2017"),
}
