"""The live laboratory: its thread, and its page in a browser."""

import contextlib
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from frenemy.dashboard.laboratory.trainer import Trainer, as_text
from frenemy.lessons import make_knobs
from frenemy.lessons._gan_lab_runs import opened as opened_at_rest
from frenemy.lessons.gan_lab import Knobs

SMALL = Knobs(width_g=8, width_d=8, batch=16)


@pytest.fixture
def opened():
    trainers = []

    def open_one(knobs=SMALL, **settings):
        trainers.append(Trainer(knobs, **settings))
        trainers[-1].settle(20)
        return trainers[-1]

    yield open_one
    for trainer in trainers:
        trainer.close()
        assert not trainer.alive


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def seen(trainer):
    """The state as one has it who looks again and again."""
    return trainer.look()[0]


def straight(recipe):
    """The parameters of a recipe without a thread and without going back."""
    lab = opened_at_rest(recipe)
    lab.advance(recipe.steps)
    return lab.z


def test_play_pause_back_and_resume_are_the_recipe_bit_for_bit(opened):
    trainer = opened()
    trainer.play()
    until(lambda: seen(trainer).step > 150)
    trainer.pause()
    far = trainer.settle(20)
    assert not far.running and far.view.sentences
    trainer.go_to(40)
    assert trainer.settle(20).step == 40 and trainer.state.latest == far.latest
    trainer.play()
    until(lambda: seen(trainer).step > far.step)
    trainer.pause()
    end = trainer.settle(20)
    assert end.recipe == replace(SMALL, steps=end.step)
    assert torch.equal(trainer._lab.z, straight(end.recipe))


def test_one_player_alone_and_changes_are_part_of_the_recipe(opened):
    trainer = opened()
    for order in ("both", "D only", "G only"):
        trainer.step(order)
    state = trainer.settle(20)
    assert state.step == 3 and state.knobs.training == "both"
    before = trainer._lab.kept(2).z
    trainer.change(replace(state.knobs, penalty="R1 + R2", second="hinge"))
    trainer.step()
    state = trainer.settle(20)
    assert "penalty=R1 + R2" in state.recipe.edits and "second" not in state.recipe.edits
    assert torch.equal(trainer._lab.z, straight(state.recipe))
    assert before is not None
    trainer.go_to(1)
    assert trainer.settle(20).knobs.penalty == "none"
    trainer.go_to(4)
    assert trainer.settle(20).knobs.penalty == "R1 + R2"


def test_stepping_one_player_leaves_the_other_as_it_is(opened):
    trainer = opened()
    players = trainer._lab.field.players
    for order, still in (("D only", 0), ("G only", 1)):
        before = trainer._lab.z
        trainer.step(order)
        trainer.settle(20)
        after = trainer._lab.z
        assert torch.equal(before[players[still]], after[players[still]])
        assert not torch.equal(before[players[1 - still]], after[players[1 - still]])


def test_two_settings_train_in_step_and_a_recipe_is_found_again(opened):
    trainer = opened(replace(SMALL, beside="penalty=R1", steps=60), resume=True)
    until(lambda: not seen(trainer).catching_up)
    state = trainer.settle(20)
    assert state.step == 60 and len(state.view.sides) == 2
    assert [lab.step for lab in trainer._labs.values()] == [60, 60]
    assert make_knobs(Knobs, json.loads(as_text(state.recipe))) == state.recipe


def test_slow_motion_tells_each_update(opened):
    trainer = opened()
    trainer.play(slow=True)
    until(lambda: seen(trainer).step == 1)
    assert len(trainer.state.view.sentences) == 5
    assert "becomes G(z)" in trainer.state.view.sentences[0]


def test_what_diverges_stops_and_says_so(opened):
    trainer = opened(replace(SMALL, loss="wasserstein", optimiser="plain", lr_g=1.0, lr_d=1.0))
    trainer.play()
    until(lambda: seen(trainer).message)
    assert "diverged" in trainer.state.message and not trainer.state.running
    trainer.go_to(0)
    assert trainer.settle(20).step == 0 and not trainer.state.message


def test_bad_changes_are_told_and_nothing_is_lost(opened):
    trainer = opened()
    trainer.step()
    trainer.go_to(77)
    state = trainer.settle(20)
    assert "must be from 0 to 1" in state.message and state.step == 1 and trainer.alive
    trainer.change(replace(state.knobs, data="drawn"))
    assert "draw at least two points" in trainer.settle(20).message


