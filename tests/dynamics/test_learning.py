"""Learning in matrix games: conserved quantities, closed forms, Nashpy and Gambit."""

from fractions import Fraction

import nashpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import METHODS, Game, MatrixGame, equilibria, simulate
from dynamics.learning import (
    LEARNING,
    BestResponse,
    DiscreteReplicator,
    FictitiousPlay,
    LogitResponse,
    MultiplicativeWeights,
    OnSimplex,
    OptimisticWeights,
    ProjectedGradient,
    RegretMatching,
    Replicator,
    StochasticFictitiousPlay,
    exploitability,
    learn,
    project,
    quantal_response,
    rest_points,
)

RPS = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
PENNIES = MatrixGame([[1, -1], [-1, 1]])
SHAPLEY = MatrixGame([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]])
START = ((0.7, 0.3), (0.4, 0.6))


@pytest.mark.parametrize("name", LEARNING)
def test_every_rule_stays_on_the_simplices_and_rests_at_a_strict_equilibrium(name):
    """In the prisoner's dilemma all that learn end in defection."""
    game = MatrixGame([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    rule = LEARNING[name]()
    found = learn(game, rule, START, 3000, rng=np.random.default_rng(0))
    for side in (found.row, found.column, found.row_average, found.column_average):
        assert side.min() >= -1e-12
        assert side.sum(axis=1) == pytest.approx(1, abs=1e-9)
    if name != "logit":
        assert found.row_average[-1] == pytest.approx([0, 1], abs=0.03)
    assert found.average_exploitability[-1] < 0.2


def test_replicator_conserves_the_product_in_matching_pennies():
    found = learn(PENNIES, Replicator(lr=0.02), START, 5000)
    p, q = found.row[:, 0], found.column[:, 0]
    kept = p * (1 - p) * q * (1 - q)
    assert kept == pytest.approx(kept[0], rel=1e-6)
    assert found.exploitability.min() > 0.1
    assert found.average_exploitability[-1] < 0.1


def test_replicator_in_rock_paper_scissors():
    """One population: the product of the shares is conserved; eigenvalues ±i/√3."""
    game = MatrixGame(RPS)
    found = learn(game, Replicator(), (0.5, 0.3, 0.2), 3000, one_population=True)
    product = found.row.prod(axis=1)
    assert product == pytest.approx(product[0], rel=1e-5)
    interior = [point for point in rest_points(game, symmetric=True) if point.row.min() > 0]
    assert interior[0].kind == "centre"
    assert np.abs(interior[0].eigenvalues.imag) == pytest.approx([1 / np.sqrt(3)] * 2)


@pytest.mark.parametrize("mutation", [0.0, 0.1])
def test_replicator_against_nashpy(mutation):
    A = np.array([[1.0, 4.0, 2.0], [3.0, 1.0, 2.5], [2.0, 3.0, 1.0]])
    times, start = np.linspace(0, 10, 201), np.array([0.5, 0.3, 0.2])
    spread = (1 - mutation) * np.eye(3) + mutation / 3
    theirs = nashpy.Game(A).replicator_dynamics(y0=start, timepoints=times, mutation_matrix=spread)
    rule = Replicator(lr=0.05, mutation=mutation)
    ours = learn(MatrixGame(A), rule, start, 200, one_population=True)
    assert ours.row == pytest.approx(theirs, abs=3e-6)


def test_two_populations_against_nashpy():
    A, B = np.array([[1.0, 3.0], [2.0, 0.5]]), np.array([[2.0, 1.0], [0.5, 3.0]])
    times = np.linspace(0, 10, 201)
    rows, columns = nashpy.Game(A, B).asymmetric_replicator_dynamics(
        x0=np.array(START[0]), y0=np.array(START[1]), timepoints=times
    )
    ours = learn(MatrixGame(A, B), Replicator(lr=0.05), START, 200)
    assert ours.row == pytest.approx(rows, abs=1e-6)
    assert ours.column == pytest.approx(columns, abs=1e-6)


def test_shares_stay_shares_where_payoffs_are_negative():
    game = MatrixGame([[-1, -3], [0, -2]], [[-1, 0], [-3, -2]])
    found = learn(game, Replicator(lr=0.1), START, 5000)
    assert found.row.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert found.row[-1] == pytest.approx([0, 1], abs=1e-9)


def test_a_pure_start_stays_where_it_is():
    found = learn(PENNIES, Replicator(), ((1, 0), (0, 1)), 100)
    assert found.row[-1].tolist() == [1, 0] and found.column[-1].tolist() == [0, 1]


@pytest.mark.parametrize("rule", [MultiplicativeWeights(0.1), DiscreteReplicator(0.1)])
def test_weights_move_out_while_their_average_converges(rule):
    found = learn(PENNIES, rule, START, 20_000)
    away = np.abs(found.row[:, 0] - 0.5)
    assert away[-1000:].max() > 0.49
    assert found.average_exploitability[-1] < 0.1


def test_optimistic_weights_converge_in_the_last_iterate():
    found = learn(PENNIES, OptimisticWeights(0.1), START, 5000)
    assert found.row[-1] == pytest.approx([0.5, 0.5], abs=1e-8)
    assert found.exploitability[-1] < 1e-7


def test_multiplicative_weights_in_closed_form():
    """Against a player that stands still the weights are the exponentials of all payoffs."""
    game = MatrixGame([[1, 0], [0, 2]], [[0, 0], [0, 0]])
    found = learn(game, MultiplicativeWeights(0.05), START, 30)
    weights = np.array(START[0]) * np.exp(0.05 * 30 * np.array([0.4, 1.2]))
    assert found.row[-1] == pytest.approx(weights / weights.sum(), rel=1e-12)


def test_regret_matching_averages_converge():
    for plus in (False, True):
        found = learn(MatrixGame(RPS), RegretMatching(plus=plus), steps=20_000)
        assert found.average_exploitability[-1] < 0.02


def test_projected_gradient_moves_out_and_its_average_does_not():
    found = learn(PENNIES, ProjectedGradient(0.05), START, 5000)
    assert found.exploitability[-500:].max() > 0.5
    assert found.average_exploitability[-1] < 0.05
    calm = learn(PENNIES, OnSimplex(METHODS["extragradient"](0.1)), START, 3000)
    assert calm.exploitability[-1] < 1e-6


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6))
def test_the_projection_is_the_nearest_point(values):
    """The conditions of optimality: the same shift for all that stay positive, none larger."""
    point = np.array(values)
    nearest = project(point)
    assert nearest.sum() == pytest.approx(1) and nearest.min() >= 0
    shift = (point - nearest)[nearest > 0]
    assert shift == pytest.approx(shift[0], abs=1e-9)
    assert ((point - shift[0])[nearest == 0] <= 1e-9).all()
    assert project(np.stack([point, point[::-1]], axis=1))[:, 0] == pytest.approx(nearest)


