"""Commands to try other values on: what-if."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cescore.cli.application import NUMBERS, app, begin, console
from cescore.cli.options import (
    BY_LOCALE,
    HERE,
    Language,
    Root,
    Year,
    of_reports,
    of_terminal,
    workspace,
)


@app.command("what-if", rich_help_panel=NUMBERS)
def what_if(
    entity: Annotated[str, typer.Argument(help="The entity's id or name.")],
    root: Root = HERE,
    year: Year = None,
    lang: Language = BY_LOCALE,
    out: Annotated[
        Path | None, typer.Option(help="The file; else output/what-if/<year>/<id>.html.")
    ] = None,
) -> None:
    """Write a page on which an entity's values and weights can be tried, offline, in any browser."""
    tell_phase = begin(of_terminal(lang))
    from cescore.run.commands.trying import WhatIfOrder, write_what_if

    order = WhatIfOrder(workspace(root), entity, year, of_reports(lang), out)
    console.print(str(write_what_if(order, tell_phase)), markup=False)
