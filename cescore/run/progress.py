"""How far a build is: rate, time left and failures, on a terminal or as plain lines."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cescore.run.job import Outcome

EVERY_SECONDS = 15.0  # between plain lines


class Display(Protocol):
    """Told of each outcome as it comes."""

    def __call__(self, outcome: Outcome) -> None: ...


@contextmanager
def display(total: int, console: Console) -> Iterator[Display]:
    """A progress display for so many entities, as the console allows."""
    if not console.is_terminal:
        yield Lines(total, console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[failures]}"),
    )
    with Progress(*columns, console=console) as progress:
        yield Bar(progress, total)


class Tally:
    """Counts what became of the entities, and how fast reports are made."""

    def __init__(self, total: int) -> None:
        self.total, self.began = total, time.monotonic()
        self.counts: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        self.counts[outcome.status] += 1

    @property
    def done(self) -> int:
        return self.counts.total()

    @property
    def per_minute(self) -> float:
        elapsed = max(time.monotonic() - self.began, 1e-3)
        return (self.counts["built"] + self.counts["failed"]) * 60 / elapsed

    @property
    def rate(self) -> str:
        return f"{self.per_minute:.0f} reports/min"

    @property
    def left(self) -> str:
        """Time left if all that is not settled is built at this rate, as m:ss."""
        if not self.counts["built"]:
            return "-"
        seconds = (self.total - self.done) / self.per_minute * 60
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"

    @property
    def failures(self) -> str:
        return f"{self.counts['failed']} failed" if self.counts["failed"] else ""


class Bar:
    """A bar on a terminal; failures are printed above it as they come."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.tally = progress, Tally(total)
        self.task = progress.add_task("reports", total=total, rate="", failures="")

    def __call__(self, outcome: Outcome) -> None:
        self.tally.add(outcome)
        if outcome.status == "failed":
            self.progress.console.print(f"[red]failed[/] {escape(failure_line(outcome))}")
        self.progress.update(
            self.task, completed=self.tally.done, rate=self.tally.rate, failures=self.tally.failures
        )


class Lines:
    """Plain lines, now and then, for logs and CI."""

    def __init__(self, total: int, console: Console) -> None:
        self.tally, self.console = Tally(total), console
        self.last = self.tally.began

    def __call__(self, outcome: Outcome) -> None:
        self.tally.add(outcome)
        if outcome.status == "failed":
            self._say(f"failed {failure_line(outcome)}")
        if time.monotonic() - self.last >= EVERY_SECONDS:
            self.last = time.monotonic()
            tally = self.tally
            parts = (
                f"{tally.done} of {tally.total}",
                tally.rate,
                f"{tally.left} left",
                tally.failures,
            )
            self._say(", ".join(part for part in parts if part))

    def _say(self, line: str) -> None:
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


def failure_line(outcome: Outcome) -> str:
    """An entity and its cause, whole: it may run over several lines."""
    return f"{outcome.name}: {outcome.cause}"
