"""The method book: the plan's targets, how they are assessed, its measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.frameworks.scored_elsewhere import Elsewhere, scored_elsewhere
from cescore.definitions.model import (
    EVIDENCE_KINDS,
    BonusItem,
    Check,
    GradeScale,
    Plan,
    Target,
    Veto,
)
from cescore.definitions.model.plan import ALWAYS
from cescore.disclosure.documents.illustration import ABOVE, BELOW
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.intake.wording import NamedTerm
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.naming import in_words
from cescore.publish.pages.document import Entries, Entry, Words, cut, exact, heading, percent
from cescore.publish.pages.formulas import coded, spaced
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

DASH = "—"
NONE = Fragment("")


def targets(book: OpenDocument[MethodBook], constants: Mapping[str, float]) -> Fragment:
    """The plan's targets, how progress on them is counted, and its other promises."""
    words, plan = Words(book), book.data.plan
    if plan is None:
        return NONE
    columns = [
        TableColumn(words.t("head.target"), 40, "text"),
        TableColumn(words.t("head.indicator"), 12, "mid"),
        TableColumn(words.t("head.goal"), 16),
        TableColumn(words.t("book.head.role"), 26, "text"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    entries = [_target(words, target) for target in plan.targets.values()]
    said = [
        words.t(f"book.schedule.{n}", nearly=exact(100 * constants["nearly"])) for n in range(1, 10)
    ]
    lead = words.t(
        "book.targets.lead", plan=words.name(plan), status=plan.status or DASH, base=plan.base_year,
        first=plan.first_year, last=plan.last_year, source=plan.source,
    )  # fmt: skip
    return Fragment.join(
        [
            heading(words, "book.targets", lead=lead),
            Entries(columns, entries, words.t("book.caption.targets")).fragment(),
            section("points", points=said),
            _commitments(words, plan),
        ]
    )


def _target(words: Words, target: Target) -> Entry:
    goal = f"{'≥' if target.op == '>=' else '≤'} {exact(target.value)} {unit_text(target.unit, words.lang)}"
    cells = [
        coded(words, target),
        target.indicator,
        goal.strip(),
        words.t(f"book.target_type.{target.type}"),
        target.tag,
    ]
    facts = [
        words.t("book.target.own", types=words.types(target.applies_to))
        if target.applies_to
        else "",
        words.t("book.target.reference", types=words.types(target.reference_for))
        if target.reference_for
        else "",
        words.t("book.target.scored" if target.scored else "book.target.unscored"),
        words.t("book.target.binding") if target.binding else "",
        words.t("book.target.scheduled" if target.has_schedule else "book.target.unscheduled"),
        words.t("book.target.check", other=target.consistent_with)
        if target.consistent_with
        else "",
    ]
    return Entry(
        cells,
        [
            ("where", words.clauses(facts)),
            ("small", words.t("book.source", source=words.tagged(target.source, target.tag))),
            ("small", words.t("book.noted", note=target.note) if target.note else ""),
        ],
    )


def _commitments(words: Words, plan: Plan) -> Fragment:
    rows = [
        Row(
            [
                f"{words.name(one, one.id)}",
                one.where,
                f"{exact(one.value)} {unit_text(one.unit, words.lang)}".strip(),
                one.note,
                one.tag,
            ]
        )
        for one in plan.commitments.values()
    ]
    columns = [
        TableColumn(words.t("book.head.commitment"), 34, "text"),
        TableColumn(words.t("book.head.where"), 10, "mid"),
        TableColumn(words.t("book.head.value"), 14),
        TableColumn(words.t("book.head.note"), 36, "small"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    return cut(columns, rows, words.t("book.caption.commitments"))


def assessment(book: OpenDocument[MethodBook], constants: Mapping[str, float]) -> Fragment:
    """Points for targets, weights of the parts, grade scales, vetoes."""
    words, plan = Words(book), book.data.plan
    if plan is None:
        return NONE
    rules = plan.assessment
    shares = {name: exact(100 * value) for name, value in constants.items()}
    better = {
        name: exact(getattr(rules.improves, name))
        for name in ("rate", "near", "amount", "flow", "years", "few")
    }
    variants = {} if rules.bonus_most else {6: "6.capped"}
    said = [words.t(f"book.assess.{variants.get(n, n)}", **shares, **better) for n in range(1, 11)]
    if rules.enough_checks > 1:
        said.insert(1, words.t("book.assess.enough", n=rules.enough_checks))
    said += _grades_apart(words, book.data)
    said += [words.t("book.noted", note=rules.note)] if rules.note else []
    return Fragment.join(
        [
            heading(words, "book.assessment"),
            section("points", points=said),
            _ladder(words, plan),
            _evidence(words, plan),
            _overlaps(words, plan),
            _parts_weights(words, plan),
            _scales(words, plan),
            _bonus(words, plan),
            _vetoes(words, plan),
            _period(words, plan),
        ]
    )


def _grades_apart(words: Words, book: MethodBook) -> Iterator[str]:
    """How many respondents have another grade by their total than by their index alone."""
    for one in book.illustration.grades:
        above, below = (
            words.t("book.assess.apart.few") if n is None else str(n)
            for n in (one.counts.get(ABOVE), one.counts.get(BELOW))
        )
        yield words.t(
            "book.assess.apart", type=words.entity_type(one.entity_type), n=one.entities,
            above=above, below=below, year=book.run.year,
        )  # fmt: skip


def _period(words: Words, plan: Plan) -> Fragment:
    """How the plan is evaluated at its middle and its end: a convention of this report."""
    middle = plan.midterm_year or plan.first_year + (plan.last_year - plan.first_year) // 2
    years = {"base": plan.base_year, "middle": middle, "last": plan.last_year}
    said = [words.t(f"book.period.{n}", **years) for n in range(1, 6)]
    title = paragraph(words.t("book.caption.period"), "card-name")
    return Fragment.join([title, section("points", points=said)])


def _ladder(words: Words, plan: Plan) -> Fragment:
    rules = plan.assessment
    if not rules.ladder:
        return paragraph(words.t("book.no_ladder"))
    steps = [f"≥ {exact(least)}%" for least, _ in rules.ladder]
    points = [percent(share, 0) for _, share in rules.ladder]
    width = 80 / len(steps)
    columns = [
        TableColumn(words.t("head.completion"), 20, "text"),
        *(TableColumn(step, width, "mid") for step in steps),
    ]
    form = ".continuous" if rules.ladder_form == "continuous" else ""
    bonus = words.t(
        f"book.bonus{form}", step=percent(rules.bonus_step), most=percent(rules.bonus_most)
    ) if rules.bonus_most else ""  # fmt: skip
    below = words.t(
        f"book.below_ladder{form}", least=exact(min(least for least, _ in rules.ladder))
    )
    rows = [Row([words.t("book.points"), *points])]
    return Table(columns, rows, words.t("book.caption.ladder"), (below, bonus)).fragment()


def _evidence(words: Words, plan: Plan) -> Fragment:
    """What a check's credit is worth by what proves it."""
    rows = [
        Row(
            [
                words.t(f"evidence.{kind}"),
                words.t(f"evidence.{kind}.means"),
                exact(plan.assessment.evidence[kind]),
                "P",
            ]
        )
        for kind in EVIDENCE_KINDS
    ]
    columns = [
        TableColumn(words.t("book.head.evidence"), 16, "text"),
        TableColumn(words.t("book.head.means"), 66, "text"),
        TableColumn(words.t("book.head.factor_of_credit"), 12, "mid"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    table = Table(columns, rows, words.t("book.caption.evidence"))
    return table.fragment() if plan.measures else NONE


def _parts_weights(words: Words, plan: Plan) -> Fragment:
    rules = plan.assessment
    parts = ("targets", "index", "measures")
    rows = [
        Row(
            [
                words.entity_type(kind),
                *(percent(weights[part], 0) if weights.get(part) else DASH for part in parts),
                words.name(rules.scales[rules.scale_of[kind]]) if kind in rules.scale_of else DASH,
            ]
        )
        for kind, weights in rules.weights.items()
    ]
    columns = [
        TableColumn(words.t("book.head.types"), 20, "text"),
        *(TableColumn(words.t(f"part.{part}"), 14, "mid") for part in parts),
        TableColumn(words.t("book.head.scale"), 38, "text"),
    ]
    return Table(columns, rows, words.t("book.caption.parts")).fragment()


def scales_in_use(plan: Plan) -> Mapping[str, GradeScale]:
    """The scales of grades that some type is graded by: one that nothing uses is no rule."""
    used = plan.assessment.scale_of.values()
    return {code: scale for code, scale in plan.assessment.scales.items() if code in used}


def _scales(words: Words, plan: Plan) -> Fragment:
    rows = [
        Row(
            [
                two_lines(words.name(scale, code), code),
                words.clauses(f"{words.name(band)} ≥ {exact(band.least)}" for band in scale.bands),
                scale.source,
                scale.tag,
            ]
        )
        for code, scale in scales_in_use(plan).items()
    ]
    columns = [
        TableColumn(words.t("book.head.scale"), 28, "text"),
        TableColumn(words.t("book.head.bands"), 38, "text"),
        TableColumn(words.t("book.head.source"), 28, "small"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    return Table(columns, rows, words.t("book.caption.scales")).fragment()


def _bonus(words: Words, plan: Plan) -> Fragment:
    """Extra points by entity type, with the most they can come to."""
    rows = [
        Row(
            [
                two_lines(words.name(item, code), code),
                words.types((entity_type,)),
                _condition(words, item),
                f"+{exact(item.points)}" if item.points else words.t("book.distinction"),
            ]
        )
        for entity_type, bonus in plan.assessment.bonus.items()
        for code, item in bonus.items.items()
    ]
    columns = [
        TableColumn(words.t("head.bonus"), 40, "text"),
        TableColumn(words.t("book.head.types"), 14, "text"),
        TableColumn(words.t("book.head.rule"), 34, "small"),
        TableColumn(words.t("head.points"), 12, "mid"),
    ]
    said = [
        words.t(
            "book.bonus_most" if bonus.most else "book.distinctions", types=words.types((entity_type,)), most=exact(bonus.most),
            source=words.tagged(bonus.source, bonus.tag),
        )
        for entity_type, bonus in plan.assessment.bonus.items()
    ]  # fmt: skip
    table = Table(columns, rows, words.t("book.caption.bonus"), tuple(said))
    return table.fragment() if rows else NONE


def _condition(words: Words, item: BonusItem) -> str:
    """When an item is earned, with names for codes and for what a code may say."""
    variables = {variable.code: variable for variable in words.document.data.variables}
    if item.rule:
        return in_words(NamedTerm("formula", spaced(item.rule)), words.lang, _names(words))
    said = variables[item.variable].words if item.variable in variables else {}
    values = [words.name(said[word], word) if word in said else word for word in item.one_of]
    return f"{_names(words)(item.variable)} = {' / '.join(values)}"


def _names(words: Words) -> Callable[[str], str]:
    """The name of a variable or an indicator by its code, the code where it has none."""
    data = words.document.data
    named = {code: i for f in data.frameworks for code, i in f.indicators.items()}
    named |= {variable.code: variable for variable in data.variables}
    return lambda code: words.name(named[code], code) if code in named else code


def _vetoes(words: Words, plan: Plan) -> Fragment:
    rows = [
        Row(
            [
                two_lines(words.name(veto, code), code),
                words.types(veto.entity_types),
                _grade_name(plan, veto.grade, words.lang),
                words.clauses(filter(None, (veto.source, _shown_by(words, veto)))),
                veto.tag,
            ]
        )
        for code, veto in plan.vetoes.items()
    ]
    columns = [
        TableColumn(words.t("head.veto"), 31, "text"),
        TableColumn(words.t("book.head.types"), 18, "text"),
        TableColumn(words.t("book.head.leads_to"), 12, "mid"),
        TableColumn(words.t("book.head.source"), 33, "small"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    return Table(
        columns, rows, words.t("book.caption.vetoes"), (words.t("book.note.vetoes"),)
    ).fragment()


def _overlaps(words: Words, plan: Plan) -> Fragment:
    """What asks in part for the same in two places, whether both count, and why."""
    if not plan.overlaps:
        return NONE
    columns = [
        TableColumn(words.t("book.head.overlap"), 14, "text"),
        TableColumn(words.t("book.head.beside"), 26, "text"),
        TableColumn(words.t("book.head.counts"), 12, "mid"),
        TableColumn(words.t("book.head.reason"), 48, "small"),
    ]
    rows = [
        Row(
            [
                overlap.of,
                words.clauses(f"{words.types((kind,))} {c}" for kind, c in overlap.beside.items()),
                words.t(f"book.overlap.{overlap.counts}"),
                words.name(overlap),
            ]
        )
        for overlap in plan.overlaps.values()
    ]
    return cut(columns, rows, words.t("book.caption.overlaps"))


def _shown_by(words: Words, veto: Veto) -> str:
    """What of the figures proposes a veto for confirmation."""
    if not veto.indicator:
        return ""
    against = words.t(f"book.veto.{veto.than}") if veto.than else exact(veto.threshold or 0.0)
    if veto.tolerance:
        against = words.t("book.veto.beyond", against=against, tolerance=exact(veto.tolerance))
    sign = {">=": "≥", "<=": "≤"}.get(veto.op, veto.op)
    return words.t("book.veto.shown", code=_names(words)(veto.indicator), op=sign, against=against)


def _grade_name(plan: Plan, grade: str, lang: str) -> str:
    """What a grade, which a veto names in Chinese, is called in a language."""
    bands = [band for scale in plan.assessment.scales.values() for band in scale.bands]
    names = (band.name(lang) for band in bands if band.zh == grade and band.en)
    return next(names, grade)


ElsewhereByType = Mapping[str, Mapping[str, Elsewhere]]  # entity type -> check -> what it repeats


def _check(words: Words, check: Check, elsewhere: ElsewhereByType) -> Row:
    repeats = (
        words.t(
            "book.yardstick.elsewhere",
            types=words.types((kind,)),
            why=words.t(f"unscored.{found[check.id].where}"),
            code=found[check.id].code,
        )
        for kind, found in elsewhere.items()
        if check.id in found
    )
    return Row(
        [
            f"{check.id}  {words.name(check)}",
            _asked(words, check),
            words.clauses([_yardstick(words, check), *repeats]),
            check.source,
            check.tag,
        ]
    )


def _asked(words: Words, check: Check) -> str:
    """The types that a check is for, the industries of those that have one, the bodies it is for alone."""
    asked = words.types(check.levels)
    for name, only in (("industries", check.industries), ("entities", check.entities)):
        if only:
            asked = words.t(f"book.check.{name}", types=asked, list=words.join(only))
    return asked


def _elsewhere(book: MethodBook) -> ElsewhereByType:
    """What the checks of each type repeat, under its official framework, the first of its type."""
    official = {framework.entity_type: framework for framework in reversed(book.frameworks)}
    if book.plan is None:
        return {}
    return {kind: scored_elsewhere(book.plan, official[kind]) for kind in reversed(official)}


def _yardstick(words: Words, check: Check) -> str:
    """What a check is scored by; its goals by the years from which they hold."""
    sign = "≤" if check.better == "less" else "≥"
    goals = words.clauses(
        words.t("book.yardstick.goal_of", year=year, goal=f"{sign}{exact(goal)}")
        for year, goal in sorted(check.goal.items())
        if year != ALWAYS
    ) or "".join(f"{sign}{exact(goal)}" for goal in check.goal.values())
    quantity = words.t(f"book.quantity.{check.quantity}")
    return words.t(f"book.yardstick.{check.yardstick}", goals=goals, quantity=quantity)


def measures(book: OpenDocument[MethodBook]) -> Fragment:
    """The plan's measures by system: responsible units and the checks an inspector makes."""
    words, plan = Words(book), book.data.plan
    if plan is None or not plan.measures:
        return NONE
    parts = [heading(words, "book.measures", lead=words.t("book.measures.lead", n=len(plan.measures),
             checks=sum(len(m.checks) for m in plan.measures.values())))]  # fmt: skip
    columns = [
        TableColumn(words.t("head.check"), 37, "text"),
        TableColumn(words.t("book.head.types"), 16, "small"),
        TableColumn(words.t("head.yardstick"), 18, "small"),
        TableColumn(words.t("book.head.source"), 23, "small"),
        TableColumn(words.t("head.tag"), 6, "mid"),
    ]
    elsewhere = _elsewhere(book.data)
    for system, members in groupby(plan.measures.values(), key=lambda m: m.system):
        rows: list[Row] = []
        for measure in members:
            title = f"{measure.id}  {words.name(measure)}"
            units = words.t("book.measure_units", name=title, units=words.join(measure.units))
            rows.append(Row([units, *[""] * 4], "group"))
            rows += [_check(words, check, elsewhere) for check in measure.checks]
        name = words.name(plan.systems[system]) if system in plan.systems else ""
        parts.append(cut(columns, rows, f"{system}  {name}".strip()))
    return Fragment.join([*parts, paragraph(words.t("note.measures"))])
