"""How far a build is: rate, time left and failures, on a terminal, as plain lines or as JSON."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Protocol, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cescore.publish.words import label
from cescore.run.job import Outcome

RETURN, REMARKS = "return", "remarks"
FILES = (RETURN, REMARKS)  # what is read or written by name, and no report
EVERY_SECONDS = 15.0  # between plain lines


class Display(Protocol):
    """Told of each outcome as it comes."""

    def __call__(self, outcome: Outcome) -> None: ...


class Form(StrEnum):
    """How progress is shown: by what is written to, or as asked."""

    auto = "auto"
    bar = "bar"
    lines = "lines"
    json = "json"
    quiet = "quiet"


@contextmanager
def display(
    total: int, console: Console, form: str = Form.auto, lang: str = "en"
) -> Iterator[Display]:
    """A progress display for so many reports, of which those count that are to be built.

    Of itself: a bar on a terminal, else plain lines now and then; in CI nothing but failures.
    """
    if form == Form.auto:
        own = Form.bar if console.is_terminal else Form.lines
        form = Form.quiet if os.environ.get("CI") else own
    if form == Form.json:
        yield JsonLines(total, sys.stdout)
        return
    if form != Form.bar:
        every = EVERY_SECONDS if form == Form.lines else math.inf
        yield Lines(Tally(total, lang), console, every)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[left]}"),
        TextColumn("[red]{task.fields[failures]}"),
    )
    with Progress(*columns, console=console) as progress:
        yield Bar(progress, Tally(total, lang))


class Tally:
    """Counts what became of the entities, and how fast reports are made."""

    def __init__(self, total: int, lang: str = "en") -> None:
        self.total, self.lang, self.began = total, lang, time.monotonic()
        self.counts: Counter[str] = Counter()
        self.tried = 0

    def add(self, outcome: Outcome) -> None:
        self.counts[outcome.status] += 1
        self.tried += outcome.status == "built" or outcome.was_tried

    @property
    def done(self) -> int:
        return self.counts.total()

    @property
    def to_build(self) -> int:
        """Reports to be built, as far as is known: all but those that were seen to need nothing."""
        return self.total - (self.done - self.tried)

    @property
    def per_minute(self) -> float:
        elapsed = max(time.monotonic() - self.began, 1e-3)
        return self.tried * 60 / elapsed

    @property
    def rate(self) -> str:
        return label("terminal.rate", self.lang, n=round(self.per_minute))

    @property
    def seconds_left(self) -> float | None:
        """Seconds left if all that is not settled is built at this rate; None while there is none."""
        if not self.tried:
            return None
        return (self.to_build - self.tried) / self.per_minute * 60

    @property
    def left(self) -> str:
        """Time left as m:ss; "" while there is no rate to tell it from."""
        seconds = self.seconds_left
        if seconds is None:
            return ""
        time_left = f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
        return label("terminal.left", self.lang, time=time_left)

    @property
    def counted(self) -> str:
        return label("terminal.made_of", self.lang, done=self.tried, n=self.to_build)

    @property
    def failures(self) -> str:
        failed = self.counts["failed"]
        return label("terminal.n_failed", self.lang, n=failed) if failed else ""


class Bar:
    """A bar on a terminal; failures are printed above it as they come."""

    def __init__(self, progress: Progress, tally: Tally) -> None:
        self.progress, self.tally = progress, tally
        words = label("terminal.bar", tally.lang)
        self.task = progress.add_task(words, total=tally.total, rate="", left="", failures="")

    def __call__(self, outcome: Outcome) -> None:
        tally = self.tally
        tally.add(outcome)
        if outcome.status == "failed":
            for line in failure_lines(outcome, tally.lang):
                self.progress.console.print(f"[red]{escape(line)}[/]")
        self.progress.update(
            self.task,
            completed=tally.tried,
            total=tally.to_build,
            rate=tally.rate if tally.tried else "",
            left=tally.left,
            failures=tally.failures,
        )


class Lines:
    """Plain lines, now and then, for logs and CI."""

    def __init__(self, tally: Tally, console: Console, every: float = EVERY_SECONDS) -> None:
        self.tally, self.console, self.every = tally, console, every
        self.last = self.tally.began

    def __call__(self, outcome: Outcome) -> None:
        tally = self.tally
        tally.add(outcome)
        if outcome.status == "failed":
            for line in failure_lines(outcome, tally.lang):
                self._say(line)
        if time.monotonic() - self.last >= self.every:
            self.last = time.monotonic()
            parts = (tally.counted, tally.rate, tally.left, tally.failures)
            self._say(label("terminal.comma", tally.lang).join(part for part in parts if part))

    def _say(self, line: str) -> None:
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


class JsonLines:
    """A line of JSON per outcome, for other programs; the human words go to standard error."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self.tally, self.stream = Tally(total), stream
        self._write("begin", total=total)

    def __call__(self, outcome: Outcome) -> None:
        self.tally.add(outcome)
        left = self.tally.seconds_left
        self._write(
            "report",
            name=outcome.name,
            status=outcome.status,
            cause=outcome.cause,
            reasons=outcome.reasons,
            seconds=round(outcome.seconds, 3),
            stages=outcome.record.get("seconds", {}),
            done=self.tally.done,
            total=self.tally.total,
            failed=self.tally.counts["failed"],
            per_minute=round(self.tally.per_minute, 1),
            seconds_left=None if left is None else round(left),
        )

    def _write(self, event: str, **fields: Any) -> None:
        _write_json({"event": event, **fields}, self.stream)


def write_end(
    outcomes: Sequence[Outcome], seconds: float, stream: TextIO, **more: Sequence[str]
) -> None:
    """The last line of JSON of a run: how many reports ended how, and ``more`` that was met."""
    counts: Counter[str] = Counter(outcome.status for outcome in outcomes)
    named = [outcome.name for outcome in outcomes if outcome.status == "failed"]
    line: dict[str, Any] = {"event": "end", "total": len(outcomes), "failures": named}
    _write_json({**line, **counts, "seconds": round(seconds, 3), **more}, stream)


def _write_json(line: Mapping[str, Any], stream: TextIO) -> None:
    """Write a line of JSON, escaped where the stream cannot hold every character: it is data."""
    is_narrow = (stream.encoding or "utf-8").lower().replace("-", "") != "utf8"
    stream.write(json.dumps(line, ensure_ascii=is_narrow) + "\n")
    stream.flush()


def failure_lines(outcome: Outcome, lang: str) -> Iterator[str]:
    """An entity and its cause, whole: it may run over several lines; and the notebook to open."""
    is_file = outcome.entity_type in FILES  # known by its name alone
    name = outcome.entity_id if is_file else outcome.name
    yield label("terminal.failed", lang, name=name, cause=outcome.cause)
    if outcome.notebook:
        yield label("terminal.failed_open", lang, notebook=outcome.notebook)
