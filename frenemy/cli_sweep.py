"""The commands of sweeps: compute one, draw one, write one as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from frenemy.flags import LessonGroup, OneOf, chosen_knobs, knob_options
from frenemy.lessons import Lesson
from frenemy.progress import Meter

STORE = click.Path(dir_okay=False, path_type=Path)


def _sweep_command(lesson: Lesson) -> click.Command:
    def run(
        vary: tuple[str, ...], seeds: int | None, output: Path, resume: bool, cluster: str,
        processes: int | None, preset: str | None = None, **flags: Any,
    ) -> None:  # fmt: skip
        from frenemy.sweep import Plan, parse_axis, read_runs
        from frenemy.sweep.computation import compute
        from frenemy.sweep.plan import changed_knobs

        base = changed_knobs(lesson, chosen_knobs(lesson, flags, preset))
        plan = Plan(lesson.name, tuple(parse_axis(lesson, text) for text in vary), seeds or 0, base)
        try:
            with Meter() as meter:
                compute(plan, output, resume=resume, cluster=cluster, processes=processes,
                        progress=meter)  # fmt: skip
        except KeyboardInterrupt:
            click.echo(f"\n{_told(output)}; go on with the same command and --resume", err=True)
            raise
        click.echo(_told(output))
        for outcome in read_runs(output).outcomes.values():
            if outcome.reason:
                click.echo(f"frenemy: one of them was {outcome.state}: {outcome.reason}", err=True)
                break

    own = [
        click.Option(
            ["--vary"], multiple=True, metavar="KNOB=VALUES",
            help="An axis: lr=0.01:1:log:50, lr=0:1:21, rule=adam,cgd, or loss=* for all choices. "
                 "May be given several times.",
        ),
        click.Option(["--seeds"], type=click.IntRange(1), metavar="N",
                     help="So many seeds of every point, from the lesson's seed on."),
        click.Option(["-o", "--output"], type=STORE, required=True, metavar="FILE",
                     help="The store: every point is in it as soon as it is computed."),
        click.Option(["--resume"], is_flag=True,
                     help="Go on with a store that is there; compute only what is missing."),
        click.Option(["--cluster"], default="", metavar="ADDRESS",
                     help="Of a Dask scheduler, as tcp://host:8786.  [default: this machine]"),
        click.Option(["--processes"], type=click.IntRange(1), metavar="N",
                     help="On this machine.  [default: one a core]"),
    ]  # fmt: skip
    taken = {option.name for option in own}
    knobs = [option for option in knob_options(lesson) if option.name not in taken]
    return click.Command(
        lesson.name, callback=run, params=[*own, *knobs],
        help=f"{lesson.title}, over a grid. A knob that is called as a flag of the sweep is set by "
             "--vary, with one value.",
    )  # fmt: skip


@click.group("sweep", cls=LessonGroup, build=_sweep_command, subcommand_metavar="LESSON [FLAGS]...")
def sweep_lesson() -> None:
    """Run a lesson over a grid of knobs and seeds, and keep its facts."""


@click.command("chart")
@click.argument("store", type=STORE)
@click.option(
    "--fact", help="What is drawn, or a part of its name; without it, the facts are listed."
)
@click.option(
    "--at", multiple=True, metavar="KNOB=VALUE", help="Hold an axis; may be given several times."
)
@click.option("--format", "formats", multiple=True, type=OneOf("frenemy.figures.saving:FORMATS"),
              help="Format of the files; may be given several times.  [default: pdf]")  # fmt: skip
@click.option("--style", default="slide", type=OneOf("frenemy.figures.style:STYLES"),
              help="Sizes and colours.  [default: slide]")  # fmt: skip
@click.option("-o", "--output", default=Path(), type=click.Path(file_okay=False, path_type=Path),
              help="Folder of the files.  [default: .]")  # fmt: skip
def chart_runs(
    store: Path, fact: str | None, at: tuple[str, ...], formats: tuple[str, ...], style: str,
    output: Path,
) -> None:  # fmt: skip
    """Draw a fact of a sweep, with its interval over the seeds, or as a map."""
    from frenemy.drawing import write_whole
    from frenemy.figures.saving import render
    from frenemy.sweep import chart, read_runs
    from frenemy.sweep.charts import fact_named, recipe_of_chart
    from frenemy.sweep.runs import PREDICTED

    runs = read_runs(store)
    if fact is None:
        for name in runs.facts():
            if not name.startswith(PREDICTED):
                click.echo(name)
        return
    held = dict(text.partition("=")[::2] for text in at)
    fact = fact_named(runs, fact)
    figure = chart(runs, fact, at=held)
    recipe = recipe_of_chart(runs, fact, held, style)
    for ending in formats or ("pdf",):
        path = output / f"{store.stem}.{ending}"
        write_whole(path, render(figure, ending, style=style, recipe=recipe))
        click.echo(path)


@click.command("table")
@click.argument("store", type=STORE)
@click.option("-o", "--output", type=STORE, metavar="FILE",
              help="A CSV file, instead of the screen.")  # fmt: skip
def write_table(store: Path, output: Path | None) -> None:
    """Write a sweep as CSV: a row for every point."""
    from frenemy.drawing import write_whole
    from frenemy.sweep import read_runs

    text = read_runs(store).to_pandas().to_csv(index=False)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text.encode())
        click.echo(output)


def _told(store: Path) -> str:
    """What a store holds, in words."""
    from frenemy.sweep import read_runs

    counts = read_runs(store).counts()
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    return f"{store}: {sum(counts.values())} points, {told}"
