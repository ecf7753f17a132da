"""The lessons on games: their numbers in closed form, and what they do with odd knobs."""

from dataclasses import replace

import numpy as np
import pytest

from frenemy.figures import Text
from frenemy.lessons import dirac, load


def facts(name, **knobs):
    lesson = load(name)
    return lesson.facts(lesson.run(replace(lesson.knobs(), **knobs)))


class TestCures:
    def test_rates_are_the_closed_forms(self):
        found = facts("cures", lr=0.3, rules=("extragradient", "cgd", "lookahead"))
        a = 0.3
        closed = {
            "extragradient": np.sqrt(1 - a**2 + a**4),
            "cgd": 1 / np.sqrt(1 + a**2),
            "lookahead": abs(0.5 + 0.5 * (1 + a * 1j) ** 5),
        }
        for name, factor in closed.items():
            compared = found[f"{name}: factor per step"]
            assert compared.predicted == pytest.approx(factor, rel=1e-12)
            assert compared.measured == pytest.approx(factor, rel=1e-9)

    def test_averages_of_alternating_steps_tend_to_the_equilibrium_like_one_over_n(self):
        lesson = load("cures")
        knobs = replace(lesson.knobs(), rules=("alternating", "simultaneous"), lr=0.1, steps=5000)
        averages = lesson.run(knobs).averages
        assert averages["alternating"][4000:].max() < 65 / 4000
        assert averages["simultaneous"][-1] > 1e3

    def test_noisy_runs_spread_as_the_closed_form_says(self):
        found = facts("cures", rules=("extragradient", "alternating"), noise=0.2)
        for name in ("extragradient", "alternating"):
            spread = found[f"{name}: spread of noisy runs after 300 steps"]
            assert spread.measured == pytest.approx(spread.predicted, rel=0.12)

    def test_every_line_of_the_distances_bears_its_name(self):
        lesson = load("cures")
        (panel,) = lesson.figures["distances"](lesson.run(lesson.knobs())).panels
        names = [mark.text[0].strip() for mark in panel.marks if isinstance(mark, Text)]
        assert sorted(names) == sorted(lesson.knobs().rules)
        heights = sorted(np.log10(mark.y[0]) for mark in panel.marks if isinstance(mark, Text))
        assert min(np.diff(heights)) > 0.5

    def test_games_of_the_library_are_judged_too(self):
        found = facts("cures", game="bilinear-matrix", rules=("extragradient",), lr=0.1)
        singular = np.linalg.svd(np.array([[1.0, 2.0], [0.0, 1.0]]), compute_uv=False)
        slowest = max(np.hypot(1 - (0.1 * s) ** 2, 0.1 * s) for s in singular)
        assert found["extragradient: factor per step"].predicted == pytest.approx(slowest)

    def test_a_game_without_a_point_to_rest_is_answered(self):
        with pytest.raises(ValueError, match="no rule can rest"):
            facts("cures", formula="x + y")


class TestStepSize:
    def test_theory_and_run_agree_everywhere(self):
        for pair in ("step and momentum with turns", "step and consensus", "steps of both players"):
            found = facts("step-size", pair=pair, resolution=21)
            assert found["share of the map on which run and theory agree"].measured == 1.0

    @pytest.mark.parametrize("lr", [0.1, 1.0])
    def test_integrators_grow_by_their_closed_forms(self, lr):
        found = facts("step-size", lr=lr, duration=100.0, resolution=5)
        for name in ("explicit", "implicit", "Heun", "Runge-Kutta 4"):
            compared = found[f"{name}: factor per step on xy"]
            assert compared.measured == pytest.approx(compared.predicted, rel=1e-9)
        assert found["turns (symplectic): factor per step on xy"].measured == pytest.approx(
            1, abs=0.01
        )
        assert found["Runge-Kutta 4: factor per step on xy"].measured < 1
        flow = found["flow: distance at the end"]
        assert flow.measured == pytest.approx(flow.predicted, rel=1e-8)


class TestLandscape:
    def test_basins_of_two_equilibria_share_the_plane_evenly(self):
        lesson = load("landscape")
        result = lesson.run(replace(lesson.knobs(), resolution=60))
        shares = [float((result.basin == number).mean()) for number in range(3)]
        assert shares[0] == 0
        assert shares[1] == pytest.approx(0.5, abs=0.01) == shares[2]
        assert [judged.words for judged in result.points] == [
            "neither found nor Nash", "found, and Nash", "found, and Nash",
        ]  # fmt: skip

    def test_what_is_found_and_what_is_nash_are_two_things(self):
        lesson = load("landscape")
        words = {
            name: [judged.words for judged in lesson.run(lesson.presets[name]).points]
            for name in ("minimax, not Nash", "stable, not Nash", "forsaken")
        }
        assert words["minimax, not Nash"] == ["neither found nor Nash"]
        assert words["stable, not Nash"] == ["found, yet not Nash"]
        assert words["forsaken"] == ["found, yet not Nash"]

    def test_cycles_end_nowhere(self):
        lesson = load("landscape")
        for name in ("Letcher's game", "almost bilinear"):
            assert (lesson.run(lesson.presets[name]).basin == -1).all()

    def test_factors_beside_a_point_are_those_of_the_theory(self):
        found = facts("landscape")
        for number in (1, 2, 3):
            factor = found[f"point {number}: factor per step"]
            assert factor.measured == pytest.approx(factor.predicted, rel=1e-3)


