"""The method book: each framework with its groups, indicators one by one, and progress index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.model import Framework, Goalposts, Group, Indicator
from cescore.definitions.model.ends import ON_LOG
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.method.index.fitting import method_of
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.pages.document import (
    Entries,
    Entry,
    Words,
    end_text,
    exact,
    heading,
    percent,
)
from cescore.publish.pages.formulas import coded, computed_lines, imputed, name_of, treated
from cescore.publish.pages.scales import doubling, normalised
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

DASH = "—"
_FLOORS = {"exclude": "book.note.base_floor", "measure_from_floor": "book.note.measured_from_floor"}
Weights = Mapping[str, Mapping[str, float]]  # entity type -> indicator -> share of the index


def frameworks(book: OpenDocument[MethodBook], weights: Weights) -> Fragment:
    """Every framework: what it is, its groups, its indicators one by one, its progress index."""
    words = Words(book)
    return Fragment.join(
        [
            Fragment.join(list(_chapter(words, chapter, weights[chapter[0].entity_type])))
            for chapter in chapters(book.data.frameworks)
        ]
    )


def chapters(every: Sequence[Framework]) -> list[tuple[Framework, ...]]:
    """Frameworks that are one but for names, notes and what only one of them reports share a chapter.

    The one with the most indicators stands first in it, so that each thing is said once.
    """
    found: list[list[Framework]] = []
    for framework in every:
        chapter = next((c for c in found if all(_is_alike(one, framework) for one in c)), None)
        if chapter is None:
            found.append([framework])
        else:
            chapter.append(framework)
            chapter.sort(key=lambda one: -len(one.indicators))
    return [tuple(chapter) for chapter in found]


def _is_alike(one: Framework, other: Framework) -> bool:
    """Whether two frameworks have the same settings, and the one all indicators of the other."""
    few, many = sorted((one.indicators, other.indicators), key=len)
    return _decided(one) == _decided(other) and all(
        code in many and _defined(few[code]) == _defined(many[code]) for code in few
    )


def _defined(indicator: Indicator) -> dict[str, object]:
    return indicator.model_dump(exclude={"note", "examples"})


def _decided(framework: Framework) -> dict[str, object]:
    """What a framework says beside indicators, names, notes and whom it is for."""
    own = {"indicators", "id", "entity_type", "zh", "en", "version", "history", "source"}
    rest = framework.model_dump(exclude={*own, "variables", "accounts", "factors", "order"})
    rest["index"].pop("note")
    return rest | {"scored": [(i.code, i.group, i.weight) for i in framework.scored()]}


def framework_title(words: Words, chapter: Sequence[Framework]) -> str:
    index = chapter[0].index
    return words.t(
        "book.framework", type=words.types([f.entity_type for f in chapter]),
        index=words.name(index, index.code), code=index.code,
    )  # fmt: skip


def _shared(words: Words, chapter: Sequence[Framework]) -> str:
    """What the frameworks of a chapter have of their own: notes."""
    own = [
        words.t(
            "book.same_note", type=words.entity_type(one.entity_type),
            code=words.name(one.indicators[code], code), note=one.indicators[code].note,
        )
        for code in chapter[-1].indicators
        if len({one.indicators[code].note for one in chapter if code in one.indicators}) > 1
        for one in chapter
        if code in one.indicators and one.indicators[code].note
    ]  # fmt: skip
    own += [
        words.t(
            "book.same_only", type=words.entity_type(chapter[0].entity_type),
            list=words.join([words.name(i, code) for code, i in chapter[0].indicators.items()
                             if code not in one.indicators]),
            other=words.entity_type(one.entity_type),
        )
        for one in chapter[1:]
        if len(one.indicators) < len(chapter[0].indicators)
    ]  # fmt: skip
    types = words.types([one.entity_type for one in chapter])
    differences = words.clauses(own) or words.t("book.same_wholly")
    return words.t("book.same_as", types=types, differences=differences)


def _chapter(
    words: Words, chapter: Sequence[Framework], weights: Mapping[str, float]
) -> Iterator[Fragment]:
    framework, title = chapter[0], framework_title(words, chapter)
    yield Fragment('<div class="part-of-book"></div>')
    yield heading(
        words, "book.framework", text=title, anchor=f"book-{framework.entity_type}", lead=" "
    )
    for one in chapter:
        yield _card(words, one, whole=one is framework)
    if len(chapter) > 1:
        yield paragraph(_shared(words, chapter))
    yield _groups(words, framework, weights)
    yield from _indicators(words, framework, weights)
    yield from _progress(words, framework)


def _card(words: Words, framework: Framework, *, whole: bool) -> Fragment:
    """The framework's own settings in sentences; of a second one of a chapter, who it is alone."""
    if not whole:
        return section("points", points=_identity(words, framework))
    head = framework.headline
    rates = [head.resource_output_rate, head.resource_recycling_rate, *head.beside]
    named = [f"{name_of(framework, words.lang, c)}（{c}）" if words.lang == "zh"
             else f"{name_of(framework, words.lang, c)} ({c})" for c in rates if c]  # fmt: skip
    said = [
        normalised(words, framework),
        words.t(f"note.aggregation.{framework.aggregation}"),
        imputed(words, framework.imputation),
        treated(words, framework.treatment),
        words.t("book.headline", list=words.join(named)) if named else "",
    ]
    return section("points", points=[*_identity(words, framework), *filter(None, said)])


