"""The method book: scores, missing data, accounts, standards, checks and disclosure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.model import Account, Factor, Framework, IndustryRange, Standard
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.method.index.learning import learns_weights
from cescore.method.index.normalisations import BY_CONSTANTS, BY_ORDER
from cescore.method.index.outranking import AMONG_ALL
from cescore.method.thresholds import ABSOLUTE, RELATIVE
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.pages.document import Entries, Entry, Words, cut, exact, heading
from cescore.publish.pages.formulas import coded, computed_lines, name_of, spaced
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

DASH = "—"
NONE = Fragment("")
# what of the language of rules looks at other entities; `definitions.formula` has the same list
ACROSS = ("sum_over", "sum_known", "count_known", "count_of", "in_body")
# what the green-development communiqué of 2016 prescribes; the other cases it does not know
OFFICIAL_RULES = {"nowhere_reported": "floor", "not_applicable": "exclude"}
CASES = ("not_reported", "nowhere_reported", "not_applicable", "not_computable", "not_collected")


def scores(book: OpenDocument[MethodBook]) -> Fragment:
    """Normalisation, aggregation, progress and printing, as far as this workspace uses them."""
    words, found = Words(book), book.data.frameworks
    scored = [i for f in found for i in f.scored()]
    kinds = {i.normalisation or f.normalisation for f in found for i in f.scored()}
    means = {f.aggregation for f in found} | {
        g.aggregation for f in found for g in f.groups.values()
    }
    points = [words.t(f"book.formula.{kind}") for kind in sorted(kinds)]
    points += [words.t(f"book.formula.{mean}") for mean in sorted(means)]
    if {*kinds, *means} & {*BY_CONSTANTS, *BY_ORDER, *AMONG_ALL} or any(map(_learns, found)):
        points.append(words.t("book.formula.reference_set"))
    points += [words.t("book.formula.weights"), words.t("book.formula.fixed")]
    if any(f.progress for f in found):
        points += [words.t("book.formula.progress"), words.t("method.index_and_progress")]
    if any(i.latest_within for i in scored):
        points.append(words.t("book.formula.latest"))
    points += [
        words.t("book.formula.zero"),
        words.t("method.rounding"),
        words.t("book.formula.ranking"),
        words.t("book.thresholds", relative=f"{RELATIVE:g}", absolute=f"{ABSOLUTE:g}"),
    ]
    return Fragment.join([heading(words, "book.scores"), section("points", points=points)])


def _learns(framework: Framework) -> bool:
    """Whether gaps, outliers or weights of a framework are worked out from the entities' own values."""
    prepares = any(
        (framework.imputation_of(i).method, framework.treatment_of(i).method) != ("none", "none")
        for i in framework.scored()
    )
    return prepares or learns_weights(framework)


