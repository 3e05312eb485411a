"""The command that takes returns in."""

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
    workspace,
)
from cescore.cli.wrong_use import WrongUse


@app.command(rich_help_panel=RETURNS)
def collect(
    folder: Annotated[Path, typer.Argument(help="The folder with received returns.")],
    root: Root = HERE,
    year: Annotated[
        int | None, typer.Option(help="The year they are of; else the newest in params/runs.")
    ] = None,
    layout: Annotated[
        str,
        typer.Option(help="Read all files by this layout: form, table, or a name in data/layouts."),
    ] = "",
    into: Annotated[
        Path | None, typer.Option(help="Write the values into this Parquet file instead.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show as what each cell would be read.")
    ] = False,
    received: Annotated[str, typer.Option(help="The date they came in, for the record.")] = "",
    reason: Annotated[
        str, typer.Option(help="Why they replace what the same entities sent before.")
    ] = "",
    discard_edits: Annotated[
        bool,
        typer.Option(
            "--discard-edits", help="Write tables anew that were edited by hand (kept aside)."
        ),
    ] = False,
    lang: Language = BY_LOCALE,
    jobs: Annotated[int, typer.Option(help="Files read at once; 0: one per core.", min=0)] = 0,
    progress: Progress = BY_ITSELF,
) -> None:
    """Take filled-in returns in: read every cell, write the year's tables, name all that is wrong."""
    begin(of_terminal(lang), progress)
    from cescore.intake.dates import read_date
    from cescore.returns.collecting.submissions import Circumstances
    from cescore.run.asked import Asked
    from cescore.run.commands.collect import CollectOptions
    from cescore.run.commands.collect import collect as collect_folder

    asked = Asked(
        workspace(root), year, lang=of_reports(lang), terminal=of_terminal(lang), progress=progress
    )
    day = read_date(received).day
    if received and day is None:
        raise WrongUse("date", "--received", given=received)
    options = CollectOptions(
        folder=folder,
        layout=layout,
        into=into,
        circumstances=Circumstances("" if day is None else day.isoformat(), reason),
        jobs=jobs,
        is_preview=preview,
        discards_edits=discard_edits,
    )
    raise typer.Exit(collect_folder(asked, options, console))
