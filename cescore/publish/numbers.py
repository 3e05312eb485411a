"""How numbers are printed: decimal rounding, units, changes in words, marks for what is no number.

Rounding is half up, away from zero, on the shortest decimal text of the number (2.675 prints as
2.68), as Chinese bulletins do; see methodology, section 10.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext

from markupsafe import Markup, escape

from cescore.definitions.formulas.unit_names import unit_text
from cescore.method.column import Flag, State
from cescore.publish.words import label

NO_BREAK = "\u00a0"
MINUS = "\u2212"
BELOW_UNIT = "…"
PER_CENT = "%"
DASH = "—"
NOTHING_BEFORE = Markup()
# most an intensity or a rate is printed with; the plan states energy intensity as 1.0481
LEVEL = "level"  # of a norm, between its advanced, entry and mandatory one
DECIMALS = {
    PER_CENT: 1,
    "index": 1,
    "score": 1,
    "tce/10k CNY": 4,
    LEVEL: 2,
    "count": 0,
    "person": 0,
}

MOST_OF_A_CHANGE = 4  # decimals, of values that print apart and hardly differ
INSUFFICIENT = max(State) + 1  # not a state of a value: an index that its coverage does not carry
MARKS: dict[int, str] = {
    State.NOT_APPLICABLE: "mark.not_applicable",
    State.MISSING: "mark.missing",
    State.NOT_COMPUTABLE: "mark.not_computable",
    State.NOT_COLLECTED: "mark.not_collected",
    State.SUPPRESSED: "mark.suppressed",
    INSUFFICIENT: "mark.insufficient",
}
FLAG_MARKS = {
    Flag.ESTIMATED: "flag.estimated",
    Flag.PARTIAL: "flag.partial",
    Flag.AGGREGATED: "flag.aggregated",
    Flag.CARRIED: "flag.carried",
    Flag.CORRECTED: "flag.corrected",
}


class PrintedNumber(str):
    """A number as it is printed: its text, which still knows the value in full.

    ``marks``: small signs set behind it. ``before``: what is drawn or set before it in a cell, such
    as a bar or an arrow; neither belongs to the text. A text made from it is a plain one.
    """

    value: float | None = None
    marks: str = ""
    before: Markup = NOTHING_BEFORE

    @classmethod
    def of(
        cls, text: str, value: float | None, *, marks: str = "", before: Markup = NOTHING_BEFORE
    ) -> PrintedNumber:
        """The text of a number, the number, and what stands around it in a cell."""
        printed = cls(text)
        printed.value, printed.marks, printed.before = value, marks, before
        return printed

    def __html__(self) -> str:
        behind = Markup("<sup>{}</sup>").format(self.marks) if self.marks else ""
        return f"{self.before}{escape(str(self))}{behind}"

    def after(self, before: Markup) -> PrintedNumber:
        """The same number with something drawn or set before it."""
        return PrintedNumber.of(self, self.value, marks=self.marks, before=before)


def rounded(value: float, decimals: int) -> Decimal:
    """The number to so many decimals, half up on its shortest decimal text."""
    with localcontext() as context:
        context.prec = 400  # a float has at most 309 digits before the point
        exact = Decimal(repr(float(value)))
        return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def enough(value: float, now: float, decimals: int) -> float:
    """A value that is needed, rounded away from the one now: at what is printed it is enough.

    Examples
    --------
    >>> enough(84.844, 83.6, 1), enough(1.04812, 1.06, 4)
    (84.9, 1.0481)
    """
    with localcontext() as context:
        context.prec = 400
        step = Decimal(1).scaleb(-decimals)
        towards = ROUND_CEILING if value > now else ROUND_FLOOR
        near = Decimal(f"{value:.12g}")  # noise of the last digits is no reason for a whole step
        return float(near.quantize(step, towards))


def decimals_for(unit: str, values: Iterable[float | None]) -> int:
    """Decimals for a row of numbers: by unit where custom has one, else by the largest of them."""
    if unit in DECIMALS:
        return DECIMALS[unit]
    largest = max((abs(v) for v in values if v is not None), default=0.0)
    steps = ((1000, 0), (100, 1), (1, 2), (0.1, 3))
    below = 4 if largest else 0  # nothing but zeros needs none
    return next((decimals for least, decimals in steps if largest >= least), below)


def decimals_within(value: float, digits: int, most: int) -> int:
    """Decimals of a value that was released with so many significant digits: none that it has not.

    Examples
    --------
    >>> decimals_within(1.519, 4, most=4), decimals_within(0.6581, 4, most=4)
    (3, 4)
    """
    known = digits - 1 - Decimal(repr(float(value))).adjusted()
    return max(min(known, most), 0)


def number(value: float, decimals: int = 1) -> PrintedNumber:
    """Text with thousands separators; a non-zero number that would print as zero gives "…"."""
    shown = rounded(value, decimals)
    if shown == 0 and value:
        return PrintedNumber.of(BELOW_UNIT, value)
    return PrintedNumber.of(f"{MINUS if shown < 0 else ''}{abs(shown):,f}", value)


def signed(value: float, decimals: int = 1) -> PrintedNumber:
    """Text with its sign, as a table column headed ± has it; a change that rounds away is 0."""
    shown = rounded(value, decimals)
    sign = "" if shown == 0 else "+" if shown > 0 else MINUS
    return PrintedNumber.of(f"{sign}{abs(shown):,f}", value)


def count(things: int) -> PrintedNumber:
    """How many things there are; "—" for none."""
    return PrintedNumber.of(str(things) if things else DASH, things)


def percentage(part: float, decimals: int = 1) -> PrintedNumber:
    """A share of 1 as per cent; its value is that of the per cent."""
    return PrintedNumber.of(f"{number(100 * part, decimals)}{PER_CENT}", 100 * part)


def quantity(value: float, unit: str, lang: str, decimals: int | None = None) -> PrintedNumber:
    """Number and unit with no break between them; a percent sign follows its number directly."""
    text = number(value, decimals_for(unit, [value]) if decimals is None else decimals)
    word = unit_text(unit, lang)
    between = "" if not word or word.startswith(PER_CENT) else NO_BREAK
    return PrintedNumber.of(f"{text}{between}{word}", value)


def relative_change(new: float, old: float) -> float | None:
    """Change in per cent of the old value; None where the old one is not above zero, or so near
    it that the change is beyond numbers."""
    change = (new / old - 1) * 100 if old > 0 else math.inf
    return change if math.isfinite(change) else None


def change_words(new: float, old: float, unit: str, lang: str, decimals: int | None = None) -> str:
    """A change as a bulletin says it: 上升3.4%, 下降1.2个百分点, unchanged; never 增长−.

    A share changes in percentage points, anything else in per cent of the old value; where that
    does not exist (an old value of zero or below) in its own unit. ``decimals``: what both are
    printed with (`_change_decimals`).
    """
    if unit == PER_CENT:
        size = _change_decimals(new - old, new, old, decimals)
        return _direction(new - old, "change.points", lang, size)
    change = None if unit == LEVEL else relative_change(new, old)
    if change is not None:
        size = _change_decimals(change, new, old, decimals)
        return _direction(change, "change.percent", lang, size)
    side = "up" if new > old else "down" if new < old else "same"
    return label(f"change.amount.{side}", lang, size=quantity(abs(new - old), unit, lang))


def index_change_words(new: float, old: float, lang: str, *, kind: str = "index") -> str:
    """A change of an index or score in points of its scale; ``kind`` progress: of a base of 100."""
    return _direction(new - old, f"change.{kind}", lang)


def _change_decimals(change: float, new: float, old: float, decimals: int | None) -> int:
    """One decimal; more where both values are printed apart and the change would still print as none."""
    if decimals is None or rounded(new, decimals) == rounded(old, decimals):
        return 1
    return next((n for n in range(1, MOST_OF_A_CHANGE) if rounded(change, n)), MOST_OF_A_CHANGE)


def _direction(change: float, key: str, lang: str, decimals: int = 1) -> str:
    size = rounded(change, decimals)
    side = "up" if size > 0 else "down" if size < 0 else "same"
    return label(f"{key}.{side}", lang, size=number(abs(change), decimals))


def change_cell(
    new: float, old: float, unit: str, lang: str, decimals: int | None = None
) -> PrintedNumber:
    """A change as a table cell: signed, in per cent, in percentage points for a share, or in levels: of
    a place among levels there is no percentage. ``decimals``: what both values are printed with."""
    if unit == PER_CENT:
        size = _change_decimals(new - old, new, old, decimals)
        points = label("change.cell.points", lang, size=signed(new - old, size))
        return PrintedNumber.of(points, new - old)
    if unit == LEVEL:
        return PrintedNumber.of(signed(new - old, decimals_for(unit, [new, old])), new - old)
    change = relative_change(new, old)
    if change is None:
        return PrintedNumber.of(DASH, None)
    size = _change_decimals(change, new, old, decimals)
    return PrintedNumber.of(f"{signed(change, size)}{PER_CENT}", change)


def mark(state: int, lang: str) -> str:
    """What is printed where there is no number."""
    return label(MARKS[state], lang)


def flag_marks(flags: int, lang: str) -> str:
    """The small signs behind a number that needs a remark, in the order of the legend."""
    return "".join(label(key, lang) for flag, key in FLAG_MARKS.items() if flags & flag)


def legend(states: Iterable[int], flags: int, lang: str) -> str:
    """The marks and small signs that a table uses, explained in one line; "" where it uses none."""
    used = set(states)
    keys = [key for state, key in MARKS.items() if state in used]
    keys += [key for flag, key in FLAG_MARKS.items() if flags & flag]
    said = [
        label("legend.pair", lang, mark=label(key, lang), meaning=label(f"{key}.meaning", lang))
        for key in keys
    ]
    return label("legend", lang, marks=label("join", lang).join(said)) if said else ""
