"""A published standard held against indicators, line by line: never a score, and never a veto.

Only a threshold that was read (S, V) or cross-checked (C) can decide for or against an entity. What
stands on one from memory (M) or of our own (P) is shown with its outcome and leaves the verdict
open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.model import ChooseGroup, Framework, Requirement, Standard
from cescore.method.column import Panel, State
from cescore.method.thresholds import meets

NO_THRESHOLD = "no_threshold"  # the document sets none: the value is shown
CONFIRMED = ("S", "V", "C")
TURNED = {">=": "<=", "<=": ">="}
WITHOUT_VALUE = {
    State.NOT_COMPUTABLE: "not_computable",
    State.MISSING: "not_reported",
    State.SUPPRESSED: "suppressed",
    State.NOT_APPLICABLE: "not_applicable",
    State.NOT_COLLECTED: "not_collected",
}


@dataclass(frozen=True)
class RequirementLine(Bilingual):
    """One requirement as judged in a year.

    Attributes
    ----------
    op, threshold, unit
        The comparison really made, in the unit of the indicator: ``turned`` where the indicator of
        ``sign_of`` was negative.
    tag
        How well the threshold is known: S, V and C confirm it, M and P do not.
    compulsory, choose
        Whether it must be met by itself, and the group of which some must be.
    value
        Of the indicator; None where it has none.
    status
        met, not_met, or why it is open (not_computable, not_reported, suppressed, not_collected) or
        concerns nobody (not_applicable).
    decides
        Judged, on a confirmed threshold.
    """

    id: str
    indicator: str
    zh: str
    en: str
    unit: str
    op: str
    threshold: float | None
    tag: str
    compulsory: bool
    choose: str
    value: float | None
    status: str
    turned: bool = False
    decides: bool = False


@dataclass(frozen=True)
class GroupLine(Bilingual):
    """Requirements of which ``least`` must be met.

    Attributes
    ----------
    least, met
        How many are asked for, and how many are met, on whatever threshold.
    status
        met or not_met as soon as the members still open cannot change it, else open; not_applicable
        where no member applies.
    decides
        Whether that holds on confirmed thresholds alone.
    """

    code: str
    zh: str
    en: str
    least: int
    met: int
    status: str
    decides: bool


@dataclass(frozen=True)
class Compliance:
    """An entity under a standard in a year.

    Attributes
    ----------
    verdict
        met, not_met, undetermined, or not_judged (the standard is not for this entity, and there
        are no lines).
    reasons
        What left it undetermined: unconfirmed_threshold, no_threshold, not_reported, not_collected,
        not_computable, suppressed; in the order of the alphabet.
    lines, groups
        Every requirement, and every group to choose from, in the standard's order.
    """

    standard: str
    entity_id: str
    verdict: str
    reasons: tuple[str, ...] = ()
    lines: tuple[RequirementLine, ...] = ()
    groups: tuple[GroupLine, ...] = ()

    @property
    def is_judged(self) -> bool:
        """Whether the standard is for this entity at all."""
        return self.verdict != "not_judged"


@dataclass(frozen=True)
class Counts:
    """How many lines of a standard say something [lines]; those not applicable count nowhere.

    Attributes
    ----------
    decidable, met
        With a value, on a confirmed threshold; and how many of these are met.
    unconfirmed
        With a value, on a threshold from memory or of our own, which decides nothing.
    without_value
        The rest of those that apply.
    """

    decidable: int
    met: int
    unconfirmed: int
    without_value: int


def counts_of(lines: Sequence[RequirementLine]) -> Counts:
    """The lines by what they can decide; those that do not apply count nowhere.

    Examples
    --------
    >>> values = {"zh": "", "en": "", "unit": "%", "op": ">=", "threshold": 70.0, "choose": ""}
    >>> line = RequirementLine(
    ...     "R6", "K09", tag="V", compulsory=True, value=72.0, status="met", decides=True, **values
    ... )
    >>> counts_of([line])
    Counts(decidable=1, met=1, unconfirmed=0, without_value=0)
    """
    applies = [line for line in lines if line.status != "not_applicable"]
    decidable = [line for line in applies if line.decides]
    without = sum(line.value is None for line in applies)
    return Counts(
        decidable=len(decidable),
        met=sum(line.status == "met" for line in decidable),
        unconfirmed=len(applies) - len(decidable) - without,
        without_value=without,
    )


def standard_compliance(
    standard: Standard, indicators: Panel, framework: Framework, *, year: int
) -> dict[str, Compliance]:
    """Each entity of a panel under a standard in a year.

    Compulsory lines must all be met, and of each group under ``choose`` as many as it says; a line
    that is neither is only shown. What is not applicable binds nobody. The verdict is not_met as
    soon as something that must be met is not, on confirmed thresholds; met if all of it is; else
    undetermined. Values and thresholds in the indicator's unit, compared by `thresholds.meets`.
    Where the indicator of ``sign_of`` is below 0 (an elasticity to a growth that became a fall),
    the comparison turns round and the line says so; where it has no value it does not.

    Parameters
    ----------
    indicators
        Computed indicators (entities, years); in a year that the panel does not have every value is
        not_reported.
    framework
        Names and units of the indicators that the standard asks for.

    Returns
    -------
    dict
        Entity -> compliance.

    References
    ----------
    HJ 274-2015, national demonstration eco-industrial parks: compulsory indicators and groups of which
    one is chosen; its table 1 as params/standards has it.

    Examples
    --------
    >>> import numpy as np
    >>> from cescore.definitions.model import Indicator
    >>> from cescore.method.column import Column
    >>> rate = Indicator(
    ...     code="K09", unit="%", formula="k09", direction=1, source="made up", tag="P"
    ... )
    >>> park = Framework(
    ...     entity_type="park",
    ...     version="1",
    ...     source="made up",
    ...     index={"code": "I"},
    ...     groups={},
    ...     indicators={"K09": rate},
    ... )
    >>> line = Requirement(
    ...     id="R6", indicator="K09", op=">=", threshold=70, compulsory=True, tag="V"
    ... )
    >>> standard = Standard(
    ...     id="s", entity_type="park", requirements={"R6": line}, source="made up", tag="V"
    ... )
    >>> rates = Column.of(np.array([[72.0], [65.0], [np.nan]]))
    >>> panel = Panel(("P1", "P2", "P3"), (2024,), {"K09": rates})
    >>> judged = standard_compliance(standard, panel, park, year=2024)
    >>> {park: (of.verdict, of.reasons) for park, of in judged.items()}
    {'P1': ('met', ()), 'P2': ('not_met', ()), 'P3': ('undetermined', ('not_reported',))}
    """
    return {
        entity: _judged(standard, indicators, framework, entity, year)
        for entity in indicators.entities
    }


def _judged(
    standard: Standard, indicators: Panel, framework: Framework, entity: str, year: int
) -> Compliance:
    if standard.applies_to_entities and entity not in standard.applies_to_entities:
        return Compliance(standard.id, entity, "not_judged")
    lines = tuple(
        _line(requirement, indicators, framework, entity, year)
        for requirement in standard.requirements.values()
    )
    groups = tuple(
        _group(code, group, [line for line in lines if line.choose == code])
        for code, group in standard.choose.items()
    )
    verdict, reasons = _verdict([*(line for line in lines if line.compulsory), *groups], lines)
    return Compliance(standard.id, entity, verdict, reasons, lines, groups)


def _line(
    requirement: Requirement, indicators: Panel, framework: Framework, entity: str, year: int
) -> RequirementLine:
    indicator = framework.indicators[requirement.indicator]
    value, state = _cell(indicators, requirement.indicator, entity, year)
    sign = _cell(indicators, requirement.sign_of, entity, year)[0] if requirement.sign_of else None
    turned = sign is not None and meets(sign, "<", 0)
    op = TURNED[requirement.op] if turned else requirement.op
    status = WITHOUT_VALUE.get(state, "")
    if value is not None and requirement.threshold is None:
        status = NO_THRESHOLD
    elif value is not None and requirement.threshold is not None:
        status = "met" if meets(value, op, requirement.threshold) else "not_met"
    return RequirementLine(
        id=requirement.id,
        indicator=requirement.indicator,
        zh=indicator.zh,
        en=indicator.en,
        unit=indicator.unit,
        op=op,
        threshold=requirement.threshold,
        tag=requirement.tag,
        compulsory=requirement.compulsory,
        choose=requirement.choose,
        value=value,
        status=status,
        turned=turned,
        decides=status in ("met", "not_met") and requirement.tag in CONFIRMED,
    )


def _cell(panel: Panel, code: str, entity: str, year: int) -> tuple[float | None, State]:
    if year not in panel.years:
        return None, State.MISSING
    column, i, j = panel.column(code), panel.row(entity), panel.year_position(year)
    state = State(int(column.state[i, j]))
    return (float(column.values[i, j]) if state == State.PRESENT else None), state


def _group(code: str, group: ChooseGroup, members: Sequence[RequirementLine]) -> GroupLine:
    """Judged as soon as the members still open cannot change it."""
    bound = [line for line in members if line.status != "not_applicable"]
    met = [line for line in bound if line.status == "met"]
    failed = [line for line in bound if line.status == "not_met"]
    status, decides = "open", False
    if not bound:
        status = "not_applicable"
    elif len(met) >= group.least:
        status, decides = "met", sum(line.decides for line in met) >= group.least
    elif len(bound) - len(failed) < group.least:
        surely_failed = sum(line.decides for line in failed)
        status, decides = "not_met", len(bound) - surely_failed < group.least
    return GroupLine(code, group.zh, group.en, group.least, len(met), status, decides)


def _verdict(
    binding: Sequence[RequirementLine | GroupLine], lines: Sequence[RequirementLine]
) -> tuple[str, tuple[str, ...]]:
    """The verdict over what binds, and what left it undetermined, sorted.

    Without anything that binds it is undetermined, with no reason.
    """
    bound = [part for part in binding if part.status != "not_applicable"]
    if any(part.status == "not_met" and part.decides for part in bound):
        return "not_met", ()
    if bound and all(part.status == "met" and part.decides for part in bound):
        return "met", ()
    undecided = {p.code if isinstance(p, GroupLine) else p.id for p in bound if not p.decides}
    doubtful = [line for line in lines if line.id in undecided or line.choose in undecided]
    reasons = {
        "unconfirmed_threshold" if line.status in ("met", "not_met") else line.status
        for line in doubtful
        if line.status != "not_applicable" and not line.decides
    }
    return "undetermined", tuple(sorted(reasons))
