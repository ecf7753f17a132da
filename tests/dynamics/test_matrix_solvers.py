"""Solvers of matrix games beside Gambit and Nashpy, on random games, degenerate ones too."""

import json
import threading
import warnings
from fractions import Fraction
from pathlib import Path

import nashpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import MatrixGame

# von Stengel (1997) and Savani and von Stengel (2006), as in the catalogue of Gambit.
MANY = json.loads((Path(__file__).parent / "cases" / "many_equilibria.json").read_text())


def gambit_equilibria(A, B):
    """All extreme equilibria by Gambit's enumeration in rational numbers."""
    import pygambit

    table = [
        np.array([[pygambit.Rational(str(Fraction(v))) for v in row] for row in side], dtype=object)
        for side in (A, B)
    ]
    game = pygambit.Game.from_arrays(*table)
    answer = pygambit.nash.enummixed_solve(game, rational=True)
    found = set()
    for profile in answer.equilibria:
        sides = [
            tuple(Fraction(str(profile[strategy])) for strategy in player.strategies)
            for player in game.players
        ]
        found.add(tuple(sides))
    return found


@pytest.mark.parametrize("case", MANY, ids=lambda case: case["name"])
def test_seventy_five_equilibria(case):
    game = MatrixGame(case["A"], case["B"])
    assert len(game.equilibria()) == 75
    assert not game.is_degenerate
    assert set(game.equilibria()) == gambit_equilibria(case["A"], case["B"])


@pytest.mark.parametrize("seed", range(40))
def test_random_games_against_gambit(seed):
    """Few distinct payoffs make games degenerate; wide ones make them badly scaled."""
    rng = np.random.default_rng(seed)
    m, n = rng.integers(2, 6, 2)
    spread = (1, 2, 9, 10**9)[seed % 4]
    A, B = rng.integers(-spread, spread + 1, (2, m, n)).tolist()
    if seed % 4 == 3:
        A = [[Fraction(v, 10 ** int(rng.integers(0, 12))) for v in row] for row in A]
    assert set(MatrixGame(A, B).equilibria()) == gambit_equilibria(A, B)


