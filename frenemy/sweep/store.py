"""The store of a sweep: one SQLite file that only the parent writes, one commit a point."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from frenemy.drawing import versions_here
from frenemy.sweep.plan import Plan
from frenemy.sweep.point import STATES, Outcome, code_version

FORMAT = "frenemy sweep 1"
"""What the file says of itself."""
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE points (
    key TEXT PRIMARY KEY, state TEXT NOT NULL, facts TEXT NOT NULL, reason TEXT NOT NULL,
    seconds REAL NOT NULL, digest TEXT NOT NULL
) STRICT;
"""


class StoreError(ValueError):
    """A file is no store, belongs to something else, or cannot be written."""


class Store:
    """What is known of the points of a plan. Nothing in the file is executed or unpickled.

    Every point is committed by itself: whatever ends the process, the points before it are there.

    Parameters
    ----------
    path : of the file. resume : whether to go on with a file that is there.

    Raises
    ------
    StoreError
        If the file is there and not to be resumed, is no store, is damaged, is of another lesson or
        of another version of it, or cannot be written.
    """

    def __init__(self, path: str | Path, plan: Plan, *, resume: bool = False):
        self.path = Path(path)
        if self.path.exists() and self.path.stat().st_size and not resume:
            raise StoreError(
                f"{self.path} is there already; resume it, or choose another name for this sweep"
            )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _told(self.path):
            self._database = _opened(self.path, "rwc")
            fresh = not _tables(self._database)
        if not fresh:
            earlier = _plan(self.path, self._database)
            _check(self.path, earlier, plan, _about(self._database, "version"))
            self.known()
        with _told(self.path):
            self._database.execute("PRAGMA journal_mode=WAL")
            if fresh:
                self._database.executescript(f"BEGIN; {_TABLES} COMMIT;")
            self._tell(
                format=FORMAT, plan=plan.to_json(), version=code_version(plan.lesson),
                packages=json.dumps(versions_here()),
            )  # fmt: skip

    def known(self) -> set[str]:
        """The keys of the points that need not be computed again."""
        with _told(self.path):
            found = _points(self._database)
            return {key for key, outcome in found.items() if outcome.state != "lost"}

    def keep(self, outcome: Outcome) -> None:
        """Write a point; the same point twice is written once."""
        row = [*outcome]
        row[2] = json.dumps(outcome.facts, allow_nan=False)
        with _told(self.path), self._database:
            self._database.execute(
                "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?)", (*row, _digest(row))
            )

    def close(self) -> None:
        """Leave one whole file behind, which can be read without a file beside it."""
        with suppress(sqlite3.OperationalError):  # a full disk, or somebody who reads just now
            self._database.execute("PRAGMA journal_mode=DELETE")
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tell(self, **values: str) -> None:
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", values.items())


def read_store(path: str | Path) -> tuple[Plan, dict[str, Outcome]]:
    """The plan of a store and what is known of its points; nothing is written.

    Raises
    ------
    StoreError
        If it is no store, or damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise StoreError(f"{path} is not there; give the file that a sweep has written")
    with _told(path):
        database = _opened(path, "ro")
        try:
            plan = _plan(path, database)
            return plan, _points(database)
        finally:
            database.close()


def _points(database: sqlite3.Connection) -> dict[str, Outcome]:
    """Key -> point, of all points that are there."""
    rows = database.execute("SELECT key, state, facts, reason, seconds, digest FROM points")
    return {row[0]: _outcome(row[:-1], row[-1]) for row in rows}


def _outcome(row: Sequence[Any], digest: str) -> Outcome:
    """A point, if it is what was written."""
    key, state, facts, reason, seconds = row
    if _digest(row) != digest or state not in STATES:
        raise ValueError(f"the point {key!r:.40} is damaged")
    return Outcome(key, state, json.loads(facts), reason, seconds)


def _digest(row: Sequence[Any]) -> str:
    return hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:16]


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    database = sqlite3.connect(uri, uri=True, timeout=30)
    database.execute("PRAGMA trusted_schema=OFF")
    if database.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
        raise sqlite3.DatabaseError("its pages do not fit together")
    return database


def _tables(database: sqlite3.Connection) -> set[str]:
    rows = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {name for (name,) in rows}


def _about(database: sqlite3.Connection, name: str) -> Any:
    found = database.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
    return found[0] if found else None


def _plan(path: Path, database: sqlite3.Connection) -> Plan:
    with _told(path):
        if not {"about", "points"} <= _tables(database) or _about(database, "format") != FORMAT:
            raise StoreError(f"{path} is no store of a sweep; choose another file")
        try:
            return Plan.from_json(_about(database, "plan"))
        except (TypeError, AttributeError) as error:
            raise ValueError(f"its plan cannot be read: {error}") from None


def _check(path: Path, earlier: Plan, plan: Plan, code: str) -> None:
    """Whether points of an earlier plan may stand beside those of this one."""
    if earlier.lesson != plan.lesson:
        raise StoreError(
            f"{path} holds a sweep of {earlier.lesson!r}, not of {plan.lesson!r}; choose another "
            "file"
        )
    if code != code_version(plan.lesson):
        raise StoreError(
            f"{path} was written by another version of the lesson {plan.lesson!r} or of its knobs: "
            "its points would not fit to new ones; choose another file, or read it as it is"
        )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What SQLite, the disk or the text in a file complains about, as one clear message."""
    try:
        yield
    except StoreError:
        raise
    except (sqlite3.Error, OSError, ValueError, RecursionError) as error:
        for sign, remedy in _REMEDIES.items():
            if sign in str(error):
                raise StoreError(f"{path}: {error}; {remedy}") from None
        raise StoreError(f"{path} cannot be used as a store: {error}") from None


_REMEDIES = {
    "full": "what was computed before is kept: make room, and resume",
    "disk I/O": "what was computed before is kept: see to the disk, and resume",
    "locked": "another sweep writes it; wait for it, or choose another file",
    "readonly": "it may not be written; change its permissions, or choose another file",
}
"""Sign in a message -> what helps."""
