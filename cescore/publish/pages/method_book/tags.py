"""The method book: what is a convention of this report (P), and what is to be verified (M)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from cescore.definitions.model import Framework, Plan, Target
from cescore.disclosure.documents import MethodBook
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.pages.document import Words, cut, exact, heading
from cescore.publish.pages.method_book.rules import CASES, rule_tag
from cescore.publish.section import section
from cescore.publish.table import Row, TableColumn

if TYPE_CHECKING:
    from cescore.disclosure.opened import OpenDocument

NONE = Fragment("")
Tagged = tuple[str, str, str, str, str]  # subject, entity type or "", code, name, words behind it


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
    """The tagged items by subject; one that several frameworks share is one line."""
    merged: dict[tuple[str, str, str, str], list[str]] = {}
    for subject, kind, code, name, said in _tagged(words, tag):
        types = merged.setdefault((subject, code, name, said), [])
        if kind and kind not in types:
            types.append(kind)
    rows: list[Row] = []
    for subject, members in groupby(merged.items(), key=lambda item: item[0][0]):
        lines = list(members)
        rows.append(Row([words.t("book.subject_count", name=words.t(f"book.subject.{subject}"), n=len(lines)), "", ""], "group"))  # fmt: skip
        rows += [
            Row([two_lines(name, code), words.join([words.entity_type(k) for k in types]), said])
            for (_, code, name, said), types in lines
        ]
    columns = [
        TableColumn(words.t("book.head.item"), 30, "text"),
        TableColumn(words.t("book.head.types"), 16, "small"),
        TableColumn(words.t("book.head.said"), 54, "small"),
    ]
    parts = [heading(words, f"book.{key}"), cut(columns, rows)]
    return Fragment.join([*parts, NONE if rows else paragraph(words.t("book.none"), "nothing")])


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
            found.append(
                (
                    "standards",
                    standard.entity_type,
                    standard.id,
                    words.name(standard),
                    standard.source,
                )
            )
        found += [
            ("thresholds", standard.entity_type, line.id, line.indicator, line.note)
            for line in standard.requirements.values()
            if line.tag == tag
        ]  # fmt: skip
    order = list(dict.fromkeys(item[0] for item in found))
    return iter(sorted(found, key=lambda item: order.index(item[0])))


def _of_framework(words: Words, framework: Framework, tag: str) -> Iterator[Tagged]:
    kind, index, progress = framework.entity_type, framework.index, framework.progress
    if index.tag == tag:
        yield "index", kind, index.code, words.name(index, index.code), index.note
    if progress is not None and progress.tag == tag:
        yield "index", kind, progress.code, words.name(progress, progress.code), progress.note
    for group in framework.groups.values():
        if group.tag == tag:
            said = words.clauses(
                [words.t("book.weight_is", weight=exact(group.weight)), group.note]
            )
            yield "groups", kind, group.code, words.name(group, group.code), said
    for case in CASES:
        if rule_tag(case, [framework]) == tag:
            said = words.t(f"book.rule.{getattr(framework.missing, case)}")
            yield "missing", kind, case, words.t(f"book.case.{case}"), said
    for indicator in framework.indicators.values():
        if indicator.tag == tag:
            said = words.clauses([indicator.source, indicator.note])
            yield "indicators", kind, indicator.code, words.name(indicator, indicator.code), said
    for indicator in framework.scored():
        for posts in indicator.goalposts.values():
            if posts.tag == tag:
                said = f"{exact(posts.worst)}–{exact(posts.best)}: {posts.source}"
                yield "goalposts", kind, indicator.code, words.name(indicator, indicator.code), said
    for account in framework.accounts.values():
        if account.tag == tag:
            said = words.clauses([account.source, account.note])
            yield "accounts", kind, account.code, words.name(account, account.code), said
    for factor in framework.factors.values():
        if factor.tag == tag:
            yield "factors", kind, factor.code, words.name(factor, factor.code), factor.source


def _of_plan(words: Words, plan: Plan, tag: str) -> Iterator[Tagged]:
    if plan.assessment.tag == tag:
        yield "assessment", "", "", words.t("book.caption.parts"), plan.assessment.note
    named: Iterable[tuple[str, Iterable[Target]]] = [("targets", plan.targets.values())]
    for subject, every in named:
        for one in every:
            if one.tag == tag:
                yield (
                    subject,
                    "",
                    one.id,
                    words.name(one, one.id),
                    words.clauses([one.source, one.note]),
                )
    for commitment in plan.commitments.values():
        if commitment.tag == tag:
            name = words.name(commitment, commitment.id)
            yield "commitments", "", commitment.id, name, commitment.note
    for code, scale in plan.assessment.scales.items():
        if scale.tag == tag:
            yield "scales", "", code, words.name(scale, code), scale.source
    for code, veto in plan.vetoes.items():
        if veto.tag == tag:
            yield "vetoes", "", code, words.name(veto, code), veto.source
