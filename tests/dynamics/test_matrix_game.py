"""Matrix games: against published equilibria, the definition, and symmetries."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import MatrixGame

# Collected from the test suites and documents that each case names as its "source".
CASES = json.loads((Path(__file__).parent / "cases" / "matrix_games.json").read_text())


def exact(pairs):
    return {tuple(tuple(map(Fraction, side)) for side in pair) for pair in pairs}


def gain(game, pair):
    """The most that a player gains by moving alone."""
    row, column = pair
    A, B = (np.array(side, dtype=object) for side in (game.A, game.B))
    p, q = np.array(row, dtype=object), np.array(column, dtype=object)
    return max((A @ q).max() - p @ A @ q, (p @ B).max() - p @ B @ q)


@st.composite
def games(draw):
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    entry = st.integers(-3, 3)
    matrix = st.lists(st.lists(entry, min_size=n, max_size=n), min_size=m, max_size=m)
    return draw(matrix), draw(matrix)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_published_games(case):
    game = MatrixGame(case["A"], case["B"])
    assert {tuple(pair) for pair in game.equilibria()} == exact(case["equilibria_exact"])
    assert game.is_degenerate == case["degenerate"]
    assert game.is_zero_sum == case["zero_sum"]
    if game.is_zero_sum:
        assert game.value == Fraction(case["value_row"])


@settings(max_examples=150, deadline=None)
@given(games())
def test_every_answer_is_an_equilibrium_and_there_is_one(matrices):
    game = MatrixGame(*matrices)
    assert game.equilibria()
    for pair in game.equilibria():
        assert all(sum(side) == 1 and min(side) >= 0 for side in pair)
        assert gain(game, pair) == 0


@settings(max_examples=100, deadline=None)
@given(games())
def test_no_pure_equilibrium_is_missed(matrices):
    game = MatrixGame(*matrices)
    m, n = len(game.A), len(game.A[0])
    rows, columns = (np.eye(size, dtype=int).tolist() for size in (m, n))
    found = set(game.equilibria())
    for row in rows:
        for column in columns:
            if gain(game, (row, column)) == 0:
                assert (tuple(row), tuple(column)) in found


@settings(max_examples=60, deadline=None)
@given(games(), st.integers(1, 50), st.integers(-(10**9), 10**9))
def test_positive_affine_payoffs_change_nothing(matrices, factor, shift):
    A, B = (np.array(side, dtype=object) for side in matrices)
    scaled = MatrixGame(A * Fraction(factor, 7) + shift, B)
    assert scaled.equilibria() == MatrixGame(A, B).equilibria()


@settings(max_examples=60, deadline=None)
@given(games())
def test_the_other_players_view(matrices):
    A, B = (np.array(side) for side in matrices)
    turned = {(column, row) for row, column in MatrixGame(B.T, A.T).equilibria()}
    assert turned == set(MatrixGame(A, B).equilibria())


@settings(max_examples=60, deadline=None)
@given(games())
def test_a_continuum_needs_a_degenerate_game(matrices):
    game = MatrixGame(*matrices)
    sizes = [len(component) for component in game.components]
    assert sum(sizes) == len(game.equilibria())
    if not game.is_degenerate:
        assert set(sizes) == {1}
        assert len(sizes) % 2 == 1  # Wilson's oddness theorem


def test_middles_of_a_component_are_equilibria():
    game = MatrixGame([[1, 1], [1, 1]], [[0, 0], [0, 0]])
    assert len(game.components) == 1
    assert len(game.components[0]) == 4
    assert game.is_degenerate


def test_badly_scaled_payoffs_stay_exact():
    game = MatrixGame([[1e16, 1e16 + 2], [1e16 + 2, 1e16]])
    assert game.equilibria() == (((Fraction(1, 2),) * 2,) * 2,)
    tiny = Fraction(1, 10**30)
    assert MatrixGame([[tiny, 0], [0, 1]]).equilibria()[0].row == (
        1 / (1 + tiny),
        tiny / (1 + tiny),
    )


def test_generalised_pennies_in_closed_form():
    a, b = Fraction(7, 3), Fraction(2, 5)
    game = MatrixGame([[a, 0], [0, b]])
    (only,) = game.equilibria()
    assert only.row == (b / (a + b), a / (a + b))
    assert game.value == a * b / (a + b)


def test_numbers_of_every_kind():
    A = [[sympy.Rational(1, 3), 0.1], [np.float64(0.25), np.int64(2)]]
    game = MatrixGame(A)
    assert game.A == ((Fraction(1, 3), Fraction(1, 10)), (Fraction(1, 4), Fraction(2)))


def test_text():
    game = MatrixGame.parse(" 1, -1/2 ; .25, - 3.5;", "0,0;0,1")
    assert game.A == ((1, Fraction(-1, 2)), (Fraction(1, 4), Fraction(-7, 2)))
    assert MatrixGame.parse("0, -1, 1; 1, 0, -1; -1, 1, 0").is_zero_sum


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1, 2; 3", "rows of [2, 1] entries"),
        ("1, x; 0, 1", "entry 2 of row 1 must be a number such as 3, -1/2 or 0.25; got 'x'"),
        ("1, 2; 1/0, 1", "entry 1 of row 2"),
        ("1e999999999", "entry 1 of row 1"),
        ("", "entry 1 of row 1"),
        ("9" * 31, "entry 1 of row 1"),
        ("1," * 6000, "at most 10000 characters"),
    ],
)
def test_text_that_is_no_matrix(text, says):
    with pytest.raises(ValueError, match=r"matrix|row") as caught:
        MatrixGame.parse(text)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("A", "B", "says"),
    [
        ([1, 2], None, "A must be a matrix"),
        ([[1, 2], [3]], None, "A must be a matrix"),
        ([[1.0, float("nan")]], None, "finite"),
        ([["1", 2]], None, "finite numbers or fractions; got '1'"),
        ([[1, 2]], [[1], [2]], "one shape"),
        ([[]], None, "A must be a matrix"),
    ],
)
def test_what_is_no_game(A, B, says):
    with pytest.raises(ValueError, match="must") as caught:
        MatrixGame(A, B)
    assert says in str(caught.value)


def test_only_zero_sum_games_have_a_value():
    with pytest.raises(ValueError, match="B is not -A"):
        _ = MatrixGame([[1, 0]], [[1, 0]]).value


def test_a_long_search_tells_of_itself_and_can_be_stopped():
    rng = np.random.default_rng(5)
    seen = []
    MatrixGame(*rng.integers(-99, 99, (2, 9, 9))).equilibria(progress=seen.append)
    assert seen
    assert all(b > 0 for b in seen)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        MatrixGame(*rng.integers(-99, 99, (2, 9, 9))).equilibria(progress=stop)
