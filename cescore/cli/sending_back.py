"""Commands about findings that respondents are asked about: sent back, answered, confirmed."""

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
    Only,
    Progress,
    Root,
    Year,
    of_reports,
    of_terminal,
    patterns,
    workspace,
)
from cescore.cli.wrong_use import WrongUse
from cescore.run.asked import Asked


@app.command("send-back", rich_help_panel=RETURNS)
def send_back(
    root: Root = HERE,
    year: Year = None,
    only: Only = None,
    lang: Language = BY_LOCALE,
    out: Annotated[
        Path | None,
        typer.Option(help="Where copies go; else output/send-back/<year> of the workspace."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace copies that are there already and differ.")
    ] = False,
    progress: Progress = BY_ITSELF,
) -> None:
    """Mark the findings in a copy of each faulty return, with room for answers, to be sent back."""
    begin(of_terminal(lang), progress)
    from cescore.run.commands.sending_back import send_back as send

    asked = Asked(
        workspace(root),
        year,
        patterns(only),
        of_reports(lang),
        force=force,
        terminal=of_terminal(lang),
        progress=progress,
    )
    made = send(asked, out, console)
    for line in made.lines():
        console.print(line, markup=False)
    raise typer.Exit(made.exit_status)


@app.command(rich_help_panel=RETURNS)
def answers(
    folder: Annotated[Path, typer.Argument(help="Where the workbooks lie that came back.")],
    root: Root = HERE,
    year: Year = None,
    lang: Language = BY_LOCALE,
) -> None:
    """Read what respondents answered to findings; what they confirm is proposed, never applied."""
    if not folder.is_dir():
        raise WrongUse("no_folder", "FOLDER", folder=folder)
    begin(of_terminal(lang))
    from cescore.run.commands.answering import read_folder

    read = read_folder(
        Asked(workspace(root), year, lang=of_reports(lang), terminal=of_terminal(lang)), folder
    )
    for line in read.lines():
        console.print(line, markup=False)
    raise typer.Exit(read.exit_status)


@app.command(rich_help_panel=RETURNS)
def confirmations(
    root: Root = HERE, year: Year = None, only: Only = None, lang: Language = BY_LOCALE
) -> None:
    """Print an entry for data/confirmations.yml for each finding that waits for one, to be filled in."""
    begin(of_terminal(lang), is_apart=True)
    from cescore.returns.forms.texts import form_text
    from cescore.run.commands.answering import waiting

    asked = Asked(workspace(root), year, patterns(only), of_reports(lang))
    text = waiting(asked) or f"# {form_text('answers.none', asked.lang)}\n"
    console.print(text, markup=False, end="")
