"""The laboratory: back and forth through a training, bit for bit."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dynamics.methods import METHODS, Alternating, Simultaneous
from dynamics.step_rules import Adam, RMSProp
from gan import laboratory
from gan.data import DATA, ring
from gan.laboratory import Laboratory, Setting
from gan.plane_field import PlaneGan

GAN = PlaneGan.of(ring(), width=8, batch_size=16)
RULE = Alternating(1e-3, Adam(beta1=0.5), order=(1, 0))
SETTING = Setting(GAN, RULE)


def straight(steps, *edits, setting=SETTING, seed=3):
    lab = Laboratory(setting, seed=seed)
    for at, changed in edits:
        lab.advance(at - lab.step)
        lab.edit(changed)
    lab.advance(steps - lab.step)
    return lab


@pytest.mark.parametrize(
    "method",
    [RULE, Simultaneous(1e-3, RMSProp()), METHODS["extragradient"](1e-3, step_rule=Adam()),
     METHODS["optimistic"](1e-3), Alternating(1e-3, Adam(), order=(1, 1, 0))],
)  # fmt: skip
def test_back_and_on_is_the_same_as_straight_on(method):
    setting = Setting(GAN, method)
    lab = straight(83, setting=setting)
    for there in (7, 50, 0, 33, 83, 64):
        lab.go_to(there)
        assert torch.equal(lab.z, straight(there, setting=setting).z)
    lab.go_to(12)
    lab.advance(100)
    assert torch.equal(lab.z, straight(112, setting=setting).z)
    assert [look.step for look in lab.looks] == list(range(0, 111, 10))


def test_the_same_as_simulate():
    from dynamics import simulate

    field = GAN.field((3,))
    path = simulate(field, RULE, field.initial(), 45)
    assert np.array_equal(straight(45).z.numpy(), path.final)


def test_edits_are_part_of_the_history():
    wider = replace(GAN, generator=replace(GAN.generator, width=12))
    changes = [
        (10, replace(SETTING, method=replace(RULE, lr=5e-3))),
        (25, Setting(replace(GAN, penalty="R1"), replace(RULE, lr=5e-3))),
        (25, Setting(wider, RULE)),
        (40, Setting(wider, Simultaneous(1e-2))),
    ]
    lab = straight(60, *changes)
    end = lab.z
    d_before, d_after = straight(24, *changes[:1]), straight(25, *changes[:3])
    assert d_after.field.sizes[0] > d_before.field.sizes[0]
    kept = straight(25, *changes[:1])
    assert torch.equal(d_after.z[d_after.field.players[1]], kept.z[kept.field.players[1]])
    for there in (24, 26, 5, 39, 41, 25, 60):
        lab.go_to(there)
        told = [change for change in changes if change[0] <= there]
        assert torch.equal(lab.z, straight(there, *told).z)
    assert torch.equal(lab.z, end) and len(lab.edits) == 5


def test_an_edit_in_the_past_begins_another_way():
    lab = straight(60)
    lab.go_to(20)
    changed = replace(SETTING, method=replace(RULE, lr=1e-2))
    lab.edit(changed)
    assert lab.latest == 20 and lab.looks[-1].step == 20
    with pytest.raises(ValueError, match="must be from 0 to 20"):
        lab.go_to(21)
    lab.advance(30)
    assert torch.equal(lab.z, straight(50, (20, changed)).z)
    lab.edit(changed)
    assert len(lab.edits) == 2


def test_moments_grow_sparser_and_stay_exact(monkeypatch):
    monkeypatch.setattr(laboratory, "MOST_MOMENTS", 8)
    lab = straight(300)
    assert lab.spacing == 40 and len(lab.moments) <= 9
    assert {look.step % 40 for look in lab.looks} == {0}
    lab.go_to(155)
    assert torch.equal(lab.z, straight(155).z)


def test_other_data_begin_another_record():
    lab = straight(30)
    lab.edit(Setting(PlaneGan.of(DATA["grid"](), width=8, batch_size=16), RULE))
    lab.advance(20)
    assert lab.record().nearest.shape == (2, 25)
    lab.go_to(20)
    assert lab.record().nearest.shape == (3, 8)


def test_what_diverges_stands_still():
    lab = Laboratory(Setting(replace(GAN, loss="wasserstein"), Simultaneous(1e8)))
    lab.advance(200)
    assert lab.failed and lab.step < 200


def test_peeking_at_the_next_minibatch_changes_nothing():
    lab = Laboratory(SETTING, seed=3)
    seen = lab.field.next_batch().batch
    assert torch.equal(lab.field.next_batch().batch.real, seen.real)
    assert torch.equal(lab.field.minibatch().batch.real, seen.real)
    lab = Laboratory(SETTING, seed=3)
    for _ in range(70):
        lab.field.next_batch()
        lab.advance()
    assert torch.equal(lab.z, straight(70).z)
