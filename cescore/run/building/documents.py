"""The documents of a run beside the entities' reports, in the order in which they are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.disclosure.documents.kinds import METHOD_BOOK, OVERVIEW, UNIT_SHEET
from cescore.disclosure.making.sheets import unit_slugs
from cescore.run.order import Subject

if TYPE_CHECKING:
    from cescore.definitions.model import Plan

PERIOD_DOCUMENTS = (Subject(OVERVIEW, OVERVIEW.name),)


def annual_documents(plan: Plan | None) -> tuple[Subject, ...]:
    """The book first, then a sheet for each unit as the plan names them."""
    sheets = (Subject(UNIT_SHEET, UNIT_SHEET.name, slug) for slug in unit_slugs(plan))
    return (Subject(METHOD_BOOK, METHOD_BOOK.name), *sheets)
