"""A level on a norm in words that a plant knows: the norm's own quantity and unit."""

from __future__ import annotations

from cescore.method.grading.grade_margin import GradeTurn
from cescore.method.index.norm_levels import value_at_level
from cescore.publish.numbers import decimals_for, enough, quantity
from cescore.publish.view import View, by_code, of_series

LEVELS = ("{}_advanced", "{}_entry", "{}")  # accounts of a norm, the best level first


def norm_words(view: View, code: str, level: float) -> str:
    """What a level comes to in the norm's unit, in brackets; "" of an indicator without a norm."""
    norm = _norm_of(view, code)
    if not norm:
        return ""
    accounts = by_code(view.data.evaluated.accounts)
    values = [of_series(accounts.get(name.format(norm)), view.now).value for name in LEVELS]
    advanced, entry, limit = values
    if advanced is None or entry is None or limit is None:
        return ""
    value = value_at_level(level, advanced=advanced, entry=entry, limit=limit)
    unit = view.unit(norm)
    decimals = decimals_for(unit, [advanced, entry, limit, value])
    shown = quantity(value, unit, view.lang, decimals)
    return view.t("norm.at_level", value=shown)


def turn_values(view: View, turn: GradeTurn) -> list[str]:
    """What a change starts from and what of it is enough, a level on a norm with the norm's own value."""
    decimals = decimals_for(turn.unit, [turn.now, turn.needed])
    needed = enough(turn.needed, turn.now, decimals)
    return [
        quantity(v, turn.unit, view.lang, decimals) + norm_words(view, turn.code, v)
        for v in (turn.now, needed)
    ]


def _norm_of(view: View, code: str) -> str:
    """The account of the norm that an indicator stands on, found by its formula; "" without one."""
    indicator = view.bundle.framework.indicators.get(code)
    expression = indicator.expression if indicator is not None else None
    names = set(expression.names) if expression is not None else set()
    found = (name for name in sorted(names) if {one.format(name) for one in LEVELS} <= names)
    return next(found, "")