def test_best_response_flow_converges_in_matching_pennies():
    found = learn(PENNIES, BestResponse(0.001), START, 20_000)
    assert np.abs(found.row[-1] - 0.5).max() < 0.01


def plain_fictitious_play(game, start, rounds):
    A, B = np.array(game.A, dtype=object), np.array(game.B, dtype=object)
    row, column = start
    worth = [A[:, column] * 0, B[row] * 0]
    plays = [start]
    for _ in range(rounds):
        worth = [worth[0] + A[:, column], worth[1] + B[row]]
        row, column = (list(w).index(max(w)) for w in worth)
        plays.append((row, column))
    return plays


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_fictitious_play_by_stretches_is_that_round_by_round(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 5, 2)
    A, B = rng.integers(-4, 5, (2, m, n)).tolist()
    game = MatrixGame([[Fraction(v, 3) for v in row] for row in A], B)
    start = int(rng.integers(m)), int(rng.integers(n))
    rows, columns = FictitiousPlay().play(game, start, 200, None)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == plain_fictitious_play(
        game, start, 200
    )


def test_fictitious_play_converges_in_zero_sum_games_and_not_in_shapleys():
    assert learn(PENNIES, FictitiousPlay(), steps=100_000).average_exploitability[-1] < 0.02
    shapley = learn(SHAPLEY, FictitiousPlay(), steps=100_000)
    late = shapley.row_average[50_000:]
    assert np.ptp(late, axis=0).max() > 0.2
    assert shapley.average_exploitability[50_000:].min() > 0.1
    stretches = list(FictitiousPlay().stretches(SHAPLEY, (0, 0), 10**12))
    assert sum(length for *_, length in stretches) == 10**12 + 1
    assert len(stretches) < 500


def test_stochastic_fictitious_play_tends_to_the_quantal_response():
    game = MatrixGame([[2, 0], [0, 1]], [[0, 1], [1, 0]])
    rule = StochasticFictitiousPlay(temperature=0.5)
    found = learn(game, rule, START, 40_000, rng=np.random.default_rng(0))
    row, column = quantal_response(game, 2.0)
    assert found.row_average[-1] == pytest.approx(row, abs=0.03)
    assert found.column_average[-1] == pytest.approx(column, abs=0.03)
    with pytest.raises(ValueError, match="needs a generator"):
        learn(game, rule)


@pytest.mark.parametrize("rationality", [0.0, 0.5, 3.0])
def test_quantal_responses_rest_under_logit_and_agree_with_gambit(rationality):
    import pygambit

    A, B = np.array([[9, 0, 2], [0, 1, 3]]), np.array([[0, 1, 2], [4, 0, 1]])
    row, column = quantal_response(MatrixGame(A, B), rationality)
    if rationality:
        rule = LogitResponse(lr=0.3, temperature=1 / rationality)
        game = MatrixGame(A, B).on_simplex()
        z = np.concatenate([row, column])
        after, _ = rule.step(game, z, rule.init(game, z))
        assert after == pytest.approx(z, abs=1e-12)
    game = pygambit.Game.from_arrays(A, B)
    if rationality:
        (answer,) = pygambit.qre.logit_solve_lambda(game, lam=[rationality])
        profile = answer.profile
        theirs = [float(profile[s]) for player in game.players for s in player.strategies]
        assert [*row, *column] == pytest.approx(theirs, abs=1e-5)
    else:
        assert row == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("rationality", [-1.0, np.inf])
