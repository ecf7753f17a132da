"""A GAN on digits: the composed rule beside the usual loop of modules and ``torch.optim.Adam``."""

from __future__ import annotations

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from benchmarks.measure import compare, row
from dynamics import simulate
from dynamics.methods import Alternating
from dynamics.step_rules import Adam
from gan import Batch
from gan.digits import DISCRIMINATOR, GENERATOR, digits_gan

ITERATIONS, BATCH, LR = 200, 64, 2e-4


def usual_loop(seed: int):
    """The loop that tutorials teach, on the same networks and the same minibatches."""
    field = digits_gan("non-saturating", batch=BATCH, seed=seed)
    rng = torch.Generator().manual_seed(0)
    generator, discriminator = GENERATOR.build(rng), DISCRIMINATOR.build(rng)
    torch.nn.utils.vector_to_parameters(field.initial()[field.players[0]], generator.parameters())
    torch.nn.utils.vector_to_parameters(
        field.initial()[field.players[1]], discriminator.parameters()
    )
    optimiser_g = torch.optim.Adam(generator.parameters(), lr=LR, betas=(0.5, 0.999))
    optimiser_d = torch.optim.Adam(discriminator.parameters(), lr=LR, betas=(0.5, 0.999))
    ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

    def run(iterations: int = ITERATIONS) -> torch.Tensor:
        for _ in range(iterations):
            batch: Batch = field.minibatch().batch
            fake = generator(batch.noise)
            optimiser_d.zero_grad()
            loss = cross_entropy(discriminator(batch.real), ones)
            loss = loss + cross_entropy(discriminator(fake.detach()), zeros)
            loss.backward()
            optimiser_d.step()
            optimiser_g.zero_grad()
            cross_entropy(discriminator(fake), ones).backward()
            optimiser_g.step()
        parameters = [*generator.parameters(), *discriminator.parameters()]
        return torch.nn.utils.parameters_to_vector(parameters).detach()

    return run


def composed_rule(seed: int):
    """The same by a rule of ``dynamics`` on one flat tensor."""
    field = digits_gan("non-saturating", batch=BATCH, seed=seed)
    rule = Alternating(LR, Adam(beta1=0.5), order=(1, 0))

    def run(iterations: int = ITERATIONS) -> torch.Tensor:
        final = simulate(field, rule, field.initial(), iterations, every=iterations).final
        return torch.from_numpy(final)

    return run


def main() -> None:
    """Print the ratio of speeds: ours over the usual loop's, larger is better."""
    found = compare(composed_rule(0), usual_loop(0), rounds=9)
    what = f"digits GAN, {ITERATIONS} iterations of alternating Adam"
    print(row(what, found.ours, found.theirs, found.ratio, f"<= {1 / 0.95:.3f}"))
    print(f"speed relative to the usual loop: {1 / found.ratio:.3f} (wanted >= 0.95)")


if __name__ == "__main__":
    main()
