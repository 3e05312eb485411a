"""Commands about confidentiality: what can be inferred, and the pattern of what is withheld."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cescore.cli.application import OFFICIAL, app, begin, console
from cescore.cli.options import BY_LOCALE, HERE, Language, Root, Year, of_terminal, workspace


class RangeForm(StrEnum):
    """How ranges are given out."""

    text = "text"
    json = "json"
    csv = "csv"


@app.command(rich_help_panel=OFFICIAL)
def infer(
    who: Annotated[
        str,
        typer.Argument(
            help="public; a respondent's id or a holding's; several who know together, as E001,E002."
        ),
    ],
    root: Root = HERE,
    year: Year = None,
    lang: Language = BY_LOCALE,
    form: Annotated[RangeForm, typer.Option(help="text, json or csv.")] = RangeForm.text,
) -> None:
    """For the bureau only: what can somebody infer of each respondent from all that is released?

    Exit status 1 if a range is narrower than the bureau's rules allow.
    """
    begin(of_terminal(lang), is_apart=True)
    from cescore.run.commands.protecting import infer as tell

    raise typer.Exit(tell(workspace(root), year, who, form.value, of_terminal(lang), console))


@app.command(rich_help_panel=OFFICIAL)
def protect(root: Root = HERE, year: Year = None, lang: Language = BY_LOCALE) -> None:
    """Choose which figures are withheld, audit all that is released, and keep both in data/."""
    begin(of_terminal(lang))
    from cescore.run.commands.protecting import protect as choose

    raise typer.Exit(choose(workspace(root), year, of_terminal(lang), console))
