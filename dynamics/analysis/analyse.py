"""Run a rule on symbols at an equilibrium, and read the verdict off its matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from sympy.polys.matrices import DomainMatrix

from dynamics.analysis.best import best_step, stationary_steps
from dynamics.analysis.moduli import LAMBDA, squared_radius, tidy
from dynamics.analysis.multipliers import exact_multipliers, is_semisimple, largest_modulus
from dynamics.analysis.sentences import (
    NOT_DIFFERENTIABLE,
    bounded_reason,
    moved_reason,
    reason_for,
)
from dynamics.analysis.stability import critical_step, special_steps, step_ranges
from dynamics.analysis.verdict import Verdict
from dynamics.backend import Array
from dynamics.bounded import OutOfTimeError, within
from dynamics.engine.codegen import array_function
from dynamics.engine.linearise import NotDifferentiableError, jacobian_at, outputs_at
from dynamics.engine.program import Program
from dynamics.engine.trace import StepProgram, UntraceableError, skeleton_of, trace
from dynamics.engine.tree import flatten
from dynamics.field import SingularError
from dynamics.game import Game, exact
from dynamics.methods import Averaged, Method

SECONDS = 2.0
"""How long the search for closed forms may take, …"""
SMALL = 2
"""… except for polynomials up to this degree, which are never slow."""


def analyse(game: Game, method: Method, point: Sequence[Any] | None = None) -> Verdict:
    """The exact linear theory of a rule at an equilibrium.

    The rule is run on symbols; the derivative of the whole step, memory included, gives the
    iteration matrix. Hyper-parameters may be SymPy symbols; formulas are then in these symbols.

    Parameters
    ----------
    game : the game; all its parameters must be set, or be symbols.
    method : the rule. A :class:`~dynamics.methods.Averaged` rule is judged by its inner rule.
    point : the equilibrium, ``d`` numbers or exact expressions; by default the first one of
        :func:`~dynamics.equilibria`.

    Returns
    -------
    Verdict
        ``converges`` is None, and the reason says "undetermined", where linear theory cannot decide.

    Raises
    ------
    ValueError
        If the field is not zero at the point, or a hyper-parameter is an array.

    Examples
    --------
    >>> from dynamics import Game, METHODS
    >>> verdict = analyse(Game.zero_sum("x*y"), METHODS["extragradient"](lr=0.1))
    >>> verdict.converges, verdict.critical_lr, verdict.best_lr
    (True, 1, sqrt(2)/2)
    """
    if isinstance(method, Averaged):
        verdict = analyse(game, method.inner, point)
        return replace(verdict, reason=f"The iterates that are averaged: {verdict.reason}")
    z = _equilibrium(game, point)
    try:
        return _judge(_Linearised(game, method, z))
    except (SingularError, UntraceableError) as reason:
        return Verdict(None, (), None, None, f"Undetermined: {reason}.")
    except NotDifferentiableError:
        return Verdict(None, (), None, None, NOT_DIFFERENTIABLE)


@dataclass(frozen=True)
class _Hyper:
    """The hyper-parameters' exact values, with one symbol for the step size."""

    values: dict[sympy.Symbol, sympy.Expr]
    lr: sympy.Symbol
    at: sympy.Expr
    """The rule's own step size: a number, or the symbol itself."""


class _Linearised:
    """A rule at a point: the program of its step and the exact matrix over the step size."""

    def __init__(self, game: Game, method: Method, z: Array):
        skeleton, hyper = skeleton_of(method)
        self.hyper = _hyper(method, hyper)
        self.program: StepProgram = trace(game.formulas, skeleton, tuple(hyper))
        memory = [entry for leaf in flatten(skeleton.init(game, z)) for entry in np.ravel(leaf)]
        constants = self.hyper.values | game.substitution
        rest = [sympy.sympify(entry).xreplace(constants) for entry in [*z, *memory]]
        values = dict(zip(self.program.state, rest, strict=True)) | constants
        self.matrix = jacobian_at(self.program.program, self.program.state, values)
        after = outputs_at(self.program.program, values)
        size = self.program.dimension
        self.moves = [
            (old, new)
            for old, new in zip(rest[:size], after[:size], strict=True)
            if not _same(old, new)
        ]

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
        entries = self._entries(np.asarray(lr, dtype=float))
        size = self.matrix.shape[0]
        matrices = np.moveaxis(entries.reshape(size, size, -1), -1, 0)
        finite = np.isfinite(matrices).all(axis=(1, 2))
        values = np.linalg.eigvals(np.where(finite[:, None, None], matrices, 0.0))
        return np.where(finite, np.abs(values).max(axis=-1), np.inf)

    @cached_property
    def _entries(self) -> Any:
        return array_function(Program((self.hyper.lr,), (), tuple(self.matrix)))


def _judge(linear: _Linearised) -> Verdict:
    if linear.moves:
        return Verdict(linear.matrix, (), None, False, moved_reason(linear.moves))
    lr, at = linear.hyper.lr, linear.hyper.at
    formula = _formula(linear)
    general = Verdict(
        linear.matrix.xreplace({lr: at}), (), None, None, "", lr=lr,
        radius_formula=None if formula is None else tidy_root(formula),
    )  # fmt: skip
    others = linear.matrix.free_symbols - {lr}
    if others:
        return replace(
            general, multipliers=exact_multipliers(linear.polynomial.xreplace({lr: at})),
            spectral_radius=None if formula is None else tidy_root(formula.xreplace({lr: at})),
            critical_lr=_symbolic_critical(formula, lr), reason=_depends_on(others),
        )  # fmt: skip
    special = special_steps(_rational(linear.polynomial), lr)
    ranges = step_ranges(special, lambda step: float(linear.radius(np.array([step]))[0]))
    candidates = {*special, *stationary_steps(formula, lr)}
    judged = replace(
        general,
        critical_lr=critical_step(ranges),
        best_lr=best_step(ranges, linear.radius, candidates),
        bounded_lr=ranges[0].high if ranges[0].kind == "neutral" else None,
        multipliers=exact_multipliers(linear.polynomial.xreplace({lr: at})),
    )
    if at == lr:
        return replace(
            judged, spectral_radius=general.radius_formula, reason=bounded_reason(judged)
        )
    return _at_own_step(judged, linear)


