"""One battery for the whole registry of rules."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from dynamics import METHODS, Game, SingularError, simulate
from dynamics.engine.trace import skeleton_of
from dynamics.engine.tree import flatten
from dynamics.games import named
from dynamics.methods import WRAPPERS, Alternating, Extragradient, Method, Optimistic, Simultaneous
from dynamics.step_rules import Adam, Clipped, Momentum, RMSProp
from frenemy.references import REFERENCES

GAME = named("strongly-monotone")
CURVED = Game.zero_sum("x*y + x^2/4 - y^4/4 - y^2/5 + x^2*y/9", minimizer="x", maximizer="y")
NAMES = sorted(METHODS)


def steps(method, field, z, count=4):
    memory = method.init(field, z)
    for _ in range(count):
        z, memory = method.step(field, z, memory)
    return z, memory


def at_rest(game, method, point, count=5):
    z = np.asarray(point, dtype=float)
    return np.abs(steps(method, game, z, count)[0] - z).max()


def test_the_registry_has_the_promised_names():
    promised = (
        "simultaneous alternating extragradient optimistic heavy-ball alternating-heavy-ball "
        "proximal-point consensus sga cgd look-ahead lola unrolled follow-the-ridge hamiltonian "
        "newton heun rk4 adam rmsprop lookahead averaged projected"
    )
    assert list(METHODS) == promised.split()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_frozen_dataclass_with_working_defaults_and_a_source(name):
    method = METHODS[name]()
    assert isinstance(method, Method)
    with pytest.raises(dataclasses.FrozenInstanceError):
        method.lr = 1
    assert hash(method) == hash(METHODS[name]())
    assert method.reference in REFERENCES
    assert METHODS[name].__doc__ and "Parameters" in METHODS[name].__doc__
    if name not in WRAPPERS:
        assert METHODS[name](lr=0.05).lr == 0.05 == METHODS[name](0.05).lr


@pytest.mark.parametrize("name", NAMES)
def test_an_equilibrium_is_a_fixed_point(name):
    assert at_rest(GAME, METHODS[name](), (0, 0)) == 0
    assert at_rest(CURVED, METHODS[name](), (0, 0)) < 1e-15


def test_the_two_rules_that_shape_the_opponent_move_general_sum_equilibria():
    """LOLA and unrolling look at the others' gradients, which are not zero at an equilibrium."""
    game = Game(["x^2/2 + x*y + y", "y^2/2 - x*y + x"], ["x", "y"])
    moving = {name for name in NAMES if at_rest(game, METHODS[name](), (0, 0)) > 1e-6}
    assert moving == {"lola", "unrolled"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("game", [GAME, CURVED], ids=["quadratic", "curved"])
def test_a_batch_is_its_members(name, game):
    method, starts = METHODS[name](), np.random.default_rng(0).uniform(-1, 1, (2, 3, 2))
    together, memory = steps(method, game, starts)
    for i in range(3):
        for j in range(2):
            alone, own = steps(method, game, starts[:, i, j])
            assert np.allclose(together[:, i, j], alone, rtol=1e-12, atol=1e-14)
            for many, one in zip(flatten(memory), flatten(own), strict=True):
                column = np.broadcast_to(many, (len(many), 3, 2))[:, i, j]
                assert np.allclose(column, one, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_not_mutated(name):
    method, z = METHODS[name](), np.array([0.6, -0.4])
    memory = method.init(CURVED, z)
    _, memory = method.step(CURVED, z, memory)
    before = [array.copy() for array in flatten(memory)]
    method.step(CURVED, z, memory)
    assert z.tolist() == [0.6, -0.4]
    for array, copy in zip(flatten(memory), before, strict=True):
        assert np.array_equal(array, copy)


def hypers():
    for name in NAMES:
        _, values = skeleton_of(METHODS[name]())
        for symbol in values:
            yield name, symbol.name.removeprefix("rule.")


def with_value(method, path, value):
    head, _, rest = path.partition(".")
    inner = with_value(getattr(method, head), rest, value) if rest else value
    return dataclasses.replace(method, **{head: inner})


def value_of(method, path):
    for part in path.split("."):
        method = getattr(method, part)
    return method


@pytest.mark.parametrize(("name", "path"), list(hypers()))
def test_every_hyper_parameter_broadcasts(name, path):
    method, start = METHODS[name](), np.array([0.6, -0.4])
    values = value_of(method, path) * np.array([0.5, 0.9, 1.0])
    batch = np.repeat(start[:, None], 3, axis=1)
    together, _ = steps(with_value(method, path, values), CURVED, batch)
    for i, value in enumerate(values):
        alone, _ = steps(with_value(method, path, float(value)), CURVED, start)
        assert np.allclose(together[:, i], alone, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(WRAPPERS)))
def test_a_step_size_for_each_player(name):
    z = np.array([0.6, -0.4])
    alike, _ = steps(METHODS[name](lr=(0.03, 0.03)), CURVED, z)
    plain, _ = steps(METHODS[name](lr=0.03), CURVED, z)
    assert np.allclose(alike, plain, rtol=1e-12)
    apart, _ = steps(METHODS[name](lr=(0.03, 0.09)), CURVED, z)
    assert not np.allclose(apart, plain)


def test_players_step_sizes_multiply_their_own_gradients():
    z = np.array([0.6, -0.4])
    after, _ = steps(Simultaneous((0.1, 0.4)), CURVED, z, 1)
    assert np.allclose(after, z - np.array([0.1, 0.4]) * CURVED(z))


def test_memory_starts_as_the_papers_say():
    z = np.array([0.6, -0.4])
    assert Optimistic(0.1).init(CURVED, z).previous.tolist() == CURVED(z).tolist()
    first, _ = steps(Optimistic(0.1), CURVED, z, 1)
    assert np.allclose(first, z - 0.1 * CURVED(z))
    assert Momentum().init(z).velocity.tolist() == [0, 0]
    assert RMSProp().init(z).square.tolist() == [0, 0]
    moments = Adam().init(z)
    assert moments.mean.tolist() == moments.square.tolist() == [0, 0]
    assert moments.mean_power.tolist() == moments.square_power.tolist() == [1]
    for name in ("heavy-ball", "alternating-heavy-ball"):
        plain = "simultaneous" if name == "heavy-ball" else "alternating"
        assert np.allclose(
            steps(METHODS[name](0.1), CURVED, z, 1)[0], steps(METHODS[plain](0.1), CURVED, z, 1)[0]
        )


@pytest.mark.parametrize(
    ("name", "torch_name", "hyper"),
    [
        ("adam", "Adam", {"betas": (0.9, 0.999), "eps": 1e-8}),
        ("rmsprop", "RMSprop", {"alpha": 0.99, "eps": 1e-8}),
        ("heavy-ball", "SGD", {"momentum": 0.9}),
        ("simultaneous", "SGD", {}),
    ],
)
def test_step_rules_are_torchs(name, torch_name, hyper):
    """torch's optimisers as an oracle that we did not write."""
    import torch

    parameter = torch.tensor([0.6, -0.4], dtype=torch.float64, requires_grad=True)
    optimiser = getattr(torch.optim, torch_name)([parameter], lr=0.02, **hyper)
    z, method = np.array([0.6, -0.4]), METHODS[name](lr=0.02)
    memory = method.init(CURVED, z)
    for _ in range(50):
        parameter.grad = torch.tensor(CURVED(parameter.detach().numpy()))
        optimiser.step()
        z, memory = method.step(CURVED, z, memory)
    assert np.allclose(z, parameter.detach().numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("by", ["norm", "value"])
def test_clipping_is_torchs(by):
    """Between backward and the step, each state of a batch for itself."""
    import torch

    z = np.random.default_rng(0).normal(size=(2, 5))
    gradient = CURVED(z)
    clipped, _ = Clipped(threshold=0.3, by=by).scale(gradient, ())
    for place in range(5):
        parameter = torch.zeros(2, dtype=torch.float64, requires_grad=True)
        parameter.grad = torch.tensor(gradient[:, place])
        if by == "norm":
            torch.nn.utils.clip_grad_norm_([parameter], 0.3)
        else:
            torch.nn.utils.clip_grad_value_([parameter], 0.3)
        assert np.allclose(clipped[:, place], parameter.grad.numpy(), rtol=1e-5)
    with pytest.raises(ValueError, match="norm, value"):
        Clipped(by="length")


@pytest.mark.parametrize("by", ["norm", "value"])
def test_clipping_compiled_is_clipping_stepped(by):
    method = Simultaneous(0.1, Clipped(Adam(), 0.2, by))
    game = Game.zero_sum("x*y + exp(x)*y^2")
    whole = simulate(game, method, np.array([[0.6, 2.0], [-0.4, 1.0]]), 20)
    single = simulate(game, method, (2.0, 1.0), 20)
    z = np.array([2.0, 1.0])
    memory = method.init(game, z)
    for _ in range(20):
        z, memory = method.step(game, z, memory)
    assert whole.final[:, 1] == pytest.approx(z, rel=1e-10)
    assert single.final == pytest.approx(z, rel=1e-10)


def test_a_step_rule_goes_with_any_direction():
    z = np.array([0.6, -0.4])
    for rule in (Momentum(0.5), RMSProp(), Adam()):
        assert np.isfinite(steps(Extragradient(0.01, step_rule=rule), CURVED, z)[0]).all()
        alone = steps(Alternating(0.01, rule, order=(1, 0)), CURVED, z)[0]
        assert not np.allclose(alone, steps(Alternating(0.01, rule), CURVED, z)[0])


def test_extra_moves_of_a_player_are_steps_of_its_own():
    z = np.array([0.6, -0.4])
    after, _ = steps(Alternating(0.1, order=(1, 1, 0)), CURVED, z, 1)
    y1 = z - 0.1 * np.array([0, 1]) * CURVED(z)
    y2 = y1 - 0.1 * np.array([0, 1]) * CURVED(y1)
    assert np.allclose(after, y2 - 0.1 * np.array([1, 0]) * CURVED(y2))


def test_proximal_point_solves_its_equation():
    z = np.array([0.6, -0.4])
    after, _ = steps(METHODS["proximal-point"](lr=0.5), CURVED, z, 1)
    assert np.abs(after + 0.5 * CURVED(after) - z).max() < 1e-12


def test_unrolled_is_the_total_derivative():
    """Against central differences of the leader's loss after the follower's steps."""
    z, k, alpha, h = np.array([0.6, -0.4]), 3, 0.2, 1e-6

    def unrolled_loss(x):
        w = np.array([x, z[1]])
        for _ in range(k):
            w = w - alpha * np.array([0, 1]) * CURVED(w)
        return CURVED.loss(w, 0)

    slope = (unrolled_loss(z[0] + h) - unrolled_loss(z[0] - h)) / (2 * h)
    after, _ = steps(METHODS["unrolled"](lr=1.0, k=k, alpha=alpha), CURVED, z, 1)
    assert z[0] - after[0] == pytest.approx(slope, rel=1e-7)
    assert z[1] - after[1] == pytest.approx(CURVED(z)[1])


def test_lola_is_the_first_order_of_the_shaped_loss():
    """Foerster's term: the gradient of L1(x, y − α∂L2/∂y) at α → 0, by central differences."""
    z, h, small = np.array([0.6, -0.4]), 1e-5, 1e-4

    def shaped(x):
        w = np.array([x, z[1]])
        w = w - small * np.array([0, 1]) * CURVED(w)
        return CURVED.loss(w, 0)

    slope = (shaped(z[0] + h) - shaped(z[0] - h)) / (2 * h)
    after, _ = steps(METHODS["lola"](lr=1.0, alpha=small), CURVED, z, 1)
    assert z[0] - after[0] == pytest.approx(slope, abs=1e-6)


def test_cgd_is_the_equilibrium_of_the_local_bilinear_game():
    """Schäfer & Anandkumar 2019, equation 4, written out for scalars."""
    z, lr = np.array([0.6, -0.4]), 0.3
    J, F = CURVED.jacobian_at(z), CURVED(z)
    after, _ = steps(METHODS["cgd"](lr=lr), CURVED, z, 1)
    x = -lr / (1 - lr**2 * J[0, 1] * J[1, 0]) * (F[0] - lr * J[0, 1] * F[1])
    y = -lr / (1 - lr**2 * J[1, 0] * J[0, 1]) * (F[1] - lr * J[1, 0] * F[0])
    assert np.allclose(after - z, (x, y))


def test_rules_that_invert_what_is_zero_say_so():
    with pytest.raises(SingularError, match="singular at every state"):
        steps(METHODS["follow-the-ridge"](), named("bilinear"), np.array([1.0, 1.0]))


def test_follow_the_ridge_is_stable_at_minimax_points_only():
    z = np.array([0.05, 0.1])
    near, _ = steps(METHODS["follow-the-ridge"](lr=0.05), named("minimax-not-nash"), z, 400)
    assert np.abs(near).max() < 1e-6
    plain, _ = steps(Simultaneous(0.05), named("minimax-not-nash"), z, 400)
    assert np.abs(plain).max() > 1


@pytest.mark.parametrize("lr", [(0.1,), (0.1, 0.1, 0.1)])
def test_a_wrong_number_of_step_sizes_is_named(lr):
    with pytest.raises(ValueError, match=f"{len(lr)} entries for 2 players"):
        steps(Simultaneous(lr), GAME, np.array([1.0, 1.0]), 1)
