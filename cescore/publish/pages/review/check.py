"""A plan evaluation's notebook held against what the evaluation found, over all years."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from cescore.disclosure.documents.plan_documents import Review
from cescore.publish.check import TOLERANCE, differences

COMPARED = ("gap", "pace", "projected")


def review_differences(found: Mapping[str, Any], review: Review) -> list[str]:
    """Where the notebook's indices, indicators or targets differ from the review's, in words."""
    if "computed" not in found:
        return ["the notebook concludes without its figures: conclude(review, result, ...)"]
    odd = differences(found["computed"], review.bundle)
    odd += _targets(found.get("targets", ()), review)
    return odd


def _targets(found: Any, review: Review) -> Iterator[str]:
    if len(found) != len(review.targets):
        yield f"the notebook finds {len(found)} targets, the evaluation {len(review.targets)}"
        return
    for one, path in zip(found, review.targets, strict=True):
        expected = path.end.id
        if one["verdict"] != path.verdict:
            yield f"{expected}: verdict {one['verdict']}, the evaluation says {path.verdict}"
        for name in COMPARED:
            if not _is_same(one[name], getattr(path, name)):
                yield f"{expected}: {name} {one[name]!r}, the evaluation {getattr(path, name)!r}"
        for year, line, known in zip(review.years, one["lines"], path.lines, strict=True):
            if not _is_same(line["actual"], known.actual):
                yield f"{expected} {year}: {line['actual']!r}, the evaluation {known.actual!r}"


def _is_same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-12)
