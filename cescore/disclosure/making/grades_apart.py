"""How many respondents have another grade by their total than by their index alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cescore.definitions.model import Disclosure
from cescore.disclosure.documents.illustration import ABOVE, ALIKE, BELOW, GradesApart
from cescore.disclosure.making.sheets import released_counts
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.grades import grade_of_bands

if TYPE_CHECKING:
    from cescore.evaluation.yearly import YearlyEvaluation


def grades_apart(yearly: YearlyEvaluation, rules: Disclosure) -> Iterator[GradesApart]:
    """Of each type of respondents that has enough graded ones for quartiles, by type.

    Grades are those of the total's points and of the index part's on one scale, whatever a veto
    makes of them. A count that few respondents make up is hidden, and with it the number of those
    whose grades agree, from which it would follow.
    """
    register = yearly.workspace.register
    for entity_type, evaluation in yearly.evaluations.items():
        if entity_type in rules.public_types:
            continue
        known = (
            (register[e], found)
            for e in evaluation.panel.entities
            if e in register and (found := yearly.assessments.get(e)) is not None
        )
        stands = [(entity, side) for entity, found in known if (side := _side(found))]
        counts = released_counts(stands, rules, (ABOVE, ALIKE, BELOW), unasked=ALIKE)
        if len(stands) >= rules.quartile_least_n and counts:
            yield GradesApart(entity_type=entity_type, entities=len(stands), counts=counts)


def _side(found: Assessment) -> str:
    """Whether the total reaches a better band than the index part alone; "" of what is not graded."""
    index = found.parts.get("index")
    if not found.graded or found.total is None or index is None:
        return ""
    by_total, by_index = (
        found.bands.index(grade_of_bands(points, found.bands)) for points in (found.total, index)
    )
    if by_total == by_index:
        return ALIKE
    return ABOVE if by_total < by_index else BELOW
