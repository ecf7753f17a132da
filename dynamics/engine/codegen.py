"""Straight-line programs as Python source: for arrays, and for one trajectory.

The source is printed by SymPy's code printers from expressions, never from a user's text.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.pycode import PythonCodePrinter

from dynamics.engine.program import Program

INDENT = "    "


class _FloatRationals:
    """Rationals are printed as floats, which divide faster and mean the same."""

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return repr(float(expr))

    def _print_Half(self, expr: sympy.Rational) -> str:
        return "0.5"

    def _print_Heaviside(self, expr: sympy.Expr) -> str:
        argument = self._print(expr.args[0])  # type: ignore[attr-defined]
        return f"(0.5 * (1.0 + {self._signum()}({argument})))"

    def _print_sign(self, expr: sympy.Expr) -> str:
        return f"{self._signum()}({self._print(expr.args[0])})"  # type: ignore[attr-defined]

    def _signum(self) -> str:
        raise NotImplementedError


class ArrayPrinter(_FloatRationals, NumPyPrinter):
    """Prints for whole NumPy arrays."""

    def _print_sigmoid(self, expr: sympy.Expr) -> str:
        return f"(1.0 / (1.0 + numpy.exp(-({self._print(expr.args[0])}))))"

    def _print_softplus(self, expr: sympy.Expr) -> str:
        return f"numpy.logaddexp(0.0, {self._print(expr.args[0])})"

    def _signum(self) -> str:
        return "numpy.sign"


class ScalarPrinter(_FloatRationals, PythonCodePrinter):
    """Prints for one float at a time, in plain Python."""

    def _print_sigmoid(self, expr: sympy.Expr) -> str:
        return f"sigmoid({self._print(expr.args[0])})"

    def _print_softplus(self, expr: sympy.Expr) -> str:
        return f"softplus({self._print(expr.args[0])})"

    def _print_exp(self, expr: sympy.Expr) -> str:
        return f"exp({self._print(expr.args[0])})"

    def _signum(self) -> str:
        return "signum"

    def _print_Pow(self, expr: sympy.Expr, rational: bool = False) -> str:
        base, power = expr.as_base_exp()
        if power.is_Integer and 2 <= abs(power) <= 4:
            factor = self.parenthesize(base, 100)
            product = "*".join([factor] * abs(int(power)))
            return f"({product})" if power > 0 else f"(1.0/({product}))"
        return super()._print_Pow(expr, rational=rational)


@dataclass(frozen=True)
class Body:
    """A program as text: the names of its inputs, a line for each assignment, its outputs."""

    inputs: list[str]
    lines: list[str]
    outputs: list[str]


def body(program: Program, printer: ArrayPrinter | ScalarPrinter) -> Body:
    """Print a program under fresh names: ``a0, a1, …`` for inputs, ``c0, c1, …`` for the rest."""
    program = program.optimised
    names = {symbol: sympy.Symbol(f"a{i}", real=True) for i, symbol in enumerate(program.inputs)}
    for i, (symbol, _) in enumerate(program.assignments):
        names[symbol] = sympy.Symbol(f"c{i}", real=True)
    lines = [
        f"{names[symbol]} = {printer.doprint(expression.xreplace(names))}"
        for symbol, expression in program.assignments
    ]
    outputs = [printer.doprint(output.xreplace(names)) for output in program.outputs]
    return Body([names[symbol].name for symbol in program.inputs], lines, outputs)


def build(source: str, name: str, namespace: dict[str, Any]) -> Callable[..., Any]:
    """The function ``name`` that ``source`` defines."""
    exec(compile(source, f"<generated {name}>", "exec"), namespace)
    return namespace[name]


def indented(lines: list[str], depth: int) -> str:
    """The lines at a depth of indentation, as one text."""
    return "".join(f"{INDENT * depth}{line}\n" for line in lines)


def array_function(program: Program) -> Callable[..., np.ndarray]:
    """The program for arrays: broadcastable inputs in, outputs stacked on a new first axis out."""
    text = body(program, ArrayPrinter())
    source = (
        f"def evaluate({', '.join(text.inputs)}):\n"
        + indented(text.lines, 1)
        + indented([f"return [{', '.join(text.outputs)}]"], 1)
    )
    evaluate = build(source, "evaluate", {"numpy": np, "functools": functools})

    def stacked(*inputs: Any) -> np.ndarray:
        with np.errstate(all="ignore"):
            values = evaluate(*inputs)
        shape = np.broadcast_shapes(*(np.shape(value) for value in inputs))
        result = np.empty((len(values), *shape))
        for row, value in enumerate(values):
            result[row] = value
        return result

    return stacked


def scalar_loop(program: Program, state_size: int, checked: int) -> Callable[..., int]:
    """The program as a loop over one trajectory, on Python floats.

    The compiled ``loop(state, constants, records, every, limit, keep)`` appends every recorded
    state to the list ``keep`` and returns how many steps it took before one left ``[-limit,
    limit]`` in one of its first ``checked`` coordinates (0 if none did).
    """
    text = body(program, ScalarPrinter())
    state, constants = text.inputs[:state_size], text.inputs[state_size:]
    following = [f"b{i}" for i in range(state_size)]
    inside = " and ".join(f"-limit <= {name} <= limit" for name in state[:checked])
    step = [
        *text.lines,
        *(f"{new} = {output}" for new, output in zip(following, text.outputs, strict=True)),
        *(f"{old} = {new}" for old, new in zip(state, following, strict=True)),
        "taken += 1",
        f"if not ({inside}):",
        f"{INDENT}return taken",
    ]
    source = (
        "def loop(state, constants, records, every, limit, keep):\n"
        + indented([f"{', '.join(state)}, = state"], 1)
        + (indented([f"{', '.join(constants)}, = constants"], 1) if constants else "")
        + indented(["taken = 0", "for _ in range(records):"], 1)
        + indented(["for _ in range(every):"], 2)
        + indented(step, 3)
        + indented([f"keep.append(({', '.join(state)},))"], 2)
        + indented(["return 0"], 1)
    )
    return build(source, "loop", dict(SCALAR_FUNCTIONS))


def _exp(x: float) -> float:
    return math.exp(x) if x < 709.78 else (math.inf if x == x else x)


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + _exp(-x))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(_exp(-abs(x)))


def _signum(x: float) -> float:
    return math.copysign(1.0, x) if x != 0.0 else x


SCALAR_FUNCTIONS: dict[str, Any] = {
    "math": math,
    "exp": _exp,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "signum": _signum,
}
"""What the text of :class:`ScalarPrinter` refers to, in plain Python."""
