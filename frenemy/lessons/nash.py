"""What a Nash equilibrium is: nobody gains by moving alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from dynamics import CriticalPoint, Equilibrium, Game, MatrixGame, equilibria
from frenemy.figures import (
    Axis,
    Bars,
    Figure,
    HorizontalLine,
    Line,
    Mark,
    Panel,
    Points,
    phase_portrait,
)
from frenemy.lessons._claims import Claim, Finding, holds, holds_in_part
from frenemy.lessons._lesson import Compared, Lesson, knob
from frenemy.lessons._rules import direction_grid, marked_points, view

STORY = r"""
**The slide.** A controls $x$ and wants $xy$ large, B controls $y$ and wants it small. *What are the
values of $x$ and $y$ at the Nash equilibrium?* A Nash equilibrium is a point at which no player
gains by changing its own value alone.

**The answer.** A's gain from a small move is $\partial(xy)/\partial x = y$, B's is
$-\partial(xy)/\partial y = -x$. Nobody can gain only where both are zero: $(0, 0)$. It is the only
equilibrium, and a weak one: at $y = 0$ every $x$ is as good as any other. Anywhere else A has *no*
best response at all, since for $y > 0$ a larger $x$ is always better. That is why simple training
never settles here.

**The kinds.** For smooth games the second derivatives decide. A *local Nash* point is a minimum of
each player's own loss along its own variable. A *local minimax* point lets one player lead and the
other answer. *Stable* means that training with small steps is drawn to it. The three are different:
training stops at some points that are no equilibrium, and leaves some that are.

**Payoff matrices.** With finitely many actions, players mix: a mixed equilibrium makes the other
player indifferent between all actions it uses. All extreme equilibria are found exactly, in
fractions.
"""
MOST_ACTIONS = 8
"""The page answers at once up to so many actions a player; ``MatrixGame`` itself has no limit."""
MOST_LISTED = 6
NEAR = 0.01
"""A small move."""
NO_RESPONSE = "none that is finite"
WINDOW = 3.0
"""Players try moves up to so far from where they stand."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    formula: str = knob(
        "x*y",
        label="value f(x, y)",
        kind="formula",
        help="x maximises it, y minimises it; for example 3*y^2 - x^2 + x*y",
    )
    x: float = knob(2.0, label="tried $x$", low=-10.0, high=10.0, step=0.05, help="a point to test")
    y: float = knob(1.0, label="tried $y$", low=-10.0, high=10.0, step=0.05, help="a point to test")
    row_payoffs: str = knob(
        "1, -1; -1, 1",
        label="payoffs of the row player",
        help="rows separated by ;, entries by commas; fractions such as 1/3 are exact",
    )
    column_payoffs: str = knob(
        "", label="payoffs of the column player", help="empty: the negative of the row player's"
    )


@dataclass(frozen=True, eq=False)
class Result:
    """The equilibria of both games, and what a player could gain at the tried point.

    Attributes
    ----------
    points, searched : the critical points found by symbols, and those by search from many starts.
    responses : a sentence for each player.
    matrix, mixed : the matrix game and its extreme equilibria.
    """

    knobs: Knobs
    game: Game
    points: tuple[CriticalPoint, ...]
    searched: tuple[CriticalPoint, ...]
    responses: tuple[str, str]
    matrix: MatrixGame
    mixed: tuple[Equilibrium, ...]

    @property
    def chosen(self) -> CriticalPoint | None:
        """The first local Nash point, else the first critical point, else nothing."""
        nash = [point for point in self.points if "local Nash" in point.kinds]
        return next(iter([*nash, *self.points]), None)

    @property
    def most_mixed(self) -> Equilibrium:
        """The equilibrium that uses the most actions."""
        return max(self.mixed, key=lambda pair: sum(share > 0 for side in pair for share in side))