@pytest.mark.parametrize("seed", range(10))
def test_generic_games_against_nashpy(seed):
    """What its support enumeration finds is there; rounding makes it miss some (4, 6 and 9).

    A game without ties has an odd number of equilibria (Wilson 1971).
    """
    A, B = np.random.default_rng(seed).normal(size=(2, 4, 4)).round(6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = list(nashpy.Game(A, B).support_enumeration())
    ours = MatrixGame(A, B).equilibria()
    assert len(ours) >= len(theirs) and len(ours) % 2 == 1
    for row, column in theirs:
        assert any(np.allclose([*map(float, (*p, *q))], [*row, *column]) for p, q in ours)


@pytest.mark.parametrize("seed", range(6))
def test_lemke_howson_against_nashpy(seed):
    A, B = np.random.default_rng(seed).integers(1, 60, (2, 4, 5))
    game = MatrixGame(A, B)
    for label in range(9):
        path = game.lemke_howson(label)
        with np.errstate(divide="ignore", invalid="ignore"):
            row, column = nashpy.Game(A, B).lemke_howson(label)
        assert np.array(path.equilibrium.row, float) == pytest.approx(row)
        assert np.array(path.equilibrium.column, float) == pytest.approx(column)


@st.composite
def small_games(draw):
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    matrix = st.lists(st.lists(st.integers(-2, 2), min_size=n, max_size=n), min_size=m, max_size=m)
    return MatrixGame(draw(matrix), draw(matrix))


@settings(max_examples=80, deadline=None)
@given(small_games())
def test_every_path_ends_in_an_equilibrium_degenerate_or_not(game):
    for label in range(len(game.A) + len(game.A[0])):
        path = game.lemke_howson(label)
        assert path.equilibrium in game.equilibria()
        assert path.pivots[0].dropped == path.pivots[-1].picked == label
        for one, other in zip(path.pivots, path.pivots[1:], strict=False):
            assert one.picked == other.dropped
            assert one.player != other.player


def test_a_path_that_cycles_without_a_lexicographic_rule_ends():
    """The 3x3 game on which the textbook rule cycles, of the collected cases."""
    cases = json.loads((Path(__file__).parent / "cases" / "matrix_games.json").read_text())
    (case,) = [case for case in cases if case["name"] == "qe_lh_cycling_3x3"]
    game = MatrixGame(case["A"], case["B"])
    for label in range(6):
        assert game.lemke_howson(label).equilibrium in game.equilibria()
    with pytest.raises(ValueError, match="from 0 to 5"):
        game.lemke_howson(6)


@pytest.mark.parametrize("shape", [(2, 2), (5, 3), (12, 17)])
def test_values_against_an_independent_linear_program(shape):
    A = np.random.default_rng(sum(shape)).integers(-20, 20, shape)
    game = MatrixGame(A)
    floats = game.optimal_strategies(exact=False)
    exact = game.optimal_strategies(exact=True)
    assert float(game.value) == pytest.approx(floats.value, abs=1e-9)
    assert floats.lower <= floats.upper
    row, column = (np.array(side, dtype=object) for side in (exact.row, exact.column))
    assert min(row @ np.array(game.A)) == max(np.array(game.A) @ column) == game.value
    assert "exact" in exact.guarantee and "within" in floats.guarantee


def test_a_game_of_hundreds_of_rows():
    A = np.random.default_rng(0).normal(size=(300, 250))
    solution = MatrixGame(A).optimal_strategies()
    assert not solution.exact
    assert 0 <= solution.upper - solution.lower < 1e-9
    assert (np.array(solution.row) @ A).min() == solution.lower


@settings(max_examples=100, deadline=None)
@given(small_games())
def test_dominance_is_what_it_says(game):
    A = np.array(game.A, dtype=object)
    B = np.array(game.B, dtype=object).T
    for found in game.dominated():
        own = (A, B)[found.player]
        gain = np.array(found.witness, dtype=object) @ own - own[found.action]
        assert sum(found.witness) == 1 and found.witness[found.action] == 0
        assert min(gain) > 0 if found.strict else min(gain) >= 0 and max(gain) > 0


@settings(max_examples=80, deadline=None)
@given(small_games())
def test_strictly_dominated_actions_are_those_that_are_never_a_best_response(game):
    """Pearce 1984, for two players: against every mixture, checked by a linear program."""
    from scipy.optimize import linprog

    A = np.array(game.A, dtype=float)
    strict = {found.action for found in game.dominated() if found.player == 0 and found.strict}
    for action in range(len(A)):
        n = A.shape[1]
        found = linprog(
            np.zeros(n), A_ub=A - A[action], b_ub=np.zeros(len(A)), A_eq=np.ones((1, n)), b_eq=[1]
        )
        assert (found.status == 2) == (action in strict)


@settings(max_examples=60, deadline=None)
@given(small_games())
def test_elimination_keeps_every_equilibrium(game):
    left = game.eliminate()
    for row, column in game.equilibria():
        assert {place for place, share in enumerate(row) if share} <= set(left.rows)
        assert {place for place, share in enumerate(column) if share} <= set(left.columns)
    weak = game.eliminate(weak=True)
    assert weak.rows and weak.columns
    reduced = MatrixGame(
        [[game.A[i][j] for j in weak.columns] for i in weak.rows],
        [[game.B[i][j] for j in weak.columns] for i in weak.rows],
    )
    assert not reduced.dominated()


def test_a_dominated_action_with_a_mixed_witness():
    game = MatrixGame([[4, 0], [0, 4], [1, 1]], [[0, 0], [0, 0], [0, 0]])
    (found,) = game.dominated()
    assert found.strict and found.action == 2
    assert str(found) == "row 3 is strictly dominated by 1/2 row 1 + 1/2 row 2"
    assert game.eliminate().rows == (0, 1)


def test_best_responses_and_their_ties():
    game = MatrixGame([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    assert game.best_responses((1, 0, 0), 0) == (1,)
    assert game.best_responses([Fraction(1, 3)] * 3, 1) == (0, 1, 2)
    with pytest.raises(ValueError, match="3 actions; got 2"):
        game.best_responses((1, 0), 0)


@settings(max_examples=60, deadline=None)
@given(small_games())
def test_maximal_subsets_cover_all_and_hold_only_equilibria(game):
    covered = set()
    for subset in game.maximal_subsets:
        for row in subset.rows:
            for column in subset.columns:
                assert (row, column) in game.equilibria()
                covered.add((row, column))
    assert covered == set(game.equilibria())


def test_the_most_entropic_equilibrium():
    hawk_dove = MatrixGame([[0, 3], [1, 2]], [[0, 1], [3, 2]])
    assert hawk_dove.most_entropic().row == pytest.approx([0.5, 0.5])
    nothing = MatrixGame(np.zeros((3, 4)))
    chosen = nothing.most_entropic()
    assert chosen.row == pytest.approx(np.full(3, 1 / 3), abs=1e-6)
    assert chosen.column == pytest.approx(np.full(4, 1 / 4), abs=1e-6)
    assert chosen.entropy == pytest.approx(np.log(12), abs=1e-9)


def test_a_search_in_bounded_time():
    rng = np.random.default_rng(2)
    small = MatrixGame(*rng.integers(-9, 9, (2, 4, 4)))
    assert small.search().complete
    assert small.search().equilibria == small.equilibria()
    large = MatrixGame(*rng.integers(-99, 99, (2, 15, 15)))
    found = large.search(seconds=0.5)
    assert not found.complete and found.seconds < 5
    assert "there may be more" in found.guarantee
    for row, column in found.equilibria:
        assert {i for i, share in enumerate(row) if share} <= set(large.best_responses(column, 0))
    stopped = threading.Event()
    stopped.set()
    assert len(large.search(cancel=stopped).equilibria) == 1
