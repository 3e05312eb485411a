"""What the page prints of indicators, index and progress: every figure once.

`steps` has a table for each step of the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from cescore.definitions.model import Indicator, Progress
from cescore.method.column import Panel, State
from cescore.method.index.mean_tree import index_tree
from cescore.method.index.rooms import rooms
from cescore.publish.comparable import (
    comparable_figures,
    is_among_industries,
    peer_words,
)
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import (
    DASH,
    PrintedNumber,
    index_change_words,
    mark,
    number,
    quantity,
    signed,
)
from cescore.publish.pages.changes import changes, entity_changes
from cescore.publish.pages.scorecard.rating import (
    bar,
    course_sign,
    moved,
    moved_from,
    rated,
    standing_sign,
)
from cescore.publish.pages.scorecard.references import references_table
from cescore.publish.pages.scorecard.sections import (
    NONE,
    nothing,
    number_cells,
    share,
    signs,
    years,
)
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import Number, View, at, row_of, shown_ends, weight_of
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle
    from cescore.method.index.aggregate import Aggregation
    from cescore.method.index.contributions import Decomposition
    from cescore.method.index.missing import Scored
    from cescore.method.index.progress import ProgressResult

Floats = NDArray[np.float64]
CHANGE_WIDTHS = {"zh": 10.4, "en": 8.2}  # per cent of the table: pp is short, its Chinese is not
MOST_DECIMALS = 5  # of a value that is seen to have changed
FIRM = "enterprise"  # its reader expects what would raise the score


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
        lines.columns(), [*rows, lines.total()], view.t("caption.results"), kind="wide"
    ).fragment()
    shown = (lines.index_by_year.get(year) for year in view.shown_years if bundle.data.filed)
    signed_numbers = [replace(number, flags=0) for number in shown if number is not None]
    signed_numbers += [
        n for i in view.scored for n in view.row(indicators, i.code, view.shown_years)
    ]
    if not bundle.data.filed:
        return Fragment.join([table, signs(view, signed_numbers), changes(view)])
    is_split = any(np.isfinite(points[0]) for points in parts.contributions.values())
    notes = [
        view.t("note.room") if lines.shows.room else "",
        view.t("note.results"),
        view.t(f"note.aggregation.{bundle.framework.aggregation}"),
        view.t("note.moves" if lines.shows.room else "note.contributions") if is_split else "",
        view.t("note.weights"),
        coverage_words(view, result),
        view.t("note.rounding"),
    ]
    key = [view.t("legend.rating"), *_legends(view, lines.shows)]
    return Fragment.join(
        [
            table,
            paragraph(view.sentences(key), "legend"),
            signs(view, signed_numbers),
            paragraph(view.sentences(filter(None, notes))),
            references_table(bundle, indicators, "scored"),
            changes(view),
        ]
    )


@dataclass(frozen=True)
class _Shows:
    """Which of the columns that not every entity has a table of results shows."""

    room: bool  # what the top of the scale would bring: for firms, in place of what is added
    course: bool  # an indicator measures a target of the plan
    median: bool  # of the peers, of one indicator at least
    standing: bool  # a strength or weakness beside the peers

    @classmethod
    def of(cls, view: View, rooms: Mapping[str, Floats]) -> _Shows:
        codes = {indicator.code for indicator in view.scored}
        figures = [f for code, f in comparable_figures(view).items() if code in codes]
        targets = [line for line in view.data.targets if line.course]
        return cls(
            room=bool(rooms) and view.data.entity.entity_type == FIRM,
            course=any(codes & set(line.indicators) for line in targets),
            median=any(figure.median is not None for figure in figures),
            standing=any(figure.standing for figure in figures),
        )

    @property
    def peers(self) -> bool:
        return self.median or self.standing

    @property
    def legends(self) -> list[str]:
        """The signs to explain."""
        return [name for name in ("course", "standing", "median") if getattr(self, name)]


def _legends(view: View, shows: _Shows) -> Iterator[str]:
    """What the signs mean, and why some indicators have no median beside them."""
    for name in shows.legends:
        yield view.t("legend.course") if name == "course" else peer_words(view, f"legend.{name}")
    if shows.peers and is_among_industries(view):
        yield view.t("legend.industries")


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
        tree = index_tree(scored, result, framework)
        gains = rooms(tree, view.bundle.year, framework.scale.top)
        self.rooms = {code: gain for code, gain in gains.items() if np.isfinite(gain[0])}
        self.shows = _Shows.of(view, self.rooms)
        self.figures = comparable_figures(view)
        self.index_by_year = {year: view.index(result, year) for year in view.years}

    def columns(self) -> list[TableColumn]:
        view, shows = self.view, self.shows
        peers = "peers" if shows.median else "peers_sign"
        optional = [
            TableColumn(view.t("head.course"), 4.2, "mid") if shows.course else None,
            TableColumn(view.t("head.worst"), 6.7),
            TableColumn(view.t("head.best"), 6.7),
            TableColumn(peer_words(view, f"head.{peers}"), 8.0 if shows.median else 4.6)
            if shows.peers
            else None,
            TableColumn(view.t("head.score"), 9.6),
            TableColumn(view.t("head.rating"), 3.8, "mid"),
            TableColumn(view.t("head.weight"), 6.1),
            None if shows.room else TableColumn(view.t("head.adds"), 5.6),
            TableColumn(view.t("head.moves"), 5.6),
            TableColumn(view.t("head.room"), 5.6) if shows.room else None,
        ]
        right = [column for column in optional if column is not None]
        change = CHANGE_WIDTHS[view.lang]
        left = [*years(view, 7.1), TableColumn(view.t("head.since_last"), change)]
        name = 100 - sum(column.width for column in (*left, *right))
        return [TableColumn(view.t("head.indicator"), name, "text"), *left, *right]

    def below(self, group: str) -> Iterator[Row]:
        framework = self.view.bundle.framework
        for code, _ in framework.members(group):
            if code in framework.groups:
                yield self._group(code)
                yield from self.below(code)
            else:
                yield self._indicator(framework.indicators[code])

    def total(self) -> Row:
        weight = weight_below(self.view, self.result, "") if self.view.data.filed else 0.0
        name = self.view.name(self.view.bundle.framework.index.code)
        return Row([name, *self._scores(self.index_by_year, weight, "")], "total")

    def _group(self, code: str) -> Row:
        view = self.view
        found = view.scores(self.result.groups, code, view.years, self.result)
        weight = weight_below(view, self.result, code) if view.data.filed else 0.0
        scores = dict(zip(view.years, found, strict=True))
        return Row([view.name(code), *self._scores(scores, weight, code)], "group")

    def _scores(self, scores: dict[int, Number], weight: float, group: str) -> list[object]:
        """Group and index: scores stand in the columns of the years as well."""
        view, none = self.view, Number(None)
        now, last = (scores.get(view.bundle.year - back, none) for back in (0, 1))
        change = with_sign(moved(now, last), point_change(now, last))
        return [
            # signs stand with the indicators: a sum over them would bear the sign of each
            *(view.cell(replace(scores[year], flags=0), 1) for year in view.shown_years),
            change,
            *([""] if self.shows.course else []),
            *("", ""),
            *([""] if self.shows.peers else []),
            *self._place(now),
            *self._weighed(group, weight, has_score=now.value is not None),
        ]

    def _place(self, score: Number) -> list[object]:
        """The score with its bar, and the sign of its band."""
        if score.value is None:
            return [self.view.cell(score, 1), ""]
        scale = self.view.bundle.framework.scale
        return [bar(score, scale), rated(score, scale)]

    def _weighed(self, code: str, weight: float, *, has_score: bool) -> list[object]:
        """Weight in the index, what it adds to it, to its change, and what the top would bring."""
        framework = self.view.bundle.framework
        inside = [code] if code in framework.indicators else codes_below(self.view, code)
        adds, moves = added(self.view, self.result, self.parts, inside, weight)
        if not self.shows.room:
            return [share(weight), adds, moves]
        gain = self._gain(code) if has_score and weight else None
        return [share(weight), moves, DASH if gain is None else number(gain, 2)]

    def _gain(self, code: str) -> float | None:
        """Points that the index gains with an indicator, a group or itself ("") at the top."""
        year, top = self.view.bundle.year, self.view.bundle.framework.scale.top
        index = self.index_by_year.get(year, Number(None)).value
        if index is None or not code:
            return None if index is None else top - index
        return float(self.rooms[code][0]) if code in self.rooms else None

    def _indicator(self, indicator: Indicator) -> Row:
        view, code, year = self.view, indicator.code, self.view.bundle.year
        numbers = view.row(self.indicators, code, view.shown_years)
        new, old = view.row(self.indicators, code, (year, year - 1))
        posts = shown_ends(view, indicator)
        decimals = view.decimals(code, [*(n.value for n in numbers), *(posts or ())])
        decimals = self._that_show_the_move(code, [n.value for n in (new, old)], decimals)
        score, before = view.scores(self.scored.scores, code, (year, year - 1))
        weight = weight_of(self.result, code, view.now) if view.data.filed else 0.0
        change = view.change(new, old, indicator.unit, decimals)
        change = with_sign(moved_from(old, score, before), change)
        return Row(
            [
                view.with_unit(code),
                *(view.cell(n, decimals) for n in numbers),
                change,
                *([course_sign(view, code)] if self.shows.course else []),
                *(number(post, decimals) for post in posts or ()),
                *([] if posts else [DASH, DASH]),
                *([self._peers(code, decimals)] if self.shows.peers else []),
                *self._place(score),
                *self._weighed(code, weight, has_score=score.value is not None),
            ]
        )

    def _that_show_the_move(self, code: str, values: Sequence[float | None], decimals: int) -> int:
        """Decimals at which two values are seen to differ where their difference moved the index."""
        moves = added(self.view, self.result, self.parts, [code], 1.0)[1]
        if None in values or not any(digit in "123456789" for digit in moves):
            return decimals
        apart = (
            n
            for n in range(decimals, MOST_DECIMALS)
            if len({number(value, n) for value in values if value is not None}) > 1
        )
        return next(apart, decimals)

    def _peers(self, code: str, decimals: int) -> object:
        """The median of the peers with the sign of where the entity stands, as far as released."""
        figure = self.figures.get(code)
        sign = standing_sign(self.view, figure)
        if not self.shows.median:
            return sign
        if figure is None or figure.median is None:
            return PrintedNumber.of(mark(State.SUPPRESSED, self.view.lang), None)
        median = number(figure.median, decimals)
        return median.after(Markup("{} ").format(sign)) if sign else median


def with_sign(sign: str, change: PrintedNumber) -> PrintedNumber:
    """A change after the sign of what it did to the score; one that prints as none has no sign."""
    is_nothing = not any(digit in "123456789" for digit in change)
    if not sign or (is_nothing and change.value is not None):
        return change
    return change.after(Markup('<i class="mv">{}</i>').format(sign))


def within_reach_of_lags(
    view: View, indicator: Indicator, numbers: Sequence[Number], of_years: Sequence[int]
) -> list[Number]:
    """The numbers of the years shown; before a formula's lags have a first year nothing was due, and
    nothing is missing."""
    back = indicator.expression.longest_lag if indicator.expression else 0
    first = min(view.years) + back
    return [
        replace(n, state=State.NOT_COMPUTABLE)
        if back and year < first and n.state == State.MISSING
        else n
        for year, n in zip(of_years, numbers, strict=True)
    ]


def reported_table(bundle: OpenBundle, indicators: Panel) -> Fragment:
    """The indicators that are reported and do not count; those nobody collects are named below."""
    view = View(bundle)
    if not bundle.data.filed:
        return NONE
    shown, absent, numbers = [], [], []
    for indicator in view.reported:
        found = within_reach_of_lags(
            view,
            indicator,
            view.row(indicators, indicator.code, view.shown_years),
            view.shown_years,
        )
        if any(n.value is not None for n in found):
            cells = number_cells(view, indicator.code, found)
            shown.append(Row([view.with_unit(indicator.code), *cells]))
            numbers += found
        else:
            absent.append(indicator.name(view.lang) or indicator.code)
    columns = [TableColumn(view.t("head.indicator"), 52, "text"), *years(view, 16)]
    table = Table(columns, shown, view.t("indicators.reported"), halves=True).fragment()
    said = view.t("left_out.no_value", n=len(absent), names=view.join(absent)) if absent else ""
    return Fragment.join(
        [
            table,
            signs(view, numbers),
            paragraph(said) if said else NONE,
            references_table(bundle, indicators, "reported"),
        ]
    )


def progress_table(bundle: OpenBundle, progress: ProgressResult) -> Fragment:
    """The progress index: each member's ratio to the base year, its groups, the whole."""
    view, rules = View(bundle), bundle.framework.progress
    if rules is None or not bundle.data.filed:
        return nothing(view, "progress_not_filed", "progress")
    asked = [year for year in (bundle.year - 1, bundle.year) if year in view.years]
    rows: list[Row] = []
    numbers: list[Number] = []
    whole = sum(group.weight for group in rules.groups) or 1.0
    for group in rules.groups:
        found = row_of(progress.groups, _key(progress.groups, rules.code, group.code), asked)
        cells = [share(group.weight / whole), *(view.cell(n, 1) for n in found)]
        name = group.name(view.lang) or group.code
        rows.append(Row([view.t("progress.group", name=name), *cells], "group"))
        members = dict(_members(view, progress, group.code, asked))
        rows += members.values()
        numbers += [*found, *(n for key in members for n in row_of(progress.members, key, asked))]
    index = [at(progress.index, view.position(year)) for year in asked]
    cells = [view.cell(number, 1) for number in index]
    rows.append(Row([rules.name(view.lang) or rules.code, "100.0%", *cells], "total"))
    columns = [
        TableColumn(view.t("head.member"), 84 - 14 * len(asked), "text"),
        TableColumn(view.t("head.weight_in_group"), 16),
        *(TableColumn(str(year), 14) for year in asked),
    ]
    note = view.fitting(rules.note)
    has_break = bool(bundle.data.breaks) or any(entity_changes(view))
    said = [view.t("note.progress", year=bundle.base_year)]
    said += [view.t("note.series_break")] if has_break else []
    said += [note]
    notes = [view.sentences(filter(None, said))]
    lead = _progress_lead(view, rules, progress)
    title = view.t("caption.progress", year=bundle.base_year)
    table = Table(columns, rows, title, notes, halves=True).fragment()
    return Fragment.join([lead, table, signs(view, [*numbers, *index])])


