"""Elementary functions that LLVM can run on several numbers at once.

The C library's ``exp`` is a call for each number and stops a loop from being vectorised. Here the
argument is reduced to :math:`x = n \\ln 2 + r`, :math:`e^r` is Cephes' rational approximation, and
:math:`2^n` is written into the exponent's bits. The error is below 2 units in the last place;
results below 1e-307 are flushed to zero.
"""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir
from numba import float64, int64, njit
from numba.extending import intrinsic

LOG2E = 1.4426950408889634
LN2_HIGH = 0.693145751953125
LN2_LOW = 1.42860682030941723212e-6
SMALLEST, LARGEST = -707.0, 709.78

FLAGS = {"contract", "nsz", "arcp"}
"""The freedoms of floating point that change no outcome: NaN and infinity keep their meaning."""


@intrinsic
def float_of_bits(typing_context: Any, bits: Any) -> Any:
    """The float64 whose bit pattern is this int64."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return float64(int64), code


@njit(fastmath=FLAGS)
def exp(x: float) -> float:
    """:math:`e^x`; infinity above 709.78, NaN for NaN."""
    bounded = min(max(x, SMALLEST), LARGEST)
    n = math.floor(LOG2E * bounded + 0.5)
    r = bounded - n * LN2_HIGH - n * LN2_LOW
    rr = r * r
    odd = r * ((1.26177193074810590878e-4 * rr + 3.02994407707441961300e-2) * rr + 1.0)
    even = (
        (3.00198505138664455042e-6 * rr + 2.52448340349684104192e-3) * rr
        + 2.27265548208155028766e-1
    ) * rr + 2.0
    mantissa = 1.0 + 2.0 * odd / (even - odd)
    value = mantissa * float_of_bits((int64(n) + 1023) << 52)  # type: ignore[call-arg]
    value = math.inf if x > LARGEST else value
    value = 0.0 if x < SMALLEST else value
    return value if x == x else x


@njit(fastmath=FLAGS)
def sigmoid(x: float) -> float:
    """:math:`1/(1 + e^{-x})`, without overflow."""
    return 1.0 / (1.0 + exp(-x))


@njit(fastmath=FLAGS)
def softplus(x: float) -> float:
    """:math:`\\log(1 + e^x)`, without overflow."""
    return max(x, 0.0) + math.log1p(exp(-abs(x)))


@njit(fastmath=FLAGS)
def signum(x: float) -> float:
    """-1, 0 or 1; NaN for NaN."""
    return math.copysign(1.0, x) if x != 0.0 else x


KERNEL_FUNCTIONS: dict[str, Any] = {
    "math": math,
    "exp": exp,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "signum": signum,
}
"""What the text of :class:`~dynamics.engine.codegen.ScalarPrinter` refers to, in a kernel."""
