"""How much each finding could move: index, total, grade and targets of the year, worked out anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cescore.evaluation.what_if import EntityStanding, WhatIf, standings
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.findings import Finding
from cescore.method.thresholds import is_equal
from cescore.returns.expectations import Expectations

MOST_QUESTIONS = 3000  # worked out in one run; of further findings no effect is known


@dataclass(frozen=True)
class Effect:
    """Where an entity stands by its return, and where it would if a finding's rule were right.

    The entity's own figures alone: what others' are made of is not followed.
    """

    before: EntityStanding
    after: EntityStanding

    @property
    def index(self) -> float:
        """Change of the index [points of its scale]; all of it where there is none on one side."""
        return _moved(self.before.index, self.after.index)

    @property
    def total(self) -> float:
        """Change of the total [points]."""
        return _moved(self.before.total, self.after.total)

    @property
    def is_regraded(self) -> bool:
        return self.before.grade != self.after.grade

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets that would be met and are not, or the other way round, or are judged otherwise."""
        lights = self.before.lights, self.after.lights
        codes = dict.fromkeys((*lights[0], *lights[1]))
        return tuple(c for c in codes if lights[0].get(c, "") != lights[1].get(c, ""))

    @property
    def rank(self) -> tuple[bool, int, float, float]:
        """What weighs most is greatest: a grade, then targets, then the total, then the index."""
        return self.is_regraded, len(self.targets), abs(self.total), abs(self.index)

    @property
    def is_nothing(self) -> bool:
        is_moved = not is_equal(self.index, 0) or not is_equal(self.total, 0)
        return not (is_moved or self.is_regraded or self.targets)


def _moved(before: float | None, after: float | None) -> float:
    return (after or 0.0) - (before or 0.0)


def effects(
    yearly: YearlyEvaluation, findings: Sequence[Finding], expectations: Expectations
) -> list[Effect | None]:
    """The effect of each finding; None where nothing is expected instead, or too many are asked.

    Of several alternatives the one that moves most.
    """
    asked: dict[int, list[WhatIf]] = defaultdict(list)
    plain: dict[str, WhatIf] = {}
    questions: list[WhatIf] = []
    for n, finding in enumerate(findings):
        if finding.status != "open" or finding.severity == "info":
            continue
        if yearly.is_large(_type_of(yearly, finding)):
            continue
        for changes in expectations.of(finding):
            if len(questions) >= MOST_QUESTIONS:
                break
            question = WhatIf(finding.entity_id, changes)
            asked[n].append(question)
            questions.append(question)
            plain.setdefault(finding.entity_id, WhatIf(finding.entity_id))
    every = [*plain.values(), *questions]
    answers = standings(yearly, every) if every else []
    as_it_is = {q.entity_id: a for q, a in zip(plain.values(), answers, strict=False)}
    further = iter(answers[len(plain) :])
    found: list[Effect | None] = [None] * len(findings)
    for n, alternatives in asked.items():
        before = as_it_is[findings[n].entity_id]
        options = [Effect(before, next(further)) for _ in alternatives]
        found[n] = max(options, key=lambda effect: effect.rank)
    return found


def _type_of(yearly: YearlyEvaluation, finding: Finding) -> str:
    register = yearly.workspace.register
    return register[finding.entity_id].entity_type if finding.entity_id in register else ""
