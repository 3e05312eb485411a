"""What happens to an indicator without a value: the framework's rule for each reason.

References
----------
The communiqué on the 2016 green development index (methodology 9.5): a national gap keeps its
weight at the floor of 60, an indicator that does not exist for an area gives its weight to the
others. What a body failed to report is not covered there: its rule is ours [P].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework, MissingRules
from cescore.method.column import Column, Panel, State
from cescore.method.index.fitting import Fitted, Withheld
from cescore.method.index.preparing import DOES_NOT_APPLY, has_enough

Bools = NDArray[np.bool_]
Case = str
CASES: tuple[Case, ...] = (
    "not_reported",
    "nowhere_reported",
    "not_applicable",
    "not_computable",
    "not_collected",
)
# A withheld value exists and is not at hand: treated like one the entity did not report.
CASE_OF_STATE: Mapping[State, Case] = {
    State.MISSING: "not_reported",
    State.SUPPRESSED: "not_reported",
    State.NOT_APPLICABLE: "not_applicable",
    State.NOT_COMPUTABLE: "not_computable",
    State.NOT_COLLECTED: "not_collected",
}


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores after the missing-data rules, and what was done to get them.

    Keys are indicators, arrays (entities, years).

    Attributes
    ----------
    scores
        Scores [points of the scale], those set to its floor included.
    active
        Takes part in the index.
    counted
        Takes part in its own group, which may itself be left out of what stands above it.
    covered
        Has a value of its own.
    applies
        Would have one if everything had been returned; coverage is counted over these.
    case
        0 where there is a value, else 1 + the place in `CASES`.
    rules
        What the framework does in each case.
    imputed
        Has a value that is not its own.
    too_few
        Groups ("" for the index) with a value for too few of their members.
    released
        Of one entity, groups by year that cannot be recomputed without the others.
    returned
        Where an entity returned anything for the year itself; None: not known, everybody did.
    withheld
        Of one entity, what is there and not shown: it takes part and has no value here.
    """

    scores: Panel
    active: Mapping[str, Bools]
    covered: Mapping[str, Bools]
    applies: Mapping[str, Bools]
    case: Mapping[str, NDArray[np.uint8]]
    rules: MissingRules
    counted: Mapping[str, Bools] = field(default_factory=dict)
    imputed: Mapping[str, Bools] = field(default_factory=dict)
    too_few: Mapping[str, Bools] = field(default_factory=dict)
    released: Mapping[str, Mapping[int, float | None]] = field(default_factory=dict)
    returned: Bools | None = None
    withheld: Withheld = field(default_factory=Withheld)

    @cached_property
    def rule(self) -> Mapping[str, NDArray[np.object_]]:
        """What was done (entities, years): "" for a value, else impute, floor, exclude or propagate."""
        return {code: self.rule_of(code) for code in self.case}

    def rule_of(self, code: str) -> NDArray[np.object_]:
        """The same of one indicator, not kept: of a large type the words of all would fill the memory."""
        words = np.array(["", *(getattr(self.rules, case) for case in CASES)], dtype=object)
        done: NDArray[np.object_] = words[self.case[code]]
        mask = self.imputed.get(code)
        return done if mask is None or not mask.any() else np.where(mask, "impute", done)

    @cached_property
    def reason(self) -> Mapping[str, NDArray[np.object_]]:
        """Why it was done (entities, years): "" for a value, else a word of `CASES`."""
        words = np.array(["", *CASES], dtype=object)
        return {code: words[case] for code, case in self.case.items()}


