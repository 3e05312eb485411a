"""What a framework says of imputation and outliers, held against the names and methods it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cescore.definitions.layout import Draft
from cescore.definitions.located import Node
from cescore.definitions.model import Framework, Imputation, Variable
from cescore.definitions.shape import with_nearest

GROUPINGS = ("industry",)  # columns of entities.csv that a bundle carries as well
ROWS = ("all", "group")  # of an entity's own indicators: all scored ones, or those of the group
ON_GOALPOSTS = ("goalposts", "efficacy", "distance_to_target")


def check_preparation(
    draft: Draft, framework: Framework, variables: Mapping[str, Variable]
) -> None:
    """Groups to impute by exist, and no transformed value meets goalposts of the untransformed one."""
    known = [*GROUPINGS, *(v.code for v in variables.values() if _is_code(v, draft.entity_type))]
    for imputation, node, what in _imputations(draft, framework):
        if imputation.method.startswith("group_") and imputation.by not in known:
            expected = with_nearest(f"one of {', '.join(known)}", imputation.by, known)
            found = f"{imputation.by!r} groups nobody"
            draft.refuse(node.get("by") or node, f"{what}.by", found, expected)
        by = node.get("by")
        if imputation.method.startswith("row_") and by is not None and by.value not in ROWS:
            draft.refuse(by, f"{what}.by", f"{imputation.by!r}", f"one of {', '.join(ROWS)}")
    for indicator in framework.scored():
        own = indicator.normalisation or framework.normalisation
        if own == "distance_to_reference" and not (indicator.reference or framework.reference):
            node, what = draft.indicator_nodes[indicator.code], f"indicators.{indicator.code}"
            draft.refuse(node, f"{what}.reference", "is missing", "the entity to measure to")
        treatment = framework.treatment_of(indicator)
        method = indicator.normalisation or framework.normalisation
        may_transform = treatment.method != "none" and treatment.then != "none"
        if may_transform and method in ON_GOALPOSTS:
            node = draft.indicator_nodes[indicator.code]
            place = node.get("treatment") or draft.node.get("treatment")
            what = f"indicators.{indicator.code}.treatment.then"
            found = f"{treatment.then}, while {method} stand on untransformed values"
            expected = "none, or a normalisation on observed values (min_max, z_score, rank)"
            draft.refuse(place, what, found, expected)


def _is_code(variable: Variable, entity_type: str) -> bool:
    is_for = not variable.entity_types or entity_type in variable.entity_types
    return variable.kind == "code" and is_for


def _imputations(draft: Draft, framework: Framework) -> Iterator[tuple[Imputation, Node, str]]:
    """Each rule as written, with its place."""
    node = draft.node.get("imputation")
    if node is not None:
        yield framework.imputation, node, "imputation"
    for code, indicator in framework.indicators.items():
        own = draft.indicator_nodes[code].get("imputation")
        if indicator.imputation is not None and own is not None:
            yield indicator.imputation, own, f"indicators.{code}.imputation"
