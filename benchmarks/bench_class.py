"""A class of forty on one server, and an hour of use in a few minutes: waits, threads, memory."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from pathlib import Path

from tests.dashboard.classroom import TOYS, class_of
from tests.dashboard.serving import Server, serving
from tests.dashboard.student import Student

LAPS = 4
TURNS_A_LAP = 540
"""Four laps are three turns a minute of twelve students for an hour."""


def forty(server: Server) -> None:
    """Two classes, of which the second finds what both need in memory."""
    for number in ("first", "second"):
        before = server.threads
        with class_of(server.address, toys=32, labs=8, turns=8, pause=5) as seen:
            busy = server.threads
        waits = sorted(seen.seconds)
        time.sleep(3)
        print(
            f"{number} class of forty, eight train: {len(waits)} knobs, median "
            f"{1000 * statistics.median(waits):.0f} ms, p95 "
            f"{1000 * waits[int(0.95 * len(waits))]:.0f} ms (wanted < 1000 ms, p95); "
            f"{len(seen.complaints)} errors; threads {before}, {busy} in class, "
            f"{server.threads} after; {server.megabytes:.0f} MB after"
        )


def an_hour(server: Server) -> None:
    """Sessions that come, turn knobs without a pause, and go."""
    chance = random.Random(0)
    for lap in range(LAPS + 1):
        for page, knob, low, high in TOYS:
            with Student(server.address, page) as student:
                student.open()
                for _ in range(TURNS_A_LAP // len(TOYS)):
                    student.turn(f"{page}:{knob}:field", round(chance.uniform(low, high), 6))
        what = "warm" if lap == 0 else f"after {15 * lap} minutes of a class of twelve"
        print(f"memory of the server, {what}: {server.megabytes:.0f} MB", flush=True)


def main() -> None:
    """Print both; collection after every run of the page is off, as ``frenemy app`` sets it."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        an_hour(server)
        forty(server)


if __name__ == "__main__":
    main()
