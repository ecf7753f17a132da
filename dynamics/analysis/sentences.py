"""Verdicts in words."""

from __future__ import annotations

import sympy

from dynamics.analysis.verdict import Verdict

NOT_DIFFERENTIABLE = (
    "Undetermined: the step is not differentiable at the equilibrium (for a rule that divides by a "
    "running mean of the gradient's size, that mean is zero there), so linearisation cannot decide."
)


def moved_reason(moves: list[tuple[sympy.Expr, sympy.Expr]]) -> str:
    """The point is not a fixed point of the rule."""
    old, new = moves[0]
    return (
        "Does not converge to this point: it is not a fixed point of the rule, which moves a "
        f"coordinate from {old} to {new}."
    )


def bounded_reason(verdict: Verdict) -> str:
    """What holds for a step size that is left open."""
    if verdict.critical_lr == sympy.oo:
        return "Converges for every step size."
    if verdict.critical_lr != 0:
        return f"Converges for every step size below {verdict.critical_lr}."
    if verdict.bounded_lr is not None:
        return f"Never converges; stays bounded for step sizes below {verdict.bounded_lr}."
    return "Does not converge for small step sizes."


def reason_for(verdict: Verdict, affine: bool, semisimple: bool) -> tuple[bool | None, str]:
    """Whether the rule converges at its own step size, and why."""
    assert verdict.spectral_radius is not None
    radius = float(verdict.spectral_radius)
    if radius < 1:
        near = "from everywhere" if affine else "from near by"
        if radius == 0:
            return True, f"Converges {near}: every multiplier is 0, so it lands in a few steps."
        return True, (
            f"Converges {near}: every multiplier lies inside the unit circle, the largest at "
            f"{radius:.10g}; the distance halves every {verdict.halving_steps:.4g} steps."
        )
    if radius > 1:
        assert verdict.doubling_steps is not None
        return False, (
            f"Diverges: a multiplier has modulus {radius:.10g} > 1; the distance doubles every "
            f"{float(verdict.doubling_steps):.4g} steps."
        )
    if not affine:
        return None, (
            "Undetermined: the spectral radius is exactly 1, so linearisation cannot decide; "
            "higher orders do."
        )
    return _on_the_circle(verdict, semisimple)


def _on_the_circle(verdict: Verdict, semisimple: bool) -> tuple[bool, str]:
    """An affine step of spectral radius one: its matrix decides."""
    if not semisimple:
        return False, (
            "Does not converge: a multiplier on the unit circle is repeated without a second "
            "eigenvector, so the distance grows in proportion to the number of steps."
        )
    on_circle = [m for m in verdict.multipliers if abs(abs(complex(m)) - 1) < 1e-12]
    if all(abs(complex(m) - 1) < 1e-12 for m in on_circle):
        return True, (
            "Converges to a point of a continuum of equilibria: the multipliers at 1 belong to "
            "directions in which nothing moves, all others lie inside the unit circle."
        )
    return False, (
        "Bounded, but does not converge: the step is affine and its largest multipliers lie on the "
        "unit circle, so distances neither grow nor shrink in the long run."
    )
