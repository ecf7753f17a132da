"""Run a training rule once on symbols, and keep the whole step as a program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy

from dynamics.backend import Array
from dynamics.engine.codegen import array_function, scalar_loop
from dynamics.engine.kernel import Kernel, KernelShape, can_compile
from dynamics.engine.linearise import affine_part
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

    def solve(self, matvec: Callable[[Array], Array], b: Array) -> Array:
        """The explicit solution, with ``b`` and the result named."""
        return self.bind(super().solve(matvec, self.bind(b)))

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


@dataclass(frozen=True, eq=False)
class StepProgram:
    """One step of a rule on a game. The state of the program is ``z`` followed by the memory."""

    dimension: int
    memory: Any
    """The shape of the memory: the rule's own nested tuples, with symbols in its arrays."""
    program: Program
    """Inputs: state, hyper-parameters, the game's parameters. Outputs: the next state."""
    state: tuple[sympy.Symbol, ...]

    @cached_property
    def affine(self) -> Program | None:
        """The matrix (row by row) and the constant of the step where it is affine, else None."""
        return affine_part(self.program, self.state)

    @cached_property
    def array_step(self) -> Callable[..., np.ndarray]:
        """The step for NumPy arrays."""
        return array_function(self.program)

    @cached_property
    def scalar_loop(self) -> Callable[..., int]:
        """The loop over one trajectory."""
        return scalar_loop(self.program, len(self.state), self.dimension)

    @cached_property
    def affine_step(self) -> Callable[..., np.ndarray]:
        """The entries of the affine step's matrix and constant, from the constants' values."""
        assert self.affine is not None
        return array_function(self.affine)

    def kernel(self, varying: tuple[bool, ...]) -> Kernel:
        """The machine code for constants of which these differ between starts."""
        if varying not in self.kernels:
            shape = KernelShape(self.program, len(self.state), self.dimension, varying)
            self.kernels[varying] = Kernel(shape)
        return self.kernels[varying]

    @cached_property
    def kernels(self) -> dict[tuple[bool, ...], Kernel]:
        """The kernels compiled so far."""
        return {}

    @cached_property
    def has_kernel(self) -> bool:
        """Whether the step can be compiled to machine code."""
        return can_compile(self.program)


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
        field = TracedField(formulas)
        first = skeleton.init(TracedField(formulas), z)
        names = [
            np.array([sympy.Dummy(f"m{i}_{j}", real=True) for j in range(len(leaf))], dtype=object)
            for i, leaf in enumerate(flatten(first))
        ]
        memory = rebuild(first, names)
        after, memory_after = skeleton.step(field, z, memory)
    except (TooLargeError, TypeError, AttributeError, NotImplementedError) as reason:
        raise UntraceableError(str(reason)) from reason
    state = (*z, *(symbol for leaf in names for symbol in leaf))
    step = Program((*state, *constants), field.tape, _entries([after, *flatten(memory_after)]))
    return StepProgram(len(z), memory, step, state)


def skeleton_of(method: Method) -> tuple[Method, dict[sympy.Symbol, Any]]:
    """A rule with symbols for its hyper-parameters, and the values they stand for.

    A hyper-parameter is a dataclass field annotated ``Rate`` or ``Weight``; all other fields
    (counts, orders, flags) shape the step itself and stay. The symbols are called ``rule.lr`` and
    so on, so that none is mistaken for a parameter of a game.
    """
    values: dict[sympy.Symbol, Any] = {}

    def symbol_for(path: str, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, tuple):
            return tuple(symbol_for(f"{path}_{i}", entry) for i, entry in enumerate(value))
        symbol = sympy.Symbol(f"rule.{path}", real=True, positive=path.endswith("lr") or None)
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
