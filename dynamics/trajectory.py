"""What a simulation returns: the states it kept, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Outcome:
    """How a simulation ended. Its text is a sentence; divergence is an outcome, not an error.

    Attributes
    ----------
    steps : the number of steps taken.
    requested : the number of steps asked for.
    failed : for each start the step at which it left the region ``|z_i| <= limit`` or stopped being
        a number; 0 if it did not. Shape of the batch, ``()`` for a single start.
    limit : the bound of that region.
    cancelled : whether the caller stopped it.
    """

    steps: int
    requested: int
    failed: np.ndarray
    limit: float
    cancelled: bool = False

    @property
    def diverged(self) -> np.ndarray:
        """Which starts diverged: booleans of the batch's shape."""
        return self.failed > 0

    @property
    def ok(self) -> bool:
        """Whether every start completed every step."""
        return not self.cancelled and not self.diverged.any()

    @property
    def step(self) -> int | None:
        """The first step at which a start diverged, or None."""
        return int(self.failed[self.diverged].min()) if self.diverged.any() else None

    def __str__(self) -> str:
        sentences = []
        if self.failed.ndim == 0 and self.step is not None:
            sentences.append(f"Diverged at step {self.step:,}: {self._left()}.")
        elif self.step is not None:
            sentences.append(
                f"{self.diverged.sum():,} of {self.failed.size:,} starts diverged, "
                f"the first at step {self.step:,}: {self._left()}."
            )
        if self.cancelled:
            sentences.append(f"Cancelled after {self.steps:,} of {self.requested:,} steps.")
        elif not self.diverged.all():
            sentences.append(f"Completed {self.steps:,} steps.")
        return " ".join(sentences)

    def _left(self) -> str:
        return f"a coordinate left ±{self.limit:.0e} or is not a number"


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The kept states of one or many starts.

    Attributes
    ----------
    times : the steps (or, for a flow, the times) at which states were kept, shape ``(T,)``.
    states : the states there, shape ``(T, d, ...)``; with ``record`` whatever it returned, stacked
        on
        the first axis. A start that has diverged is NaN.
    outcome : how it ended.
    """

    times: np.ndarray
    states: np.ndarray
    outcome: Outcome

    @property
    def final(self) -> np.ndarray:
        """The last kept state, shape ``(d, ...)``."""
        return self.states[-1]
