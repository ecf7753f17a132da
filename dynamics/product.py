"""Products of many numbers or matrices, without overflow: what backpropagation through time is.

A gradient that travels through T steps is multiplied by T Jacobians. Their product leaves the range
of floats long before T is large, so it is never formed: numbers are kept as a sign and a logarithm,
matrices as an orthogonal factor and the logarithms of a triangular one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from dynamics.backend import to_numpy

MOST_SPREAD, TOO_FAR = math.log(3e7), math.log(1e9)
"""Columns are made independent again before they should differ in length by the first factor; a
block after which they differ by the second is walked again in halves."""
MOST_STEPS = 64
"""… and after so many steps at the latest."""
RARELY, LARGE = 8, 32
"""A frame of at least ``LARGE`` columns is made orthogonal at every so manieth of these moments;
in between it is eliminated, which is cheaper."""


@dataclass(frozen=True)
class SignedLog:
    """A number that may be too large or too small for a float.

    Attributes
    ----------
    sign : -1, 0 or 1.
    log : the natural logarithm of its magnitude; -inf where the sign is 0.
    """

    sign: int
    log: float

    @property
    def log10(self) -> float:
        """The decimal logarithm of its magnitude."""
        return self.log / math.log(10)

    @property
    def value(self) -> float:
        """As a float: 0 or infinite where it leaves their range."""
        if self.sign == 0:
            return 0.0
        return self.sign * (math.exp(self.log) if self.log < 709.78 else math.inf)

    def __str__(self) -> str:
        if self.sign == 0:
            return "0"
        exponent = math.floor(self.log10)
        leading = self.sign * 10 ** (self.log10 - exponent)
        return f"{leading:.6g}e{exponent:+d}"


def power(w: float, n: int) -> SignedLog:
    """:math:`w^n`, for any number and any whole exponent of at least 0.

    Examples
    --------
    >>> print(power(-0.01, 999))
    -1e-1998

    Raises
    ------
    ValueError
        If w is not finite or n is no such exponent.
    """
    if not math.isfinite(w) or not isinstance(n, int) or n < 0:
        raise ValueError(f"w = {w!r} must be finite and n = {n!r} a whole number of at least 0")
    if n == 0:
        return SignedLog(1, 0.0)
    if w == 0:
        return SignedLog(0, -math.inf)
    return SignedLog(-1 if w < 0 and n % 2 else 1, n * math.log(abs(w)))


def power_derivative(w: float, n: int) -> SignedLog:
    """:math:`n w^{n-1}`, the derivative of :func:`power` by w."""
    if n == 0:
        power(w, n)
        return SignedLog(0, -math.inf)
    rest = power(w, n - 1)
    return SignedLog(rest.sign, rest.log + math.log(n))


def symbolic_power(n: Any) -> tuple[sympy.Expr, sympy.Expr]:
    """:math:`w^n` and its derivative in the symbol w; n may be a symbol too."""
    w = sympy.Symbol("w", real=True)
    value = w**n
    return value, sympy.diff(value, w)


@dataclass(frozen=True, eq=False)
class Spectrum:
    """What a product of Jacobians :math:`J_T \\cdots J_1` does to lengths.

    Attributes
    ----------
    logs : logarithms of the stretching along each of the leading directions after so many steps,
        shape ``(T', k, ...)``: the diagonal of the triangular factor, which tends to that of the
        singular values. -inf where a direction is lost for good.
    times : the steps at which they are known, ``(T',)``; the last is T.
    exponents : Lyapunov exponents, ``logs[-1] / T``, in nats per step, largest first, ``(k, ...)``.
    standard_errors : of the exponents, from the scatter between the times, ``(k, ...)``; NaN where
        there are fewer than two.
    """

    logs: np.ndarray
    times: np.ndarray
    exponents: np.ndarray
    standard_errors: np.ndarray

    @property
    def log_norm(self) -> np.ndarray:
        """The logarithm of the product's largest stretching, ``(...)``."""
        return self.logs[-1].max(axis=0)


def spectrum(jacobians: Iterable[Any], k: int | None = None) -> Spectrum:
    """The Lyapunov exponents of a product of Jacobians, the first to act first.

    An orthogonal frame is carried along (QR) [benettin1980]_. Its columns are made independent
    again only when they threaten not to be, which the rates measured so far foretell, and mostly by
    elimination with pivots (LU) instead of QR: both keep the span of the first columns, so the
    triangular factors multiply to the same one, and elimination is several times as cheap.

    Parameters
    ----------
    jacobians : matrices ``(N, N)`` or batches ``(B, N, N)``, NumPy or torch, in order of time.
    k : how many leading exponents; all N by default.

    Raises
    ------
    ValueError
        If there are none, a shape does not fit, or an entry is not finite.
    """
    walk: _Walk | None = None
    for given in jacobians:
        matrix = _checked(given, None if walk is None else walk.frame)
        if walk is None:
            walk = _Walk(_first_frame(matrix, k))
        walk.take(matrix)
    if walk is None:
        raise ValueError("a product needs at least one Jacobian")
    walk.settle()
    return _spectrum(np.array(walk.logs), np.array(walk.times))


class _Walk:
    """An orthogonal frame on its way through the Jacobians, settled block by block."""

    def __init__(self, frame: np.ndarray):
        self.frame = frame
        self.total = np.zeros(frame.shape[:-2] + frame.shape[-1:])
        self.block: list[np.ndarray] = []
        self.wait, self.eliminated, self.taken = 1, 0, 0
        self.logs: list[np.ndarray] = []
        self.times: list[int] = []

    def take(self, matrix: np.ndarray) -> None:
        """One Jacobian more."""
        self.block.append(matrix)
        if len(self.block) >= self.wait:
            self.settle(orthogonal=not _is_large(self.frame) or self.eliminated >= RARELY)

    def settle(self, orthogonal: bool = True) -> None:
        """Carry the frame through the block, and note how it was stretched if it is orthogonal."""
        if not self.block and not self.eliminated:
            return
        if self.block:
            self.frame, lengths = _carried(self.frame, self.block)
            self.taken += len(self.block)
            self.wait = _patience(lengths, len(self.block))
            self.total, self.block = self.total + lengths, []
            self.eliminated += 1
        if orthogonal:
            self.frame, lengths = _orthogonal(self.frame)
            self.total, self.eliminated = self.total + lengths, 0
            self.logs.append(self.total)
            self.times.append(self.taken)


def _carried(frame: np.ndarray, block: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The frame after a block, and the logarithms of the lengths; in halves if they spread."""
    after = frame
    for matrix in block:
        after = _product(matrix, after)
    columns = after
    after, lengths = _independent(columns)
    if len(block) == 1:
        return after, np.where(_is_lost(lengths, columns), -np.inf, lengths)
    if _spread(lengths) <= TOO_FAR:
        return after, lengths
    middle = len(block) // 2
    frame, first = _carried(frame, block[:middle])
    frame, second = _carried(frame, block[middle:])
    return frame, first + second


def _is_lost(lengths: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Where nothing but rounding is left of a column once those before it are taken away."""
    rounding = np.finfo(float).eps * columns.shape[-2]
    with np.errstate(divide="ignore"):
        return lengths <= np.log(rounding * np.linalg.norm(columns, axis=-2))


def _checked(given: Any, frame: np.ndarray | None) -> np.ndarray:
    matrix = np.asarray(to_numpy(given), dtype=float)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise ValueError(f"a Jacobian must be square, (N, N) or (B, N, N); got {matrix.shape}")
    if frame is not None and matrix.shape[:-1] != frame.shape[:-1]:
        raise ValueError(f"all Jacobians must be of one shape; got {matrix.shape} among others")
    if not np.isfinite(matrix).all():
        raise ValueError("a Jacobian holds an entry that is not finite; did the states diverge?")
    return matrix


def _first_frame(matrix: np.ndarray, k: int | None) -> np.ndarray:
    """Orthonormal columns ``(..., N, k)``: all axes, or random ones, which miss no direction."""
    size = matrix.shape[-1]
    count = size if k is None else k
    if not 1 <= count <= size:
        raise ValueError(f"k = {k!r} must be from 1 to {size}, the size of the Jacobians")
    start = np.eye(size)
    if count < size:
        start, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(size, size)))
    return np.broadcast_to(start[:, :count], (*matrix.shape[:-2], size, count)).copy()


def _is_large(frame: np.ndarray) -> bool:
    """Whether elimination, and SciPy, are worth their overhead.

    Large frames stay with SciPy, in Fortran's order: it and NumPy bring a linear algebra library
    each, and two that take turns wait for each other's threads.
    """
    return frame.ndim == 2 and frame.shape[-1] >= LARGE


def _product(matrix: np.ndarray, frame: np.ndarray) -> np.ndarray:
    if not _is_large(frame):
        return matrix @ frame
    from scipy.linalg.blas import dgemm

    return dgemm(1.0, matrix.T, frame, trans_a=True)


def _independent(frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Well separated columns with the same spans, and the logarithms of the lengths they lost."""
    if not _is_large(frame):
        return _orthogonal(frame)
    from scipy.linalg import lu

    frame, triangle = lu(frame, permute_l=True, check_finite=False)
    return frame, _log_diagonal(triangle)


def _orthogonal(frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same, the columns orthonormal."""
    if not _is_large(frame):
        frame, triangle = np.linalg.qr(frame)
    else:
        from scipy.linalg import qr

        frame, triangle = qr(frame, mode="economic", check_finite=False)
    return frame, _log_diagonal(triangle)


def _log_diagonal(triangle: np.ndarray) -> np.ndarray:
    diagonal = np.abs(np.diagonal(triangle, axis1=-2, axis2=-1))
    with np.errstate(divide="ignore"):
        return np.log(diagonal)


def _patience(lengths: np.ndarray, steps: int) -> int:
    """How many steps the columns stay apart enough, judged by the last block."""
    return int(np.clip(MOST_SPREAD / max(_spread(lengths) / steps, 1e-12), 1, MOST_STEPS))


def _spread(lengths: np.ndarray) -> float:
    """The largest difference of the logarithms of lengths in one frame; infinite where one is 0."""
    if not np.isfinite(lengths).all():
        return math.inf
    return float(np.ptp(lengths, axis=-1).max())


def _spectrum(logs: np.ndarray, times: np.ndarray) -> Spectrum:
    logs = np.moveaxis(logs, -1, 1)
    spans = np.diff(times, prepend=0).reshape(-1, *[1] * (logs.ndim - 1))
    exponents = logs[-1] / times[-1]
    with np.errstate(invalid="ignore"):
        rates = np.diff(logs, axis=0, prepend=0) / spans
        scatter = (spans * (rates - exponents) ** 2).sum(axis=0) / times[-1]
        errors = np.sqrt(scatter / max(len(times) - 1, 1))
    if len(times) < 2:
        errors = np.full(exponents.shape, np.nan)
    order = np.argsort(-exponents, axis=0, kind="stable")
    return Spectrum(
        np.take_along_axis(logs, order[None], axis=1),
        times,
        np.take_along_axis(exponents, order, axis=0),
        np.take_along_axis(errors, order, axis=0),
    )