def run(knobs: Knobs) -> Result:
    """Solve the smooth game twice, by symbols and by search, and the matrix game exactly.

    Raises
    ------
    ValueError
        If the formula or a matrix is not one.
    """
    game = Game.zero_sum(knobs.formula, minimizer="y", maximizer="x")
    points = tuple(equilibria(game))
    searched = points if not points else tuple(equilibria(game, symbolic=False))
    responses = (_best_response(game, 0), _best_response(game, 1))
    matrix = MatrixGame.parse(knobs.row_payoffs, knobs.column_payoffs.strip() or None)
    if max(len(matrix.A), len(matrix.A[0])) > MOST_ACTIONS:
        raise ValueError(
            f"this lesson solves games of up to {MOST_ACTIONS} actions a player; got "
            f"{len(matrix.A)} by {len(matrix.A[0])}; use dynamics.MatrixGame for larger ones"
        )
    return Result(knobs, game, points, searched, responses, matrix, matrix.equilibria())


def facts(result: Result) -> dict[str, Any]:
    """The equilibria by symbols beside those by search, and the gains from moving alone."""
    stated: dict[str, Any] = {"critical points": [str(point) for point in result.points] or "none"}
    point = result.chosen
    if point is not None:
        near = _nearest(result.searched, point)
        for symbol, exact, found in zip("xy", point.values, near, strict=True):
            stated[f"{symbol} by symbols and by search"] = Compared(float(exact), float(found))
        for player, name in enumerate("AB"):
            gain = _gain(result.game, player, point.values, NEAR)
            expected = 0.0 if "local Nash" in point.kinds else None
            stated[f"{name}'s gain from a small move alone there"] = Compared(expected, gain)
            far = _gain(result.game, player, point.values, WINDOW)
            stated[f"{name}'s gain from a move of up to {WINDOW:g}"] = far
        for kind, reason in point.reasons.items():
            if kind in point.kinds or kind in ("local Nash", "local minimax", "stable"):
                stated[f"{kind}?"] = reason
    tried = np.array([result.knobs.x, result.knobs.y])
    for player, name in enumerate("AB"):
        stated[f"{name}'s best response"] = result.responses[player]
        gain = _gain(result.game, player, tried, WINDOW)
        stated[f"{name}'s gain from moving alone at the tried point"] = gain
    count = len(result.mixed)
    for number, pair in enumerate(result.mixed[:MOST_LISTED], start=1):
        stated[f"matrix game: equilibrium {number} of {count}"] = str(pair)
    row, column = result.most_mixed
    for name, best, gets in _pure_payoffs(result.matrix, row, column):
        stated[f"matrix game: {name} player's payoff"] = Compared(best, gets)
    stated["matrix game: degenerate"] = result.matrix.is_degenerate
    return stated


def _nearest(points: tuple[CriticalPoint, ...], to: CriticalPoint) -> np.ndarray:
    if not points:
        return np.full(2, np.nan)
    return min((p.values for p in points), key=lambda v: float(np.linalg.norm(v - to.values)))


def _gain(game: Game, player: int, at: np.ndarray, reach: float) -> float:
    """What a player gains by its best move alone, up to so far, on a fine grid."""
    moves = _moves(player, at, reach)
    return float(game.loss(at, player) - np.nanmin(game.loss(moves, player)))


def _moves(player: int, at: np.ndarray, reach: float) -> np.ndarray:
    """States ``(2, 601)`` in which one player has moved and the other has not."""
    moves = np.repeat(at[:, None], 601, axis=1)
    moves[player] = at[player] + np.linspace(-reach, reach, 601)
    return moves


def _best_response(game: Game, player: int) -> str:
    """A player's best response to the other, in words."""
    own, other = game.symbols[player], game.symbols[1 - player]
    slope = sympy.simplify(-game.field[player])
    bend = sympy.simplify(sympy.diff(slope, own))
    if bend == 0:
        return f"{NO_RESPONSE}: the gain per unit of {own} is {slope}, unless that is 0"
    if bend.is_number and bend < 0:
        (answer,) = sympy.solve(slope, own) or (None,)
        return f"{own} = {sympy.simplify(answer)}, for every {other}"
    if bend.is_number:
        return f"{NO_RESPONSE}: the payoff bends upwards in {own} (second derivative {bend})"
    return f"where {slope} = 0 and {bend} < 0"


