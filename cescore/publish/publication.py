"""What is printed, opened in a language: what its page says of itself, what its PDF must hold.

Scorecards, reviews and documents take the same way through `cescore.publish.render`; what differs
between them stands here, a small class each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from cescore.definitions.model import Framework
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.kinds import UNIT_SHEET, WHAT_IF_NAME, Kind
from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.documents.other_documents import Document
from cescore.disclosure.documents.plan_documents import PlanDocument, Review
from cescore.disclosure.documents.reading import Printable, kind_of, read_printable
from cescore.disclosure.documents.result_file import result_json
from cescore.disclosure.documents.review_result import review_json
from cescore.disclosure.documents.standing import MARKED
from cescore.disclosure.documents.trial import trial_of
from cescore.publish.check import differences
from cescore.publish.numbers import MARKS, number
from cescore.publish.pages.review.check import review_differences
from cescore.publish.pages.what_if.page import what_if_page
from cescore.publish.pages.what_if.support import refusals
from cescore.publish.titles import document_name, document_title
from cescore.publish.words import label, subject

DataT = TypeVar("DataT", bound=Printable)
DocumentT = TypeVar("DocumentT", bound=Document)
AsPrinted = Callable[[str], str]  # a text as the fonts of the page can show it
Parameters = dict[str, str | int]


@dataclass(frozen=True)
class Publication(ABC, Generic[DataT]):
    """One thing that is printed; ``hash`` is the SHA-256 of the file it was read from."""

    data: DataT
    hash: str
    lang: str
    is_variant: bool = False  # its notebook computed with another framework than the official one

    own_style = ""  # a stylesheet behind the one that all share

    @property
    def kind(self) -> Kind:
        return kind_of(self.data)

    @property
    def number(self) -> str:
        return self.data.report_number

    @property
    def index(self) -> float | None:
        """The index as evaluated, of the year of the run; None where there is none."""
        return None

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is called, its year or period included."""

    @property
    @abstractmethod
    def owner(self) -> str:
        """Whose it is, as named in the head of every page."""

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """Of the page's <body>."""

    @property
    @abstractmethod
    def parameters(self) -> Parameters:
        """The notebook's parameters as the kept one shows them: run again, it reads the workspace."""

    @abstractmethod
    def wanted(self, as_printed: AsPrinted) -> Mapping[str, list[str]]:
        """What each expected text is called -> texts of which one must stand in the PDF."""

    def handed(self, path: Path) -> Parameters:
        """The parameters that the notebook really gets."""
        return {**self.parameters, self.kind.handed: str(path.resolve())}

    @property
    def marks(self) -> tuple[str, ...]:
        """What every page says in its head."""
        stage = self.data.release_stage
        marks = [label(f"status.{stage}", self.lang)] if stage in MARKED else []
        if self.data.run.kind == "flash":
            marks.append(label("status.flash", self.lang))
        return (*marks, *([self.variant_mark] if self.variant_mark else []))

    @property
    def variant_mark(self) -> str:
        """What a working variant is marked with; "" for what is official."""
        return label("status.variant", self.lang) if self.is_variant else ""

    def varied(self, conclusion: Mapping[str, Any]) -> Self:
        """The same with what the notebook's variant makes of it, marked so."""
        return replace(self, is_variant=True)

    @property
    def issued(self) -> date | None:
        """The date of issue, where the bureau states one."""
        try:
            return date.fromisoformat(self.data.run.issued)
        except ValueError:
            return None

    @property
    def identity(self) -> str:
        """What tells its PDF from every other."""
        return f"{self.hash} {self.lang}"

    def framework_hashes(self, conclusion: Mapping[str, Any]) -> tuple[object, object]:
        """Of the framework that the notebook computed with, and of the official one."""
        return None, None

    def differences(self, conclusion: Mapping[str, Any]) -> list[str]:
        """Where the notebook found something else than the evaluation, in words."""
        return []

    def result(self) -> Mapping[str, Any] | None:
        """Its figures for machines; None where it has none."""
        return None

    def further_pages(self) -> Mapping[str, str]:
        """Pages of its own beside it, by file name."""
        return {}

    def warnings(self, pages: int) -> Iterator[str]:
        """What a person should look at, of a PDF with so many pages."""
        yield from ()