def test_the_spectrum_of_a_moment_is_told(opened):
    trainer = opened()
    trainer.play()
    until(lambda: seen(trainer).step > 60)
    trainer.linearise()
    state = trainer.settle(30)
    assert not state.running and len(state.view.sentences) in (2, 3)
    assert "turn" in state.view.sentences[0]
    trainer.step()
    assert "becomes G(z)" in trainer.settle(20).view.sentences[0]


def test_views_are_made_only_while_somebody_looks(opened):
    trainer = opened()
    trainer.play()
    trainer.look()
    time.sleep(0.4)
    assert len(trainer.look()[1]) > 1
    time.sleep(2.2)
    _, waited = trainer.look()
    time.sleep(0.3)
    assert len(waited) <= 8
    assert trainer.look()[1]


STAGE = """() => {
  const find = (root) => {
    const lab = root.querySelector('.lab');
    if (lab) return lab;
    for (const part of root.querySelectorAll('*')) {
      const found = part.shadowRoot && find(part.shadowRoot);
      if (found) return found;
    }
  };
  return {...find(document).dataset};
}"""


def stage(tab):
    return tab.evaluate(STAGE)


def test_the_laboratory_in_the_browser(tab, server):
    tab.goto(f"{server}/gan-lab?steps=120&width_g=8&width_d=8")
    tab.locator(".lab").wait_for()
    until(lambda: stage(tab)["step"] == "120" and stage(tab)["running"] == "false", 60)
    play = tab.locator("button[data-order=play]")
    play.click()
    until(lambda: int(stage(tab)["step"]) > 200)
    before = int(stage(tab)["frames"])
    until(lambda: int(stage(tab)["frames"]) > before + 10)
    tab.get_by_role("combobox", name="loss").first.click()
    tab.get_by_role("option", name="hinge").click()
    until(lambda: "hinge" in tab.locator(".lab .words").inner_text())
    play.click()
    until(lambda: stage(tab)["running"] == "false")
    until(lambda: "loss%3Dhinge" in tab.url)
    slider = tab.locator("input.time")
    slider.evaluate("e => { e.value = 120; e.dispatchEvent(new Event('input')) }")
    until(lambda: stage(tab)["step"] == "120")
    until(lambda: tab.url.endswith("steps=120") or "steps=120&" in tab.url)
    tab.locator('button[data-order="D only"]').click()
    until(lambda: stage(tab)["step"] == "121")
    tab.get_by_role("button", name="Figures and files of this run").click()
    tab.get_by_role("tab", name="History").wait_for(timeout=60_000)
    tab.get_by_text("Draw your own data").click()
    square = tab.locator(".brush canvas")
    square.scroll_into_view_if_needed()
    box = square.bounding_box()
    tab.mouse.move(box["x"] + 50, box["y"] + 60)
    tab.mouse.down()
    for at in range(20):
        tab.mouse.move(box["x"] + 50 + 8 * at, box["y"] + 60 + 5 * at)
    tab.mouse.up()
    tab.locator("button[data-do=use]").click()
    until(lambda: "partial" not in tab.locator(".lab .words").inner_text())
    until(lambda: stage(tab)["running"] == "true" and int(stage(tab)["step"]) > 200)
    play.click()
    until(lambda: stage(tab)["running"] == "false")
    until(lambda: "data=drawn" in tab.url and "drawing=" in tab.url)
    tab.get_by_role("button", name="collapsed beside cured").click()
    until(lambda: len(tab.locator(".lab .plane").all()) == 2)
    until(lambda: int(stage(tab)["step"]) > 20)
    tab.locator("button[data-order=spectrum]").click()
    until(lambda: "multiplier" in tab.locator(".lab .update").inner_text())
    assert not tab.locator(".stException").count()


def processor_seconds(address):
    """What the server has used of the processor, all its threads together."""
    port = address.rpartition(":")[2].encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes().split(b"\0")
            if b"--server.port" in command and port in command:
                used = (folder / "stat").read_text().rpartition(")")[2].split()
                return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")
    pytest.skip("no /proc here to see how busy the server is")


def busy(address, seconds=1.5):
    before = processor_seconds(address)
    time.sleep(seconds)
    return (processor_seconds(address) - before) / seconds


def test_closing_the_page_ends_the_training(tab, server):
    tab.goto(f"{server}/gan-lab?width_g=8&width_d=8")
    tab.locator(".lab").wait_for()
    until(lambda: stage(tab)["step"] == "0")
    tab.locator("button[data-order=play]").click()
    until(lambda: int(stage(tab)["step"]) > 50)
    training = busy(server)
    before = tab.evaluate("location.href")
    until(lambda: tab.evaluate("location.href") != before)  # a reload would find the run
    tab.context.close()
    until(lambda: busy(server) < training / 4, 60)