def _identity(words: Words, framework: Framework) -> list[str]:
    """Name, version and source of a framework, what its index is, and its hash."""
    index = framework.index
    return [
        words.t(
            "method.framework", name=words.name(framework, framework.entity_type),
            version=framework.version, source=framework.source,
        ),
        words.t("book.index_tag", tag=words.t(f"tag.{index.tag}"), note=index.note),
        words.t("book.framework_hash", hash=words.document.data.hashes.get(framework.entity_type, "")),
    ]  # fmt: skip


def _below(framework: Framework, group: str, weights: Mapping[str, float]) -> float:
    """Share of the index of all that is inside a group."""
    return sum(
        _below(framework, code, weights) if code in framework.groups else weights.get(code, 0.0)
        for code, _ in framework.members(group)
    )


def _groups(words: Words, framework: Framework, weights: Mapping[str, float]) -> Fragment:
    """The tree of groups with weights and how each is made of its members."""
    rows: list[Row] = []

    def visit(parent: str, depth: int) -> None:
        whole = sum(weight for _, weight in framework.members(parent)) or 1.0
        for group in (g for g in framework.groups.values() if g.parent == parent):
            name = Markup('<span class="depth{}">{}</span>').format(
                min(depth, 4), coded(words, group)
            )
            cells = [
                name,
                two_lines(percent(group.weight / whole), exact(group.weight)),
                percent(_below(framework, group.code, weights)),
                words.t(f"book.mean.{group.aggregation}"),
                group.tag,
                words.clauses([group.note, _least_of(words, group)]),
            ]
            rows.append(Row(cells))
            visit(group.code, depth + 1)

    visit("", 0)
    columns = [
        TableColumn(words.t("head.group"), 30, "text"),
        TableColumn(words.t("head.weight_in_group"), 12),
        TableColumn(words.t("head.weight_in_index"), 11),
        TableColumn(words.t("book.head.mean"), 14, "mid"),
        TableColumn(words.t("head.tag"), 6, "mid"),
        TableColumn(words.t("book.head.note"), 27, "small"),
    ]
    return Table(columns, rows, words.t("book.caption.groups")).fragment()


def _least_of(words: Words, group: Group) -> str:
    if group.min_available is None:
        return ""
    return words.t("book.group_least", least=exact(100 * group.min_available))


