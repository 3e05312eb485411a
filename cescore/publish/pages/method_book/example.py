"""The method book: one public body worked through by hand, from its returns to its grade."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cescore.definitions.model import Framework, Indicator
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.method.column import Panel
from cescore.method.grading.measures import verdicts
from cescore.method.index.aggregate import Aggregation
from cescore.method.index.contributions import Decomposition
from cescore.method.index.fitting import method_of
from cescore.method.index.missing import Scored
from cescore.method.index.progress import ProgressResult
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.pages.credits import credit_sum
from cescore.publish.pages.document import Words, exact, factor_text, heading, percent
from cescore.publish.pages.formulas import NAME, coded
from cescore.publish.pages.method_book.example_parts import (
    ProgressTable,
    less,
    plain,
    score_text,
    targets_table,
)
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import at

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle, OpenDocument

DASH = "—"
RETURNED = 10  # those of a returned figure, which is printed as it is
OPERATORS = {" / ": " ÷ ", " * ": " × ", " - ": " − "}
BASE = re.compile(r"base\((\w+)\)")
ALONE = re.compile(r"(?:positive|total)\(([^(),]*)\)")  # functions that leave one operand as it is


@dataclass(frozen=True)
class WorkedExample:
    """A body's record with every step of its evaluation, as its own report computes it."""

    bundle: OpenBundle
    accounts: Panel  # what was returned, and the accounts
    indicators: Panel
    scored: Scored
    result: Aggregation
    parts: Decomposition
    progress: ProgressResult


def example(book: OpenDocument[MethodBook], worked: WorkedExample | None) -> Fragment:
    """From returned figures to scores, groups, index, total and grade, each step with its numbers."""
    if worked is None:
        return Fragment("")
    words, steps = Words(book), _Steps(Words(book), worked)
    entity = worked.bundle.data.entity
    gap = Fragment('<div class="part-of-book"></div>')
    title = words.t("book.example", name=entity.name(words.lang), year=worked.bundle.year)
    lead = words.t("book.example.lead", number=worked.bundle.data.report_number)
    return Fragment.join(
        [
            gap,
            heading(words, "book.example", text=title, lead=lead),
            Table(
                [
                    TableColumn(words.t("head.indicator"), 19, "text"),
                    TableColumn(words.t("book.head.from_returns"), 35, "small"),
                    TableColumn(words.t("book.head.score_from"), 28, "small"),
                    TableColumn(words.t("head.score"), 6),
                    TableColumn(words.t("head.weight"), 6),
                    TableColumn(words.t("head.adds"), 6),
                ],
                list(steps.indicators()),
                words.t("book.caption.example"),
                [words.t("book.example.indicators")],
            ).fragment(),
            section("points", points=list(steps.index())),
            steps.targets(),
            section("points", points=list(steps.total())),
            steps.ratios(),
            section("points", points=list(steps.progress())),
        ]
    )


