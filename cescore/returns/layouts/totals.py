"""Totals on a sheet, held against the figures above them: a form's own balance."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from cescore.intake.notation import number
from cescore.intake.wording import Value
from cescore.returns.layouts.areas import Area
from cescore.returns.layouts.taken import Role, Taken
from cescore.returns.workbooks.sheet import Position, Workbook, letters

MOST_PARTS = 200  # figures in which a slip of two digits is looked for


def tell_totals(area: Area, roles: Mapping[Position, Role], taken: Taken, book: Workbook) -> None:
    """Tell of every total of a column that is not the sum of the entities' figures above or below it.

    Only where entities stand beside the rows: a total over other things is no sum that is known. Each
    figure is taken as rounded at its last digit, so a difference within half a unit of it each is none.
    """
    if not any(look.is_left for look in area.table.entity):
        return
    for column in area.columns:
        totals = [at for at, role in roles.items() if at[1] == column and role == Role.total]
        parts = {
            at: figure
            for at, role in roles.items()
            if at[1] == column and role == Role.value and (figure := _figure(area, at)) is not None
        }
        if len(totals) == 1 and len(parts) > 1:
            _tell(area, totals[0], parts, taken, book)


def _tell(
    area: Area, at: Position, parts: Mapping[Position, Decimal], taken: Taken, book: Workbook
) -> None:
    total = _figure(area, at)
    if total is None:
        return
    found = sum(parts.values(), Decimal(0))
    noise = sum((_half_unit(figure) for figure in (total, *parts.values())), Decimal(0))
    if abs(total - found) <= noise:
        return
    swapped = _swapped(total, parts) if len(parts) <= MOST_PARTS else None
    near = "" if swapped is None else f"{letters(swapped[1])}{swapped[0]}"
    values: dict[str, Value] = {"total": str(total), "sum": str(found), "n": len(parts)}
    here = taken.context(book, area.sheet.name, *at)
    here.error("total_differs", **values, difference=str(total - found), near=near)


def _swapped(total: Decimal, parts: Mapping[Position, Decimal]) -> Position | None:
    """The one figure in which two neighbouring digits, swapped back, would make the total right."""
    gap = total - sum(parts.values(), Decimal(0))
    found = [at for at, figure in parts.items() if figure + gap in set(_with_swaps(figure))]
    return found[0] if len(found) == 1 else None


def _with_swaps(figure: Decimal) -> list[Decimal]:
    """A figure with each pair of neighbouring digits swapped."""
    digits, made = str(figure), []
    places = [i for i, c in enumerate(digits) if c.isdigit()]
    for i, j in pairwise(places):
        swapped = list(digits)
        swapped[i], swapped[j] = swapped[j], swapped[i]
        made.append(Decimal("".join(swapped)))
    return made


def _figure(area: Area, at: Position) -> Decimal | None:
    read = number(area.sheet.text(*at))
    if read.number is None or read.is_missing_mark:
        return None
    try:
        return Decimal(read.text)
    except InvalidOperation:
        return None


def _half_unit(figure: Decimal) -> Decimal:
    """Half a unit of a figure's last digit."""
    exponent = figure.as_tuple().exponent
    return (
        Decimal(5).scaleb(int(exponent) - 1)
        if isinstance(exponent, int) and exponent < 0
        else Decimal(0)
    )
