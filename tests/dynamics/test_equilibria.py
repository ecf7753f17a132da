"""Where the field is zero, and what kind of point it is."""

from __future__ import annotations

import numpy as np
import pytest

from dynamics import Game, equilibria
from dynamics.games import NAMES, named

# The table of kinds in Jin, Netrapalli & Jordan 2020, Mazumdar et al. 2019 and Letcher 2021.
KINDS = {
    "bilinear": {"local Nash", "centre"},
    "minimax-not-nash": {"local minimax", "unstable"},
    "stable-not-nash": {"stable"},
    "letcher": {"unstable"},
    "strongly-monotone": {"local Nash", "local minimax", "stable"},
    "dirac": {"local Nash", "centre"},
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds_of_the_named_games(name):
    (point,) = equilibria(named(name))
    assert point.exact and not point.is_continuum
    assert tuple(point.values) == (0, 0)
    assert point.kinds == KINDS[name]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_kind_gives_its_inequality(name):
    for point in equilibria(named(name)):
        assert point.kinds <= set(point.reasons)
        assert all(reason for reason in point.reasons.values())


def test_a_continuum_is_one_entry_with_its_free_variable():
    game = named("continuum")
    (line,) = equilibria(game)
    assert line.is_continuum and line.exact and "local Nash" in line.kinds
    x, y = line.coordinates
    assert (x + y).simplify() == 1
    assert "for every" in str(line)


def test_a_lecturers_other_games():
    cubic = equilibria(Game(["x^3/3 - x + x*y", "y^2/2 - x*y"], ["x", "y"]))
    values = sorted(tuple(np.round(point.values, 9)) for point in cubic)
    golden = np.roots([1, 1, -1])
    assert np.allclose(values, sorted((r, r) for r in np.round(golden, 9)))
    assert {point.exact for point in cubic} == {True}
    by_value = {round(float(p.values[0]), 3): p.kinds for p in cubic}
    assert "stable" in by_value[0.618] and "saddle" in by_value[-1.618]


def test_no_equilibrium_is_an_empty_list():
    assert equilibria(Game.zero_sum("x + y")) == []


def test_a_field_that_is_no_polynomial_is_searched_and_says_so():
    points = equilibria(Game.zero_sum("sin(x)*y + x^2/4 - y^2/4", minimizer="x", maximizer="y"))
    assert points and not any(point.exact for point in points)
    game = Game.zero_sum("sin(x)*y + x^2/4 - y^2/4", minimizer="x", maximizer="y")
    assert all(np.abs(game(point.values)).max() < 1e-8 for point in points)
    assert any(np.allclose(point.values, 0, atol=1e-8) for point in points)


def test_searching_finds_what_solving_finds():
    game = Game(["x^3/3 - x + x*y", "y^2/2 - x*y"], ["x", "y"])
    solved = sorted(tuple(p.values) for p in equilibria(game))
    searched = sorted(tuple(p.values) for p in equilibria(game, symbolic=False))
    assert np.allclose(solved, searched, atol=1e-8)


def test_repeated_eigenvalues_are_exact():
    (point,) = equilibria(named("minimax-not-nash"))
    assert (point.eigenvalues.imag == 0).all()


def test_a_flat_direction_is_decided_by_higher_derivatives():
    quartic = Game(["x^4 + x*y", "y^2/2"], ["x", "y"])
    (point,) = equilibria(quartic)
    assert "local Nash" in point.kinds and "∂^4L = 24" in point.reasons["local Nash"]
    cubic = Game(["x^3 + x*y", "y^2/2"], ["x", "y"])
    assert "local Nash" not in equilibria(cubic)[0].kinds


def test_three_players():
    game = Game(["(x-1)^2 + y*z", "(y-x)^2", "(z-y)^2"], ["x", "y", "z"])
    (point,) = equilibria(game)
    assert np.allclose(point.values, (1, 1, 1)) and "stable" in point.kinds


def test_free_parameters_are_named():
    game = Game.zero_sum("m*x*y", m=None)
    with pytest.raises(ValueError, match="'m' is not set"):
        equilibria(game)
