"""Many seeds of a GAN at once beside the loop one would write: modules and ``torch.optim.Adam``."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from benchmarks.measure import compare, row
from dynamics import simulate
from dynamics.methods import Alternating
from dynamics.step_rules import Adam
from gan.data import ring
from gan.plane_field import PlaneGan

SEEDS, LR = 32, 1e-3
SIZES = ((32, 64, 10.0, 60), (128, 256, 2.0, 20))
"""Hidden units, minibatch, the ratio that is wanted, steps."""


def usual_loop(width: int, batch: int, steps: int) -> Callable[[], None]:
    """One GAN, trained as tutorials do."""

    def network(inputs: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, outputs),
        )  # fmt: skip

    rng, data = torch.Generator().manual_seed(0), ring()
    generator, discriminator = network(2, 2), network(2, 1)
    optimiser_g = torch.optim.Adam(generator.parameters(), lr=LR, betas=(0.5, 0.999))
    optimiser_d = torch.optim.Adam(discriminator.parameters(), lr=LR, betas=(0.5, 0.999))
    ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def run() -> None:
        for _ in range(steps):
            real, noise = data.sample(batch, rng), torch.randn(batch, 2, generator=rng)
            fake = generator(noise)
            optimiser_d.zero_grad()
            loss = cross_entropy(discriminator(real), ones)
            (loss + cross_entropy(discriminator(fake.detach()), zeros)).backward()
            optimiser_d.step()
            optimiser_g.zero_grad()
            cross_entropy(discriminator(fake), ones).backward()
            optimiser_g.step()

    return run


def at_once(width: int, batch: int, steps: int) -> Callable[[], None]:
    """All seeds in one field."""
    gan = PlaneGan.of(ring(), width=width, batch_size=batch)
    field = gan.field(range(SEEDS))
    rule = Alternating(LR, Adam(beta1=0.5), order=(1, 0))

    def run() -> None:
        simulate(field, rule, field.initial(), steps, every=steps)

    return run


def main() -> None:
    """Print net-steps per second at once over those of the usual loop, larger is better."""
    for width, batch, wanted, steps in SIZES:
        ours, theirs = at_once(width, batch, steps), usual_loop(width, batch, steps)
        found = compare(ours, theirs, rounds=7)
        what = f"{SEEDS} GANs at once, hidden {width}, batch {batch}, {steps} steps"
        print(row(what, found.ours, found.theirs, found.ratio, f"<= {SEEDS / wanted:.3g}"))
        print(
            f"net-steps per second over one by one: {SEEDS / found.ratio:.2f} (wanted {wanted:g})"
        )


if __name__ == "__main__":
    main()
