"""Named games, each with its source and what it teaches.

``NAMES`` lists them and :func:`named` makes one. To add a game, write a function that returns a
:class:`~dynamics.Game` and add a line to ``LIBRARY``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

import sympy

from dynamics.functions import softplus
from dynamics.game import Game


def bilinear() -> Game:
    """The lecture's game: x maximises xy, y minimises it.

    The only equilibrium is (0, 0); simultaneous steps spiral away from it for every step size.
    """
    return Game.zero_sum("x*y", minimizer="y", maximizer="x")


def strongly_monotone(mu: float = 0.5) -> Game:
    """:math:`\\tfrac\\mu2 x^2 + xy - \\tfrac\\mu2 y^2`, x minimises: rotation with friction.

    Simultaneous steps converge for :math:`\\eta < 2\\mu/(1 + \\mu^2)`.
    """
    return Game.zero_sum("mu/2*x^2 + x*y - mu/2*y^2", minimizer="x", maximizer="y", mu=mu)


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


def dirac(gamma: float = 0.0) -> Game:
    """The Dirac-GAN with the saturating loss and the R1 penalty :math:`\\gamma/2\\,\\psi^2`.

    The data are a point at 0, the generator a point at θ, the discriminator
    :math:`D(x) = \\psi x`. Without the penalty it never converges; with it the eigenvalues meet on
    the axis at γ = 1 (mescheder2018).
    """
    theta, psi, weight = sympy.symbols("theta psi gamma", real=True)
    value = -softplus(-theta * psi) - sympy.log(2)
    losses = [value, -value + weight / 2 * psi**2]
    return Game(losses, ["theta", "psi"], gamma=gamma)


def dirac_non_saturating(gamma: float = 0.0) -> Game:
    """The Dirac-GAN with the non-saturating generator loss, R1 penalty as in :func:`dirac`.

    Simultaneous steps without the penalty end on a cycle of radius :math:`\\sqrt{2\\eta}`
    (mescheder2018).
    """
    theta, psi, weight = sympy.symbols("theta psi gamma", real=True)
    losses = [softplus(-theta * psi), softplus(theta * psi) + weight / 2 * psi**2]
    return Game(losses, ["theta", "psi"], gamma=gamma)


LIBRARY: dict[str, Callable[..., Game]] = {
    "bilinear": bilinear,
    "strongly-monotone": strongly_monotone,
    "minimax-not-nash": minimax_not_nash,
    "stable-not-nash": stable_not_nash,
    "continuum": continuum,
    "letcher": letcher,
    "dirac": dirac,
    "dirac-non-saturating": dirac_non_saturating,
}
NAMES = tuple(LIBRARY)


def named(name: str, **parameters: Any) -> Game:
    """A game of the library, with its parameters set.

    Raises
    ------
    ValueError
        If there is no game of that name.
    """
    if name not in LIBRARY:
        close = difflib.get_close_matches(name, NAMES, 1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"no game is named {name!r}.{hint} The library has: {', '.join(NAMES)}")
    game = LIBRARY[name]()
    return game.at(**parameters) if parameters else game
