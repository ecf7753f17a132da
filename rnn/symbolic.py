"""Backpropagation through time in symbols: the sum of products, written out for a few steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any

import sympy

from dynamics.functions import sigmoid

ACTIVATIONS = {"tanh": sympy.tanh, "logistic": sigmoid, "linear": lambda a: a}
MOST_STEPS = {1: 6, 2: 3}
"""How many steps are written out, by size of the state: beyond, nobody could read them."""


@dataclass(frozen=True, eq=False)
class SymbolicBPTT:
    """The gradient of :math:`E = \\sum_i s_{T,i}` by one weight, as its sum over k.

    :math:`s_t = \\phi(W s_{t-1} + x_t)` with symbols for W, the inputs and the first state. By the
    chain rule the derivative of the last state by a weight is the sum over k of
    :math:`J_T \\cdots J_{k+1}\\, \\partial^+ s_k/\\partial w`.

    Attributes
    ----------
    states : :math:`s_1 … s_T` in symbols for the state before, each ``(n, 1)``.
    terms : the summands k = 1 … T, in symbols ``s_k`` for the states.
    weight : the weight that is differentiated by.
    """

    steps: int
    size: int
    activation: str
    states: tuple[sympy.Matrix, ...]
    terms: tuple[sympy.Expr, ...]
    weight: sympy.Symbol

    @property
    def latex(self) -> str:
        """The sum, a line for each term, for a block of aligned equations."""
        lines = [
            rf"&{'+' if k else ''}\underbrace{{{sympy.latex(term)}}}_{{k={k + 1}}}"
            for k, term in enumerate(self.terms)
        ]
        left = rf"\frac{{\partial E}}{{\partial {sympy.latex(self.weight)}}} ={{}}"
        return rf"\begin{{aligned}}{left}" + r"\\".join(lines) + r"\end{aligned}"

    def expanded(self) -> tuple[sympy.Expr, ...]:
        """The terms in weights, inputs and the first state alone."""
        known = self._states()
        return tuple(term.xreplace(known) for term in self.terms)

    def values(self, numbers: Mapping[str, float]) -> list[float]:
        """Each term for numbers by symbol name: ``w`` or ``w11`` …, ``x1`` …, ``s0`` …."""
        by_name = {symbol.name: symbol for symbol in self.symbols}
        if missing := sorted(set(by_name) - set(numbers)):
            raise ValueError(f"numbers are missing for {', '.join(missing)}")
        at = {by_name[name]: sympy.Float(numbers[name]) for name in by_name}
        return [float(term.xreplace(at).evalf()) for term in self.expanded()]

    @property
    def symbols(self) -> list[sympy.Symbol]:
        """Everything that the expanded terms depend on."""
        found: set[Any] = {self.weight}
        for term in self.expanded():
            found |= term.free_symbols
        for state in self.states:
            found |= {s for s in state.free_symbols if s.name[0] != "s" or s.name.startswith("s0")}
        return sorted(found, key=lambda symbol: symbol.name)

    def _states(self) -> dict[sympy.Symbol, sympy.Expr]:
        known: dict[sympy.Symbol, sympy.Expr] = {}
        for t, state in enumerate(self.states, start=1):
            values = [entry.xreplace(known) for entry in state]
            known |= dict(zip(_state(t, self.size), values, strict=True))
        return known


def symbolic_bptt(steps: int, size: int = 1, activation: str = "tanh") -> SymbolicBPTT:
    """Write out the gradient by the first weight.

    Parameters
    ----------
    steps : T, at most 6 for a scalar state and 3 for one of size 2.
    size : 1 or 2.
    activation : "tanh", "logistic" or "linear".

    Raises
    ------
    ValueError
        If an argument is outside these ranges.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}; got {activation!r}")
    if size not in MOST_STEPS or not 1 <= steps <= MOST_STEPS[size]:
        raise ValueError(
            f"size = {size} must be 1 or 2, and steps = {steps} at most {MOST_STEPS[1]} for size 1 "
            f"and {MOST_STEPS[2]} for size 2: longer sums cannot be read"
        )
    W = _weights(size)
    phi = ACTIVATIONS[activation]
    states, jacobians, immediate = [], [], []
    for t in range(1, steps + 1):
        before, after = sympy.Matrix(_state(t - 1, size)), sympy.Matrix(_state(t, size))
        drive = W * before + sympy.Matrix(_names("x", t, size))
        state = drive.applyfunc(phi)
        slope = sympy.diag(*[_slope(activation, s) for s in after])
        states.append(state)
        jacobians.append(slope * W)
        immediate.append(slope * drive.diff(W[0, 0]))
    ones = sympy.ones(1, size)
    terms = []
    for k in range(steps):
        chain = reduce(lambda left, J: left * J, reversed(jacobians[k + 1 :]), ones)
        terms.append((chain * immediate[k])[0, 0])
    return SymbolicBPTT(steps, size, activation, tuple(states), tuple(terms), W[0, 0])


def _slope(activation: str, state: sympy.Symbol) -> sympy.Expr:
    """The activation's derivative, in its value: how one writes it on a board."""
    return {"tanh": 1 - state**2, "logistic": state * (1 - state), "linear": sympy.S.One}[
        activation
    ]


def _weights(size: int) -> sympy.Matrix:
    if size == 1:
        return sympy.Matrix([[sympy.Symbol("w", real=True)]])
    names = [f"w{i}{j}" for i, j in product(range(1, size + 1), repeat=2)]
    return sympy.Matrix(size, size, [sympy.Symbol(name, real=True) for name in names])


def _state(t: int, size: int) -> list[sympy.Symbol]:
    return _names("s", t, size)


def _names(letter: str, t: int, size: int) -> list[sympy.Symbol]:
    if size == 1:
        return [sympy.Symbol(f"{letter}{t}", real=True)]
    return [sympy.Symbol(f"{letter}{t}_{i}", real=True) for i in range(1, size + 1)]
