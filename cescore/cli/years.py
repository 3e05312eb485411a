"""Commands of the turn of the year: new-year, back-test."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cescore.cli.application import YEARS, app, begin, console
from cescore.cli.options import (
    BY_LOCALE,
    HERE,
    Language,
    Root,
    of_reports,
    of_terminal,
    workspace,
)
from cescore.definitions.processors import usable_processors

NewYearOf = Annotated[int, typer.Argument(help="The year that begins, such as 2026.")]
From = Annotated[
    int | None, typer.Option("--from", help="The year it begins from; else the year before.")
]
Dry = Annotated[bool, typer.Option("--dry", help="Say what would be made, and make nothing.")]
Forms = Annotated[bool, typer.Option("--forms/--no-forms", help="Make the forms of the year too.")]
Published = Annotated[
    Path | None,
    typer.Option(help="Results as published: results.csv, or its folder; else output/<year>."),
]


@app.command("new-year", rich_help_panel=YEARS)
def new_year(
    year: NewYearOf,
    root: Root = HERE,
    before: From = None,
    lang: Language = BY_LOCALE,
    dry: Dry = False,
    forms: Forms = True,
) -> None:
    """Begin a year: folders, run file, next plan, forms; keep the old method; back-test the old year."""
    begin(of_terminal(lang))
    from cescore.run.commands.year_telling import YearAsked, tell_new_year

    begun_from = year - 1 if before is None else before
    jobs = usable_processors() if forms else 0
    asked = YearAsked(
        workspace(root),
        year,
        begun_from,
        of_reports(lang),
        of_terminal(lang),
        is_dry=dry,
        is_older_meant=before is not None,
        jobs=jobs,
    )
    raise typer.Exit(tell_new_year(asked, console))


@app.command("back-test", rich_help_panel=YEARS)
def back_test(
    year: Annotated[int, typer.Argument(help="The year that was published, such as 2025.")],
    root: Root = HERE,
    published: Published = None,
    into: Annotated[
        Path | None, typer.Option(help="Write every number that moved to this CSV file.")
    ] = None,
    lang: Language = BY_LOCALE,
) -> None:
    """Compute a published year again; exit status 1 if a number moved, each named with its cause."""
    begin(of_terminal(lang))
    from cescore.run.commands.back_testing import (
        computed_again,
        published_results,
        told,
        write_moved,
    )
    from cescore.run.telling.runs import say

    place = workspace(root)
    found = computed_again(place, year, published_results(place, year, published))
    for line in told(found, of_terminal(lang)):
        say(console, line)
    if into is not None:
        write_moved(found, into)
    raise typer.Exit(1 if found.moved else 0)
