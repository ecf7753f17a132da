"""Proofs about training rules: the exact iteration matrix and all that follows from it."""

from __future__ import annotations

from dynamics.analysis.analyse import analyse
from dynamics.analysis.verdict import Verdict

__all__ = ["Verdict", "analyse"]
