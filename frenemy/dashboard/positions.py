"""Where a slider can stand and how far one push of a field's button goes."""

from __future__ import annotations

import math

from frenemy.lessons import KnobSpec

_DECADE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
_PLACES = 200


def slider_step(spec: KnobSpec) -> float | int:
    """The step of an evenly divided slider, of the knob's own type."""
    if spec.step is not None:
        return int(spec.step) if spec.kind == "int" else float(spec.step)
    if spec.kind == "int":
        return 1
    return _round_down(_span(spec) / _PLACES)


def slider_positions(spec: KnobSpec, value: float) -> list[float]:
    """The places of a logarithmic slider: round numbers, both ends, and the value that is set."""
    low, high = float(spec.low or 1), float(spec.high or 1)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    places = {float(f"{step}e{decade}") for decade in decades for step in _DECADE}
    if spec.kind == "int":
        places = {round(place) for place in places}
    inside = {place for place in places if low < place < high}
    return sorted(inside | {spec.type(low), spec.type(high), spec.type(value)})


def number_step(spec: KnobSpec, value: float) -> float | int:
    """How far a push of the field's button goes: on a logarithmic scale a tenth or less."""
    if spec.kind == "int" or spec.step is not None:
        return 1 if spec.step is None else slider_step(spec)
    if spec.log:
        return float(f"1e{math.floor(math.log10(value)) - 1}")
    return slider_step(spec) if _span(spec) else 0.1


def _span(spec: KnobSpec) -> float:
    return 0.0 if spec.low is None or spec.high is None else float(spec.high) - float(spec.low)


def _round_down(number: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above the number."""
    power = 10.0 ** math.floor(math.log10(number))
    first = max(step for step in (1, 2, 5) if step * power <= number * (1 + 1e-9))
    return float(f"{first * power:.12g}")
