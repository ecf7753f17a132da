"""Named games, each with its source and what it teaches.

``NAMES`` lists them and :func:`named` makes one. To add a game, write a function that returns a
:class:`~dynamics.Game` in the file of its kind and add a line to ``LIBRARY``.

``quadratic``
    Games whose field is linear: rotation, attraction, any spectrum.
``counterexamples``
    Small games on which training and equilibrium part company.
``gans``
    The Dirac-GAN with every loss and penalty; linear-quadratic and covariance GANs.
``policies``
    Matching pennies and the iterated prisoner's dilemma as differentiable games.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

from dynamics.game import Game
from dynamics.games.counterexamples import (
    almost_bilinear,
    continuum,
    forsaken,
    letcher,
    minimax_not_nash,
    stable_not_nash,
    two_sided_pl,
)
from dynamics.games.gans import (
    covariance_wgan,
    dirac,
    dirac_instance_noise,
    dirac_non_saturating,
    dirac_wgan,
    dirac_wgan_gp,
    linear_quadratic_gan,
)
from dynamics.games.policies import iterated, matching_pennies, prisoners_dilemma
from dynamics.games.quadratic import (
    bilinear,
    bilinear_matrix,
    hamiltonian,
    potential,
    quadratic,
    strongly_monotone,
)

LIBRARY: dict[str, Callable[..., Game]] = {
    "bilinear": bilinear,
    "bilinear-matrix": bilinear_matrix,
    "strongly-monotone": strongly_monotone,
    "quadratic": quadratic,
    "potential": potential,
    "hamiltonian": hamiltonian,
    "minimax-not-nash": minimax_not_nash,
    "stable-not-nash": stable_not_nash,
    "continuum": continuum,
    "letcher": letcher,
    "almost-bilinear": almost_bilinear,
    "forsaken": forsaken,
    "two-sided-pl": two_sided_pl,
    "dirac": dirac,
    "dirac-non-saturating": dirac_non_saturating,
    "dirac-wgan": dirac_wgan,
    "dirac-wgan-gp": dirac_wgan_gp,
    "dirac-instance-noise": dirac_instance_noise,
    "linear-quadratic-gan": linear_quadratic_gan,
    "covariance-wgan": covariance_wgan,
    "matching-pennies": matching_pennies,
    "prisoners-dilemma": prisoners_dilemma,
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


__all__ = ["LIBRARY", "NAMES", "iterated", "named", *(game.__name__ for game in LIBRARY.values())]
