"""The command ``frenemy``. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from frenemy.cli_sweep import chart_runs, sweep_lesson, write_table
from frenemy.flags import LessonGroup, OneOf, chosen_knobs, knob_options
from frenemy.lessons import TITLES, Lesson, fact_rows, knobs_to_dict, load, plain
from frenemy.progress import Meter

STOPPED = 130
"""The exit code after Ctrl-C, as a shell reports it."""


class Door(click.Group):
    """The command as a whole: turns what goes wrong into one message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen subcommand."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nfrenemy: stopped", err=True)
            ctx.exit(STOPPED)
        except BrokenPipeError:
            raise  # whoever reads the output has enough, as `head`; click ends quietly
        except (ValueError, OSError) as error:
            click.echo(f"frenemy: {error}", err=True)
            ctx.exit(2)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from frenemy import __version__

        click.echo(f"frenemy {__version__}")
        ctx.exit()


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help="Show the version and exit.",
)  # fmt: skip
def main() -> None:
    """Games, GANs and recurrent nets: their training simulated, proved and drawn."""


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_lessons(as_json: bool) -> None:
    """List the lessons."""
    if as_json:
        lessons = [{"name": name, "title": title} for name, title in TITLES.items()]
        click.echo(json.dumps(lessons, indent=2))
        return
    for name, title in TITLES.items():
        click.echo(f"{name:<{max(map(len, TITLES))}}  {title}")


def _run_command(lesson: Lesson) -> click.Command:
    def run(as_json: bool, preset: str | None = None, **flags: Any) -> None:
        knobs = chosen_knobs(lesson, flags, preset)
        with Meter() as meter:
            facts = lesson.facts(lesson.perform(knobs, meter))
        if as_json:
            told = {"lesson": lesson.name, "knobs": knobs_to_dict(knobs), "facts": facts}
            click.echo(json.dumps(plain(told), indent=2, allow_nan=False))
        else:
            click.echo(f"{lesson.title}\n")
            click.echo(_table(fact_rows(facts)))

    options: list[click.Parameter] = [
        *knob_options(lesson),
        click.Option(["--json", "as_json"], is_flag=True, help="As JSON."),
    ]
    return click.Command(lesson.name, callback=run, params=options, help=f"{lesson.title}.")


@main.group("run", cls=LessonGroup, build=_run_command, subcommand_metavar="LESSON [FLAGS]...")
def run_lesson() -> None:
    """Run a lesson and print its facts, predicted beside measured."""


def _output_options() -> list[click.Option]:
    return [
        click.Option(
            ["--format", "formats"], multiple=True, type=OneOf("frenemy.figures.saving:FORMATS"),
            help="Format of the files; may be given several times.  [default: pdf]",
        ),
        click.Option(
            ["--style"], type=OneOf("frenemy.figures.style:STYLES"),
            help="Sizes and colours.  [default: slide]",
        ),
        click.Option(
            ["-o", "--output", "folder"], type=click.Path(file_okay=False, path_type=Path),
            help="Folder of the files.  [default: .]",
        ),
    ]  # fmt: skip


def _draw_command(lesson: Lesson) -> click.Command:
    @click.pass_context
    def draw(
        ctx: click.Context, figures: tuple[str, ...], preset: str | None = None, **flags: Any
    ) -> None:
        from frenemy.drawing import Output, draw

        outer = ctx.parent.params if ctx.parent else {}
        output = Output(
            flags["folder"] or outer["folder"] or Path(),
            flags["formats"] or outer["formats"] or ("pdf",),
            flags["style"] or outer["style"] or "slide",
        )
        knobs = chosen_knobs(lesson, flags, preset)
        with Meter() as meter:
            _tell(draw(lesson, knobs, output, figures=figures, progress=meter))

    options: list[click.Parameter] = [
        click.Option(
            ["--figure", "figures"], multiple=True, metavar="|".join(lesson.figures),
            help="Draw this one; may be given several times.  [default: all]",
        ),
        *_output_options(),
        *knob_options(lesson),
    ]  # fmt: skip
    return click.Command(lesson.name, callback=draw, params=options, help=f"{lesson.title}.")


