"""The method book: how its numbers belong together, what moved, and whether indicators measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.industry_mix import WHOLE, MixPart, pair_of
from cescore.definitions.model import Framework, Goalposts, Plan
from cescore.definitions.model.ends import EndsRule, QuantityEnds
from cescore.definitions.model.framework import PerOutput
from cescore.definitions.model.reference import Reference
from cescore.disclosure.documents.illustration import TypeCatalogue
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.method.index.catalogue import (
    AT_MOST,
    FEWEST,
    FEWEST_TO_CORRELATE,
    LIMITS,
    IndicatorStatistics,
)
from cescore.method.index.fitting import method_of
from cescore.method.index.normalisations import ON_ENDS, on_ends
from cescore.method.index.scale import place_on
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import number
from cescore.publish.pages.document import Words, cut, exact, heading, percent
from cescore.publish.pages.formulas import coded
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

DASH = "—"
NONE = Fragment("")
NUMBERS = ("total", "index", "rates", "progress")  # of page one, each with a question of its own


def overview(book: OpenDocument[MethodBook]) -> Fragment:
    """The way from returns to a grade, what each number answers, who is counted in whom."""
    words, data = Words(book), book.data
    way = [words.t(f"book.way.{n}") for n in range(1, 6)]
    if data.plan is None:
        way = way[:3]
    rows = [
        Row([words.t(f"book.number.{n}"), words.t(f"book.number.{n}.asks"), words.t(f"book.number.{n}.not")])
        for n in NUMBERS
        if n != "total" or data.plan is not None
    ]  # fmt: skip
    columns = [
        TableColumn(words.t("book.head.number"), 22, "text"),
        TableColumn(words.t("book.head.answers"), 44, "text"),
        TableColumn(words.t("book.head.answers_not"), 34, "text"),
    ]
    inside = [
        words.t(
            "book.counted", part=one.names.name(words.lang) or one.entity_id,
            body=one.body.name(words.lang) or one.body_id,
        )
        for one in data.illustration.counted
    ]  # fmt: skip
    return Fragment.join(
        [
            heading(words, "book.overview"),
            section("points", points=way),
            Table(columns, rows, words.t("book.caption.numbers")).fragment(),
            *(paragraph(text) for text in inside),
            *_revisions(words, data.frameworks, data.plan),
        ]
    )


def _revisions(
    words: Words, frameworks: Sequence[Framework], plan: Plan | None
) -> Iterator[Fragment]:
    """What changed with each version of a framework, or of the assessment, as params say; shared
    ones once."""
    lines: dict[tuple[str, str], list[str]] = {}
    for framework in frameworks:
        for version, text in framework.history.items():
            lines.setdefault((version, text.name(words.lang)), []).append(framework.entity_type)
    for version, text in plan.history.items() if plan is not None else ():
        lines[version, text.name(words.lang)] = list(plan.assessment.weights) if plan else []
    rows = [Row([version, words.types(types), text]) for (version, text), types in lines.items()]
    columns = [
        TableColumn(words.t("book.head.version"), 14, "text"),
        TableColumn(words.t("book.head.types"), 16, "text"),
        TableColumn(words.t("book.head.changed"), 70, "text"),
    ]
    if rows:
        yield cut(columns, rows, words.t("book.caption.history"))


def statistics(book: OpenDocument[MethodBook]) -> Fragment:
    """Each scored indicator's statistics over all entities and years, against the limits."""
    words, data = Words(book), book.data
    if not data.illustration.catalogue:
        return NONE
    by_type = {framework.entity_type: framework for framework in data.frameworks}
    columns = [
        TableColumn(words.t("head.indicator"), 34, "text"),
        TableColumn(words.t("book.head.scores"), 8),
        *(TableColumn(words.t(f"book.limit.{name}"), width) for name, width in WIDTHS.items()),
        TableColumn(words.t("book.limit.with"), 14, "small"),
    ]
    parts = [heading(words, "book.statistics")]
    if data.run.status == "sample":
        parts.append(paragraph(words.t("book.statistics.sample")))
    for one in (c for c in data.illustration.catalogue if c.entities >= FEWEST):
        framework = by_type[one.entity_type]
        caption = words.t(
            "book.caption.statistics", type=words.entity_type(one.entity_type), n=one.entities
        )
        rows = [_statistics_row(words, framework, s) for s in one.statistics]
        parts.append(
            Table(columns, rows, caption, list(_reasons(words, framework, one))).fragment()
        )
    limits = words.t(
        "book.statistics.limits",
        **{name: _limit(name) for name in LIMITS},
        fewest=FEWEST_TO_CORRELATE,
        least=FEWEST,
    )
    return Fragment.join([*parts, paragraph(limits)])


