"""Equilibria in a bounded time, where all of them may be too many to wait for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from dynamics.matrix.extreme import Equilibrium, solve
from dynamics.matrix.lemke_howson import lemke_howson
from dynamics.matrix.payoffs import Matrix


@dataclass(frozen=True)
class Search:
    """What a bounded search found.

    Attributes
    ----------
    equilibria : exact, in the order of their strategies.
    complete : whether these are all extreme equilibria.
    seconds : how long it took.
    """

    equilibria: tuple[Equilibrium, ...]
    complete: bool
    seconds: float

    @property
    def guarantee(self) -> str:
        """What is promised of the answer."""
        if self.complete:
            return "These are all extreme equilibria."
        return (
            f"These are exact equilibria, found by the Lemke-Howson paths of all labels; the "
            f"search for others was ended after {self.seconds:.3g} s, so there may be more."
        )


class _StopError(Exception):
    pass


def search(A: Matrix, B: Matrix, *, seconds: float, cancel: Any = None) -> Search:
    """Lemke-Howson from every label, then complete enumeration as far as the time allows.

    Parameters
    ----------
    A, B : payoffs, shape ``(m, n)``.
    seconds : how long the enumeration may take.
    cancel : something with ``is_set()`` that ends it early.
    """
    began = time.monotonic()

    def watch(_: int) -> None:
        if time.monotonic() - began > seconds or (cancel is not None and cancel.is_set()):
            raise _StopError

    found: set[Equilibrium] = set()
    complete = False
    try:
        for label in range(len(A) + len(A[0])):
            if label:
                watch(label)
            found.add(lemke_howson(A, B, label).equilibrium)
        found = set(solve(A, B, progress=watch).equilibria)
        complete = True
    except _StopError:
        pass
    return Search(tuple(sorted(found, reverse=True)), complete, time.monotonic() - began)
