"""torch's own recurrent modules, and anybody's, as cells of this room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from rnn.cells import GRU, LSTM, Cell, Elman, Foreign, Stacked


def from_torch(module: Any, *, inputs: int | None = None) -> tuple[Cell, dict[str, Tensor]]:
    """A cell and its parameters, with one member, that step as a torch module does.

    ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` and their ``Cell`` classes become cells with analytic
    Jacobians; any other module, or function, of ``(x, state)`` that gives the next state is
    differentiated.

    Parameters
    ----------
    module : the module. One that is not torch's must say the size of its state by an attribute
        ``hidden_size``; ``state`` is one tensor ``(B, hidden_size)``.
    inputs : features of an input, if the module has no ``input_size``.

    Raises
    ------
    ValueError
        If it is bidirectional, has projections, or does not say its sizes.
    """
    if isinstance(module, nn.RNNBase):
        return _network(module)
    if isinstance(module, nn.RNNCellBase):
        cell = _cell(module, module.input_size)
        return cell, _single(_translated(module, dict(module.named_parameters()), ""))
    return _foreign(module, inputs)


def _network(module: nn.RNNBase) -> tuple[Cell, dict[str, Tensor]]:
    if module.bidirectional or module.proj_size:
        raise ValueError(
            "a bidirectional net, or one with projections, has no single chain of Jacobians; "
            "give one direction without projections"
        )
    cells, layers = [], []
    for number in range(module.num_layers):
        cells.append(_cell(module, module.hidden_size if number else module.input_size))
        layers.append(_translated(module, dict(module.named_parameters()), f"_l{number}"))
    if len(cells) == 1:
        return cells[0], _single(layers[0])
    named = {
        f"{n}.{name}": value for n, layer in enumerate(layers) for name, value in layer.items()
    }
    return Stacked.of(*cells), _single(named)


def _cell(module: Any, inputs: int) -> Cell:
    if isinstance(module, nn.LSTM | nn.LSTMCell):
        return LSTM(inputs, module.hidden_size)
    if isinstance(module, nn.GRU | nn.GRUCell):
        return GRU(inputs, module.hidden_size)
    return Elman(inputs, module.hidden_size, activation=module.nonlinearity)


def _translated(module: Any, named: Mapping[str, Tensor], suffix: str) -> dict[str, Tensor]:
    """One layer's parameters in our cells' names; torch's two biases as one where they add."""
    own = {name: named[f"{name}{suffix}"].detach() for name in ("weight_hh", "weight_ih")}
    zero = own["weight_hh"].new_zeros(len(own["weight_hh"]))
    of_inputs = named.get(f"bias_ih{suffix}", zero).detach()
    of_state = named.get(f"bias_hh{suffix}", zero).detach()
    if not isinstance(module, nn.GRU | nn.GRUCell):
        return {**own, "bias": of_inputs + of_state}
    H = module.hidden_size
    bias = of_inputs.clone()
    bias[: 2 * H] += of_state[: 2 * H]
    return {**own, "bias": bias, "bias_reset": of_state[2 * H :]}


def _single(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach()[None].clone() for name, value in parameters.items()}


def _foreign(module: Any, inputs: int | None) -> tuple[Cell, dict[str, Tensor]]:
    size = getattr(module, "hidden_size", None)
    inputs = getattr(module, "input_size", inputs)
    if not callable(module) or not isinstance(size, int) or not isinstance(inputs, int):
        raise ValueError(
            f"{type(module).__name__} cannot be read as a cell: give a torch RNN, or a callable of "
            "(x, state) with attributes hidden_size (of its whole state) and input_size"
        )
    if not isinstance(module, nn.Module):
        return Foreign(inputs, size, lambda _, x, state: _tensor(module(x, state))), {}
    named = _single(dict(module.named_parameters()))

    def function(parameters: Mapping[str, Tensor], x: Tensor, state: Tensor) -> Tensor:
        return _tensor(functional_call(module, dict(parameters), (x, state)))

    return Foreign(inputs, size, function), named


def _tensor(answer: Any) -> Tensor:
    """The next state, also of a module that answers (output, state)."""
    state = answer[-1] if isinstance(answer, tuple) else answer
    if not isinstance(state, torch.Tensor):
        raise ValueError(f"a cell must give the next state as one tensor; got {type(state)}")
    return state
