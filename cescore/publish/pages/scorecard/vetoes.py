"""The vetoes of a grade: as recorded, and what the figures show that nobody has recorded yet."""

from __future__ import annotations

from collections.abc import Sequence

from cescore.definitions.bilingual import name_in
from cescore.method.grading.veto_signs import VetoSign
from cescore.method.grading.vetoes import VetoLine
from cescore.publish.fragment import Fragment, two_lines
from cescore.publish.numbers import DASH, change_words, decimals_for, quantity
from cescore.publish.pages.scorecard.norms import norm_words
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import View
from cescore.publish.words import label_or


def vetoes_with(view: View, status: str) -> list[VetoLine]:
    """The vetoes of a status: proposed by the figures, or standing."""
    return [veto for veto in view.data.assessment.vetoes if veto.status == status]


def effect_words(view: View, vetoes: Sequence[VetoLine], status: str) -> str:
    """What some vetoes of a status make of the grade: the worst of their grades; "" if unknown."""
    rules, bands = view.data.rules, view.data.assessment.bands
    order = [band.zh for band in bands]
    places = [
        order.index(rules.vetoes[veto.id].grade)
        for veto in vetoes
        if rules is not None and veto.id in rules.vetoes and rules.vetoes[veto.id].grade in order
    ]
    if not places:
        return ""
    size = "lowest" if max(places) == len(bands) - 1 else "at_most"
    return view.t(f"veto.effect.{status}.{size}", grade=bands[max(places)].name(view.lang))


def short_words(view: View, veto: VetoLine) -> str:
    """A veto as one clause: its indicator with what it is held against, else its own name."""
    sign = veto.sign
    if sign is None or sign.value is None or sign.against is None:
        return veto.name(view.lang)
    words = {"name": name_in(view.lang, sign.zh, sign.en), **_figures(view, sign)}
    if sign.against_year is None:
        return view.t("veto.short.threshold", **words)
    change = change_words(sign.value, sign.against, sign.unit, view.lang)
    return view.t("veto.short.year", year=sign.against_year, change=change, **words)


def _figures(view: View, sign: VetoSign) -> dict[str, str]:
    """The value that a sign is about, and what it is held against, in words; none of either without it."""
    known = {"value": sign.value, "against": sign.against}
    decimals = decimals_for(sign.unit, known.values())
    return {
        name: quantity(value, sign.unit, view.lang, decimals)
        + norm_words(view, sign.indicator, value)
        for name, value in known.items()
        if value is not None
    }


def _years_of(view: View, veto: VetoLine) -> str:
    """The years that a veto is of."""
    if veto.since is None or veto.until is None:
        return ""
    if veto.since == veto.until:
        return view.t("veto.year", year=veto.until)
    return view.t("veto.years", since=veto.since, until=veto.until)


def _record_of(view: View, veto: VetoLine) -> str:
    """The record of a veto, and what the figures say of it, with what it is held against."""
    facts = map(view.fitting, filter(None, (veto.document, veto.confirmed_by, veto.date)))
    return view.t("join.clause").join(filter(None, [view.join(facts), sign_words(view, veto)]))


def sign_words(view: View, veto: VetoLine) -> str:
    """What the figures say of a veto: the value of the year, and what it is held against."""
    sign = veto.sign
    if sign is None:
        return ""
    words: dict[str, object] = {"name": name_in(view.lang, sign.zh, sign.en), "year": veto.until}
    if sign.shown is None or sign.value is None or sign.against is None:
        key = "unknown" if sign.shown is None else "withheld"
        return view.t(f"veto.sign.{key}", **words)
    shown = view.t("veto.sign.yes" if sign.shown else "veto.sign.no")
    words |= {**_figures(view, sign), "shown": shown}
    said = (
        view.t("veto.sign.threshold", **words)
        if sign.against_year is None
        else view.t("veto.sign.year", against_year=sign.against_year, **words)
    )
    if sign.is_within_tolerance:
        return view.t("veto.sign.within", said=said, tolerance=f"{sign.tolerance:g}")
    return said


def vetoes_table(view: View) -> Fragment:
    """The vetoes as recorded."""
    rows = [
        Row(
            [
                two_lines(veto.name(view.lang), _years_of(view, veto)),
                label_or(f"veto.{veto.status}", view.lang, veto.status),
                _record_of(view, veto) or DASH,
            ],
            f"veto-{veto.status}",
        )
        for veto in view.data.assessment.vetoes
    ]
    columns = [
        TableColumn(view.t("head.veto"), 40, "text"),
        TableColumn(view.t("head.light"), 18, "mid"),
        TableColumn(view.t("head.record"), 42, "text"),
    ]
    return Table(columns, rows, name=view.t("heading.assessment")).fragment()
