"""Backpropagation through time: by hand, in symbols and term by term, all against torch."""

import numpy as np
import pytest
import sympy
import torch

from dynamics.step_rules import Clipped, RMSProp
from rnn.backward import contributions, loss_at_the_end
from rnn.cells import GRU, LRU, LSTM, Elman
from rnn.jacobians import unroll
from rnn.scratch import ElmanNet
from rnn.symbolic import symbolic_bptt


def test_the_net_from_scratch_is_torchs():
    rng = np.random.default_rng(0)
    net = ElmanNet.random(3, 5, 4, rng)
    x, targets, h0 = rng.normal(size=(7, 3)), rng.integers(4, size=7), rng.normal(size=5)
    module = torch.nn.RNN(3, 5, bias=False).double()
    W_s = torch.tensor(net.W_s, requires_grad=True)
    with torch.no_grad():
        module.weight_hh_l0.copy_(torch.tensor(net.W_hh))
        module.weight_ih_l0.copy_(torch.tensor(net.W_hx))
    hidden = module(torch.tensor(x), torch.tensor(h0)[None])[0]
    loss = torch.nn.functional.cross_entropy(hidden @ W_s.T, torch.tensor(targets), reduction="sum")
    loss.backward()
    assert net.loss(x, targets, h0) == pytest.approx(loss.item(), rel=1e-13)
    assert net.forward(x, h0)[0][1:] == pytest.approx(hidden.detach().numpy(), abs=1e-14)
    gradient = net.gradient(x, targets, h0)
    assert gradient.W_hh == pytest.approx(module.weight_hh_l0.grad.numpy(), abs=1e-13)
    assert gradient.W_hx == pytest.approx(module.weight_ih_l0.grad.numpy(), abs=1e-13)
    assert gradient.W_s == pytest.approx(W_s.grad.numpy(), abs=1e-13)


def taken_apart(cell, at_end=False, steps=9):
    parameters = cell.initial([torch.Generator().manual_seed(3)])
    parameters = {name: value.double() for name, value in parameters.items()}
    rng = torch.Generator().manual_seed(4)
    x = torch.randn(steps, 1, 2, cell.inputs, generator=rng, dtype=torch.float64)

    def losses(states):
        return torch.stack([(cell.output(state) ** 2).sum() for state in states])

    if at_end:
        losses = loss_at_the_end(lambda state: (cell.output(state) ** 2).sum())
    leaves = {name: value.clone().requires_grad_(True) for name, value in parameters.items()}
    total = losses(unroll(cell, leaves, x)[1:]).sum()
    whole = torch.autograd.grad(total, list(leaves.values()))
    return contributions(cell, parameters, x, losses), torch.cat([g.flatten() for g in whole])


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize(
    "cell", [Elman(2, 3), Elman(2, 3, form="pascanu"), LSTM(2, 3), GRU(2, 3), LRU(2, 3)], ids=str
)
def test_the_terms_sum_to_the_gradient(cell, at_end):
    parts, whole = taken_apart(cell, at_end)
    assert parts.gradient == pytest.approx(whole.numpy(), abs=1e-12)
    assert parts.share().sum() == pytest.approx(1)
    assert (np.triu(parts.norms, 1) == 0).all()
    if at_end:
        assert (parts.norms[:-1] == 0).all()


def test_truncation_keeps_one_term_more_than_its_lag():
    parts, _ = taken_apart(Elman(2, 3), at_end=True)
    lengths = [len(np.flatnonzero(parts.norms[-1, -1 - lag :])) for lag in range(9)]
    assert lengths == list(range(1, 10))
    assert parts.kept(8) == pytest.approx((1.0, 1.0))
    assert parts.truncated(2) == pytest.approx(parts.by_lag[:3].sum(axis=0))
    with pytest.raises(ValueError, match="at least 0"):
        parts.truncated(-1)


def test_no_optimiser_changes_the_ratio_of_lags_within_a_parameter():
    parts, _ = taken_apart(Elman(2, 3), at_end=True)
    gradient = parts.gradient
    for rule in (Clipped(threshold=1e-3), RMSProp()):
        direction, _ = rule.scale(gradient, rule.init(gradient))
        scale = direction / gradient
        before = parts.by_lag[1:] / parts.by_lag[:1]
        after = (parts.by_lag * scale)[1:] / (parts.by_lag * scale)[:1]
        assert after == pytest.approx(before, rel=1e-12)
        if isinstance(rule, Clipped):
            assert parts.share(scale) == pytest.approx(parts.share())


@pytest.mark.parametrize("activation", ["tanh", "logistic", "linear"])
@pytest.mark.parametrize(("size", "steps"), [(1, 4), (2, 3)])
def test_the_symbols_are_torchs_gradient(activation, size, steps):
    proof = symbolic_bptt(steps, size, activation)
    rng = np.random.default_rng(1)
    numbers = {symbol.name: float(rng.normal()) for symbol in proof.symbols}
    W = torch.tensor(
        [[numbers["w" if size == 1 else f"w{i}{j}"] for j in range(1, size + 1)]
         for i in range(1, size + 1)],
        dtype=torch.float64, requires_grad=True,
    )  # fmt: skip

    def vector(letter, t):
        names = [f"{letter}{t}"] if size == 1 else [f"{letter}{t}_{i}" for i in (1, 2)]
        return torch.tensor([numbers[name] for name in names], dtype=torch.float64)

    phi = {"tanh": torch.tanh, "logistic": torch.sigmoid, "linear": lambda a: a}[activation]
    state = vector("s", 0)
    for t in range(1, steps + 1):
        state = phi(W @ state + vector("x", t))
    state.sum().backward()
    assert sum(proof.values(numbers)) == pytest.approx(float(W.grad[0, 0]), rel=1e-11)
    assert len(proof.terms) == steps
    assert r"\underbrace" in proof.latex


def test_the_linear_sum_is_the_derivative_of_a_power():
    """With no input each of the T terms is w^(T-1) s_0: the sum is T w^(T-1) s_0."""
    proof = symbolic_bptt(5, 1, "linear")
    w, s0 = sympy.symbols("w s0", real=True)
    silent = {sympy.Symbol(f"x{t}", real=True): 0 for t in range(1, 6)}
    terms = [sympy.expand(term.subs(silent)) for term in proof.expanded()]
    assert terms == [w**4 * s0] * 5


@pytest.mark.parametrize("arguments", [(7, 1), (4, 2), (2, 3), (2, 1, "relu"), (0, 1)])
def test_sums_that_nobody_could_read(arguments):
    with pytest.raises(ValueError, match="must be"):
        symbolic_bptt(*arguments)