class TestDirac:
    @pytest.mark.parametrize("lr", [0.05, 0.1])
    def test_the_cycle_has_the_radius_of_the_paper(self, lr):
        radius = facts("dirac", lr=lr, steps=20_000)["radius of the last fifth"]
        assert radius.predicted == pytest.approx(np.sqrt(2 * lr))
        assert radius.measured == pytest.approx(radius.predicted, rel=0.03)

    @pytest.mark.parametrize("cure", ["none", "R1", "instance noise", "consensus"])
    def test_eigenvalues_are_the_closed_forms(self, cure):
        for strength in (0.3, 1.2):
            found = facts("dirac", loss="saturating", cure=cure, strength=strength, steps=10)
            for part in ("real", "imaginary"):
                compared = found[f"eigenvalue of the flow, {part} part"]
                assert compared.measured == pytest.approx(compared.predicted, abs=1e-9)

    def test_eigenvalues_meet_on_the_axis_at_one(self):
        lesson = load("dirac")
        result = lesson.run(replace(lesson.knobs(), cure="R1"))
        turning = np.abs(result.eigenvalues.imag).max(axis=1) > 1e-6
        assert turning[dirac.STRENGTHS < 0.99].all()
        assert not turning[dirac.STRENGTHS > 1.01].any()

    def test_r1_is_stable_exactly_below_four_gamma(self):
        """Simultaneous steps, gamma below one: h < 4 gamma."""
        for lr, stable in ((0.9, True), (1.1, False)):
            found = facts("dirac", cure="R1", strength=0.25, lr=lr, steps=100)
            assert (found["factor of the distance per step"].predicted < 1) is stable

    @pytest.mark.parametrize("preset", ["clipped", "gradient penalty"])
    def test_what_is_not_smooth_ends_on_a_cycle(self, preset):
        lesson = load("dirac")
        radius = lesson.facts(lesson.run(lesson.presets[preset]))["radius of the last fifth"]
        assert 0.05 < radius.measured < 3

    @pytest.mark.parametrize(
        ("knobs", "says"),
        [
            ({"cure": "instance noise"}, "saturating loss"),
            ({"cure": "gradient penalty"}, "Wasserstein loss"),
            ({"cure": "consensus", "update": "Adam"}, "steps simultaneously"),
        ],
    )
    def test_what_does_not_go_together_is_said(self, knobs, says):
        with pytest.raises(ValueError, match=says):
            facts("dirac", **knobs)


class TestMatrixGame:
    def test_the_replicator_conserves_and_optimism_converges(self):
        found = facts("matrix-game", steps=5000)
        kept = found["replicator: what is conserved"]
        assert kept.measured == pytest.approx(kept.predicted, rel=1e-4)
        assert found["optimistic-weights: exploitability at the end"] < 1e-6
        assert found["multiplicative-weights: exploitability at the end"] > 1
        assert found["multiplicative-weights: … of the average"] < 0.1

    def test_a_continuum_and_a_dominated_action_are_reported(self):
        lesson = load("matrix-game")
        found = lesson.facts(lesson.run(lesson.presets["a continuum"]))
        assert found["degenerate"] is True
        found = lesson.facts(lesson.run(lesson.presets["prisoner's dilemma"]))
        assert any("strictly dominated" in text for text in found["dominated actions"])

    def test_what_is_no_game_here_is_answered(self):
        with pytest.raises(ValueError, match="up to 6 actions"):
            facts("matrix-game", row_payoffs="; ".join(["1"] * 7))
        with pytest.raises(ValueError, match="square"):
            facts("matrix-game", row_payoffs="1, 2", one_population=True)
        with pytest.raises(ValueError, match="for two players"):
            facts("matrix-game", rules=("fictitious-play",), one_population=True)


class TestMinimaxValue:
    def test_the_value_by_both_ways(self):
        lesson = load("minimax-value")
        for name, knobs in lesson.presets.items():
            found = lesson.facts(lesson.run(knobs))
            value = found["V(D*, G): 2 JSD − log 4, and by its integral"]
            assert value.measured == pytest.approx(value.predicted, abs=1e-12), name

    def test_the_published_divergence(self):
        found = facts("minimax-value")
        assert found["Jensen-Shannon"] == pytest.approx(0.111421482, abs=5e-10)
        slope = found["slope of 2 JSD, and the saturating gradient"]
        assert slope.measured == pytest.approx(slope.predicted, rel=1e-6)

    def test_the_story_is_the_derivation(self):
        assert r"D^* = \frac{p_{r}}{p_{g} + p_{r}}" in load("minimax-value").story

    @pytest.mark.parametrize(
        ("part", "knobs", "verdict"),
        [
            ("max over D", {}, "holds"),
            ("max over D", {"fake": "N(0, 2)"}, "does not hold"),
            ("zero-sum", {}, "holds in part"),
        ],
    )
    def test_verdicts_follow_from_the_densities(self, part, knobs, verdict):
        lesson = load("minimax-value")
        (claim,) = [claim for claim in lesson.claims if part in claim.says]
        assert claim.check(lesson.run(replace(lesson.knobs(), **knobs))).verdict == verdict

    def test_unlike_distributions_are_answered(self):
        with pytest.raises(ValueError, match="like with like"):
            facts("minimax-value", real="P(0)")
