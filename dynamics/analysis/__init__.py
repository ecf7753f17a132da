"""Proofs about training rules: the exact iteration matrix and all that follows from it."""

from __future__ import annotations

from dynamics.analysis.analyse import analyse
from dynamics.analysis.region import StabilityRegion, stability_region
from dynamics.analysis.verdict import Verdict

__all__ = ["StabilityRegion", "Verdict", "analyse", "stability_region"]