def _progress_lead(view: View, rules: Progress, progress: ProgressResult) -> Fragment:
    """The progress index in a sentence: its value, base year = 100, and its change since last year."""
    now, last = (at(progress.index, year) for year in (view.now, view.last))
    if now.value is None:
        return NONE
    said = [
        view.t(
            "progress.now", name=rules.name(view.lang) or rules.code, code=rules.code,
            year=view.bundle.year, value=view.plain(now),
            base=view.t("progress.base", year=view.bundle.base_year),
        )
    ]  # fmt: skip
    if last.value is not None:
        change = index_change_words(now.value, last.value, view.lang, kind="progress")
        said.append(view.t("since", year=view.bundle.year - 1, change=change))
    return paragraph(view.t("join.clause").join(said) + view.t("full_stop"), "lead-line")


def _members(
    view: View, progress: ProgressResult, group: str, asked: Sequence[int]
) -> Iterator[tuple[str, Row]]:
    """The members of a group, each with the column of its ratios."""
    rules = view.bundle.framework.progress
    members = rules.members.get(group, {}) if rules else {}
    whole = sum(members.values()) or 1.0
    for code, weight in members.items():
        key = _key(progress.members, rules.code if rules else "", group, code)
        cells = [view.cell(n, 1) for n in row_of(progress.members, key, asked)]
        yield key, Row([member_name(view, code), share(weight / whole), *cells], "sub")


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


def added(
    view: View, result: Aggregation, parts: Decomposition, codes: Sequence[str], weight: float
) -> list[str]:
    """What indicators add together to the index, and to its change, in points.

    An index that is not rated, for its coverage is too low or nothing was filed, has no parts to
    show; nor has a change from or to one.
    """
    year = view.bundle.year
    now, last = (view.index(result, y).value for y in (year, year - 1))
    adds = sum(float(parts.contributions[code][0]) for code in codes)
    moves = sum(float(parts.changes[code][0]) for code in codes)
    no_adds = now is None or adds != adds or not weight
    no_moves = now is None or last is None or moves != moves or not (weight or moves)
    return [DASH if no_adds else number(adds, 2), DASH if no_moves else signed(moves, 2)]


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
