"""The page of a plan's midterm or final evaluation: verdicts, indices over the period, conclusion.

`review_measures` shows the measures, `review_charts` draws, `plan_overview` shows the plan whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cescore.definitions.formulas.unit_names import unit_text
from cescore.disclosure.documents.plan_documents import BodyRow, PlanDocument, Review
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.parts import PARTS
from cescore.method.grading.target_paths import GOOD, TargetPath
from cescore.method.grading.targets import ROLES
from cescore.method.index.progress import yearly_pace
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import decimals_for, number, quantity
from cescore.publish.pages.document import Words, heading, masthead, provenance_of
from cescore.publish.pages.pace import pace_words
from cescore.publish.pages.scorecard.lights import SIGNS
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.titles import document_title
from cescore.publish.view import View
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle, OpenDocument
    from cescore.method.column import Panel
    from cescore.method.index.aggregate import Aggregation
    from cescore.method.index.progress import ProgressResult

DASH = "—"
NONE = Fragment("")


def front(
    review: OpenDocument[Review], bundle: OpenBundle, result: Aggregation, progress: ProgressResult
) -> Fragment:
    """Whose evaluation it is, the period in a few numbers, and what they say."""
    words, view, data = Words(review), View(bundle), review.data
    own = [path for path in data.targets if path.end.role == "own"]
    counted = own or [path for path in data.targets if path.end.role == "reference"]
    cards = [_target_card(words, counted, is_own=bool(own))] if counted else []
    cards += _index_cards(words, view, bundle, result, progress)
    if data.whole.at_end is not None:
        card = share(data.whole.at_end)
        cards.append((words.t("review.card.measures"), "", card, data.whole.is_low))
    made = data.assessment
    if made.total is not None:
        grade = made.grade(words.lang)
        name = words.t("review.card.total")
        said = f"{number(made.total)} {grade}".strip()
        cards.append((name, "", said, False))
    facts = [(words.t("fact.plan"), plan_name(words, data)), *period_facts(words, data)]
    facts += [(words.t("fact.report_number"), data.report_number)]
    title = document_title(data, words.lang)
    parts = [masthead(words, facts, words.t(f"review.lead.{data.stage}", base=data.plan.base_year,
                      year=data.year), small=title, large=view.entity)]  # fmt: skip
    parts.append(section("review_cards", cards=cards) if cards else NONE)
    parts.append(
        section("points", points=list(_points(words, view, bundle, result, progress, counted)))
    )
    return Fragment.join(parts)


def plan_name(words: Words, data: PlanDocument) -> str:
    """The plan with its standing, as the bureau cites it."""
    name = words.name(data.plan, data.plan.id)
    return words.t("sheet.plan", name=name, status=data.plan.status) if data.plan.status else name


def period_facts(words: Words, data: PlanDocument) -> Iterator[tuple[str, str]]:
    """Years looked at and the base year."""
    yield words.t("review.fact.years"), f"{data.years[0]}–{data.years[-1]}"
    yield words.t("review.fact.base"), str(data.plan.base_year)


Card = tuple[str, str, str, bool]


def _target_card(words: Words, paths: Sequence[TargetPath], *, is_own: bool) -> Card:
    good = sum(path.verdict in GOOD for path in paths)
    name = words.t("review.card.targets" if is_own else "review.card.references")
    return name, "", f"{good} / {len(paths)}", good < len(paths)


def _index_cards(
    words: Words, view: View, bundle: OpenBundle, result: Aggregation, progress: ProgressResult
) -> Iterator[Card]:
    """Level and progress on cards of their own: they are never put on one scale."""
    base, end = (view.index(result, year) for year in (bundle.base_year, bundle.year))
    if end.value is not None:
        before = "" if base.value is None else f"{number(base.value)} → "
        yield view.name(bundle.framework.index.code), "", f"{before}{number(end.value)}", False
    rules = bundle.framework.progress
    found = view.row(replace_panel(progress), "index", (bundle.year,))[0] if rules else None
    if rules and found and found.value is not None and bundle.data.filed:
        name = view.t("review.card.progress", name=rules.code, base=bundle.base_year)
        yield name, "", number(found.value), found.value < 100


def replace_panel(progress: ProgressResult) -> Panel:
    """The progress index as a column of a panel, to be read as any other."""
    return progress.groups.with_columns({"index": progress.index})


def _points(
    words: Words,
    view: View,
    bundle: OpenBundle,
    result: Aggregation,
    progress: ProgressResult,
    paths: Sequence[TargetPath],
) -> Iterator[str]:
    """What the period comes to, in sentences."""
    data: Review = words.document.data
    for verdict in dict.fromkeys(path.verdict for path in paths):
        named = [target_name(words, path) for path in paths if path.verdict == verdict]
        word = words.t(f"verdict.{verdict}")
        yield words.t("review.point.targets", verdict=word, n=len(named), list=words.join(named))
    found = view.row(replace_panel(progress), "index", (bundle.year,))[0]
    pace = yearly_pace(found.value, bundle.year - bundle.base_year)
    if bundle.framework.progress and found.value is not None and pace is not None:
        yield words.t("review.point.progress", value=number(found.value), pace=number(pace),
                      base=bundle.base_year, year=bundle.year)  # fmt: skip
    yield from _weakest(words, view, progress, bundle)
    whole = data.whole
    if whole.at_end is not None and whole.over_years is not None:
        yield words.t("review.point.measures", end=share(whole.at_end),
                      years=share(whole.over_years))  # fmt: skip
    old = [c for m in data.measures for c in m.checks if c.open_years >= 2]
    if old:
        yield words.t("review.point.open", n=len(old))


def _weakest(
    words: Words, view: View, progress: ProgressResult, bundle: OpenBundle
) -> Iterator[str]:
    """Members of the progress index that stand below the base year."""
    found = {
        code: view.row(progress.members, code, (bundle.year,))[0].value
        for code in progress.members.columns
    }
    below = sorted(((v, c) for c, v in found.items() if v is not None and v < 100))
    if below:
        named = words.join(f"{view.name(code)} {number(value)}" for value, code in below)
        yield words.t("review.point.below", list=named, base=bundle.base_year)


# --- targets ----------------------------------------------------------------------------------


def targets(review: OpenDocument[Review]) -> Fragment:
    """Each target at the end of the period: the goal, what was achieved, and the verdict."""
    words, data = Words(review), review.data
    return Fragment.join(
        [target_verdicts(words, data.targets, data), target_paths(words, data.targets, data)]
    )


def target_verdicts(words: Words, paths: Sequence[TargetPath], data: PlanDocument) -> Fragment:
    """The verdict on each target; references and checks under their own headings."""
    if not paths:
        return NONE
    is_final = data.stage == "final"
    columns = [
        TableColumn(words.t("head.target"), 27, "text"),
        TableColumn(words.t("head.base_level", year=data.plan.base_year), 11),
        TableColumn(words.t("head.level", year=data.year), 11),
        TableColumn(words.t("head.goal"), 10),
        TableColumn(words.t("head.actual"), 10),
        TableColumn(words.t("head.completion"), 9),
        TableColumn(words.t("review.head.pace" if is_final else "review.head.schedule"), 8),
        TableColumn(words.t("review.head.verdict"), 14, "mid"),
    ]
    rows: list[Row] = []
    for role in ROLES:
        some = [path for path in paths if path.end.role == role]
        if some and role != "own":
            rows.append(Row([words.t(f"review.target.{role}"), *[""] * 7], "group"))
        rows += [_verdict_row(words, path, is_final=is_final) for path in some]
    notes = [words.t(f"review.note.targets.{data.stage}"), *_needs(words, paths, data)]
    return Fragment.join(
        [heading(words, "review.targets"), Table(columns, rows, "", notes).fragment()]
    )


def _verdict_row(words: Words, path: TargetPath, *, is_final: bool) -> Row:
    line = path.end
    places = decimals_for(line.level_unit, [line.level, line.base])
    levels = [DASH if v is None else number(v, places) for v in (line.base, line.level)]
    beside = path.pace if is_final else line.schedule_carbon
    beside = beside if is_final or beside is None else 100 * beside
    return Row(
        [
            two_lines(
                f"{line.id}  {target_name(words, path)}", unit_text(line.level_unit, words.lang)
            ),
            *levels,
            ("≥" if line.op == ">=" else "≤") + _amount(words, path, line.value),
            _amount(words, path, line.actual),
            share(line.completion),
            DASH if beside is None else f"{number(beside, 2 if is_final else 1)}%",
            f"{SIGNS[path.verdict]} {words.t(f'verdict.{path.verdict}')}",
        ]
    )


def _needs(words: Words, paths: Sequence[TargetPath], data: PlanDocument) -> Iterator[str]:
    """Why a line could not be computed, and before the end where the pace so far leads."""
    for path in paths:
        line = path.end
        if line.note:
            said = label_or(f"target_note.{line.note}", words.lang, line.note)
            yield words.t("alt.pair", name=line.id, value=said)
        if line.still_needed is not None and path.pace is not None and path.projected is not None:
            yield words.t(
                "review.note.needed",
                id=line.id,
                so_far=pace_words(line, path.pace, words.lang),
                needed=pace_words(line, line.still_needed, words.lang),
                year=data.plan.last_year,
                value=_amount(words, path, path.projected),
                goal=_amount(words, path, line.value),
            )


def target_paths(words: Words, paths: Sequence[TargetPath], data: PlanDocument) -> Fragment:
    """What each year had achieved, and below it what the schedule asked of that year."""
    shown = [path for path in paths if path.end.role != "check"]
    if not shown:
        return NONE
    width = 58 / len(data.years)
    columns = [
        TableColumn(words.t("head.target"), 42, "text"),
        *(TableColumn(str(year), width) for year in data.years),
    ]
    rows: list[Row] = []
    for path in shown:
        actual = [_amount(words, path, line.actual) for line in path.lines]
        rows.append(Row([f"{path.end.id}  {target_name(words, path)}", *actual]))
        if any(value is not None for value in path.due):
            due = [_amount(words, path, value) for value in path.due]
            rows.append(Row([words.t("review.due"), *due], "sub"))
            log = [share(line.schedule_log) for line in path.lines]
            carbon = [share(line.schedule_carbon) for line in path.lines]
            rows.append(Row([words.t("review.carbon"), *carbon], "sub"))
            rows.append(Row([words.t("review.log"), *log], "sub"))
    note = words.t("review.note.paths")
    return Table(columns, rows, words.t("review.caption.paths"), [note]).fragment()


def target_name(words: Words, path: TargetPath) -> str:
    return path.end.name(words.lang) or path.end.id


def _amount(words: Words, path: TargetPath, value: float | None) -> str:
    """A value in the measure of the target, all of one target with the same decimals; its unit
    stands below its name, but for per cent."""
    line = path.end
    places = {"%": 2, "ratio": 4}.get(line.unit, decimals_for(line.unit, [line.value]))
    if value is None:
        return DASH
    return (
        quantity(value, line.unit, words.lang, places)
        if line.unit == "%"
        else number(value, places)
    )


def share(part: float | None) -> str:
    """A share as per cent; "—" where there is none."""
    return DASH if part is None else f"{number(100 * part)}%"


# --- conclusion -------------------------------------------------------------------------------


def assessment(review: OpenDocument[Review]) -> Fragment:
    """The heading above the period's total; nothing where nobody is assessed."""
    words, data = Words(review), review.data
    made = data.assessment
    if not made.parts and not made.vetoes and made.reason in ("", "no_rules"):
        return NONE
    return heading(words, f"review.assessment.{data.stage}")


