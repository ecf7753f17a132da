"""Formulas as LLVM instructions that work on several numbers at once.

The C library's ``exp`` is a call for each number and stops a loop from being vectorised. Here the
argument is reduced to :math:`x = n \\ln 2 + r`, :math:`e^r` is Cephes' rational approximation, and
:math:`2^n` is written into the exponent's bits. The error is below 2 units in the last place;
results below 1e-307 are flushed to zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import sympy
from llvmlite import ir

from dynamics.functions import sigmoid, softplus

DOUBLE, INTEGER = ir.DoubleType(), ir.IntType(64)
FREEDOMS = ("contract", "nsz", "arcp")
"""The freedoms of floating point that change no outcome: NaN and infinity keep their meaning."""

SMALLEST, LARGEST = -707.0, 709.78
LN2_HIGH, LN2_LOW = 0.693145751953125, 1.42860682030941723212e-6
ROUNDER = 1.5 * 2.0**52
"""Added to a small number it leaves the nearest integer in the last bits."""
ODD = (1.26177193074810590878e-4, 3.02994407707441961300e-2, 1.0)
EVEN = (3.00198505138664455042e-6, 2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.0)
HIGHEST_POWER = 64

LIBRARY = {
    sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan", sympy.asin: "asin",
    sympy.acos: "acos", sympy.atan: "atan", sympy.sinh: "sinh", sympy.cosh: "cosh",
    sympy.tanh: "tanh",
}  # fmt: skip
"""Functions that are calls into the C library."""

Value = Any
"""A value of LLVM's intermediate representation."""


class Emitter:
    """Puts the instructions for formulas where a builder stands."""

    def __init__(self, builder: ir.IRBuilder):
        self.builder = builder

    def formula(self, expression: sympy.Expr, values: Mapping[sympy.Symbol, Value]) -> Value:
        """The value of a formula, from the values of its symbols."""
        if expression.is_Symbol:
            return values[expression]
        if expression.is_number:
            return ir.Constant(DOUBLE, float(expression))
        return RULES[expression.func](self, expression, values)

    def add(self, one: Value, other: Value) -> Value:
        """:math:`a + b`."""
        return self.builder.fadd(one, other, flags=FREEDOMS)

    def subtract(self, one: Value, other: Value) -> Value:
        """:math:`a - b`."""
        return self.builder.fsub(one, other, flags=FREEDOMS)

    def multiply(self, one: Value, other: Value) -> Value:
        """:math:`a b`."""
        return self.builder.fmul(one, other, flags=FREEDOMS)

    def divide(self, one: Value, other: Value) -> Value:
        """:math:`a / b`."""
        return self.builder.fdiv(one, other, flags=FREEDOMS)

    def choose(self, one: Value, sign: str, other: Value, yes: Value, no: Value) -> Value:
        """``yes`` where the comparison holds (never with NaN), else ``no``."""
        return self.builder.select(self.builder.fcmp_ordered(sign, one, other), yes, no)

    def intrinsic(self, name: str, *arguments: Value) -> Value:
        """What LLVM has itself."""
        kind = ir.FunctionType(DOUBLE, [DOUBLE] * len(arguments))
        function = self.builder.module.declare_intrinsic(f"llvm.{name}", [DOUBLE], kind)
        return self.builder.call(function, arguments)

    def call(self, name: str, argument: Value) -> Value:
        """A function of the C library."""
        module = self.builder.module
        function = module.globals.get(name) or ir.Function(
            module, ir.FunctionType(DOUBLE, [DOUBLE]), name
        )
        return self.builder.call(function, [argument])

    def polynomial(self, coefficients: tuple[float, ...], x: Value) -> Value:
        """Horner's rule, the highest coefficient first."""
        first, *rest = (number(value) for value in coefficients)
        return reduce(lambda sum_, next_: self.add(self.multiply(sum_, x), next_), rest, first)

    def exp(self, x: Value) -> Value:
        """:math:`e^x`; infinity above 709.78, NaN for NaN."""
        smallest, largest = number(SMALLEST), number(LARGEST)
        bounded = self.choose(x, ">", smallest, x, smallest)
        bounded = self.choose(bounded, "<", largest, bounded, largest)
        rounded = self.add(self.multiply(bounded, number(1 / math.log(2))), number(ROUNDER))
        n = self.subtract(rounded, number(ROUNDER))
        r = self.subtract(bounded, self.multiply(n, number(LN2_HIGH)))
        r = self.subtract(r, self.multiply(n, number(LN2_LOW)))
        square = self.multiply(r, r)
        odd = self.multiply(r, self.polynomial(ODD, square))
        even = self.polynomial(EVEN, square)
        ratio = self.divide(odd, self.subtract(even, odd))
        twice = self.add(number(2.0), self.multiply(number(4.0), ratio))
        bits = self.builder.bitcast(rounded, INTEGER)
        exponent = self.builder.shl(
            self.builder.add(bits, ir.Constant(INTEGER, 1022)), ir.Constant(INTEGER, 52)
        )
        value = self.multiply(twice, self.builder.bitcast(exponent, DOUBLE))
        value = self.choose(x, ">", largest, number(math.inf), value)
        value = self.choose(x, "<", smallest, number(0.0), value)
        return self.choose(x, "ord", x, value, x)

    def signum(self, x: Value) -> Value:
        """-1, 0 or 1; NaN for NaN."""
        return self.choose(x, "!=", number(0.0), self.intrinsic("copysign", number(1.0), x), x)

    def power(self, base: Value, exponent: int) -> Value:
        """A whole power of at least 1, by squaring."""
        result = None
        while exponent:
            if exponent & 1:
                result = base if result is None else self.multiply(result, base)
            exponent >>= 1
            base = self.multiply(base, base) if exponent else base
        return result


