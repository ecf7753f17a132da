"""The moduli of polynomial roots as formulas in the step size, where there are formulas."""

from __future__ import annotations

import sympy

LAMBDA = sympy.Symbol("lambda")
"""The multiplier, the variable of characteristic polynomials."""


def squared_radius(polynomial: sympy.Expr, lr: sympy.Symbol) -> sympy.Expr | None:
    """The largest :math:`|\\lambda|^2` over the roots of a polynomial in :data:`LAMBDA`, or None.

    The polynomial is factored over the Gaussian rationals into linear and quadratic factors. For
    a root :math:`(P \\pm \\sqrt\\Delta)/2` with a real :math:`\\Delta`,
    :math:`4|\\lambda|^2` is at most :math:`|P|^2 + \\Delta + 2\\sqrt\\Delta\\,|\\mathrm{Re} P|`
    where :math:`\\Delta \\ge 0`, and :math:`|P|^2 - \\Delta + 2\\sqrt{-\\Delta}\\,|\\mathrm{Im} P|`
    elsewhere.
    """
    squares: set[sympy.Expr] = set()
    for factor, _ in _factors(polynomial):
        square = _squared_modulus(sympy.Poly(factor, LAMBDA), lr)
        if square is None:
            return None
        squares.add(square)
    squares.discard(sympy.S.Zero)
    if not squares:
        return sympy.S.Zero
    return squares.pop() if len(squares) == 1 else sympy.Max(*squares)


def _factors(polynomial: sympy.Expr) -> list[tuple[sympy.Expr, int]]:
    numerator = sympy.fraction(sympy.together(polynomial))[0]
    others = sorted(polynomial.free_symbols - {LAMBDA}, key=str)
    _, rational = sympy.factor_list(numerator, LAMBDA, *others)
    if all(sympy.degree(factor, LAMBDA) <= 2 for factor, _ in rational):
        return rational
    return sympy.factor_list(numerator, LAMBDA, *others, extension=sympy.I)[1]


def _squared_modulus(factor: sympy.Poly, lr: sympy.Symbol) -> sympy.Expr | None:
    if factor.degree() == 0:
        return sympy.S.Zero
    if factor.degree() > 2:
        return None
    lead, *rest = factor.all_coeffs()
    if factor.degree() == 1:
        real, imaginary = sympy.cancel(-rest[0] / lead).as_real_imag()
        return tidy(real**2 + imaginary**2)
    twice_mean, product = sympy.cancel(-rest[0] / lead), sympy.cancel(rest[1] / lead)
    mean_real, mean_imaginary = map(tidy, twice_mean.as_real_imag())
    discriminant, rest_of_it = map(tidy, sympy.expand(twice_mean**2 - 4 * product).as_real_imag())
    if rest_of_it != 0:
        return None
    mean_square = mean_real**2 + mean_imaginary**2
    apart = mean_square + discriminant + 2 * sympy.sqrt(discriminant) * sympy.Abs(mean_real)
    turning = mean_square - discriminant + 2 * sympy.sqrt(-discriminant) * sympy.Abs(mean_imaginary)
    sign = sign_for_positive(discriminant, lr)
    if sign is not None:
        return tidy((apart if sign >= 0 else turning) / 4)
    return sympy.Piecewise((tidy(apart / 4), discriminant >= 0), (tidy(turning / 4), True))


def sign_for_positive(expression: sympy.Expr, lr: sympy.Symbol) -> int | None:
    """The sign that an expression never leaves for positive step sizes, or None if it changes.

    It may touch zero: only factors of odd multiplicity change a sign.
    """
    known = {0: expression.is_zero, 1: expression.is_nonnegative, -1: expression.is_nonpositive}
    for sign, holds in known.items():
        if holds:
            return sign
    if expression.free_symbols != {lr} or not expression.is_rational_function(lr):
        return None
    numerator, denominator = sympy.fraction(sympy.together(expression))
    lead, factors = sympy.factor_list(numerator * denominator, lr)
    sign = 1 if lead > 0 else -1
    for factor, count in factors:
        if count % 2 == 0:
            continue
        poly = sympy.Poly(factor, lr)
        if poly.count_roots(0, None) > (1 if poly.eval(0) == 0 else 0):
            return None
        sign *= 1 if poly.LC() > 0 else -1
    return sign


def tidy(expression: sympy.Expr) -> sympy.Expr:
    """A short equal form, without a search for the shortest."""
    try:
        return sympy.factor_terms(sympy.cancel(expression))
    except (sympy.PolynomialError, NotImplementedError):
        return expression


def tidy_root(squared: sympy.Expr) -> sympy.Expr:
    """The square root of a squared radius, branch by branch."""
    if isinstance(squared, sympy.Piecewise):
        return sympy.Piecewise(*((tidy_root(branch), when) for branch, when in squared.args))
    if isinstance(squared, sympy.Max):
        return sympy.Max(*(tidy_root(branch) for branch in squared.args))
    return (
        sympy.sqrt(sympy.factor(squared))
        if squared.is_rational_function()
        else sympy.sqrt(tidy(squared))
    )
