"""How the data stand: what was estimated, missing or corrected, which findings are open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cescore.disclosure.documents.bundle import FindingLine
from cescore.method.column import Flag, State
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import DASH, MARKS, mark
from cescore.publish.pages.scorecard.partial import partial_means
from cescore.publish.pages.scorecard.results import rule_words
from cescore.publish.pages.scorecard.sections import NONE
from cescore.publish.pages.scorecard.settled import rule_name, settled_table
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import Number, View, at, by_code, of_series, recorded

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle
    from cescore.method.index.missing import Scored

MOST = 3  # what was found in so many years is shown; the rest stands in findings.csv


def data_quality(bundle: OpenBundle, scored: Scored) -> Fragment:
    """What was estimated, missing or corrected, what the rules did about it, and the findings that
    are still open, and on whose word the others are settled."""
    view = View(bundle)
    facts = [paragraph(view.sentences(_quality_words(view)), "said")]
    partial = view.sentences(partial_means(view))
    facts += [paragraph(partial, "said")] if partial else []
    return Fragment.join([*facts, _rules(view, scored), _findings(view), settled_table(view)])


def _quality_words(view: View) -> Iterator[str]:
    """How the values of the year stand, and what became of the findings."""
    if not view.data.filed:
        yield view.t("finding.not_filed", year=view.bundle.year)
        return
    numbers = [recorded(view.data, code, view.now) for code in view.data.record.values]
    flags = {flag: sum(bool(n.flags & flag) for n in numbers) for flag in Flag}
    yield view.t(
        "quality.counts",
        n=len(numbers),
        present=sum(n.value is not None for n in numbers),
        not_applicable=sum(n.state == State.NOT_APPLICABLE for n in numbers),
        missing=sum(n.state == State.MISSING for n in numbers),
        others=view.sentences(_others(view, numbers)),
        estimated=flags[Flag.ESTIMATED],
        aggregated=flags[Flag.AGGREGATED],
        corrected=flags[Flag.CORRECTED],
    )
    count = {
        status: sum(line.status == status for line in view.data.findings)
        for status in ("open", "confirmed", "corrected")
    }
    is_released_alone = any(
        State.SUPPRESSED in states for states in view.data.record.state.values()
    )
    key = "quality.findings" if view.data.findings else "quality.no_findings"
    key += ".released" if is_released_alone and not view.data.findings else ""
    yield view.t(key, **count) if view.data.findings else view.t(key)
    if is_released_alone:
        yield view.t("quality.findings.untold")


def _others(view: View, numbers: Sequence[Number]) -> Iterator[str]:
    """The values in a state that is neither present, missing nor not applicable: all add up."""
    counted = {State.PRESENT, State.MISSING, State.NOT_APPLICABLE}
    for state in sorted({n.state for n in numbers if n.value is None} - counted):
        n = sum(one.state == state and one.value is None for one in numbers)
        yield view.t("quality.other", state=view.t(f"{MARKS[state]}.meaning"), n=n)


def _rules(view: View, scored: Scored) -> Fragment:
    """The scored indicators without a value of their own, and what the framework's rule did."""
    if not view.data.filed:
        return NONE
    lines: dict[tuple[str, str], list[str]] = {}
    for indicator in view.scored:
        done = rule_words(view, scored, indicator.code)
        if done:
            name = indicator.name(view.lang) or indicator.code
            lines.setdefault((_case(view, scored, indicator.code), done), []).append(name)
    rows = [Row([view.join(names), case, done]) for (case, done), names in lines.items()]
    columns = [
        TableColumn(view.t("head.indicator"), 56, "text"),
        TableColumn(view.t("head.state"), 22, "text"),
        TableColumn(view.t("head.rule"), 22, "text"),
    ]
    return Table(columns, rows, view.t("caption.rules")).fragment()


def _case(view: View, scored: Scored, code: str) -> str:
    """Why an indicator has no value: in words, since a dash alone would not say."""
    found = of_series(by_code(view.data.evaluated.indicators).get(code), view.now)
    if found.value is not None:
        found = at(scored.scores.columns.get(code), view.now)
    if found.value is not None:
        return DASH
    is_dash = found.state == State.NOT_APPLICABLE
    return view.t("mark.not_applicable.meaning") if is_dash else mark(found.state, view.lang)


def _findings(view: View) -> Fragment:
    """The open findings, by rule: variable, years and what was found."""
    lines: dict[str, dict[str, list[FindingLine]]] = {}
    for line in view.data.findings:
        if line.status == "open":
            lines.setdefault(line.code, {}).setdefault(line.variable, []).append(line)
    rows: list[Row] = []
    for variables in lines.values():
        first = next(iter(variables.values()))[0]
        rows.append(Row([rule_name(view, first), "", ""], "group"))
        for code, found in variables.items():
            years = view.join(dict.fromkeys(str(f.year) for f in found if f.year)) or DASH
            rows.append(Row([view.name(code) or DASH, years, _found(view, found)]))
    columns = [
        TableColumn(view.t("head.what"), 38, "text"),
        TableColumn(view.t("head.years"), 18, "text"),
        TableColumn(view.t("head.found"), 44, "text"),
    ]
    return Table(columns, rows, view.t("caption.findings")).fragment()


def _found(view: View, lines: Sequence[FindingLine]) -> str:
    """What was found in the years of a line, and once what was expected."""
    said = [line.said(view.lang, view.naming) for line in lines[:MOST]]
    text = view.t("join.clause").join(dict.fromkeys(filter(None, (one.found for one in said))))
    if len(lines) > MOST:
        text += " …"
    expected = said[0].expected
    return view.t("found.expected", found=text, expected=expected) if expected else text
