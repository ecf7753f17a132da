"""The queue of all that trains in this server: a few have their turn, the others wait in order.

Networks this small spend most of their time in Python, of which one thread runs at a time. So more
trainings at once would not be done sooner, and every page would wait for them. Each trains for a
slice of time, and goes to the end of the queue if others wait; what it computes is not touched.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

SLICE_SECONDS = 0.25
"""So long a turn lasts while others wait; shorter ones would be felt, longer ones seen."""


class Turns:
    """A fair queue.

    Parameters
    ----------
    places : how many have their turn at once, at least 1.
    """

    def __init__(self, places: int):
        if places < 1:
            raise ValueError(f"places must be at least 1; got {places}")
        self.places = places
        self._changed = threading.Condition()
        self._queue: list[Turn] = []

    def _has_place(self, turn: Turn) -> bool:
        return turn in self._queue[: self.places]

    def _enter(self, turn: Turn) -> None:
        if turn not in self._queue:
            self._queue.append(turn)
            turn.since = time.monotonic()

    def _leave(self, turn: Turn) -> None:
        """Out of the queue; those who move up have their turn from now on."""
        if turn not in self._queue:
            return
        had = self._queue[: self.places]
        self._queue.remove(turn)
        for other in self._queue[: self.places]:
            if other not in had:
                other.since = time.monotonic()
        self._changed.notify_all()


class Turn:
    """One that trains now and then; it is in the queue from :meth:`take` to :meth:`rest`."""

    def __init__(self, turns: Turns):
        self._turns = turns
        self.since = 0.0
        """When it came into the queue, or had its turn last; of a clock that only goes forward."""

    @property
    def ahead(self) -> int:
        """How many wait before this one, counting itself; 0 while it trains or does not want to."""
        queue = self._turns._queue
        with self._turns._changed:
            return max(queue.index(self) + 1 - self._turns.places, 0) if self in queue else 0

    @property
    def others(self) -> int:
        """How many others train or wait."""
        with self._turns._changed:
            return len([turn for turn in self._turns._queue if turn is not self])

    def take(self, give_up: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait for the turn; whether it has come.

        A turn that has lasted its time goes to the end of the queue first, if others wait.

        Parameters
        ----------
        give_up : whether to wait no longer; asked again after :meth:`nudge`.
        seconds : to wait at most; None for as long as it takes.
        """
        turns = self._turns
        with turns._changed:
            crowded = len(turns._queue) > turns.places
            if crowded and turns._has_place(self):
                if time.monotonic() < self.since + SLICE_SECONDS:
                    return True
                turns._leave(self)
            turns._enter(self)
            turns._changed.wait_for(lambda: turns._has_place(self) or give_up(), seconds)
            return turns._has_place(self)

    def rest(self) -> None:
        """Leave the queue."""
        with self._turns._changed:
            self._turns._leave(self)

    def nudge(self) -> None:
        """Let it ask again whether to give up waiting."""
        with self._turns._changed:
            self._turns._changed.notify_all()


TURNS = Turns(max(1, (os.cpu_count() or 1) // 2))
"""Of all sessions: half of the cores train, the others draw pages."""
