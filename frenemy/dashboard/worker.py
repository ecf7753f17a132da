"""A long run in the background, one at a time for a session; it never touches the page."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace

import streamlit as st

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
    message : why it ended without a result, or nothing.
    """

    work: Work | None = None
    running: bool = False
    done: int = 0
    total: int = 1
    what: str = ""
    message: str = ""

    @property
    def share(self) -> float:
        """Part that is done, from 0 to 1."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total > 0 else 0.0


class Worker:
    """Runs lessons in a thread of its own and tells how far it is; safe to ask from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._status = Status()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def status(self) -> Status:
        """How far the run is now."""
        with self._lock:
            return self._status

    def start(self, work: Work) -> None:
        """Begin a run; one that is still going on is stopped first."""
        self.close()
        self._stop = threading.Event()
        self._status = Status(work, running=True, what="starting")
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the run to end at the next sign of progress."""
        self._stop.set()

    def close(self) -> None:
        """Stop, and wait a little for the thread to end."""
        self.stop()
        if self._thread is not None:
            self._thread.join(PATIENCE_SECONDS)

    def _run(self, work: Work) -> None:
        stop = self._stop
        try:
            work.result(lambda *progress: self._hear(stop, *progress))
            self._end(stop, "")
        except StoppedError:
            self._end(stop, "stopped")
        except ValueError as error:
            self._end(stop, str(error))
        except Exception as error:
            logging.getLogger(__name__).exception("the run of %s failed", work.lesson.name)
            self._end(stop, f"the run failed: {type(error).__name__}: {error}")

    def _hear(self, stop: threading.Event, done: int, total: int, what: str) -> None:
        if stop.is_set():
            raise StoppedError
        with self._lock:
            self._status = replace(self._status, done=done, total=total, what=what)

    def _end(self, stop: threading.Event, message: str) -> None:
        with self._lock:
            if stop is self._stop:
                self._status = replace(self._status, running=False, message=message)


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda worker: worker.close())
def session_worker(lesson: str) -> Worker:
    """The worker of a lesson in this session; it ends with the session."""
    del lesson
    return Worker()
