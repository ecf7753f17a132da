"""Affine recurrences all at once: a parallel scan, forward for linear cells, backward for all.

:math:`s_t = A_t s_{t-1} + b_t` is a chain of affine maps, and composing those is associative: in
:math:`\\log_2 T` rounds every step knows the composition of all before it [blelloch1990]_. A
nonlinear cell's *forward* pass is no such chain; its *backward* pass
:math:`g_k = J_{k+1}^T g_{k+1} + b_k` is, whatever the cell.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def depth(steps: int) -> int:
    """Rounds of a scan over so many steps; a loop has as many as there are steps."""
    return math.ceil(math.log2(steps)) if steps > 1 else steps


def scan_diagonal(a: Tensor, b: Tensor) -> Tensor:
    """:math:`s_t = a_t s_{t-1} + b_t` from :math:`s_0 = 0`, entry by entry, real or complex.

    Parameters
    ----------
    a, b : shape ``(T, ...)``.

    Returns
    -------
    :math:`s_1 … s_T`, ``(T, ...)``.
    """
    a, s, reach = a.clone(), b.clone(), 1
    while reach < len(s):
        s[reach:] = s[reach:] + a[reach:] * s[:-reach]
        a[reach:] = a[reach:] * a[:-reach]
        reach *= 2
    return s


def loop_diagonal(a: Tensor, b: Tensor) -> Tensor:
    """The same, one step after the other."""
    s = torch.empty_like(b)
    state = torch.zeros_like(b[0])
    for t in range(len(b)):
        state = a[t] * state + b[t]
        s[t] = state
    return s


def scan_affine(A: Tensor, b: Tensor) -> Tensor:
    """:math:`s_t = A_t s_{t-1} + b_t` from :math:`s_0 = 0` with whole matrices.

    A matrix product a round costs N times what a step of the loop does: it pays only where there
    are more processors than the state has coordinates.

    Parameters
    ----------
    A : shape ``(T, N, N)``. b : shape ``(T, N)``.
    """
    A, s, reach = A.clone(), b.clone(), 1
    while reach < len(s):
        s[reach:] = s[reach:] + torch.einsum("tij,tj->ti", A[reach:], s[:-reach])
        A[reach:] = A[reach:] @ A[:-reach]
        reach *= 2
    return s


def adjoints(jacobians: Tensor, b: Tensor) -> Tensor:
    """:math:`g_k = J_{k+1}^T g_{k+1} + b_k` for k = T … 1, all at once: a scan backward in time.

    Parameters
    ----------
    jacobians : :math:`J_1 … J_T`, ``(T, N, N)``; the first is not needed.
    b : :math:`\\partial E_k/\\partial s_k`, ``(T, N)``.
    """
    backward = torch.cat([torch.zeros_like(jacobians[:1]), jacobians[1:].mT.flip(0)])
    return scan_affine(backward, b.flip(0)).flip(0)
