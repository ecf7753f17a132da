"""Why the best discriminator makes a GAN minimise the Jensen-Shannon divergence, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import sympy


@dataclass(frozen=True)
class Step:
    """One line of the derivation.

    Attributes
    ----------
    words : what is done.
    latex : the formula that results.
    holds : an expression that SymPy has reduced to zero, which proves the line; None where the
        line only sets something down.
    """

    words: str
    latex: str
    holds: sympy.Expr | None = None


def derivation() -> tuple[Step, ...]:
    """Derive :math:`V(D^*, G) = 2\\,\\mathrm{JSD} - \\log 4` (goodfellow2014, section 4).

    Everything happens under the integral, at one point x, where :math:`a = p_r(x)` and
    :math:`b = p_g(x)`; SymPy differentiates, solves and checks.

    Raises
    ------
    ArithmeticError
        If a line does not follow from those before; that would be a bug.
    """
    a, b = sympy.symbols("p_r p_g", positive=True)
    D = sympy.Symbol("D", positive=True)
    value = a * sympy.log(D) + b * sympy.log(1 - D)
    slope = sympy.diff(value, D)
    (best,) = sympy.solve(slope, D)
    bend = sympy.diff(slope, D)
    there = a * sympy.log(best) + b * sympy.log(b / (a + b))
    middle = (a + b) / 2
    split = a * sympy.log(a / middle) + b * sympy.log(b / middle) - (a + b) * sympy.log(2)
    same = split.subs(b, a) + a * sympy.log(4)
    steps = (
        Step(
            "The value is an integral, and D can be chosen freely at every point x: maximise the "
            "integrand.",
            rf"V(D, G) = \int {sympy.latex(value)} \;\mathrm{{d}}x",
        ),
        Step(
            "Its derivative by D:",
            rf"\frac{{\partial}}{{\partial D}} = {sympy.latex(slope)}",
            slope - (a / D - b / (1 - D)),
        ),
        Step(
            "It vanishes at one D only, the optimal discriminator:",
            rf"D^* = {sympy.latex(best)}",
            slope.subs(D, best),
        ),
        Step(
            "The second derivative is negative everywhere, so this is the maximum:",
            rf"\frac{{\partial^2}}{{\partial D^2}} = {sympy.latex(bend)} < 0",
            bend + a / D**2 + b / (1 - D) ** 2,
        ),
        Step(
            "Put it in:",
            rf"V(D^*, G) = \int {sympy.latex(there)} \;\mathrm{{d}}x",
            value.subs(D, best) - there,
        ),
        Step(
            "Compare both with their middle m, half of each:",
            r"m = \frac{p_g + p_r}{2}, \qquad V(D^*, G) = \int p_r \log\frac{p_r}{m} + "
            r"p_g \log\frac{p_g}{m} - (p_r + p_g) \log 2 \;\mathrm{d}x",
            there - split,
        ),
        Step(
            "Both densities integrate to one, and the two other terms are Kullback-Leibler "
            "divergences from the middle:",
            r"V(D^*, G) = \mathrm{KL}(p_r \| m) + \mathrm{KL}(p_g \| m) - 2 \log 2 "
            r"= 2\,\mathrm{JSD}(p_r, p_g) - \log 4",
        ),
        Step(
            "Where the generator is right nothing is left of the divergence: the smallest value.",
            r"p_g = p_r: \quad V = -\log 4 \approx " + f"{float(-sympy.log(4)):.4f}",
            same,
        ),
        Step(
            "Where the two never meet, D is never wrong: the largest value, whatever the distance, "
            "and so without a slope for the generator to follow.",
            r"p_r\,p_g = 0: \quad V = 0",
            sympy.limit(there, b, 0),
        ),
    )
    for step in steps:
        if step.holds is not None and not _vanishes(step.holds):
            raise ArithmeticError(f"{step.latex} does not follow: {step.holds} is not zero")
    return steps


def _vanishes(expression: sympy.Expr) -> bool:
    expanded = sympy.expand_log(sympy.simplify(expression), force=True)
    return bool(sympy.simplify(sympy.expand(expanded)) == 0)