def test_a_rationality_must_be_a_number(rationality):
    with pytest.raises(ValueError, match="at least 0"):
        quantal_response(PENNIES, rationality)


def test_rest_points_of_hawk_and_dove():
    game = MatrixGame([[-1, 2], [0, 1]])
    kinds = {tuple(point.row): point.kind for point in rest_points(game, symmetric=True)}
    assert kinds == {(1, 0): "unstable", (0, 1): "unstable", (0.5, 0.5): "stable"}
    two = rest_points(MatrixGame([[-1, 2], [0, 1]], [[-1, 0], [2, 1]]))
    kinds = {(point.row[0], point.column[0]): point.kind for point in two}
    assert kinds[0.5, 0.5] == "saddle"
    assert kinds[1, 0] == kinds[0, 1] == "stable"


def test_mutation_makes_the_centre_attract():
    """Rock, paper, scissors with positive payoffs: the path ends at the rest point found."""
    game = MatrixGame([[1, 0, 2], [2, 1, 0], [0, 2, 1]])
    (plain,) = [p for p in rest_points(game, symmetric=True) if p.row.min() > 0]
    (mutated,) = rest_points(game, symmetric=True, mutation=0.1)
    assert plain.kind == "centre" and mutated.kind == "stable"
    end = learn(game, Replicator(mutation=0.1), (0.7, 0.2, 0.1), 8000, one_population=True).row[-1]
    assert end == pytest.approx(mutated.row, abs=1e-8)
    field, rule = PENNIES.on_simplex(), Replicator(mutation=0.1)
    pennies = rest_points(PENNIES, mutation=0.1)
    assert [0.5, 0.5] in [point.row.tolist() for point in pennies]
    for point in pennies:
        push = rule.velocity(field, np.concatenate([point.row, point.column]))
        assert np.abs(push).max() < 1e-10


@pytest.mark.parametrize("name", ["extragradient", "optimistic", "consensus", "adam"])
def test_every_rule_runs_on_logits(name):
    """Matching pennies by softmax: at even odds the game is xy/4 and more."""
    game = PENNIES.in_logits()
    assert [str(symbol) for symbol in game.symbols] == ["x1", "y1"]
    (point,) = equilibria(game)
    assert point.values == pytest.approx([0, 0], abs=1e-9)
    end = simulate(game, METHODS[name](lr=0.5), (0.3, -0.2), 2000).final
    if name != "adam":
        assert np.abs(end).max() < 1e-3


def test_logits_of_three_actions_earn_what_their_softmax_earns():
    A = np.array([[1.0, 2.0, 0.0], [0.0, 3.0, -1.0], [5.0, 0.0, 1.0]])
    game, z = MatrixGame(A).in_logits(), np.random.default_rng(0).normal(size=6)
    x, y = (np.exp(side) / np.exp(side).sum() for side in (z[:3], z[3:]))
    assert game.loss(z, 0) == pytest.approx(-(x @ A @ y))
    assert game(z)[:3] == pytest.approx(-x * (A @ y - x @ A @ y))


def test_a_population_game_is_given_by_its_payoffs():
    game = Game.population(["-a*y", "x"], "x, y", a=2.0)
    assert game(np.array([1.0, 3.0])).tolist() == [6.0, -1.0]
    with pytest.raises(ValueError, match="1 payoffs for 2 actions"):
        Game.population(["x"], "x, y")
    with pytest.raises(ValueError, match="square"):
        MatrixGame([[1, 2]]).one_population()


def test_exploitability_is_zero_exactly_at_an_equilibrium():
    game = MatrixGame([[3, 0], [0, 2]], [[2, 0], [0, 3]])
    for row, column in game.equilibria():
        sides = np.array(row, dtype=float), np.array(column, dtype=float)
        assert exploitability(game, *sides) == pytest.approx(0, abs=1e-12)
    assert exploitability(game, np.array([1.0, 0]), np.array([0, 1.0])) == pytest.approx(4)


@pytest.mark.parametrize("start", [((1, 1), (1, 0)), ((1.0,), (1, 0)), ((1.5, -0.5), (1, 0))])
def test_a_start_must_be_a_pair_of_mixed_strategies(start):
    with pytest.raises(ValueError, match="2 shares that sum to one"):
        learn(PENNIES, Replicator(), start)


def test_large_games_are_not_for_formulas():
    with pytest.raises(ValueError, match="too many for formulas"):
        MatrixGame(np.zeros((30, 30))).on_simplex()
