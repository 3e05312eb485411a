"""The plan's measures as inspected: statuses and credit by system, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from cescore.definitions.bilingual import name_in
from cescore.disclosure.released.covered_measures import credits_withheld, is_credit_withheld
from cescore.method.column import State
from cescore.method.grading.measures import (
    InspectedCheck,
    MeasureLine,
    is_recorded_only,
    measure_points,
    open_scored,
    recorded_number,
    verdicts,
)
from cescore.method.grading.yardsticks import LEAST_PARTIAL, OPEN, UNSCORED
from cescore.publish.charts.bullets import check_bar, check_head
from cescore.publish.charts.plan_bars import STATUSES, system_name
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import (
    DASH,
    PER_CENT,
    PrintedNumber,
    count,
    decimals_for,
    mark,
    number,
    percentage,
    quantity,
)
from cescore.publish.pages.credits import credit_sum
from cescore.publish.pages.scorecard.sections import nothing
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import View

if TYPE_CHECKING:
    from markupsafe import Markup

    from cescore.disclosure.documents.opened import OpenBundle

UNITS_SHOWN = 3
MOST_DECIMALS = 4  # of a number of a check


def measures_table(bundle: OpenBundle, *, every: bool = False) -> Fragment:
    """Checks by system and status with their credit, and each check not fully met with what it is
    scored by and what the inspector found; with `every`, each measure with its units as well."""
    view = View(bundle)
    if not bundle.data.measures:
        return nothing(view, "measures", "plan")
    if every:
        return Fragment.join([_measures(view), _open_checks(view), _unscored(view)])
    return Fragment.join([_systems(view), _open_checks(view), _unscored(view)])


def _unscored(view: View) -> Fragment:
    """Which inspected checks are recorded and not scored, and why."""
    checks = [check for measure in view.data.measures for check in measure.checks]
    said = []
    for why in filter(None, UNSCORED):
        codes = [_with_elsewhere(view, check) for check in checks if check["unscored"] == why]
        if codes:
            words = view.t(f"unscored.{why}")
            said.append(
                view.t("measures.unscored", why=words, n=len(codes), codes=view.join(codes))
            )
    return paragraph(view.sentences(said), "note") if said else Fragment("")


def _with_elsewhere(view: View, check: InspectedCheck) -> str:
    """A check's id, with what scores the same quantity: an indicator by its name, else by its code."""
    if not check["elsewhere"]:
        return check["id"]
    return view.t("measures.elsewhere", id=check["id"], code=_elsewhere(view, check))


def _elsewhere(view: View, check: InspectedCheck) -> str:
    code = check["elsewhere"]
    return view.name(code) if code in view.bundle.framework.indicators else code


def _by_system(view: View) -> Iterator[tuple[str, list[MeasureLine]]]:
    measures = sorted(view.data.measures, key=lambda m: m.system)
    for system, members in groupby(measures, key=lambda m: m.system):
        yield system, list(members)


def _counts(measures: Sequence[MeasureLine]) -> list[int]:
    """The checks by status, in the order of the columns."""
    found = verdicts(measures)
    return [found[status] for status in STATUSES]


def _recorded(measures: Sequence[MeasureLine]) -> PrintedNumber:
    return count(sum(is_recorded_only(check) for m in measures for check in m.checks))


def _statuses(measures: Sequence[MeasureLine]) -> list[PrintedNumber]:
    return [count(n) for n in _counts(measures)]


def _systems(view: View) -> Fragment:
    """A line for each system: its checks as one bar, then in numbers; the heads are the key."""
    found = list(_by_system(view))
    most = max(sum(_counts(members)) for _, members in found)
    rows = [
        Row(
            [
                _left_out(view, system_name(view, system), members), count(len(members)), check_bar(_counts(members), most),
                *_statuses(members), _recorded(members), *_credit(members),
            ]
        )
        for system, members in found
    ]  # fmt: skip
    every = view.data.measures
    total = [count(len(every)), "", *_statuses(every), _recorded(every), *_credit(every)]
    rows += (
        [Row([_left_out(view, view.t("total"), every), *total], "total")] if len(rows) > 1 else []
    )
    columns = [
        TableColumn(view.t("head.system"), 23, "text"),
        TableColumn(view.t("head.measures"), 6),
        TableColumn(view.t("head.checks"), 13, "text"),
        *(TableColumn(check_head(view, status), 7.5) for status in STATUSES),
        TableColumn(view.t("head.recorded"), 6.5),
        TableColumn(view.t("head.scored_checks"), 7),
        TableColumn(view.t("head.of_points"), 7),
    ]
    return Table(columns, rows, view.t("caption.measures"), [_credit_note(view)]).fragment()


