"""Changes of knobs as text: ``lr_d=0.001; penalty=R1``, and when: ``300: lr_d=0.001 | 500: …``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from frenemy.lessons._knobs import knob_specs, knobs_to_dict, make_knobs

_MOMENT = re.compile(r"\s*(\d{1,9})\s*:(.*)", re.DOTALL)


def changed(knobs: Any, text: str) -> Any:
    """The knobs with some of them changed.

    Parameters
    ----------
    knobs : of any lesson. text : ``name=value`` parts with semicolons between them, or nothing.

    Raises
    ------
    ValueError
        If a part is no ``name=value``, there is no such knob, or the value breaks its rule.
    """
    values: dict[str, Any] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(
                f"{part!r} must be a change such as 'lr=0.01'; put semicolons between changes"
            )
        values[name.strip()] = value.strip()
    return make_knobs(type(knobs), knobs_to_dict(knobs) | values) if values else knobs


def changes_between(before: Any, after: Any, names: Iterable[str] = ()) -> str:
    """The text that turns knobs into others; of ``names`` only, if there are any."""
    wanted = set(names) or {spec.name for spec in knob_specs(type(before))}
    return "; ".join(
        f"{spec.name}={spec.text(getattr(after, spec.name))}"
        for spec in knob_specs(type(before))
        if spec.name in wanted and getattr(before, spec.name) != getattr(after, spec.name)
    )


def schedule(text: str) -> list[tuple[int, str]]:
    """When to change what, in the order of the steps.

    Raises
    ------
    ValueError
        If a part does not begin with a step and a colon.
    """
    found = []
    for part in filter(None, map(str.strip, text.split("|"))):
        match = _MOMENT.fullmatch(part)
        if match is None:
            raise ValueError(
                f"{part!r} must be a step and changes such as '300: lr=0.01'; put '|' between them"
            )
        found.append((int(match[1]), match[2].strip()))
    return sorted(found, key=lambda moment: moment[0])


def schedule_text(moments: Iterable[tuple[int, str]]) -> str:
    """The text that :func:`schedule` reads back."""
    return " | ".join(f"{step}: {changes}" for step, changes in moments)
