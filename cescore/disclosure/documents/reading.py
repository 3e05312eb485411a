"""Reads the one file that a report process is handed: a scorecard's bundle or a document of any kind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.model.plan import Plan
from cescore.definitions.model.reference import Reference
from cescore.definitions.model.run import Run
from cescore.definitions.model.variants import Framework
from cescore.disclosure.documents import bundle
from cescore.disclosure.documents.bundle import (
    BesideCard,
    Bundle,
    StandardCard,
    TypeRobustness,
)
from cescore.disclosure.documents.kinds import (
    KINDS,
    METHOD_BOOK,
    OVERVIEW,
    REVIEW,
    SCORECARD,
    UNIT_SHEET,
    Kind,
)
from cescore.disclosure.documents.other_documents import Document, MethodBook, UnitSheet
from cescore.disclosure.documents.plan_documents import PlanOverview, Review
from cescore.disclosure.documents.standing import ReportStanding
from cescore.errors import DataError, Sentence

Printable = Bundle | Document  # what one report or document is made from
# Parts that a report also writes by themselves, into its number and its result: each has a writer of its own.
WRITTEN_ALONE = (Framework, Run, Plan, BesideCard, Reference, StandardCard, TypeRobustness)
START = b'{"kind":"'  # a document's file begins so; a bundle's never does
MODELS: Mapping[str, type[Document]] = {
    METHOD_BOOK.name: MethodBook,
    UNIT_SHEET.name: UnitSheet,
    REVIEW.name: Review,
    OVERVIEW.name: PlanOverview,
}


def make_ready() -> None:
    """Build now what reads and writes bundles and documents, so that no process forked from this one
    has to."""
    models: tuple[type[BaseModel], ...] = (Bundle, *MODELS.values(), *WRITTEN_ALONE)
    for model in models:
        model.model_rebuild()


def read_printable(path: Path) -> tuple[Printable, str]:
    """A bundle or document, and the SHA-256 of the file it was read from.

    Raises
    ------
    DataError
        The file is of no kind that there is.
    """
    raw = path.read_bytes()
    read = _document(path.name, raw) if raw.startswith(START) else Bundle.model_validate_json(raw)
    return read, hashlib.sha256(raw).hexdigest()


def read_document(path: Path) -> tuple[Document, str]:
    """A document of any kind, and the SHA-256 of the file it was read from.

    Raises
    ------
    DataError
        The file is no document, or of no kind that there is.
    """
    raw = path.read_bytes()
    return _document(path.name, raw), hashlib.sha256(raw).hexdigest()


def kind_of(data: Printable) -> Kind:
    """What kind of thing a bundle or document becomes."""
    return KINDS[data.kind] if isinstance(data, Document) else SCORECARD


def number_of(data: Printable) -> str:
    """The number that the content has: other content has another."""
    return data.number() if isinstance(data, Document) else bundle.report_number(data)


def with_standing(data: Printable, standing: ReportStanding) -> Printable:
    """The same with the standing of its release, and the number that it then has."""
    issued = data.model_copy(update={"standing": standing})
    if isinstance(issued, Document):
        return issued.numbered()
    return issued.model_copy(update={"report_number": bundle.report_number(issued)})


def is_altered(data: Printable) -> bool:
    """Whether what the release has numbered no longer holds what it held then."""
    if isinstance(data, Document):
        is_numbered = data.report_number.startswith(data.number_start)
        return is_numbered and data.report_number != data.number()
    return bundle.is_altered(data)


def _document(name: str, raw: bytes) -> Document:
    kind = json_document(raw, name).get("kind")
    if kind not in MODELS:
        raise DataError(
            Sentence(
                "{name}: document of kind {kind!r}, expected {models}",
                name=name,
                kind=kind,
                models=" or ".join(MODELS),
            )
        )
    return MODELS[kind].model_validate_json(raw)
