"""Games whose field is linear: what rotates, what attracts, and any mixture of the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy

from dynamics.game import Game, exact


def bilinear() -> Game:
    """The lecture's game: x maximises xy, y minimises it.

    The only equilibrium is (0, 0); simultaneous steps spiral away from it for every step size.
    """
    return Game.zero_sum("x*y", minimizer="y", maximizer="x")


def bilinear_matrix(A: Sequence[Sequence[Any]] = ((1, 2), (0, 1))) -> Game:
    """:math:`x^T A y`, x minimises: one rotation for every singular value of A.

    Simultaneous steps diverge along each; the largest singular value limits the step of every
    cure, the smallest its rate (gidel2019vip).

    Parameters
    ----------
    A : the payoffs, shape ``(m, n)``.

    Raises
    ------
    ValueError
        If A is no matrix.
    """
    matrix = np.array(A, dtype=object)
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(f"A must be a matrix, one row for each variable of x; got {A!r:.60}")
    x, y = (_symbols(name, size) for name, size in zip("xy", matrix.shape, strict=True))
    value = sum(exact(matrix[i, j]) * x[i] * y[j] for i in range(len(x)) for j in range(len(y)))
    return Game.zero_sum(value, minimizer=x, maximizer=y)


def strongly_monotone(mu: float = 0.5) -> Game:
    """:math:`\\tfrac\\mu2 x^2 + xy - \\tfrac\\mu2 y^2`, x minimises: rotation with friction.

    Simultaneous steps converge for :math:`\\eta < 2\\mu/(1 + \\mu^2)`.
    """
    return Game.zero_sum("mu/2*x^2 + x*y - mu/2*y^2", minimizer="x", maximizer="y", mu=mu)


def quadratic(spectrum: Sequence[complex] = (0.5 + 1j, 0.2 + 3j, 1.0)) -> Game:
    """A zero-sum game, x minimises, whose field has the given eigenvalues.

    An entry :math:`a + bi` stands for itself and its conjugate and gives
    :math:`\\tfrac a2 x_i^2 + b x_i y_i - \\tfrac a2 y_i^2`; real entries are shared out in turn.

    Parameters
    ----------
    spectrum : eigenvalues of the Jacobian, of every conjugate pair one. Converging rules need
        positive real parts.

    Raises
    ------
    ValueError
        If a player gets no variable, or an entry is not finite.
    """
    values = [complex(entry) for entry in spectrum]
    if not all(np.isfinite(values)):
        raise ValueError(f"spectrum = {spectrum!r} must hold finite numbers")
    turning = [value for value in values if value.imag != 0]
    real = [value.real for value in values if value.imag == 0]
    count = len(turning)
    x, y = _symbols("x", count + (len(real) + 1) // 2), _symbols("y", count + len(real) // 2)
    if not x or not y:
        raise ValueError(
            f"spectrum = {spectrum!r} gives a player nothing to move; a complex entry, or two real "
            "ones, are the least"
        )
    value = sympy.S.Zero
    for entry, a, b in zip(turning, x, y, strict=False):
        pull, turn = exact(entry.real), exact(abs(entry.imag))
        value += pull * (a**2 - b**2) / 2 + turn * a * b
    for place, entry in enumerate(real):
        side, sign = (y, -1) if place % 2 else (x, 1)
        value += sign * exact(entry) * side[count + place // 2] ** 2 / 2
    return Game.zero_sum(value, minimizer=x, maximizer=y)


def potential() -> Game:
    """A game of common interest: both players minimise :math:`x^2 + xy + y^2`.

    The field is the gradient of one function, its Jacobian symmetric: training is plain descent
    and cannot turn (balduzzi2018).
    """
    return Game(["x^2 + x*y + y^2", "x^2 + x*y + y^2"], ["x", "y"])


def hamiltonian() -> Game:
    """A game of pure rotation with general sums: losses :math:`x(y - 1)` and :math:`-(x + 2)y`.

    The Jacobian is antisymmetric: the flow keeps :math:`\\tfrac12 \\lVert F \\rVert^2`, and turns
    for ever about (−2, 1) (balduzzi2018).
    """
    return Game(["x*(y - 1)", "-(x + 2)*y"], ["x", "y"])


def _symbols(letter: str, count: int) -> tuple[sympy.Symbol, ...]:
    """``x``, or ``x1``, ``x2``, … where there are several."""
    names = [letter] if count == 1 else [f"{letter}{i}" for i in range(1, count + 1)]
    return tuple(sympy.Symbol(name, real=True) for name in names)
