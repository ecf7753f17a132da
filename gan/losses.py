"""The losses of a GAN, as functions of the discriminator's logits.

Each :class:`Loss` says what the discriminator and the generator *minimise*. With logits
:math:`t = \\operatorname{logit} D`, :math:`-\\log D = \\operatorname{softplus}(-t)` and
:math:`-\\log(1-D) = \\operatorname{softplus}(t)`, which neither overflow nor lose digits. Logits
have samples on the last axis; axes before it are members, nets that train at once.
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
    discriminator : (logits on real data, logits on fakes) -> a number for each member.
    generator : the same, for the generator; of logits on real data only a relativistic loss makes
        use.
    reference : BibTeX key.
    formula : what the generator minimises, and the discriminator, in words of mathematics.
    needs_real : whether the generator's loss depends on the logits on real data.
    undecided : the answer of a discriminator that can tell nothing; None where only differences
        of answers count.
    is_logit : whether the answer is the logit of a probability.
    """

    name: str
    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor | None, Tensor], Tensor]
    reference: str
    formula: str = ""
    needs_real: bool = False
    undecided: float | None = 0.0
    is_logit: bool = False

    def of_the_undecided(self) -> tuple[float, float]:
        """Both losses, generator's first, where the discriminator can tell nothing."""
        nothing = torch.full((1,), self.undecided or 0.0)
        return float(self.generator(nothing, nothing)), float(self.discriminator(nothing, nothing))


def _cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """:math:`-E \\log D(x) - E \\log(1 - D(G(z)))`; :math:`2 \\ln 2` where D can tell nothing."""
    return softplus(-real).mean(-1) + softplus(fake).mean(-1)


def _saturating(real: Tensor | None, fake: Tensor) -> Tensor:
    """:math:`E \\log(1 - D(G(z)))`: the minimax game itself."""
    return -softplus(fake).mean(-1)


def _non_saturating(real: Tensor | None, fake: Tensor) -> Tensor:
    """:math:`-E \\log D(G(z))`: the same fixed points, and a gradient where D is sure."""
    return softplus(-fake).mean(-1)


def _critic(real: Tensor, fake: Tensor) -> Tensor:
    """:math:`E f(G(z)) - E f(x)`."""
    return fake.mean(-1) - real.mean(-1)


def _wasserstein(real: Tensor | None, fake: Tensor) -> Tensor:
    """:math:`-E f(G(z))`."""
    return -fake.mean(-1)


def _squares(real: Tensor, fake: Tensor) -> Tensor:
    """:math:`\\tfrac12 E (f(x) - 1)^2 + \\tfrac12 E f(G(z))^2`, with targets 1, 0 and 1."""
    return 0.5 * ((real - 1) ** 2).mean(-1) + 0.5 * (fake**2).mean(-1)


def _square(real: Tensor | None, fake: Tensor) -> Tensor:
    """:math:`\\tfrac12 E (f(G(z)) - 1)^2`."""
    return 0.5 * ((fake - 1) ** 2).mean(-1)


def _hinge(real: Tensor, fake: Tensor) -> Tensor:
    """:math:`E \\max(0, 1 - f(x)) + E \\max(0, 1 + f(G(z)))`."""
    return torch.relu(1 - real).mean(-1) + torch.relu(1 + fake).mean(-1)


def _paired(real: Tensor, fake: Tensor) -> Tensor:
    """:math:`E\\, \\mathrm{softplus}(f(G(z)) - f(x))`, pair by pair; :math:`\\ln 2` undecided."""
    return softplus(fake - real).mean(-1)


def _paired_generator(real: Tensor | None, fake: Tensor) -> Tensor:
    """:math:`E\\, \\mathrm{softplus}(f(x) - f(G(z)))`."""
    assert real is not None
    return softplus(real - fake).mean(-1)


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss("saturating", _cross_entropy, _saturating, "goodfellow2014",
             "G: E log(1-D(G)); D: cross entropy", is_logit=True),
        Loss("non-saturating", _cross_entropy, _non_saturating, "goodfellow2014",
             "G: -E log D(G); D: cross entropy", is_logit=True),
        Loss("least squares", _squares, _square, "mao2017", "G: E (f(G)-1)²/2",
             undecided=0.5),
        Loss("hinge", _hinge, _wasserstein, "lim2017", "D: E (1-f(x))⁺ + E (1+f(G))⁺"),
        Loss("wasserstein", _critic, _wasserstein, "arjovsky2017", "E f(G) - E f(x)",
             undecided=None),
        Loss("relativistic", _paired, _paired_generator, "jolicoeur2019",
             "softplus(f(G) - f(x)), pair by pair", needs_real=True, undecided=None),
    )
}  # fmt: skip
"""Name -> loss."""