def apply_missing_rules(
    scores: Panel,
    indicators: Panel,
    framework: Framework,
    fitted: Fitted,
    returned: Bools | None = None,
) -> Scored:
    """Each missing score filled with the floor, left out or passed on, as the framework says.

    floor
        The score is the floor of the scale in use [points], and the weight stays.
    exclude
        The weight goes to the other members of the group, by their shares.
    propagate
        The group, and all that stands on it, has no value.

    The reason is the score's state; where the indicator itself has no value, the indicator's
    (a year before the first goalposts is not_computable). MISSING counts as nowhere_reported in
    the years in which no entity has the indicator. A value that is withheld counts as not_reported.

    Parameters
    ----------
    scores, indicators
        Scores before the rules, and the indicators they were made of (entities, years).
    fitted
        Says which indicators nobody reports, and what was released of one entity's groups.
    returned
        As in `Scored`.

    Examples
    --------
    >>> from cescore.definitions.model import Group, Indicator
    >>> made_up = {"source": "made up", "tag": "P"}
    >>> rate = Indicator(
    ...     code="A", unit="ratio", formula="a", direction=1, group="G", weight=1, **made_up
    ... )
    >>> lake = Framework(
    ...     entity_type="lake",
    ...     version="1",
    ...     source="made up",
    ...     index={"code": "LI"},
    ...     groups={"G": Group(code="G", weight=1)},
    ...     indicators={"A": rate},
    ... )
    >>> scores = Column.of(np.array([[25.0], [np.nan], [np.nan]]))
    >>> scores.state[2] = State.NOT_APPLICABLE
    >>> panel = Panel(("L1", "L2", "L3"), (2024,), {"A": scores})
    >>> after = apply_missing_rules(panel, panel, lake, Fitted())
    >>> after.reason["A"][:, 0].tolist(), after.rule["A"][:, 0].tolist()
    (['', 'not_reported', 'not_applicable'], ['', 'floor', 'exclude'])
    >>> after.scores.column("A").values[:, 0].tolist(), after.active["A"][:, 0].tolist()
    ([25.0, 0.0, nan], [True, True, False])
    """
    case = {i.code: _cases(i.code, scores, fitted) for i in framework.scored()}
    hidden = {code: _hidden(code, scores.years, fitted.withheld) for code in case}
    known = {code: scores.column(code).is_present | hidden[code] for code in case}
    own = {code: known[code] & (indicators.column(code).is_present | hidden[code]) for code in case}
    rules = framework.missing
    floor = {code: _decided(case[code], rules, "floor") for code in case}
    filled = {
        code: _floored(scores.column(code), floor[code], framework.scale.floor) for code in case
    }
    applies = {code: ~np.isin(scores.column(code).state, DOES_NOT_APPLY) for code in case}
    too_few = _too_few(framework, known, applies, scores.shape)
    counted = {code: ~_decided(case[code], rules, "exclude") for code in case}
    return Scored(
        scores=replace(scores, columns=filled),
        active={code: counted[code] & ~_below(code, framework, too_few) for code in case},
        covered=own,
        applies=applies,
        case=case,
        rules=rules,
        counted=counted,
        imputed={code: known[code] & ~own[code] for code in case},
        too_few=too_few,
        released=fitted.released_groups,
        returned=returned,
        withheld=fitted.withheld,
    )


def _hidden(code: str, years: Sequence[int], withheld: Withheld) -> Bools:
    """Where one entity has a score of its own that is not shown (1, years)."""
    cases = withheld.scores.get(code, {})
    return np.array([[cases.get(year) == "" for year in years]])


def _too_few(
    framework: Framework,
    known: Mapping[str, Bools],
    applies: Mapping[str, Bools],
    shape: tuple[int, int],
) -> dict[str, Bools]:
    """Groups with a limit, and where they fall short of it; an imputed value counts as one.

    Members that do not apply count in neither number, nor do those of weight zero; a group counts
    as one member, with a value where it has any and does not itself fall short.
    """
    general = framework.missing.min_available
    limits = {
        g.code: general if g.min_available is None else g.min_available
        for g in framework.groups.values()
    }
    has, exists, short = dict(known), dict(applies), {}
    for code in (*(group.code for group in framework.groups_bottom_up()), ""):
        members = [member for member, weight in framework.members(code) if weight > 0]
        values = {member: has[member] for member in members}
        limit = limits.get(code, general)
        if limit:
            short[code] = ~has_enough(values, {m: exists[m] for m in members}, limit, shape)
        no_member = np.zeros(shape, bool)
        has[code] = np.logical_or.reduce([no_member, *values.values()]) & ~short.get(
            code, no_member
        )
        exists[code] = np.logical_or.reduce([no_member, *(exists[m] for m in members)])
    return short


def _below(code: str, framework: Framework, too_few: Mapping[str, Bools]) -> Bools:
    """Where an indicator stands in a group, at any depth, that has too few values."""
    result = np.array(False)
    group = framework.indicators[code].group
    while group:
        result = result | too_few.get(group, False)
        group = framework.groups[group].parent
    below: Bools = result | too_few.get("", False)
    return below


def _cases(code: str, scores: Panel, fitted: Fitted) -> NDArray[np.uint8]:
    """0 where there is a score, else 1 + the place of the reason in CASES."""
    number = np.zeros(max(State) + 1, np.uint8)
    for state, case in CASE_OF_STATE.items():
        number[state] = 1 + CASES.index(case)
    result: NDArray[np.uint8] = number[scores.column(code).state]
    for i, year in enumerate(scores.years):
        if code in fitted.nowhere.get(year, ()):
            nowhere = scores.column(code).state[:, i] == State.MISSING
            result[nowhere, i] = 1 + CASES.index("nowhere_reported")
        withheld = fitted.withheld.scores.get(code, {}).get(year)
        if withheld is not None:
            result[:, i] = 1 + CASES.index(withheld) if withheld else 0
    return result


def _decided(case: NDArray[np.uint8], rules: MissingRules, rule: str) -> Bools:
    """Where the rule for the case at hand is this one."""
    is_rule = np.array([False, *(getattr(rules, name) == rule for name in CASES)])
    decided: Bools = is_rule[case]
    return decided


def _floored(column: Column, where: Bools, floor: float) -> Column:
    """The floor of the scale where the rule says so: a number, without a flag of its own."""
    return Column(
        np.where(where, floor, column.values),
        np.where(where, np.uint8(State.PRESENT), column.state),
        np.where(where, np.uint8(0), column.flags),
    )