def _left_out(view: View, name: str, measures: Sequence[MeasureLine]) -> str:
    """What a row sums up, and how many scored checks its points leave out."""
    withheld = credits_withheld(measures)
    return view.t("measures.left_out", name=name, n=withheld) if withheld else name


def _credit(measures: Sequence[MeasureLine]) -> list[PrintedNumber]:
    """How many checks are scored, and the mean of their credit."""
    points = measure_points(measures)
    share = PrintedNumber.of(DASH, None) if points is None else percentage(points)
    return [count(sum(measure.scored for measure in measures)), share]


def _credit_note(view: View) -> str:
    """What the points are a mean of, and the sum with its numbers: how many checks earn which credit."""
    text, points = credit_sum(view.data.measures), measure_points(view.data.measures)
    said = [view.t("note.credit")]
    if text and points is not None:
        said.append(view.t("note.credit.worked", text=text, value=percentage(points)))
    return view.sentences([*said, *_withheld_note(view)])


def _withheld_note(view: View) -> Iterator[str]:
    """That the points inside are not those of page one, which are over all scored checks."""
    withheld = credits_withheld(view.data.measures)
    if withheld:
        is_shown = view.data.assessment.parts.get("measures") is not None
        key = "note.credit.differs" if is_shown else "note.credit.withheld"
        yield view.t(key, n=withheld, mark=mark(State.SUPPRESSED, view.lang))


def _measures(view: View) -> Fragment:
    rows: list[Row] = []
    for system, members in _by_system(view):
        rows += [Row([system_name(view, system), *[""] * 9], "group")] if system else []
        for measure in members:
            name = _left_out(view, measure.name(view.lang), [measure])
            units = view.t("list").join(unit_names(view, measure))
            cells = [*_statuses([measure]), _recorded([measure]), *_credit([measure])]
            rows.append(Row([f"{measure.id}  {name}", units, *cells]))
    columns = [
        TableColumn(view.t("head.measure"), 28, "text"),
        TableColumn(view.t("head.units"), 17, "text"),
        *(TableColumn(view.t(f"check.{status}"), 7) for status in STATUSES),
        TableColumn(view.t("head.recorded"), 6),
        TableColumn(view.t("head.scored_checks"), 7),
        TableColumn(view.t("head.of_points"), 7),
    ]
    notes = [view.sentences([_credit_note(view), view.t("note.measures")])]
    return Table(columns, rows, view.t("caption.measures"), notes).fragment()


def _open_checks(view: View) -> Fragment:
    """Checks that are partial or not done, the latter first: who answers, and what inspection found."""
    found = [
        (check, measure)
        for status in OPEN
        for measure in view.data.measures
        for check in measure.checks
        if check["status"] == status and not is_recorded_only(check)
    ]
    if not found:
        return paragraph(view.t("measures.none_open"), "nothing")
    rows = []
    for status, members in groupby(found, key=lambda f: f[0]["status"]):
        lines = list(members)
        title = view.t("measures.open", status=view.t(f"check.{status}"), n=len(lines))
        rows.append(Row([title, *[""] * 4], "group"))
        rows += [
            Row(
                [
                    f"{check['id']}  {_name_of(view, check)}",
                    _held_against(view, check), _credit_of(view, check),
                    _some_units(view, measure), _said_of(view, check),
                ]
            )
            for check, measure in lines
        ]  # fmt: skip
    columns = [
        TableColumn(view.t("head.check"), 32, "text"),
        TableColumn(view.t("head.yardstick"), 15, "text"),
        TableColumn(view.t("head.credit"), 6),
        TableColumn(view.t("head.units"), 21, "text"),
        TableColumn(view.t("head.inspection"), 26, "text"),
    ]
    notes = [view.sentences(_open_counts(view, [check for check, _ in found]))]
    return Table(columns, rows, view.t("caption.open_checks"), notes).fragment()


