"""Quantal response equilibria: logit responses to each other."""

from __future__ import annotations

import numpy as np

from dynamics.matrix import MatrixGame

STEP = 0.05
"""How far the logarithm of the rationality moves between two solutions on the branch."""


def quantal_response(game: MatrixGame, rationality: float) -> tuple[np.ndarray, np.ndarray]:
    """The logit equilibrium on the branch that begins at even shares (mckelvey1995).

    :math:`x = \\mathrm{softmax}(\\lambda A y)`, :math:`y = \\mathrm{softmax}(\\lambda B^T x)`,
    followed from λ = 0 by Newton's method. As λ grows the branch selects an equilibrium.

    Parameters
    ----------
    game : the matrix game.
    rationality : λ, one over the temperature of :class:`LogitResponse`, at least 0.

    Returns
    -------
    row, column : shapes ``(m,)`` and ``(n,)``.

    Raises
    ------
    ValueError
        If λ is negative, or the branch turns back before it.
    """
    if not (np.isfinite(rationality) and rationality >= 0):
        raise ValueError(f"rationality = {rationality!r} must be a number of at least 0")
    A, B = np.array(game.A, dtype=float), np.array(game.B, dtype=float)
    m = len(A)
    shares = np.concatenate([np.full(size, 1 / size) for size in A.shape])
    first = 0.01 / max(np.ptp(A), np.ptp(B), 1e-300)
    count = max(int(np.ceil(np.log(max(rationality / first, 1.0)) / STEP)), 1)
    for value in rationality * np.exp(-STEP * np.arange(count)[::-1]) if rationality else []:
        shares = _corrected(A, B, float(value), shares)
    return shares[:m], shares[m:]


def _corrected(A: np.ndarray, B: np.ndarray, value: float, shares: np.ndarray) -> np.ndarray:
    m = len(A)
    for _ in range(60):
        row, column = _softmax(value * A @ shares[m:]), _softmax(value * shares[:m] @ B)
        residual = shares - np.concatenate([row, column])
        if np.abs(residual).max() < 1e-13:
            return shares
        jacobian = np.eye(len(shares))
        jacobian[:m, m:] = -value * (np.diag(row) - np.outer(row, row)) @ A
        jacobian[m:, :m] = -value * (np.diag(column) - np.outer(column, column)) @ B.T
        shares = shares - np.linalg.solve(jacobian, residual)
    raise ValueError(
        f"the branch of logit equilibria cannot be followed beyond rationality {value:.3g}; "
        "ask for a smaller one"
    )


def _softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()
