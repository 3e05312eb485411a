"""What is missing before a provisional grade is final, and why an entity has the grade it has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from cescore.definitions.bilingual import Bilingual
from cescore.method.grading.measures import MeasureLine, inspected_share
from cescore.method.grading.vetoes import VetoLine
from cescore.method.thresholds import meets

LEAST_INSPECTED = 0.8  # [P] share of the checks below which a grade is provisional
DoubtKind = Literal[
    "veto_proposed", "veto_unchecked", "references_of_sample", "checks_not_inspected"
]
DOUBT_KINDS: tuple[DoubtKind, ...] = get_args(DoubtKind)
Reason = Literal[
    "",
    # why there is no grade
    "no_rules", "not_filed", "statistical_basis", "insufficient_data", "index_not_computable",
    "midterm",
    # why it is as it is, or provisional
    "veto_standing", "vetoes_proposed", "vetoes_unchecked", "references_of_sample",
    "measures_not_inspected",
]  # fmt: skip
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Doubt(Bilingual):
    """One thing that is missing before a provisional grade is final.

    ``zh``, ``en``: the veto; "" of others. ``n``: how many more checks must be inspected, of those
    with a yardstick, or how many scores stand on the sample; 1 of a veto.
    """

    kind: DoubtKind
    zh: str
    en: str
    n: int = 1


_REASON_OF: Mapping[DoubtKind, Reason] = {
    "veto_proposed": "vetoes_proposed",
    "veto_unchecked": "vetoes_unchecked",
    "references_of_sample": "references_of_sample",
    "checks_not_inspected": "measures_not_inspected",
}


def why_provisional(
    lines: Sequence[VetoLine], measures: Sequence[MeasureLine], from_sample: int = 0
) -> Reason:
    """The gravest of what is missing before a grade is final; "" where nothing is."""
    return gravest(tuple(doubts_of(lines, measures, from_sample)))


def gravest(doubts: Sequence[Doubt]) -> Reason:
    """The reason that the first of some doubts gives, the gravest; "" without any."""
    return _REASON_OF[doubts[0].kind] if doubts else ""


def doubts_of(
    lines: Sequence[VetoLine], measures: Sequence[MeasureLine], from_sample: int
) -> Iterator[Doubt]:
    """All that is missing before a grade is final, the gravest first."""
    yield from (Doubt("veto_proposed", v.zh, v.en) for v in lines if v.status == "proposed")
    yield from (Doubt("veto_unchecked", v.zh, v.en) for v in lines if v.status == "unchecked")
    if from_sample:
        yield Doubt("references_of_sample", "", "", from_sample)
    share, due = inspected_share(measures), sum(line.due for line in measures)
    if share is not None and meets(share, "<", LEAST_INSPECTED):
        inspected = sum(line.inspected for line in measures)
        n = math.ceil(LEAST_INSPECTED * due - 1e-9) - inspected
        yield Doubt("checks_not_inspected", "", "", n)
