"""Scans give what loops give, and the backward pass of any cell is one."""

import pytest
import torch

from rnn.cells import GRU, LRU, LSTM, Elman
from rnn.jacobians import jacobians, unroll
from rnn.scan import adjoints, depth, loop_diagonal, scan_affine, scan_diagonal


@pytest.mark.parametrize("steps", [1, 2, 3, 64, 100])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_a_scan_is_the_loop(steps, dtype):
    rng = torch.Generator().manual_seed(steps)
    a, b = (torch.randn(steps, 3, 2, dtype=dtype, generator=rng) * 0.7 for _ in range(2))
    assert torch.allclose(scan_diagonal(a, b), loop_diagonal(a, b), atol=1e-12)
    A = torch.randn(steps, 3, 3, dtype=torch.float64, generator=rng) * 0.5
    c = torch.randn(steps, 3, dtype=torch.float64, generator=rng)
    state, states = torch.zeros(3, dtype=torch.float64), []
    for t in range(steps):
        state = A[t] @ state + c[t]
        states.append(state)
    assert torch.allclose(scan_affine(A, c), torch.stack(states), atol=1e-12)


def test_rounds():
    assert [depth(steps) for steps in (1, 2, 3, 1024, 1025)] == [1, 1, 2, 10, 11]


def test_a_linear_recurrent_unit_is_a_scan():
    cell = LRU(3, 4)
    parameters = cell.initial([torch.Generator().manual_seed(0)])
    x = torch.randn(50, 1, 2, 3, generator=torch.Generator().manual_seed(1))
    looped = torch.stack(unroll(cell, parameters, x)[1:])
    drive = torch.complex(*cell.drive(parameters, x).chunk(2, dim=-1))
    turns = cell.multipliers(parameters)[None, :, None].expand_as(drive)
    found = scan_diagonal(turns, drive)
    assert torch.allclose(torch.cat([found.real, found.imag], dim=-1), looped, atol=1e-5)


@pytest.mark.parametrize("cell", [Elman(2, 3), Elman(2, 3, form="pascanu"), LSTM(2, 3), GRU(2, 3)],
                         ids=str)  # fmt: skip
def test_the_backward_pass_of_any_cell_is_a_scan(cell):
    drawn = cell.initial([torch.Generator().manual_seed(0)])
    parameters = {name: value.double() for name, value in drawn.items()}
    x = torch.randn(20, 1, 1, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    start = torch.zeros(1, 1, cell.state_size, dtype=torch.float64, requires_grad=True)
    states = unroll(cell, parameters, x, start)
    weights = torch.randn(20, cell.state_size, generator=torch.Generator().manual_seed(2)).double()
    loss = sum((state * w).sum() for state, w in zip(states[1:], weights, strict=True))
    expected = torch.stack(torch.autograd.grad(loss, states[1:]))[:, 0, 0]
    chain = torch.stack([J[0, 0] for J in jacobians(cell, parameters, x)])
    assert torch.allclose(adjoints(chain, weights), expected, atol=1e-12)