def missing(book: OpenDocument[MethodBook]) -> Fragment:
    """What happens to an indicator without a value, case by case and framework by framework."""
    words, found = Words(book), book.data.frameworks
    rows = [
        Row(
            [
                two_lines(words.t(f"book.case.{case}"), words.t(f"book.case.{case}.means")),
                *(words.t(f"book.rule.{getattr(f.missing, case)}") for f in found),
                rule_tag(case, found),
            ]
        )
        for case in CASES
    ]
    for key in ("min_weight_covered", "min_available", "screen_below", "screen_nonzero_below"):
        shares = [getattr(f.missing, key) for f in found]
        if any(shares):
            cells = [f"{exact(round(100 * share, 10))}%" if share else DASH for share in shares]
            rows.append(Row([words.t(f"book.least.{key}"), *cells, "P"]))
    width = 58 / max(len(found), 1)
    columns = [
        TableColumn(words.t("head.state"), 36, "text"),
        *(TableColumn(words.entity_type(f.entity_type), width, "mid") for f in found),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    states = section("points", points=[words.t(f"book.state.{n}") for n in range(1, 7)])
    notes = [words.t("book.missing.source"), words.t("book.missing.settings")]
    if any(i.formula.startswith("mean(") for f in found for i in f.indicators.values()):
        notes.append(words.t("book.missing.mean"))
    table = Table(columns, rows, words.t("book.caption.missing"), notes).fragment()
    return Fragment.join([heading(words, "book.missing"), states, table])


def rule_tag(case: str, frameworks: Sequence[Framework]) -> str:
    """V where every framework does what the communiqué of 2016 does, else P (methodology 9.5)."""
    official = OFFICIAL_RULES.get(case)
    return "V" if all(getattr(f.missing, case) == official for f in frameworks) else "P"


def accounts(book: OpenDocument[MethodBook]) -> Fragment:
    """Accounts by group and the factors they use, each once, whatever frameworks share it."""
    words = Words(book)
    owners: dict[str, tuple[Framework, Account]] = {}
    users: dict[str, list[str]] = {}
    for framework in book.data.frameworks:
        for code, account in framework.accounts.items():
            owners.setdefault(code, (framework, account))
            users.setdefault(code, []).append(framework.entity_type)
    if not owners:
        return NONE
    parts = [heading(words, "book.accounts")]
    ordered = sorted(owners.values(), key=lambda pair: pair[1].group)
    columns = [
        TableColumn(words.t("head.account"), 48, "text"),
        TableColumn(words.t("book.head.unit"), 18, "text"),
        TableColumn(words.t("book.head.types"), 27, "text"),
        TableColumn(words.t("head.tag"), 7, "mid"),
    ]
    for group, members in groupby(ordered, key=lambda pair: pair[1].group):
        entries = [_account(words, f, a, users[a.code]) for f, a in members]
        title = label_or(f"account_group.{group}", words.lang, group)
        parts.append(Entries(columns, entries, title=title).fragment())
    return Fragment.join([*parts, _factors(words)])


def _account(words: Words, framework: Framework, account: Account, types: Sequence[str]) -> Entry:
    lines = list(computed_lines(words, framework, account))
    for n, one in enumerate(account.ladder, 1):
        kind = "first" if n == 1 else "below"
        said = words.t(f"book.rung.{kind}", n=n, name=one.name(words.lang) or one.rung)
        lines.append(("small", Markup("{}{}").format(said, spaced(one.formula))))
    if account.ladder:
        lines.append(("small", words.t("book.rung.none")))
    lines.append(
        ("small", words.t("book.source", source=words.tagged(account.source, account.tag)))
    )
    if account.note:
        lines.append(("small", words.t("book.noted", note=account.note)))
    unit = unit_text(account.unit, words.lang)
    return Entry([coded(words, account), unit, words.types(types), account.tag], lines)


def _factors(words: Words) -> Fragment:
    every = {
        c: f for framework in words.document.data.frameworks for c, f in framework.factors.items()
    }
    rows = [
        Row(
            [
                two_lines(words.name(factor, code), code),
                exact(factor.value),
                unit_text(factor.unit, words.lang),
                words.clauses([factor.source, _edition(words, factor)]),
                factor.tag,
            ]
        )
        for code, factor in every.items()
    ]
    columns = [
        TableColumn(words.t("book.head.factor"), 32, "text"),
        TableColumn(words.t("book.head.value"), 12),
        TableColumn(words.t("book.head.unit"), 16, "text"),
        TableColumn(words.t("book.head.source"), 34, "small"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    return cut(columns, rows, words.t("book.caption.factors"))


def _edition(words: Words, factor: Factor) -> str:
    """The year of a factor's table and, where there are several, its basis."""
    year = words.t("book.vintage", year=factor.vintage) if factor.vintage else ""
    basis = label_or(f"basis.{factor.basis}", words.lang, factor.basis) if factor.basis else ""
    return words.clauses([year, basis])


def checks(book: OpenDocument[MethodBook]) -> Fragment:
    """The rules that returns are checked by."""
    words, settings = Words(book), book.data.built_in
    built_in = [
        words.t(
            "book.built_in.year_on_year", low=exact(100 * settings.year_on_year_low),
            high=exact(100 * settings.year_on_year_high),
        ),
        words.t("book.built_in.unit_slip", list=words.join([f"{exact(a)}–{exact(b)}" for a, b in settings.unit_slip])),
        words.t("book.built_in.same") if settings.same_as_last_year else "",
        words.t("book.built_in.sums", share=exact(round(100 * settings.sum_tolerance, 10))),
        words.t("book.built_in.range") if settings.range_checked else "",
        _across(words),
    ]  # fmt: skip
    rows = [
        Row(
            [
                two_lines(words.name(rule, rule.id), rule.id),
                spaced(rule.rule),
                words.t(f"book.severity.{rule.severity}"),
                words.types(rule.entity_types),
                rule.source,
            ]
        )
        for rule in book.data.checks
    ]
    rows += [_range(words, one) for one in book.data.ranges]
    columns = [
        TableColumn(words.t("head.rule_name"), 33, "text"),
        TableColumn(words.t("book.head.rule"), 35, "small"),
        TableColumn(words.t("head.severity"), 8, "mid"),
        TableColumn(words.t("book.head.types"), 15, "small"),
        TableColumn(words.t("book.head.source"), 9, "small"),
    ]
    return Fragment.join(
        [
            heading(words, "book.checks"),
            section("points", points=[text for text in built_in if text]),
            cut(columns, rows, words.t("book.caption.checks")),
        ]
    )


def _across(words: Words) -> str:
    """How rules look at other entities, where some do."""
    rules = " ".join(rule.rule for rule in words.document.data.checks)
    used = [name for name in ACROSS if f"{name}(" in rules]
    said = [f"{name}(…) {words.t(f'book.across.{name}')}" for name in used]
    return words.t("book.across", list=words.clauses(said)) if said else ""


def _range(words: Words, one: IndustryRange) -> Row:
    """A range by industry among the rules."""
    ends = dict(one.by_industry)
    if one.otherwise is not None:
        ends[words.t("book.range_others")] = one.otherwise
    each = [
        words.t("book.range_of", industry=industry, low=exact(low), high=exact(high))
        for industry, (low, high) in ends.items()
    ]
    rule = words.t(
        "book.range_rule", formula=spaced(one.formula), unit=unit_text(one.unit, words.lang),
        list=words.clauses(each),
    )  # fmt: skip
    return Row(
        [
            two_lines(words.name(one, one.code), one.code),
            rule,
            words.t("book.severity.soft"),
            words.types(one.entity_types),
            words.tagged(one.source, one.tag),
        ]
    )


def disclosure(book: OpenDocument[MethodBook]) -> Fragment:
    """What the gate does, in words: its parameters are not in the book's file."""
    words = Words(book)
    public = [
        k for k in book.data.public_types if k in {f.entity_type for f in book.data.frameworks}
    ]
    named = (
        words.t("book.gate.public", types=words.types(public))
        if public
        else words.t("book.gate.nobody")
    )
    said = [named, *(words.t(f"book.gate.{n}") for n in range(1, 8))]
    return Fragment.join([heading(words, "book.disclosure"), section("points", points=said)])


def standards(book: OpenDocument[MethodBook]) -> Fragment:
    """Published thresholds that entities are held against line by line."""
    words = Words(book)
    if not book.data.standards:
        return NONE
    found = [_standard(words, standard) for standard in book.data.standards]
    return Fragment.join([heading(words, "book.standards"), *found])


def _standard(words: Words, standard: Standard) -> Fragment:
    framework = next(
        f for f in words.document.data.frameworks if f.entity_type == standard.entity_type
    )
    rows = []
    for line in standard.requirements.values():
        indicator = framework.indicators.get(line.indicator)
        unit = unit_text(indicator.unit, words.lang) if indicator else ""
        sign = "≥" if line.op == ">=" else "≤"
        turned = (
            words.t("book.sign_of", code=name_of(framework, words.lang, line.sign_of))
            if line.sign_of
            else ""
        )
        name = words.name(indicator, line.indicator) if indicator else line.indicator
        rows.append(
            Row(
                [
                    line.id,
                    f"{name} {line.indicator}",
                    DASH
                    if line.threshold is None
                    else f"{sign} {exact(line.threshold)} {unit}".strip(),
                    _choice(words, standard, line.compulsory, line.choose),
                    words.clauses([turned, line.note]),
                    line.tag,
                ]
            )
        )
    columns = [
        TableColumn(words.t("book.head.item"), 9, "text"),
        TableColumn(words.t("head.indicator"), 33, "text"),
        TableColumn(words.t("book.head.threshold"), 17),
        TableColumn(words.t("book.head.choice"), 16, "text"),
        TableColumn(words.t("book.head.note"), 19, "small"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    said = [
        words.t("book.source", source=words.tagged(standard.source, standard.tag)),
        words.t("book.noted", note=standard.note) if standard.note else "",
        words.t("book.standard.tags"),
    ]
    title = f"{words.name(standard)}（{words.entity_type(standard.entity_type)}）"
    return Fragment.join([cut(columns, rows, title), *(paragraph(s) for s in said if s)])


def _choice(words: Words, standard: Standard, compulsory: bool, choose: str) -> str:
    if compulsory:
        return words.t("book.compulsory")
    return words.name(standard.choose[choose], choose) if choose in standard.choose else DASH
