"""What the notebooks of documents import: the method book and the supervision sheets, opened.

Beside `cescore.desk`, which opens one entity's bundle; here nothing of an entity's returns is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from cescore.definitions.model import Framework
from cescore.desk.steps import find_workspace
from cescore.disclosure.documents import Document, MethodBook, UnitSheet
from cescore.disclosure.method_books import make_method_book
from cescore.disclosure.opened import OpenDocument
from cescore.disclosure.reading import read_document
from cescore.disclosure.sheets import Sheets
from cescore.errors import DataError
from cescore.method import weight as _weight
from cescore.method.assessment import LEAST_INSPECTED
from cescore.method.measures import PARTIAL_SHARE
from cescore.method.schedules import NEARLY
from cescore.publish.documents import DOCUMENT_MIME
from cescore.publish.pages import unit_sheet
from cescore.publish.pages.method_book import page as method_book

__all__ = [
    "CONVENTIONS",
    "OpenDocument",
    "conclude",
    "effective_weights",
    "method_book",
    "open_book",
    "open_sheet",
    "unit_sheet",
]

# Shares that the method itself fixes, all of them conventions of this report.
CONVENTIONS: Mapping[str, float] = {
    "nearly": NEARLY,
    "partial_share": PARTIAL_SHARE,
    "least_inspected": LEAST_INSPECTED,
}

DocumentT = TypeVar("DocumentT", bound=Document)


def open_book(
    year: int, document_path: str = "", lang: str = "zh", *, root: str = ""
) -> OpenDocument[MethodBook]:
    """The method book of a year: the file the build hands over, or made here from params.

    Raises
    ------
    DataError
        The file is no method book, or another year's; or no workspace is found.
    """
    if document_path:
        return _opened(MethodBook, document_path, year, "", lang)
    made = _book_of(_root(root), year)
    return OpenDocument(made, made.hash, lang)


def open_sheet(
    document_id: str, year: int, document_path: str = "", lang: str = "zh", *, root: str = ""
) -> OpenDocument[UnitSheet]:
    """The supervision sheet of a responsible unit, by its slug: U01 the first the plan names.

    Raises
    ------
    DataError
        The file is another unit's or year's; there is no such unit; or no workspace is found.
    """
    if document_path:
        return _opened(UnitSheet, document_path, year, document_id, lang)
    from cescore.intake.workspace import Workspace  # a sheet made from a file needs no YAML

    made = Sheets(Workspace.load(_root(root), year)).sheet(document_id)
    return OpenDocument(made, made.hash, lang)


def effective_weights(book: OpenDocument[MethodBook]) -> dict[str, dict[str, float]]:
    """Each scored indicator's weight in its index where all others have a value too, by type.

    An indicator that nobody collects takes no part where the framework leaves such out.
    """
    return {framework.entity_type: _weights(framework) for framework in book.data.frameworks}


def conclude(document: OpenDocument[Any]) -> Conclusion:
    """What the notebook opened, for the builder to hold against what it handed over; show it once."""
    return Conclusion({"document_id": document.data.document_id, "hash": document.hash})


@dataclass(frozen=True)
class Conclusion:
    """Which document the pages were made from."""

    found: Mapping[str, str]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {DOCUMENT_MIME: dict(self.found), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"{self.found['document_id']} made from {self.found['hash'][:12]}"


def _weights(framework: Framework) -> dict[str, float]:
    left_out = framework.missing.not_collected == "exclude"
    active = {
        i.code: np.array([[i.collected or not left_out]], dtype=bool) for i in framework.scored()
    }
    if not active:
        return {}
    found = _weight.effective_weights(framework, active)
    return {code: float(weights[0, 0]) for code, weights in found.items()}


def _opened(
    kind: type[DocumentT], path: str, year: int, document_id: str, lang: str
) -> OpenDocument[DocumentT]:
    data, file_hash = read_document(Path(path))
    if not isinstance(data, kind) or data.run.year != year:
        raise DataError(f"the file holds {data.kind} {data.run.year}, expected another or {year}")
    if document_id and data.document_id != document_id:
        raise DataError(f"the file is the document of {data.document_id}, expected {document_id}")
    return OpenDocument(data, file_hash, lang)


def _root(root: str) -> Path:
    return Path(root) if root else find_workspace(Path.cwd())


def _book_of(root: Path, year: int) -> MethodBook:
    from cescore.intake.workspace import Workspace  # as above

    workspace = Workspace.load(root, year)
    return make_method_book(workspace.definitions, workspace.base_year)
