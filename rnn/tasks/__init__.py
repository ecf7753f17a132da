"""Tasks for recurrent nets, each with the baselines that need no memory.

To add one, copy a sibling file and add a line to ``TASKS``.
"""

from __future__ import annotations

from rnn.tasks._task import Batch, Task
from rnn.tasks.digits import DigitRows
from rnn.tasks.forecast import Forecast
from rnn.tasks.synthetic import Adding, Copying, TemporalOrder
from rnn.tasks.text import TAGS, Characters, Tagging, english, tags_of, text_of

TASKS: dict[str, type[Task]] = {
    "adding": Adding,
    "copying": Copying,
    "temporal-order": TemporalOrder,
    "language": Characters,
    "tagging": Tagging,
    "digits": DigitRows,
    "forecast": Forecast,
}
"""Name -> class; all have working defaults."""

__all__ = [
    "TAGS",
    "TASKS",
    "Adding",
    "Batch",
    "Characters",
    "Copying",
    "DigitRows",
    "Forecast",
    "Tagging",
    "Task",
    "TemporalOrder",
    "english",
    "tags_of",
    "text_of",
]
