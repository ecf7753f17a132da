"""What the lessons on GANs claim: the failures, each predicted, each cured."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from frenemy.lessons import _gan_lab_figures as pictures
from frenemy.lessons import load, mode_collapse
from frenemy.lessons._drawing import decoded, encoded
from gan.field import TorchField
from gan.linear import dominant, game_jacobian, iteration_matrix, measured


def facts(name, **knobs):
    lesson = load(name)
    result = lesson.perform(replace(lesson.knobs(), **knobs))
    return result, lesson.facts(result)


def verdict(name, part, **knobs):
    """What a claim finds on its own knobs with some changed."""
    lesson = load(name)
    (claim,) = [claim for claim in lesson.claims if part in claim.says]
    return claim.check(lesson.perform(replace(claim.knobs, **knobs)))


def rotation():
    """f = xy as a field of tensors: its multipliers are known."""

    def loss(player, blocks, batch):
        return (1 if player else -1) * (blocks[0] * blocks[1]).sum()

    return TorchField(loss, (1, 1))


@pytest.mark.parametrize(
    ("name", "modulus"),
    [("simultaneous", np.sqrt(1.04)), ("alternating", 1.0),
     ("extragradient", np.sqrt(1 - 0.04 + 0.04**2)), ("proximal-point", 1 / np.sqrt(1.04))],
)  # fmt: skip
def test_multipliers_of_the_live_step_are_the_closed_ones(name, modulus):
    from dynamics.methods import METHODS

    field, z = rotation(), torch.zeros(2, dtype=torch.float64)
    method = METHODS[name](0.2)
    mode = dominant(iteration_matrix(field, method, z, method.init(field, z)))
    assert abs(mode.value) == pytest.approx(modulus, abs=1e-9)
    J = game_jacobian(field, z)
    assert pytest.approx(np.array([[0, -1], [1, 0]])) == J
    steps = np.array([np.real(0.3j * mode.value**t * mode.right) for t in range(100)])
    growth, period, _ = measured(steps, mode)
    assert growth == pytest.approx(mode.growth, abs=1e-9)
    assert period == pytest.approx(mode.period, rel=1e-6)


@pytest.mark.parametrize("rule", ["simultaneous", "alternating", "extragradient", "optimistic",
                                  "consensus", "heavy-ball"])  # fmt: skip
def test_the_live_gans_oscillation_is_predicted(rule):
    result, _ = facts("non-convergence", rule=rule, steps=300, away=1e-5, lr=0.1)
    assert result.growth.measured == pytest.approx(result.growth.predicted, rel=0.02, abs=1e-5)
    assert result.period.measured == pytest.approx(result.period.predicted, rel=0.01)
    near = slice(2, result.near)
    reach = np.abs(result.generator[near] - [0.5, 1.0]).max()
    assert np.abs(result.generator - result.predicted)[near].max() < 0.1 * reach


def test_cures_cure_and_simultaneous_steps_do_not():
    result, stated = facts("non-convergence", steps=100)
    growth = {name: pair[0].predicted for name, pair in result.cures.items()}
    assert growth["simultaneous"] > 0.01 and abs(growth["alternating"]) < 1e-9
    for rule in ("extragradient", "optimistic", "consensus", "sga"):
        assert growth[rule] < -1e-5
    assert result.dirac[0].measured == pytest.approx(result.dirac[0].predicted, rel=1e-3)
    assert "leaves the equilibrium" in stated["verdict"]
    damped, _ = facts("non-convergence", steps=100, penalty=0.5)
    assert damped.mode.growth < 0


def test_saturation_starves_and_not_accuracy():
    result, stated = facts("diminished-gradient", steps=600, seeds=2)
    first = {name: np.median(values[0]) for name, values in result.norms.items()}
    last = {name: np.median(values[-1]) for name, values in result.norms.items()}
    assert last["saturating"] < 0.1 * first["saturating"]
    assert last["non-saturating"] > first["non-saturating"]
    assert last["saturating, D with R1 + R2"] > 0.3 * first["saturating, D with R1 + R2"]
    assert (
        np.median(result.accuracy["R1 + R2"][-1]) > 0.95 < np.median(result.accuracy["plain"][-1])
    )
    ratio = stated["ln of saturating over non-saturating (predicted: mean logit on fakes)"]
    assert ratio.measured == pytest.approx(ratio.predicted, rel=0.15)
    assert "saturation is the culprit" in stated["verdict"]


@pytest.mark.slow
def test_a_slow_discriminator_rotates_and_a_smooth_one_cures():
    collapsed, _ = facts("mode-collapse", seeds=4, steps=1500)
    cured, _ = facts("mode-collapse", seeds=4, steps=1500, lr_d=1e-3, penalty="R1 + R2")
    assert collapsed.captured[-1].mean() <= 3
    assert collapsed.visited.mean() > collapsed.captured[-1].mean() + 1
    assert (cured.captured[-1] >= 7).all()
    kinds = [{one.kind for one in result.diagnoses} for result in (collapsed, cured)]
    assert kinds[0] <= {"rotating", "stuck"} and kinds[1] <= {"healthy", "blurred", "partial"}


def test_the_laboratory_is_one_run_however_one_comes_to_it():
    """Edits on the way are the recipe; two sides are two runs of one seed."""
    lesson = load("gan-lab")
    knobs = replace(
        lesson.knobs(), steps=80, width_g=8, width_d=8, edits="30: lr_d=0.01; penalty=R1"
    )
    result = lesson.run(knobs)
    again = lesson.run(knobs)
    last = [list(one.tracks[0].scenes.values())[-1].samples for one in (result, again)]
    assert np.array_equal(*last)
    plain = lesson.run(replace(knobs, edits="", beside="lr_d=0.01"))
    assert [track.name for track in plain.tracks] == ["as set", "lr_d=0.01"]
    starts = [track.scenes[0].samples for track in (*plain.tracks, *result.tracks)]
    assert all(np.array_equal(starts[0], start) for start in starts)
    assert not np.array_equal(last[0], list(plain.tracks[0].scenes.values())[-1].samples)
    measured = result.tracks[0].measures
    assert {"energy distance", "squared MMD", "recall", "reverse KL of the modes"} <= set(measured)
    for edits, why in (
        ("x: lr_d=1", "must be a step"),
        ("9: lr_d", "such as 'lr=0.01'"),
        ("9: seed=3", "cannot change seed"),
        ("9: lr_q=1", "no knob 'lr_q'"),
    ):
        with pytest.raises(ValueError, match=why):
            lesson.run(replace(knobs, edits=edits))


def test_drawings_are_short_texts():
    drawn = np.array([[0.0, 0.0], [1.5, -1.5], [-2.0, 2.0], [9.0, 0.1]])
    text = encoded(drawn)
    assert len(text) == 8 and text.isascii()
    assert np.abs(decoded(text) - np.clip(drawn, -2, 2)).max() <= 4 / 64
    assert encoded(decoded(text)) == text
    assert len(encoded(np.random.default_rng(0).normal(size=(5000, 2)))) == 480
    for bad in ("abc", "a!", "a b "):
        with pytest.raises(ValueError, match="must be pairs of letters"):
            decoded(bad)


def test_path_angles_of_the_live_nets_tell_rotation_from_attraction():
    turning, _ = facts("non-convergence", steps=30)
    damped, _ = facts("non-convergence", steps=30, penalty=2.0)
    assert np.nanmax(np.abs(turning.angle)) < 0.05
    half = len(damped.angle) // 2
    assert (damped.angle[:half] > 0.1).all() and (damped.angle[half + 1 :] < -0.1).all()


def test_a_comparison_trains_the_same_seeds_with_each_change():
    result, stated = facts("mode-collapse", seeds=3, steps=120, width=16, compare="packing")
    assert list(result.compared) == ["1", "2", "3", "4"]
    same = facts("mode-collapse", seeds=3, steps=120, width=16)[0]
    assert np.array_equal(result.captured, same.captured)
    assert np.array_equal(result.compared["1"].captured, same.captured)
    assert sum("packing" in label for label in stated) == 4


def test_intervals_are_wilsons():
    z, n, p = 1.959964, 32, 8 / 32
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert mode_collapse.interval(8, 32) == pytest.approx((centre - half, centre + half), abs=1e-6)


def test_densities_are_below_the_true_one_and_samples_at_the_floor():
    result, stated = facts("density-or-samples", steps=1500)
    best = result.exact.mean()
    for name in ("kernel density", "Gaussian mixture"):
        model = result.models[name]
        assert best - 0.3 < model.log_density.mean() < best + 0.02
        assert model.distance < result.floor[0] + 4 * result.floor[1]
        cell = (result.grid[1] - result.grid[0]) ** 2
        assert model.density.sum() * cell == pytest.approx(1, abs=0.02)
    assert result.models["GAN"].log_density is None
    assert result.models["GAN"].distance < 0.1
    assert stated["GAN: mean log density of fresh points"] == "cannot be asked"


def test_a_kernel_too_wide_blurs_and_one_too_narrow_remembers():
    wide, _ = facts("density-or-samples", steps=50, width=0.5)
    narrow, _ = facts("density-or-samples", steps=50, width=0.005)
    chosen, _ = facts("density-or-samples", steps=50)
    kernel = "kernel density"
    assert wide.models[kernel].distance > 5 * chosen.models[kernel].distance + 0.01
    assert narrow.models[kernel].nearest < 0.5 * narrow.nearest
    for odd in (wide, narrow):
        assert odd.models[kernel].log_density.mean() < chosen.models[kernel].log_density.mean()
    assert 0.03 < chosen.width < 0.2


def test_data_that_change_on_the_way_are_shown_where_they_lie():
    lesson = load("gan-lab")
    knobs = replace(
        lesson.knobs(), steps=80, width_g=8, width_d=8, data="ring", edits="40: data=spiral",
        beside="data=grid",
    )  # fmt: skip
    one, beside = lesson.run(knobs).tracks
    for scenes, steps, data in ((one.scenes, (0, 35), "ring"), (one.scenes, (40, 80), "spiral"),
                                (beside.scenes, (0, 35), "grid")):  # fmt: skip
        alone = lesson.run(replace(knobs, data=data, edits="", beside="", steps=10)).tracks[0]
        wanted = alone.scenes[0].window
        for step in steps:
            assert np.array_equal(scenes[step].window.real, wanted.real)
            assert scenes[step].window.limits == wanted.limits


def test_neither_rule_of_the_slides_converges_and_a_penalty_does():
    found = verdict("non-convergence", "oscillate")
    assert found.verdict == "holds in part"
    assert "in 210 steps" in found.found and "leave by +0.0213" in found.found
    assert verdict("non-convergence", "oscillate", penalty=0.5, steps=60).verdict == "does not hold"


@pytest.mark.slow
def test_seeds_collapse_by_their_diagnoses_and_cured_ones_do_not():
    found = verdict("mode-collapse", "limited modes")
    assert found.verdict == "holds"
    assert "of 8 seeds" in found.found and "median quality" in found.found
    cured = verdict("mode-collapse", "limited modes", penalty="R1 + R2")
    assert cured.verdict != "holds"


def test_step_one_moves_d_alone_and_step_two_g_alone():
    lesson = load("gan-lab")
    result = lesson.run(lesson.claims[0].knobs)
    assert [claim.check(result).verdict for claim in lesson.claims] == ["holds"] * 3
    both = replace(result.knobs, training="both", edits="")
    found = [claim.check(lesson.run(both)) for claim in lesson.claims if "fix" in claim.says]
    assert [one.verdict for one in found] == ["does not hold"] * 2
    assert all("and those of the other's change" in one.found for one in found)


def test_what_becomes_of_samples_is_drawn_in_the_colour_of_g():
    lesson = load("gan-lab")
    result = lesson.run(replace(lesson.knobs(), steps=30, width_g=8, width_d=8))
    panels = lesson.figures["history"](result).panels
    colors = {panel.y.label: panel.marks[0].color for panel in panels if len(panel.marks) == 1}
    assert colors["$G$'s gradient"] != colors["$D$'s accuracy"]
    assert [mark.color for mark in panels[0].marks] == list(pictures.OWNERS.values())


def test_only_a_learner_with_a_density_answers_for_one():
    result, stated = facts("density-or-samples", steps=50, points=200)
    masses = [result.mass(name) for name in result.models]
    assert masses[:2] == pytest.approx([1, 1], abs=0.03) and np.isnan(masses[2])
    assert "by the width of a kernel" in stated["GAN: the same, estimated from its samples"]
    found = verdict("density-or-samples", "similar", steps=50, width=0.5)
    assert found.verdict == "holds in part" and "from data: Gaussian mixture" in found.found


def test_a_discriminator_that_has_not_won_starves_nobody():
    found = verdict("diminished-gradient", "without gradient", steps=40)
    assert found.verdict == "does not hold" and "apart" in found.found
