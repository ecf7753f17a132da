"""What the lessons on recurrent nets claim, beside closed forms and torch."""

import inspect
import sys
from dataclasses import replace

import numpy as np
import pytest

from frenemy.figures import Surface
from frenemy.lessons import Compared, load
from rnn.predictions import newman
from tests.lessons.short import SHORT


def facts(name, **knobs):
    lesson = load(name)
    result = lesson.perform(replace(lesson.knobs(), **knobs))
    return result, lesson.facts(result)


def agree(fact, within=1e-9):
    assert isinstance(fact, Compared)
    assert fact.measured == pytest.approx(fact.predicted, rel=within, abs=within)


def test_the_toys_numbers_are_the_slides_corrected():
    _, stated = facts("toy-power")
    agree(stated["log10 |y| after 1,000 steps"])
    assert "2.07516e+4" in stated["the slide: w = 1.01, y after 1000 steps"]
    assert "1e-1998" in stated["the slide: w = 0.01, y after 1000 steps"]
    result, stated = facts("toy-power", w=0.01)
    assert result.float_dies_at == 163  # w^162: rnn.md counts powers, the slide steps
    result, _ = facts("toy-power", w=0.99, steps=10**9)
    assert result.measured is None and np.isfinite(result.value.log10)


def test_elman_from_scratch_is_torchs():
    result, stated = facts("elman", text="hello world")
    agree(stated["loss of all steps (predicted: from scratch; measured: torch)"], 1e-12)
    assert result.state_error < 1e-13 and result.gradient_error < 1e-12
    with pytest.raises(ValueError, match="from 2 to 200"):
        facts("elman", text="a")


def test_the_gradients_slope_is_the_mean_fields():
    for gain, noise in ((0.8, 0.5), (1.6, 0.5)):
        result, stated = facts("gradient-product", hidden=200, gain=gain, noise=noise, steps=150)
        exponent = stated["largest exponent, nats per step (theory; product of Jacobians)"]
        assert exponent.measured == pytest.approx(exponent.predicted, abs=0.035)
        assert result.slope == pytest.approx(exponent.measured, abs=0.03)
    bound = facts("gradient-product", gain=0.3)[0].bound
    assert bound.verdict == "vanishes"
    assert facts("gradient-product", gain=1.2)[0].bound.verdict == "undetermined"


def test_products_of_fresh_matrices_have_newmans_spectrum():
    result, _ = facts("gradient-product", cell="fresh Gaussian matrices", hidden=20, steps=400)
    errors = result.spectrum.standard_errors
    assert (np.abs(result.spectrum.exponents - newman(20, 1.2)) < 5 * errors + 0.02).all()


def test_the_terms_of_backpropagation_are_torchs_gradient():
    for cell in ("tanh", "logistic", "linear", "lstm", "gru"):
        result, stated = facts("bptt", cell=cell, steps=12, hidden=5)
        agree(stated["length of the gradient (predicted: sum of terms; measured: torch)"], 1e-10)
        agree(stated["in symbols (predicted) and by torch (measured)"], 1e-10)
        agree(stated["share of the far half: clipped (predicted: plain)"], 1e-9)
        assert result.error < 1e-9


def test_the_last_factor_is_the_immediate_derivative():
    import torch

    from rnn.backward import contributions, loss_at_the_end
    from rnn.cells import Elman
    from rnn.jacobians import unroll

    generator = torch.Generator().manual_seed(0)
    cell = Elman(2, 3)
    own = {n: v.double().requires_grad_(True) for n, v in cell.initial([generator]).items()}
    x = torch.randn(7, 1, 2, 2, generator=generator, dtype=torch.float64)
    parts = contributions(cell, own, x, loss_at_the_end(lambda state: (state**2).sum()))
    states = unroll(cell, own, x)[1:]
    total = torch.zeros(len(parts.gradient), dtype=torch.float64)
    adjoints = torch.autograd.grad((states[-1] ** 2).sum(), states, retain_graph=True)
    for state, adjoint in zip(states, adjoints, strict=True):
        found = torch.autograd.grad((adjoint * state).sum(), list(own.values()), retain_graph=True)
        total += torch.cat([gradient.flatten() for gradient in found])
    assert parts.with_total_derivatives == pytest.approx(total.numpy())


def test_truncation_and_rmsprop_do_to_lags_what_they_do():
    result, stated = facts("bptt", steps=20, hidden=6, truncation=4)
    agree(stated["of dy/dw in the slide's toy truncation to this lag keeps"], 1e-12)
    assert stated["of dy/dw in the slide's toy truncation to this lag keeps"].predicted == 5 / 999
    assert float(stated["far over near lags of a weight: RMSprop changes it by"][8:]) < 1e-10
    plain, scaled = (result.parts.share(scale)[10:].sum() for scale in (None, result.scaled))
    assert plain != pytest.approx(scaled, rel=1e-3)


def test_a_leak_saves_directions_and_no_gradient():
    result, stated = facts("gradient-product", hidden=20, steps=30, gain=1.0)
    shift = stated["leaky ReLU moves the exponent by"]
    error = float(stated["… with a standard error of"])
    assert shift.predicted == pytest.approx(0.5 * np.log(1.0001), rel=1e-3)
    assert abs(shift.measured - shift.predicted) < 5 * error
    lost = {name: cure.lost for name, cure in result.cures.items()}
    assert (lost["ReLU"] > 5).all() and not lost["leaky ReLU"].any()
    gated = result.cures["GRU"].measured
    assert gated == stated["largest exponent of 6 nets: GRU"].measured
    assert gated < result.cures["tanh"].measured < 0


