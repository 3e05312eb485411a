"""Tables that this program writes for people to read: they come back by mistake, and are no returns."""

from __future__ import annotations

from collections.abc import Sequence

from cescore.intake.findings import COLUMNS as FINDING_COLUMNS
from cescore.intake.wording import LANGUAGES
from cescore.returns.forms.texts import form_text
from cescore.returns.layouts.preview import LEGENDS, WORDS
from cescore.returns.layouts.taken import Role
from cescore.returns.workbooks.sheet import Sheet, Workbook

HEADED_WITHIN = 3  # rows
RESULT_COLUMNS = ("entity_type", "entity_id", "year", "kind", "code", "value")


def own_table(book: Workbook) -> str:
    """Which of the program's own tables a workbook is, as a phrase of the catalogue; "" of none."""
    first = book.sheets[0] if book.sheets else None
    if first is None:
        return ""
    if _has_row(first, FINDING_COLUMNS[:5]):
        return "own_findings"
    if _has_row(first, RESULT_COLUMNS):
        return "own_results"
    if any(_has_row(first, form_text("unfiled.columns", lang).split("|")) for lang in LANGUAGES):
        return "own_unfiled"
    if first.name in LEGENDS and first.text(3, 1) in WORDS[next(iter(Role))]:
        return "own_preview"
    return ""


def _has_row(sheet: Sheet, texts: Sequence[str]) -> bool:
    """Whether one of the first rows begins with some texts."""
    columns = range(1, len(texts) + 1)
    rows = ([sheet.text(row, column) for column in columns] for row in range(1, HEADED_WITHIN + 1))
    return any(row == list(texts) for row in rows)
