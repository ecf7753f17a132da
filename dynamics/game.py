"""Differentiable games, given by formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any, Self, TypeAlias

import numpy as np
import sympy

from dynamics.backend import Array, is_symbolic
from dynamics.engine.codegen import array_function
from dynamics.engine.program import Program
from dynamics.expression import parse
from dynamics.formulas import FormulaField, Formulas, Quantity, substituted

Formula: TypeAlias = str | sympy.Expr
Names: TypeAlias = str | sympy.Symbol | Sequence[str | sympy.Symbol]


class Game(FormulaField):
    """An n-player game whose losses are formulas; a :class:`~dynamics.field.VectorField`.

    Player *i* minimises ``losses[i]`` over its own variables. Evaluated at floats it gives floats,
    evaluated at an object array of SymPy expressions it gives expressions.

    Parameters
    ----------
    losses : one formula a player, as text (parsed by a whitelist) or as a trusted SymPy expression.
    players : the variables of each player: a name, ``"a, b"``, or a sequence of names. The state
        holds them in this order.
    **parameters : values of the other symbols in the formulas: numbers, expressions, arrays that
        broadcast against the batch, or ``None`` for one that stays free until :meth:`at`.

    Raises
    ------
    dynamics.ExpressionError
        If a text is not a formula in these variables and parameters.
    ValueError
        If the numbers of losses and players differ, a name is used twice, or a SymPy expression
        has a symbol that is neither a variable nor a parameter.

    Examples
    --------
    >>> game = Game(["x*y", "-x*y"], ["x", "y"])
    >>> game(np.array([2.0, 3.0]))
    array([ 3., -2.])
    """

    leader: int = 0
    """The player who leads where one leads: the first, in a zero-sum game the minimiser."""

    def __init__(self, losses: Sequence[Formula], players: Sequence[Names], **parameters: Any):
        groups = [_names(player) for player in players]
        if len(losses) != len(groups):
            raise ValueError(
                f"{len(losses)} losses for {len(groups)} players; give each player one loss"
            )
        names = [name for group in groups for name in group]
        known = {name: sympy.Symbol(name, real=True) for name in [*names, *parameters]}
        if len(known) < len(names) + len(parameters):
            raise ValueError(
                f"a name is used twice among the variables {names} and the parameters "
                f"{sorted(parameters)}; every variable belongs to one player"
            )
        ends = np.cumsum([len(group) for group in groups]).tolist()
        starts = [0, *ends[:-1]]
        self.parameters = dict(parameters)
        self.formulas = Formulas(
            losses=tuple(_formula(loss, known) for loss in losses),
            symbols=tuple(known[name] for name in names),
            players=tuple(slice(start, end) for start, end in zip(starts, ends, strict=True)),
            parameters=tuple(known[name] for name in parameters),
        )

    @classmethod
    def zero_sum(
        cls, value: Formula, minimizer: Names = "y", maximizer: Names = "x", **parameters: Any
    ) -> Self:
        """Two players and one value, which one minimises and the other maximises.

        The coordinates of the state stand in the alphabetical order of the players' (first)
        variables, whoever minimises: ``(x, y)`` for the lecture's game, where x maximises xy.

        Parameters
        ----------
        value : the formula.
        minimizer, maximizer : the variables of each player.
        **parameters : as for the class.
        """
        low, high = _names(minimizer), _names(maximizer)
        known = {name: sympy.Symbol(name, real=True) for name in [*low, *high, *parameters]}
        formula = _formula(value, known)
        (first, first_sign), (second, second_sign) = sorted([(low, 1), (high, -1)])
        losses = [first_sign * formula, second_sign * formula]
        game = cls(losses, [first, second], **parameters)
        game.leader = 0 if first_sign == 1 else 1
        return game

    @classmethod
    def population(cls, payoffs: Sequence[Formula], names: Names, **parameters: Any) -> Self:
        """One large population whose members choose among actions: a population game.

        The state holds the share of every action, and the field is minus the payoffs, which need
        be no gradient. The loss is minus the mean payoff.

        Parameters
        ----------
        payoffs : the payoff of each action, a formula in the shares.
        names : of the shares.
        **parameters : as for the class.
        """
        members = [sympy.Symbol(name, real=True) for name in _names(names)]
        known = {symbol.name: symbol for symbol in members}
        known |= {name: sympy.Symbol(name, real=True) for name in parameters}
        field = tuple(-_formula(payoff, known) for payoff in payoffs)
        if len(field) != len(members):
            raise ValueError(f"{len(field)} payoffs for {len(members)} actions; give one for each")
        mean = sum(share * entry for share, entry in zip(members, field, strict=True))
        game = cls([mean], [members], **parameters)
        game.formulas = replace(game.formulas, given=field)
        return game

    def at(self, **parameters: Any) -> Self:
        """The game with these parameters set.

        Raises
        ------
        ValueError
            If the game has no parameter of that name.
        """
        unknown = sorted(set(parameters) - set(self.parameters))
        if unknown:
            raise ValueError(
                f"this game has no parameter {unknown[0]!r}; "
                f"it has {', '.join(self.parameters) or 'none'}"
            )
        return self.of(self.formulas, self.parameters | parameters, self.leader)

    @classmethod
    def of(cls, formulas: Formulas, parameters: Mapping[str, Any], leader: int = 0) -> Self:
        """The game of these formulas, with values for their parameters."""
        game = cls.__new__(cls)
        game.formulas, game.leader = formulas, leader
        game.parameters = {
            symbol.name: parameters.get(symbol.name) for symbol in formulas.parameters
        }
        return game

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The coordinates of the state, in order."""
        return self.formulas.symbols

    @cached_property
    def losses(self) -> tuple[sympy.Expr, ...]:
        """Each player's loss, with the parameters that are set to one number as exact values."""
        return tuple(loss.xreplace(self.substitution) for loss in self.formulas.losses)

    @cached_property
    def field(self) -> sympy.ImmutableMatrix:
        """:math:`F`, shape ``(d, 1)``, parameters as in :attr:`losses`."""
        return self.formulas.field.xreplace(self.substitution)

    @cached_property
    def jacobian(self) -> sympy.ImmutableMatrix:
        """:math:`J = \\partial F/\\partial z`, ``(d, d)``, parameters as in :attr:`losses`."""
        return self.formulas.jacobian.xreplace(self.substitution)

    @cached_property
    def substitution(self) -> dict[sympy.Symbol, sympy.Expr]:
        """The exact values of the parameters that are set to one number or expression."""
        return {
            symbol: exact(value)
            for symbol, value in zip(
                self.formulas.parameters, self.parameters.values(), strict=True
            )
            if value is not None and np.ndim(value) == 0
        }

    def loss(self, z: Array, player: int) -> Array:
        """The loss of one player, shape ``z.shape[1:]``."""
        return self.evaluate(("loss", player), z)[0]

    def evaluate(self, quantity: Quantity, z: Array) -> Array:
        """The entries of a quantity at ``z``, shape ``(m, ...)``.

        Raises
        ------
        ValueError
            If ``z`` has the wrong number of coordinates, or a free parameter meets floats.
        """
        z = np.asarray(z)
        if z.ndim == 0 or z.shape[0] != self.dimension:
            raise ValueError(
                f"a state of shape {z.shape} does not fit: the first axis must hold the "
                f"{self.dimension} coordinates {', '.join(map(str, self.symbols))}"
            )
        if is_symbolic(z):
            entries = self.formulas.entries(quantity)
            states = [
                dict(zip(self.symbols, state, strict=True)) for state in z.reshape(z.shape[0], -1).T
            ]
            values = substituted(entries, [state | self.substitution for state in states])
            return values.reshape(len(entries), *z.shape[1:])
        return _compiled(self.formulas, quantity)(*z, *self.parameter_values())

    def parameter_values(self) -> list[Any]:
        """The values of all parameters, for numbers.

        Raises
        ------
        ValueError
            If a parameter is free.
        """
        for name, value in self.parameters.items():
            if value is None or (isinstance(value, sympy.Expr) and not value.is_number):
                raise ValueError(f"the parameter {name!r} is not set; use game.at({name}=number)")
        return [np.asarray(value, dtype=float) for value in self.parameters.values()]

    def __repr__(self) -> str:
        groups = [tuple(map(str, self.symbols[block])) for block in self.players]
        losses = ", ".join(map(str, self.formulas.losses))
        return f"Game([{losses}], players={groups}, parameters={self.parameters})"


