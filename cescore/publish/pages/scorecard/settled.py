"""Findings settled on record: what was corrected or confirmed, why, and on whose word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from markupsafe import Markup

from cescore.disclosure.documents.bundle import FindingLine
from cescore.intake.wording import name_of
from cescore.publish.fragment import Fragment, two_lines
from cescore.publish.numbers import DASH
from cescore.publish.pages.scorecard.sections import NONE
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import View

MOST = 3  # what was found in so many years is shown; the rest stands in findings.csv
STATUSES = ("corrected", "confirmed")


def settled_table(view: View) -> Fragment:
    """A line for each variable, rule and word it was settled on; nothing where nothing was settled."""
    rows = [row for status in STATUSES for row in _rows(view, status)]
    if not rows:
        return NONE
    columns = [
        TableColumn(view.t("head.what"), 27, "text"),
        TableColumn(view.t("head.years"), 13, "text"),
        TableColumn(view.t("head.found"), 25, "text"),
        TableColumn(view.t("head.settled"), 35, "text"),
    ]
    return Table(columns, rows, view.t("caption.settled")).fragment()


def _rows(view: View, status: str) -> Iterator[Row]:
    """The lines of one status, this year's finding first in each."""
    lines: dict[tuple[object, ...], list[FindingLine]] = {}
    for line in view.data.findings:
        if line.status == status:
            key = (line.code, line.variable, line.note, line.settled)
            lines.setdefault(key, []).append(line)
    if lines:
        yield Row([view.t(f"settled.{status}"), "", "", ""], "group")
    for same in lines.values():
        yield _row(view, sorted(same, key=lambda line: -(line.year or 0)))


def _row(view: View, same: Sequence[FindingLine]) -> Row:
    first = same[0]
    years = view.join(dict.fromkeys(str(line.year) for line in same if line.year)) or DASH
    what = two_lines(view.name(first.variable) or DASH, rule_name(view, first))
    return Row([what, years, _found(view, same), _word(view, first)])


def rule_name(view: View, line: FindingLine) -> str:
    """What a check is called: by the workspace's rule, else by its kind."""
    own = view.name(line.code)
    return (
        own if line.kind and own != line.code else name_of(line.kind or line.code, view.lang) or own
    )


def _found(view: View, same: Sequence[FindingLine]) -> str:
    """What was found in each year; of a correction, what became of it."""
    texts = []
    for line in same[:MOST]:
        said = line.said(view.lang, view.naming)
        is_change = line.kind.startswith("correction_") and said.expected
        change = view.t("settled.change", before=said.found, after=said.expected)
        texts.append(change if is_change else said.found)
    text = view.t("join.clause").join(dict.fromkeys(filter(None, texts)))
    return f"{text} …" if len(same) > MOST else text


def _word(view: View, line: FindingLine) -> Markup:
    """Why a finding is settled, by whom and when, and until when that holds."""
    settled = line.settled
    own = replace(
        settled,
        name=view.said(settled.name),
        role=view.said(settled.role),
        channel=view.said(settled.channel),
    )
    parts = [view.fitting(own.by(view.lang)), settled.date]
    parts += [view.t("settled.until", day=settled.until)] if settled.until else []
    return two_lines(view.fitting(line.note), view.join(filter(None, parts)))
