"""The command that all parts of the house put their words into, and where it prints."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from cescore.cli.help_page import examples, overview, shown
from cescore.cli.wrong_use import NoSuchCommand
from cescore.run.telling.lines import Terminal
from cescore.run.telling.phases import Phases, phases
from cescore.run.telling.progress import Form

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter

PACKAGE = "cescore"  # also what the command is called where the package is installed
SCRIPT = "build.py"
DEFAULT = "run"  # what is done where no command is named
REPORTS, RETURNS, NUMBERS = "Reports", "Returns in and out", "Numbers followed"
OFFICIAL, YEARS = "Confidentiality and official release", "The turn of the year"
PANELS = (REPORTS, RETURNS, NUMBERS, OFFICIAL, YEARS)  # groups of commands, in the order shown
EXAMPLES = (
    ("--only 'park/*' --lang en", "the parks' reports, in English"),
    ("check", "what is wrong with the data"),
    ("explain 220402 R01", "where a number comes from"),
)


def program() -> str:
    """What the command was called by."""
    return PACKAGE if Path(sys.argv[0]).name == PACKAGE else SCRIPT


class CommandsWithDefault(TyperGroup):
    """Shows in its help the options of what it does where no command is named.

    `cescore.cli.main.with_command` hands them to that command, so they are never parsed here.
    """

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Print it; the formatter of the library stays empty."""
        shown(overview(ctx, self, self.commands[DEFAULT], PANELS))
        shown(examples(((f"{program()} {typed}", what) for typed, what in EXAMPLES), ctx.obj))

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """The command that the first word names."""
        if args and args[0] not in self.commands:
            raise NoSuchCommand(args[0], self.commands, ctx)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=CommandsWithDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Evaluate a year's returns and print a scorecard for every entity: without a command, what"
        f" {DEFAULT} does."
    ),
)
console = Terminal(soft_wrap=not sys.stdout.isatty(), highlight=False)


def begin(lang: str, progress: str = Form.auto, *, is_apart: bool = False) -> Phases:
    """Say at once that the command starts, before its libraries are loaded; what it gives says each
    further phase. ``is_apart``: on standard error, where standard output is the answer alone."""
    is_apart = is_apart or progress == Form.json
    tell_phase = phases(Terminal(stderr=True) if is_apart else console, lang, progress)
    tell_phase("starting")
    return tell_phase


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
