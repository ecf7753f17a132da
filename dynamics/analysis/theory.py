"""The theory of a rule at a point, for every step size at once."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy
from sympy.polys.matrices import DomainMatrix

from dynamics.analysis.best import best_step, stationary_steps
from dynamics.analysis.moduli import LAMBDA, squared_radius, tidy_root
from dynamics.analysis.multipliers import exact_multipliers, float_multipliers
from dynamics.analysis.stability import StepRange, crossings, special_steps, step_ranges
from dynamics.bounded import OutOfTimeError, within
from dynamics.engine.codegen import array_function
from dynamics.engine.linearise import (
    NotDifferentiableError,
    derivative_program,
    jacobian_at,
    outputs_at,
)
from dynamics.engine.program import Program
from dynamics.engine.trace import StepProgram, trace
from dynamics.engine.tree import flatten
from dynamics.formulas import Formulas
from dynamics.game import Game
from dynamics.methods import Method

SECONDS = 2.0
"""How long the search for closed forms may take, …"""
SMALL = 2
"""… except for polynomials up to this degree, which are never slow."""

Values = tuple[tuple[sympy.Symbol, sympy.Expr], ...]


class StepTheory:
    """A rule at an equilibrium: the exact matrix of its step over the symbol ``lr``.

    Parameters
    ----------
    game : with the values of its parameters.
    skeleton, values : the rule with symbols for its hyper-parameters, and what they stand for; the
        step size appears as ``lr``.
    point : the equilibrium, exact.
    lr : the symbol of the step size.
    """

    def __init__(
        self, game: Game, skeleton: Method, values: Values, point: tuple[sympy.Expr, ...], lr:
        sympy.Symbol
    ):  # fmt: skip
        self.lr = lr
        self.program, self.at_rest = step_at_rest(game, skeleton, values, point)
        symbols = set().union(*(value.free_symbols for value in self.at_rest.values()))
        self.is_exact = bool(symbols - {lr}) or not any(map(_has_many_digits, point))
        """Whether the point is; formulas in its digits would be long and say nothing."""

    @cached_property
    def others(self) -> set[sympy.Symbol]:
        """The symbols besides the step size on which the matrix depends."""
        return self.matrix.free_symbols - {self.lr} if self.is_exact else set()

    @cached_property
    def matrix(self) -> sympy.Matrix:
        """The iteration matrix over the symbol ``lr``; only where the point is exact."""
        return jacobian_at(self.program.program, self.program.state, self.at_rest)

    def matrix_at(self, lr: sympy.Expr) -> sympy.Matrix:
        """The iteration matrix at a step size, which may be the symbol itself.

        Raises
        ------
        NotDifferentiableError
            If the step has no derivative there.
        """
        if self.is_exact:
            return self.matrix.xreplace({self.lr: lr})
        numbers = self._matrices(np.array([float(lr)]))[0]
        if not np.isfinite(numbers).all():
            raise NotDifferentiableError("the step is not smooth at this point")
        return sympy.Matrix(numbers)

    @cached_property
    def moves(self) -> list[tuple[sympy.Expr, sympy.Expr]]:
        """The coordinates that the rule moves although the field is zero: before and after."""
        size = self.program.dimension
        before = [self.at_rest[symbol] for symbol in self.program.state[:size]]
        if self.is_exact:
            after = outputs_at(self.program.program, self.at_rest)[:size]
        else:
            numbers = self.program.array_step(*self._inputs(np.array([0.1])))
            after = [sympy.Float(value) for value in numbers[:size, 0]]
        return [(old, new) for old, new in zip(before, after, strict=True) if not _same(old, new)]

    def _matrices(self, lr: np.ndarray) -> np.ndarray:
        """The iteration matrices at step sizes ``(k,)`` in floats, shape ``(k, n, n)``."""
        size = len(self.program.state)
        entries = self._derivatives(*self._inputs(lr))
        whole = np.broadcast_to(entries, (size * size, len(lr)))
        return np.moveaxis(whole.reshape(size, size, -1), -1, 0)

    def _inputs(self, lr: np.ndarray) -> list[np.ndarray]:
        """What the step is given at rest, for step sizes ``(k,)``."""
        functions = (
            sympy.lambdify(self.lr, self.at_rest[symbol], "numpy")
            for symbol in self.program.program.inputs
        )
        return [np.broadcast_to(function(lr), lr.shape).astype(float) for function in functions]

    @cached_property
    def _derivatives(self) -> Any:
        return array_function(derivative_program(self.program.program, self.program.state))

    @cached_property
    def is_affine(self) -> bool:
        """Whether the step itself is affine, so that its matrix tells everything."""
        return self.program.affine is not None

    @cached_property
    def polynomial(self) -> sympy.Expr:
        """The characteristic polynomial over the step size, without its zero roots."""
        coefficients = DomainMatrix.from_Matrix(self.matrix).to_field().charpoly()
        while len(coefficients) > 1 and coefficients[-1] == 0:
            coefficients = coefficients[:-1]
        domain = DomainMatrix.from_Matrix(self.matrix).to_field().domain
        degree = len(coefficients) - 1
        return sum(
            (domain.to_sympy(c) * LAMBDA ** (degree - i) for i, c in enumerate(coefficients)),
            sympy.S.Zero,
        )

    def radius(self, lr: np.ndarray) -> np.ndarray:
        """The spectral radius at step sizes, by LAPACK; infinite at a pole of the step."""
        if self.is_exact:
            entries = self._entries(np.asarray(lr, dtype=float))
            size = self.matrix.shape[0]
            matrices = np.moveaxis(entries.reshape(size, size, -1), -1, 0)
        else:
            matrices = self._matrices(np.asarray(lr, dtype=float))
        finite = np.isfinite(matrices).all(axis=(1, 2))
        values = np.linalg.eigvals(np.where(finite[:, None, None], matrices, 0.0))
        return np.where(finite, np.abs(values).max(axis=-1), np.inf)

    @cached_property
    def _entries(self) -> Any:
        return array_function(Program((self.lr,), (), tuple(self.matrix)))

    def multipliers(self, lr: sympy.Expr) -> tuple[sympy.Expr, ...]:
        """The eigenvalues that are not zero at a step size, the largest first."""
        if self.is_exact:
            return exact_multipliers(self.polynomial.xreplace({self.lr: lr}))
        return float_multipliers(self.matrix_at(lr))

    @cached_property
    def squared_radius(self) -> sympy.Expr | None:
        """The squared spectral radius, where a closed form is found in time."""
        if not self.is_exact:
            return None

        def search() -> sympy.Expr | None:
            return squared_radius(self.polynomial, self.lr)

        try:
            small = sympy.degree(self.polynomial, LAMBDA) <= SMALL
            return search() if small else within(SECONDS, search)
        except (OutOfTimeError, sympy.PolynomialError, NotImplementedError):
            return None

    @cached_property
    def radius_formula(self) -> sympy.Expr | None:
        """The spectral radius, where there is a closed form."""
        return None if self.squared_radius is None else tidy_root(self.squared_radius)

    @cached_property
    def special(self) -> list[sympy.Expr]:
        """The step sizes at which multipliers meet each other or the circle, exact if possible."""
        if not self.is_exact:
            return crossings(self.radius)
        return special_steps(_rational(self.polynomial), self.lr)

    @cached_property
    def ranges(self) -> list[StepRange]:
        """The step sizes by kind."""
        return step_ranges(self.special, lambda lr: float(self.radius(np.array([lr]))[0]))

    @cached_property
    def best(self) -> sympy.Expr | None:
        """The step size with the smallest spectral radius."""
        candidates = {*self.special, *stationary_steps(self.squared_radius, self.lr)}
        return best_step(self.ranges, self.radius, candidates)


def step_at_rest(
    game: Game, skeleton: Method, values: Values, point: tuple[sympy.Expr, ...]
) -> tuple[StepProgram, dict[sympy.Symbol, sympy.Expr]]:
    """The step of a rule, and the values of all its inputs at an equilibrium, memory included."""
    hyper = dict(values)
    z = np.array(point, dtype=object)
    program = trace(game.formulas, skeleton, tuple(hyper))
    memory = [entry for leaf in flatten(skeleton.init(game, z)) for entry in np.ravel(leaf)]
    constants = hyper | game.substitution
    rest = [sympy.sympify(entry).xreplace(constants) for entry in [*z, *memory]]
    return program, dict(zip(program.state, rest, strict=True)) | constants


@lru_cache(maxsize=256)
def step_theory(
    formulas: Formulas,
    parameters: Values,
    leader: int,
    skeleton: Method,
    values: Values,
    point: tuple[sympy.Expr, ...],
    lr: sympy.Symbol,
) -> StepTheory:
    """The theory, kept for the next step size: turning that knob costs next to nothing."""
    game = Game.of(formulas, {symbol.name: value for symbol, value in parameters}, leader)
    return StepTheory(game, skeleton, values, point, lr)


def _rational(polynomial: sympy.Expr) -> sympy.Expr:
    """The polynomial with irrational numbers replaced by rationals of thirty digits."""
    irrational = [
        n for n in sympy.preorder_traversal(polynomial) if n.is_number and not n.is_rational
    ]
    return polynomial.xreplace({n: sympy.Rational(str(sympy.N(n, 30))) for n in irrational})


def _has_many_digits(value: sympy.Expr) -> bool:
    return value.has(sympy.Float) or any(n.q > 10**9 for n in value.atoms(sympy.Rational))


def _same(old: sympy.Expr, new: sympy.Expr) -> bool:
    """Whether two coordinates agree: exactly, or up to the rounding of a point found by search."""
    difference = new - old
    if difference == 0:
        return True
    at_one = difference.xreplace(dict.fromkeys(difference.free_symbols, sympy.S.One))
    return abs(complex(sympy.N(at_one, 20))) < 1e-8
