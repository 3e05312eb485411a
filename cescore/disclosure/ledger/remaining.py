"""What somebody can infer of each respondent's value from all that is released: the range left."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cescore.definitions.spelling import with_nearest
from cescore.errors import DataError, Sentence
from cescore.method.disclosure.knowledge import Parts, RespondentCell
from cescore.method.thresholds import meets

if TYPE_CHECKING:
    from cescore.disclosure.ledger.ledger import Ledger

PUBLIC = "public"
TOGETHER = "+"  # stands for the holdings that put together what they know
LISTED = 6  # ids that a message names one by one


@dataclass(frozen=True)
class Range:
    """What remains to be known of one respondent's value.

    Attributes
    ----------
    entity_id, code, year
        Whose value, of which variable [its unit].
    value, low, high
        The value, and the range in which the observer knows it to lie; None: no end.
    is_safe
        Whether the range reaches p % beyond the value, as far as its holding is protected by it.
    """

    entity_id: str
    code: str
    year: int
    value: float
    low: float
    high: float | None
    is_safe: bool


def observers_of(ledger: Ledger, who: str) -> frozenset[str]:
    """The holdings whose knowledge is asked for, by their names or those of respondents of theirs:
    several, between commas, put together what they know; none for the public.

    Raises
    ------
    DataError
        Nobody is called so, or it is a body, whose knowledge is what it returned itself.
    """
    if who == PUBLIC:
        return frozenset()
    return frozenset(_holding(ledger, name.strip()) for name in who.split(","))


def _holding(ledger: Ledger, who: str) -> str:
    known = ledger.behind.respondents
    holders = {ledger.behind.holder(entity_id) for entity_id in known}
    if who in holders:
        return who
    if who in known:
        return ledger.behind.holder(who)
    expected = Sentence(
        "{public}, a respondent ({respondents}) or a holding ({holdings})",
        public=PUBLIC,
        respondents=_some(known),
        holdings=_some(sorted(holders - set(known))),
    )
    raise DataError(
        Sentence(
            "{who!r}: nobody whose knowledge is asked for; expected {expected}",
            who=who,
            expected=with_nearest(expected, who, [PUBLIC, *known, *holders]),
        )
    )


def _some(ids: Sequence[str]) -> str:
    """Ids, of many the first and the last, with how many there are."""
    if not ids:
        return Sentence("there is none")
    listed = ", ".join(ids) if len(ids) <= LISTED else f"{ids[0]} … {ids[-1]}"
    return Sentence("{n}: {listed}", n=len(ids), listed=listed)


def ranges(ledger: Ledger, observers: Collection[str], year: int) -> Iterator[Range]:
    """The range left of every protected value of a year that stands in a released figure.

    ``observers``: holdings that know together what each returned; none: the public. Linear programs
    over everything released, all years and bodies together, in the order of variables and the register.
    """
    share = ledger.rules.p_percent / 100
    for each in ledger.protections():
        protection = replace(each, cells=_together(each.cells, observers))
        for cell, parts in protection.cells.items():
            quantity = cell.quantity
            if quantity.year != year:  # type: ignore[attr-defined]
                continue
            low, high = protection.interval(cell, TOGETHER)
            others = parts.keys() - {TOGETHER}
            for entity_id, value in ledger.members(cell).items():
                holder = ledger.behind.holder(entity_id)
                if holder in observers:
                    continue
                alone = len(others) == 1 and parts[holder] == value
                top = None if high.value == float("inf") else high.value
                bottom = low.value if alone else 0.0
                is_safe = top is None or meets(top, ">=", (1 + share) * value)
                yield Range(entity_id, quantity.code, year, value, bottom, top, is_safe)  # type: ignore[attr-defined]


def _together(
    cells: Mapping[RespondentCell, Parts], observers: Collection[str]
) -> Mapping[RespondentCell, Parts]:
    """The cells with what some holdings contribute as that of one."""
    return {
        cell: parts
        if parts.keys().isdisjoint(observers)
        else {
            **{holder: part for holder, part in parts.items() if holder not in observers},
            TOGETHER: math.fsum(parts[holder] for holder in observers if holder in parts),
        }
        for cell, parts in cells.items()
    }
