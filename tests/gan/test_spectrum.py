"""Spectra by Krylov's method, unrolling and averaging on networks, the best discriminator."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import norm

from dynamics import Game, simulate
from dynamics.methods import METHODS, Alternating, Averaged, Simultaneous, Unrolled
from dynamics.step_rules import Adam
from gan.data import Mixture, ring
from gan.field import TorchField
from gan.laboratory import Laboratory, Setting, reported
from gan.linear import game_jacobian, iteration_matrix
from gan.measures import calibration, optimal_discriminator, path_angle
from gan.one_update import next_update
from gan.plane_field import PlaneGan
from gan.scene import scene_of, window_of
from gan.spectrum import leading_eigenvalues, leading_multipliers, turning

GAN = PlaneGan.of(ring(deviation=0.2), width=6, depth=1, batch_size=40, activation="tanh")


def held(gan=GAN, seed=1):
    field = gan.field((seed,)).minibatch().in_float64()
    return field, gan.field((seed,)).initial().double()


def same_set(found, expected):
    return all(np.abs(expected - value).min() < 1e-5 * max(1, abs(value)) for value in found)


def test_krylovs_eigenvalues_are_among_the_dense_ones():
    field, z = held()
    dense = np.linalg.eigvals(game_jacobian(field, z).squeeze())
    for which, size in (("LI", np.imag), ("LM", np.abs)):
        found = leading_eigenvalues(field, z, 6, which=which)
        assert same_set(found, dense)
        assert np.abs(size(found[0])) == pytest.approx(np.abs(size(dense)).max(), rel=1e-5)


@pytest.mark.parametrize("name", ["simultaneous", "alternating", "extragradient", "heavy-ball",
                                  "optimistic", "consensus"])  # fmt: skip
def test_krylovs_multipliers_are_among_the_dense_ones(name):
    field, z = held()
    method = METHODS[name](0.05)
    memory = method.init(field, z)
    dense = np.linalg.eigvals(iteration_matrix(field, method, z, memory))
    assert same_set(leading_multipliers(field, method, z, memory, 6, which="LI"), dense)


def test_multipliers_of_adam_hold_its_squares():
    lab = Laboratory(Setting(GAN, Alternating(1e-3, Adam(beta1=0.5), order=(1, 0))))
    lab.advance(50)
    found = lab.multipliers()
    assert np.isfinite(found).all() and len(found) >= 6
    turn = turning(found)
    assert turn is None or turn.period > 2


def test_turning_is_the_fastest():
    m = np.array([0.9, 0.8 + 0.1j, 0.8 - 0.1j, 0.99 * np.exp(0.5j)])
    assert turning(m).period == pytest.approx(2 * np.pi / 0.5)
    assert turning(m).growth == pytest.approx(np.log(0.99))
    assert turning(np.array([0.5, 1.2])) is None


def small_field():
    """A generator and a discriminator of few parameters, smooth, without randomness."""
    x = torch.linspace(-1, 1, 5, dtype=torch.float64)

    def loss(player, blocks, batch):
        g, d = blocks
        fake = torch.tanh(g[0] * x + g[1])
        logit = torch.nn.functional.softplus
        value = logit(-(d[0] * x + d[1] * x**2)).mean() + logit(d[0] * fake + d[1] * fake**2).mean()
        return value if player else -value

    return TorchField(loss, (2, 2))


def test_unrolling_differentiates_through_the_steps():
    """The oracle keeps the whole graph of the unrolled steps; a look ahead is not that."""
    field, alpha, k = small_field(), 0.3, 4
    z = torch.tensor([0.4, -0.2, 0.7, 0.5], dtype=torch.float64)
    g = z[:2].clone().requires_grad_(True)
    d = z[2:].clone().requires_grad_(True)
    for _ in range(k):
        (step,) = torch.autograd.grad(field.loss(1, [g, d], None), d, create_graph=True)
        d = d - alpha * step
    (total,) = torch.autograd.grad(field.loss(0, [g, d], None), g)
    unrolled = Unrolled(0.1, k=k, alpha=alpha)
    assert torch.allclose(unrolled.direction(field, z)[:2], total, atol=1e-12)
    ahead = replace(unrolled, first_order=True).direction(field, z)
    frozen = torch.autograd.grad(field.loss(0, [g, d.detach()], None), g)[0]
    assert torch.allclose(ahead[:2], frozen, atol=1e-12)
    assert not torch.allclose(ahead[:2], total, atol=1e-3)
    assert torch.equal(ahead[2:], field(z)[2:])


def test_first_order_unrolling_cures_xy_less():
    """On xy a look ahead of k steps is the field at the others' place after them."""
    game = Game.zero_sum("x*y")
    z = np.array([1.0, 2.0])
    ahead = Unrolled(0.1, k=3, alpha=0.2, leader=1, first_order=True).direction(game, z)
    full = Unrolled(0.1, k=3, alpha=0.2, leader=1).direction(game, z)
    assert ahead[0] == full[0]
    x = z[0] + 3 * 0.2 * z[1]
    assert ahead[1] == pytest.approx(x) and full[1] == pytest.approx(x + 3 * 0.2 * z[1])


