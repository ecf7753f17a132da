"""Cells beside torch's modules, analytic Jacobians beside automatic ones."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from rnn.cells import CELLS, FORMS, GRU, LRU, LSTM, Elman, MatrixProduct, Stacked
from rnn.cells._cell import differentiated
from rnn.from_torch import from_torch
from rnn.jacobians import jacobians, lyapunov, unroll

ELMANS = [
    Elman(3, 4, activation=activation, form=form, weights=weights, gain=1.2)
    for activation in ("tanh", "logistic", "relu", "leaky-relu", "linear")
    for form, weights in zip(FORMS, ("orthogonal", "gaussian"), strict=True)
]
ALL = [*ELMANS, LSTM(3, 4), LSTM(3, 4, forget_bias=2.0), LSTM(3, 4, chrono=50.0), GRU(3, 4),
       LRU(3, 4), MatrixProduct(9, 3), Stacked.of(GRU(3, 4), LSTM(4, 2))]  # fmt: skip


def members(cell, count=2, seed=0):
    generators = [torch.Generator().manual_seed(seed + e) for e in range(count)]
    return {name: value.double() for name, value in cell.initial(generators).items()}


def inputs(cell, steps=5, count=2, sequences=3):
    rng = torch.Generator().manual_seed(9)
    return torch.randn(steps, count, sequences, cell.inputs, generator=rng, dtype=torch.float64)


@pytest.mark.parametrize("cell", ALL, ids=str)
def test_the_analytic_jacobian_is_that_of_autograd(cell):
    parameters = members(cell)
    state = torch.randn(2, 3, cell.state_size, dtype=torch.float64, generator=torch.Generator())
    drive = cell.drive(parameters, inputs(cell))[0]
    analytic = cell.jacobian(parameters, drive, state)
    assert analytic.shape == (2, 3, cell.state_size, cell.state_size)
    assert (analytic - differentiated(cell, parameters, drive, state)).abs().max() < 1e-10


@pytest.mark.parametrize(
    "module",
    [
        nn.RNN(3, 4), nn.RNN(3, 4, nonlinearity="relu", bias=False), nn.LSTM(3, 4), nn.GRU(3, 4),
        nn.GRU(3, 4, num_layers=2), nn.LSTM(3, 4, num_layers=3), nn.RNNCell(3, 4),
        nn.LSTMCell(3, 4), nn.GRUCell(3, 4),
    ],
    ids=repr,
)  # fmt: skip
def test_torchs_modules_become_cells(module):
    module = module.double()
    cell, parameters = from_torch(module)
    x = inputs(cell, count=1)
    states = unroll(cell, parameters, x)
    ours = torch.stack([cell.output(state) for state in states[1:]])[:, 0]
    if isinstance(module, nn.RNNBase):
        theirs = module(x[:, 0])[0]
    else:
        state, seen = None, []
        for step in x[:, 0]:
            state = module(step, state)
            seen.append(state[0] if isinstance(state, tuple) else state)
        theirs = torch.stack(seen)
    assert torch.allclose(ours, theirs, atol=1e-12)


def test_a_users_own_cell_is_differentiated():
    class Leaky(nn.Module):
        hidden_size, input_size = 4, 3

        def __init__(self):
            super().__init__()
            self.inner = nn.RNNCell(3, 4)

        def forward(self, x, state):
            return 0.9 * state + 0.1 * self.inner(x, state)

    module = Leaky().double()
    cell, parameters = from_torch(module)
    (first, *_) = jacobians(cell, parameters, inputs(cell, count=1))
    state = torch.zeros(1, 4, dtype=torch.float64)
    x = inputs(cell, count=1)[0, 0, :1]
    expected = torch.autograd.functional.jacobian(lambda s: module(x, s)[0], state)[:, 0]
    assert torch.allclose(first[0, 0], expected, atol=1e-12)

    def plain(x, state):
        return torch.tanh(state + x)

    plain.hidden_size, plain.input_size = 3, 3
    cell, parameters = from_torch(plain)
    assert len(list(jacobians(cell, parameters, inputs(cell, count=1)))) == 5


@pytest.mark.parametrize(
    ("module", "says"),
    [
        (nn.LSTM(2, 3, bidirectional=True), "bidirectional"),
        (nn.LSTM(2, 3, proj_size=2), "projections"),
        (nn.Linear(2, 3), "hidden_size"),
        (3, "hidden_size"),
    ],
)
def test_what_is_no_cell(module, says):
    with pytest.raises(ValueError, match=says):
        from_torch(module)


def test_the_lstm_remembers_through_its_cell():
    """With zero weights and forget bias 2: log sigma(2), not minus infinity (rnn.md)."""
    cell = LSTM(1, 3)
    parameters = {name: torch.zeros_like(value) for name, value in members(cell, 1).items()}
    parameters["bias"][:, 3:6] = 2.0
    found = lyapunov(cell, parameters, torch.zeros(3000, 1, 1, 1, dtype=torch.float64))
    sigma = 1 / (1 + math.exp(-2))
    assert found.exponents[:3, 0, 0] == pytest.approx(math.log(sigma), abs=1e-3)
    assert math.log(sigma) == pytest.approx(-0.126928, abs=1e-6)
    assert (found.exponents[3:] == -np.inf).all()


def test_exponents_of_a_linear_recurrent_unit_are_exact():
    cell = LRU(1, 5)
    parameters = members(cell, 1)
    found = lyapunov(cell, parameters, torch.zeros(4000, 1, 1, 1, dtype=torch.float64))
    closed = cell.multipliers(parameters).abs().log().numpy().repeat(2)
    assert found.exponents[:, 0, 0] == pytest.approx(np.sort(closed)[::-1], abs=1e-3)
    assert (np.exp(closed) > 0.9).all() and (np.exp(closed) < 0.999).all()


def test_members_are_independent():
    for cell in ALL:
        both, x = members(cell), inputs(cell)
        together = unroll(cell, both, x)[-1]
        if not both:
            continue
        alone = {name: value[1:] for name, value in both.items()}
        assert torch.allclose(together[1:], unroll(cell, alone, x[:, 1:])[-1], atol=1e-13)


def test_truncation_cuts_the_gradient_and_nothing_else():
    cell = GRU(3, 4)
    parameters, x = members(cell), inputs(cell)
    x.requires_grad_(True)
    cut = unroll(cell, parameters, x, truncate=2)
    whole = unroll(cell, parameters, x)
    assert torch.equal(cut[-1], whole[-1])
    (gradient,) = torch.autograd.grad(cut[-1].sum(), x)
    assert (gradient[:4] == 0).all() and (gradient[4] != 0).all()


def test_starts_are_what_they_say():
    generator = torch.Generator().manual_seed(0)
    W = Elman(1, 40, weights="orthogonal", gain=0.7).first(generator)["weight_hh"].double()
    assert torch.allclose(W @ W.T, 0.49 * torch.eye(40, dtype=torch.float64), atol=1e-5)
    assert torch.equal(Elman(1, 3, weights="identity").first(generator)["weight_hh"], torch.eye(3))
    W = Elman(1, 400, weights="gaussian", gain=1.5).first(generator)["weight_hh"]
    assert torch.linalg.eigvals(W).abs().max() == pytest.approx(1.5, rel=0.1)
    assert torch.linalg.matrix_norm(W, 2) == pytest.approx(3.0, rel=0.05)
    bias = LSTM(1, 2000, chrono=100.0).first(generator)["bias"]
    assert 0 <= bias[2000:4000].min() and bias[2000:4000].max() <= math.log(99)
    assert torch.equal(bias[:2000], -bias[2000:4000])
    assert (LSTM(1, 5, forget_bias=1.5).first(generator)["bias"][5:10] == 1.5).all()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Elman(1, 0), "hidden = 0"),
        (lambda: Elman(1, 2, activation="softmax"), "one of tanh"),
        (lambda: Elman(1, 2, form="jordan"), "elman, pascanu"),
        (lambda: LSTM(1, 2, chrono=1.0), "above 2"),
        (lambda: LSTM(1, 2, chrono=9.0, forget_bias=1.0), "not both"),
        (lambda: LRU(1, 2, least=0.9, most=1.1), "least < most"),
        (lambda: Stacked.of(GRU(1, 2), GRU(3, 2)), "make them agree"),
        (lambda: MatrixProduct(5, 2), "hidden squared"),
        (lambda: unroll(GRU(1, 2), members(GRU(1, 2)), torch.zeros(3, 2, 1, 2)), "do not fit"),
    ],
)
def test_misuse_is_said(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_every_cell_can_be_chosen():
    assert set(CELLS) == {"elman", "lstm", "gru", "lru"}
