"""The trainer: torch's own loop as an oracle, bit-equal continuation, divergence, ensembles."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

from dynamics.methods import METHODS, Extragradient, Simultaneous
from dynamics.step_rules import Adam, Clipped, RMSProp
from rnn.cells import GRU, LRU, LSTM, Elman, Stacked
from rnn.experiments import TABLE, Experiment, conduct
from rnn.net import Net
from rnn.slices import KINDS, along_plane, directions, surface
from rnn.tasks import Adding, Copying, DigitRows, TemporalOrder
from rnn.training import Trainer, usable_device


def trainer(cell=None, task=None, **settings):
    task = task or Adding(12)
    net = Net(cell or GRU(2, 6), task.outputs)
    return Trainer(net, task, **{"batch_size": 8, "seeds": (0, 1), **settings})


def test_it_is_torchs_loop():
    """The same minibatches through nn.GRU, clip_grad_norm_ after backward, and torch.optim.Adam."""
    ours = trainer(seeds=(5,), method=Simultaneous(0.02, Clipped(Adam(), 0.1)))
    theirs = nn.GRU(2, 6)
    readout = nn.Linear(6, 1)
    named = ours.member()
    with torch.no_grad():
        theirs.weight_hh_l0.copy_(named["weight_hh"][0])
        theirs.weight_ih_l0.copy_(named["weight_ih"][0])
        theirs.bias_ih_l0.copy_(named["bias"][0])
        theirs.bias_hh_l0.zero_()
        theirs.bias_hh_l0[12:] = named["bias_reset"][0]
        readout.weight.copy_(named["readout.weight"][0])
        readout.bias.copy_(named["readout.bias"][0])
    theirs.bias_hh_l0.register_hook(lambda g: torch.cat([torch.zeros(12), g[12:]]))
    parameters = [*theirs.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=0.02)
    generator = torch.Generator().manual_seed(int(np.random.SeedSequence(5).generate_state(2)[1]))
    losses, norms = [], []
    for _ in range(30):
        x, target = Adding(12).draw(8, generator)
        loss = ((readout(theirs(x)[0][-1]) - target[0]) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(parameters, 0.1).item())
        optimiser.step()
        losses.append(loss.item())
    history = ours.advance(30)
    assert history.loss[:, 0] == pytest.approx(losses, rel=2e-3)
    assert history.norm[:, 0] == pytest.approx(norms, rel=2e-3)
    assert history.clipped_norm[:, 0] == pytest.approx(np.minimum(norms, 0.1), rel=2e-3)


@pytest.mark.parametrize("cell", [Elman(2, 5), LSTM(2, 5), GRU(2, 5), LRU(2, 5),
                                  Stacked.of(GRU(2, 4), LSTM(4, 3))], ids=str)  # fmt: skip
@pytest.mark.parametrize("method", [Simultaneous(0.01, Adam()), Extragradient(0.01),
                                    METHODS["rmsprop"](0.001)],
                         ids=lambda m: type(m).__name__)  # fmt: skip
def test_any_cell_trains_by_any_rule_and_members_are_independent(cell, method):
    both = trainer(cell, method=method, seeds=(3, 4)).advance(5)
    alone = trainer(cell, method=method, seeds=(4,)).advance(5)
    assert both.loss[:, 1] == pytest.approx(alone.loss[:, 0], rel=1e-4)
    assert both.outcome.ok and both.loss.shape == (5, 2)


def test_a_continued_training_is_an_uninterrupted_one_bit_for_bit(tmp_path):
    settings = {"method": Simultaneous(0.01, Clipped(Adam(), 1.0)), "watch_every": 3,
                "keep_every": 4}  # fmt: skip
    whole = trainer(LSTM(2, 5), **settings)
    whole.advance(20)
    first = trainer(LSTM(2, 5), **settings)
    first.advance(7)
    first.save(tmp_path / "run.npz")
    second = trainer(LSTM(2, 5), **settings)
    second.advance(3)
    second.restore(tmp_path / "run.npz")
    history = second.advance(13)
    assert torch.equal(second.z, whole.z)
    for name in ("loss", "norm", "clipped_norm", "watched", "by_step", "kept", "parameters"):
        assert np.array_equal(getattr(history, name), getattr(whole.history(), name)), name
    assert history.by_step.shape == (7, 12, 2) and history.kept.tolist() == [0, 4, 8, 12, 16, 20]


def test_a_checkpoint_of_another_training_or_a_damaged_one_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    trainer().save(path)
    other = trainer(seeds=(7, 8))
    before = other.z.clone()
    with pytest.raises(ValueError, match="another training"):
        other.restore(path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ValueError, match="no checkpoint"):
        trainer().restore(path)
    np.savez(path, told=np.array("{}"))
    with pytest.raises(ValueError, match="no checkpoint"):
        other.restore(path)
    bomb = np.array([print], dtype=object)
    np.savez(path, told=bomb)
    with pytest.raises(ValueError, match="no checkpoint"):
        other.restore(path)
    assert torch.equal(other.z, before)


def test_divergence_is_an_outcome_of_the_member_that_diverges():
    task = Adding(12)
    run = Trainer(
        Net(Elman(2, 5, activation="linear"), 1), task,
        Simultaneous(torch.tensor([[1e-3, 1e3]])), seeds=(0, 1), batch_size=8,
    )  # fmt: skip
    history = run.advance(300)
    assert history.outcome.diverged.tolist() == [False, True]
    assert 0 < history.outcome.step < 100
    assert "1 of 2 starts diverged" in str(history.outcome)
    assert np.isfinite(history.loss[:, 0]).all() and np.isnan(history.loss[-1, 1])


def test_a_training_can_be_paused_and_stopped():
    enough = threading.Event()
    run = trainer()
    history = run.advance(50, progress=lambda done, _: done == 5 and enough.set(), cancel=enough)
    assert history.outcome.cancelled and history.outcome.steps == 5
    assert run.advance(3).outcome.ok and run.taken == 8

    class StopError(Exception):
        pass

    def stop(done, total):
        raise StopError

    with pytest.raises(StopError):
        run.advance(5, progress=stop)
    assert run.taken == len(run.history().loss) == 9


def test_gradients_by_step_are_those_of_autograd():
    run = trainer(watch_every=1, seeds=(0,))
    field = run.field.minibatch()
    field.watch = True
    field(run.z)
    named = run.net.named(run.z)
    states = [torch.zeros(1, 8, 6, requires_grad=True)]
    outputs, states = run.net.run(
        {n: v.requires_grad_(True) for n, v in ((k, v.detach()) for k, v in named.items())},
        field.held.x, read_all=False,
    )  # fmt: skip
    gradients = torch.autograd.grad(run.task.loss(outputs, field.held).sum(), states[1:])
    expected = [g.norm().item() for g in gradients]
    assert field.seen.by_step[:, 0].tolist() == pytest.approx(expected, rel=1e-5)


def test_the_field_knows_its_hessian():
    run = trainer(GRU(2, 2), seeds=(0,))
    field = run.field.minibatch()
    z, v = run.z.double(), torch.randn(run.z.shape, dtype=torch.float64)
    field.held = type(field.held)(*(part.double() for part in field.held))
    eps = 1e-6
    numeric = (field(z + eps * v) - field(z - eps * v)) / (2 * eps)
    assert torch.allclose(field.jvp(z, v), numeric, atol=1e-6)
    step, _ = METHODS["proximal-point"](0.1).step(
        field, z, METHODS["proximal-point"](0.1).init(field, z)
    )
    assert torch.isfinite(step).all()


def test_truncation_limits_the_lags_that_gradients_reach():
    run = trainer(task=Adding(12), truncate=4, watch_every=1)
    history = run.advance(1)
    assert (history.by_step[0, :7] == 0).all() and (history.by_step[0, 8:] > 0).all()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"cell": GRU(3, 2)}, "does not fit"), ({"seeds": ()}, "at least one"),
        ({"seeds": (1, 1)}, "each another"), ({"batch_size": 0}, "at least 1"),
        ({"truncate": 0}, "at least 1"), ({"device": "abacus"}, "one of cpu"),
    ],
)  # fmt: skip
def test_misuse_is_said(settings, says):
    with pytest.raises(ValueError, match=says):
        trainer(**settings)
    assert usable_device("cpu") == "cpu"


@pytest.mark.parametrize("kind", KINDS)
def test_a_slice_through_the_weights_is_the_loss_there(kind):
    run = trainer(seeds=(0,))
    run.advance(3)
    batch = run.task.batch(16, [torch.Generator().manual_seed(3)])
    along = directions(run.net, run.z, kind, torch.Generator().manual_seed(4))
    alphas, betas = np.linspace(-1, 1, 9), np.linspace(-0.5, 0.5, 11)
    values = surface(run.net, run.task, batch, run.z, along, alphas, betas)
    assert values.shape == (11, 9)
    field = run.field.on(batch)
    point = run.z + alphas[2] * along[0][:, None] + betas[7] * along[1][:, None]
    assert values[7, 2] == pytest.approx(field.losses(point).item(), rel=1e-5)
    if kind == "filter-normalised":
        W, d = (run.net.named(z)["weight_hh"][0] for z in (run.z, along[0][:, None]))
        assert torch.allclose(W.norm(dim=1), d.norm(dim=1), rtol=1e-5)
    flat = tuple(direction.double().numpy() for direction in along)
    moved = run.z[:, 0].double().numpy() + 0.3 * flat[0] - 0.2 * flat[1]
    shadow = along_plane(moved[None], run.z[:, 0].double().numpy(), flat)
    assert shadow[0] == pytest.approx([0.3, -0.2], abs=1e-6)


def test_a_gru_learns_to_add_and_a_tanh_net_does_not():
    """The table's first line, shortened: three seeds each, the same number of steps."""
    found = conduct(Experiment("GRU", Adding(20)), range(3))
    assert np.isfinite(found.solved_at).all() and (found.loss < 0.02).all()
    assert "3 of 3 seeds solved it" in str(found)
    plain = conduct(Experiment("tanh", Adding(20), steps=int(found.solved_at.max())), range(3))
    assert np.isnan(plain.solved_at).all() and (plain.loss > 0.02).all()


def test_digits_are_learnt_from_their_rows():
    run = Trainer(Net(GRU(8, 32), 10), DigitRows(), Simultaneous(0.01, Adam()), seeds=(0,))
    run.advance(250)
    assert run.evaluate(297)[1][0] > 0.85


def test_every_experiment_of_the_table_begins():
    for experiment in TABLE:
        assert experiment.trainer((0,)).advance(1).outcome.ok
    assert {type(e.task) for e in TABLE} == {Adding, TemporalOrder, Copying}


def test_rmsprop_first_step_forgets_the_size():
    for scale in (1e-3, 1e3):
        direction, _ = RMSProp().scale(np.array([scale]), RMSProp().init(np.array([scale])))
        assert direction[0] == pytest.approx(10, rel=1e-3)