def _pure_payoffs(
    matrix: MatrixGame, row: tuple[Fraction, ...], column: tuple[Fraction, ...]
) -> list[tuple[str, float, float]]:
    """For both players: the best pure payoff against the other's mix, and what the own mix gets."""
    A, B = (np.array(side, dtype=float) for side in (matrix.A, matrix.B))
    p, q = np.array(row, dtype=float), np.array(column, dtype=float)
    return [
        ("row", float((A @ q).max()), float(p @ A @ q)),
        ("column", float((p @ B).max()), float(p @ B @ q)),
    ]


def portrait(result: Result) -> Figure:
    """Where each player has nothing to gain, and where both have."""
    tried = (result.knobs.x, result.knobs.y)
    x_range, y_range = view(tried, result.points, [])
    x, y, u, v = direction_grid(result.game, x_range, y_range, 121)
    marked = marked_points(result.points)
    figure = phase_portrait(
        x,
        y,
        u,
        v,
        equilibria=marked,
        nullclines=True,
        x_range=x_range,
        y_range=y_range,
        x_label="$x$ (A maximises)",
        y_label="$y$ (B minimises)",
        title=f"f = {result.knobs.formula}: at rest where the curves meet",
    )
    (panel,) = figure.panels
    point = Points(
        np.array([tried[0]]), np.array([tried[1]]), label="tried", color="start", symbol="cross"
    )
    return replace(figure, panels=[replace(panel, marks=[*panel.marks, point])])


def deviations(result: Result) -> Figure:
    """Each player's payoff when it moves alone, at the equilibrium and at the tried point."""
    places = [("tried point", np.array([result.knobs.x, result.knobs.y]), "second")]
    if result.chosen is not None:
        name = "equilibrium" if "local Nash" in result.chosen.kinds else "rest point"
        places.insert(0, (name, result.chosen.values, "first"))
    panels = []
    for player, name in enumerate("AB"):
        marks: list[Mark] = []
        for label, at, color in places:
            moves = _moves(player, at, WINDOW)
            payoff = -result.game.loss(moves, player)
            marks.append(
                Line(moves[player], payoff, label=f"at the {label}", color=color, width=1.5)
            )
            here = np.array([float(-result.game.loss(at, player))])
            marks.append(Points(at[[player]], here, color=color, size=1.4))
        own = result.game.symbols[player]
        panels.append(
            Panel(marks, x=Axis(f"${own}$, {name} moves alone"), y=Axis(f"payoff of {name}"))
        )
    return Figure(panels, title=f"f = {result.knobs.formula}: what a player gets by moving alone")


def indifference(result: Result) -> Figure:
    """In a mixed equilibrium every action in use pays the same, and no other pays more."""
    row, column = result.most_mixed
    A, B = (np.array(side, dtype=float) for side in (result.matrix.A, result.matrix.B))
    p, q = np.array(row, dtype=float), np.array(column, dtype=float)
    panels = []
    for name, shares, payoffs, got in (
        ("row", p, A @ q, p @ A @ q),
        ("column", q, p @ B, p @ B @ q),
    ):
        actions = Axis.of_categories(
            [str(i + 1) for i in range(len(shares))], f"action of the {name} player"
        )
        places = np.arange(len(shares), dtype=float)
        panels.append(Panel([Bars(places, shares)], x=actions, y=Axis("share", range=(0, 1.05))))
        marks = [
            HorizontalLine(float(got), color="prediction", dash="dash", label="value to the mix"),
            Points(places, payoffs, color="measurement", size=1.6, label="payoff of each action"),
        ]
        low, high = float(payoffs.min()), float(payoffs.max())
        margin = 0.25 * (high - low or 1.0)
        shown = Axis("payoff", range=(low - margin, high + margin))
        panels.append(Panel(marks, x=actions, y=shown))
    return Figure(
        panels,
        columns=2,
        title=f"equilibrium {result.mixed.index(result.most_mixed) + 1} of {len(result.mixed)}: "
        f"{result.most_mixed}",
    )


SLIDE = Knobs()
REACHES = (1.0, 10.0, 100.0)
"""Moves of a player up to so far, to see whether its gain ends."""