@dataclass(frozen=True)
class _Steps:
    """The steps of an example in words and numbers."""

    words: Words
    worked: WorkedExample

    @property
    def framework(self) -> Framework:
        return self.worked.bundle.framework

    @property
    def place(self) -> int:
        return self.worked.indicators.years.index(self.worked.bundle.year)

    def value(self, panel: Panel, code: str, year: int | None = None) -> float | None:
        """A number of the year evaluated, or of another one; None where there is none."""
        if code not in panel.columns or (year is not None and year not in panel.years):
            return None
        place = self.place if year is None else panel.years.index(year)
        return at(panel.column(code), place).value

    def indicators(self) -> Iterator[Row]:
        """Each scored indicator: numbers put in, value, score, share of the index, points."""
        for indicator in self.framework.scored():
            value = self.value(self.worked.indicators, indicator.code)
            score = self.value(self.worked.scored.scores, indicator.code)
            weight = float(self.worked.result.weights[indicator.code][0, self.place])
            adds = self.worked.parts.contributions.get(indicator.code, np.array([np.nan]))[0]
            yield Row(
                [
                    coded(self.words, indicator),
                    self._computed(indicator, value),
                    self._scored(indicator, value),
                    DASH if score is None else number(score, 2),
                    percent(weight),
                    number(float(adds), 2) if np.isfinite(adds) else DASH,
                ]
            )

    def _computed(self, indicator: Indicator, value: float | None) -> str:
        """The formula with the numbers put in, and what comes out in the declared unit."""
        if value is None:
            return self.words.t("book.example.no_value")
        text = ALONE.sub(r"\1", " ".join(indicator.executable.split()))
        base = self.worked.bundle.base_year
        text = BASE.sub(lambda found: self._operand(found.group(1), base), text)
        text = NAME.sub(lambda found: self._operand(found.group()), text)
        for sign, shown in OPERATORS.items():
            text = text.replace(sign, shown)
        factor = factor_text(indicator.factor)
        if factor:
            text = f"({text}) {factor}" if " − " in text or " + " in text else f"{text} {factor}"
        return f"{text} = {plain(value)}"

    def _operand(self, name: str, year: int | None = None) -> str:
        for panel in (self.worked.accounts, self.worked.indicators):
            found = self.value(panel, name, year)
            if found is not None:
                return plain(found, RETURNED)
        factor = self.framework.factors.get(name)
        return exact(factor.value) if factor else name  # a function, or what is not released

    def _scored(self, indicator: Indicator, value: float | None) -> str:
        """The score by the ends of the scale, where it stands on stated ends."""
        ends = indicator.ends_in(self.worked.bundle.year, self.worked.bundle.data.entity.industry)
        if value is None or ends is None:
            return DASH
        return score_text(
            self.words, value, ends, method_of(indicator, self.framework), self.framework.scale
        )

    def targets(self) -> Fragment:
        """The scored targets, each with its share and points."""
        plan, bundle = self.words.document.data.plan, self.worked.bundle
        if plan is None or bundle.data.assessment.parts.get("targets") is None:
            return Fragment("")
        return targets_table(self.words, bundle, plan.assessment)

    def ratios(self) -> Fragment:
        """The members of the progress index, each with its ratio to the base year."""
        rules, worked = self.framework.progress, self.worked
        if rules is None or at(worked.progress.index, self.place).value is None:
            return Fragment("")
        return ProgressTable(
            self.words, worked.bundle, rules,
            value=lambda code, year: self.value(worked.indicators, code, year),
            ratio=lambda code: self.value(worked.progress.members, code),
        ).fragment()  # fmt: skip

    def index(self) -> Iterator[str]:
        """Groups from their members and the index from its groups, the top level alone in numbers."""
        groups = self.framework.members("")
        for code, _ in groups:
            score = self.value(self.worked.result.groups, code)
            if score is not None and code in self.framework.groups:
                members = self.framework.members(code)
                name = self.words.name(self.framework.groups[code], code)
                yield self._mean_of(name, score, members, self.framework.mean_of(code)[0])
        found = at(self.worked.result.index, self.place).value
        if found is not None:
            index = self.framework.index
            name = f"{self.words.name(index, index.code)} {index.code}"
            yield self._mean_of(name, found, groups, self.framework.mean_of("")[0])

    def _mean_of(
        self, name: str, value: float, members: Sequence[tuple[str, float]], method: str
    ) -> str:
        """A mean over the members with a score; their shares, and what comes out."""
        scores = [(self._score(code), weight) for code, weight in members]
        text = _mean([(s, w) for s, w in scores if s is not None and w > 0], method)
        return self.words.t(
            "book.example.mean", name=name, text=text, value=f"{number(value, 2)}",
            method=self.words.t(f"book.mean.{method}"),
        )  # fmt: skip

    def _score(self, code: str) -> float | None:
        panel = (
            self.worked.result.groups
            if code in self.framework.groups
            else self.worked.scored.scores
        )
        return self.value(panel, code)

    def total(self) -> Iterator[str]:
        """The three parts, the total, and the grade with what makes it provisional."""
        data, words = self.worked.bundle.data, self.words
        found = data.assessment
        if found.total is None:
            return
        index, scale = at(self.worked.result.index, self.place).value, self.framework.scale
        if found.index_converted and index is not None:
            yield words.t(
                "book.example.position", text=less(index, scale.floor),
                span=exact(scale.top - scale.floor), value=f"{number(found.parts['index'] or 0, 2)}",
            )  # fmt: skip
        scored = [line for line in data.targets if line.scored and line.points is not None]
        if scored and found.parts.get("targets") is not None:
            each = words.clauses([f"{one.id} {plain(100 * (one.points or 0))}" for one in scored])
            value = f"{number(found.parts['targets'] or 0, 2)}"
            yield words.t("book.example.targets", list=each, n=len(scored), value=value)
        if data.measures and found.parts.get("measures") is not None:
            counts = verdicts(data.measures)
            each = words.clauses([f"{words.t(f'check.{s}')} {n}" for s, n in counts.items() if n])
            value = f"{number(found.parts['measures'] or 0, 2)}"
            text = credit_sum(data.measures)
            key = "book.example.measures" if text else "book.example.measures.by_rule"
            yield words.t(key, list=each, text=text, value=value)
        used = [(part, share) for part, share in found.weights.items() if share]
        text = " + ".join(
            f"{percent(share)} × {number(found.parts[part] or 0, 2)}" for part, share in used
        )
        bonus = f" + {number(found.bonus, 2)}" if found.bonus else ""
        yield words.t("book.example.total", text=text + bonus, value=f"{number(found.total, 2)}")
        if found.graded:
            bands = words.clauses([f"{b.name(words.lang)} ≥ {exact(b.least)}" for b in found.bands])
            reason = words.t(f"reason.{found.reason}") if found.reason else ""
            yield words.t(
                "book.example.grade", bands=bands, grade=found.grade(words.lang),
                scale=found.scale_name(words.lang), reason=reason,
            )  # fmt: skip

    def progress(self) -> Iterator[str]:
        """The progress index beside it: groups of ratios, and their mean."""
        rules = self.framework.progress
        index = at(self.worked.progress.index, self.place).value
        if rules is None or index is None:
            return
        groups = []
        for group in rules.groups:
            value = self.value(self.worked.progress.groups, group.code)
            if value is None:
                continue
            members = rules.members.get(group.code, {})
            ratios = [(self.value(self.worked.progress.members, c), w) for c, w in members.items()]
            text = _mean([(r, w) for r, w in ratios if r is not None], group.aggregation)
            name = self.words.name(group, group.code)
            groups.append((value, group.weight))
            yield self.words.t(
                "book.example.mean", name=name, text=text, value=f"{number(value, 2)}",
                method=self.words.t(f"book.mean.{group.aggregation}"),
            )  # fmt: skip
        name = f"{self.words.name(rules, rules.code)} {rules.code}"
        yield self.words.t(
            "book.example.mean", name=name, text=_mean(groups, rules.aggregation),
            value=f"{number(index, 2)}", method=self.words.t(f"book.mean.{rules.aggregation}"),
        )  # fmt: skip


def _mean(members: Sequence[tuple[float, float]], method: str) -> str:
    """A mean written with its numbers; members of one weight stand in one bracket."""
    whole = sum(weight for _, weight in members)
    values = [f"{number(value, 2)}" for value, _ in members]
    is_equal = len({weight for _, weight in members}) == 1
    if method == "geometric_mean":
        if is_equal:
            return f"({' × '.join(values)})^(1/{len(values)})"
        pairs = zip(values, members, strict=True)
        return " × ".join(f"{text}^{plain(weight / whole)}" for text, (_, weight) in pairs)
    if method == "arithmetic_mean":
        if is_equal:
            return f"({' + '.join(values)}) ÷ {len(values)}"
        pairs = zip(values, members, strict=True)
        return " + ".join(f"{percent(weight / whole)} × {text}" for text, (_, weight) in pairs)
    return ", ".join(values)