def test_competitive_descent_by_krylov_is_that_of_the_matrix(monkeypatch):
    gan = PlaneGan.of(ring(deviation=0.2), width=5, batch_size=20, activation="tanh")
    field, z = held(gan)
    method = METHODS["cgd"](0.05)
    monkeypatch.setattr("gan.field.DENSE", len(z) - 1)
    krylov, _ = method.step(field, z, ())
    monkeypatch.setattr("gan.field.DENSE", 10_000)
    dense, _ = method.step(field, z, ())
    assert torch.allclose(krylov, dense, atol=1e-8)


def test_an_exponential_average_is_that_of_its_definition():
    game, rule = Game.zero_sum("x*y"), Averaged(Simultaneous(0.1), 0.9)
    path = simulate(game, rule, (2.0, 2.0), 40)
    plain = simulate(game, Simultaneous(0.1), (2.0, 2.0), 40).states
    mean = plain[0]
    for state in plain[1:]:
        mean = 0.9 * mean + 0.1 * state
    assert path.final == pytest.approx(mean, rel=1e-12)


def test_only_the_generator_is_reported_as_an_average():
    field = GAN.field((0,))
    rule, z = Averaged(Simultaneous(0.1), 0.5), field.initial()
    memory = rule.init(field.minibatch(), z)
    for _ in range(3):
        z, memory = rule.step(field.minibatch(), z, memory)
    shown = reported(field, rule, z, memory)
    g, d = field.players
    assert torch.equal(shown[d], z[d]) and torch.equal(shown[g], memory.average[g])
    assert not torch.equal(shown[g], z[g])


def test_the_best_discriminator_of_two_gaussians():
    rng = np.random.default_rng(0)
    real, fake = (rng.normal(mean, 1.0, size=(400_000, 2)) for mean in (0.5, -0.5))
    x = np.linspace(-1.5, 1.5, 31)
    best, share = optimal_discriminator(real, fake, x, x, smoothing=0.5)
    across, up = np.meshgrid(x, x)
    p, q = (norm.pdf(across, m) * norm.pdf(up, m) for m in (0.5, -0.5))
    assert best[3:-3, 3:-3] == pytest.approx((p / (p + q))[3:-3, 3:-3], abs=0.04)
    assert calibration(best, best, share) == 0
    assert calibration(np.full_like(best, 0.5), best, share) > 0.2


def test_path_angles_tell_attraction_from_rotation():
    line = np.linspace(-1, 1, 21)[:, None] * np.array([1.0, 0.0]) + np.array([0.0, 0.0])
    towards = np.array([1.0, 0.0])
    attracts = path_angle(lambda z: z, line[line[:, 0] != 0], towards)
    assert np.allclose(attracts[:10], 1) and np.allclose(attracts[10:], -1)
    turns = path_angle(lambda z: np.array([-z[1], z[0]]), line[line[:, 0] != 0], towards)
    assert np.allclose(turns, 0)


def test_maxout_is_the_largest_of_linear_pieces():
    gan = PlaneGan.of(ring(), width=4, batch_size=8)
    net = replace(gan.discriminator, activation="maxout", depth=1)
    block = net.first([torch.Generator().manual_seed(0)])
    weight, bias, last, shift = (piece[0] for piece in net.pieces(block))
    assert weight.shape == (20, 2) and last.shape == (1, 4)
    x = torch.randn(1, 9, 2)
    hidden = (x[0] @ weight.T + bias).reshape(9, 4, 5).max(dim=-1).values
    assert torch.allclose(net.apply(net.pieces(block), x)[0], hidden @ last.T + shift, atol=1e-6)


def test_pushes_are_gradients_of_each_samples_loss():
    field = GAN.field((0,)).minibatch()
    z = field.initial()
    points = torch.randn(1, 6, 2, generator=torch.Generator().manual_seed(1))
    step = 1e-3
    for loss in ("saturating", "non-saturating", "wasserstein"):
        push = field.push(z, points, loss)
        assert push.shape == points.shape
        further = field.push(z, points + step * push, loss)
        assert torch.isfinite(further).all()
    logits = field.discriminate(z, points)
    share = torch.sigmoid(logits)[..., None]
    slope = field.push(z, points, "wasserstein")
    assert torch.allclose(field.push(z, points, "saturating"), share * slope, atol=1e-6)
    assert torch.allclose(field.push(z, points, "non-saturating"), (1 - share) * slope, atol=1e-6)


def test_the_scene_and_the_next_update_change_nothing():
    lab = Laboratory(Setting(GAN, Alternating(1e-2, Adam(), order=(1, 0))))
    window = window_of(GAN.data, 2)
    before = lab.field.randomness
    scene = scene_of(lab.field.next_batch(), lab.z, window, ("saturating", "hinge"))
    assert scene.surface.shape == scene.optimal.shape == (36, 36) and 0 <= scene.off <= 1
    assert set(scene.pushes) == {"saturating", "hinge"}
    update = next_update(lab.field, lab.setting.method, lab.z, lab.memory)
    lab.advance()
    after = lab.field.generate(lab.z, torch.from_numpy(update.noise))[0].numpy()
    assert after == pytest.approx(update.moved, abs=1e-6)
    assert update.losses[1, 1] < update.losses[0, 1]
    assert lab.field.randomness.used != before.used
    with pytest.raises(ValueError, match="cannot be shown"):
        window_of(Mixture(((0.0,),), 1.0), 2)
