"""Games from text and from SymPy."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import ExpressionError, Game, games
from dynamics.functions import sigmoid, softplus


def test_the_lectures_signs_and_order():
    game = Game.zero_sum("x*y")
    assert [str(s) for s in game.symbols] == ["x", "y"]
    assert game(np.array([2.0, 3.0])).tolist() == [-3.0, 2.0]  # x maximises, y minimises
    other = Game.zero_sum("x*y", minimizer="x", maximizer="y")
    assert other(np.array([2.0, 3.0])).tolist() == [3.0, -2.0]
    assert (game.leader, other.leader) == (1, 0)


def test_text_and_sympy_are_the_same_game():
    x, y = sympy.symbols("x y")
    assert Game.zero_sum("x^2*y - sin(y)").losses == Game.zero_sum(x**2 * y - sympy.sin(y)).losses


def test_players_with_several_variables():
    game = Game(["a*c + b*d", "-a*c - b*d"], ["a, b", ("c", "d")])
    assert game.players == (slice(0, 2), slice(2, 4))
    assert game.jacobian.shape == (4, 4)
    z = np.array([1.0, 2.0, 3.0, 4.0])
    assert game(z).tolist() == [3, 4, -1, -2]
    assert game.gradient(z, 1).tolist() == [-1, -2]
    assert game.loss_gradient(z, 0).tolist() == [3, 4, 1, 2]


def test_parameters():
    game = Game.zero_sum("m*x*y", m=None)
    with pytest.raises(ValueError, match=r"use game.at\(m=number\)"):
        game(np.ones(2))
    assert game.at(m=2)(np.ones(2)).tolist() == [-2, 2]
    assert game.at(m=0.1).jacobian[0, 1] == -sympy.Rational(1, 10)
    many = game.at(m=np.array([1.0, 2.0, 3.0]))(np.ones((2, 3)))
    assert many.tolist() == [[-1, -2, -3], [1, 2, 3]]
    with pytest.raises(ValueError, match="no parameter 'k'; it has m"):
        game.at(k=1)
    assert games.named("bilinear").at().losses == games.named("bilinear").losses


@pytest.mark.parametrize("name", games.NAMES)
def test_derivatives_are_those_of_the_losses(name):
    """Central differences of the losses, and of the field, as an oracle of their own."""
    game, rng = games.named(name), np.random.default_rng(3)
    (z, v), h = rng.normal(size=(2, game.dimension)), 1e-5
    for player, block in enumerate(game.players):
        for i in range(game.dimension):
            unit = np.eye(game.dimension)[i] * h
            slope = (game.loss(z + unit, player) - game.loss(z - unit, player)) / (2 * h)
            assert game.loss_gradient(z, player)[i] == pytest.approx(slope, abs=1e-8)
        assert game.gradient(z, player) == pytest.approx(game(z)[block], rel=1e-13)
    slope = (game(z + h * v) - game(z - h * v)) / (2 * h)
    assert np.allclose(game.jvp(z, v), slope, atol=1e-8)
    assert np.allclose(game.vjp(z, v) @ z, game.jvp(z, z) @ v)


def test_symbols_in_symbols_out():
    game, z = games.named("dirac"), np.array(sympy.symbols("a b", real=True), dtype=object)
    field = game(z)
    assert field.dtype == object and field.shape == (2,)
    numbers = [
        float(entry.subs({"a": 0.3, "b": -0.7}))
        for entry in (
            e.xreplace({s: sympy.Float(v) for s, v in zip(z, (0.3, -0.7), strict=True)})
            for e in field
        )
    ]
    assert np.allclose(numbers, game(np.array([0.3, -0.7])))


@given(st.floats(-1e4, 1e4))
@settings(max_examples=60, deadline=None)
def test_logistic_functions_are_stable(value):
    t = sympy.Symbol("t", real=True)
    game = Game([softplus(t)], [t])
    got = game(np.array([value]))[0]
    assert np.isfinite(got) and 0 <= got <= 1
    assert got == pytest.approx(
        1 / (1 + np.exp(-np.float64(value))) if value > -700 else 0, abs=1e-15
    )
    assert (
        sympy.simplify(
            sympy.diff(sigmoid(t), t).rewrite(sympy.exp) - sympy.diff(1 / (1 + sympy.exp(-t)), t)
        )
        == 0
    )


def test_a_game_can_be_pickled():
    game = games.named("dirac", gamma=0.3)
    again = pickle.loads(pickle.dumps(game))
    z = np.array([0.2, 0.1])
    assert np.array_equal(again(z), game(z)) and again.formulas == game.formulas


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Game(["x*y"], ["x", "y"]), ValueError, "1 losses for 2 players"),
        (lambda: Game(["x", "x"], ["x", "x"]), ValueError, "used twice"),
        (lambda: Game(["x*q"], ["x"]), ExpressionError, "q"),
        (
            lambda: Game([sympy.Symbol("q")], ["x"]),
            ValueError,
            "neither a variable nor a parameter",
        ),
        (
            lambda: Game(["x"], ["x"])(np.ones(3)),
            ValueError,
            "first axis must hold the 1 coordinates",
        ),
        (lambda: games.named("bilinea"), ValueError, "Did you mean 'bilinear'"),
    ],
)
def test_misuse_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
