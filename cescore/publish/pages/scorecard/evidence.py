"""What the sentences of page one are made from: one entity's results, and what moved its index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cescore.definitions.frameworks.order import closure
from cescore.definitions.model import Indicator
from cescore.disclosure.documents.bundle import FindingLine
from cescore.intake.checks.doubted import without_doubted
from cescore.method.column import Panel
from cescore.method.grading.next_step import NextStep, StepKind, next_step, reach, within_reach
from cescore.method.grading.own_pace import after, best_of_late, is_bound_by_share, own_pace
from cescore.method.grading.parts import worth_of_index
from cescore.method.index.aggregate import Aggregation
from cescore.method.index.contributions import Decomposition, decompose
from cescore.method.index.fitting import method_of
from cescore.method.index.mean_tree import Tree, index_tree
from cescore.method.index.missing import Scored, apply_missing_rules
from cescore.method.index.normalisations import ON_ENDS, on_ends
from cescore.method.index.normalise import normalise
from cescore.method.index.progress import ProgressResult
from cescore.method.index.rooms import gain_with, rooms
from cescore.publish.comparable import comparable_figures
from cescore.publish.view import Number, View, at, has_enough, shown_ends, weight_of

OTHER_EXTENT = frozenset({"merged", "split", "split_off", "taken_over", "gave_off"})
# [P] quantities that jump in one year, and the share of the index that stands on them: the body itself
# has become another. One small stream jumps as what is generated, used, stored and disposed of.
MANY, MUCH = 3, 0.1
NOTABLE = 0.05  # points, of a score or of the index, below which a change is none


@dataclass(frozen=True)
class PageEvidence:
    """One entity's results as page one reads them; all of it is the entity's own or released."""

    view: View
    result: Aggregation
    progress: ProgressResult | None
    indicators: Panel

    @property
    def coverage(self) -> float | None:
        """The share of the weight with a value in the year evaluated, 0-1."""
        position = self.view.now
        if position is None or not self.result.coverage.size:
            return None
        return float(self.result.coverage[0, position])

    @property
    def is_rated(self) -> bool:
        """Whether the index stands: a return was filed and covers enough of the weight."""
        index = at(self.result.index, self.view.now).value
        return self.view.data.filed and index is not None and has_enough(self.view, self.coverage)

    @cached_property
    def earlier_years(self) -> tuple[int, ...]:
        """Last year and the base year, as far as this year's index can be held against theirs."""
        year = self.view.bundle.year
        wanted = dict.fromkeys((year - 1, self.view.bundle.base_year))
        rated = (
            y for y in wanted if y < year and self.view.index(self.result, y).value is not None
        )
        return tuple(rated) if self.is_rated else ()

    @cached_property
    def scored(self) -> Scored:
        """Scores with the rules for missing values applied, by the framework the page shows."""
        bundle = self.view.bundle
        scores = normalise(self.indicators, bundle.framework, bundle.fitted)
        return apply_missing_rules(scores, self.indicators, bundle.framework, bundle.fitted)

    @cached_property
    def _tree(self) -> Tree:
        return index_tree(self.scored, self.result, self.view.bundle.framework)

    def score(self, code: str, year: int) -> Number:
        """The score of an indicator that has a value of its own; what a rule filled in is none."""
        position = self.view.position(year)
        if position is None or not self.scored.covered[code][0, position]:
            return Number(None)
        return at(self.scored.scores.column(code), position)

    def parted_since(self, code: str, since: int) -> tuple[int, ...]:
        """The years after an earlier one up to this in which what an indicator is made of is not the
        series it was: a jump that the checks doubt, another method, or all that parts the index.

        ``code`` "" is the index: another extent of the entity, returned or seen from `MANY` of its
        quantities that jump in one year, if `MUCH` of the index stands on them.
        """
        data, framework = self.view.data, self.view.bundle.framework
        inside = {code, *closure([code], framework.expressions)} if code else set()
        jumps = [finding for finding in data.findings if _is_jump(finding)]
        years = {f.year for f in jumps if f.variable in inside or f.year in self._becomes_another}
        years |= {b.year for b in data.breaks if b.code in inside}
        years |= {c.year for c in data.entity.changes if c.kind in OTHER_EXTENT}
        return tuple(sorted(y for y in years if y and since < y <= self.view.bundle.year))

    @cached_property
    def _becomes_another(self) -> frozenset[int]:
        """The years in which so many of the entity's quantities jump that it is not what it was."""
        by_year: dict[int, set[str]] = {}
        for finding in filter(_is_jump, self.view.data.findings):
            if finding.year is not None:
                by_year.setdefault(finding.year, set()).add(finding.variable)
        return frozenset(
            year
            for year, jumped in by_year.items()
            if len(jumped) >= MANY and self._weight_on(jumped) >= MUCH
        )

    def _weight_on(self, quantities: set[str]) -> float:
        """The weight in the index of the indicators that are made of any of some quantities, 0-1."""
        expressions = self.view.bundle.framework.expressions
        return sum(
            weight_of(self.result, indicator.code, self.view.now)
            for indicator in self.view.scored
            if quantities & {indicator.code, *closure([indicator.code], expressions)}
        )

    def has_score(self, group: str, year: int) -> bool:
        """Whether a group stands on at least one indicator with a value that counts in a year."""
        position = self.view.position(year)
        inside = [indicator.code for indicator in self.view.scored_below(group)]
        return position is not None and any(
            self.scored.active[code][0, position] and self.scored.covered[code][0, position]
            for code in inside
        )

    @cached_property
    def _splits(self) -> dict[int, Decomposition]:
        year = self.view.bundle.year
        return {since: decompose(self._tree, year, since=since) for since in self.earlier_years}

    def moved_by(self, code: str, since: int) -> float | None:
        """Points by which an indicator moved the index since an earlier year; None if unknown."""
        split = self._splits.get(since)
        points = float("nan") if split is None else float(split.changes[code][0])
        return None if points != points else points

    def returned_once(self, since: int) -> tuple[str, ...]:
        """The scored indicators with a value of their own this year or in an earlier one, not in both."""
        view = self.view
        now, then = view.now, view.position(since)
        if now is None or then is None:
            return ()
        covered = {i.code: self.scored.covered[i.code][0] for i in view.scored}
        return tuple(code for code, years in covered.items() if years[now] != years[then])

    def like_for_like(self, since: int) -> float | None:
        """Points by which the indicators with values in both years moved the index since an earlier one.

        None where all have both, where nothing is known, and where the rest moved it by nothing to
        speak of.
        """
        split, once = self._splits.get(since), self.returned_once(since)
        if split is None or not once:
            return None
        points = float(split.change_without(once)[0])
        is_told = abs(float(split.change[0]) - points) >= NOTABLE
        return points if is_told else None

    def gain_at(self, code: str, value: float) -> float | None:
        """Points that the index would gain with an indicator at a value; None where nothing follows."""
        score = self._score_at(code, value)
        if score is None:
            return None
        gain = float(gain_with(self._tree, self.view.bundle.year, code, score)[0])
        return gain if gain == gain else None

    @property
    def share_of_total(self) -> float | None:
        """Points of the total that a point of the index is worth; None where no total is shown."""
        found, scale = self.view.data.assessment, self.view.bundle.framework.scale
        if found.total is None or found.parts.get("index") is None:
            return None
        return worth_of_index(found.weights, scale)

    def _score_at(self, code: str, value: float) -> float | None:
        """The score of an indicator at a value, by its own method; None where that has no ends shown."""
        view = self.view
        indicator, framework = view.bundle.framework.indicators[code], view.bundle.framework
        ends, method = shown_ends(view, indicator), method_of(indicator, framework)
        if ends is None or ends[0] == ends[1]:
            return None
        by = (
            method if method in ON_ENDS else "goalposts"
        )  # observed ends are those of a straight line
        pair = np.array([ends[0]]), np.array([ends[1]])
        scores = on_ends(
            np.array([value]), by, pair, direction=indicator.direction, scale=framework.scale
        )
        score = float(scores[0])
        return score if score == score else None

    def step(self, code: str) -> NextStep | None:
        """The next step within reach of an indicator: what peers reach, else the end taken for the
        industry or its own pace of late, else what it had itself of late."""
        view = self.view
        indicator, framework = view.bundle.framework.indicators[code], view.bundle.framework
        series = [n.value for n in view.row(self.indicators, code, view.years)]
        now, ends = series[-1] if view.years else None, shown_ends(view, indicator)
        if now is None or ends is None or ends[0] == ends[1]:
            return None
        method, direction = method_of(indicator, framework), indicator.direction
        known = without_doubted(series, view.years, view.data.findings, indicator, framework)
        most = within_reach(now, ends, method, known)
        pace = own_pace(known, ends, method)
        own = after(now, pace, ends, method) if pace is not None else None
        is_share = pace is not None and is_bound_by_share(now, pace, ends, method)
        limit: StepKind = "own_share" if is_share else "own_pace"
        ways: tuple[tuple[float, list[tuple[StepKind, float | None]]], ...] = (
            (most, self._of_peers(indicator)),
            (most, [("norm", self._norm(indicator, ends)), (limit, own)]),
            (reach(now, ends, method), [("own_best", best_of_late(known, ends, method))]),
        )
        steps = (next_step(now, direction, reached, within=within) for within, reached in ways)
        return next((step for step in steps if step is not None), None)

    def _of_peers(self, indicator: Indicator) -> list[tuple[StepKind, float | None]]:
        figure = comparable_figures(self.view).get(indicator.code)
        if figure is None:
            return []
        better = figure.upper_quartile if indicator.direction == 1 else figure.lower_quartile
        return [("median", figure.median), ("better_half", better)]

    def _norm(self, indicator: Indicator, ends: tuple[float, float]) -> float | None:
        """The best end, where that is one taken for the entity's own industry."""
        posts = indicator.goalposts_in(self.view.bundle.year)
        has_own = posts is not None and posts.has_own(self.view.data.entity.industry)
        return ends[1] if has_own else None

    @cached_property
    def rooms(self) -> dict[str, float]:
        """Points that the index would gain with one indicator at the top of its scale.

        Only indicators with a value, those that bring most first; none where the index compares
        the entity with all others, so that nothing follows from its own scores.
        """
        year, framework = self.view.bundle.year, self.view.bundle.framework
        if not self.is_rated:
            return {}
        every = rooms(self._tree, year, framework.scale.top)
        gains = {i.code: float(every[i.code][0]) for i in self.view.scored}
        known = {c: g for c, g in gains.items() if g == g and self.score(c, year).value is not None}
        return dict(sorted(known.items(), key=lambda gain: -gain[1]))


def _is_jump(finding: FindingLine) -> bool:
    """Whether a finding doubts the step from the year before, and nobody has mended it."""
    return (finding.kind or finding.code) == "year_on_year" and finding.status != "corrected"
