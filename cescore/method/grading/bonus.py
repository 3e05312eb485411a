"""Extra points of the assessment: earned, not earned, or open because nothing was returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.model import Bonus, BonusItem
from cescore.method.column import Panel
from cescore.method.index.formulas import holds

BonusStatus = Literal["earned", "not_earned", "open"]
BONUS_STATUSES: tuple[BonusStatus, ...] = get_args(BonusStatus)


@dataclass(frozen=True)
class BonusLine(Bilingual):
    """One item as assessed in the year.

    Attributes
    ----------
    points
        What the item gives when earned [points of the total]; 0 of a distinction, which stands
        beside the grade and is no part of it.
    status
        earned, not_earned, or open where the rule cannot be judged or no state was returned. Open
        earns nothing.
    """

    id: str
    zh: str
    en: str
    points: float
    status: BonusStatus


def bonus_lines(
    bonus: Bonus | None,
    panel: Panel,
    *,
    year: int,
    base_year: int,
    factors: Mapping[str, float],
) -> dict[str, tuple[BonusLine, ...]]:
    """Each entity's items of a year; a rule that cannot be judged is open, never earned.

    A rule follows three-valued logic (`formulas.holds`); a coded variable earns where its text is
    one of the item's, compared exactly.

    Parameters
    ----------
    bonus
        The type's rules; None: every entity has no lines.
    panel
        What was returned, with accounts and indicators where rules use them (entities, years).
    year, base_year
        The year judged, and the one that ``base(x)`` in a rule stands for.
    factors
        Constants with a name, in the units that the rules expect.
    """
    items = bonus.items.values() if bonus is not None else ()
    columns = [_statuses(item, panel, year, base_year, factors) for item in items]
    return {
        entity_id: tuple(
            BonusLine(item.id, item.zh, item.en, item.points, statuses[row])
            for item, statuses in zip(items, columns, strict=True)
        )
        for row, entity_id in enumerate(panel.entities)
    }


def bonus_points(bonus: Bonus | None, lines: Sequence[BonusLine]) -> float | None:
    """The points earned, at most as many as the rules allow; None where there are no items, or none
    with points.

    min(Σ points of the items earned, most). Items that are open or not earned add nothing.

    References
    ----------
    Form: special items of a park acceptance standard, 5 points each and 10 at most (Shanghai,
    methodology 4.4); the items and points here are the plan's own.

    Examples
    --------
    >>> rules = Bonus(most=10, source="made", tag="P")
    >>> line = BonusLine("a", "", "", 6, "earned")
    >>> bonus_points(rules, [line]), bonus_points(rules, [line, line]), bonus_points(None, [])
    (6.0, 10.0, None)
    """
    if bonus is None or not bonus.most or not lines:
        return None
    earned = sum(line.points for line in lines if line.status == "earned")
    return float(min(earned, bonus.most))


def _statuses(
    item: BonusItem, panel: Panel, year: int, base_year: int, factors: Mapping[str, float]
) -> list[BonusStatus]:
    """Each entity's status of one item in a year: by its coded variable, else by its rule."""
    j = panel.year_position(year)
    if item.variable:
        texts = panel.codes.get(item.variable)
        states = [""] * len(panel.entities) if texts is None else [str(row[j]) for row in texts]
        return [_status(bool(state), state in item.one_of) for state in states]
    true, known = holds(item.executable, panel, base_year=base_year, factors=factors)
    pairs = zip(known[:, j].tolist(), true[:, j].tolist(), strict=True)
    return [_status(is_known, is_true) for is_known, is_true in pairs]


def _status(is_known: bool, is_true: bool) -> BonusStatus:
    return "open" if not is_known else "earned" if is_true else "not_earned"
