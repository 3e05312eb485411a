"""The method book: what is a convention of this report (P), and what is to be verified (M)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.model import Framework, GradeScale, Plan, Target
from cescore.definitions.model.plan import Commitment, Veto
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.pages.document import Words, cut, exact, heading
from cescore.publish.pages.method_book.plan import scales_in_use
from cescore.publish.pages.method_book.rules import CASES, rule_tag
from cescore.publish.section import section
from cescore.publish.table import Row, TableColumn

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

NONE = Fragment("")
Tagged = tuple[str, str, str, str]  # subject, entity type or "", code, name


def conventions(book: OpenDocument[MethodBook], constants: Mapping[str, float]) -> Fragment:
    """All that is a convention of this report (P)."""
    words = Words(book)
    own = [
        words.t(f"book.constant.{name}", value=exact(value)) for name, value in constants.items()
    ]
    own += [words.t("book.constant.period")] if book.data.plan is not None else []
    return Fragment.join([_list(words, "conventions", "P"), section("points", points=own)])


def unverified(book: OpenDocument[MethodBook]) -> Fragment:
    """All that is to be verified (M)."""
    return _list(Words(book), "unverified", "M")


def _list(words: Words, key: str, tag: str) -> Fragment:
    """The tagged items by subject, in a line for all of the same types; reasons stand in the chapters."""
    types: dict[tuple[str, str, str], list[str]] = {}
    for subject, kind, code, name in _tagged(words, tag):
        found = types.setdefault((subject, code, name), [])
        if kind and kind not in found:
            found.append(kind)
    rows: list[Row] = []
    for subject, members in groupby(types.items(), key=lambda item: item[0][0]):
        lines: dict[tuple[str, ...], list[Markup]] = {}
        for (_, code, name), kinds in members:
            lines.setdefault(tuple(kinds), []).append(_coded(name, code))
        count = sum(map(len, lines.values()))
        title = words.t("book.subject_count", name=words.t(f"book.subject.{subject}"), n=count)
        rows.append(Row([title, ""], "group"))
        rows += [
            Row([words.join([words.entity_type(k) for k in kinds]), _joined(words, names)])
            for kinds, names in lines.items()
        ]
    columns = [
        TableColumn(words.t("book.head.types"), 16, "small"),
        TableColumn(words.t("book.head.item"), 84, "small"),
    ]
    parts = [heading(words, f"book.{key}"), cut(columns, rows)]
    return Fragment.join([*parts, NONE if rows else paragraph(words.t("book.none"), "nothing")])


def _coded(name: str, code: str) -> Markup:
    return Markup('{} <span class="code-name">{}</span>').format(name, code)


def _joined(words: Words, names: Sequence[Markup]) -> Markup:
    return Markup(words.t("join.clause")).join(names)


def _tagged(words: Words, tag: str) -> Iterator[Tagged]:
    """Everything that bears a tag, subject by subject."""
    data: MethodBook = words.document.data
    found: list[Tagged] = []
    for framework in data.frameworks:
        found += _of_framework(words, framework, tag)
    if data.plan is not None:
        found += _of_plan(words, data.plan, tag)
    for standard in data.standards:
        if standard.tag == tag:
            found.append(("standards", standard.entity_type, standard.id, words.name(standard)))
        found += [
            ("thresholds", standard.entity_type, line.id, line.indicator)
            for line in standard.requirements.values()
            if line.tag == tag
        ]
    found += [
        ("references", f.entity_type, one.indicator, words.name(f.indicators[one.indicator]))
        for one in data.references
        for f in data.frameworks
        if one.tag == tag and one.indicator in f.indicators and one.is_for(f.entity_type)
    ]
    order = list(dict.fromkeys(item[0] for item in found))
    return iter(sorted(found, key=lambda item: order.index(item[0])))


def _of_framework(words: Words, framework: Framework, tag: str) -> Iterator[Tagged]:
    kind, index, progress = framework.entity_type, framework.index, framework.progress
    if index.tag == tag:
        yield "index", kind, index.code, words.name(index, index.code)
    if progress is not None and progress.tag == tag:
        yield "index", kind, progress.code, words.name(progress, progress.code)
    for group in framework.groups.values():
        if group.tag == tag:
            yield "groups", kind, group.code, words.name(group, group.code)
    for case in CASES:
        if rule_tag(case, [framework]) == tag:
            yield "missing", kind, "", words.t(f"book.case.{case}")
    for indicator in framework.indicators.values():
        if indicator.tag == tag:
            yield "indicators", kind, indicator.code, words.name(indicator, indicator.code)
    for indicator in framework.scored():
        if any(posts.tag == tag for posts in indicator.goalposts.values()):
            yield "goalposts", kind, indicator.code, words.name(indicator, indicator.code)
    for account in framework.accounts.values():
        if account.tag == tag:
            yield "accounts", kind, account.code, words.name(account, account.code)
    for factor in framework.factors.values():
        if factor.tag == tag:
            yield "factors", kind, factor.code, words.name(factor, factor.code)


def _of_plan(words: Words, plan: Plan, tag: str) -> Iterator[Tagged]:
    if plan.assessment.tag == tag:
        yield "assessment", "", "", words.t("book.caption.parts")
    named: list[tuple[str, Mapping[str, Target | Commitment | GradeScale | Veto]]] = [
        ("targets", plan.targets),
        ("commitments", plan.commitments),
        ("scales", scales_in_use(plan)),
        ("vetoes", plan.vetoes),
    ]
    for subject, every in named:
        for code, one in every.items():
            if one.tag == tag:
                yield subject, "", code, words.name(one, code)
