"""Knobs: what can be set in a lesson, declared once as the fields of a frozen dataclass.

The page's controls, the command's flags, a sweep's axes and the permalink all read the
:class:`KnobSpec` of a field and set it through :func:`make_knobs`.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

KINDS = ("bool", "int", "float", "choice", "choices", "formula", "text", "file")
"""``choice`` is one of several names, ``choices`` a tuple of them, ``formula`` is text that a
parser will read, ``file`` the path of a file on the machine that computes."""
WRITTEN = ("formula", "text", "file")
"""The kinds of which any text is a value."""

RESERVED = frozenset(
    [
        "all",
        "figure",
        "format",
        "from",
        "help",
        "json",
        "lecture",
        "lesson",
        "output",
        "preset",
        "style",
    ]
)
"""Names that the command and the permalink use for themselves."""

MAX_TEXT = 500
_FLAGS = {"true": True, "yes": True, "on": True, "1": True} | {
    "false": False, "no": False, "off": False, "0": False
}  # fmt: skip

Knobs = TypeVar("Knobs")


@dataclass(frozen=True)
class KnobSpec:
    """One knob.

    Attributes
    ----------
    name : of the field.
    kind : one of ``KINDS``.
    default : its value unless set.
    label : what the control is called; may hold ``$…$``.
    help : a sentence on what it does.
    low, high : smallest and largest value, both allowed; for ``choices``, how many may be chosen.
    step : between two positions of a slider, or None.
    log : whether a slider is logarithmic.
    choices : the names of a ``choice`` or of ``choices``.
    group : under which heading the page shows it, where there are many; nothing for none.
    """

    name: str
    kind: str
    default: Any
    label: str
    help: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    log: bool = False
    choices: tuple[str, ...] = ()
    group: str = ""

    @property
    def type(self) -> type:
        """The Python type of a value."""
        types = {"bool": bool, "int": int, "float": float, "choices": tuple}
        return types.get(self.kind, str)

    @property
    def range(self) -> str:
        """In words, what a value may be."""
        match self.kind:
            case "bool":
                return "true or false"
            case "choice":
                return f"one of {', '.join(self.choices)}"
            case "choices":
                return f"any of {', '.join(self.choices)}{self._count()}"
            case "int" | "float":
                what = "a whole number" if self.kind == "int" else "a number"
                return f"{what}{self._interval()}"
        what = "the path of a file" if self.kind == "file" else f"a {self.kind}"
        return f"{what} of at most {MAX_TEXT} characters"

    def convert(self, value: Any) -> Any:
        """The value in its own type, from that type or from text.

        Raises
        ------
        ValueError
            Naming knob, value and range.
        """
        try:
            converted = _CONVERTERS[self.kind](self, value)
        except (TypeError, ValueError, OverflowError):
            raise self.refusal(value) from None
        if not self._within(converted):
            raise self.refusal(value)
        return converted

    def text(self, value: Any) -> str:
        """The shortest text that :meth:`convert` reads back as ``value``."""
        if self.kind == "bool":
            return str(value).lower()
        return ",".join(value) if self.kind == "choices" else str(value)

    def refusal(self, value: Any) -> ValueError:
        """What is wrong with a value and what would be right."""
        pieces = _pieces(value) if isinstance(value, (str, list, tuple)) else []
        odd = next((piece for piece in pieces if piece not in self.choices), "")
        near = difflib.get_close_matches(odd, self.choices, n=1)
        remedy = f"; did you mean {near[0]!r}?" if near else f"; try {self.text(self.default)!r}"
        return ValueError(f"{self.name} must be {self.range}; got {value!r:.80}{remedy}")

    def _within(self, value: Any) -> bool:
        number = len(value) if self.kind == "choices" else value
        above = self.low is None or number >= self.low
        return above and (self.high is None or number <= self.high)

    def _interval(self) -> str:
        if self.low is not None and self.high is not None:
            return f" from {self.low:g} to {self.high:g}"
        if self.low is not None:
            return f" of at least {self.low:g}"
        return "" if self.high is None else f" of at most {self.high:g}"

    def _count(self) -> str:
        parts = [("at least", self.low), ("at most", self.high)]
        words = [f"{word} {bound:g}" for word, bound in parts if bound is not None]
        return f" ({' and '.join(words)})" if words else ""


def knob(
    default: Any,
    *,
    label: str,
    help: str = "",  # noqa: A002
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    log: bool = False,
    choices: Iterable[str] | None = None,
    kind: str | None = None,
    group: str = "",
) -> Any:
    """A field of a knobs dataclass: ``lr: float = knob(0.1, label="Step size", low=0, high=1)``.

    Parameters
    ----------
    default : a bool, int, float, str, or (with ``choices``) a tuple of str; says the kind.
    kind : one of ``KINDS`` where the default does not say it: ``"formula"`` or ``"file"``.
    label, help, low, high, step, log, choices, group : see :class:`KnobSpec`.

    Raises
    ------
    ValueError
        If the default breaks the knob's own rule, or the rule makes no sense.
    """
    names = tuple(choices or ())
    spec = KnobSpec(
        "knob",
        kind or _kind(default, names),
        default,
        label,
        help,
        low,
        high,
        step,
        log,
        names,
        group,
    )
    _check(spec)
    return dataclasses.field(default=default, metadata={"knob": spec})


def knob_specs(knobs_type: type) -> tuple[KnobSpec, ...]:
    """The knobs that a frozen dataclass declares, in order.

    Raises
    ------
    ValueError
        If it is no frozen dataclass, or a field is not a :func:`knob` or has a reserved name.
    """
    parameters = getattr(knobs_type, "__dataclass_params__", None)
    if not isinstance(knobs_type, type) or parameters is None or not parameters.frozen:
        raise ValueError(f"knobs must be a class with @dataclass(frozen=True); got {knobs_type!r}")
    specs = []
    for field in dataclasses.fields(knobs_type):
        if "knob" not in field.metadata:
            raise ValueError(f"the field {field.name!r} must be declared by knob(default, label=…)")
        if field.metadata["knob"].kind == "int" and field.type in ("float", float):
            raise ValueError(f"the default of {field.name!r} must be a float, as in 1.0")
        if field.name in RESERVED:
            raise ValueError(
                f"no knob may be called {field.name!r}, which the command uses; choose another "
                f"name than {', '.join(sorted(RESERVED))}"
            )
        specs.append(dataclasses.replace(field.metadata["knob"], name=field.name))
    return tuple(specs)


def make_knobs(knobs_type: type[Knobs], values: Mapping[str, Any]) -> Knobs:
    """Knobs with these values, given in their own type or as text; the rest keep their defaults.

    Raises
    ------
    ValueError
        Naming the knob, the value, what is allowed, and the nearest name that is.
    """
    specs = {spec.name: spec for spec in knob_specs(knobs_type)}
    for name in values:
        if name not in specs:
            near = difflib.get_close_matches(str(name), specs, n=1)
            guess = f" Did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"there is no knob {name!r}.{guess} Knobs: {', '.join(specs)}")
    return knobs_type(**{name: specs[name].convert(value) for name, value in values.items()})


def knobs_to_dict(knobs: Any) -> dict[str, Any]:
    """Name -> value in types that JSON has (tuples as lists); :func:`make_knobs` reads it."""
    values = {spec.name: getattr(knobs, spec.name) for spec in knob_specs(type(knobs))}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


def knobs_to_query(knobs: Any) -> dict[str, str]:
    """Name -> text of the knobs that are not at their default; :func:`make_knobs` reads it."""
    return {
        spec.name: spec.text(value)
        for spec in knob_specs(type(knobs))
        if (value := getattr(knobs, spec.name)) != spec.default
    }


def _kind(default: Any, choices: tuple[str, ...]) -> str:
    if isinstance(default, str):
        return "choice" if choices else "text"
    kinds = {bool: "bool", int: "int", float: "float", tuple: "choices"}
    if type(default) not in kinds:
        raise ValueError(
            f"a knob's default must be bool, int, float, str or tuple; got {default!r}"
        )
    return kinds[type(default)]


def _check(spec: KnobSpec) -> None:
    if spec.kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {spec.kind!r}")
    if not spec.label:
        raise ValueError("a knob needs a label")
    if (spec.kind in ("choice", "choices")) != bool(spec.choices):
        raise ValueError(
            f"{spec.label}: give choices with a default of str or tuple, and only then"
        )
    if spec.kind in ("bool", "choice", *WRITTEN) and (spec.low, spec.high) != (None, None):
        raise ValueError(f"{spec.label}: low and high are for numbers and for choices")
    if any("," in choice for choice in spec.choices):
        raise ValueError(f"{spec.label}: a choice may hold no comma; got {spec.choices}")
    if spec.low is not None and spec.high is not None and not spec.low < spec.high:
        raise ValueError(f"{spec.label}: low must be below high; got {spec.low} and {spec.high}")
    if spec.log and (spec.low is None or spec.low <= 0 or spec.high is None):
        raise ValueError(f"{spec.label}: a logarithmic knob needs high and a low above 0")
    if type(converted := spec.convert(spec.default)) is not type(spec.default):
        raise ValueError(f"{spec.label}: the default {spec.default!r} should be {converted!r}")


def _to_bool(_: KnobSpec, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _FLAGS:
        return _FLAGS[value.strip().lower()]
    raise ValueError


def _to_int(_: KnobSpec, value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError
    if isinstance(value, str):
        value = float(value) if "e" in value.lower() or "." in value else int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else operator.index(value)


def _to_float(_: KnobSpec, value: Any) -> float:
    number = float(value)
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError
    return number


def _to_choice(spec: KnobSpec, value: Any) -> str:
    if value not in spec.choices:
        raise ValueError
    return str(value)


def _to_choices(spec: KnobSpec, value: Any) -> tuple[str, ...]:
    chosen = tuple(_pieces(value))
    if len(set(chosen)) < len(chosen) or not set(chosen) <= set(spec.choices):
        raise ValueError
    return chosen


def _pieces(value: Any) -> list[str]:
    pieces = value.split(",") if isinstance(value, str) else map(str, value)
    return [piece.strip() for piece in pieces if piece.strip()]


def _to_text(_: KnobSpec, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError
    return value


_CONVERTERS = {
    "bool": _to_bool,
    "int": _to_int,
    "float": _to_float,
    "choice": _to_choice,
    "choices": _to_choices,
    "formula": _to_text,
    "text": _to_text,
    "file": _to_text,
}
