"""The quality log of a released edition: what was checked, answered and signed, without a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.disclosure.documents.other_documents import MethodBook
from cescore.intake.wording import name_of
from cescore.publish.fragment import Fragment
from cescore.publish.pages.document import Words, cut, heading
from cescore.publish.section import section
from cescore.publish.table import Row, TableColumn
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument
    from cescore.disclosure.documents.standing import QualityLog


def quality_log(data: MethodBook) -> QualityLog | None:
    """The log of the edition that a book is of; None of what was never signed off."""
    return None if data.standing is None else data.standing.quality


def quality(book: OpenDocument[MethodBook]) -> Fragment:
    """Who signed off what, how many findings there were and how many of each rule were answered."""
    words, log = Words(book), quality_log(book.data)
    if log is None:
        return Fragment("")
    points = [
        words.t(
            "book.quality.checked",
            **{s: log.checked.get(s, 0) for s in ("error", "warning", "info")},
            settled=log.settled,
        ),
        words.t("book.quality.refused", n=log.refused),
    ]
    parts = [heading(words, "book.quality"), section("points", points=points)]
    return Fragment.join([*parts, _signed(words, log), _answered(words, log)])


def _signed(words: Words, log: QualityLog) -> Fragment:
    rows = [
        Row([words.t(f"book.stage.{one.stage}"), one.who, one.role, one.date]) for one in log.signed
    ]
    columns = [
        TableColumn(words.t("book.head.stage"), 25, "text"),
        TableColumn(words.t("book.head.who"), 25, "text"),
        TableColumn(words.t("book.head.role"), 30, "text"),
        TableColumn(words.t("book.head.date"), 20, "text"),
    ]
    return cut(columns, rows, words.t("book.caption.signed")) if rows else Fragment("")


def _answered(words: Words, log: QualityLog) -> Fragment:
    """Each rule with open findings; a rule of the workspace by the name that its params give it."""
    own = {check.id: words.name(check) for check in words.document.data.checks}
    rows = [
        Row(
            [
                own.get(one.code) or name_of(one.code, words.lang) or one.code,
                label_or(f"severity.{one.severity}", words.lang, one.severity),
                str(one.count),
            ]
        )
        for one in log.answered
    ]
    columns = [
        TableColumn(words.t("book.head.rule"), 64, "text"),
        TableColumn(words.t("book.head.severity"), 18, "text"),
        TableColumn(words.t("book.head.answered"), 18, "text"),
    ]
    return cut(columns, rows, words.t("book.caption.answered")) if rows else Fragment("")
