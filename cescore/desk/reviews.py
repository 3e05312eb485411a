"""What the notebooks of a plan's evaluation import: reviews opened, each year computed anew.

Beside `cescore.desk.documents`; the steps of the method are those of `cescore.desk`, over all years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cescore.desk import figures, tables
from cescore.desk.documents import Conclusion
from cescore.desk.steps import (
    aggregate,
    apply_missing_rules,
    compute_indicators,
    find_workspace,
    normalise,
    progress_index,
)
from cescore.desk.steps import conclude as conclude_bundle
from cescore.disclosure.kinds import OVERVIEW
from cescore.disclosure.opened import OpenBundle, OpenDocument
from cescore.disclosure.reading import read_document
from cescore.disclosure.reviews import PlanDocument, PlanOverview, Review, Reviews
from cescore.errors import DataError
from cescore.method import plan_period
from cescore.method.aggregate import Aggregation
from cescore.method.column import Panel
from cescore.method.plan_period import TargetPath
from cescore.method.progress import ProgressResult
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
    "conclude_overview",
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


def open_review(
    document_id: str, stage: str, year: int, document_path: str = "", lang: str = "zh",
    *, plan: str = "", root: str = "",
) -> OpenDocument[Review]:  # fmt: skip
    """An entity's review: the file the build hands over, or made here from the workspace.

    Raises
    ------
    DataError
        The file is another's, stage's or year's; the entity has none; or no workspace is found.
    """
    opened = _opened(document_id, stage, year, document_path, lang, plan, root)
    if not isinstance(opened.data, Review):
        raise DataError(f"the file holds {opened.data.kind}, expected the review of an entity")
    return opened


def open_overview(
    stage: str,
    year: int,
    document_path: str = "",
    lang: str = "zh",
    *,
    plan: str = "",
    root: str = "",
) -> OpenDocument[PlanOverview]:
    """The overview of a plan; raises as `open_review` does."""
    opened = _opened(OVERVIEW.name, stage, year, document_path, lang, plan, root)
    if not isinstance(opened.data, PlanOverview):
        raise DataError(f"the file holds {opened.data.kind}, expected the overview of a plan")
    return opened


def _opened(
    document_id: str, stage: str, year: int, path: str, lang: str, plan: str, root: str
) -> OpenDocument[Any]:
    if path:
        data, file_hash = read_document(Path(path))
    else:
        data = _made(
            Path(root) if root else find_workspace(Path.cwd()), document_id, stage, year, plan
        )
        file_hash = data.hash
    found = (data.document_id, getattr(data, "stage", ""), data.run.year)
    if found != (document_id, stage, year):
        raise DataError(f"the file is that of {found}, expected {(document_id, stage, year)}")
    return OpenDocument(data, file_hash, lang)


def _made(root: Path, document_id: str, stage: str, year: int, plan: str) -> PlanDocument:
    from cescore.evaluation.periods import evaluate_plan  # a review made from a file needs no YAML

    made = Reviews(evaluate_plan(root, stage, plan, year))
    return made.overview() if document_id == OVERVIEW.name else made.review(document_id)


def own_bundle(document: OpenDocument[Review]) -> OpenBundle:
    """The entity's own record and framework, as the steps of the method take them."""
    data = document.data.bundle
    return OpenBundle(data=data, hash=document.hash, lang=document.lang, framework=data.framework)


def target_paths(document: OpenDocument[Review], indicators: Panel) -> tuple[TargetPath, ...]:
    """The targets over the years of the period, from the indicators computed here."""
    data = document.data
    found = plan_period.target_paths(data.plan, indicators, data.bundle.framework, years=data.years)
    return found[data.document_id]


def conclude(
    document: OpenDocument[Review],
    result: Aggregation,
    *,
    indicators: Panel,
    progress: ProgressResult,
    targets: Sequence[TargetPath],
) -> Conclusion:
    """What this notebook found, year by year, for the builder to hold against the evaluation."""
    bundle = own_bundle(document)
    computed = conclude_bundle(bundle, result, indicators=indicators, progress=progress).found
    found: Mapping[str, Any] = {
        "document_id": document.data.document_id,
        "hash": document.hash,
        "computed": dict(computed),
        "targets": [asdict(path) for path in targets],
    }
    return Conclusion(found)


def conclude_overview(document: OpenDocument[PlanOverview]) -> Conclusion:
    """Which overview the notebook opened."""
    return Conclusion({"document_id": document.data.document_id, "hash": document.hash})
