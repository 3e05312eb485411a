"""Commands that follow numbers: explain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cescore.cli.application import NUMBERS, app, begin, console
from cescore.cli.options import BY_LOCALE, HERE, Language, Root, Year, of_terminal, workspace

Depth = Annotated[int, typer.Option(help="Levels of steps shown below the number.", min=0)]
AsJson = Annotated[bool, typer.Option("--json", help="The steps as JSON on standard output.")]
ALL_LEVELS = 99


@app.command(rich_help_panel=NUMBERS)
def explain(
    entity: Annotated[str, typer.Argument(help="The entity's id or name.")],
    code: Annotated[
        str, typer.Argument(help="A code such as R01, or with its kind: score:R01, change:index:…")
    ],
    root: Root = HERE,
    year: Year = None,
    of: Annotated[
        int | None, typer.Option(help="An earlier year's number, as that evaluation has it.")
    ] = None,
    lang: Language = BY_LOCALE,
    depth: Depth = ALL_LEVELS,
    as_json: AsJson = False,
) -> None:
    """Follow a number back: formula, numbers put in, and each one's file, sheet and cell."""
    place, spoken = workspace(root), of_terminal(lang)
    tell_phase = begin(spoken, is_apart=True)
    from cescore.run.commands.explaining import TraceQuestion, answer

    found = answer(TraceQuestion(place, entity, code, year, spoken, of), tell_phase)
    if as_json:
        print(json.dumps(found.as_json(), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        for line in found.lines(depth):
            console.print(line, markup=False)
    raise typer.Exit(0 if found.agrees else 1)


@app.command(rich_help_panel=NUMBERS)
def revisions(
    a: Annotated[
        Path, typer.Argument(help="The earlier: a workspace, a run's folder, results.csv.")
    ],
    b: Annotated[Path, typer.Argument(help="The later, likewise.")],
    year: Year = None,
    lang: Language = BY_LOCALE,
    csv: Annotated[Path | None, typer.Option(help="Write what moved to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All moves as JSON.")] = False,
    show_all: Annotated[bool, typer.Option("--all", help="Every entity and every step.")] = False,
) -> None:
    """Say what moved between two vintages, value by value and grade by grade, and why."""
    begin(of_terminal(lang), is_apart=True)
    from cescore.evaluation.revising.revision import revise
    from cescore.run.commands.revisions import RevisionText, json_text, write_moves
    from cescore.run.results.vintages import open_side

    revision = revise(open_side(a, year), open_side(b, year))
    told = RevisionText(revision, of_terminal(lang), show_all)
    if csv is not None:
        write_moves(revision, csv)
    if as_json:
        print(json_text(told))
    else:
        for line in told.lines():
            console.print(line, markup=False)
