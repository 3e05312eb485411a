"""The command that all parts of the house put their words into, and where it prints."""

from __future__ import annotations

import copy
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

PACKAGE = "cescore"  # also what the command is called where the package is installed
SCRIPT = "build.py"
DEFAULT = "run"  # what is done where no command is named
REPORTS, RETURNS, NUMBERS = "Reports", "Returns in and out", "Numbers followed"
OFFICIAL, YEARS = "Confidentiality and official release", "The turn of the year"


def program() -> str:
    """What the command was called by."""
    return PACKAGE if Path(sys.argv[0]).name == PACKAGE else SCRIPT


class CommandsWithDefault(TyperGroup):
    """Shows in its help the options of what it does where no command is named.

    `cescore.cli.main.with_command` hands them to that command, so they are never parsed here.
    """

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        shown = copy.copy(self)
        shown.params = [*self.commands[DEFAULT].params, *self.params]
        shown.epilog = "\n\n".join(
            (
                "Examples:",
                f"{program()} --only 'park/*' --lang en  the parks' reports, in English",
                f"{program()} check                      what is wrong with the data",
                f"{program()} explain 220402 R01         where a number comes from",
            )
        )
        TyperGroup.format_help(shown, ctx, formatter)


app = typer.Typer(
    cls=CommandsWithDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Evaluate a year's returns and print a scorecard for every entity: without a command, what"
        f" {DEFAULT} does."
    ),
)
console = Console(soft_wrap=not sys.stdout.isatty(), highlight=False)


@app.callback(invoke_without_command=True)
def about(
    is_asked: Annotated[
        bool, typer.Option("--version", is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The command itself: with --version it is asked about."""
    if is_asked:
        print(f"{PACKAGE} {version(PACKAGE)}")
        raise typer.Exit
