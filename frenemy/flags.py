"""Flags of the command, made from the knobs of a lesson."""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Callable, Mapping
from typing import Any

import click

from frenemy.lessons import TITLES, KnobSpec, Lesson, knob_specs, knobs_to_dict, load, make_knobs


class LessonGroup(click.Group):
    """A command with one subcommand a lesson, which is imported when it is named."""

    def __init__(self, *args: Any, build: Callable[[Lesson], click.Command], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.build = build

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the lessons."""
        return list(TITLES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The subcommand of a lesson; ValueError lists the lessons."""
        return self.build(load(cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the lessons without importing them."""
        with formatter.section("Lessons"):
            formatter.write_dl(list(TITLES.items()))


class OneOf(click.ParamType):
    """One of the names in ``module:attribute``, which is imported when first needed."""

    name = "name"

    def __init__(self, where: str):
        self.where = where

    @property
    def names(self) -> list[str]:
        """The names."""
        module, _, attribute = self.where.partition(":")
        return list(getattr(importlib.import_module(module), attribute))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The names, as the help shows them."""
        return "|".join(self.names)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value if it is one of the names."""
        if value not in self.names:
            near = difflib.get_close_matches(value, self.names, n=1)
            guess = f"; did you mean {near[0]!r}?" if near else ""
            self.fail(f"{value!r} is not one of {', '.join(self.names)}{guess}", param, ctx)
        return str(value)


def knob_options(lesson: Lesson) -> list[click.Option]:
    """A flag for every knob, and ``--preset`` if the lesson has presets. None means not given."""
    options = [_option(spec) for spec in knob_specs(lesson.knobs)]
    if lesson.presets:
        names = ", ".join(map(_flag, lesson.presets))
        text = f"Start from these knobs; other flags change them.  [{names}]"
        options.append(click.Option(["--preset"], metavar="NAME", help=text))
    return options


def chosen_knobs(lesson: Lesson, flags: Mapping[str, Any], preset: str | None = None) -> Any:
    """The knobs of a preset (or the defaults), changed by the flags that were given.

    Raises
    ------
    ValueError
        For an unknown preset or a value out of range.
    """
    base: dict[str, Any] = {}
    if preset is not None:
        presets = {_flag(name): knobs for name, knobs in lesson.presets.items()}
        if _flag(preset) not in presets:
            raise ValueError(
                f"the lesson {lesson.name!r} has no preset {preset!r}; "
                f"it has {', '.join(presets) or 'none'}"
            )
        base = knobs_to_dict(presets[_flag(preset)])
    names = [spec.name for spec in knob_specs(lesson.knobs)]
    given = {name: flags[name] for name in names if flags.get(name) is not None}
    return make_knobs(lesson.knobs, base | given)


def _flag(name: str) -> str:
    """A name as it is typed: ``taking-turns`` for ``taking turns``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _option(spec: KnobSpec) -> click.Option:
    flag = _flag(spec.name)
    label = spec.label.replace("$", "").replace("\\", "")
    says = ". ".join(filter(None, [label, spec.help.rstrip(".")]))
    text = f"{says}.  [{spec.range}; default: {spec.text(spec.default)}]"
    if spec.kind == "bool":
        return click.Option([f"--{flag}/--no-{flag}", spec.name], default=None, help=text)
    return click.Option([f"--{flag}", spec.name], metavar=spec.kind.upper(), help=text)
