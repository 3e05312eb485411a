"""The frame of the sections: headings, contents, legends, and what stands where there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cescore.publish.concerned import concerns
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import DASH, PrintedNumber, legend, number, percentage, quantity
from cescore.publish.section import section
from cescore.publish.table import TableColumn
from cescore.publish.view import Number, View
from cescore.publish.words import has_label

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle

SECTIONS = (
    "results", "standards", "flows", "progress", "plan", "peers", "assessment", "quality", "values",
    "method",
)  # fmt: skip
NONE = Fragment("")


def heading(bundle: OpenBundle, key: str) -> Fragment:
    """A section's heading and the sentence that says how to read it."""
    view = View(bundle)
    if not concerns(view, key):
        return NONE
    words = framework_words(view)
    if key == "plan" and view.data.plan.base_year is not None:
        words["base"] = view.data.plan.base_year  # of targets, which need not be that of prices
    lead = view.t(f"lead.{key}", **words) if has_label(f"lead.{key}") else ""
    return section("heading", key=key, text=view.t(f"heading.{key}"), lead=lead)


def framework_words(view: View) -> dict[str, object]:
    """What sentences on the method may name."""
    framework = view.bundle.framework
    return {
        "floor": f"{framework.scale.floor:g}",
        "top": f"{framework.scale.top:g}",
        "index": view.name(framework.index.code),
        "year": view.bundle.year,
        "base": view.bundle.base_year,
        "least": number(100 * framework.missing.min_weight_covered, 0),
    }


def contents(bundle: OpenBundle, *keys: str) -> Fragment:
    """The list of sections with their pages; the keys are those whose heading is on the page."""
    view = View(bundle)
    known = [key for key in keys or SECTIONS if concerns(view, key)]
    entries = [(key, view.t(f"heading.{key}")) for key in known]
    return section("contents", title=view.t("contents"), entries=entries)


def nothing(view: View, key: str, of: str = "") -> Fragment:
    """The sentence for a section without content; none where the section itself is not there."""
    if of and not concerns(view, of):
        return NONE
    return paragraph(view.t(f"nothing.{key}"), "nothing")


def signs(view: View, numbers: Sequence[Number]) -> Fragment:
    """The signs that a table really uses; nothing where it uses none."""
    flags = 0
    for found in numbers:
        flags |= found.flags
    used = legend({n.state for n in numbers if n.value is None}, flags, view.lang)
    return paragraph(used, "legend") if used else NONE


def column(view: View, name: str, width: float, kind: str = "num") -> TableColumn:
    """A column headed by a label; programs call it by the label's name."""
    return TableColumn(view.t(f"head.{name}"), width, kind, name)


def years(view: View, width: float) -> list[TableColumn]:
    """A column for each year shown."""
    return [TableColumn(str(year), width, code=str(year)) for year in view.shown_years]


def number_cells(view: View, code: str, numbers: Sequence[Number]) -> list[object]:
    """Cells of one code with the same decimals."""
    decimals = view.decimals(code, [n.value for n in numbers])
    return [view.cell(n, decimals) for n in numbers]


def share(part: float) -> PrintedNumber:
    """A share as per cent, "—" where it is nothing."""
    return percentage(part) if part else PrintedNumber.of(DASH, 0.0)


def per_cent(part: float, view: View) -> str:
    """A share in a sentence, without decimals."""
    return quantity(100 * part, "%", view.lang, 0)