def _at_own_step(verdict: Verdict, linear: _Linearised) -> Verdict:
    """The verdict at the rule's own step size."""
    assert verdict.matrix is not None
    radius = largest_modulus(verdict.multipliers)
    off = float(radius) - 1
    semisimple = abs(off) > 1e-12 or is_semisimple(verdict.matrix, verdict.multipliers)
    growth = sympy.log(2) / sympy.log(radius) if off > 1e-12 else None
    verdict = replace(
        verdict,
        spectral_radius=sympy.S.One if abs(off) <= 1e-12 else radius,
        period=_period(verdict.multipliers[0]),
        doubling_steps=growth,
    )
    converges, reason = reason_for(verdict, linear.is_affine, semisimple)
    return replace(verdict, converges=converges, reason=reason)


def _equilibrium(game: Game, point: Sequence[Any] | None) -> Array:
    from dynamics.equilibria import equilibria

    if point is None:
        found = equilibria(game)
        if not found:
            raise ValueError("this game has no equilibrium to analyse; give a point where F = 0")
        point = found[0].coordinates
    z = np.array([exact(value) for value in point], dtype=object)
    residual = [sympy.N(value, 20) for value in game(z)]
    if any(value.is_number and abs(value) > 1e-8 for value in residual):
        raise ValueError(
            f"F({', '.join(map(str, point))}) = ({', '.join(f'{float(v):.3g}' for v in residual)}) "
            "is not zero, so this is no equilibrium; equilibria(game) finds those that are"
        )
    return z


def _hyper(method: Method, hyper: dict[sympy.Symbol, Any]) -> _Hyper:
    lr, at = sympy.Symbol("lr", positive=True), None
    values: dict[sympy.Symbol, sympy.Expr] = {}
    for symbol, value in hyper.items():
        if np.ndim(value) != 0:
            raise ValueError(
                f"{symbol.name.removeprefix('rule.')} of {type(method).__name__} is an array of shape {np.shape(value)}; "
                "analyse takes one value of each hyper-parameter"
            )
        number = exact(value)
        if symbol.name.split(".")[-1].split("_")[0] == "lr":
            if at is None:
                at = number
                lr = number if isinstance(number, sympy.Symbol) else lr
            number = lr if number == at else lr * number / at
        values[symbol] = number
    assert at is not None
    return _Hyper(values, lr, at)


def _formula(linear: _Linearised) -> sympy.Expr | None:
    """The squared spectral radius over the step size, where a closed form is found in time."""
    def search() -> sympy.Expr | None:
        return squared_radius(linear.polynomial, linear.hyper.lr)

    try:
        small = sympy.degree(linear.polynomial, LAMBDA) <= SMALL
        return search() if small else within(SECONDS, search)
    except (OutOfTimeError, sympy.PolynomialError, NotImplementedError):
        return None


def _rational(polynomial: sympy.Expr) -> sympy.Expr:
    """The polynomial with irrational numbers replaced by rationals of thirty digits."""
    irrational = [n for n in sympy.preorder_traversal(polynomial) if n.is_number and not n.is_rational]
    return polynomial.xreplace({n: sympy.Rational(str(sympy.N(n, 30))) for n in irrational})


def _symbolic_critical(squared: sympy.Expr | None, lr: sympy.Symbol) -> sympy.Expr | None:
    if squared is None or isinstance(squared, sympy.Piecewise | sympy.Max):
        return None
    if sympy.simplify(squared - 1).is_positive:
        return sympy.S.Zero
    try:
        roots = within(SECONDS, lambda: sympy.solve(sympy.numer(sympy.together(squared - 1)), lr))
    except (OutOfTimeError, NotImplementedError):
        return None
    return roots[0] if len(roots) == 1 else None


def _depends_on(symbols: set[sympy.Symbol]) -> str:
    names = ", ".join(sorted(map(str, symbols)))
    return f"Undetermined: it depends on {names}; give numbers to decide it."


def _period(multiplier: sympy.Expr) -> sympy.Expr:
    """Steps in one turn of a multiplier."""
    if multiplier == 0:
        return sympy.oo
    angle = sympy.Abs(sympy.arg(multiplier))
    return sympy.oo if abs(float(angle)) < 1e-15 else 2 * sympy.pi / angle


def _same(old: sympy.Expr, new: sympy.Expr) -> bool:
    difference = sympy.cancel(new - old)
    return difference == 0 or (difference.is_number and abs(complex(difference)) < 1e-8)


def tidy_root(squared: sympy.Expr) -> sympy.Expr:
    """The square root of a squared radius, branch by branch."""
    if isinstance(squared, sympy.Piecewise):
        return sympy.Piecewise(*((tidy_root(branch), when) for branch, when in squared.args))
    if isinstance(squared, sympy.Max):
        return sympy.Max(*(tidy_root(branch) for branch in squared.args))
    return sympy.sqrt(sympy.factor(squared)) if squared.is_rational_function() else sympy.sqrt(tidy(squared))
