"""A long run in the background, one at a time for a session; it never touches the page.

Sessions that want the same run share it: it is computed once, and ends early when nobody waits.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Hashable
from dataclasses import dataclass, replace

import streamlit as st

from frenemy.dashboard.turns import TURNS, Turn
from frenemy.dashboard.work import Work

PATIENCE_SECONDS = 5.0


class StoppedError(Exception):
    """Raised inside a run that is to stop."""


@dataclass(frozen=True)
class Status:
    """How far a run is.

    Attributes
    ----------
    work : what is or was run; None before the first run.
    running : whether it still runs.
    done, total, what : as the lesson last told.
    place : in the queue of all that trains, from 1; 0 while it has its turn.
    message : why it ended without a result, or nothing.
    """

    work: Work | None = None
    running: bool = False
    done: int = 0
    total: int = 1
    what: str = ""
    place: int = 0
    message: str = ""

    @property
    def share(self) -> float:
        """Part that is done, from 0 to 1."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total > 0 else 0.0


class Run:
    """A lesson in a thread of its own; safe to ask from any thread."""

    def __init__(self, work: Work):
        self.key: Hashable = work.key
        self._lock = threading.Lock()
        self._status = Status(work, running=True, what="starting")
        self._stop = threading.Event()
        self._turn = Turn(TURNS)
        self.watchers: set[object] = set()
        """Who waits for it; guarded by the lock of :data:`_RUNS`."""
        self.thread = threading.Thread(target=self._run, args=(work,), daemon=True, name="long run")

    @property
    def status(self) -> Status:
        """How far the run is now."""
        with self._lock:
            status = self._status
        return replace(status, place=self._turn.ahead) if status.running else status

    def stop(self) -> None:
        """Ask the run to end at the next sign of progress."""
        self._stop.set()
        self._turn.nudge()

    def _run(self, work: Work) -> None:
        message = ""
        try:
            work.result(self._hear)
        except StoppedError:
            message = "stopped"
        except ValueError as error:
            message = str(error)
        except Exception as error:
            logging.getLogger(__name__).exception("the run of %s failed", work.lesson.name)
            message = f"the run failed: {type(error).__name__}: {error}"
        finally:
            self._turn.rest()
            with _RUNS_LOCK:
                _forget(self)
            with self._lock:
                self._status = replace(self._status, running=False, message=message)

    def _hear(self, done: int, total: int, what: str) -> None:
        with self._lock:
            self._status = replace(self._status, done=done, total=total, what=what)
        self._turn.take(self._stop.is_set)
        if self._stop.is_set():
            raise StoppedError


_RUNS: dict[Hashable, Run] = {}
"""What runs now, of all sessions."""
_RUNS_LOCK = threading.Lock()


def _join(work: Work, watcher: object) -> Run:
    """The run of some work, begun now unless somebody else waits for it already."""
    with _RUNS_LOCK:
        run = _RUNS.get(work.key)
        if run is None:
            run = _RUNS[work.key] = Run(work)
            run.thread.start()
        run.watchers.add(watcher)
        return run


def _leave(run: Run, watcher: object) -> None:
    """Wait for a run no longer; the last one who leaves stops it."""
    with _RUNS_LOCK:
        run.watchers.discard(watcher)
        if run.watchers:
            return
        _forget(run)
    run.stop()


def _forget(run: Run) -> None:
    """Let nobody join a run any more; the lock is held."""
    if _RUNS.get(run.key) is run:
        del _RUNS[run.key]


class Worker:
    """What a session has running, or had last."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._left = Status()

    @property
    def status(self) -> Status:
        """How far the run is now."""
        return self._left if self._run is None else self._run.status

    def start(self, work: Work) -> None:
        """Begin a run or join it; one that was going on is left first."""
        self.close()
        self._run = _join(work, self)

    def stop(self) -> None:
        """Leave the run; it goes on only if another session waits for it."""
        run = self._run
        if run is None:
            return
        status = run.status
        if status.running:
            status = replace(status, running=False, message="stopped")
        self._left, self._run = status, None
        _leave(run, self)

    def close(self) -> None:
        """Stop, and wait a little for a thread that nobody else waits for."""
        run = self._run
        self.stop()
        if run is not None and not run.watchers:
            run.thread.join(PATIENCE_SECONDS)


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda worker: worker.close())
def session_worker(lesson: str) -> Worker:
    """The worker of a lesson in this session; it ends with the session."""
    del lesson
    return Worker()
