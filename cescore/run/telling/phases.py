"""What a command is at, said as it begins, so that nobody looks at a silent terminal."""

from __future__ import annotations

import os
from collections.abc import Callable

from rich.console import Console

from cescore.publish.words import label
from cescore.run.telling.progress import Form

Phases = Callable[[str], None]
"""Told the name of each phase as it begins: reading, checking, evaluating, uncertainty, reports."""


def silent(phase: str) -> None:
    """Says nothing."""


def phases(console: Console, lang: str, form: str = Form.auto) -> Phases:
    """Says each phase on a line of its own; silent where progress is, in CI of itself."""
    if form == Form.quiet or (form == Form.auto and os.environ.get("CI")):
        return silent

    def tell(phase: str) -> None:
        line = f"{label(f'terminal.phase.{phase}', lang)} …"
        console.print(line, style="dim", markup=False, highlight=False)

    return tell
