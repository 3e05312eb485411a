"""Page one, the two headline rates: large, with their changes and a small trend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cescore.definitions.formulas.unit_names import unit_text
from cescore.publish.charts.spark import spark
from cescore.publish.comparable import is_among_industries
from cescore.publish.numbers import change_words, quantity
from cescore.publish.pages.scorecard.evidence import PageEvidence
from cescore.publish.pages.scorecard.partial import partial_mean
from cescore.publish.view import Number, View


def headline_cards(known: PageEvidence) -> list[dict[str, Any]]:
    """The two rates, large, with their changes and a small line; those beside them, small."""
    view, headline = known.view, known.view.bundle.framework.headline
    cards = []
    for role in ("resource_output_rate", "resource_recycling_rate"):
        code = getattr(headline, role)
        if code:
            card = _headline(known, code)
            cards.append({"role": _role(view, role, card["name"]), **card})
    if headline.resource_recycling_rate and headline.recycled_input_share:
        cards[-1]["notes"].append(_other_figure(known, headline.recycled_input_share))
    for card in cards:
        card["notes"] = [line for line in card["notes"] if line]
    return cards


def _role(view: View, role: str, name: str) -> str:
    """Which of the plan's two rates a card stands for; "" where its own name says so, and of firms and
    parks of firms, where it is the rate of one waste alone."""
    rate = view.t(f"headline.{role}")
    is_one_waste = role == "resource_recycling_rate" and is_among_industries(view)
    return "" if is_one_waste or rate in name else view.t("headline.as", role=rate)


def _headline(known: PageEvidence, code: str) -> dict[str, Any]:
    view = known.view
    official, other = code, known.view.bundle.framework.headline.instead.get(code, "")
    code = other if other and _stands_in(known, official, other) else official
    unit = view.unit(code)
    series = view.row(known.indicators, code, view.years)
    decimals = view.decimals(code, [n.value for n in series])
    now = series[view.now] if view.now is not None else Number(None)
    changes = [view.t("carried.from", year=now.taken)] if now.taken else []
    partial = partial_mean(view, code)
    notes = [view.t("headline.partial_mean", n=partial.n)] if partial else []
    notes += [_other_form(known, official, other, code)] if other else []
    parted: tuple[int, ...] = ()
    for year in dict.fromkeys((view.bundle.base_year, view.bundle.year - 1)):
        position = view.position(year)
        if position is None or year == view.bundle.year or (now.taken and year >= now.taken):
            continue
        then = series[position]
        if now.value is not None and then.value is not None:
            words = change_words(now.value, then.value, unit, view.lang, decimals)
            changes.append(view.t("since", year=year, change=words))
            parted = parted or known.parted_since(code, year)
    if parted:
        changes.append(parted_words(view, parted))
    return {
        "name": view.name(code),
        "code": code,
        "value": view.plain(now, decimals),
        "is_number": now.value is not None,
        "unit": unit_text(unit, view.lang) if now.value is not None else "",
        "changes": [line for line in changes if line],
        "notes": notes,
        "spark": spark(view, view.name(code), series, unit=unit, decimals=decimals, width=34.0),
    }


def parted_words(view: View, years: Sequence[int]) -> str:
    """That a series is not one on its way through some years."""
    return view.t("headline.parted", years=view.join(map(str, years)))


def _now(known: PageEvidence, code: str) -> Number:
    """An indicator's value in the year evaluated."""
    view = known.view
    series = view.row(known.indicators, code, view.years)
    return series[view.now] if view.now is not None else Number(None)


def _stands_in(known: PageEvidence, official: str, other: str) -> bool:
    """Whether the other form takes the place of a rate that has no value."""
    return _now(known, official).value is None and _now(known, other).value is not None


def _other_form(known: PageEvidence, official: str, other: str, shown: str) -> str:
    """Which of two forms is shown, and the other's figure where there is one."""
    view = known.view
    if shown == other:
        return view.t("headline.stands_in", official=view.name(official))
    return _other_figure(known, other)


def _other_figure(known: PageEvidence, code: str) -> str:
    """An indicator by name with its value; "" where it has none."""
    view, value = known.view, _now(known, code).value
    if value is None:
        return ""
    figure = quantity(value, view.unit(code), view.lang, view.decimals(code, [value]))
    return view.t("headline.other_form", name=view.name(code), value=figure)
