"""Exact derivatives of straight-line programs, by the chain rule along the tape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy.polys.polyerrors import CoercionFailed, GeneratorsError

from dynamics.engine.program import Program

Values = dict[sympy.Symbol, sympy.Expr]
Row = dict[sympy.Symbol, Any]
"""The non-zero derivatives of one quantity by the state's symbols, as elements of a domain."""


class NotDifferentiableError(ValueError):
    """A program has no derivative at the point where it was asked for."""


@dataclass
class _Tape:
    """Values and derivatives so far. The derivatives live in a field of rational functions."""

    domain: Any
    values: Values
    rows: dict[sympy.Symbol, Row] = field(default_factory=dict)

    def seed(self, state: Sequence[sympy.Symbol]) -> None:
        """The state's own derivatives."""
        self.rows = {symbol: {symbol: self.domain.one} for symbol in state}

    def value(self, expression: sympy.Expr) -> sympy.Expr:
        """The expression with everything known put in."""
        value = expression.xreplace(self.values)
        if value.has(sympy.zoo, sympy.nan, sympy.oo):
            raise NotDifferentiableError(f"{expression} is not finite or not smooth there")
        return value

    def row(self, expression: sympy.Expr) -> Row:
        """The derivatives of an expression."""
        total: Row = {}
        for symbol in expression.free_symbols & self.rows.keys():
            outer = self.domain.from_sympy(self.value(sympy.diff(expression, symbol)))
            for variable, inner in self.rows[symbol].items():
                total[variable] = total.get(variable, self.domain.zero) + outer * inner
        return {variable: entry for variable, entry in total.items() if entry != 0}

    def matrix(self, rows: Sequence[Row], state: Sequence[sympy.Symbol]) -> sympy.Matrix:
        """The rows as a matrix of expressions."""
        convert = self.domain.to_sympy
        return sympy.Matrix(
            [[convert(row[v]) if v in row else sympy.S.Zero for v in state] for row in rows]
        )


def jacobian_at(program: Program, state: Sequence[sympy.Symbol], values: Values) -> sympy.Matrix:
    """The exact Jacobian of the outputs by ``state`` where the inputs have ``values``.

    Inputs without a value stay symbols. Shape ``(outputs, len(state))``.

    Raises
    ------
    NotDifferentiableError
        If a value or a derivative is not finite there.
    """

    def derive(domain: Any) -> sympy.Matrix:
        tape = _Tape(domain, dict(values))
        tape.seed(state)
        for symbol, expression in program.assignments:
            row = tape.row(expression)
            tape.values[symbol] = sympy.cancel(tape.value(expression))
            tape.rows[symbol] = row
        return tape.matrix([tape.row(output) for output in program.outputs], state)

    return _over_rationals(derive, set(program.inputs) - set(state), values)


def derivative_program(program: Program, state: Sequence[sympy.Symbol]) -> Program:
    """A program for the Jacobian of the outputs by ``state``, row by row.

    By forward differentiation. Nothing is expanded: every derivative along the tape is an
    assignment of its own, so that it can be evaluated at numbers where exact fractions would swell.
    Where the program jumps, its derivative is infinite.
    """
    tape: list[tuple[sympy.Symbol, sympy.Expr]] = []
    rows: dict[sympy.Symbol, Values] = {symbol: {symbol: sympy.S.One} for symbol in state}

    def named(expression: sympy.Expr) -> sympy.Expr:
        if expression.is_Atom:
            return expression
        tape.append((sympy.Dummy(f"d{len(tape)}", real=True), expression))
        return tape[-1][0]

    def row(expression: sympy.Expr) -> Values:
        total: Values = {}
        for symbol in sorted(expression.free_symbols & rows.keys(), key=str):
            outer = named(_without_delta(sympy.diff(expression, symbol)))
            for variable, inner in rows[symbol].items():
                total[variable] = total.get(variable, sympy.S.Zero) + outer * inner
        return {variable: named(entry) for variable, entry in total.items()}

    for symbol, expression in program.assignments:
        tape.append((symbol, expression))
        rows[symbol] = row(expression)
    entries = [row(output) for output in program.outputs]
    outputs = tuple(line.get(variable, sympy.S.Zero) for line in entries for variable in state)
    return Program(program.inputs, tuple(tape), outputs)


def _without_delta(derivative: sympy.Expr) -> sympy.Expr:
    """Infinite where a jump is, and nothing beside it."""
    return derivative.replace(
        sympy.DiracDelta, lambda place, *_: 1 / sympy.Abs(sympy.sign(place)) - 1
    )


def outputs_at(program: Program, values: Values) -> list[sympy.Expr]:
    """The exact outputs where the inputs have ``values``; inputs without a value stay symbols."""
    known = dict(values)
    for symbol, expression in program.assignments:
        known[symbol] = sympy.cancel(expression.xreplace(known))
    return [sympy.cancel(output.xreplace(known)) for output in program.outputs]


def affine_part(program: Program, state: Sequence[sympy.Symbol]) -> Program | None:
    """A program for the matrix (row by row) and the constant of an affine program, else None."""
    inputs = tuple(symbol for symbol in program.inputs if symbol not in set(state))

    def derive(domain: Any) -> list[sympy.Expr] | None:
        tape = _Tape(domain, {})
        tape.seed(state)
        for symbol, expression in program.assignments:
            if _bends(expression, tape.rows):
                return None
            if row := tape.row(expression):
                tape.rows[symbol] = row
            else:
                tape.values[symbol] = tape.value(expression)
        if any(_bends(output, tape.rows) for output in program.outputs):
            return None
        return list(tape.matrix([tape.row(output) for output in program.outputs], state))

    try:
        matrix = _over_rationals(derive, set(inputs), {})
    except NotDifferentiableError:
        return None
    if matrix is None:
        return None
    constant = outputs_at(program, dict.fromkeys(state, sympy.S.Zero))
    return Program(inputs, (), (*matrix, *constant))


def _over_rationals(
    derive: Callable[[Any], Any], symbols: set[sympy.Symbol], values: Values
) -> Any:
    """Compute with rational functions where everything is rational, else with expressions."""
    free = symbols | {s for value in values.values() for s in value.free_symbols}
    generators = sorted(free - values.keys(), key=str)
    try:
        return derive(sympy.QQ.frac_field(*generators) if generators else sympy.QQ)
    except NotDifferentiableError:
        raise
    except (CoercionFailed, GeneratorsError, NotImplementedError, ValueError):
        return derive(sympy.EX)


def _bends(expression: sympy.Expr, rows: Mapping[sympy.Symbol, Row]) -> bool:
    """Whether a derivative of the expression still moves with the state."""
    moving = expression.free_symbols & rows.keys()
    return any(sympy.diff(expression, symbol).free_symbols & moving for symbol in moving)
