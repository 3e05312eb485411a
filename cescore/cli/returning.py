"""Commands about returns: forms sent out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cescore.cli.application import RETURNS, app, begin, console
from cescore.cli.options import (
    BY_ITSELF,
    BY_LOCALE,
    HERE,
    Language,
    Progress,
    Root,
    of_reports,
    of_terminal,
    patterns,
    workspace,
)
from cescore.definitions.processors import usable_processors
from cescore.run.asked import Asked


@app.command(rich_help_panel=RETURNS)
def forms(
    root: Root = HERE,
    year: Annotated[
        int | None, typer.Option(help="The year that is asked for; else the newest in params/runs.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Entities that get one: ids or patterns such as 'district/*'."),
    ] = None,
    lang: Language = BY_LOCALE,
    out: Annotated[
        Path | None, typer.Option(help="Where they go; else output/forms/<year> of the workspace.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Forms made at once; 0: one per core.", min=0)] = 0,
    force: Annotated[
        bool, typer.Option("--force", help="Replace forms that are there already and differ.")
    ] = False,
    progress: Progress = BY_ITSELF,
) -> None:
    """Make the blank return of every entity for a year: one Excel workbook each, to be sent out."""
    begin(of_terminal(lang), progress)
    from cescore.run.commands.forms import make_forms

    asked = Asked(
        workspace(root),
        year,
        patterns(only),
        of_reports(lang),
        force=force,
        terminal=of_terminal(lang),
        progress=progress,
    )
    made = make_forms(asked, out, jobs or usable_processors(), console)
    for line in made.lines():
        console.print(line, markup=False)
    raise typer.Exit(made.exit_status)
