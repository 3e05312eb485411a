"""What a bundle holds of the evaluation is what the method made: the same classes, not copies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import ValidationError

from cescore.disclosure.documents.bundle import Bundle, PeerTable
from cescore.disclosure.documents.plan_documents import PlanOverview, Review
from cescore.method.disclosure.rules import GroupFigure, PeerFigure
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.period_measures import Completion, PeriodMeasure, completion
from cescore.method.grading.standards import Compliance
from cescore.method.grading.target_paths import TargetPath
from cescore.method.index.contributions import Decomposition

BORROWED = (
    "TargetLine", "MeasureLine", "InspectedCheck", "Assessment", "VetoLine", "BonusLine",
    "RequirementLine", "GroupLine", "Contribution", "PeerFigure", "Band", "AppliedAlternative",
    "SourceShare", "TargetPath", "PeriodMeasure", "PeriodCheck", "Completion",
)  # fmt: skip


def classes_of(kind: Any, seen: set[type]) -> Iterator[type]:
    """Every class that a field of a class can hold, however deep."""
    for inner in get_args(kind):
        yield from classes_of(inner, seen)
    has_fields = isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "__annotations__"))
    if has_fields and kind not in seen:
        seen.add(kind)
        yield kind
        for hint in get_type_hints(kind).values():
            yield from classes_of(hint, seen)


@pytest.mark.parametrize("name", BORROWED)
def test_a_bundle_and_a_review_hold_the_methods_own_classes(name: str) -> None:
    held = [c for kind in (Bundle, Review, PlanOverview) for c in classes_of(kind, set())]
    modules = {c.__module__ for c in held if c.__name__ == name}
    assert len(modules) == 1
    assert modules.pop().startswith("cescore.method.")


def test_what_the_method_returns_is_what_the_bundle_holds() -> None:
    held = get_type_hints(Bundle) | {f"review.{k}": v for k, v in get_type_hints(Review).items()}
    assert held["assessment"] is Assessment
    assert held["review.targets"] == tuple[TargetPath, ...]
    assert held["review.measures"] == tuple[PeriodMeasure, ...]
    assert held["review.whole"] is get_type_hints(completion)["return"] is Completion
    evaluated, peers = get_type_hints(held["evaluated"]), get_type_hints(get_args(held["peers"])[0])
    assert evaluated["contributions"] == get_type_hints(Decomposition.of)["return"]
    assert get_args(peers["figures"])[0] is get_type_hints(GroupFigure.for_entity)["return"]
    standard = get_type_hints(get_args(held["standards"])[0])
    judged = {f.name: get_type_hints(Compliance)[f.name] for f in fields(Compliance)}
    assert {n: standard[n] for n in ("lines", "groups")} == {
        n: judged[n] for n in ("lines", "groups")
    }


def test_a_line_that_is_none_of_the_methods_is_refused_when_a_bundle_is_read() -> None:
    content = {"entity_type": "lake", "audience": "public", "figures": [{"code": "A", "n": "few"}]}
    with pytest.raises(ValidationError, match="figures.0.n"):
        PeerTable.model_validate_json(json.dumps(content))
    del content["figures"][0]["n"]  # type: ignore[attr-defined]
    assert PeerTable.model_validate_json(json.dumps(content)).figures == (PeerFigure("A"),)