def test_the_skewness_as_printed_is_nothing():
    for signal in ("square wave", "ECG", "chirp"):
        result, _ = facts("signal-features", signal=signal)
        means = result.features.table.mean()
        assert means["spectral skewness, as printed"] == 0 != means["spectral skewness"]


def test_short_windows_follow_a_chirp():
    result, _ = facts("signal-features", signal="chirp", frequency=20.0, second=300.0)
    panel = load("signal-features").figures["windows"](result).panels[2]
    measured, _, theory = panel.marks
    assert measured.y == pytest.approx(np.interp(measured.x, theory.x, theory.y), abs=12)


def test_the_wall_and_the_clipped_step():
    result, stated = facts("error-surface")
    wall = next(fact for label, fact in stated.items() if label.startswith("the wall at w"))
    assert wall.measured == pytest.approx(wall.predicted, abs=0.02)
    clip = "clipped by norm: the longest step (at most step size times threshold)"
    agree(stated[clip], 1e-9)
    error = result.model.error
    assert error(*result.paths["clipped by norm"].final) < 0.001
    assert error(*result.paths["raw"].final) > 0.08
    space = load("error-surface").figures["surface"](result).panels[0].marks[0]
    assert isinstance(space, Surface) and space.y.ndim == 2
    assert error(*result.paths["RMSprop"].final) < 0.1 * error(*result.paths["raw"].final)


def test_features_beside_their_closed_forms():
    for signal in ("sine", "two tones", "square wave"):
        _, stated = facts("signal-features", signal=signal, amplitude=3.0)
        compared = [fact for fact in stated.values() if isinstance(fact, Compared)]
        assert len(compared) >= 4
        for fact in compared:
            agree(fact, 1e-9)
    _, stated = facts("signal-features", signal="constant")
    assert "does not exist" in stated["kurtosis"]
    with pytest.raises(ValueError, match="path"):
        facts("signal-features", signal="your own")
    with pytest.raises(ValueError, match="cannot be read"):
        facts("signal-features", signal="your own", file="/nowhere.csv")


def test_scans_are_loops_and_backward_is_a_scan():
    result, stated = facts("parallelism", longest=256)
    assert result.error < 1e-4 and result.adjoint_error < 1e-12
    assert stated["depth of a scan over 256 steps"] == 8


def test_a_language_model_begins_at_guessing_and_judges_by_the_chain_rule():
    result, stated = facts("language-model", steps=60, seeds=2, hidden=16)
    agree(stated["loss at the start, nats (predicted: ln V)"], 0.01)
    agree(stated["P of all texts of two letters together (predicted: 1)"], 1e-6)
    assert len(result.judged) == len(result.knobs.sentence)
    assert result.raw.loss[0] == pytest.approx(result.clipped.loss[0])
    assert (result.clipped.clipped_norm <= 0.5 * (1 + 1e-5)).all()
    assert [step for step, _ in result.samples] == [0, 20, 40, 60]
    with pytest.raises(ValueError, match="knows no"):
        facts("language-model", sentence="\N{SNOWMAN}\N{SNOWMAN}")
    with pytest.raises(ValueError, match="cannot be read"):
        facts("language-model", file="/nowhere.txt")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "knob", "text"),
    [("tagging", "line", "return 3"), ("language-model", "sentence", "or not")],
)
def test_another_text_needs_no_other_net(name, knob, text):
    lesson = load(name)
    knobs = replace(lesson.knobs(), **SHORT[name])
    trained = sys.modules[inspect.unwrap(lesson.run).__module__]._trained
    first = lesson.perform(knobs)
    before = trained.cache_info().misses
    second = lesson.perform(replace(knobs, **{knob: text}))
    assert trained.cache_info().misses == before
    assert lesson.figures[knob](second) != lesson.figures[knob](first)


def test_without_clipping_the_language_model_jumps():
    result, _stated = facts("language-model", steps=400, seeds=2)
    assert np.nanmax(result.raw.norm) > 10 * np.nanmax(result.clipped.norm)
    median = {name: np.median(loss) for name, loss in result.held_out.items()}
    assert median["clipped"] < result.baselines["bigram"] < median["not clipped"]


def test_memory_is_needed_for_adding():
    result, _stated = facts("long-memory", length=15, steps=300, seeds=2, cells=("tanh", "GRU"))
    solved = {cell: np.isfinite(found.solved_at).all() for cell, found in result.findings.items()}
    assert solved == {"tanh": False, "GRU": True}
    first, last = result.reach["GRU"]
    assert last[-1] > 10 * first[-1]


def test_tagging_needs_what_came_before():
    result, _stated = facts("tagging", steps=150, hidden=24)
    assert result.accuracy > result.memoryless + 0.05
    assert len(result.predicted) == len(load("tagging").knobs().line) == len(result.true)
    assert facts("tagging", steps=20, hidden=8, line="def (((")[0].true.size in (0, 7)


def test_digits_are_named_row_by_row():
    result, _stated = facts("sequence-classification", steps=200, seeds=2)
    assert (result.accuracy > 0.8).all() and 0.9 < result.linear < 0.98
    assert result.belief.shape == (8, 10)
    assert result.belief.sum(axis=1) == pytest.approx(np.ones(8), abs=1e-5)


def test_a_forecast_is_told_beside_the_naive_one():
    result, _stated = facts("forecast", steps=150, seeds=2)
    assert (result.errors < result.baselines["the last value again"]).all()
    assert result.free.shape == (60, 2) and len(result.truth) == 60
    assert (result.naive == result.held_out[result.start - 1]).all()
    # at its first step a free run is the one-step forecast
    assert result.free[0] == pytest.approx(result.one_step[result.start - 1], abs=1e-5)