def _open_counts(view: View, listed: Sequence[InspectedCheck]) -> Iterator[str]:
    """How many of the open checks are scored, those that page one counts, what the others are, and
    how many lack credit though they are done."""
    every = [check for measure in view.data.measures for check in measure.checks]
    counted = {
        "scored": len(open_scored(view.data.measures)),
        "elsewhere": sum(bool(check["unscored"]) for check in listed),
        "withheld": sum(check["credit"] is None and not check["unscored"] for check in listed),
        "done": sum(check["status"] == "done" and (check["credit"] or 1) < 1 for check in every),
    }
    for kind, n in counted.items():
        if n:
            yield view.t(f"measures.open_counts.{kind}", n=n)
    little = [c for c in listed if c["status"] == "partial" and c["yardstick"] == "improves"]
    if any(c["credit"] is not None and c["credit"] < LEAST_PARTIAL for c in little):
        yield view.t("measures.open_counts.little")


def _held_against(view: View, check: InspectedCheck) -> Markup | str:
    """The number recorded, and below it what it is held against."""
    words, value = yardstick_words(view, check), recorded_number(check["value"])
    shown = check["value"] if value is None else _in_unit(view, check, value)
    return two_lines(shown, words) if shown else words


def _in_unit(view: View, check: InspectedCheck, value: float) -> str:
    """A number of a check with its unit, and the decimals at which those that differ are seen to."""
    code = check.get("unit", "")
    known = code in view.bundle.framework.variables or code in view.data.terms
    unit = code if code in (PER_CENT, "count") else view.unit(code) if known else ""
    held = (recorded_number(check["value"]), check["goal"], check["last"])
    numbers = [one for one in held if one is not None]
    decimals = decimals_for(unit, numbers)
    if unit != PER_CENT:
        decimals = max(decimals, 1) if any(one % 1 for one in numbers) else 0
    while decimals < MOST_DECIMALS and len({number(n, decimals) for n in numbers}) < len(
        set(numbers)
    ):
        decimals += 1
    decimals = 0 if unit == "count" and not value % 1 else decimals
    return quantity(value, "" if unit == "count" else unit, view.lang, decimals)


def yardstick_words(view: View, check: InspectedCheck) -> str:
    """What a check is held against in the year: its goal, last year's number, done or not; and why it
    is not scored, where it is not."""
    held, why = _yardstick(view, check), check["unscored"]
    if check["elsewhere"] and why:
        words = view.t(f"unscored.{why}")
        return view.t("measures.held_and_why", held=held, why=words, code=_elsewhere(view, check))
    return view.t(f"unscored.{why}") if why else held


def _yardstick(view: View, check: InspectedCheck) -> str:
    yardstick, goal, last = check["yardstick"], check["goal"], check["last"]
    if (goal if yardstick == "goal" else last) is None:
        return view.t(f"yardstick.{yardstick}")
    kind: str = check["better"]
    if yardstick == "goal" and last is not None:
        kind = "way"
    elif yardstick == "improves" and check["quantity"] == "flow":
        kind = f"flow.{kind}"
    numbers = {
        "goal": "" if goal is None else _in_unit(view, check, goal),
        "last": "" if last is None else _in_unit(view, check, last),
    }
    return view.t(f"yardstick.{yardstick}.{kind}", **numbers)


def _credit_of(view: View, check: InspectedCheck) -> PrintedNumber:
    credit = check["credit"]
    if is_credit_withheld(check):
        return PrintedNumber.of(mark(State.SUPPRESSED, view.lang), None)
    return PrintedNumber.of(DASH, None) if credit is None else percentage(credit)


def _some_units(view: View, measure: MeasureLine) -> str:
    """The first responsible units, and how many more there are: the plan names no lead."""
    names = unit_names(view, measure)
    said = view.t("list").join(names[:UNITS_SHOWN])
    more = len(names) - UNITS_SHOWN
    return view.t("units.more", names=said, n=more) if more > 0 else said or DASH


def unit_names(view: View, measure: MeasureLine) -> list[str]:
    """The responsible units of a measure, as the page's language names them."""
    return [view.said(unit) for unit in measure.units]


def _name_of(view: View, check: InspectedCheck) -> str:
    return name_in(view.lang, check["zh"], check["en"])


def _said_of(view: View, check: InspectedCheck) -> str:
    """Who inspected, in whose own words, which no page translates, with what evidence; and what of it
    counts otherwise."""
    words = [view.said(check["inspector_unit"]), view.fitting(check["finding"])]
    if check["evidence_ref"]:
        ref, kind = view.fitting(check["evidence_ref"]), view.t(f"evidence.{check['evidence']}")
        words.append(view.t("measures.evidence", ref=ref, kind=kind))
    words += [view.t(f"check_note.{note}") for note in check["notes"]]
    return view.t("list").join(filter(None, words)) or DASH
