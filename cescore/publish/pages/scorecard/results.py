"""What the page prints of indicators, index and progress: every figure once.

`steps` has a table for each step of the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from cescore.definitions.model import Indicator
from cescore.method.column import Panel
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import DASH, PrintedNumber, number, quantity, signed
from cescore.publish.pages.scorecard.rating import bar, moved, rated
from cescore.publish.pages.scorecard.sections import (
    NONE,
    nothing,
    number_cells,
    share,
    signs,
    years,
)
from cescore.publish.table import Column, Row, Table
from cescore.publish.view import Number, View, at, row_of, shown_ends, weight_of
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.opened import OpenBundle
    from cescore.method.aggregate import Aggregation
    from cescore.method.contributions import Decomposition
    from cescore.method.missing import Scored
    from cescore.method.progress import ProgressResult

FIRM = "enterprise"  # its reader expects base and lead values, and what would raise the score


def results_table(
    bundle: OpenBundle,
    indicators: Panel,
    scored: Scored,
    result: Aggregation,
    parts: Decomposition,
) -> Fragment:
    """Every scored indicator in one line: values, change, goalposts, score, weight, what it adds
    to the index and to its change; groups and index with their scores over the same years."""
    view = View(bundle)
    lines = _Lines(view, indicators, scored, result, parts)
    rows = list(lines.below(""))
    if not rows:
        return NONE
    table = Table(
        _result_columns(view, lines.has_room),
        [*rows, lines.total()],
        view.t("caption.results"),
        kind="wide",
    )
    held = [n for i in view.scored for n in view.row(indicators, i.code, view.shown_years)]
    if not bundle.data.filed:
        return Fragment.join([table.fragment(), signs(view, held)])
    said = [view.t("note.room") if lines.has_room else "", view.t("note.results")]
    said += [view.t(f"note.aggregation.{bundle.framework.aggregation}")]
    is_split = any(np.isfinite(points[0]) for points in parts.contributions.values())
    said += [
        view.t("note.contributions") if is_split else "",
        view.t("note.weights"),
        coverage_words(view, result),
        view.t("note.rounding"),
    ]
    note = paragraph(view.sentences(filter(None, said)))
    key = paragraph(view.t("legend.rating"), "legend")
    return Fragment.join([table.fragment(), key, signs(view, held), note])


def _result_columns(view: View, has_room: bool) -> list[Column]:
    firm = "firm." if view.data.entity.entity_type == FIRM else ""
    ends = {f"{firm}worst": 6.0, f"{firm}best": 6.0}
    last = {"weight": 5.5, "adds": 5.5, "moves": 5.5} | ({"room": 5.5} if has_room else {})
    by_year = years(view, 7.4)
    taken = 10.5 + 11.5 + 5.0 + sum(ends.values()) + sum(last.values())
    name = 100 - taken - sum(column.width for column in by_year)
    return [
        Column(view.t("head.indicator"), name, "text"),
        *by_year,
        Column(view.t("head.since_last"), 10.5),
        *(Column(view.t(f"head.{name}"), width) for name, width in ends.items()),
        Column(view.t("head.score"), 11.5),
        Column(view.t("head.rating"), 5.0, "mid"),
        *(Column(view.t(f"head.{name}"), width) for name, width in last.items()),
    ]


class _Lines:
    """The lines of `results_table`, down the tree of groups."""

    def __init__(
        self,
        view: View,
        indicators: Panel,
        scored: Scored,
        result: Aggregation,
        parts: Decomposition,
    ) -> None:
        self.view, self.indicators, self.scored = view, indicators, scored
        self.result, self.parts = result, parts
        framework = view.bundle.framework
        kinds = {framework.aggregation, *(g.aggregation for g in framework.groups.values())}
        is_sum = kinds == {"arithmetic_mean"}  # otherwise a score's gain is not its weight's
        self.has_room = is_sum and view.data.entity.entity_type == FIRM

    def below(self, group: str) -> Iterator[Row]:
        framework = self.view.bundle.framework
        for code, _ in framework.members(group):
            if code in framework.groups:
                yield self._group(code)
                yield from self.below(code)
            else:
                yield self._indicator(framework.indicators[code])

    def total(self) -> Row:
        view = self.view
        index = {year: view.index(self.result, year) for year in view.bundle.data.record.years}
        weight = weight_below(view, self.result, "") if view.data.filed else 0.0
        return Row(
            [view.name(view.bundle.framework.index.code), *self._scores(index, weight, "")], "total"
        )

    def _group(self, code: str) -> Row:
        view, years = self.view, self.view.data.record.years
        found = view.scores(self.result.groups, code, years, self.result)
        weight = weight_below(view, self.result, code) if view.data.filed else 0.0
        scores = dict(zip(years, found, strict=True))
        return Row([view.name(code), *self._scores(scores, weight, code)], "group")

    def _scores(self, scores: dict[int, Number], weight: float, group: str) -> list[object]:
        """Group and index: scores stand in the columns of the years as well."""
        view, none = self.view, Number(None)
        now, last = (scores.get(view.bundle.year - back, none) for back in (0, 1))
        # signs stand with the indicators: a sum over them would bear the sign of each
        cells = [view.cell(replace(scores[year], flags=0), 1) for year in view.shown_years]
        change = point_change(now, last)
        adds = added(self.parts, codes_below(view, group), weight)
        return [
            *cells, _with_sign(moved(now, last), change), "", "", *self._place(now),
            share(weight), *adds, *self._room(now, weight),
        ]  # fmt: skip

    def _place(self, score: Number) -> list[object]:
        """The score with its bar, and the sign of its band."""
        if score.value is None:
            return [self.view.cell(score, 1), ""]
        scale = self.view.bundle.framework.scale
        return [bar(score, scale), rated(score, scale)]

    def _room(self, score: Number, weight: float) -> list[str]:
        """What the index would gain at the top of the scale, where the reader asks for it."""
        if not self.has_room:
            return []
        if score.value is None or not weight:
            return [DASH]
        return [number(weight * (self.view.bundle.framework.scale.top - score.value), 2)]

    def _indicator(self, indicator: Indicator) -> Row:
        view, code, year = self.view, indicator.code, self.view.bundle.year
        numbers = view.row(self.indicators, code, view.shown_years)
        new, old = view.row(self.indicators, code, (year, year - 1))
        posts = shown_ends(view, indicator)
        decimals = view.decimals(code, [*(n.value for n in numbers), *(posts or ())])
        score, before = view.scores(self.scored.scores, code, (year, year - 1))
        weight = weight_of(self.result, code, view.now) if view.data.filed else 0.0
        return Row(
            [
                view.with_unit(code),
                *(view.cell(n, decimals) for n in numbers),
                _with_sign(moved(score, before), view.change(new, old, indicator.unit)),
                *(number(post, decimals) for post in posts or ()),
                *([] if posts else [DASH, DASH]),
                *self._place(score),
                share(weight),
                *added(self.parts, [code], weight),
                *self._room(score, weight),
            ]
        )


def _with_sign(sign: str, change: PrintedNumber) -> PrintedNumber:
    """A change after the sign of what it did to the score."""
    return change.after(Markup('<i class="mv">{}</i>').format(sign)) if sign else change


def reported_table(bundle: OpenBundle, indicators: Panel) -> Fragment:
    """The indicators that are reported and do not count; those nobody collects are named below."""
    view = View(bundle)
    if not bundle.data.filed:
        return NONE
    shown, absent, numbers = [], [], []
    for indicator in view.reported:
        found = view.row(indicators, indicator.code, view.shown_years)
        if any(n.value is not None for n in found):
            cells = number_cells(view, indicator.code, found)
            shown.append(Row([view.with_unit(indicator.code), *cells]))
            numbers += found
        else:
            absent.append(indicator.name(view.lang) or indicator.code)
    columns = [Column(view.t("head.indicator"), 52, "text"), *years(view, 16)]
    table = Table(columns, shown, view.t("indicators.reported"), halves=True).fragment()
    said = view.t("left_out.no_value", n=len(absent), names=view.join(absent)) if absent else ""
    return Fragment.join([table, signs(view, numbers), paragraph(said) if said else NONE])


def progress_table(bundle: OpenBundle, progress: ProgressResult) -> Fragment:
    """The progress index: each member's ratio to the base year, its groups, the whole."""
    view, rules = View(bundle), bundle.framework.progress
    if rules is None or not bundle.data.filed:
        return nothing(view, "progress_not_filed", "progress")
    asked = [year for year in (bundle.year - 1, bundle.year) if year in view.years]
    rows: list[Row] = []
    whole = sum(group.weight for group in rules.groups) or 1.0
    for group in rules.groups:
        found = row_of(progress.groups, _key(progress.groups, rules.code, group.code), asked)
        cells = [share(group.weight / whole), *(view.cell(n, 1) for n in found)]
        name = group.name(view.lang) or group.code
        rows.append(Row([view.t("progress.group", name=name), *cells], "group"))
        rows += _members(view, progress, group.code, asked)
    index = [view.cell(at(progress.index, view.position(year)), 1) for year in asked]
    rows.append(Row([rules.name(view.lang) or rules.code, "100.0%", *index], "total"))
    columns = [
        Column(view.t("head.member"), 84 - 14 * len(asked), "text"),
        Column(view.t("head.weight_in_group"), 16),
        *(Column(str(year), 14) for year in asked),
    ]
    note = view.fitting(rules.note)
    notes = [view.sentences(filter(None, [view.t("note.progress", year=bundle.base_year), note]))]
    title = view.t("caption.progress", year=bundle.base_year)
    return Table(columns, rows, title, notes, halves=True).fragment()