@dataclass(frozen=True)
class Scorecard(Publication[Bundle]):
    """An entity's evaluation of a year."""

    @property
    def title(self) -> str:
        run = self.data.run
        return label("title", self.lang, year=run.year, subject=subject(run, self.lang))

    @property
    def owner(self) -> str:
        return self.data.entity.name(self.lang)

    @property
    def classes(self) -> tuple[str, ...]:
        return self.data.entity.entity_type, self.lang, self.data.release_stage

    @property
    def parameters(self) -> Parameters:
        entity_id, year = self.data.entity.entity_id, self.data.run.year
        return {"entity_id": entity_id, "year": year, "lang": self.lang, "bundle_path": ""}

    @property
    def identity(self) -> str:
        return f"{self.hash} {self.lang} {self.is_variant}"

    @property
    def index(self) -> float | None:
        return self.data.evaluated.index.values[self._now]

    @property
    def is_rated(self) -> bool:
        """Whether a return was filed and enough of the weight is covered."""
        return self.data.is_rated

    @property
    def _now(self) -> int:
        return self.data.record.years.index(self.data.run.year)

    def framework_hashes(self, conclusion: Mapping[str, Any]) -> tuple[object, object]:
        return conclusion.get("framework_hash"), self.data.framework_hash

    def varied(self, conclusion: Mapping[str, Any]) -> Self:
        """The bundle under the framework that the notebook concludes with, made here anew: what is
        printed of a variant is what follows from it, whatever the notebook showed."""
        framework = Framework.model_validate(conclusion["framework"])
        return replace(self, data=trial_of(self.data, framework), is_variant=True)

    def differences(self, conclusion: Mapping[str, Any]) -> list[str]:
        return differences(conclusion, self.data)

    def result(self) -> Mapping[str, Any]:
        return result_json(self.data, self.hash)

    def further_pages(self) -> Mapping[str, str]:
        """The what-if page, where the run asks for it and the framework has one."""
        if not self.data.run.what_if or self.is_variant or refusals(self.data):
            return {}
        opened = OpenBundle(self.data, self.hash, self.lang, self.data.framework)
        return {WHAT_IF_NAME: what_if_page(opened)}

    def wanted(self, as_printed: AsPrinted) -> Mapping[str, list[str]]:
        return {
            "name": [as_printed(self.owner)],
            "code": [as_printed(self.data.entity.entity_id)],
            "year": [str(self.data.run.year)],
            "index": self._index_texts(),
            "report number": [self.number],
        }

    def _index_texts(self) -> list[str]:
        """What must stand for the index: its number, or one of the wordings for having none."""
        lang = self.lang
        if self.is_rated and self.index is not None:
            return [number(self.index, 1)]
        without = [
            label(key, lang, mark=label(mark, lang))
            for key in ("index.none", "index.withheld")
            for mark in MARKS.values()
        ]
        return [label("index.not_filed", lang), label("index.insufficient", lang), *without]

    def warnings(self, pages: int) -> Iterator[str]:
        yield from size_warnings(self.data, pages)
        if self.data.run.what_if:
            yield from (f"no what-if page: {reason}" for reason in refusals(self.data))


@dataclass(frozen=True)
class DocumentPublication(Publication[DocumentT]):
    """The method book, a supervision sheet, a plan's overview."""

    own_style = "static/documents.css"

    @property
    def title(self) -> str:
        return document_title(self.data, self.lang)

    @property
    def owner(self) -> str:
        return document_name(self.data, self.lang)

    @property
    def classes(self) -> tuple[str, ...]:
        return "document", self.data.kind, self.lang, self.data.release_stage

    @property
    def parameters(self) -> Parameters:
        data = self.data
        own: Parameters = {"year": data.run.year, "lang": self.lang, "document_path": ""}
        if isinstance(data, PlanDocument):
            own = {"stage": data.stage, "plan": data.plan.id, **own}
        if self.kind == UNIT_SHEET or self.kind.has_entity:
            own = {"document_id": data.document_id, **own}
        return own

    def wanted(self, as_printed: AsPrinted) -> Mapping[str, list[str]]:
        return {
            "title": [self.title],
            "name": [as_printed(self.owner)],
            "report number": [self.number],
        }


@dataclass(frozen=True)
class ReviewPublication(DocumentPublication[Review]):
    """An entity's evaluation of a plan period."""

    @property
    def marks(self) -> tuple[str, ...]:
        is_restricted = self.data.bundle.is_for_statistics_alone
        own = [label("status.restricted", self.lang)] if is_restricted else []
        return (*super().marks, *own)

    def framework_hashes(self, conclusion: Mapping[str, Any]) -> tuple[object, object]:
        official = self.data.bundle.framework_hash
        # one that concludes without its figures is refused for that
        return conclusion.get("computed", {}).get("framework_hash", official), official

    def differences(self, conclusion: Mapping[str, Any]) -> list[str]:
        return review_differences(conclusion, self.data)

    def result(self) -> Mapping[str, Any]:
        return review_json(self.data, self.hash)


def open_publication(path: Path, lang: str) -> Publication[Any]:
    """What a handed file becomes in a language."""
    data, file_hash = read_printable(path)
    if isinstance(data, Bundle):
        return Scorecard(data, file_hash, lang)
    if isinstance(data, Review):
        return ReviewPublication(data, file_hash, lang)
    return DocumentPublication(data, file_hash, lang)


def size_warnings(data: Bundle, pages: int) -> Iterator[str]:
    """A number of pages outside what params/page.yml says of the entity type; an entity that did
    not file has little to read of."""
    least, most = data.pages.least, data.pages.most
    if data.filed and pages < least:
        yield f"{pages} pages, expected {least} at least"
    if most is not None and pages > most:
        yield f"{pages} pages, expected {most} at most"
