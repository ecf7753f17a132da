"""Matrix games: all equilibria exactly, and how players learn, or fail to learn, them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from dynamics import Equilibrium, Game, MatrixGame, SingularError, games, simulate
from dynamics.learning import (
    LEARNING,
    Learning,
    Replicator,
    RestPoint,
    exploitability,
    learn,
    rest_points,
)
from frenemy.figures import (
    Axis,
    Bars,
    Figure,
    Line,
    Mark,
    Panel,
    phase_portrait,
    series,
    table,
    ternary_portrait,
)
from frenemy.lessons._lesson import Compared, Lesson, Progress, knob
from frenemy.lessons._rules import RULES, nothing, rule

STORY = r"""
**Finitely many actions.** Row and column player choose an action each; a mixed strategy is a share
for every action. In a mixed equilibrium the other player is indifferent between all actions in use.
Here *all* extreme equilibria are found, in fractions, degenerate games and continua included; a
Lemke-Howson path shows how one of them is reached by exchanging best responses.

**Can they be learnt?** A player that sees its own payoffs only may follow the *replicator*: shares
grow by how much better than average they do. In matching pennies, and in rock, paper, scissors, it
turns about the equilibrium for ever; a product of the shares is conserved, just as the distance is
on $xy$. *Multiplicative weights*, its discrete cousin, drifts outwards to the edge; its average
converges all the same. Made *optimistic*, by expecting the last change to repeat, it converges
itself. *Fictitious play*, the best response to the other's average, converges on average in
zero-sum games, and in Shapley's game it cycles for ever, ever more slowly.

**As networks are trained.** With logits in place of shares every training rule of this house runs
on a matrix game. Repeated, the prisoner's dilemma shows what it is to shape the opponent: plain
gradients learn to defect, LOLA, which looks at the other's next step, can learn to cooperate.

**How wrong is it still?** Exploitability is what both players together could gain by moving alone;
it is zero exactly at an equilibrium. The last iterate and the average are drawn on one axis.
"""
MOST_ACTIONS = 6
MOST_LISTED = 8
MOST_TRAINED = 2000
"""Training rules take at most so many steps."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    row_payoffs: str = knob(
        "1, -1; -1, 1",
        label="payoffs of the row player",
        help="rows separated by ;, entries by commas; fractions such as 1/3 are exact",
    )
    column_payoffs: str = knob(
        "", label="payoffs of the column player", help="empty: the negative of the row player's"
    )
    one_population: bool = knob(
        False, label="one population", help="plays the row player's matrix against itself"
    )
    rules: tuple[str, ...] = knob(
        ("replicator", "multiplicative-weights", "optimistic-weights"),
        label="learning rules",
        choices=tuple(LEARNING),
        low=1,
        high=6,
        help="each player sees its own payoffs only",
    )
    lr: float = knob(0.1, label=r"step size $\eta$", low=0.001, high=1.0, log=True)
    temperature: float = knob(
        0.2, label=r"temperature $\tau$", low=0.01, high=5.0, log=True, help="of noisy responses"
    )
    mutation: float = knob(
        0.0, label=r"mutation $\mu$", low=0.0, high=0.5, step=0.01, help="of the replicator"
    )
    steps: int = knob(1000, label="rounds", low=10, high=20_000)
    p: float = knob(0.7, label="start, row's share of action 1", low=0.01, high=0.99, step=0.01)
    q: float = knob(0.4, label="start, column's share of action 1", low=0.01, high=0.99, step=0.01)
    trained: tuple[str, ...] = knob(
        ("simultaneous", "extragradient"),
        label="training rules",
        choices=RULES,
        low=1,
        high=4,
        help="rules for networks, here on the logits of both strategies",
    )
    rate: float = knob(0.5, label="their step size", low=0.001, high=50.0, log=True)
    discount: float = knob(
        0.0,
        label="discount",
        low=0.0,
        high=0.98,
        step=0.01,
        help="above 0 a game of two actions each is repeated, and policies remember one round",
    )
    label: int = knob(1, label="Lemke-Howson: label dropped", low=1, high=2 * MOST_ACTIONS)
    seed: int = knob(0, label="seed", low=0, high=9999, help="of stochastic fictitious play")


