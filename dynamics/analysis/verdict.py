"""What theory says of a rule at an equilibrium, before a single step is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy


@dataclass(frozen=True, eq=False)
class Verdict:
    """The linear theory of one rule at one equilibrium of a game.

    Attributes
    ----------
    matrix : the exact iteration matrix at the rule's step size, memory included, shape ``(n, n)``;
        None where the step has no derivative.
    multipliers : its eigenvalues that are not zero, the largest first (all zero: one zero).
    spectral_radius : the largest modulus. With a symbolic step size, a formula in it.
    converges : True or False where the theory decides, None where it does not.
    reason : one or two sentences that say why.
    critical_lr : every positive step size below it converges; 0 if none does, oo if all do.
    best_lr : the step size with the smallest spectral radius; oo if larger is always better, None
        if
        no step size converges.
    period : steps in one turn of the slowest decaying (or fastest growing) mode; oo if it does not
        turn.
    doubling_steps : steps in which the distance doubles, where it grows; else None.
    radius_formula : the spectral radius in the symbol ``lr``, where there is a closed form.
    bounded_lr : where the critical step is 0 although small steps stay bounded: up to which step.
    lr : the symbol of the step size.
    """

    matrix: sympy.Matrix | None
    multipliers: tuple[sympy.Expr, ...]
    spectral_radius: sympy.Expr | None
    converges: bool | None
    reason: str
    critical_lr: sympy.Expr | None = None
    best_lr: sympy.Expr | None = None
    period: sympy.Expr | None = None
    doubling_steps: sympy.Expr | None = None
    radius_formula: sympy.Expr | None = None
    bounded_lr: sympy.Expr | None = None
    lr: sympy.Symbol = sympy.Symbol("lr", positive=True)

    @property
    def rate(self) -> float | None:
        """The predicted change of log distance per step, in nats; negative where it shrinks."""
        if self.spectral_radius is None or self.spectral_radius.free_symbols:
            return None
        radius = float(self.spectral_radius)
        return float(np.log(radius)) if radius > 0 else -np.inf

    @property
    def halving_steps(self) -> float | None:
        """Steps in which the distance halves, where it shrinks; else None."""
        rate = self.rate
        return None if rate is None or rate >= 0 else float(np.log(0.5) / rate)

    def radius_at(self, lr: Any) -> np.ndarray | None:
        """The closed form's spectral radius at step sizes, or None where there is none."""
        if self.radius_formula is None or self.radius_formula.free_symbols - {self.lr}:
            return None
        function = sympy.lambdify(self.lr, self.radius_formula, "numpy")
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(function(np.asarray(lr, dtype=float))), np.shape(lr))
