"""Run a rule on symbols at an equilibrium, and read the verdict off its matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import sympy

from dynamics.analysis.moduli import tidy_root
from dynamics.analysis.multipliers import is_semisimple, largest_modulus
from dynamics.analysis.sentences import (
    NOT_DIFFERENTIABLE,
    bounded_reason,
    moved_reason,
    reason_for,
)
from dynamics.analysis.stability import critical_step
from dynamics.analysis.theory import SECONDS, StepTheory, Values, step_theory
from dynamics.analysis.verdict import Verdict
from dynamics.bounded import OutOfTimeError, within
from dynamics.engine.linearise import NotDifferentiableError
from dynamics.engine.trace import UntraceableError, skeleton_of
from dynamics.equilibria import equilibria
from dynamics.field import SingularError
from dynamics.game import Game, exact
from dynamics.methods import Averaged, Method


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
        ``converges`` is None, and the reason says "undetermined", where linear theory cannot
        decide.

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
    at = equilibrium_of(game, point)
    skeleton, hyper = skeleton_of(method)
    values, lr, own = _hyper(method, hyper)
    parameters = tuple(game.substitution.items())
    try:
        theory = step_theory(game.formulas, parameters, game.leader, skeleton, values, at, lr)
        return _judge(theory, own)
    except (SingularError, UntraceableError) as reason:
        return Verdict(None, (), None, None, f"Undetermined: {reason}.")
    except NotDifferentiableError:
        return Verdict(None, (), None, None, NOT_DIFFERENTIABLE)


def _judge(theory: StepTheory, at: sympy.Expr) -> Verdict:
    """Read the theory at a step size ``at``: a number, or the symbol itself."""
    if theory.moves:
        return Verdict(theory.matrix_at(at), (), None, False, moved_reason(theory.moves))
    own = {theory.lr: at}
    squared = theory.squared_radius
    verdict = Verdict(
        theory.matrix_at(at),
        theory.multipliers(at),
        None if squared is None else tidy_root(squared.xreplace(own)),
        None,
        "",
        radius_formula=theory.radius_formula,
        lr=theory.lr,
    )
    if theory.others:
        critical = _symbolic_critical(squared, theory.lr)
        return replace(verdict, critical_lr=critical, reason=_depends_on(theory.others))
    first = theory.ranges[0]
    verdict = replace(
        verdict,
        critical_lr=critical_step(theory.ranges),
        best_lr=theory.best,
        bounded_lr=first.high if first.kind == "neutral" else None,
    )
    if at == theory.lr:
        return replace(verdict, reason=bounded_reason(verdict))
    return _at_own_step(verdict, theory)


def _at_own_step(verdict: Verdict, theory: StepTheory) -> Verdict:
    """The verdict at the rule's own step size, a number."""
    assert verdict.matrix is not None
    radius = largest_modulus(verdict.multipliers)
    off = float(radius) - 1
    on_circle = abs(off) <= 1e-12
    semisimple = not on_circle or is_semisimple(verdict.matrix, verdict.multipliers)
    verdict = replace(
        verdict,
        spectral_radius=sympy.S.One if on_circle else radius,
        period=_period(verdict.multipliers[0]),
        doubling_steps=sympy.log(2) / sympy.log(radius) if off > 1e-12 else None,
    )
    converges, reason = reason_for(verdict, theory.is_affine, semisimple)
    return replace(verdict, converges=converges, reason=reason)


def equilibrium_of(game: Game, point: Sequence[Any] | None) -> tuple[sympy.Expr, ...]:
    """The given equilibrium in exact numbers, or the first that is found.

    Raises
    ------
    ValueError
        If there is none, or the field is not zero at the point.
    """
    if point is None:
        found = equilibria(game)
        if not found:
            raise ValueError("this game has no equilibrium to analyse; give a point where F = 0")
        point = found[0].coordinates
    z = tuple(_in_radicals(exact(value)) for value in point)
    residual = [sympy.N(value, 20) for value in game(np.array(z, dtype=object))]
    if any(value.is_number and abs(value) > 1e-8 for value in residual):
        raise ValueError(
            f"F({', '.join(map(str, point))}) = ({', '.join(f'{float(v):.3g}' for v in residual)}) "
            "is not zero, so this is no equilibrium; equilibria(game) finds those that are"
        )
    return z


def _in_radicals(value: sympy.Expr) -> sympy.Expr:
    """The value, or digits of it where it has no closed form but "root of a polynomial"."""
    return sympy.Rational(str(sympy.N(value, 17))) if value.has(sympy.CRootOf) else value


def _hyper(
    method: Method, hyper: dict[sympy.Symbol, Any]
) -> tuple[Values, sympy.Symbol, sympy.Expr]:
    """Exact hyper-parameters over one symbol for the step size; that symbol; the own step."""
    lr, at = sympy.Symbol("lr", positive=True), None
    values: dict[sympy.Symbol, sympy.Expr] = {}
    for symbol, value in hyper.items():
        if np.ndim(value) != 0:
            raise ValueError(
                f"{symbol.name.removeprefix('rule.')} of {type(method).__name__} is an array of "
                f"shape {np.shape(value)}; analyse takes one value of each hyper-parameter"
            )
        number = exact(value)
        if symbol.name.split(".")[-1].split("_")[0] == "lr":
            if at is None:
                at = number
                lr = number if isinstance(number, sympy.Symbol) else lr
            number = lr if number == at else lr * number / at
        values[symbol] = number
    assert at is not None
    return tuple(values.items()), lr, at


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