WIDTHS = {"at_floor": 9, "at_top": 9, "spread": 8, "rank_stability": 9, "redundancy": 9}


def _limit(name: str) -> str:
    limit = LIMITS[name]  # type: ignore[index]
    return percent(limit, 0) if name.startswith("at_") else exact(limit)


def _statistics_row(words: Words, framework: Framework, one: IndicatorStatistics) -> Row:
    beyond = one.beyond()
    cells = []
    for name in WIDTHS:
        value: float | None = getattr(one, name)
        if value is None:
            text = DASH
        elif name.startswith("at_"):
            text = percent(value, 0)
        else:
            text = str(number(value, 0 if name == "spread" else 2))
        cells.append(f"{text}!" if name in beyond else text)
    indicator = framework.indicators[one.code]
    return Row([coded(words, indicator), str(one.scores), *cells, one.redundant_with or DASH])


def _reasons(words: Words, framework: Framework, one: TypeCatalogue) -> Iterator[str]:
    """Of each limit passed, the reason that the framework states, or that it states none."""
    for each in one.statistics:
        for name in each.beyond():
            indicator = framework.indicators[each.code]
            given = indicator.accepted.get(name)
            kind = "at_most" if name in AT_MOST else "at_least"
            yield words.t(
                f"book.statistics.{'accepted' if given else 'unexplained'}",
                name=words.name(indicator, each.code), limit=words.t(f"book.limit.{name}"),
                bound=words.t(f"book.limit.{kind}", limit=_limit(name)), reason=given or "",
            )  # fmt: skip


