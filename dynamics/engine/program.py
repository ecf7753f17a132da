"""A straight-line program: what a training step becomes once it has run on symbols."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from itertools import count

import sympy

Assignment = tuple[sympy.Symbol, sympy.Expr]


@dataclass(frozen=True)
class Program:
    """Inputs, assignments in order, and outputs over inputs and assigned symbols."""

    inputs: tuple[sympy.Symbol, ...]
    assignments: tuple[Assignment, ...]
    outputs: tuple[sympy.Expr, ...]

    @cached_property
    def optimised(self) -> Program:
        """The same program with common subexpressions computed once and unused ones dropped."""
        symbols = [symbol for symbol, _ in self.assignments]
        expressions = [expression for _, expression in self.assignments]
        names = (sympy.Dummy(f"c{i}", real=True) for i in count())
        shared, reduced = sympy.cse([*expressions, *self.outputs], symbols=names, order="none")
        definitions = dict(shared) | dict(zip(symbols, reduced, strict=False))
        outputs = tuple(reduced[len(symbols) :])
        return Program(self.inputs, _needed(definitions, outputs), outputs)


def _needed(
    definitions: dict[sympy.Symbol, sympy.Expr], outputs: tuple[sympy.Expr, ...]
) -> tuple[Assignment, ...]:
    """The definitions that the outputs depend on, each after those it uses."""
    uses = {
        symbol: definition.free_symbols & definitions.keys()
        for symbol, definition in definitions.items()
    }
    needed: set[sympy.Symbol] = set()
    waiting = [symbol for output in outputs for symbol in output.free_symbols & definitions.keys()]
    while waiting:
        symbol = waiting.pop()
        if symbol not in needed:
            needed.add(symbol)
            waiting.extend(uses[symbol])
    order = TopologicalSorter({symbol: uses[symbol] for symbol in sorted(needed, key=str)})
    return tuple((symbol, definitions[symbol]) for symbol in order.static_order())