def _members(
    view: View, progress: ProgressResult, group: str, asked: Sequence[int]
) -> Iterator[Row]:
    rules = view.bundle.framework.progress
    members = rules.members.get(group, {}) if rules else {}
    whole = sum(members.values()) or 1.0
    for code, weight in members.items():
        key = _key(progress.members, rules.code if rules else "", group, code)
        cells = [view.cell(n, 1) for n in row_of(progress.members, key, asked)]
        yield Row([member_name(view, code), share(weight / whole), *cells], "sub")


def member_name(view: View, code: str) -> str:
    """A member of the progress index; one whose ratio is turned over, since less is better, says so."""
    indicator = view.bundle.framework.indicators.get(code)
    is_inverted = indicator is not None and indicator.direction == -1
    return view.t("progress.inverted", name=view.name(code)) if is_inverted else view.name(code)


def _key(panel: Panel, *codes: str) -> str:
    """The column of a member, whether its code stands alone or below its group and index."""
    tried = (codes[-1], ".".join(codes), ".".join(codes[1:]))
    return next((code for code in tried if code in panel.columns), codes[-1])


def point_change(new: Number, old: Number) -> PrintedNumber:
    """A change of a score in points of its scale, signed."""
    if new.value is None or old.value is None:
        return PrintedNumber.of(DASH, None)
    return signed(new.value - old.value, 1)


