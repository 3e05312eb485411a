"""What a framework says of imputation and outliers, held against the names and methods it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.model import (
    ALONG_ROW,
    BY_GROUP,
    ON_GOALPOSTS,
    Framework,
    Imputation,
    Indicator,
    Variable,
)
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence

GROUPINGS = ("industry",)  # columns of entities.csv that a bundle carries as well
ROWS = ("all", "group")  # of an entity's own indicators: all scored ones, or those of the group


def check_preparation(
    draft: Draft, framework: Framework, variables: Mapping[str, Variable]
) -> None:
    """Groups to impute by exist, and no transformed value meets goalposts of the untransformed one."""
    known = [*GROUPINGS, *(v.code for v in variables.values() if _is_code(v, draft.entity_type))]
    for imputation, at in _imputations(draft, framework):
        by = at.node.get("by")
        if imputation.method in BY_GROUP and imputation.by not in known:
            expected = with_nearest(
                Sentence("one of {listed}", listed=", ".join(known)), imputation.by, known
            )
            at.refuse(Sentence("{by!r} groups nobody", by=imputation.by), expected, "by")
        if imputation.method in ALONG_ROW and by is not None and by.value not in ROWS:
            at.refuse(
                repr(imputation.by), Sentence("one of {listed}", listed=", ".join(ROWS)), "by"
            )
    for indicator in framework.scored():
        _check_scored(draft, framework, indicator)


def _check_scored(draft: Draft, framework: Framework, indicator: Indicator) -> None:
    at = draft.indicator_places[indicator.code]
    method = indicator.normalisation or framework.normalisation
    if method == "distance_to_reference" and not (indicator.reference or framework.reference):
        at.of(at.node, f"{at.what}.reference").refuse("is missing", "the entity to measure to")
    treatment = framework.treatment_of(indicator)
    may_transform = treatment.method != "none" and treatment.then != "none"
    if may_transform and method in ON_GOALPOSTS:
        place = at.node.get("treatment") or draft.at.node.get("treatment") or draft.at.node
        at.of(place, f"{at.what}.treatment.then").refuse(
            Sentence(
                "{then}, while {method} stand on untransformed values",
                then=treatment.then,
                method=method,
            ),
            "none, or a normalisation on observed values (min_max, z_score, rank)",
        )


def _is_code(variable: Variable, entity_type: str) -> bool:
    is_for = not variable.entity_types or entity_type in variable.entity_types
    return variable.kind == "code" and is_for


def _imputations(draft: Draft, framework: Framework) -> Iterator[tuple[Imputation, Reading]]:
    """Each rule as written, with its place."""
    if draft.at.node.get("imputation") is not None:
        yield framework.imputation, draft.at.at("imputation")
    for code, indicator in framework.indicators.items():
        at = draft.indicator_places[code]
        if indicator.imputation is not None and at.node.get("imputation") is not None:
            yield indicator.imputation, at.at("imputation")