def ends(book: OpenDocument[MethodBook]) -> Fragment:
    """The rules by which the ends of scales are found, and what each quantity stands on."""
    words, table = Words(book), book.data.ends
    if not table.rules:
        return NONE
    rules = [
        Row([rule.name(words.lang) or rule.code, _taken(words, rule), rule.reason, rule.tag])
        for rule in table.rules.values()
    ]
    columns = [
        TableColumn(words.t("book.head.ends_rule"), 20, "text"),
        TableColumn(words.t("book.head.ends_number"), 24, "text"),
        TableColumn(words.t("book.head.reason"), 50, "small"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    stated = [
        Row(
            [
                quantity.name(words.lang) or quantity.code,
                _ends_of(quantity),
                quantity.reason,
                quantity.tag,
            ]
        )
        for quantity in table.quantities.values()
        if quantity.reason
    ]
    own = [
        TableColumn(words.t("book.head.ends_stated"), 28, "text"),
        TableColumn(words.t("book.head.ends"), 16, "text"),
        TableColumn(words.t("book.head.reason"), 50, "small"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]  # fmt: skip
    return Fragment.join(
        [
            heading(words, "book.ends"),
            cut(columns, rules),
            cut(own, stated) if stated else NONE,
            _mixture(words, book.data),
            *(_mixed_ends(words, book.data, code) for code in table.quantities),
        ]
    )


def _mixture(words: Words, book: MethodBook) -> Fragment:
    """How a body of several industries is held against a table, with one mix worked through."""
    tables = (a for f in book.frameworks for a in f.accounts.values())
    table = next((a for a in tables if a.otherwise_in and not a.level and len(a.values) > 1), None)
    if table is None:
        return NONE
    named = {v.code: v.words for v in book.variables}.get(table.by, {})
    (first, a), (second, b) = list(table.values.items())[:2]
    industry = next(iter(table.otherwise_in))
    mixed = table.of_mix(f"{industry}（{first}）75%；{industry}（{second}）25%")
    names = [words.name(named[w], w) if w in named else w for w in (first, second)]
    return paragraph(
        words.t(
            "book.ends.mix", name=words.name(table, table.code), first=names[0], second=names[1],
            a=exact(a.value), b=exact(b.value), mixed=exact(round(mixed or 0.0, 6)),
            unit=unit_text(table.unit, words.lang),
        )
    )  # fmt: skip


def _mixed_ends(words: Words, book: MethodBook, quantity: str) -> Fragment:
    """One mix of the ends of a ratio by its denominator worked through, where a quantity has such."""
    taken = (
        (i, p)
        for f in book.frameworks
        for i in f.indicators.values()
        for p in i.goalposts.values()
        if p.of == quantity and p.mixed_by and p.by_industry
    )
    indicator, posts = next(taken, (None, None))
    if indicator is None or posts is None or posts.mixed_by is None:
        return NONE
    amounts = posts.mixed_by
    table = next(a for f in book.frameworks if (a := f.accounts.get(amounts.table)))
    names = {
        "name": words.name(book.ends.quantities[quantity], quantity),
        "table": words.name(table, table.code),
    }
    if indicator.is_productivity:
        return _without_those_that_have_none(words, posts, amounts, names)
    return _by_denominator(words, posts, amounts, names)


def _by_denominator(
    words: Words, posts: Goalposts, amounts: PerOutput, names: Mapping[str, str]
) -> Fragment:
    """The ends of a rate: by how much of its denominator two industries have per output."""
    per_output = {
        industry: amounts.of(MixPart(industry, "", WHOLE)) for industry in posts.by_industry
    }
    industries = [industry for industry, amount in per_output.items() if amount][:2]
    if len(industries) < 2:
        return NONE
    first, second = industries
    mix = f"{first} 75%；{second} 25%"
    _, best = pair_of(mix, posts.by_industry, (posts.worst, posts.best), per_output=amounts.of)
    return paragraph(
        words.t(
            "book.ends.mixed_by",
            **names,
            first=first,
            second=second,
            a=exact(per_output[first]),
            b=exact(per_output[second]),
            x=exact(posts.by_industry[first][1]),
            y=exact(posts.by_industry[second][1]),
            mixed=number(best, 2),
        )
    )


def _without_those_that_have_none(
    words: Words, posts: Goalposts, amounts: PerOutput, names: Mapping[str, str]
) -> Fragment:
    """The ends of output per something, where an industry of the table has none of it."""
    first = next((industry for industry, v in amounts.otherwise_in.items() if not v), None)
    second = next(iter(posts.by_industry))
    if first is None or first == second:
        return NONE
    _, best = pair_of(
        f"{first} 75%；{second} 25%",
        posts.by_industry,
        (posts.worst, posts.best),
        by_output=True,
        per_output=amounts.of,
    )
    return paragraph(
        words.t(
            "book.ends.none_of",
            **names,
            first=first,
            second=second,
            y=exact(posts.by_industry[second][1]),
            mixed=exact(round(best, 2)),
        )
    )


def _taken(words: Words, rule: EndsRule) -> str:
    """The number that a rule takes."""
    points = words.clauses(
        f"{label_or(f'book.level.{level}', words.lang, level)} {exact(p)}"
        for level, p in rule.points.items()
    )
    return words.t(
        f"book.ends.{rule.kind}",
        ratio=exact(rule.ratio or 0),
        middle=exact(rule.middle),
        worse=exact(round(rule.worse, 1)),
        part=exact(rule.part or 0),
        points=points,
    )


def _ends_of(quantity: QuantityEnds) -> str:
    """Stated ends, or a dash where only those of some industries are."""
    if quantity.worst is None or quantity.best is None:
        return DASH
    return f"{exact(quantity.worst)} – {exact(quantity.best)}"


def references(book: OpenDocument[MethodBook]) -> Fragment:
    """The reference values with their sources."""
    words, data = Words(book), book.data
    rows = [
        Row(
            [
                two_lines(_name_for(words, data, one), one.indicator),
                words.clauses([f"{one.name(words.lang)} {one.year}", words.t("book.target_value") if one.kind == "target" else ""]),
                exact(one.value),
                _place_of(data, one),
                words.clauses([one.source, words.t("reference.differs", how=one.differs.name(words.lang)) if one.differs.name(words.lang) else ""]),
                one.tag,
            ]
        )
        for one in data.references
    ]  # fmt: skip
    columns = [
        TableColumn(words.t("head.indicator"), 27, "text"),
        TableColumn(words.t("book.head.area"), 15, "text"),
        TableColumn(words.t("book.head.value"), 8),
        TableColumn(words.t("book.head.place"), 8),
        TableColumn(words.t("book.head.source"), 36, "small"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    if not rows:
        return NONE
    return Fragment.join([heading(words, "book.references"), cut(columns, rows)])


def _place_of(data: MethodBook, one: Reference) -> str:
    """Where the value would stand on the scale of its indicator, 0-100; a dash where none scores it.

    Of the first framework that scores the indicator on stated ends, which hold for all who have none
    of their own industry.
    """
    for framework in data.frameworks:
        indicator = framework.indicators.get(one.indicator)
        if indicator is None or not indicator.group or not one.is_for(framework.entity_type):
            continue
        posts, method = indicator.goalposts_in(data.run.year), method_of(indicator, framework)
        if posts is None or method not in ON_ENDS:
            continue
        ends = np.array([posts.worst]), np.array([posts.best])
        value, scale = np.array([one.value]), framework.scale
        score = on_ends(value, method, ends, direction=indicator.direction, scale=scale)
        return number(100 * place_on(float(score[0]), scale))
    return DASH


def _name_for(words: Words, data: MethodBook, one: Reference) -> str:
    """The indicator's name in the first framework that the value is for."""
    of = (f for f in data.frameworks if one.is_for(f.entity_type) and one.indicator in f.indicators)
    framework = next(of, None)
    return words.name(framework.indicators[one.indicator], one.indicator) if framework else ""
