"""A cell along a sequence, and the Jacobians of its steps: the factors of every gradient."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from dynamics.product import Spectrum, spectrum
from rnn.cells import Cell, Parameters


def unroll(
    cell: Cell,
    parameters: Parameters,
    x: Tensor,
    state: Tensor | None = None,
    *,
    truncate: int | None = None,
) -> list[Tensor]:
    """The states :math:`s_0, s_1, …, s_T` along a sequence, each ``(E, B, N)``.

    Parameters
    ----------
    x : inputs, ``(T, E, B, D)``.
    state : the first one; zero by default.
    truncate : cut the graph after every so many steps, so that no gradient passes.

    Raises
    ------
    ValueError
        If the shape of the inputs does not fit the cell.
    """
    checked_inputs(cell, parameters, x)
    state = cell.start(x) if state is None else state
    states = [state]
    for t, drive in enumerate(cell.drive(parameters, x).unbind(0)):
        if truncate is not None and t and t % truncate == 0:
            state = state.detach()
        state = cell.step(parameters, drive, state)
        states.append(state)
    return states


def jacobians(
    cell: Cell, parameters: Parameters, x: Tensor, state: Tensor | None = None
) -> Iterator[Tensor]:
    """:math:`J_1, …, J_T`, :math:`J_t = \\partial s_t/\\partial s_{t-1}`, each ``(E, B, N, N)``.

    One after the other, so that a long sequence needs no more memory than a short one.
    """
    checked_inputs(cell, parameters, x)
    with torch.no_grad():
        state = cell.start(x) if state is None else state
        for inputs in x:
            drive = cell.drive(parameters, inputs[None])[0]
            yield cell.jacobian(parameters, drive, state)
            state = cell.step(parameters, drive, state)


def lyapunov(
    cell: Cell,
    parameters: Parameters,
    x: Tensor,
    state: Tensor | None = None,
    *,
    k: int | None = None,
) -> Spectrum:
    """The Lyapunov spectrum of a cell driven by inputs; see :func:`dynamics.product.spectrum`.

    Its arrays end in the axes of members and sequences, ``(E, B)``.
    """
    return spectrum((matrix.double() for matrix in jacobians(cell, parameters, x, state)), k)


def checked_inputs(cell: Cell, parameters: Parameters, x: Tensor) -> Tensor:
    """The inputs, if they fit a cell.

    Raises
    ------
    ValueError
        If they do not.
    """
    if x.ndim != 4 or x.shape[-1] != cell.inputs:
        raise ValueError(
            f"inputs of shape {tuple(x.shape)} do not fit: this cell takes (T, E, B, "
            f"{cell.inputs}), steps first, then members and sequences"
        )
    members = {len(value) for value in parameters.values()}
    if members - {x.shape[1]}:
        raise ValueError(f"inputs for {x.shape[1]} members, parameters of {sorted(members)}")
    return x