def number(value: float) -> Value:
    """A constant."""
    return ir.Constant(DOUBLE, value)


def _sum(emit: Emitter, expression: sympy.Expr, values: Mapping) -> Value:
    terms = [emit.formula(term, values) for term in expression.args]
    return reduce(emit.add, terms)


def _product(emit: Emitter, expression: sympy.Expr, values: Mapping) -> Value:
    """One division for all negative powers."""
    over: list[sympy.Expr] = []
    under: list[sympy.Expr] = []
    for factor in expression.args:
        inverse = factor.is_Pow and factor.exp.is_Rational and factor.exp.is_negative
        (under if inverse else over).append(1 / factor if inverse else factor)
    upper = [emit.formula(factor, values) for factor in over] or [number(1.0)]
    top = reduce(emit.multiply, upper)
    if not under:
        return top
    return emit.divide(top, reduce(emit.multiply, (emit.formula(one, values) for one in under)))


def _power(emit: Emitter, expression: sympy.Expr, values: Mapping) -> Value:
    base, exponent = emit.formula(expression.base, values), expression.exp
    if exponent.is_Rational and exponent.is_negative:
        inverse = emit.formula(sympy.Pow(expression.base, -exponent, evaluate=False), values)
        return emit.divide(number(1.0), inverse)
    if exponent == sympy.S.Half:
        return emit.intrinsic("sqrt", base)
    if exponent.is_Integer and exponent <= HIGHEST_POWER:
        return emit.power(base, int(exponent))
    return emit.intrinsic("pow", base, emit.formula(exponent, values))


def _of_one(function: Callable[[Emitter, Value], Value]) -> Callable[..., Value]:
    def rule(emit: Emitter, expression: sympy.Expr, values: Mapping) -> Value:
        return function(emit, emit.formula(expression.args[0], values))

    return rule


def _of_many(intrinsic: str) -> Callable[..., Value]:
    def rule(emit: Emitter, expression: sympy.Expr, values: Mapping) -> Value:
        arguments = [emit.formula(argument, values) for argument in expression.args]
        return reduce(lambda one, other: emit.intrinsic(intrinsic, one, other), arguments)

    return rule


def _library(name: str) -> Callable[..., Value]:
    return _of_one(lambda emit, x: emit.call(name, x))


def _negated(x: Value, emit: Emitter) -> Value:
    return emit.builder.fneg(x)


def _sigmoid(emit: Emitter, x: Value) -> Value:
    """:math:`1/(1 + e^{-x})`, without overflow."""
    one = number(1.0)
    return emit.divide(one, emit.add(one, emit.exp(_negated(x, emit))))


def _softplus(emit: Emitter, x: Value) -> Value:
    """:math:`\\log(1 + e^x)`, without overflow."""
    small = emit.exp(_negated(emit.intrinsic("fabs", x), emit))
    return emit.add(emit.intrinsic("maximum", x, number(0.0)), emit.call("log1p", small))


def _heaviside(emit: Emitter, x: Value) -> Value:
    return emit.multiply(number(0.5), emit.add(number(1.0), emit.signum(x)))


RULES: dict[Any, Callable[..., Value]] = {
    sympy.Add: _sum,
    sympy.Mul: _product,
    sympy.Pow: _power,
    sympy.exp: _of_one(Emitter.exp),
    sigmoid: _of_one(_sigmoid),
    softplus: _of_one(_softplus),
    sympy.Abs: _of_one(lambda emit, x: emit.intrinsic("fabs", x)),
    sympy.sign: _of_one(Emitter.signum),
    sympy.Heaviside: _of_one(_heaviside),
    sympy.Max: _of_many("maximum"),
    sympy.Min: _of_many("minimum"),
    **{function: _library(name) for function, name in LIBRARY.items()},
}
"""SymPy function -> its instructions."""


def can_emit(expression: sympy.Expr) -> bool:
    """Whether there are instructions for everything in a formula."""
    return all(
        node.is_Symbol or node.is_number or node.func in RULES
        for node in sympy.preorder_traversal(expression)
    )
