"""result.json of a plan's evaluation: one entity's figures over the period for machines."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python

from cescore.disclosure.documents.bundle import Series
from cescore.disclosure.documents.plan_documents import Review


def review_json(review: Review, file_hash: str) -> dict[str, Any]:
    """What result.json of a review holds, full precision, from the review alone."""
    bundle, plan = review.bundle, review.plan
    found = bundle.evaluated
    return {
        "entity_id": bundle.entity.entity_id,
        "entity_type": bundle.entity.entity_type,
        "names": {"zh": bundle.entity.name_zh, "en": bundle.entity.name_en},
        "plan": {"id": plan.id, "base_year": plan.base_year, "last_year": plan.last_year},
        "stage": review.stage,
        "years": list(review.years),
        "framework": {"version": bundle.framework.version, "hash": bundle.framework_hash},
        "index": _path(found.index, bundle.record.years),
        "groups": {one.code: _path(one, bundle.record.years) for one in found.groups},
        "progress_index": (
            _path(found.progress_index, bundle.record.years) if found.progress_index else None
        ),
        "targets": [to_jsonable_python(path) for path in review.targets],
        "measures": {
            "whole": to_jsonable_python(review.whole),
            "systems": [to_jsonable_python(one) for one in review.systems],
            "units": [to_jsonable_python(one) for one in review.units],
            "checks": [to_jsonable_python(c) for m in review.measures for c in m.checks],
        },
        "yearly": {
            str(year): to_jsonable_python(made)
            for year, made in zip(review.years, review.yearly, strict=True)
        },
        "assessment": to_jsonable_python(review.assessment),
        "provenance": {
            "document_hash": file_hash,
            "report_number": review.report_number,
            "run_status": review.release_stage,
            "is_synthetic": bundle.entity.is_synthetic,
        },
    }


def _path(series: Series, years: tuple[int, ...]) -> dict[str, Any]:
    return {
        "code": series.code,
        "values": dict(zip(map(str, years), series.values, strict=True)),
        "status": dict(zip(map(str, years), series.status, strict=True)),
    }
