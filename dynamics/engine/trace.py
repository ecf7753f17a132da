"""Run a training rule once on symbols, and keep the whole step as a program."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy

from dynamics.backend import Array
from dynamics.engine.program import Assignment, Program
from dynamics.engine.tree import flatten, rebuild
from dynamics.formulas import FormulaField, Formulas, Quantity, substituted
from dynamics.linear import TooLargeError
from dynamics.methods import Method


class UntraceableError(Exception):
    """A rule that cannot run on symbols; it is stepped without being compiled."""


class TracedField(FormulaField):
    """A game on symbols that names every intermediate result, so that nothing swells.

    The arguments at which the field is evaluated become symbols of their own, defined by an
    assignment on the tape. Equal expressions share one symbol.
    """

    def __init__(self, formulas: Formulas):
        self.formulas = formulas
        self._names: dict[sympy.Expr, sympy.Symbol] = {}

    def evaluate(self, quantity: Quantity, z: Array) -> Array:
        """The entries of a quantity over the symbols that name ``z``."""
        values = dict(zip(self.formulas.symbols, self.bind(z), strict=True))
        return self.bind(substituted(self.formulas.entries(quantity), [values])[:, 0])

    def jvp(self, z: Array, v: Array) -> Array:
        """:math:`J(z) v`, with ``v`` named."""
        return super().jvp(z, self.bind(v))

    def vjp(self, z: Array, v: Array) -> Array:
        """:math:`J(z)^T v`, with ``v`` named."""
        return super().vjp(z, self.bind(v))

    def minibatch(self, rng: np.random.Generator | None = None) -> TracedField:
        """The field itself: it has no randomness."""
        return self

    def bind(self, array: Array) -> Array:
        """The array with every compound entry replaced by the symbol that names it."""
        return np.frompyfunc(self._bind, 1, 1)(array)

    def _bind(self, entry: Any) -> sympy.Expr:
        entry = sympy.sympify(entry)
        if entry.is_Atom or not entry.free_symbols:
            return entry
        if entry not in self._names:
            self._names[entry] = sympy.Dummy(f"t{len(self._names)}", real=True)
        return self._names[entry]

    @property
    def tape(self) -> tuple[Assignment, ...]:
        """The assignments so far, in order."""
        return tuple((symbol, expression) for expression, symbol in self._names.items())


@dataclass(frozen=True)
class StepProgram:
    """One step of a rule on a game. The state of the program is ``z`` followed by the memory."""

    dimension: int
    memory: Any
    """The shape of the memory: the rule's own nested tuples, with symbols in its arrays."""
    program: Program
    """Inputs: state, hyper-parameters, the game's parameters. Outputs: the next state."""
    state: tuple[sympy.Symbol, ...]
    start: Program
    """From ``z``, hyper-parameters and parameters to the state with its first memory."""

    @cached_property
    def affine(self) -> Program | None:
        """The matrix (row by row) and the constant of the step where it is affine, else None."""
        from dynamics.engine.linearise import affine_part

        return affine_part(self.program, self.state)


@lru_cache(maxsize=256)
def trace(formulas: Formulas, skeleton: Method, hyper: tuple[sympy.Symbol, ...]) -> StepProgram:
    """The step of a rule whose hyper-parameters are the symbols ``hyper``.

    Raises
    ------
    UntraceableError
        If the rule does something that symbols cannot do.
    dynamics.field.SingularError
        If the step does not exist for this game.
    """
    z = np.array(formulas.symbols, dtype=object)
    constants = (*hyper, *formulas.parameters)
    try:
        beginning = TracedField(formulas)
        first = skeleton.init(beginning, z)
        leaves = flatten(first)
        names = [
            np.array([sympy.Dummy(f"m{i}_{j}", real=True) for j in range(len(leaf))], dtype=object)
            for i, leaf in enumerate(leaves)
        ]
        memory = rebuild(first, names)
        field = TracedField(formulas)
        after, memory_after = skeleton.step(field, z, memory)
    except (TooLargeError, TypeError, AttributeError, NotImplementedError) as reason:
        raise UntraceableError(str(reason)) from reason
    state = (*z, *(symbol for leaf in names for symbol in leaf))
    start = Program((*z, *constants), beginning.tape, _entries([z, *leaves]))
    step = Program((*state, *constants), field.tape, _entries([after, *flatten(memory_after)]))
    return StepProgram(len(z), memory, step, state, start)


def skeleton_of(method: Method) -> tuple[Method, dict[sympy.Symbol, Any]]:
    """A rule with symbols for its hyper-parameters, and the values they stand for.

    A hyper-parameter is a dataclass field annotated ``Rate`` or ``Weight``; all other fields
    (counts, orders, flags) shape the step itself and stay.
    """
    values: dict[sympy.Symbol, Any] = {}

    def symbol_for(path: str, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, tuple):
            return tuple(symbol_for(f"{path}_{i}", entry) for i, entry in enumerate(value))
        symbol = sympy.Symbol(path, real=True, positive=path.endswith("lr") or None)
        values[symbol] = value
        return symbol

    def walk(node: Any, path: str) -> Any:
        changes = {}
        for field in fields(node):
            value, name = getattr(node, field.name), f"{path}{field.name}"
            if is_dataclass(value):
                changes[field.name] = walk(value, f"{name}.")
            elif "Rate" in str(field.type) or "Weight" in str(field.type):
                changes[field.name] = symbol_for(name, value)
        return replace(node, **changes)

    return walk(method, ""), values


def _entries(arrays: list[Array]) -> tuple[sympy.Expr, ...]:
    return tuple(sympy.sympify(entry) for array in arrays for entry in np.ravel(array))