def yearly(review: OpenDocument[Review]) -> Fragment:
    """Each year's total and grade on the data as they stand now, and the parts of the total."""
    words, data = Words(review), review.data
    if not any(made.total is not None or made.grade(words.lang) for made in data.yearly):
        return NONE
    parts = [p for p in PARTS if any(p in m.weights for m in data.yearly)]
    named = [words.t(f"part.{part}") for part in parts]
    with_bonus = any(made.bonus is not None for made in (*data.yearly, data.assessment))
    named += [words.t("review.head.bonus")] if with_bonus else []
    columns = [
        TableColumn(words.t("review.head.year"), 16, "text"),
        *(TableColumn(name, 14) for name in (*named, words.t("review.head.total"))),
        TableColumn(words.t("review.head.grade"), 84 - 14 * (len(named) + 1), "text"),
    ]
    of_years = zip(map(str, data.years), data.yearly, strict=True)
    period = (words.t("review.period"), data.assessment)
    rows = [
        Row(
            _yearly_cells(words, name, made, parts, with_bonus=with_bonus),
            "total" if made is data.assessment else "",
        )
        for name, made in (*of_years, period)
    ]
    notes = [words.t("review.note.yearly"), *reasons(words, (*data.yearly, data.assessment))]
    return Table(columns, rows, words.t("review.caption.yearly"), notes).fragment()


