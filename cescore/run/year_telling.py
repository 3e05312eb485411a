"""What new-year says and does, readable as a table of contents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cescore.errors import DataError
from cescore.publish.words import label
from cescore.run.back_testing import computed_again, published_results, told
from cescore.run.new_year import NewYear, new_year
from cescore.run.telling import stated

CHANGES_SHOWN = 50
Say = Callable[[str], None]


def tell_new_year(root: Path, year: int, before: int, *, lang: str, is_dry: bool, say: Say) -> int:
    """Begin a year and say what was made, what the register says of it, and whether the old year
    still comes out as published. The exit status is 1 if the register is wrong or a number moved."""
    begun = new_year(root, year, before, lang=lang, is_dry=is_dry)
    say(label("new_year.title", lang, year=year, before=before))
    for step in begun.steps:
        say(step.line(lang))
    if begun.is_plan_new:
        say(label("new_year.plan_undecided", lang, plan=begun.plan))
    _tell_changes(begun, lang, say)
    for finding in begun.findings:
        say(stated(finding, lang))
    moved = _tell_back_test(root, before, lang, say)
    say(label("new_year.next", lang, year=year, before=before))
    return 1 if moved or any(f.is_open_error for f in begun.findings) else 0


def _tell_changes(begun: NewYear, lang: str, say: Say) -> None:
    say(label("new_year.changes", lang, n=len(begun.changes), year=begun.year))
    for change in begun.changes[:CHANGES_SHOWN]:
        say(change.line(lang))
    more = len(begun.changes) - CHANGES_SHOWN
    if more > 0:
        say(label("new_year.more_changes", lang, n=more))


def _tell_back_test(root: Path, year: int, lang: str, say: Say) -> bool:
    """The back test of the old year, where it was published; whether a number moved."""
    try:
        published = published_results(root, year)
    except DataError:
        say(label("back_test.not_published", lang, year=year))
        return False
    found = computed_again(root, year, published)
    for line in told(found, lang):
        say(line)
    return bool(found.moved)
