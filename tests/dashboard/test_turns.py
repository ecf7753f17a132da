"""The queue of all that trains, and runs that sessions share."""

import threading
import time
from dataclasses import dataclass

import pytest

from frenemy.dashboard import turns, work, worker
from frenemy.dashboard.memory import Memory
from frenemy.dashboard.turns import Turn, Turns
from frenemy.dashboard.work import Work
from frenemy.dashboard.worker import Worker
from frenemy.figures import Figure, Panel
from frenemy.lessons import Lesson, knob


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def never():
    return False


@pytest.mark.parametrize("places", [0, -1])
def test_a_queue_needs_a_place(places):
    with pytest.raises(ValueError, match=f"at least 1; got {places}"):
        Turns(places)


def test_one_alone_never_waits_and_the_next_see_their_place():
    queue = Turns(1)
    first, second, third = (Turn(queue) for _ in range(3))
    assert first.take(never) and first.ahead == 0 and first.others == 0
    assert not second.take(never, 0.01)
    assert not third.take(never, 0.01)
    assert [turn.ahead for turn in (first, second, third)] == [0, 1, 2]
    assert third.others == 2
    first.rest()
    assert [turn.ahead for turn in (first, second, third)] == [0, 0, 1]
    assert second.take(never, 0.01) and not third.take(never, 0.01)


def test_with_two_places_two_train_at_once():
    queue = Turns(2)
    three = [Turn(queue) for _ in range(3)]
    assert [turn.take(never, 0.01) for turn in three] == [True, True, False]


def test_who_waits_can_be_called_away():
    queue = Turns(1)
    first, second = Turn(queue), Turn(queue)
    first.take(never)
    called, answers = threading.Event(), []
    waiting = threading.Thread(target=lambda: answers.append(second.take(called.is_set)))
    waiting.start()
    until(lambda: second.ahead == 1)
    called.set()
    second.nudge()
    waiting.join(5)
    assert answers == [False]


def test_all_have_equal_shares_and_nobody_starves(monkeypatch):
    monkeypatch.setattr(turns, "SLICE_SECONDS", 0.01)
    queue, enough = Turns(1), threading.Event()
    shares, inside, most = [0.0] * 5, [], []

    def train(own):
        turn = Turn(queue)
        while turn.take(enough.is_set) and not enough.is_set():
            inside.append(own)
            most.append(len(inside))
            began = time.monotonic()
            time.sleep(0.002)
            shares[own] += time.monotonic() - began
            inside.remove(own)
        turn.rest()

    threads = [threading.Thread(target=train, args=(own,)) for own in range(5)]
    for thread in threads:
        thread.start()
    until(lambda: sum(shares) > 1.0)
    enough.set()
    for thread in threads:
        thread.join(5)
    assert max(most) == 1, "two trained at once"
    assert min(shares) > 0.5 * max(shares)
    assert not queue._queue


@dataclass(frozen=True)
class Nothing:
    """No knobs but one."""

    seed: int = knob(0, label="seed")


class Slow:
    """A lesson that waits to be told to go on."""

    def __init__(self):
        self.gate, self.runs = threading.Event(), 0
        self.lesson = Lesson(
            name="slow", title="Slow", slides=("none",), story="Slow.", knobs=Nothing,
            run=self.run, facts=lambda result: {"result": result},
            figures={"none": lambda result: Figure(str(result), (Panel((), "x", "y"),))},
            takes="long",
        )  # fmt: skip

    def run(self, knobs, *, progress=None):
        self.runs += 1
        while not self.gate.is_set():
            progress(1, 2, "waiting")
            time.sleep(0.001)
        return knobs.seed


@pytest.fixture
def slow(monkeypatch):
    monkeypatch.setattr(work, "LONG_RESULTS", Memory(4))
    monkeypatch.setattr(worker, "TURNS", Turns(1))
    one = Slow()
    yield one
    one.gate.set()
    until(lambda: not worker._RUNS)


def test_sessions_that_want_the_same_share_one_run(slow):
    wanted = Work(slow.lesson, Nothing())
    first, second = Worker(), Worker()
    first.start(wanted)
    second.start(wanted)
    until(lambda: second.status.what == "waiting")
    first.stop()
    assert not first.status.running and first.status.message == "stopped"
    assert second.status.running, "a session stopped the run of another"
    slow.gate.set()
    until(lambda: not second.status.running)
    assert slow.runs == 1 and wanted.is_done and second.status.message == ""


def test_the_last_one_who_leaves_stops_the_run_and_it_can_begin_anew(slow):
    wanted = Work(slow.lesson, Nothing())
    first, second = Worker(), Worker()
    first.start(wanted)
    second.start(wanted)
    until(lambda: first.status.what == "waiting")
    first.close()
    second.close()
    assert not worker._RUNS and not wanted.is_done
    slow.gate.set()
    first.start(wanted)
    until(lambda: not first.status.running)
    assert wanted.result() == 0 and slow.runs == 2


def test_different_runs_take_turns_and_tell_their_place(slow, monkeypatch):
    monkeypatch.setattr(turns, "SLICE_SECONDS", 0.02)
    workers = [Worker() for _ in range(4)]
    for seed, own in enumerate(workers):
        own.start(Work(slow.lesson, Nothing(seed)))
    places = [set() for _ in workers]

    def all_were_everywhere():
        for seen, own in zip(places, workers, strict=True):
            seen.add(own.status.place)
        return all(seen == {0, 1, 2, 3} for seen in places)

    until(all_were_everywhere)
    workers[0].close()
    slow.gate.set()
    until(lambda: not any(own.status.running for own in workers))
    assert [Work(slow.lesson, Nothing(seed)).is_done for seed in range(4)] == [False] + 3 * [True]
