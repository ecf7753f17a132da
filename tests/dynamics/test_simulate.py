"""One function, five engines: they must tell the same story."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from dynamics import METHODS, Game, simulate
from dynamics.engine import run as engine_run
from dynamics.engine.march import AffineMarch, ArrayMarch, KernelMarch, ScalarMarch
from dynamics.engine.run import SteppedRun
from dynamics.games import named
from dynamics.methods import Alternating, Averaged, Extragradient, Projected, Simultaneous
from dynamics.step_rules import Adam

MARCHES = (ArrayMarch, ScalarMarch, KernelMarch)


@pytest.fixture
def force(monkeypatch):
    """Make ``simulate`` use one engine."""

    def use(march):
        monkeypatch.setattr(engine_run, "_march", lambda *arguments: march)

    return use


def stepped(game, method, start, steps):
    """The rule itself, step by step, on floats."""
    run = SteppedRun(game, method, np.asarray(start, dtype=float), 1e100, None, None)
    return np.concatenate([run.current()[None], run.advance(steps, 1, True)])


def test_the_lectures_run():
    path = simulate(Game.zero_sum("x*y"), METHODS["simultaneous"](lr=0.1), (2, 2), 100)
    assert path.states.shape == (101, 2)
    assert np.allclose(path.states[1], (2.2, 1.8))
    assert np.linalg.norm(path.final) == pytest.approx(4.651721255, abs=5e-10)
    assert path.outcome.ok and str(path.outcome) == "Completed 100 steps."


@pytest.mark.parametrize("march", MARCHES)
@pytest.mark.parametrize("name", sorted(METHODS))
@pytest.mark.parametrize("game_name", ["strongly-monotone", "dirac-non-saturating", "letcher"])
def test_every_engine_takes_the_rules_own_steps(force, march, name, game_name):
    game = named(game_name)
    if game_name.startswith("dirac"):
        game = game.at(gamma=0.4)
    start = np.random.default_rng(1).uniform(-1, 1, (2, 3))
    if march is ScalarMarch:
        start = start[:, :1]
    force(march)
    path = simulate(game, METHODS[name](), start, 12)
    expected = stepped(game, METHODS[name](), start, 12)
    assert np.allclose(path.states, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    "name", ["simultaneous", "optimistic", "alternating-heavy-ball", "cgd", "rk4"]
)
def test_matrix_powers_take_the_same_steps(force, name):
    game, method = named("strongly-monotone"), METHODS[name]()
    expected = stepped(game, method, [2.0, -1.0], 60)
    force(AffineMarch)
    path = simulate(game, method, (2, -1), 60, every=7)
    assert path.times.tolist() == [0, 7, 14, 21, 28, 35, 42, 49, 56, 60]
    assert np.allclose(path.states, expected[path.times], rtol=1e-10)


def test_a_billion_steps_of_an_affine_rule():
    path = simulate(Game.zero_sum("x*y"), Alternating(lr=0.1), (2, 2), 10**9, every=10**9)
    x, y = path.final
    assert path.times.tolist() == [0, 10**9]
    # x maximises and moves first here, so the invariant has the other sign than for a minimiser
    assert x**2 + 0.1 * x * y + y**2 == pytest.approx(4 + 0.4 + 4, rel=1e-6)


@pytest.mark.parametrize("march", [*MARCHES, AffineMarch])
def test_divergence_names_its_step_and_leaves_the_neighbours_alone(force, march):
    game = named("bilinear")
    force(march)
    start = np.array([[2.0, 0.0, 1e90], [2.0, 0.0, 1e90]])
    path = simulate(game, Simultaneous(lr=0.5), start, 900, limit=1e30)
    norms = np.sqrt(8.0) * np.sqrt(1.25) ** np.arange(901)
    assert path.outcome.failed[1] == 0 and (path.states[:, :, 1] == 0).all()
    step = int(path.outcome.failed[0])
    assert norms[step] >= 1e30 > norms[step - 1] / np.sqrt(2)
    assert np.isnan(path.states[step:, :, 0]).all() and np.isfinite(path.states[:step, :, 0]).all()
    assert "2 of 3 starts diverged" in str(path.outcome)


def test_engines_agree_on_the_step_of_divergence(force):
    game, failed = named("bilinear"), []
    for march in (*MARCHES, AffineMarch):
        force(march)
        failed.append(int(simulate(game, Simultaneous(lr=0.1), (2, 2), 50_000).outcome.failed))
    assert len(set(failed)) == 1


def test_a_single_start_ends_early(force):
    force(ScalarMarch)
    path = simulate(named("bilinear"), Simultaneous(lr=1.0), (1, 1), 10**6)
    assert path.times.size < 2000 and np.isfinite(path.states).all()
    assert path.outcome.step == path.times[-1] + 1
    assert str(path.outcome).startswith(f"Diverged at step {path.outcome.step}")


def test_hyper_parameters_and_game_parameters_broadcast():
    game = named("strongly-monotone")
    rates, friction = np.array([0.05, 0.1, 0.2]), np.array([[0.1], [0.4]])
    path = simulate(game.at(mu=friction), Extragradient(lr=rates), (1, 1), 30)
    assert path.states.shape == (31, 2, 2, 3)
    for i, mu in enumerate(friction[:, 0]):
        for j, lr in enumerate(rates):
            alone = simulate(game.at(mu=mu), Extragradient(lr=lr), (1, 1), 30)
            assert np.allclose(alone.states, path.states[:, :, i, j], rtol=1e-12)


def test_record_sees_state_and_memory():
    def velocity(z, memory):
        return memory.velocity

    path = simulate(
        named("bilinear"), METHODS["heavy-ball"](), np.ones((2, 4)), 10, record=velocity
    )
    assert path.states.shape == (11, 2, 4) and (path.states[0] == 0).all()
    norms = simulate(
        named("bilinear"), Simultaneous(), np.ones((2, 4)), 10, record=lambda z, _: (z**2).sum(0)
    )
    assert np.allclose(norms.states, 2 * 1.01 ** np.arange(11)[:, None])


def test_the_average_is_what_is_reported():
    iterates = simulate(named("bilinear"), Alternating(lr=0.1), (2, 2), 50).states
    averages = simulate(named("bilinear"), Averaged(Alternating(lr=0.1)), (2, 2), 50).states
    assert np.allclose(averages, np.cumsum(iterates, 0) / np.arange(1, 52)[:, None])


def test_averages_of_alternating_steps_fall_like_one_over_n():
    path = simulate(named("bilinear"), Averaged(Alternating(lr=0.1)), (2, 2), 40_000, every=10_000)
    bound = np.linalg.norm(path.states[1:], axis=1) * path.times[1:]
    assert bound.max() < 80


def test_projection_keeps_to_the_box():
    path = simulate(named("bilinear"), Projected(Simultaneous(lr=0.3)), (0.5, 0.5), 200)
    assert np.abs(path.states).max() == 1.0


def test_adam_does_not_cure_rotation():
    path = simulate(named("bilinear"), Simultaneous(0.01, Adam()), (2, 2), 20_000, every=100)
    assert np.linalg.norm(path.final) > np.linalg.norm((2, 2))
    assert np.linalg.norm(path.states, axis=1).min() > 0.5


def test_progress_and_cancelling():
    seen, stop = [], threading.Event()

    def progress(done, total):
        seen.append((done, total))
        if done > 3000:
            stop.set()

    game = named("letcher")
    path = simulate(
        game,
        Simultaneous(lr=0.001),
        np.ones((2, 300)),
        10**7,
        every=10**4,
        progress=progress,
        cancel=stop,
    )
    assert path.outcome.cancelled and path.outcome.steps == seen[-1][0] == path.times[-1] < 10**7
    assert "Cancelled after" in str(path.outcome)
    assert all(total == 10**7 for _, total in seen)


def test_zero_steps_keep_the_start():
    path = simulate(named("bilinear"), Simultaneous(), (2, 1), 0)
    assert path.states.tolist() == [[2.0, 1.0]] and path.outcome.ok


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": -1}, "steps = -1"),
        ({"steps": 2.5}, "whole number"),
        ({"every": 0}, "every = 0"),
        ({"start": (1, 2, 3)}, "first axis must hold the 2 coordinates x, y"),
        ({"start": (1, float("nan"))}, "not finite"),
        ({"method": Simultaneous(lr=float("inf"))}, "must be finite"),
        ({"method": Simultaneous(lr=(0.1, 0.1, 0.1))}, "3 entries for 2 players"),
        ({"method": Alternating(order=(0, 2))}, "players count from 0"),
    ],
)
def test_misuse_is_named(arguments, message):
    call = {"method": Simultaneous(), "start": (1, 1), "steps": 3} | arguments
    with pytest.raises(ValueError, match=message):
        simulate(named("bilinear"), **call)


def test_sessions_may_run_at_once():
    """The compiled engine is entered from several threads, as on a server."""
    game, start = named("dirac"), np.random.default_rng(0).normal(size=(2, 20_000))
    expected = simulate(game, Simultaneous(lr=0.1), start, 300, every=300).final
    results = [None] * 6

    def work(i):
        results[i] = simulate(game, Simultaneous(lr=0.1), start, 300, every=300).final

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(result, expected) for result in results)
