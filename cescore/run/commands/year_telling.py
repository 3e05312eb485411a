"""What new-year says and does, readable as a table of contents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cescore.errors import DataError
from cescore.publish.words import label
from cescore.run.asked import Asked
from cescore.run.commands.back_testing import computed_again, published_results, told
from cescore.run.commands.forms import make_forms
from cescore.run.commands.new_year import NewYear, new_year
from cescore.run.telling.runs import say, stated

CHANGES_SHOWN = 50
Say = Callable[[str], None]


@dataclass(frozen=True)
class YearAsked:
    """What new-year was asked for. ``jobs``: forms made at once; 0: none.

    ``is_older_meant``: the year may be older than what is there.
    """

    root: Path
    year: int
    before: int
    lang: str = "zh"
    terminal: str = ""  # of what is said, where it is another
    is_dry: bool = False
    is_older_meant: bool = False
    jobs: int = 0


def tell_new_year(asked: YearAsked, console: Console) -> int:
    """Begin a year and say what was made, what the register says of it, and whether the old year
    still comes out as published. The exit status is 1 if the register is wrong, a number moved, or
    a form could not be made."""
    root, lang = asked.root, asked.terminal or asked.lang

    def tell(line: str) -> None:
        say(console, line)

    begun = new_year(
        root,
        asked.year,
        asked.before,
        lang=asked.lang,
        is_dry=asked.is_dry,
        is_older_meant=asked.is_older_meant,
    )
    tell(label("new_year.title", lang, year=begun.year, before=begun.before))
    for step in begun.steps:
        tell(step.line(lang))
    if begun.is_plan_new:
        tell(label("new_year.plan_undecided", lang, plan=begun.plan))
    _tell_changes(begun, lang, tell)
    for finding in begun.findings:
        tell(stated(finding, lang))
    is_wrong = any(finding.is_open_error for finding in begun.findings)
    is_wrong |= _tell_back_test(root, begun.before, lang, tell)
    is_wrong |= any(step.made == "blocked" for step in begun.steps)
    if asked.jobs and not asked.is_dry:
        made = make_forms(
            Asked(root, begun.year, lang=asked.lang, terminal=lang), None, asked.jobs, console
        )
        for line in made.lines():
            tell(line)
        is_wrong |= made.exit_status != 0
    newest = max((int(run.stem) for run in _runs(root)), default=begun.year)
    key = "new_year.next" if newest <= begun.year else "new_year.next_of_older"
    tell(label(key, lang, year=begun.year, before=begun.before, newest=newest))
    return int(is_wrong)


def _runs(root: Path) -> list[Path]:
    """The run files that are called by a year."""
    return [run for run in (root / "params/runs").glob("*.yml") if run.stem.isdecimal()]


def _tell_changes(begun: NewYear, lang: str, tell: Say) -> None:
    tell(label("new_year.changes", lang, n=len(begun.changes), year=begun.year))
    for change in begun.changes[:CHANGES_SHOWN]:
        tell(change.line(lang))
    more = len(begun.changes) - CHANGES_SHOWN
    if more > 0:
        tell(label("new_year.more_changes", lang, n=more))


def _tell_back_test(root: Path, year: int, lang: str, tell: Say) -> bool:
    """The back test of the old year, where it was published; whether a number moved."""
    try:
        published = published_results(root, year)
    except DataError:
        tell(label("back_test.not_published", lang, year=year))
        return False
    found = computed_again(root, year, published)
    for line in told(found, lang):
        tell(line)
    return bool(found.moved)
