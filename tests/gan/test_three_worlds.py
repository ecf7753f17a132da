"""The promise of the house: a rule written once takes the same step in three worlds.

On random quadratic games of two and three players, general sum included, and on the Dirac-GAN made
of two torch modules, every rule's torch step, NumPy step and symbolic step (evaluated at numbers)
agree to 1e-10, memory included.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy
import torch

from dynamics import METHODS, Game, SingularError
from dynamics.engine.tree import flatten
from dynamics.functions import softplus
from dynamics.methods import (
    Alternating,
    Averaged,
    Consensus,
    Extragradient,
    Lookahead,
    Optimistic,
    Projected,
    SymplecticAdjustment,
    Unrolled,
)
from dynamics.step_rules import Adam, Momentum, RMSProp
from gan import Batch, GanField, TorchField

STEPS = 3


class Point(torch.nn.Module):
    """The generator of the Dirac-GAN: a point θ, whatever the noise."""

    def __init__(self, theta: float):
        super().__init__()
        self.theta = torch.nn.Parameter(torch.tensor([theta], dtype=torch.float64))

    def forward(self, noise):
        return self.theta.expand(len(noise), 1)


class Slope(torch.nn.Module):
    """The discriminator of the Dirac-GAN: logits ψx."""

    def __init__(self, psi: float):
        super().__init__()
        self.psi = torch.nn.Parameter(torch.tensor([psi], dtype=torch.float64))

    def forward(self, x):
        return x * self.psi


def dirac(loss):
    theta, psi = sympy.symbols("theta psi", real=True)
    t = theta * psi
    generator = {"saturating": -softplus(t), "non-saturating": softplus(-t), "wasserstein": -t}[
        loss
    ]
    discriminator = t if loss == "wasserstein" else softplus(t) + sympy.log(2)
    batch = Batch(torch.zeros(2, 1, dtype=torch.float64), torch.zeros(2, 1))
    field = GanField(Point(0.7), Slope(-0.4), loss, batch=batch)
    return Game([generator, discriminator], [theta, psi]), field


def quadratic(sizes, seed, zero_sum):
    """Losses ½ zᵀ Q_i z + q_iᵀ z with small integers over ten, as formulas and as tensors."""
    rng, size = np.random.default_rng(seed), sum(sizes)
    forms = rng.integers(-9, 10, (len(sizes), size, size))
    lines = rng.integers(-9, 10, (len(sizes), size))
    if zero_sum:
        forms[1], lines[1] = -forms[0], -lines[0]
    z = sympy.symbols(f"z:{size}", real=True)
    column = sympy.Matrix(z)
    losses = [
        (
            (column.T * sympy.Matrix(Q.tolist()) * column)[0] / 2
            + sympy.Matrix(q.tolist()).dot(column)
        )
        / 10
        for Q, q in zip(forms, lines, strict=True)
    ]
    ends = np.cumsum(sizes)
    players = [z[end - size_ : end] for end, size_ in zip(ends, sizes, strict=True)]
    Q, q = torch.tensor(forms / 10.0), torch.tensor(lines / 10.0)

    def loss(player, blocks, batch):
        whole = torch.cat(list(blocks))
        return whole @ Q[player] @ whole / 2 + q[player] @ whole

    return Game(losses, players), TorchField(loss, sizes)


GAMES = {
    "zero-sum 1+1": lambda: quadratic((1, 1), 1, True),
    "general-sum 1+1": lambda: quadratic((1, 1), 2, False),
    "general-sum 2+1": lambda: quadratic((2, 1), 3, False),
    "zero-sum 2+2": lambda: quadratic((2, 2), 4, True),
    "three players": lambda: quadratic((1, 1, 2), 5, False),
    "Dirac saturating": lambda: dirac("saturating"),
    "Dirac non-saturating": lambda: dirac("non-saturating"),
    "Dirac Wasserstein": lambda: dirac("wasserstein"),
}
RULES = {name: kind() for name, kind in METHODS.items()} | {
    "alternating Adam": Alternating(0.05, Adam()),
    "alternating, second first, twice": Alternating(0.05, order=(1, 1, 0)),
    "ExtraAdam": Extragradient(0.05, step_rule=Adam(beta1=0.5)),
    "optimistic Adam": Optimistic(0.05, Adam()),
    "consensus RMSprop": Consensus(0.05, RMSProp(), gamma=0.3),
    "aligned SGA": SymplecticAdjustment(0.05, lam=0.7, align=True),
    "unrolled momentum": Unrolled(0.05, Momentum(0.5), k=3, alpha=0.2, leader=1),
    "two time scales": Extragradient((0.05, 0.2)),
    "lookahead over extragradient": Lookahead(Extragradient(0.1), k=3),
    "averaged alternating": Averaged(Alternating(0.1)),
    "clipped alternating RMSprop": Projected(Alternating(0.1, RMSProp()), -0.8, 0.8),
}


def numbers(array):
    return np.array([float(value) for value in np.ravel(array)])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("game_name", GAMES)
def test_one_rule_three_worlds(game_name, rule):
    game, field = GAMES[game_name]()
    method = RULES[rule]
    if "two time scales" in rule and len(game.players) > 2:
        pytest.skip("its step sizes are for two players")
    # No round numbers: a gradient of exactly 0 is 1e-17 in floats, and Adam divides by its size.
    start = np.random.default_rng(7).uniform(-0.7, 0.7, game.dimension)
    worlds = {
        "numpy": (game, start),
        "torch": (field, torch.tensor(start)),
        "symbols": (game, np.array([sympy.Float(v, 30) for v in start], dtype=object)),
    }
    results = {name: walk(method, *world) for name, world in worlds.items()}
    if any(result is None for result in results.values()):
        assert all(result is None for result in results.values()), "a step exists in one world only"
        return
    for name in ("torch", "symbols"):
        for ours, theirs in zip(results["numpy"], results[name], strict=True):
            scale = max(1.0, float(np.abs(ours).max(initial=0.0)))
            assert np.abs(ours - theirs).max(initial=0.0) <= 1e-10 * scale


def walk(method, field, z):
    """The state and the memory after every step, flat; None where the step does not exist."""
    seen = []
    try:
        memory = method.init(field, z)
        for _ in range(STEPS):
            z, memory = method.step(field, z, memory)
            seen += [numbers(array) for array in (z, *flatten(memory))]
    except SingularError:
        return None
    return seen


@pytest.mark.parametrize("game_name", GAMES)
def test_the_fields_themselves_agree(game_name):
    game, field = GAMES[game_name]()
    rng = np.random.default_rng(0)
    z, v = rng.normal(size=(2, game.dimension))
    a, b = torch.tensor(z), torch.tensor(v)
    pairs = [
        (game(z), field(a)),
        (game.jvp(z, v), field.jvp(a, b)),
        (game.vjp(z, v), field.vjp(a, b)),
    ]
    for player in range(len(game.players)):
        pairs.append((game.gradient(z, player), field.gradient(a, player)))
        pairs.append((game.loss_gradient(z, player), field.loss_gradient(a, player)))
    for ours, theirs in pairs:
        assert np.allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-12)


def test_a_symbolic_step_is_a_formula():
    """Not only numbers in symbols' clothes: the step of a symbol state, evaluated afterwards."""
    game, field = dirac("non-saturating")
    z = np.array(sympy.symbols("a b", real=True), dtype=object)
    method = Extragradient(0.3)
    formula, _ = method.step(game, z, method.init(game, z))
    at = {z[0]: 0.4, z[1]: -1.2}
    state = torch.tensor([0.4, -1.2], dtype=torch.float64)
    expected, _ = method.step(field, state, method.init(field, state))
    assert np.allclose(
        [float(entry.subs(at).evalf()) for entry in formula], expected.numpy(), atol=1e-12
    )


def test_krylov_and_dense_solutions_agree(monkeypatch):
    _, field = GAMES["general-sum 2+1"]()
    z = torch.tensor([0.3, -0.2, 0.9], dtype=torch.float64)
    b = torch.tensor([1.0, 2.0, -1.0], dtype=torch.float64)
    dense = field.solve(lambda v: field.jvp(z, v), b)
    monkeypatch.setattr("gan.field.DENSE", 0)
    assert torch.allclose(field.solve(lambda v: field.jvp(z, v), b), dense, rtol=1e-9)
