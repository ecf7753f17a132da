"""Logistic functions that SymPy lacks, in a form that neither overflows nor loses digits.

Written with ``exp`` they turn into ``inf/inf`` at large arguments once differentiated; as functions
of their own they keep exact values, exact derivatives and a stable number behind them.
"""

from __future__ import annotations

import sympy


class sigmoid(sympy.Function):
    """The logistic function :math:`\\sigma(t) = 1/(1 + e^{-t})`."""

    nargs = 1

    @classmethod
    def eval(cls, t: sympy.Expr) -> sympy.Expr | None:
        """Exact values at 0 and at both infinities."""
        exact = {sympy.S.Zero: sympy.S.Half, sympy.oo: sympy.S.One, -sympy.oo: sympy.S.Zero}
        return exact.get(t)

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """:math:`\\sigma' = \\sigma (1 - \\sigma)`."""
        return self * (1 - self)

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_real

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_real

    def _eval_rewrite_as_exp(self, t: sympy.Expr, **_: object) -> sympy.Expr:
        return 1 / (1 + sympy.exp(-t))

    def _eval_evalf(self, precision: int) -> sympy.Expr:
        return self.rewrite(sympy.exp)._eval_evalf(precision)

    def _latex(self, printer: object, exp: str | None = None) -> str:
        argument = printer._print(self.args[0])  # type: ignore[attr-defined]
        name = r"\sigma" if exp is None else rf"\sigma^{{{exp}}}"
        return rf"{name}\left({argument}\right)"


class softplus(sympy.Function):
    """The smooth ramp :math:`\\log(1 + e^t)`, whose derivative is the logistic function."""

    nargs = 1

    @classmethod
    def eval(cls, t: sympy.Expr) -> sympy.Expr | None:
        """Exact values at 0 and at both infinities."""
        exact = {sympy.S.Zero: sympy.log(2), sympy.oo: sympy.oo, -sympy.oo: sympy.S.Zero}
        return exact.get(t)

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """:math:`\\sigma(t)`."""
        return sigmoid(self.args[0])

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_real

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_real

    def _eval_rewrite_as_exp(self, t: sympy.Expr, **_: object) -> sympy.Expr:
        return sympy.log(1 + sympy.exp(t))

    def _eval_evalf(self, precision: int) -> sympy.Expr:
        return self.rewrite(sympy.exp)._eval_evalf(precision)
