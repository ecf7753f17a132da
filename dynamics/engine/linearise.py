"""Exact derivatives of straight-line programs, by the chain rule along the tape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy

from dynamics.engine.program import Program

Row = dict[sympy.Symbol, sympy.Expr]
"""The non-zero derivatives of one quantity by the state's symbols."""


class NotDifferentiableError(ValueError):
    """A program has no derivative at the point where it was asked for."""


def jacobian_at(
    program: Program, state: Sequence[sympy.Symbol], values: Mapping[sympy.Symbol, sympy.Expr]
) -> tuple[sympy.Matrix, sympy.Matrix]:
    """The exact Jacobian of the outputs by ``state`` where the inputs have ``values``.

    Inputs without a value stay symbols. Returns the Jacobian ``(n, len(state))`` and the outputs'
    values ``(n, 1)``.

    Raises
    ------
    NotDifferentiableError
        If a value or a derivative is not finite there.
    """
    known = dict(values)
    rows: dict[sympy.Symbol, Row] = {symbol: {symbol: sympy.S.One} for symbol in state}
    for symbol, expression in program.assignments:
        rows[symbol] = _row(expression, rows, known)
        known[symbol] = _value(expression, known)
    outputs = sympy.Matrix([_value(output, known) for output in program.outputs])
    entries = [_row(output, rows, known) for output in program.outputs]
    jacobian = sympy.Matrix(
        [[row.get(symbol, sympy.S.Zero) for symbol in state] for row in entries]
    )
    return jacobian, outputs


def affine_part(program: Program, state: Sequence[sympy.Symbol]) -> Program | None:
    """A program for the matrix (row by row) and the constant of an affine program, else None."""
    rows: dict[sympy.Symbol, Row] = {symbol: {symbol: sympy.S.One} for symbol in state}
    for symbol, expression in program.assignments:
        row = _row(expression, rows, {})
        if _depends(row, rows):
            return None
        rows[symbol] = row
    entries = [_row(output, rows, {}) for output in program.outputs]
    if any(_depends(row, rows) for row in entries):
        return None
    origin = {symbol: sympy.S.Zero for symbol in state}
    constants = _values(program, origin)
    matrix = [row.get(symbol, sympy.S.Zero) for row in entries for symbol in state]
    inputs = tuple(symbol for symbol in program.inputs if symbol not in origin)
    unchanging = tuple(
        (symbol, expression)
        for symbol, expression in program.assignments
        if not rows[symbol]
    )
    return Program(inputs, unchanging, (*matrix, *constants))


def _row(
    expression: sympy.Expr,
    rows: Mapping[sympy.Symbol, Row],
    values: Mapping[sympy.Symbol, sympy.Expr],
) -> Row:
    total: Row = {}
    for symbol in expression.free_symbols:
        inner = rows.get(symbol)
        if not inner:
            continue
        outer = _value(sympy.diff(expression, symbol), values)
        for variable, derivative in inner.items():
            total[variable] = total.get(variable, sympy.S.Zero) + outer * derivative
    simplified = {variable: sympy.cancel(entry) for variable, entry in total.items()}
    return {variable: entry for variable, entry in simplified.items() if entry != 0}


def _value(expression: sympy.Expr, values: Mapping[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    value = expression.xreplace(dict(values)) if values else expression
    if value.has(sympy.zoo, sympy.nan, sympy.oo):
        raise NotDifferentiableError(f"{expression} is not finite or not smooth there")
    return value


def _values(program: Program, values: Mapping[sympy.Symbol, sympy.Expr]) -> list[sympy.Expr]:
    known = dict(values)
    for symbol, expression in program.assignments:
        known[symbol] = expression.xreplace(known)
    return [sympy.cancel(output.xreplace(known)) for output in program.outputs]


def _depends(row: Row, rows: Mapping[sympy.Symbol, Row]) -> bool:
    """Whether a derivative still contains something that moves with the state."""
    return any(rows.get(symbol) for entry in row.values() for symbol in entry.free_symbols)
