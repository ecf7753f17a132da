"""Headline numbers: a prediction beside its measurement, in words and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ROUNDING = 1e-12
"""Two numbers that differ by less, relative to the larger, agree to rounding."""


@dataclass(frozen=True)
class Compared:
    """A number that theory predicts and a run measures.

    Attributes
    ----------
    predicted, measured : numbers of the same unit; None where there is none.
    """

    predicted: float | None
    measured: float | None

    @property
    def relative_difference(self) -> float:
        """Their distance over the larger magnitude; NaN where one is not a finite number."""
        if self.predicted is None or self.measured is None:
            return math.nan
        predicted, measured = float(self.predicted), float(self.measured)
        if not (math.isfinite(predicted) and math.isfinite(measured)):
            return math.nan
        scale = max(abs(predicted), abs(measured))
        return abs(measured - predicted) / scale if scale else 0.0

    @property
    def in_words(self) -> str:
        """How far apart the two are, as half a sentence."""
        if self.predicted is None:
            return "theory predicts no number"
        if self.measured is None:
            return "not measured"
        apart = self.relative_difference
        if math.isnan(apart):
            same = float(self.predicted) == float(self.measured)
            return "both infinite" if same else "one of the two is not finite"
        if apart < ROUNDING:
            return "equal to rounding"
        if apart < 1e-3:
            return f"equal to {math.floor(-math.log10(apart))} digits"
        return f"apart by {100 * apart:.2g} %"


def fact_rows(facts: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """The facts as text: (label, predicted, measured, in words) each.

    A fact that is no :class:`Compared` stands under measured.
    """
    rows = []
    for label, value in facts.items():
        if isinstance(value, Compared):
            rows.append((label, _text(value.predicted), _text(value.measured), value.in_words))
        else:
            rows.append((label, "", _text(value), ""))
    return rows


def plain(value: Any) -> Any:
    """A value in the types that strict JSON has.

    NaN is None, an infinite number is ``"Infinity"`` or ``"-Infinity"``, a :class:`Compared` an
    object, an array a list, and what JSON has no type for (a fraction, a formula) its text.
    """
    if isinstance(value, Compared):
        return {"predicted": plain(value.predicted), "measured": plain(value.measured)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return _finite(value)
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _finite(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float(value)


def _text(value: Any) -> str:
    value = value.item() if hasattr(value, "item") and getattr(value, "size", 0) == 1 else value
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.8g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return str(value)
