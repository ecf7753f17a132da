"""Arithmetic on formulas that stays cheap, real and finite, whatever is put together.

SymPy computes exact powers and looks into constants as soon as an expression is built, so a short
text such as ``9^9^9^9`` would keep it busy for ever. Here every operation knows a bound for its
result before it asks SymPy, and looks at the result after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sympy

from dynamics.functions import sigmoid, softplus

MAX_EXPONENT = 20
MAX_CONSTANT = 10**12
MIN_NUMBER = sympy.Rational(1, 10**30)
MAX_DIGITS = 30
MAX_ROOT = 10**4
MAX_WEIGHT = 2000

FUNCTIONS: Mapping[str, Callable[[sympy.Expr], sympy.Expr]] = MappingProxyType(
    {
        "sin": sympy.sin,
        "cos": sympy.cos,
        "tan": sympy.tan,
        "asin": sympy.asin,
        "acos": sympy.acos,
        "atan": sympy.atan,
        "sinh": sympy.sinh,
        "cosh": sympy.cosh,
        "tanh": sympy.tanh,
        "exp": sympy.exp,
        "log": sympy.log,
        "ln": sympy.log,
        "sqrt": sympy.sqrt,
        "abs": sympy.Abs,
        "sigmoid": sigmoid,
        "softplus": softplus,
    }
)
"""The elementary functions of one argument; ``sigmoid`` is the logistic function."""

CONSTANTS: Mapping[str, sympy.Expr] = MappingProxyType({"pi": sympy.pi, "e": sympy.E})


class RefusedError(ValueError):
    """An operation whose result is not finite, not real or too large to work with."""


@dataclass(frozen=True)
class Term:
    """A part of a formula.

    Attributes
    ----------
    expression : the formula.
    weight : no smaller than its degree and than the digits of any of its coefficients.
    """

    expression: sympy.Expr
    weight: int = 1

    @property
    def is_constant(self) -> bool:
        """Whether no variable or parameter occurs in it."""
        return not self.expression.free_symbols


def number(digits: str, exponent: str = "") -> Term:
    """The exact rational that a decimal number means: ``number("0.1", "-3")`` is 1/10000."""
    if sum(map(str.isdigit, digits)) > MAX_DIGITS:
        raise RefusedError(f"a number may have {MAX_DIGITS} digits")
    power = int(exponent[:5] or 0)
    if abs(power) > 2 * MAX_DIGITS:
        raise RefusedError(f"a power of ten may have an exponent up to {2 * MAX_DIGITS}")
    value = sympy.Rational(digits) * sympy.Rational(10) ** power
    if 0 < value < MIN_NUMBER:
        raise RefusedError(f"a number other than 0 must be at least {float(MIN_NUMBER):g}")
    return _checked(value, len(digits) + abs(power))


def add(left: Term, right: Term) -> Term:
    """The sum."""
    return _checked(left.expression + right.expression, left.weight + right.weight)


def subtract(left: Term, right: Term) -> Term:
    """The difference."""
    return _checked(left.expression - right.expression, left.weight + right.weight)


def multiply(left: Term, right: Term) -> Term:
    """The product."""
    return _checked(left.expression * right.expression, left.weight + right.weight)


def divide(left: Term, right: Term) -> Term:
    """The quotient."""
    if right.expression == 0:
        raise RefusedError("division by zero")
    return _checked(left.expression / right.expression, left.weight + right.weight)


def negate(term: Term) -> Term:
    """The term with its sign changed."""
    return Term(-term.expression, term.weight)


def power(base: Term, exponent: Term) -> Term:
    """A power with a bounded rational exponent, or with any exponent on a positive constant."""
    value = exponent.expression
    if base.expression is sympy.E:
        return call("exp", exponent)
    if value.is_Rational:
        if abs(value) > MAX_EXPONENT or value.q > MAX_ROOT:
            raise RefusedError(
                f"the exponent {_short(value)} is out of bounds; it may lie between "
                f"-{MAX_EXPONENT} and {MAX_EXPONENT}, with a denominator up to {MAX_ROOT}"
            )
        if base.expression == 0 and value < 0:
            raise RefusedError("division by zero")
        weight = base.weight * max(1, int(sympy.ceiling(abs(value))))
    elif base.is_constant and _value(base.expression) > 0:
        weight = base.weight + exponent.weight
    else:
        raise RefusedError(
            "an exponent must be a whole number or a fraction, unless the base is a positive "
            "constant; write exp(y*log(x)) for x^y"
        )
    _bounded(weight)
    return _checked(base.expression**value, weight)


def call(name: str, argument: Term) -> Term:
    """The elementary function of that name, see ``FUNCTIONS``."""
    return _checked(FUNCTIONS[name](argument.expression), argument.weight)


def _checked(expression: sympy.Expr, weight: int) -> Term:
    _bounded(weight)
    if expression.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
        raise RefusedError("this is not finite")
    if expression.has(sympy.I):
        raise RefusedError("this is not a real number")
    if not expression.free_symbols and abs(_value(expression)) > MAX_CONSTANT:
        raise RefusedError(f"this constant is beyond {MAX_CONSTANT:.0e}")
    return Term(expression, weight)


def _bounded(weight: int) -> None:
    if weight > MAX_WEIGHT:
        raise RefusedError("these nested powers grow too large; write the formula with lower ones")


def _value(constant: sympy.Expr) -> sympy.Expr:
    """A constant to 15 digits; it may be too large for a float."""
    if constant.is_Rational:
        return constant
    real, imaginary = constant.evalf(15).as_real_imag()
    if imaginary != 0:
        raise RefusedError("this is not a real number")
    if not (real.is_Float or real.is_Rational) or real.is_finite is not True:
        raise RefusedError("this is not finite")
    return real


def _short(value: sympy.Rational) -> str:
    text = str(value)
    return text if len(text) <= 12 else f"{float(value):.6g}"