Payoffs = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, eq=False)
class Result:
    """A game, its equilibria and rest points, and what every rule learnt."""

    knobs: Knobs
    game: MatrixGame
    equilibria: tuple[Equilibrium, ...]
    resting: tuple[RestPoint, ...]
    learnt: dict[str, Learning]

    @property
    def payoffs(self) -> dict[str, np.ndarray]:
        """Training rule -> both players' expected payoffs at every step, shape ``(T, 2)``."""
        knobs = self.knobs
        steps = min(knobs.steps, MOST_TRAINED)
        return _trained(self.game.A, self.game.B, knobs.discount, knobs.trained, knobs.rate, steps)

    @property
    def shape(self) -> tuple[int, int]:
        """How many actions there are."""
        return len(self.game.A), len(self.game.A[0])


def run(knobs: Knobs, *, progress: Progress | None = None) -> Result:
    """Solve the game exactly and let both players learn by every chosen rule.

    Raises
    ------
    ValueError
        If a matrix is none or too large, the game is not for one population, or one of other than
        two actions each is to be repeated.
    """
    game = MatrixGame.parse(knobs.row_payoffs, knobs.column_payoffs.strip() or None)
    if max(len(game.A), len(game.A[0])) > MOST_ACTIONS:
        raise ValueError(
            f"this lesson takes games of up to {MOST_ACTIONS} actions a player; got "
            f"{len(game.A)} by {len(game.A[0])}; use dynamics.MatrixGame for larger ones"
        )
    if knobs.one_population:
        if len(game.A) != len(game.A[0]):
            raise ValueError("one population needs a square matrix, the same actions on both sides")
        game = MatrixGame(game.A, tuple(zip(*game.A, strict=True)))
    _in_logits(game, knobs.discount)  # refuses what cannot be repeated
    row, column = _start(knobs.p, len(game.A)), _start(knobs.q, len(game.A[0]))
    start = row if knobs.one_population else (row, column)
    learnt = {}
    for done, name in enumerate(knobs.rules, start=1):
        learnt[name] = learn(
            game, _rule(knobs, name), start, knobs.steps, one_population=knobs.one_population,
            rng=np.random.default_rng(knobs.seed),
        )  # fmt: skip
        if progress is not None:
            progress(done, len(knobs.rules), name)
    return Result(
        knobs,
        game,
        game.equilibria(),
        rest_points(game, symmetric=knobs.one_population, mutation=knobs.mutation),
        learnt,
    )


def _in_logits(game: MatrixGame, discount: float) -> Game:
    """The game in the logits of both players, repeated if there is a discount."""
    return games.iterated(game.A, game.B, discount) if discount else game.in_logits()


@lru_cache(maxsize=32)
def _trained(
    A: Payoffs, B: Payoffs, discount: float, rules: tuple[str, ...], rate: float, steps: int
) -> dict[str, np.ndarray]:
    """Expected payoffs while every training rule moves the logits of both players.

    The first time LOLA plays a repeated game its second derivatives take seconds to find.
    """
    field = _in_logits(MatrixGame(A, B), discount)
    start = 0.3 * np.random.default_rng(0).normal(size=field.dimension)
    found = {}
    for name in rules:
        try:
            path = simulate(field, rule(name, rate), start, steps)
        except SingularError:
            continue
        states = path.states.T
        found[name] = -np.stack([field.loss(states, player) for player in (0, 1)], axis=1)
        found[name].flags.writeable = False  # results share it
    return found


def _start(share: float, size: int) -> np.ndarray:
    """The first action's share, and the others' falling in equal steps."""
    rest = np.arange(size - 1, 0, -1, dtype=float)
    return np.r_[share, (1 - share) * rest / rest.sum()] if size > 1 else np.ones(1)


def _rule(knobs: Knobs, name: str) -> Any:
    kind = LEARNING[name]
    settings = {"lr": knobs.lr, "temperature": knobs.temperature, "mutation": knobs.mutation}
    known = {field.name for field in fields(kind)}
    if name == "regret-matching":
        known -= {"lr"}
    return kind(**{key: value for key, value in settings.items() if key in known})


