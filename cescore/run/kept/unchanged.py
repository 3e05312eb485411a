"""The run that finds everything as it left it, told without evaluating or importing anything more."""

from __future__ import annotations

import re
import time
from pathlib import Path

from rich.console import Console

from cescore.run.asked import Asked
from cescore.run.telling.runs import Ending, say, tell_end
from cescore.run.tree.lock import locked
from cescore.run.tree.receipt import RECEIPT_NAME, valid_receipt

YEAR = re.compile(r"\d{4}")
DATABASES = re.compile(rb"^[\s\"'{]*databases[\"']?\s*:", re.MULTILINE)


def tell_unchanged(asked: Asked, console: Console) -> bool:
    """Whether all that is asked for stands there, every hash verified; then the run's words on it."""
    began, output = time.monotonic(), output_of(asked)
    if output is None or asked.force or not (output / RECEIPT_NAME).is_file():
        return False
    if asks_a_database(asked):  # which only asking it can tell
        return False
    with locked(output):
        receipt = valid_receipt(asked, output)
    if receipt is None:
        return False
    for line in receipt.said.get(asked.spoken, ()):
        say(console, line)
    seconds = time.monotonic() - began
    ending = Ending(list(receipt.outcomes()), seconds, output)
    tell_end(ending, console, asked.progress, asked.spoken)
    return True


def asks_a_database(asked: Asked) -> bool:
    """Whether a run file names databases; told from its text, since nothing is imported for it."""
    files = (asked.root / "params" / "runs").glob("*.yml")
    return any(DATABASES.search(path.read_bytes()) for path in files if path.is_file())


def output_of(asked: Asked) -> Path | None:
    """The folder of the run; None where only reading params can tell its name."""
    if asked.stage:
        return asked.output(f"{asked.plan}-{asked.stage}") if asked.plan else None
    stems = [path.stem for path in (asked.root / "params" / "runs").glob("*.yml")]
    years = [int(stem) for stem in stems if YEAR.fullmatch(stem)]
    year = asked.year or max(years, default=None)
    return None if year is None else asked.output(f"{year}")
