"""Lessons that train run on one thread, so that every door gives the same bits, and none waits.

Sums over several threads round differently, and torch's pools of a second Python thread wait for
each other: on two cores a small net that trains in the background of the page is three to five
times slower with two threads than with one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread inside, in this Python thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def on_one_thread(run: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """A lesson's ``run`` inside :func:`one_thread`."""

    @functools.wraps(run)
    def wrapped(*arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        with one_thread():
            return run(*arguments, **named)

    return wrapped