def rule_words(view: View, scored: Scored, code: str) -> str:
    """What the missing-data rules did with an indicator this year."""
    found = scored.rule.get(code)
    if found is None or view.now is None:
        return ""
    rule = str(found[0, view.now] or "").rsplit(":", 1)[-1]
    return label_or(f"rule.{rule}", view.lang, rule) if rule else ""


def added(parts: Decomposition, codes: Sequence[str], weight: float) -> list[str]:
    """What indicators add together to the index, and to its change, in points."""
    adds = sum(float(parts.contributions[code][0]) for code in codes)
    moves = sum(float(parts.changes[code][0]) for code in codes)
    shown = DASH if adds != adds or not weight else number(adds, 2)
    return [shown, DASH if moves != moves or not (weight or moves) else signed(moves, 2)]


def codes_below(view: View, group: str) -> list[str]:
    """The codes of the indicators that count inside a group."""
    return [indicator.code for indicator in view.scored_below(group)]


def weight_below(view: View, result: Aggregation, group: str) -> float:
    """Effective weight of all indicators inside a group."""
    total = 0.0
    for code, _ in view.bundle.framework.members(group):
        inside = code in view.bundle.framework.groups
        total += weight_below(view, result, code) if inside else weight_of(result, code, view.now)
    return total


def coverage_words(view: View, result: Aggregation) -> str:
    """The share of the weight that has data, in a sentence."""
    if view.now is None or not result.coverage.size:
        return ""
    covered = float(result.coverage[0, view.now])
    if covered != covered:
        return ""
    return view.t("note.coverage", share=quantity(100 * covered, "%", view.lang, 0))
