"""What pages of documents have in common: masthead, contents, headings, entries, exact numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cescore.definitions.model import Named
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import MINUS
from cescore.publish.pages.standing import correction, signed_off, standing_words
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.words import has_label, label, label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

ROWS = 30  # of one table: several short ones are laid out faster than a long one


@dataclass(frozen=True)
class Words:
    """The words of a document's page in its language."""

    document: OpenDocument[Any]

    @property
    def lang(self) -> str:
        return self.document.lang

    def t(self, key: str, /, **values: object) -> str:
        """A label in the page's language."""
        return label(key, self.lang, **values)

    def join(self, parts: Sequence[str] | Iterator[str]) -> str:
        return self.t("join").join(parts)

    def clauses(self, parts: Sequence[str] | Iterator[str]) -> str:
        return self.t("join.clause").join(part for part in parts if part)

    def name(self, named: Named, code: str = "") -> str:
        return named.name(self.lang) or code

    def entity_type(self, kind: str) -> str:
        return label_or(f"type.{kind}", self.lang, kind)

    def types(self, kinds: Sequence[str]) -> str:
        """Entity types by name; none named: all."""
        return self.join([self.entity_type(k) for k in kinds]) or self.t("book.all_types")

    def tagged(self, source: str, tag: str) -> str:
        """A source with what it is worth in words."""
        shown = self.t(f"tag.{tag}")
        return self.t("source_and_tag", source=source, tag=shown) if source else f"〔{shown}〕"


@dataclass(frozen=True)
class Entry:
    """One thing defined: a line of cells, and below it lines over the whole width.

    ``lines``: (class, text); classes are ``formula``, ``where`` and ``small``.
    """

    cells: Sequence[object]
    lines: Sequence[tuple[str, object]] = ()


@dataclass(frozen=True)
class Entries:
    """Entries below one title, each kept whole on a page."""

    columns: Sequence[TableColumn]
    entries: Sequence[Entry]
    caption: str = ""
    title: str = ""
    notes: Sequence[str] = field(default_factory=tuple)

    def fragment(self) -> Fragment:
        """The entries, or nothing where there are none."""
        return section("entries", table=self) if self.entries else Fragment("")


def masthead(
    words: Words, facts: Sequence[tuple[str, str]], lead: str, *, small: str, large: str
) -> Fragment:
    """Masthead of a document: issuer, its two titles, its state; then what it is for."""
    document = words.document.data
    run = document.run
    return section(
        "document_front",
        t=words.t,
        issuer=run.issuer.name(words.lang),
        issued=run.issued,
        status=words.t(f"status.{document.release_stage}"),
        signed=signed_off(document.standing, words.lang),
        correction=correction(document.standing, words.lang, has_result=False),
        is_sample=run.status == "sample",
        status_kind=document.release_stage,
        title=small,
        name=large,
        facts=[(name, text) for name, text in facts if text],
        lead=lead,
    )


def heading(
    words: Words, key: str, *, text: str = "", lead: str = "", anchor: str = ""
) -> Fragment:
    """A section's heading, and the sentence that says how to read it."""
    said = lead or (words.t(f"{key}.lead") if has_label(f"{key}.lead") else "")
    name = anchor or key.replace(".", "-")
    return section("heading", key=name, text=text or words.t(key), lead=said)


def contents(words: Words, entries: Sequence[tuple[str, str]]) -> Fragment:
    """The list of sections with their pages."""
    return section("document_contents", title=words.t("contents"), entries=entries)


def cut(
    columns: Sequence[TableColumn], rows: Sequence[Row], caption: str = "", *, halves: bool = False
) -> Fragment:
    """The rows as tables of at most `ROWS` lines; only the first has the caption."""
    most = ROWS * 2 if halves else ROWS
    parts = [
        Table(
            columns,
            rows[start : start + most],
            "" if start else caption,
            kind="more" if start else "",
            halves=halves,
        ).fragment()
        for start in range(0, len(rows), most)
    ]
    return Fragment.join(parts)


WRITTEN_DIGITS, WORKED_OUT_DIGITS = 12, 6  # significant


def exact(value: float) -> str:
    """A number of params as it is, never rounded: 1.0481, 12,000, −0.5.

    One with more digits than anybody writes was worked out from params, and is rounded to six.
    """
    is_written = float(f"{value:.{WRITTEN_DIGITS}g}") == value
    number = Decimal(repr(float(value if is_written else f"{value:.{WORKED_OUT_DIGITS}g}")))
    text = f"{abs(number):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{MINUS if number < 0 else ''}{text}"


END_DIGITS, END_ROUNDED = 6, 4  # significant: an end with more was worked out, and is rounded


def end_text(value: float) -> str:
    """An end of a scale: as it was decided, or, worked out by a rule, to four significant digits."""
    is_decided = float(f"{value:.{END_DIGITS}g}") == value
    return exact(value if is_decided else float(f"{value:.{END_ROUNDED}g}"))


def percent(share: float, decimals: int = 1) -> str:
    """A share as a percentage, its last zero kept: columns line up."""
    return f"{Decimal(repr(share * 100)).quantize(Decimal(1).scaleb(-decimals), 'ROUND_HALF_UP')}%"


def factor_text(factor: str) -> str:
    """The last factor of a formula, from its own unit to the declared one; "" where there is none."""
    top, _, bottom = factor.partition("/")
    if top in ("", "1") and not bottom:
        return ""
    if top == "1":
        return f"÷ {_grouped(bottom)}"
    return f"× {_grouped(top)}" + (f" ÷ {_grouped(bottom)}" if bottom else "")


def _grouped(digits: str) -> str:
    return f"{int(digits):,}" if digits.isdigit() else digits


def provenance_of(words: Words) -> Fragment:
    """What the document was made from, and of what standing it is."""
    document, run = words.document, words.document.data.run
    facts = [
        (words.t("provenance.report_number"), document.data.report_number),
        (words.t("provenance.status"), standing_words(document.data, words.lang)),
        (words.t("provenance.issuer"), run.issuer.name(words.lang)),
        (words.t("provenance.issued"), run.issued),
        (words.t("document.hash"), document.hash),
    ]
    notes = [words.t("document.sample")] if run.status == "sample" else []
    said = [(name, text) for name, text in facts if text]
    return section("document_provenance", facts=said, notes=notes)
