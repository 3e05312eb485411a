"""What the figures themselves say of a veto: whether they show it, with the numbers.

A sign decides nothing. A veto that the figures show and no record confirms or clears is proposed
for confirmation, instead of being left as not checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cescore.definitions.model import Framework, Plan, Veto
from cescore.method.column import Panel, State
from cescore.method.thresholds import meets


@dataclass(frozen=True)
class VetoSign:
    """A veto's condition on an indicator, held against the figures of a year.

    Attributes
    ----------
    indicator, zh, en, unit
        What is looked at.
    op, against, against_year
        The condition under which the veto is shown: value ``op`` against [``unit``]; the year that
        ``against`` is of, None of a fixed threshold. ``against`` is None where that year has none.
    value
        Of the year [``unit``]; None where there is none.
    shown
        Whether the figures show the veto; None where they do not say.
    tolerance
        Within how many per cent of ``against`` they do not show it.
    applies
        False where the indicator is not applicable to the entity: there is nothing to look into.
    """

    indicator: str
    zh: str
    en: str
    unit: str
    op: str
    value: float | None
    against: float | None
    against_year: int | None
    shown: bool | None
    applies: bool = True
    tolerance: float = 0.0

    @property
    def is_within_tolerance(self) -> bool:
        """Whether the condition holds by so little that the figures do not show it."""
        known = self.shown is False and self.value is not None and self.against is not None
        return known and meets(self.value or 0.0, self.op, self.against or 0.0)


def veto_signs(
    plan: Plan, indicators: Panel, framework: Framework, entity_id: str, *, year: int
) -> dict[str, VetoSign]:
    """The sign of each veto that a type's plan gives a condition for, by veto.

    The condition ``value op against`` holds the indicator of the year against last year's, the
    base year's, or a threshold, moved by the veto's tolerance to the side on which it is shown: no
    veto is proposed for what returned figures are not sure of. Without either value nothing is said.

    Parameters
    ----------
    indicators
        Computed indicators (entities, years), the year among them.
    """
    return {
        veto.id: _sign(veto, plan, indicators, framework, entity_id, year)
        for veto in plan.vetoes.values()
        if veto.indicator in framework.indicators and framework.entity_type in veto.entity_types
    }


def _sign(
    veto: Veto, plan: Plan, indicators: Panel, framework: Framework, entity_id: str, year: int
) -> VetoSign:
    indicator = framework.indicators[veto.indicator]
    row = indicators.row(entity_id)
    years: Mapping[str, int] = {"last_year": year - 1, "base_year": plan.base_year}
    against_year = years.get(veto.than)
    value = _value(indicators, veto.indicator, row, year)
    against = (
        veto.threshold
        if against_year is None
        else _value(indicators, veto.indicator, row, against_year)
    )
    shown = (
        None if value is None or against is None else meets(value, veto.op, _surely(against, veto))
    )
    return VetoSign(
        indicator.code, indicator.zh, indicator.en, indicator.unit, veto.op, value, against,
        against_year, shown, _applies(indicators, veto.indicator, row, year), veto.tolerance,
    )  # fmt: skip


def _surely(against: float, veto: Veto) -> float:
    """From where on a veto is shown: beyond what it is held against by the tolerance."""
    margin = abs(against) * veto.tolerance / 100
    return against + margin if veto.op.startswith(">") else against - margin


def _applies(indicators: Panel, code: str, row: int, year: int) -> bool:
    if year not in indicators.years:
        return True
    state = indicators.column(code).state[row, indicators.year_position(year)]
    return bool(state != State.NOT_APPLICABLE)


def _value(indicators: Panel, code: str, row: int, year: int) -> float | None:
    if year not in indicators.years:
        return None
    column, i = indicators.column(code), indicators.year_position(year)
    return float(column.values[row, i]) if column.state[row, i] == State.PRESENT else None
