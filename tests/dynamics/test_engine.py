"""The parts of the engine: tracing, programs, vectorisable functions, bounded time."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass

import numpy as np
import pytest
import sympy

from dynamics import METHODS, Game, simulate
from dynamics.bounded import OutOfTimeError, within
from dynamics.engine.codegen import array_function, scalar_loop
from dynamics.engine.kernel import Kernel, KernelShape, can_compile
from dynamics.engine.linearise import NotDifferentiableError, jacobian_at
from dynamics.engine.program import Program
from dynamics.engine.trace import skeleton_of, trace
from dynamics.engine.tree import flatten, rebuild
from dynamics.functions import sigmoid, softplus
from dynamics.games import named
from dynamics.linear import TooLargeError, solve_linear
from dynamics.methods import Alternating, Directional, Lookahead, Simultaneous
from dynamics.step_rules import Adam, Momentum

x, y, s = sympy.symbols("x y s", real=True)


def compiled(expression, values):
    """A formula of x at many values, by machine code."""
    kernel = Kernel(KernelShape(Program((x,), (), (expression,)), 1, 0, ()))
    state = np.array(values, dtype=float)[None]
    out, failed = np.empty((1, *state.shape)), np.zeros(state.shape[1])
    kernel(state, np.empty((0, 1)), out, failed, 0, state.shape[1], 1, 1, 0, 1e100)
    return out[0, 0]


def test_the_vectorisable_exponential_is_exact_to_two_units():
    values = np.concatenate([np.linspace(-700, 709.7, 400_001), np.linspace(-1, 1, 200_001)])
    expected = np.exp(values)
    units = np.abs(compiled(sympy.exp(x), values) - expected) / np.spacing(expected)
    assert units.max() <= 2
    edges = [-np.inf, -800.0, 0.0, 710.0, np.inf, np.nan]
    assert np.array_equal(compiled(sympy.exp(x), edges), [0, 0, 1, np.inf, np.inf, np.nan], True)


FORMULAS = [
    sigmoid(x), softplus(x), sympy.sign(x), sympy.Heaviside(x, sympy.S.Half), sympy.Abs(x),
    x**2 - 3 * x**7 / (1 + x**2), 1 / (2 + sympy.sin(x)) ** 3, sympy.sqrt(1 + x**2),
    1 / sympy.sqrt(1 + x**2), sympy.Max(x, 0) * sympy.Min(x, 2, 3), sympy.tanh(x) - sympy.atan(x),
    (1 + x**2) ** sympy.Rational(2, 3), sympy.log(1 + x**2) / sympy.pi,
    sympy.cos(x) * sympy.cosh(x / 9),
    (2 + sympy.sin(x)) ** x, sympy.Float(0.1) * x - sympy.Rational(1, 3),
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS, ids=str)
def test_machine_code_computes_what_numpy_does(formula):
    values = np.concatenate([np.linspace(-30, 30, 1001), np.linspace(-1e-3, 1e-3, 101)])
    expected = array_function(Program((x,), (), (formula,)))(values)[0]
    np.testing.assert_allclose(compiled(formula, values), expected, rtol=1e-13, atol=1e-14)


def test_functions_without_overflow():
    values = np.linspace(-800, 800, 10_001)
    np.testing.assert_allclose(
        compiled(softplus(x), values), np.logaddexp(0, values), rtol=1e-14, atol=1e-307
    )
    assert compiled(sigmoid(x), [-1e4, 1e4]).tolist() == [0, 1]


def test_nan_stays_nan():
    for formula in FORMULAS:
        assert np.isnan(compiled(formula, [np.nan])).all(), formula


def test_what_has_no_instructions_is_left_to_numpy():
    piecewise = sympy.Piecewise((x, x > 0), (x**2, True))
    assert not can_compile(Program((x,), (), (piecewise,)))
    game = Game([piecewise * 0 + sympy.Piecewise((x**2, x > 0), (x**4, True))], ["x"])
    final = simulate(game, Simultaneous(0.1), np.full((1, 300_000), 2.0), 2, every=2).final
    np.testing.assert_allclose(final, 2 * 0.8**2)


def test_a_program_shares_what_is_common_and_drops_what_is_unused():
    t, unused = sympy.Dummy("t", real=True), sympy.Dummy("unused", real=True)
    program = Program(
        (x, y), ((t, x * y), (unused, sympy.sin(x))), (t + sympy.exp(t), sympy.exp(t))
    )
    names = [str(expression) for _, expression in program.optimised.assignments]
    assert len(names) == 2 and not any("sin" in name for name in names)
    assert np.allclose(array_function(program)(2.0, 3.0), [6 + np.exp(6), np.exp(6)])


def test_arrays_broadcast_and_constants_fill_the_batch():
    function = array_function(Program((x, y), (), (x + y, sympy.Integer(3))))
    assert function(np.ones((2, 1)), np.ones(5)).shape == (2, 2, 5)


def test_the_scalar_loop_reports_the_step_at_which_it_left():
    loop = scalar_loop(Program((x, s), (), (x * s,)), 1, 1)
    keep = []
    assert loop([1.0], [10.0], 5, 2, 1e5, keep) == 6
    assert keep == [(100.0,), (10000.0,)]


@pytest.mark.parametrize("name", sorted(METHODS))
def test_tracing_finds_out_which_steps_are_affine(name):
    game = named("strongly-monotone")
    skeleton, hyper = skeleton_of(METHODS[name]())
    program = trace(game.formulas, skeleton, tuple(hyper))
    assert (program.affine is None) == (name in {"adam", "rmsprop", "averaged", "projected"})
    quartic, hyper = named("letcher"), tuple(hyper)
    assert trace(quartic.formulas, skeleton, hyper).affine is None


def test_a_step_size_is_traced_once_for_all_values():
    formulas = named("dirac").formulas
    programs = set()
    for lr in (0.1, 0.2, np.array([0.1, 0.3])):
        skeleton, hyper = skeleton_of(Simultaneous(lr))
        programs.add(trace(formulas, skeleton, tuple(hyper)))
    assert len(programs) == 1


def test_skeletons_keep_the_shape_of_a_rule_and_name_its_numbers():
    skeleton, values = skeleton_of(
        Lookahead(Alternating((0.1, 0.2), Momentum(0.5)), k=3, alpha=0.4)
    )
    assert skeleton.k == 3 and skeleton.inner.order is None
    assert {symbol.name: value for symbol, value in values.items()} == {
        "rule.inner.lr_0": 0.1,
        "rule.inner.lr_1": 0.2,
        "rule.inner.step_rule.beta": 0.5,
        "rule.alpha": 0.4,
    }


@dataclass(frozen=True)
class ByNumbers(Directional):
    """A rule that symbols cannot follow."""

    def direction(self, field, z):
        return field(z) / np.maximum(np.linalg.norm(z, axis=0), 1.0)


def test_a_rule_that_symbols_cannot_follow_is_stepped_as_it_is():
    start = np.array([[0.1, 3.0], [0.2, 4.0]])
    path = simulate(named("bilinear"), ByNumbers(0.5), start, 2)
    assert np.allclose(path.states[1, :, 1], np.array([3, 4]) + 0.5 * np.array([4, -3]) / 5)
    assert path.states.shape == (3, 2, 2)


def test_many_unknowns_are_left_to_numbers():
    names = [f"v{i}" for i in range(6)]
    loss = " + ".join(f"{name}^2" for name in names)
    game = Game([loss], [names])
    path = simulate(game, METHODS["newton"](lr=0.5), np.ones(6), 3)
    assert np.allclose(path.final, 1 / 8)
    with pytest.raises(TooLargeError, match="6 unknowns"):
        solve_linear(lambda v: v, np.array(sympy.symbols("a:6"), dtype=object))


def test_one_singular_start_does_not_spoil_the_others():
    def matvec(v):
        return v * np.array([[1.0, 2.0], [0.0, 4.0]])

    solution = solve_linear(matvec, np.ones((2, 2)))
    assert np.isnan(solution[:, 0]).all() and np.allclose(solution[:, 1], [0.5, 0.25])


def test_derivatives_go_through_the_tape():
    t = sympy.Dummy("t", real=True)
    program = Program((x, y, s), ((t, x * y),), (sympy.sin(t) * s, t + x))
    point = {x: sympy.Integer(2), y: sympy.Rational(1, 2)}
    expected = sympy.Matrix(
        [[s * sympy.cos(1) / 2, 2 * s * sympy.cos(1)], [sympy.Rational(3, 2), 2]]
    )
    assert sympy.simplify(jacobian_at(program, (x, y), point) - expected) == sympy.zeros(2, 2)
    root = Program((x,), (), (sympy.sqrt(x),))
    with pytest.raises(NotDifferentiableError):
        jacobian_at(root, (x,), {x: sympy.S.Zero})


def test_trees():
    memory = Adam().init(np.ones((2, 3)))
    tree = (memory, (), (np.zeros(1),))
    leaves = flatten(tree)
    again = rebuild(tree, leaves)
    assert len(leaves) == 5 and type(again[0]) is type(memory) and again[1] == ()


def test_bounded_time():
    def forever():
        while True:
            abs(len("x"))

    began = time.monotonic()
    with pytest.raises(OutOfTimeError, match=r"0\.2 s"):
        within(0.2, forever)
    assert time.monotonic() - began < 2
    assert within(5, lambda: sum(range(10))) == 45


def test_bounded_time_is_not_lost_in_the_garbage_collector():
    def callback(phase, info):
        for _ in range(3):
            time.sleep(0.02)

    def forever():
        while True:
            gc.collect(0)

    gc.callbacks.append(callback)
    try:
        with pytest.raises(OutOfTimeError):
            within(0.1, forever)
    finally:
        gc.callbacks.remove(callback)