def facts(result: Result) -> dict[str, Any]:
    """The equilibria, what is conserved, and how far every rule is from equilibrium."""
    game, knobs = result.game, result.knobs
    stated: dict[str, Any] = {}
    for number, pair in enumerate(result.equilibria[:MOST_LISTED], start=1):
        stated[f"equilibrium {number} of {len(result.equilibria)}"] = str(pair)
    first = result.equilibria[0]
    sides = [np.array(side, dtype=float) for side in first]
    stated["exploitability of the first equilibrium"] = Compared(
        0.0, float(exploitability(game, *sides))
    )
    sizes = [len(component) for component in game.components]
    stated["components"] = f"{len(sizes)}, of {', '.join(map(str, sizes))} extreme equilibria"
    stated["degenerate"] = game.is_degenerate
    stated["dominated actions"] = [str(found) for found in game.dominated()] or "none"
    if game.is_zero_sum:
        floats = game.optimal_strategies(exact=False)
        stated["value"] = Compared(float(game.value), floats.value)
    chosen = game.most_entropic()
    stated["equilibrium of largest entropy"] = f"rows {_mixture(chosen.row)}, columns " + _mixture(
        chosen.column
    )
    kept = _conserved(result)
    if kept is not None:
        stated["replicator: what is conserved"] = Compared(float(kept[0]), float(kept[-1]))
    for name, found in result.learnt.items():
        stated[f"{name}: exploitability at the end"] = float(found.exploitability[-1])
        stated[f"{name}: … of the average"] = float(found.average_exploitability[-1])
    for name, payoffs in result.payoffs.items():
        got = ", ".join(f"{value:.4g}" for value in payoffs[-1])
        stated[f"trained by {name}: payoffs at the end"] = f"({got})"
    path = game.lemke_howson(_label(result))
    stated[f"Lemke-Howson, dropping label {knobs.label}"] = (
        f"{len(path.pivots)} pivots to {path.equilibrium}"
    )
    return stated


def _mixture(shares: np.ndarray) -> str:
    return "(" + ", ".join(f"{share:.4g}" for share in shares) + ")"


def _label(result: Result) -> int:
    """The label dropped, counted from 0, within this game's."""
    return (result.knobs.label - 1) % sum(result.shape)


def _conserved(result: Result) -> np.ndarray | None:
    """The product that the replicator conserves where an interior equilibrium makes it."""
    found, knobs = result.learnt.get("replicator"), result.knobs
    if found is None or knobs.mutation or not _is_conservative(result):
        return None
    row, column = (np.array(side, dtype=float) for side in result.equilibria[0])
    with np.errstate(divide="ignore"):
        kept = (np.log(found.row) * row).sum(axis=1)
        if not knobs.one_population:
            kept = kept + (np.log(found.column) * column).sum(axis=1)
    return np.exp(kept)


def _is_conservative(result: Result) -> bool:
    """A single equilibrium, interior, of a game in which what one wins the other loses."""
    (first, *others), game = result.equilibria, result.game
    interior = min(*first.row, *first.column) > 0
    if result.knobs.one_population:
        total = np.array(game.A, dtype=object) + np.array(game.A, dtype=object).T
        return bool(interior and not others and not total.any())
    return bool(interior and not others and game.is_zero_sum)


def portrait(result: Result) -> Figure:
    """The replicator's field with every rule's path: a square, a triangle, or shares over time."""
    if result.knobs.one_population and result.shape[0] == 3:
        return _triangle(result)
    if not result.knobs.one_population and result.shape == (2, 2):
        return _square(result)
    return shares(result)


def _square(result: Result) -> Figure:
    """Two actions each: the row's share of its first against the column's."""
    grid = np.linspace(0.0, 1.0, 17)
    across, up = np.meshgrid(grid, grid)
    z = np.array([across, 1 - across, up, 1 - up])
    push = Replicator(mutation=result.knobs.mutation).velocity(result.game.on_simplex(), z)
    return phase_portrait(
        grid,
        grid,
        push[0],
        push[2],
        trajectories={
            name: np.stack([found.row_average[:, 0], found.column_average[:, 0]], axis=1)
            if _plays_pure(name)
            else np.stack([found.row[:, 0], found.column[:, 0]], axis=1)
            for name, found in result.learnt.items()
        },
        equilibria=[
            (float(point.row[0]), float(point.column[0]), point.kind) for point in result.resting
        ],
        animate=True,
        steps=_times(result),
        x_range=(-0.03, 1.03),
        y_range=(-0.03, 1.03),
        x_label="row's share of action 1",
        y_label="column's share of action 1",
        title="arrows and rest points: the replicator's",
        caption="of fictitious play the average is drawn" if _any_pure(result) else "",
    )


