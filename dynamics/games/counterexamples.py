"""Small games on which training and equilibrium part company."""

from __future__ import annotations

from dynamics.game import Game


def minimax_not_nash() -> Game:
    """:math:`-3x^2 - y^2 + 4xy`, x minimises: (0, 0) is a local minimax point and no Nash point.

    Equal step sizes leave it; with y faster by more than a factor of three they converge to it
    (fiez2021).
    """
    return Game.zero_sum("-3*x^2 - y^2 + 4*x*y", minimizer="x", maximizer="y")


def stable_not_nash() -> Game:
    """:math:`3x^2 + y^2 + 4xy`, x minimises: training stops at (0, 0), which is no equilibrium.

    The maximiser sits at a minimum of its own interest, and the flow is stable all the same
    (mazumdar2019).
    """
    return Game.zero_sum("3*x^2 + y^2 + 4*x*y", minimizer="x", maximizer="y")


def continuum() -> Game:
    """A line of Nash equilibria.

    With losses :math:`(x+y)^2 - 2x` and :math:`(x+y)^2 - 2y` it is every point of x + y = 1. A
    small general-sum game (tandem, letcher2019).
    """
    return Game(["(x+y)^2 - 2*x", "(x+y)^2 - 2*y"], ["x", "y"])


def letcher() -> Game:
    """:math:`xy - x^2/2 + y^2/2 + x^4/4 - y^4/4`, x minimises: no equilibrium, every rule cycles.

    Its only critical point, the origin, is unstable and no equilibrium (letcher2021).
    """
    return Game.zero_sum("x*y - x^2/2 + y^2/2 + x^4/4 - y^4/4", minimizer="x", maximizer="y")


def almost_bilinear(epsilon: float = 0.1) -> Game:
    """:math:`xy + \\epsilon (y^2/2 - y^4/4)`, x minimises: a little curvature makes a limit cycle.

    The origin, the only critical point, repels, and training of every start ends on a cycle for
    any :math:`\\epsilon > 0` (hsieh2021).
    """
    value = "x*y + epsilon*(y^2/2 - y^4/4)"
    return Game.zero_sum(value, minimizer="x", maximizer="y", epsilon=epsilon)


def forsaken() -> Game:
    """:math:`x(y - 0.45) + \\varphi(x) - \\varphi(y)`, x minimises: the solution is walled off.

    With :math:`\\varphi(z) = z^2/4 - z^4/2 + z^6/6` the local minimax point near (0.08, 0.41)
    attracts, but an unstable cycle surrounds it; starts outside end on a stable one (hsieh2021).
    """
    wave = "{0}^2/4 - {0}^4/2 + {0}^6/6"
    value = f"x*(y - 0.45) + ({wave.format('x')}) - ({wave.format('y')})"
    return Game.zero_sum(value, minimizer="x", maximizer="y")


def two_sided_pl() -> Game:
    """:math:`x^2 + 3\\sin^2 x \\sin^2 y - 4y^2 - 10\\sin^2 y`, x minimises: not convex, yet easy.

    Neither convex in x nor concave in y, but each side satisfies a Polyak-Łojasiewicz inequality:
    alternating steps converge to the only critical point, the origin (yang2020).
    """
    value = "x^2 + 3*sin(x)^2*sin(y)^2 - 4*y^2 - 10*sin(y)^2"
    return Game.zero_sum(value, minimizer="x", maximizer="y")