def exact(value: Any) -> sympy.Expr:
    """A number as the rational that its shortest decimal form means; expressions unchanged."""
    if isinstance(value, sympy.Basic):
        return value
    return sympy.Rational(repr(float(value))) if np.isfinite(value) else sympy.sympify(value)


@lru_cache(maxsize=512)
def _compiled(formulas: Formulas, quantity: Quantity) -> Any:
    inputs = (*formulas.symbols, *formulas.parameters)
    return array_function(Program(inputs, (), formulas.entries(quantity)))


def _names(names: Names) -> tuple[str, ...]:
    if isinstance(names, str):
        return tuple(names.replace(",", " ").split())
    return tuple(map(str, [names] if isinstance(names, sympy.Symbol) else names))


def _formula(formula: Formula, known: Mapping[str, sympy.Symbol]) -> sympy.Expr:
    if isinstance(formula, str):
        return parse(formula, known)
    expression = sympy.sympify(formula)
    foreign = sorted(s.name for s in expression.free_symbols if s.name not in known)
    if foreign:
        raise ValueError(
            f"the symbol {foreign[0]!r} is neither a variable nor a parameter of this game; "
            f"declare it ({foreign[0]}=None leaves it free). Known: {', '.join(known)}"
        )
    return expression.xreplace({s: known[s.name] for s in expression.free_symbols})
