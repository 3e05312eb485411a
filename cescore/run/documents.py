"""The documents of a run beside the entities' reports: the method book, the units' supervision sheets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cescore.disclosure.kinds import METHOD_BOOK, UNIT_SHEET
from cescore.disclosure.method_books import make_method_book
from cescore.disclosure.sheets import Sheets, unit_slugs
from cescore.run.job import report_name

if TYPE_CHECKING:
    from cescore.disclosure.documents import Document
    from cescore.intake.workspace import Workspace

BOOK, UNITS = METHOD_BOOK.name, UNIT_SHEET.name
NOTEBOOKS: Mapping[str, str] = {BOOK: "method_book", UNITS: "unit_sheet"}  # by folder


def document_names(workspace: Workspace) -> dict[str, tuple[str, str]]:
    """Folder and id of each document by name: the book first, then the units as the plan names them."""
    slugs = unit_slugs(workspace.definitions.plan)
    found = [(BOOK, ""), *((UNITS, slug) for slug in slugs)]
    return {report_name(*one): one for one in found}


@dataclass(frozen=True, eq=False)
class Documents:
    """Makes the documents of a workspace's year, one when it is asked for."""

    workspace: Workspace

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        """See `document_names`."""
        return document_names(self.workspace)

    def make(self, name: str) -> Document:
        """The document of a name, from params alone or from what inspectors recorded."""
        folder, document_id = self.names[name]
        if folder == BOOK:
            return make_method_book(self.workspace.definitions, self.workspace.base_year)
        return self._sheets.sheet(document_id)

    def notebook(self, name: str) -> str:
        """The stem of the notebook that prints it."""
        return NOTEBOOKS[self.names[name][0]]

    @cached_property
    def _sheets(self) -> Sheets:
        return Sheets(self.workspace)


def parts_of(document: Document) -> dict[str, str]:
    """A document's parts as text, in the order of params: another order is a change."""
    fields: dict[str, Any] = document.model_dump(mode="json")
    return {
        name: json.dumps(value, ensure_ascii=False)
        for name, value in fields.items()
        if name != "report_number"
    }
