"""Extra points are earned by nothing that is scored already."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.model import Framework, Plan
from cescore.definitions.reading import Reading
from cescore.definitions.scored_elsewhere import counted_twice


def check_extra_points(plan: Plan, at: Reading, frameworks: Mapping[str, Framework | None]) -> None:
    """Refuse extra points for what is scored already; a distinction may say it again."""
    for kind, bonus in plan.assessment.bonus.items():
        framework = frameworks.get(kind)
        if framework is None or not bonus.most:
            continue
        for item, code in counted_twice(plan, framework).items():
            place = at.of(at.node, "").at("assessment", "bonus", kind, "items", item)
            expected = "another quantity, or a distinction: points 0, most 0"
            place.refuse(f"{bonus.items[item].rule!r} is scored as {code}", expected, "rule")