@main.group(
    "draw", cls=LessonGroup, build=_draw_command, invoke_without_command=True,
    params=_output_options(), subcommand_metavar="[LESSON [FLAGS]...]",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Draw every figure of every lesson.")
@click.option(
    "--from", "source", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the figure in FILE again, from the recipe inside it.",
)  # fmt: skip
@click.pass_context
def draw_figures(
    ctx: click.Context, everything: bool, source: Path | None, formats: tuple[str, ...],
    style: str | None, folder: Path | None,
) -> None:  # fmt: skip
    """Draw the figures of a lesson into files.

    The knobs of a lesson are flags: frenemy draw LESSON --help shows them.
    """
    ways = [ctx.invoked_subcommand is not None, everything, source is not None]
    if sum(ways) != 1:
        raise click.UsageError("give a LESSON, or --all, or --from FILE, and only one of them", ctx)
    if ctx.invoked_subcommand is not None:
        return
    from frenemy.drawing import Output, changed_versions, draw, redraw

    folder = folder or Path()
    with Meter() as meter:
        if source is not None:
            for package, (then, now) in changed_versions(source).items():
                click.echo(f"frenemy: drawn with {package} {then}; here is {now}", err=True)
            _tell(redraw(source, folder, formats=formats, style=style, progress=meter))
        else:
            output = Output(folder, formats or ("pdf",), style or "slide")
            for lesson in map(load, TITLES):
                _tell(draw(lesson, lesson.knobs(), output, progress=meter))


@main.command("gallery")
@click.argument("lessons", nargs=-1, metavar="[LESSON]...")
@click.option("-o", "--output", "folder", default=Path("figures"), show_default=True,
              type=click.Path(file_okay=False, path_type=Path),
              help="Folder of the site.")  # fmt: skip
def draw_gallery(lessons: tuple[str, ...], folder: Path) -> None:
    """Draw every figure, and a site of them with stories, facts, commands and Python.

    Without a LESSON, of all lessons: that takes some minutes.
    """
    from frenemy.gallery.site import build

    with Meter() as meter:
        _tell(build(folder, lessons, progress=meter))


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[STREAMLIT OPTIONS]...")
def app(options: tuple[str, ...]) -> None:
    """Open the dashboard in the browser, for this machine only.

    Options go to Streamlit: frenemy app --server.port 9000
    """
    from frenemy.dashboard.launch import launch

    launch(options)


@main.command()
@click.argument("lesson", required=False)
@click.option("--plain", "as_text", is_flag=True, help="As readable lines instead of BibTeX.")
def cite(lesson: str | None, as_text: bool) -> None:
    """Print the literature: of one LESSON, or of all lessons and rules."""
    from frenemy.references import REFERENCES, find

    keys: Iterable[str] = load(lesson).references if lesson else REFERENCES
    found = [find(key) for key in keys]
    lines = [reference.plain if as_text else f"{reference.bibtex}\n" for reference in found]
    click.echo("\n".join(lines))


for command in (sweep_lesson, chart_runs, write_table):
    main.add_command(command)


def _tell(paths: Iterable[Path]) -> None:
    for path in paths:
        click.echo(path)


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    """Facts in columns; one that is not compared with a prediction stands across them."""
    compared = [("", "predicted", "measured", ""), *(row for row in rows if row[3])]
    label = max(len(row[0]) for row in rows)
    left, right = (max(len(row[column]) for row in compared) for column in (1, 2))
    lines = []
    for name, predicted, measured, words in [*compared[:1], *rows]:
        numbers = f"{predicted:>{left}}  {measured:>{right}}  {words}"
        lines.append(f"{name:<{label}}  {numbers if words or not name else measured}".rstrip())
    return "\n".join(lines)
