"""GANs in the plane: data, batched nets, losses, penalties and measures against other sources."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import energy_distance, multivariate_normal, wasserstein_distance
from torch import nn

from dynamics import simulate
from dynamics.methods import METHODS, Alternating
from dynamics.step_rules import Adam
from gan.batched import ACTIVATIONS, INITIAL, BatchedMLP
from gan.data import DATA, Mixture, Points, grid, ring
from gan.losses import LOSSES
from gan.measures import (
    collapse_loss,
    density_divergence,
    energy,
    expected_quality,
    mmd,
    modes_and_quality,
    noise_floor,
    precision_recall,
    reverse_kl,
    sliced_wasserstein,
)
from gan.penalties import PENALTIES
from gan.plane_field import PlaneGan


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", DATA)
def test_every_distribution_can_be_drawn(name):
    data = DATA[name]()
    points = data.sample(500, rng())
    assert points.shape == (500, data.dimension) and points.dtype == torch.float32
    assert torch.equal(points, data.sample(500, rng()))


def test_the_ring_has_eight_different_modes():
    """``linspace(0, 2 pi, 8)`` would have seven, one of them twice (gan.md)."""
    assert len({tuple(np.round(mode, 9)) for mode in ring().modes}) == 8
    assert len(grid().centres) == 25


def test_densities_are_scipys():
    data = DATA["unequal"]()
    points = np.random.default_rng(0).normal(size=(20, 2))
    parts = [
        weight * multivariate_normal(centre, data.deviation**2).pdf(points)
        for centre, weight in zip(data.centres, data.weights, strict=True)
    ]
    assert np.exp(data.log_density(points)) == pytest.approx(sum(parts), rel=1e-9)


def test_shares_and_own_points():
    data = DATA["unequal"]()
    drawn = data.sample(20_000, rng()).numpy()
    assert modes_and_quality(drawn, data).counts / 20_000 == pytest.approx(
        np.array(data.weights) * expected_quality(2), abs=0.01
    )
    own = Points(np.array([[0.0, 1.0], [2.0, 3.0]]), 0.0)
    assert set(map(tuple, own.sample(50, rng()).tolist())) == {(0.0, 1.0), (2.0, 3.0)}
    for bad in (np.zeros((1, 2)), np.full((3, 2), np.nan), np.zeros(4)):
        with pytest.raises(ValueError, match="finite points"):
            Points(bad)
    for arguments in (((), 1.0), (((0.0,),), 0.0), (((0.0,),), 1.0, (1.0, 2.0))):
        with pytest.raises(ValueError, match="must be"):
            Mixture(*arguments)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_batched_net_is_torchs_for_every_member(activation, batch_norm):
    net = BatchedMLP(3, 2, width=5, depth=2, activation=activation, batch_norm=batch_norm)
    block = net.first([rng(1), rng(2)])
    x = torch.randn(2, 7, 3, generator=rng(3))
    ours = net.apply(net.pieces(block), x)
    for member in range(2):
        pieces = [piece[member] for piece in net.pieces(block)]
        layers = []
        while pieces:
            weight, bias = pieces.pop(0), pieces.pop(0)
            layer = nn.utils.skip_init(nn.Linear, weight.shape[1], weight.shape[0])
            layer.weight.data, layer.bias.data = weight, bias
            layers.append(layer)
            if pieces and batch_norm:
                norm = nn.BatchNorm1d(5, track_running_stats=False)
                norm.weight.data, norm.bias.data = pieces.pop(0), pieces.pop(0)
                layers.append(norm)
            if pieces:
                layers.append(_Phi(ACTIVATIONS[activation]))
        theirs = nn.Sequential(*layers)(x[member])
        assert torch.allclose(ours[member], theirs, atol=1e-5)


class _Phi(nn.Module):
    def __init__(self, phi):
        super().__init__()
        self.phi = phi

    def forward(self, x):
        return self.phi(x)


def test_spectral_norm_spread_and_beginnings():
    net = BatchedMLP(2, 1, width=6, depth=1, spectral_norm=True)
    scaled = net.first([rng(1)]) * 50
    x = torch.randn(1, 100, 2, generator=rng(2))
    a, b = net.apply(net.pieces(scaled), x), net.apply(net.pieces(scaled), x + 0.01)
    assert ((a - b).abs() <= 0.01 * math.sqrt(2) + 1e-5).all()  # Lipschitz with constant 1
    spread = BatchedMLP(2, 1, width=6, depth=1, minibatch_deviation=True)
    assert spread.size == BatchedMLP(2, 1, width=6, depth=1).size + 1
    for initial in INITIAL:
        drawn = BatchedMLP(2, 1, width=6, depth=1, initial=initial).first([rng(), rng()])
        assert torch.equal(drawn[:, 0], drawn[:, 1]) and drawn.isfinite().all()
    orthogonal = BatchedMLP(4, 1, width=4, depth=1, initial="orthogonal")
    W = orthogonal.pieces(orthogonal.first([rng()]))[0][0]
    assert torch.allclose(W @ W.T, torch.eye(4), atol=1e-5)


GAN = PlaneGan.of(ring(), width=8, batch_size=16)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("penalty", ["", *PENALTIES])
def test_gradients_are_those_of_the_whole_loss_and_members_are_independent(name, penalty):
    gan = PlaneGan.of(ring(), width=6, batch_size=8, loss=name, penalty=penalty, activation="tanh")
    field = gan.field((3, 4)).minibatch()
    z = field.initial()
    for player, block in enumerate(field.players):
        fast = field.gradient(z, player)
        slow = field.loss_gradient(z, player)[block]
        assert torch.allclose(fast, slow, atol=1e-5)
    alone = gan.field((4,)).minibatch()
    assert torch.allclose(alone(alone.initial()), field(z)[:, 1:], atol=1e-5)


def test_losses_have_known_values():
    """At logits of 1 on real data and -1 on fakes."""
    one, minus = torch.ones(4), -torch.ones(4)
    soft = math.log(1 + math.exp(-1))
    expected = {
        "saturating": (2 * soft, -soft), "non-saturating": (2 * soft, 1 + soft),
        "least squares": (0.5, 2.0), "hinge": (0.0, 1.0), "wasserstein": (-2.0, 1.0),
        "relativistic": (math.log(1 + math.exp(-2)), math.log(1 + math.exp(2))),
    }  # fmt: skip
    for name, (d, g) in expected.items():
        loss = LOSSES[name]
        found = loss.discriminator(one, minus).item(), loss.generator(one, minus).item()
        assert found == pytest.approx((d, g), rel=1e-6)


def test_penalties_of_a_linear_critic_are_known():
    w = torch.tensor([3.0, 4.0])
    real, fake = torch.randn(1, 9, 2), torch.randn(1, 9, 2)
    mix = torch.rand(1, 9, 1)
    expected = {"R1": 12.5, "R2": 12.5, "R1 + R2": 25.0, "gradient penalty": 16.0,
                "gradient penalty to 0": 25.0, "DRAGAN": 16.0}  # fmt: skip
    for name, value in expected.items():
        found = PENALTIES[name](lambda x: x @ w, real, fake, mix)
        assert found.item() == pytest.approx(value, rel=1e-5)
    assert set(expected) == set(PENALTIES)


def test_packing_judges_samples_together():
    gan = PlaneGan.of(ring(), width=6, batch_size=8, packing=2)
    field = gan.field((0,)).minibatch()
    z = field.initial()
    points = torch.randn(6, 2, generator=rng())
    assert field.discriminate(z, points).shape == (1, 3)
    assert torch.isfinite(field(z)).all()
    for settings in ({"packing": 3, "batch_size": 8}, {"loss": "l1"}, {"penalty": "R3"}):
        with pytest.raises(ValueError, match="must be"):
            PlaneGan.of(ring(), **settings)
    with pytest.raises(ValueError, match="need a generator"):
        PlaneGan(ring(), BatchedMLP(2, 3), BatchedMLP(2, 1))


@pytest.mark.parametrize(
    "name", [n for n in METHODS if n not in ("lookahead", "averaged", "projected")]
)
def test_every_rule_trains_many_gans_at_once(name):
    gan = PlaneGan.of(DATA["one"](), width=4, depth=1, batch_size=8, activation="tanh")
    method = METHODS[name](0.01)
    both = simulate(gan.field((0, 1)), method, gan.field((0, 1)).initial(), 3).final
    alone = simulate(gan.field((1,)), method, gan.field((1,)).initial(), 3).final
    assert both[:, 1] == pytest.approx(alone[:, 0], rel=1e-3, abs=1e-4)


def test_a_gan_learns_one_mode():
    gan = PlaneGan.of(DATA["one"](), width=32, batch_size=64, penalty="R1 + R2", weight=0.1)
    field = gan.field((0, 1))
    rule = Alternating(1e-3, Adam(beta1=0.5), order=(1, 0))
    path = simulate(field, rule, field.initial(), 1000, every=1000)
    noise = torch.randn(1000, 2, generator=rng(9))
    real = gan.data.sample(1000, rng(8)).double().numpy()
    first, last = (field.generate(torch.from_numpy(z), noise).double().numpy() for z in path.states)
    for before, after in zip(first, last, strict=True):
        assert energy(real, after) < 0.15 * energy(real, before)
        assert modes_and_quality(after, gan.data).quality > 0.6


def test_measures_of_real_samples_are_at_their_floor():
    data = ring(deviation=0.2)
    a, b = (data.sample(600, rng(seed)).double().numpy() for seed in (1, 2))
    for measure in (mmd, energy, sliced_wasserstein):
        mean, spread = noise_floor(measure, data, 600)
        assert abs(measure(a, b) - mean) < 5 * spread
        assert measure(a, b + 0.5) > mean + 8 * spread
    assert expected_quality(2) == pytest.approx(0.98889, abs=1e-5)
    assert modes_and_quality(a, data).captured == 8
    assert abs(reverse_kl(a, data)) < 0.03
    precision, recall = precision_recall(a, b)
    assert min(precision, recall) > 0.9
    part = b[b[:, 0] > 0]
    assert precision_recall(a, part)[0] > 0.9 and precision_recall(a, part)[1] < 0.8


def test_measures_are_scipys_on_the_line():
    a, b = np.random.default_rng(0).normal(size=(2, 400, 1))
    b = 1.5 * b + 1
    # SciPy's is the root of twice the integral of squared differences, biased by the diagonal
    biased = 2 * np.abs(a - b.T).mean() - np.abs(a - a.T).mean() - np.abs(b - b.T).mean()
    assert energy_distance(a[:, 0], b[:, 0]) ** 2 == pytest.approx(biased, rel=1e-9)
    assert energy(a, b) == pytest.approx(biased, rel=0.05)
    exact = np.sqrt(((np.sort(a[:, 0]) - np.sort(b[:, 0])) ** 2).mean())
    assert sliced_wasserstein(a, b) == pytest.approx(exact)
    assert exact > wasserstein_distance(a[:, 0], b[:, 0])
    js, kl = density_divergence(np.hstack([a, a]), np.hstack([b, b]))
    assert 0 < js < math.log(2) and kl > js
    assert density_divergence(np.hstack([a, a]), np.hstack([a, a])) == pytest.approx((0, 0))


def test_the_ladder_of_collapse():
    assert collapse_loss(8, 8) == pytest.approx(math.log(2))
    steps = [collapse_loss(k, 8) for k in range(1, 9)]
    assert steps == sorted(steps)
    # against the divergence itself
    p, q = np.full(8, 1 / 8), np.r_[np.full(3, 1 / 3), np.zeros(5)]
    m = (p + q) / 2
    js = 0.5 * (p * np.log(p / m)).sum() + 0.5 * (q[:3] * np.log(q[:3] / m[:3])).sum()
    assert collapse_loss(3, 8) == pytest.approx(math.log(2) - js)
    with pytest.raises(ValueError, match="from 1 to 8"):
        collapse_loss(9, 8)


def test_devices_are_checked():
    from gan.digits import digits_gan

    assert GAN.field((0,), device="cpu").initial().device.type == "cpu"
    for device in ("gpu", "cuda:99"):
        with pytest.raises(ValueError, match=r"cannot be used.*choose 'cpu'"):
            GAN.field((0,), device=device)
        with pytest.raises(ValueError, match=r"cannot be used.*choose 'cpu'"):
            digits_gan("hinge", device=device)
