"""The error surface of a real net: its loss over two directions in the space of its weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from rnn.net import Net
from rnn.tasks import Batch, Task

AT_ONCE = 64
"""So many points of the surface are evaluated as the members of one batched net."""
KINDS = ("random", "filter-normalised", "recurrent weights")


def directions(net: Net, z: Tensor, kind: str, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Two directions in the space of parameters, ``(P,)`` each.

    ``random``: Gaussian, as long as the parameters are. ``filter-normalised``: each row of a weight
    matrix as long as the net's own row [li2018]_. ``recurrent weights``: two entries of the
    recurrent matrix, the ones of largest magnitude; a step of 1 changes that weight by 1.

    Parameters
    ----------
    z : the flat parameters of one member, ``(P, 1)``.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}")
    if kind == "recurrent weights":
        return _of_weights(net, z)
    found = []
    for _ in range(2):
        d = torch.randn(z.shape, generator=generator, dtype=z.dtype).to(z.device)
        if kind == "random":
            found.append((d * (z.norm() / d.norm()))[:, 0])
        else:
            found.append(_by_filters(net.named(z), net.named(d), net)[:, 0])
    return found[0], found[1]


def surface(
    net: Net, task: Task, batch: Batch, z: Tensor, along: tuple[Tensor, Tensor],
    alphas: np.ndarray, betas: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """The loss at :math:`z + \\alpha d_1 + \\beta d_2`, ``(len(betas), len(alphas))``.

    Parameters
    ----------
    batch : of one member; held fixed over the whole surface.
    z : the flat parameters of that member, ``(P, 1)``.
    along : the two directions, ``(P,)`` each.
    """
    a, b = (torch.from_numpy(grid.ravel()).to(z) for grid in np.meshgrid(alphas, betas))
    losses = []
    with torch.no_grad():
        for at in range(0, len(a), AT_ONCE):
            part = slice(at, at + AT_ONCE)
            points = z + along[0][:, None] * a[part] + along[1][:, None] * b[part]
            many = Batch(*(_spread(tensor, points.shape[1]) for tensor in batch))
            outputs, _ = net.run(
                net.named(points.T.contiguous().T), many.x, read_all=task.reads_all
            )
            losses.append(task.loss(outputs, many))
    return torch.cat(losses).view(len(betas), len(alphas)).double().cpu().numpy()


def along_plane(
    path: np.ndarray, z: np.ndarray, along: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """The shadow of a path of parameters ``(K, P)`` on the plane through z, ``(K, 2)``."""
    basis = np.stack(along, axis=1)
    return np.linalg.lstsq(basis, (path - z).T, rcond=None)[0].T


def _spread(tensor: Tensor, members: int) -> Tensor:
    return tensor.expand(-1, members, *tensor.shape[2:])


def _of_weights(net: Net, z: Tensor) -> tuple[Tensor, Tensor]:
    name = next((name for name in net.shapes if name.endswith("weight_hh")), None)
    if name is None:
        raise ValueError("this cell has no recurrent matrix; choose another kind of direction")
    places = net.named(torch.arange(net.size, dtype=torch.float64)[:, None])[name].flatten().long()
    largest = z[places, 0].abs().argsort(descending=True)[:2]
    units = torch.zeros(2, net.size).to(z)
    units[[0, 1], places[largest]] = 1.0
    return units[0], units[1]


def _by_filters(own: Mapping[str, Tensor], drawn: Mapping[str, Tensor], net: Net) -> Tensor:
    scaled = {}
    for name, value in own.items():
        rows = value.flatten(2) if value.ndim > 2 else value[:, None]
        noise = drawn[name].reshape(rows.shape)
        length = rows.norm(dim=-1, keepdim=True) / noise.norm(dim=-1, keepdim=True)
        scaled[name] = (noise * length).reshape(value.shape)
    return net.flat(scaled)
