"""The parts of a total, each 0-100, and what each weighs. Weights are ours [P]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cescore.definitions.model import AssessmentRules, Scale
from cescore.method.grading.targets import TargetLine

PARTS = ("targets", "index", "measures")


def index_part(index: float | None, scale: Scale) -> float | None:
    """The index as its place between the ends of its scale, 0-100 [P]; page: 折算为 0–100.

    (index - floor) / (top - floor) · 100. An index on 60-100 taken as it is would give 60 points
    for the worst goalposts and for what was never returned, beside targets and measures that start
    at 0, and would count less than its weight, its spread being 40 points. The index itself is
    printed on its own scale. Not cut: an index beyond its scale stays beyond 0 or 100. None stays
    None.

    Examples
    --------
    >>> index_part(90.0, Scale(floor=60, top=100)), index_part(75.0, Scale())
    (75.0, 75.0)
    """
    if index is None:
        return None
    return (index - scale.floor) / (scale.top - scale.floor) * 100


def worth_of_index(weights: Mapping[str, float], scale: Scale) -> float | None:
    """Points of the total that a point of the index is worth; None where the index has no weight.

    w · 100 / (top - floor), see `index_part`.

    Parameters
    ----------
    weights
        Of the parts in the total, see `used_weights`.

    Examples
    --------
    >>> worth_of_index({"index": 0.4, "targets": 0.6}, Scale(floor=60, top=100))
    1.0
    """
    weight = weights.get("index")
    return weight * 100 / (scale.top - scale.floor) if weight else None


def target_part(targets: Sequence[TargetLine]) -> float | None:
    """Mean share of the points of the scored targets, 0-100; None without any.

    min(Σ points / n, 1) · 100 over lines that are scored and have points [shares]. Each target
    counts the same [P]; a bonus, where the plan gives one, makes up for other targets but never
    leads beyond 100. A target that was not returned has 0 points and counts; one that cannot be
    computed does not.
    """
    points = [line.points for line in targets if line.scored and line.points is not None]
    return min(sum(points) / len(points), 1.0) * 100 if points else None


def given_weights(rules: AssessmentRules, entity_type: str, scored: int) -> dict[str, float]:
    """The weights of a type's parts as the plan gives them, that of measures by how many checks they stand on.

    w · min(n / enough, 1) for measures: a part of few checks is a coarse one, in which a single check
    would decide more of the total than anything else, so it carries the less the fewer they are [P].

    Parameters
    ----------
    scored
        Checks that are scored [checks].

    Examples
    --------
    >>> rules = AssessmentRules(weights={"park": {"index": 0.8, "measures": 0.2}}, enough_checks=5)
    >>> [round(given_weights(rules, "park", n)["measures"], 9) for n in (0, 4, 5, 9)]
    [0.0, 0.16, 0.2, 0.2]
    """
    given = dict(rules.weights.get(entity_type, {}))
    if "measures" in given:
        given["measures"] *= min(scored / rules.enough_checks, 1.0)
    return given


def used_weights(given: Mapping[str, float], parts: Mapping[str, float | None]) -> dict[str, float]:
    """The weights of the parts that have a value, together 1; empty without any.

    w / Σ w over the parts that have both a value and a weight above 0.

    Parameters
    ----------
    given
        What each part weighs, see `given_weights`.
    parts
        targets, index, measures [0-100]; None for a part without a value.

    Examples
    --------
    >>> given = {"targets": 0.5, "index": 0.3, "measures": 0.2}
    >>> used_weights(given, {"targets": None, "index": 70.0, "measures": 50.0})
    {'index': 0.6, 'measures': 0.4}
    """
    present = {p: given[p] for p in PARTS if parts.get(p) is not None and given.get(p)}
    whole = sum(present.values())
    return {part: weight / whole for part, weight in present.items()}