def _is_origin(result: Result) -> Finding:
    """The point by symbols and by search, whether it is the only one, and whether it is strict."""
    point = result.chosen
    if point is None or "local Nash" not in point.kinds:
        return holds(False, "no equilibrium is found")
    off = float(np.linalg.norm(_nearest(result.searched, point) - point.values))
    only = len(result.points) == len(result.searched) == 1 and not point.is_continuum
    cost = min(_least_cost(result.game, player, point.values) for player in (0, 1))
    return holds(
        not np.any(point.values) and off < 1e-6 and only,
        f"{point}, by symbols; a search from many starts finds {len(result.searched)} point, "
        f"{off:.1g} away, so it is {'the only one' if only else 'not the only one'}. It is "
        f"{'not ' if cost <= 0 else ''}strict: a player's cheapest move alone costs it {cost:g}",
    )


def _least_cost(game: Game, player: int, at: np.ndarray) -> float:
    """What the cheapest of a player's own moves costs it; standing still is no move."""
    moves = _moves(player, at, WINDOW)
    away = np.abs(moves[player] - at[player]) > 1e-9
    return float(np.nanmin(game.loss(moves[:, away], player) - game.loss(at, player)))


def _has_no_end(result: Result) -> Finding:
    """Whether the best response of each player is finite, in words and by ever longer moves."""
    tried = np.array([result.knobs.x, result.knobs.y])
    gains = [[_gain(result.game, player, tried, reach) for reach in REACHES] for player in (0, 1)]
    endless = all(answer.startswith(NO_RESPONSE) for answer in result.responses)
    told = "; ".join(
        f"{name} gains {', '.join(f'{gain:g}' for gain in row)}"
        for name, row in zip("AB", gains, strict=True)
    )
    return holds_in_part(
        endless and all(row[0] < row[1] < row[2] for row in gains),
        f"neither has a largest or smallest value to aim at: from ({tried[0]:g}, {tried[1]:g}), by "
        f"moves of up to {', '.join(f'{reach:g}' for reach in REACHES)}, {told}. A's best "
        f"response: {result.responses[0]}",
    )


CLAIMS = (
    Claim("Nash equilibrium", "what are the values of x and y?", SLIDE, _is_origin),
    Claim("Nash equilibrium", "A wants to maximise xy, B to minimise it", SLIDE, _has_no_end),
    Claim(
        "Nash equilibrium", "a player does not move, whatever the opponent may do",
        replace(SLIDE, x=0.0, y=1.0),
        lambda result: holds_in_part(
            _gain(result.game, 0, np.array([0.0, 1.0]), WINDOW) > 0,
            "against the opponent's equilibrium move, not against every one: if y becomes 1, A "
            f"gains {_gain(result.game, 0, np.array([0.0, 1.0]), WINDOW):g} by a move of up to "
            f"{WINDOW:g}",
        ),
    ),
)  # fmt: skip
LESSON = Lesson(
    name="nash",
    title="The Nash equilibrium of xy",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"portrait": portrait, "deviations": deviations, "indifference": indifference},
    picks={"portrait": ("x", "y")},
    presets={
        "the slide": SLIDE,
        "a strict equilibrium": replace(SLIDE, formula="x*y - x^2/2 + y^2/2"),
        "minimax, not Nash": replace(SLIDE, formula="4*x*y - 3*y^2 - x^2"),
        "stable, not Nash": replace(SLIDE, formula="3*y^2 + x^2 + 4*x*y"),
        "several points": replace(SLIDE, formula="x^2 - x^4/4 - x*y + y^2/2"),
        "rock, paper, scissors": replace(SLIDE, row_payoffs="0, -1, 1; 1, 0, -1; -1, 1, 0"),
        "battle of the sexes": replace(
            SLIDE, row_payoffs="3, 0; 0, 2", column_payoffs="2, 0; 0, 3"
        ),
        "prisoner's dilemma": replace(
            SLIDE, row_payoffs="5, 0; 10, 1", column_payoffs="5, 10; 0, 1"
        ),
    },
    references=("nash1951", "jin2020", "mazumdar2019"),
    slides=("Nash equilibrium", "Game Theory and GAN"),
)
