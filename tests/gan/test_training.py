"""Training by any rule: against torch's own optimiser, and how a run is kept."""

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from dynamics.methods import METHODS, Alternating
from dynamics.step_rules import Adam
from gan import LOSSES, MLP, GanField, train

BATCH = 16


def small_gan(loss="non-saturating", seed=0, batch_norm=(1,)):
    rng = torch.Generator().manual_seed(seed)
    return GanField(
        MLP((2, 8, 8, 1), batch_norm=batch_norm).build(rng),
        MLP((1, 8, 1)).build(rng),
        loss,
        data=lambda g: 2 + torch.randn(BATCH, 1, generator=g),
        noise=lambda g: torch.randn(BATCH, 2, generator=g),
        seed=seed,
    )


def test_it_takes_the_steps_of_the_usual_torch_loop():
    """Modules, binary cross-entropy and torch.optim.Adam, the discriminator first."""
    # A bias before batch normalisation has no gradient but rounding, which Adam would blow up.
    ours, theirs = small_gan(batch_norm=()), small_gan(batch_norm=())
    generator, discriminator = theirs.modules
    optimisers = [
        torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999)) for net in theirs.modules
    ]
    rule = Alternating(1e-3, Adam(beta1=0.5), order=(1, 0))
    z = ours.initial()
    memory = rule.init(ours, z)
    ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    for _ in range(30):
        z, memory = rule.step(ours.minibatch(), z, memory)
        batch = theirs.minibatch().batch
        fake = generator(batch.noise)
        optimisers[1].zero_grad()
        on_real = cross_entropy(discriminator(batch.real), ones)
        (on_real + cross_entropy(discriminator(fake.detach()), zeros)).backward()
        optimisers[1].step()
        optimisers[0].zero_grad()
        cross_entropy(discriminator(fake), ones).backward()
        optimisers[0].step()
    torch.testing.assert_close(z, theirs.initial(), rtol=2e-4, atol=2e-5)


def test_a_run_keeps_losses_and_samples_from_the_same_noise():
    field = small_gan()
    noise = torch.randn(5, 2, generator=torch.Generator().manual_seed(1))
    told = []
    run = train(
        field, METHODS["simultaneous"](1e-3), 50, noise=noise, checkpoints=(0, 20, 50), every=20,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert run.iterations.tolist() == [0, 20, 40, 50]
    assert run.losses.shape == (4, 2)
    assert run.checkpoints.tolist() == [0, 20, 50]
    np.testing.assert_array_equal(run.samples[0], field.generate(field.initial(), noise).numpy())
    assert run.outcome.ok
    assert told[-1] == (50, 50)


def test_the_same_seed_gives_the_same_run():
    noise = torch.eye(2)
    rule = METHODS["extragradient"](1e-3, step_rule=Adam())
    runs = [train(small_gan(seed=7), rule, 25, noise=noise, checkpoints=(25,)) for _ in range(2)]
    np.testing.assert_array_equal(runs[0].losses, runs[1].losses)
    np.testing.assert_array_equal(runs[0].samples, runs[1].samples)


def test_blow_up_is_an_outcome_that_names_its_step():
    run = train(
        small_gan("wasserstein"), METHODS["simultaneous"](1e6), 400,
        noise=torch.zeros(2, 2), checkpoints=(0, 400),
    )  # fmt: skip
    assert run.outcome.step is not None
    assert "Diverged at step" in str(run.outcome)
    assert run.checkpoints.tolist() == [0]


def test_a_checkpoint_that_is_never_reached_is_refused():
    with pytest.raises(ValueError, match=r"checkpoints \[7, 60\]"):
        train(
            small_gan(), METHODS["simultaneous"](1e-3), 50, noise=torch.zeros(1, 2),
            checkpoints=(0, 7, 60),
        )  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_the_undecided_are_known(name):
    generator, discriminator = LOSSES[name].of_the_undecided()
    expected = {
        "saturating": (-np.log(2), 2 * np.log(2)),
        "non-saturating": (np.log(2), 2 * np.log(2)),
        "wasserstein": (0.0, 0.0),
        "least squares": (0.125, 0.25),
        "hinge": (0.0, 2.0),
        "relativistic": (np.log(2), np.log(2)),
    }[name]
    assert (generator, discriminator) == pytest.approx(expected)


def test_fakes_are_made_anew_when_the_generator_has_changed():
    """Each gradient equals that of a field without a memory of its fakes."""
    field = small_gan().minibatch()
    z = field.initial().clone()
    for player in (1, 0, 0, 1, 1, 0):
        fresh = field._with_batch(field.batch)
        torch.testing.assert_close(field.gradient(z, player), fresh.gradient(z.clone(), player))
        z[field.players[0]] += 0.01
    assert torch.equal(field.gradient(z, 1), field.gradient(z.clone(), 1))
