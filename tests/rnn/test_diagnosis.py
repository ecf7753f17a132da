"""The report on a cell: on cells made to vanish, to explode and to remember."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from rnn.cells import LSTM, Elman
from rnn.diagnosis import diagnose

BATCH = torch.randn(40, 6, 3, generator=torch.Generator().manual_seed(0))


def elman(gain, activation="tanh"):
    cell = Elman(3, 24, activation=activation, weights="orthogonal", gain=gain)
    return cell, cell.initial([torch.Generator().manual_seed(1)])


def test_a_vanishing_cell_is_said_to_vanish():
    cell, parameters = elman(0.5)
    found = diagnose(cell, BATCH, parameters=parameters)
    assert found.exponents[0] < -0.5 and "Gradients vanish" in str(found)
    assert found.half <= 2 and found.share.sum() == pytest.approx(1)
    assert found.horizon == pytest.approx(1 / abs(found.exponents[0]))


def test_an_exploding_cell_is_said_to_explode():
    cell, parameters = elman(1.3, "linear")
    found = diagnose(cell, BATCH, parameters=parameters)
    assert found.exponents == pytest.approx(math.log(1.3), abs=0.02)
    assert "Gradients explode" in str(found) and found.half > 20
    assert found.clip <= found.percentiles[99]


def test_a_remembering_lstm():
    cell = LSTM(3, 8)
    parameters = {name: 0 * v for name, v in cell.initial([torch.Generator()]).items()}
    parameters["bias"][:, 8:16] = 4.0
    found = diagnose(cell, BATCH, parameters=parameters, horizon=100)
    horizon = -1 / math.log(1 / (1 + math.exp(-4)))
    assert found.forget_horizon == pytest.approx(horizon, rel=1e-6)
    assert 1 / (1 + math.exp(-found.forget_bias)) ** 100 == pytest.approx(1 / math.e)
    assert "forget biases at 4.60" in str(found)


@pytest.mark.parametrize("module", [nn.GRU(3, 5), nn.LSTM(3, 5, num_layers=2), nn.RNNCell(3, 5)])
def test_any_torch_module_and_norms_as_autograd_has_them(module):
    found = diagnose(module, BATCH[:10])
    assert np.isfinite(found.exponents[0]) and found.percentiles[50] > 0
    if isinstance(module, nn.GRU):
        weights = torch.randn(5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        module = module.double()
        (module(BATCH[:10, :1].double())[0][-1] @ weights).mean().backward()
        one = diagnose(module, BATCH[:10, :1])
        # two of torch's biases have the same gradient; ours is one
        own = [module.weight_hh_l0, module.weight_ih_l0, module.bias_ih_l0, module.bias_hh_l0]
        parts = [p.grad for p in own[:3]] + [own[3].grad[10:]]
        norm = torch.cat([part.flatten() for part in parts]).norm().item()
        assert one.percentiles[50] == pytest.approx(norm, rel=1e-9)


def test_misuse_is_said():
    with pytest.raises(ValueError, match="parameters="):
        diagnose(LSTM(3, 2), BATCH)
    with pytest.raises(ValueError, match="finite inputs"):
        diagnose(nn.GRU(3, 2), BATCH[0])
    with pytest.raises(ValueError, match="finite inputs"):
        diagnose(nn.GRU(3, 2), BATCH * math.nan)