def _triangle(result: Result) -> Figure:
    """One population with three actions."""
    count = 13
    places = np.array(
        [(i, j, count - i - j) for i in range(1, count) for j in range(1, count - i)], dtype=float
    )
    at = places / count
    rule = Replicator(mutation=result.knobs.mutation)
    push = rule.velocity(result.game.one_population(), at.T).T
    return ternary_portrait(
        at,
        push,
        trajectories={name: found.row for name, found in result.learnt.items()},
        resting=[(point.row, point.kind) for point in result.resting],
        animate=True,
        steps=_times(result),
        title="arrows and rest points: the replicator's",
    )


def _times(result: Result) -> dict[str, np.ndarray]:
    """Label of a path -> the rounds at which its states are."""
    return {name: found.times for name, found in result.learnt.items()}


def _plays_pure(name: str) -> bool:
    return name.endswith("fictitious-play")


def _any_pure(result: Result) -> bool:
    return any(map(_plays_pure, result.learnt))


def shares(result: Result) -> Figure:
    """Every action's share over time under the first rule; of fictitious play the average."""
    name, found = next(iter(result.learnt.items()))
    pure = _plays_pure(name)
    sides = [("row", found.row_average if pure else found.row)]
    if not result.knobs.one_population:
        sides.append(("column", found.column_average if pure else found.column))
    panels = []
    for side, values in sides:
        marks = [
            Line(found.times, values[:, action], label=f"action {action + 1}", **series(action))
            for action in range(values.shape[1])
        ]
        panels.append(
            Panel(
                marks,
                x=Axis("round"),
                y=Axis("share", range=(-0.02, 1.02)),
                title="the population" if result.knobs.one_population else f"the {side} player",
            )
        )
    return Figure(panels, title=f"{name}{', average' if pure else ''}")


def wrong(result: Result) -> Figure:
    """Exploitability of the last iterate and of the average, for every rule."""
    panels, lowest = [], 1e-3
    for found in result.learnt.values():
        ends = (found.exploitability.min(), found.average_exploitability[1:].min())
        lowest = max(min(lowest, *ends), 1e-12)
    for title, attribute in (
        ("last iterate", "exploitability"),
        ("average", "average_exploitability"),
    ):
        marks: list[Mark] = []
        for index, (name, found) in enumerate(result.learnt.items()):
            values = np.maximum(getattr(found, attribute)[1:], 1e-16)
            marks.append(Line(found.times[1:], values, label=name, width=1.2, **series(index)))
        panels.append(
            Panel(
                marks,
                x=Axis("round", scale="log"),
                y=Axis("exploitability", scale="log", range=(lowest / 2, 20.0)),
                title=title,
                legend=title == "average",
            )
        )
    return Figure(panels, title="what both players could gain by moving alone")


def training(result: Result) -> Figure:
    """What both players earn while the training rules of networks move their logits."""
    if not result.payoffs:
        return nothing("none of the chosen training rules has a step in this game")
    panels = []
    for player, side in enumerate(("row", "column")):
        marks: list[Mark] = [
            Line(np.arange(len(values)), values[:, player], label=name, width=1.3, **series(index))
            for index, (name, values) in enumerate(result.payoffs.items())
        ]
        panels.append(
            Panel(marks, x=Axis("step"), y=Axis("expected payoff"), title=f"the {side} player")
        )
    discount = result.knobs.discount
    kind = f"repeated, discount {discount:g}: policies" if discount else "strategies"
    return Figure(panels, title=f"{kind} of logits, trained as networks are")


def mixed(result: Result) -> Figure:
    """The first equilibria as shares of every action."""
    panels = []
    for number, pair in enumerate(result.equilibria[:3], start=1):
        marks: list[Mark] = []
        for label, side, shift, color in (
            ("row", pair.row, -0.2, "first"),
            ("column", pair.column, 0.2, "second"),
        ):
            heights = np.array(side, dtype=float)
            places = np.arange(len(heights)) + shift
            marks.append(Bars(places, heights, width=0.36, color=color, label=f"{label} player"))
        names = [str(action + 1) for action in range(max(result.shape))]
        panels.append(
            Panel(
                marks,
                x=Axis.of_categories(names, "action"),
                y=Axis("share", range=(0, 1.05)),
                title=f"equilibrium {number}",
            )
        )
    count = len(result.equilibria)
    return Figure(panels, title=f"{min(count, 3)} of {count} extreme equilibria")


