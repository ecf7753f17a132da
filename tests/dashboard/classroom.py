"""A class at its screens: students who turn knobs of toys, and students who train GANs."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.dashboard.student import Student

TOYS = (
    ("rotation", "lr", 0.05, 1.0),
    ("nash", "x", -3.0, 3.0),
    ("dirac", "lr", 0.05, 0.5),
    ("matrix-game", "p", 0.1, 0.9),
    ("minimax-value", "distance", -3.0, 3.0),
    ("toy-power", "w", 0.9, 1.1),
    ("elman", "gain", 0.5, 1.5),
    ("error-surface", "w", 4.4, 6.5),
    ("step-size", "across", 0.1, 1.5),
)
"""Pages, a knob of each, and the range it is turned in."""
STAGE = "gan-lab:stage"


@dataclass
class Class:
    """What a class saw.

    Attributes
    ----------
    seconds : of every turned knob until all was drawn.
    complaints : every error, alert and traceback, with who had it.
    students : of toys, by number, as (page, knob, the last value, the session).
    trainers : the sessions that train.
    """

    seconds: list[float] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    students: dict[int, tuple[str, str, float, Student]] = field(default_factory=dict)
    trainers: list[Student] = field(default_factory=list)


@contextmanager
def class_of(address: str, toys: int, labs: int, *, turns: int, pause: float) -> Iterator[Class]:
    """Let a class work until every toy was turned so often; all sessions are still open inside.

    Parameters
    ----------
    toys, labs : how many students turn knobs, and how many train a GAN meanwhile, two of each seed.
    pause : mean seconds between two turns of one student.
    """
    seen, over = Class(), threading.Event()

    def turn_knobs(number: int) -> None:
        page, knob, low, high = TOYS[number % len(TOYS)]
        chance = random.Random(number)
        student = Student(address, page)
        seen.students[number] = (page, knob, float("nan"), student)
        time.sleep(chance.uniform(0, pause))
        student.open()
        for _ in range(turns):
            time.sleep(chance.uniform(0.5, 1.5) * pause)
            value = round(chance.uniform(low, high), 6)
            seen.seconds.append(student.turn(f"{page}:{knob}:field", value))
            seen.students[number] = (page, knob, value, student)
            seen.complaints += [f"{page}: {one}" for one in student.complaints]

    def train(number: int) -> None:
        student = Student(address, "gan-lab", f"seed={number // 2}")
        seen.trainers.append(student)
        student.open()
        end = time.monotonic() + 60
        while not student.has(STAGE):
            if time.monotonic() > end:
                raise TimeoutError(f"no stage was drawn: {student.words!r}")
            time.sleep(0.1)
        order(student, "play")
        while not over.wait(look(student)["pace"] / 1000):
            student.tell(STAGE, "look", time.monotonic())
        seen.complaints += [f"gan-lab: {one}" for one in student.complaints]

    def begun(work: Callable[[int], None], many: int) -> list[threading.Thread]:
        def guarded(number: int) -> None:
            try:
                work(number)
            except Exception as error:
                seen.complaints.append(f"{work.__name__} {number}: {error!r}")

        threads = [threading.Thread(target=guarded, args=(number,)) for number in range(many)]
        for thread in threads:
            thread.start()
        return threads

    trainers, students = begun(train, labs), begun(turn_knobs, toys)
    try:
        for thread in students:
            thread.join()
        over.set()
        for thread in trainers:
            thread.join()
        yield seen
    finally:
        over.set()
        for student in [one for *_, one in seen.students.values()] + seen.trainers:
            student.close()


def order(student: Student, what: str) -> None:
    """Click on a button of the stage."""
    student.tell(STAGE, "order", {"what": what, "value": None, "at": time.monotonic()})


def look(student: Student) -> dict[str, Any]:
    """What the stage shows."""
    return student.data(STAGE)


def stand_still(student: Student) -> dict[str, Any]:
    """Pause a training; what the stage then shows."""
    order(student, "pause")
    end = time.monotonic() + 30
    while look(student)["running"]:
        if time.monotonic() > end:
            raise TimeoutError("the training did not pause")
        time.sleep(0.2)
        student.tell(STAGE, "look", time.monotonic())
    return look(student)