def reasons(words: Words, made: Iterable[Assessment | BodyRow]) -> list[str]:
    """Why grades are missing or provisional, each reason once."""
    codes = dict.fromkeys(one.reason for one in made if one.reason)
    said = words.join(label_or(f"reason.{code}", words.lang, code) for code in codes)
    return [words.t("review.note.reasons", list=said)] if said else []


def _yearly_cells(
    words: Words, name: str, made: Assessment, parts: Sequence[str], *, with_bonus: bool
) -> list[str]:
    values: list[Any] = [made.parts.get(part) for part in parts]
    values += [made.bonus] if with_bonus else []
    grade = made.grade(words.lang)
    if grade and made.provisional:
        grade = words.t("review.provisional", grade=grade)
    shown = [DASH if value is None else number(value) for value in (*values, made.total)]
    return [name, *shown, grade or words.t("grade.none")]


def notes(review: OpenDocument[Review]) -> Fragment:
    """How the evaluation was made: what is a convention of this report."""
    words, data = Words(review), review.data
    said = [
        words.t(f"review.method.{name}", base=data.plan.base_year, year=data.year)
        for name in ("restated", "targets", "measures", "total", "indices")
    ]
    return Fragment.join([heading(words, "review.method"), section("points", points=said)])


def provenance(review: OpenDocument[Any]) -> Fragment:
    """What the document was made from."""
    words = Words(review)
    return Fragment.join([heading(words, "review.provenance"), provenance_of(words)])


def nothing(words: Words, key: str) -> Fragment:
    """The sentence for a section without content."""
    return paragraph(words.t(key), "nothing")
