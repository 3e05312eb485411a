"""What the notebooks of a plan's evaluation import: reviews opened, each year computed anew.

Beside `cescore.desk.documents`; the steps of the method are those of `cescore.desk`, over all years.
"""

from __future__ import annotations

from cescore.desk import figures, tables
from cescore.desk.conclusion import conclude, own_bundle
from cescore.desk.opening import open_overview, open_review
from cescore.desk.steps import (
    aggregate,
    apply_missing_rules,
    compute_indicators,
    normalise,
    progress_index,
)
from cescore.disclosure.documents.opened import OpenDocument
from cescore.disclosure.documents.plan_documents import Review
from cescore.method.column import Panel
from cescore.method.grading import target_paths as _target_paths
from cescore.method.grading.target_paths import TargetPath
from cescore.publish.pages.review import charts as review_charts
from cescore.publish.pages.review import measures as review_measures
from cescore.publish.pages.review import overview as plan_overview
from cescore.publish.pages.review import page as review
from cescore.publish.pages.review import paths as review_paths

__all__ = [
    "aggregate",
    "apply_missing_rules",
    "compute_indicators",
    "conclude",
    "figures",
    "normalise",
    "open_overview",
    "open_review",
    "own_bundle",
    "plan_overview",
    "progress_index",
    "review",
    "review_charts",
    "review_measures",
    "review_paths",
    "tables",
    "target_paths",
]


def target_paths(document: OpenDocument[Review], indicators: Panel) -> tuple[TargetPath, ...]:
    """The targets over the years of the period, from the indicators computed here."""
    data = document.data
    found = _target_paths.target_paths(
        data.plan, indicators, data.bundle.framework, years=data.years
    )
    return found[data.document_id]
