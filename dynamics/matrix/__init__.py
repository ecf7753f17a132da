"""Matrix games of two players, solved in exact fractions.

``matrix_game``
    :class:`MatrixGame`: the payoffs and what can be asked of them.
``payoffs``
    Payoffs from text and from arrays, without rounding.
``tableau``, ``polytope``
    Integer pivoting; the vertices of a best-response polytope.
``extreme``
    Extreme equilibria as pairs of vertices, and their components.
"""

from dynamics.matrix.extreme import Equilibrium
from dynamics.matrix.matrix_game import MatrixGame

__all__ = ["Equilibrium", "MatrixGame"]
