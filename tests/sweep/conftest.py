"""Workers that know the lesson of these tests."""

import json
import os

import pytest

from frenemy import lessons
from tests.sweep import mortal

PRELOAD = ["tests.sweep.mortal"]


@pytest.fixture
def lesson(monkeypatch):
    """The lesson, known here and to every worker that is started."""
    import distributed  # noqa: F401 - its settings must be there before some are changed
    from dask import config

    monkeypatch.setitem(lessons.TITLES, "mortal", mortal.LESSON.title)
    mortal.register()
    with config.set({"distributed.worker.preload": PRELOAD}):
        yield mortal.LESSON


@pytest.fixture
def environment():
    """For a process of its own, whose workers know the lesson as well."""
    return {**os.environ, "DASK_DISTRIBUTED__WORKER__PRELOAD": json.dumps(PRELOAD)}
