"""The kinds of thing that are printed: what each is called, its files, the notebook that makes it.

A scorecard is an entity's evaluation of a year, a review that of a plan period. The documents have no
entity: the method book, the supervision sheet of each responsible unit, the overview of a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RESULT_NAME = "result.json"
WHAT_IF_NAME = "what-if.html"  # beside a scorecard, where the run asks for it


@dataclass(frozen=True)
class Kind:
    """One kind of thing that is printed.

    ``name`` is also the folder of what has no entity; what has one lies in the folder of its entity
    type. ``notebook`` is the stem of its notebook; "" means that of the entity's type. ``handed`` is
    the notebook's parameter that names the file it is made from.
    """

    name: str
    stem: str  # of its files
    notebook: str = ""
    has_entity: bool = False
    has_result: bool = False  # figures for machines beside the pages
    handed: str = "document_path"

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it must have, in the order in which they are read."""
        result = (RESULT_NAME,) if self.has_result else ()
        return (self.pdf, self.html, self.executed, *result)

    @property
    def pdf(self) -> str:
        return f"{self.stem}.pdf"

    @property
    def html(self) -> str:
        return f"{self.stem}.html"

    @property
    def executed(self) -> str:
        """The notebook as it ran."""
        return f"{self.stem}.ipynb"

    @property
    def source(self) -> str:
        """What the file is called that it is made from: bundle or document."""
        return self.handed.removesuffix("_path")


SCORECARD = Kind(
    "scorecard", "scorecard", has_entity=True, has_result=True, handed="bundle_path"
)  # fmt: skip
METHOD_BOOK = Kind("method-book", "method-book", "method_book")
UNIT_SHEET = Kind("units", "sheet", "unit_sheet")
REVIEW = Kind("plan-review", "review", "plan_review", has_entity=True, has_result=True)
OVERVIEW = Kind("plan-overview", "overview", "plan_overview")

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (SCORECARD, METHOD_BOOK, UNIT_SHEET, REVIEW, OVERVIEW)
}
DOCUMENT_FOLDERS = frozenset(kind.name for kind in KINDS.values() if not kind.has_entity)