def pivots(result: Result) -> Figure:
    """The Lemke-Howson path: a row for each pivot."""
    path, (m, _) = result.game.lemke_howson(_label(result)), result.shape
    texts = [["start", "–", "–", _fractions((0,) * m), _fractions((0,) * result.shape[1])]]
    for pivot in path.pivots:
        who = "row player" if pivot.player == 0 else "column player"
        labels = [str(label + 1) for label in (pivot.dropped, pivot.picked)]
        texts.append([who, *labels, _fractions(pivot.row), _fractions(pivot.column)])
    shown = texts[:12]
    tints = np.zeros((len(shown), 5))
    if len(shown) == len(texts):
        tints[-1] = 1.0
    return table(
        [str(number) for number in range(len(shown))],
        ("moves", "drops label", "picks up", "rows", "columns"),
        shown,
        tints,
        title=f"Lemke-Howson from label {_label(result) + 1}: {len(path.pivots)} pivots",
        caption=f"labels 1 to {m}: the row player's actions, then the column player's",
    )


def _fractions(shares: tuple[Any, ...]) -> str:
    text = "(" + ", ".join(map(str, shares)) + ")"
    return text if len(text) <= 22 else "(" + ", ".join(f"{float(s):.2g}" for s in shares) + ")"


PENNIES = Knobs()
LESSON = Lesson(
    name="matrix-game",
    title="Matrix games: solved exactly, learnt slowly",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    figures={
        "portrait": portrait,
        "exploitability": wrong,
        "equilibria": mixed,
        "lemke-howson": pivots,
        "shares": shares,
        "training": training,
    },
    presets={
        "matching pennies": PENNIES,
        "rock, paper, scissors": replace(
            PENNIES, row_payoffs="0, -1, 1; 1, 0, -1; -1, 1, 0", one_population=True, p=0.5
        ),
        "fictitious play": replace(
            PENNIES, rules=("fictitious-play", "stochastic-fictitious-play", "best-response"),
            lr=0.02, steps=5000,
        ),
        "Shapley's game": replace(
            PENNIES, row_payoffs="1, 0, 0; 0, 1, 0; 0, 0, 1",
            column_payoffs="0, 1, 0; 0, 0, 1; 1, 0, 0", rules=("fictitious-play",), steps=20_000,
        ),
        "hawk and dove": replace(
            PENNIES, row_payoffs="-1, 2; 0, 1", column_payoffs="-1, 0; 2, 1",
            rules=("replicator", "logit"),
        ),
        "battle of the sexes": replace(
            PENNIES, row_payoffs="3, 0; 0, 2", column_payoffs="2, 0; 0, 3",
            rules=("replicator", "regret-matching", "projected-gradient"),
        ),
        "prisoner's dilemma": replace(
            PENNIES, row_payoffs="3, 0; 5, 1", column_payoffs="3, 5; 0, 1"
        ),
        "repeated prisoner's dilemma": replace(
            PENNIES,
            row_payoffs="-1, -3; 0, -2",
            column_payoffs="-1, 0; -3, -2",
            trained=("simultaneous", "lola"),
            rate=25.0,
            discount=0.96,
            steps=300,
        ),
        "a continuum": replace(
            PENNIES, row_payoffs="3, 3; 2, 5; 0, 6", column_payoffs="3, 3; 2, 6; 3, 1",
            rules=("replicator",),
        ),
        "mutation": replace(
            PENNIES, row_payoffs="1, 0, 2; 2, 1, 0; 0, 2, 1", one_population=True,
            rules=("replicator",), mutation=0.1, p=0.7,
        ),
    },
    references=("nash1951", "foerster2018", "lemke1964", "taylor1978", "robinson1951",
                "rakhlin2013", "hart2000", "mckelvey1995"),
    slides=("Nash equilibrium", "Game Theory and GAN"),
)  # fmt: skip
