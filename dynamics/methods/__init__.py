"""The training rules, each written once for numbers, symbols and networks.

``METHODS`` maps the name of every rule to its class: a frozen dataclass whose fields are the
hyper-parameters. To add one, copy a sibling file and add a line to ``METHODS``; the battery in
``tests/dynamics/test_methods.py`` then covers it.

=====================  =========================================================================
directions             ``simultaneous``, ``consensus``, ``sga``, ``look-ahead``, ``lola``,
                       ``unrolled``, ``hamiltonian``, ``newton``, ``heun``, ``rk4``
other steps            ``alternating``, ``extragradient``, ``optimistic``, ``proximal-point``,
                       ``cgd``, ``follow-the-ridge``
compositions           ``heavy-ball``, ``alternating-heavy-ball``, ``adam``, ``rmsprop``
wrappers               ``lookahead``, ``averaged``, ``projected``
=====================  =========================================================================
"""

from __future__ import annotations

from typing import Any

from dynamics.methods._method import Composition, Directional, Method
from dynamics.methods.adam import SimultaneousAdam
from dynamics.methods.alternating import Alternating
from dynamics.methods.alternating_heavy_ball import AlternatingHeavyBall
from dynamics.methods.averaged import Averaged
from dynamics.methods.cgd import CompetitiveGradient
from dynamics.methods.consensus import Consensus
from dynamics.methods.extragradient import Extragradient
from dynamics.methods.follow_the_ridge import FollowTheRidge
from dynamics.methods.hamiltonian import Hamiltonian
from dynamics.methods.heavy_ball import HeavyBall
from dynamics.methods.heun import Heun
from dynamics.methods.lola import Lola
from dynamics.methods.look_ahead import LookAhead
from dynamics.methods.lookahead import Lookahead
from dynamics.methods.newton import Newton
from dynamics.methods.optimistic import Optimistic
from dynamics.methods.projected import Projected
from dynamics.methods.proximal_point import ProximalPoint
from dynamics.methods.rk4 import RungeKutta4
from dynamics.methods.rmsprop import SimultaneousRMSProp
from dynamics.methods.sga import SymplecticAdjustment
from dynamics.methods.simultaneous import Simultaneous
from dynamics.methods.unrolled import Unrolled

METHODS: dict[str, type[Any]] = {
    "simultaneous": Simultaneous,
    "alternating": Alternating,
    "extragradient": Extragradient,
    "optimistic": Optimistic,
    "heavy-ball": HeavyBall,
    "alternating-heavy-ball": AlternatingHeavyBall,
    "proximal-point": ProximalPoint,
    "consensus": Consensus,
    "sga": SymplecticAdjustment,
    "cgd": CompetitiveGradient,
    "look-ahead": LookAhead,
    "lola": Lola,
    "unrolled": Unrolled,
    "follow-the-ridge": FollowTheRidge,
    "hamiltonian": Hamiltonian,
    "newton": Newton,
    "heun": Heun,
    "rk4": RungeKutta4,
    "adam": SimultaneousAdam,
    "rmsprop": SimultaneousRMSProp,
    "lookahead": Lookahead,
    "averaged": Averaged,
    "projected": Projected,
}
WRAPPERS = ("lookahead", "averaged", "projected")
"""The names of the rules that change another rule, given to them as ``inner``."""


def name_of(method: Method) -> str:
    """The registered name of a rule's class.

    Raises
    ------
    ValueError
        If the class is not in ``METHODS``.
    """
    for name, kind in METHODS.items():
        if type(method) is kind:
            return name
    raise ValueError(f"{type(method).__name__} is not registered in METHODS")


__all__ = [
    "METHODS",
    "WRAPPERS",
    "Alternating",
    "AlternatingHeavyBall",
    "Averaged",
    "CompetitiveGradient",
    "Composition",
    "Consensus",
    "Directional",
    "Extragradient",
    "FollowTheRidge",
    "Hamiltonian",
    "HeavyBall",
    "Heun",
    "Lola",
    "LookAhead",
    "Lookahead",
    "Method",
    "Newton",
    "Optimistic",
    "Projected",
    "ProximalPoint",
    "RungeKutta4",
    "Simultaneous",
    "SimultaneousAdam",
    "SimultaneousRMSProp",
    "SymplecticAdjustment",
    "Unrolled",
    "name_of",
]