def _indicators(
    words: Words, framework: Framework, weights: Mapping[str, float]
) -> Iterator[Fragment]:
    """The scored indicators group by group, then those that are only reported."""
    scored = [*_scored_in_order(framework, "")]
    reported = [i for i in framework.indicators.values() if not i.group]
    columns = [
        TableColumn(words.t("head.indicator"), 36, "text"),
        TableColumn(words.t("book.head.unit"), 14, "text"),
        TableColumn(words.t("head.direction"), 5, "mid"),
        TableColumn(words.t("head.weight_in_group"), 10),
        TableColumn(words.t("head.weight_in_index"), 9),
        TableColumn(words.t("head.worst"), 10),
        TableColumn(words.t("head.best"), 10),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    caption = words.t("book.caption.indicators")
    for group, members in groupby(scored, key=lambda i: i.group):
        title = words.t("book.group", path=" › ".join(_path(words, framework, group)))
        entries = [_indicator(words, framework, i, weights) for i in members]
        yield Entries(columns, entries, caption, title).fragment()
        caption = ""
    entries = [_indicator(words, framework, i, weights) for i in reported]
    title = words.t("indicators.reported")
    notes = (words.t("note.direction"), words.t("note.tags"), words.t("book.note.weights"))
    yield Entries(columns, entries, "" if scored else caption, title).fragment()
    yield Fragment.join([paragraph(note) for note in notes])


def _scored_in_order(framework: Framework, group: str) -> Iterator[Indicator]:
    for code, _ in framework.members(group):
        if code in framework.groups:
            yield from _scored_in_order(framework, code)
        else:
            yield framework.indicators[code]


def _path(words: Words, framework: Framework, group: str) -> list[str]:
    found = framework.groups[group]
    above = _path(words, framework, found.parent) if found.parent else []
    return [*above, words.name(found, found.code)]


def _indicator(
    words: Words, framework: Framework, indicator: Indicator, weights: Mapping[str, float]
) -> Entry:
    posts = indicator.goalposts_in(words.document.data.run.year)
    whole = sum(w for _, w in framework.members(indicator.group)) if indicator.group else 0.0
    share = two_lines(percent(indicator.weight / whole), exact(indicator.weight)) if whole else DASH
    second = indicator.name("zh") if words.lang == "en" else ""  # a Chinese page stays Chinese
    cells = [
        two_lines(coded(words, indicator), second if second != words.name(indicator) else ""),
        unit_text(indicator.unit, words.lang) or words.t("book.no_unit"),
        "↑" if indicator.direction == 1 else "↓",
        share,
        percent(weights[indicator.code]) if weights.get(indicator.code) else DASH,
        end_text(posts.worst) if posts and indicator.group else DASH,
        end_text(posts.best) if posts and indicator.group else DASH,
        indicator.tag,
    ]
    return Entry(cells, list(_lines(words, framework, indicator)))


def _lines(
    words: Words, framework: Framework, indicator: Indicator
) -> Iterator[tuple[str, object]]:
    yield from computed_lines(words, framework, indicator)
    yield "small", words.t("book.source", source=words.tagged(indicator.source, indicator.tag))
    if indicator.group:
        yield from (("small", line) for line in _goalpost_lines(words, indicator))
    yield "small", words.clauses(_settings(words, framework, indicator))
    if indicator.note:
        yield "small", words.t("book.noted", note=indicator.note)


def _goalpost_lines(words: Words, indicator: Indicator) -> Iterator[str]:
    for year, posts in sorted(indicator.goalposts.items()):
        said = words.t(
            "book.goalposts", year=year, worst=end_text(posts.worst), best=end_text(posts.best),
            source=words.tagged(posts.source, posts.tag),
        )  # fmt: skip
        yield said + _by_industry(words, posts)


def _by_industry(words: Words, posts: Goalposts) -> str:
    if not posts.by_industry:
        return ""
    each = [
        words.t(
            "book.industry_posts", industry=industry, worst=end_text(worst), best=end_text(best)
        )
        for industry, (worst, best) in posts.by_industry.items()
    ]
    return words.t("book.by_industry", list=words.clauses(each))


def _settings(words: Words, framework: Framework, indicator: Indicator) -> Iterator[str]:
    """What an indicator has of its own against the framework's general settings."""
    if method_of(indicator, framework) == ON_LOG and indicator.goalposts:
        yield doubling(words, framework, indicator)
    elif indicator.normalisation and indicator.normalisation != framework.normalisation:
        yield words.t(f"book.own.{indicator.normalisation}")
    if indicator.latest_within:
        yield words.t("book.latest_within", years=indicator.latest_within)
    if indicator.imputation is not None:
        yield imputed(words, indicator.imputation) or words.t("book.imputation.none")
    if indicator.treatment is not None:
        yield treated(words, indicator.treatment) or words.t("book.untreated")


def _progress(words: Words, framework: Framework) -> Iterator[Fragment]:
    """The progress index: groups, members with their weights, floors of the base value."""
    rules = framework.progress
    if rules is None:
        return
    rows: list[Row] = []
    whole = sum(group.weight for group in rules.groups) or 1.0
    for group in rules.groups:
        share = percent(group.weight / whole)
        mean = words.t(f"book.mean.{group.aggregation}")
        rows.append(Row([coded(words, group), share, exact(group.weight), mean, ""], "group"))
        members = rules.members.get(group.code, {})
        inside = sum(members.values()) or 1.0
        for code, weight in members.items():
            indicator = framework.indicators[code]
            least = rules.base_floor.get(code)
            rows.append(
                Row(
                    [
                        coded(words, indicator),
                        percent(weight / inside),
                        exact(weight),
                        "↑" if indicator.direction == 1 else "↓",
                        exact(least) if least is not None else "",
                    ],
                    "sub",
                )
            )
    columns = [
        TableColumn(words.t("head.member"), 46, "text"),
        TableColumn(words.t("head.weight_in_group"), 14),
        TableColumn(words.t("head.weight"), 12),
        TableColumn(words.t("book.head.mean_or_direction"), 16, "mid"),
        TableColumn(words.t("book.head.base_floor"), 12),
    ]
    year = words.document.data.base_year
    notes = [
        words.t("note.progress", year=year),
        words.t(f"book.progress.{rules.aggregation}"),
        words.t(_FLOORS[rules.below_base_floor]) if rules.base_floor else "",
        words.t("book.noted", note=rules.note) if rules.note else "",
    ]
    name = words.t("book.caption.progress", name=words.name(rules, rules.code), code=rules.code)
    yield Table(columns, rows, name, notes).fragment()
