"""The command that all parts of the house put their words into, and where it prints."""

from __future__ import annotations

import typer
from rich.console import Console

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Evaluate a year's returns and print a scorecard for every entity.",
)
console = Console(soft_wrap=True, highlight=False)
