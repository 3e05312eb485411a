"""The method book: every definition of a workspace's params in words and formulas, and no data.

Each function takes the opened book and gives a part of the page. What is printed stands in the
file the book was made from; the gate's parameters do not, so none can be printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cescore.definitions.formulas.unit_names import unit_text
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.publish.fragment import Fragment, two_lines
from cescore.publish.pages.changes import breaks_table
from cescore.publish.pages.document import (
    Words,
    contents,
    cut,
    heading,
    masthead,
    provenance_of,
)
from cescore.publish.pages.method_book.example import WorkedExample, example
from cescore.publish.pages.method_book.frameworks import (
    chapters,
    framework_title,
    frameworks,
)
from cescore.publish.pages.method_book.overview import ends, overview, references, statistics
from cescore.publish.pages.method_book.plan import assessment, measures, targets
from cescore.publish.pages.method_book.quality import quality, quality_log
from cescore.publish.pages.method_book.rules import (
    accounts,
    checks,
    disclosure,
    missing,
    scores,
    standards,
)
from cescore.publish.pages.method_book.tags import conventions, unverified
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.titles import document_name, document_title

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

DASH = "—"
__all__ = [
    "WorkedExample",
    "accounts",
    "assessment",
    "checks",
    "conventions",
    "disclosure",
    "ends",
    "example",
    "frameworks",
    "front",
    "measures",
    "missing",
    "overview",
    "provenance",
    "quality",
    "references",
    "scores",
    "standards",
    "statistics",
    "targets",
    "unverified",
    "variables",
]  # fmt: skip
FUNCTIONS = ("total", "mean", "min", "max", "base", "lag", "first_available", "positive", "abs", "sqrt", "log", "exp")  # fmt: skip


def front(book: OpenDocument[MethodBook]) -> Fragment:
    """Masthead, what the book is, and the list of its parts."""
    words, data = Words(book), book.data
    versions = [f"{words.entity_type(f.entity_type)} {f.version}" for f in data.frameworks]
    facts = [
        (words.t("fact.plan"), words.name(data.plan) if data.plan else ""),
        (words.t("book.base_year"), str(data.base_year)),
        (words.t("book.versions"), words.join(versions)),
        (words.t("fact.report_number"), data.report_number),
    ]
    return Fragment.join(
        [
            masthead(
                words,
                facts,
                words.t("book.lead"),
                small=document_name(data, words.lang),
                large=document_title(data, words.lang),
            ),
            contents(words, list(_parts(words))),
            section("points", points=[words.t(f"book.reading.{n}") for n in range(1, 6)]),
            _functions(words),
            *_breaks(words),
        ]
    )


def _breaks(words: Words) -> Iterator[Fragment]:
    """What is computed otherwise than in the years before, type by type."""
    data: MethodBook = words.document.data
    for entity_type, found in data.breaks.items():
        yield breaks_table(found, words.lang, [words.entity_type(entity_type)])


def _parts(words: Words) -> Iterator[tuple[str, str]]:
    """Anchor and title of each part that the book has."""
    data: MethodBook = words.document.data
    yield "book-overview", words.t("book.overview")
    if data.illustration.example is not None:
        yield "book-example", words.t("book.example.title")
    for chapter in chapters(data.frameworks):
        yield f"book-{chapter[0].entity_type}", framework_title(words, chapter)
    yield from ((f"book-{key}", words.t(f"book.{key}")) for key in _keys(data))


def _keys(data: MethodBook) -> Iterator[str]:
    """The parts behind the frameworks; what a workspace does not have has no part."""
    yield from ("scores", "missing")
    if any(framework.accounts for framework in data.frameworks):
        yield "accounts"
    if data.illustration.catalogue:
        yield "statistics"
    if data.ends.rules:
        yield "ends"
    if data.references:
        yield "references"
    if data.plan is not None:
        yield from ("targets", "assessment")
        if data.plan.measures:
            yield "measures"
    if data.standards:
        yield "standards"
    yield from ("checks", "disclosure", "conventions", "unverified", "variables")
    if quality_log(data) is not None:
        yield "quality"
    yield "provenance"


def _functions(words: Words) -> Fragment:
    """The functions a formula may use, those that this workspace's formulas do."""
    used = " ".join(formula for formula in _formulas(words.document.data))
    called = set(re.findall(r"([a-z_]+)\(", used))
    rows = [
        Row([f"{name}(…)", words.t(f"book.function.{name}")])
        for name in FUNCTIONS
        if name in called
    ]
    columns = [
        TableColumn(words.t("book.head.function"), 18, "text"),
        TableColumn(words.t("head.what"), 82, "text"),
    ]
    return Table(columns, rows, words.t("book.caption.functions")).fragment()


def _formulas(data: MethodBook) -> Iterator[str]:
    for framework in data.frameworks:
        yield from (
            c.formula for c in (*framework.accounts.values(), *framework.indicators.values())
        )
    yield from (check.rule for check in data.checks)


def variables(book: OpenDocument[MethodBook]) -> Fragment:
    """The dictionary of returned values: code, name, unit, who returns it."""
    words = Words(book)
    rows = [
        Row(
            [
                two_lines(words.name(v, v.code), v.code),
                unit_text(v.unit, words.lang) or DASH,
                words.clauses([words.types(v.entity_types), v.department]),
            ]
        )
        for v in book.data.variables
    ]
    columns = [
        TableColumn(words.t("head.variable"), 48, "text"),
        TableColumn(words.t("book.head.unit"), 18, "text"),
        TableColumn(words.t("book.head.returned_by"), 34, "small"),
    ]
    return Fragment.join([heading(words, "book.variables"), cut(columns, rows, halves=True)])


def provenance(book: OpenDocument[MethodBook]) -> Fragment:
    """What the book was made from."""
    words = Words(book)
    return Fragment.join([heading(words, "book.provenance"), provenance_of(words)])
