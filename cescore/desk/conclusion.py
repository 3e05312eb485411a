"""What a notebook found, for the builder to hold against what it handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypedDict, Unpack

import numpy as np

from cescore.disclosure.documents.opened import OpenBundle, OpenDocument
from cescore.disclosure.documents.plan_documents import Review
from cescore.method.column import Column, Panel
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.target_paths import TargetPath
from cescore.method.index.aggregate import Aggregation
from cescore.method.index.contributions import Contribution, Decomposition
from cescore.method.index.progress import ProgressResult
from cescore.publish.check import CONCLUSION_MIME, differences


class Computation(TypedDict, total=False):
    """What a notebook may have computed beside groups and index."""

    indicators: Panel | None
    progress: ProgressResult | None
    parts: Decomposition | None
    progress_parts: Decomposition | None
    assessed: Assessment | None
    targets: Sequence[TargetPath]  # over the years of a plan


@dataclass(frozen=True)
class Conclusion:
    """What a notebook found, readable by person and by builder."""

    found: Mapping[str, Any]
    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {CONCLUSION_MIME: dict(self.found), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return self.text


def conclude(
    opened: OpenBundle | OpenDocument[Any],
    result: Aggregation | None = None,
    **computed: Unpack[Computation],
) -> Conclusion:
    """What this notebook opened and found. Display it once, at the end.

    The builder refuses the report if a number of the official framework differs from the
    evaluation's by more than one part in 10⁹. A method book, a sheet or an overview computes nothing:
    its conclusion says which file was opened.
    """
    if isinstance(opened, OpenBundle):
        found = _of_bundle(opened, result, computed)
        return Conclusion(found, _in_words(found, opened))
    found = {"document_id": opened.data.document_id, "bundle_hash": opened.hash}
    if isinstance(opened.data, Review) and result is not None:
        found["computed"] = _of_bundle(own_bundle(opened), result, computed)
        found["targets"] = [asdict(path) for path in computed.get("targets", ())]
    return Conclusion(found, f"{opened.data.document_id} made from {opened.hash[:12]}")


def own_bundle(document: OpenDocument[Review]) -> OpenBundle:
    """The entity's own record and framework, as the steps of the method take them."""
    data = document.data.bundle
    return OpenBundle(data=data, hash=document.hash, lang=document.lang, framework=data.framework)


def _of_bundle(
    bundle: OpenBundle, result: Aggregation | None, computed: Computation
) -> dict[str, Any]:
    if result is None:
        raise TypeError("conclude(bundle, result, ...) needs what aggregate(...) gave")
    found: dict[str, Any] = {
        "entity_id": bundle.data.entity.entity_id,
        "year": bundle.year,
        "bundle_hash": bundle.hash,
        "framework_hash": bundle.framework.hash,
        "index": _numbers(result.index),
        "groups": _by_code(result.groups),
        "indicators": _by_code(computed.get("indicators")),
    }
    if bundle.is_variant:  # so that what is printed is that variant's, not the official one's
        found["framework"] = bundle.framework.model_dump(mode="json")
    progress = computed.get("progress")
    if progress is not None and bundle.framework.progress is not None:
        found["progress_index"] = _numbers(progress.index)
    assessed = computed.get("assessed")
    if assessed is not None:
        found["assessment"] = {"total": assessed.total, "grade": assessed.grade_zh}
    for name, parts in (
        ("contributions", computed.get("parts")),
        ("progress_contributions", computed.get("progress_parts")),
    ):
        if parts is not None:
            found[name] = {part.code: _without_code(part) for part in parts.of(0)}
    return found


def _without_code(part: Contribution) -> dict[str, float | None]:
    """The numbers of a contribution by their names."""
    return {kind: value for kind, value in asdict(part).items() if kind != "code"}


def _in_words(found: Mapping[str, Any], bundle: OpenBundle) -> str:
    data = bundle.data
    value = found["index"][data.record.years.index(data.run.year)]
    printed = "no value" if value is None else f"{value:.6f}"
    head = f"{data.framework.index.code} {data.run.year} = {printed}"
    mark = "试算稿 working variant, " if bundle.is_variant else ""
    odd = differences(found, data)
    return f"{head}; {mark}" + ("; ".join(odd) if odd else "equal to the evaluation, as it must be")


def _by_code(panel: Panel | None) -> dict[str, list[float | None]]:
    return (
        {code: _numbers(column) for code, column in panel.columns.items()}
        if panel is not None
        else {}
    )


def _numbers(column: Column) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in column.values[0]]
