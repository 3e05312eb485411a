"""What states a withheld figure beside its own table: inspectors' numbers, findings, points."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from cases import Firm, evaluated, firms

from cescore.definitions.model import Plan
from cescore.disclosure.documents.bundle import PeerTable
from cescore.disclosure.ledger.few_withheld import WithheldMember, gives_one_away
from cescore.disclosure.released.covered_measures import CoveredMeasures, credits_withheld
from cescore.disclosure.released.covering import Cover
from cescore.disclosure.released.gate import Gate
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.address import Address
from cescore.intake.findings import Finding
from cescore.method.disclosure.rules import PeerFigure
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.measures import MeasureLine, measure_lines, measure_points
from cescore.method.grading.targets import TargetLine
from cescore.method.grading.veto_signs import VetoSign
from cescore.method.grading.vetoes import VetoLine
from cescore.release.audiences import told_about
from tests.method.builders import plan

HIDDEN = {"heat": frozenset([2024])}
GOAL = {"id": "c", "zh": "c", "levels": ["lake"], "type": "rate", "better": "more",
        "formula": "heat / energy", "yardstick": "goal", "goal": {2021: 80.0}}  # fmt: skip


def asked(*checks: dict[str, Any]) -> Plan:
    shared = {"id": "4.1", "system": "4", "levels": ["lake"], "units": ["x"]}
    return plan(measures={"4.1": {**shared, "checks": list(checks)}})


def inspected(
    made: Plan, before: dict[int, str] | None = None, **values: str
) -> tuple[MeasureLine, ...]:
    """The measures of 2024; ``before``: the number of check c in years before it."""
    numbers = {2024: values} | {year: {"c": number} for year, number in (before or {}).items()}
    records = {
        year: [
            {"check_id": c, "status": "partial", "value": v, "finding": f"it is {v}",
             "evidence_ref": "doc", "evidence_kind": "document"}
            for c, v in of_year.items()
        ]
        for year, of_year in numbers.items()
    }  # fmt: skip
    return measure_lines(made, "lake", records, year=2024)


def covered(made: Plan, lines: tuple[MeasureLine, ...]) -> tuple[MeasureLine, ...]:
    return CoveredMeasures(made, HIDDEN, 2024).lines(lines)


def test_an_inspector_s_number_goes_with_the_figure_that_it_is() -> None:
    made = asked(GOAL)
    (line,) = covered(made, inspected(made, c="72.34"))
    assert "72.34" not in repr(line) and line.checks[0]["value"] == "※"
    assert line.checks[0]["status"] == "partial"  # a band stays


def test_why_a_check_is_recorded_only_tells_no_withheld_zero() -> None:
    improves = {**GOAL, "yardstick": "improves", "goal": {}}
    lines = inspected(asked(improves), {2023: "0"}, c="0")
    assert lines[0].checks[0]["unscored"] == "nothing_yet"
    (line,) = covered(asked(improves), lines)
    assert line.checks[0]["unscored"] == "no_yardstick"  # recorded, not scored: no word of why


def test_credit_on_the_way_to_a_goal_is_the_number_once_more_and_goes_too() -> None:
    made = asked(GOAL, {**GOAL, "id": "other", "formula": "water"})
    lines = inspected(made, c="72.34", other="60")
    (line,) = covered(made, lines)
    assert lines[0].checks[0]["credit"] == 0.9
    assert line.checks[0]["credit"] is None
    assert line.credit == line.checks[1]["credit"] and line.scored == 1


def test_credit_near_the_number_of_last_year_goes_too_and_all_or_nothing_stays() -> None:
    better = {**GOAL, "yardstick": "improves", "goal": None}
    made = asked({key: value for key, value in better.items() if value is not None})
    for number, credit in (("60.5", None), ("62", 1.0), ("50", 0.0)):
        lines = inspected(made, {2023: "60"}, c=number)
        (check,) = covered(made, lines)[0].checks
        assert (check["credit"], check["last"], check["value"]) == (credit, None, "※")


@pytest.mark.parametrize(
    ("changed", "hidden", "is_covered"),
    [
        ({"quantity": "stock"}, 2022, False),
        ({"quantity": "stock"}, 2025, False),
        ({"quantity": "flow"}, 2022, True),  # the mean of three years holds it
        ({"quantity": "flow"}, 2020, False),
        (
            {"yardstick": "goal", "goal": {2021: 0.0}, "better": "less"},
            2021,
            True,
        ),  # the first number
    ],
)
def test_a_check_is_covered_for_every_year_it_is_held_against(
    changed: dict[str, Any], hidden: int, is_covered: bool
) -> None:
    entry = {key: value for key, value in GOAL.items() if key not in ("goal", "yardstick")}
    made = asked({**entry, "type": "amount", "yardstick": "improves", **changed})
    lines = inspected(made, {2021: "63", 2022: "61", 2023: "60"}, c="60.5")
    found = CoveredMeasures(made, {"heat": frozenset([hidden])}, 2024).lines(lines)
    assert (found[0].checks[0]["value"] == "※") is is_covered


@pytest.mark.parametrize(
    ("hidden", "is_covered"),
    [(2020, False), (2021, True), (2023, True), (2024, True), (2025, False)],
)
def test_the_way_to_a_goal_is_every_year_from_the_plan_s_first(
    hidden: int, is_covered: bool
) -> None:
    down = {**GOAL, "type": "amount", "goal": {2021: 0.0}, "better": "less"}
    lines = inspected(made := asked(down), {2021: "63", 2023: "61"}, c="60.5")
    assert lines[0].checks[0]["last"] is not None
    found = CoveredMeasures(made, {"heat": frozenset([hidden])}, 2024).lines(lines)
    assert (found[0].checks[0]["value"] == "※") is is_covered


@pytest.mark.parametrize(("hidden", "is_covered"), [(2021, False), (2023, True), (2024, True)])
def test_a_check_without_an_earlier_number_is_of_this_year_and_the_last(
    hidden: int, is_covered: bool
) -> None:
    lines = inspected(made := asked(GOAL), c="72.34")
    assert lines[0].checks[0]["last"] is None
    found = CoveredMeasures(made, {"heat": frozenset([hidden])}, 2024).lines(lines)
    assert (found[0].checks[0]["value"] == "※") is is_covered


def test_what_an_inspector_wrote_is_covered_and_what_nobody_wrote_is_not_marked() -> None:
    made = asked(GOAL)
    (written,) = covered(made, inspected(made, c="72.34"))[0].checks
    assert written["finding"] == "※"
    lines = inspected(made, c="72.34")
    silent = replace(lines[0], checks=({**lines[0].checks[0], "finding": "", "value": ""},))
    (check,) = CoveredMeasures(made, HIDDEN, 2024).lines([silent])[0].checks
    assert (check["finding"], check["value"]) == ("", "")


def stands_on(codes: Collection[str], years: Collection[int]) -> WithheldMember:
    return WithheldMember(frozenset(codes & HIDDEN.keys()))


def test_a_credit_that_is_shown_hides_none_that_is_covered() -> None:
    made = asked(GOAL, *({**GOAL, "id": f"o{i}", "formula": "water"} for i in range(3)))
    lines = inspected(made, c="72.34", o0="60", o1="60", o2="60")
    assert CoveredMeasures(made, HIDDEN, 2024).gives_a_credit_away(lines, stands_on)


def test_checks_without_a_covered_credit_give_none_away() -> None:
    made = asked(GOAL)
    lines = inspected(made, c="90")  # met: its credit is a step
    assert not CoveredMeasures(made, HIDDEN, 2024).gives_a_credit_away(lines, stands_on)


def test_how_many_credits_the_sum_inside_leaves_out_is_counted() -> None:
    made = asked(GOAL, {**GOAL, "id": "met"}, {**GOAL, "id": "other", "formula": "water"})
    lines = inspected(made, c="72.34", met="90", other="60")
    assert (credits_withheld(lines), credits_withheld(covered(made, lines))) == (0, 1)


def test_a_check_on_released_figures_is_left_as_it_is() -> None:
    made = asked({**GOAL, "formula": "water"})
    lines = inspected(made, c="72.34")
    assert covered(made, lines) == lines


@pytest.mark.parametrize(
    ("variable", "texts", "year", "hides"),
    [
        ("heat", [], 2024, True),
        ("heat", [], 2025, True),  # against the year before
        ("heat", [], 2026, False),
        ("heat", [], 2023, False),
        ("heat", [], None, True),  # of the year evaluated
        ("heat", ["heat > base(heat)"], 2030, True),
        ("heat", ["heat > base(heat)"], 2023, False),
        ("", ["heat = 4, energy = 5"], 2024, True),
        ("water", ["water = 4"], 2024, False),
    ],
)
def test_a_finding_tells_of_a_withheld_figure_by_its_variable_or_its_words(
    variable: str, texts: list[str], year: int | None, hides: bool
) -> None:
    assert Cover(HIDDEN, 2024).hides_what_is_said(variable, texts, year) is hides


def test_of_a_withheld_figure_no_place_among_others_is_shown() -> None:
    placed = PeerFigure("heat", n=12, median=3.0, quartile_band=1, rank=2, standing="strength")
    figures = (placed, replace(placed, code="water"))
    table = PeerTable(entity_type="lake", audience="public", figures=figures)
    shown = Cover(HIDDEN, 2024).peers(table)
    assert shown is not None
    assert shown.figures == (PeerFigure("heat", n=12, median=3.0), figures[1])
    assert Cover(HIDDEN, 2025).peers(table) == table
    assert Cover(HIDDEN, 2024).peers(None) is None


def one_in_a_park() -> list[Firm]:
    return [*firms(1, seed=5, park="PK1"), *firms(9, seed=6, park="PK2")]


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> YearlyEvaluation:
    return evaluated(tmp_path_factory.mktemp("city"), one_in_a_park(), ("PK1", "PK2"))


def park_checks(*formulas: str) -> tuple[Plan, tuple[MeasureLine, ...]]:
    """A park's checks on these formulas, on the way to their goals, and two on nothing withheld."""
    checks: list[dict[str, Any]] = [
        {**GOAL, "id": f"c{i}", "formula": formula} for i, formula in enumerate(formulas)
    ]
    checks += [{**GOAL, "id": f"open{i}", "formula": "water"} for i in range(2)]
    made = asked(*checks)
    values = {str(check["id"]): str(50 + 7 * i) for i, check in enumerate(checks)}
    return made, inspected(made, **values)


def through_the_gate(yearly: YearlyEvaluation, made: Plan, lines: tuple[MeasureLine, ...]) -> Gate:
    definitions = replace(yearly.workspace.definitions, plan=made)
    workspace = replace(yearly.workspace, definitions=definitions)
    return Gate(replace(yearly, workspace=workspace, measures={"PK1": lines}))


def test_who_knows_one_of_two_withheld_credits_solves_for_the_other_unless_the_points_are_withheld(
    yearly: YearlyEvaluation,
) -> None:
    """Page one prints the mean of all credits, the table inside the sum of those that are shown."""
    made, lines = park_checks("output", "waste")
    known, secret = (check["credit"] for check in lines[0].checks[:2])
    points = measure_points(lines)
    assert points is not None and known is not None and secret is not None
    gate = through_the_gate(yearly, made, lines)
    (inside,) = gate.measures("PK1")
    assert inside.scored == 2 and str(secret) not in repr(inside)

    n = inside.scored + credits_withheld([inside])
    solved = n * round(100 * points, 1) / 100 - inside.credit - known
    assert solved == pytest.approx(secret, abs=n * 0.0005)

    found = Assessment(total=70.0, parts={"index": 60.0, "measures": 100 * points})
    shown = gate.assessment("PK1", found, 2025)
    assert (shown.total, shown.parts["measures"]) == (None, None)


@pytest.mark.parametrize(
    ("formulas", "is_shown"),
    [
        ((), True),
        (("output",), False),
        (("output", "waste"), False),
        (("output", "waste", "material"), True),
        (("output", "waste", "output / waste"), False),  # who knows the two knows the third
        (("output", "waste", "productivity"), False),  # output / material
    ],
)
def test_the_points_of_measures_stand_above_three_withheld_credits_that_share_nothing(
    formulas: tuple[str, ...], is_shown: bool, yearly: YearlyEvaluation
) -> None:
    made, lines = park_checks(*formulas)
    found = Assessment(total=70.0, parts={"index": 60.0, "measures": 60.0})
    shown = through_the_gate(yearly, made, lines).assessment("PK1", found, 2025)
    assert (shown.parts["measures"] is not None) is is_shown
    assert (shown.total is not None) is (is_shown and shown.parts["index"] is not None)


def test_what_is_withheld_beneath_a_code_is_told_with_its_sole_owner(
    yearly: YearlyEvaluation,
) -> None:
    ledger = Gate(yearly).ledger
    member = ledger.beneath("PK1", ["productivity"], [2025])
    assert {"output", "material"} <= member.figures and member.owner == "firm-5-000"
    assert ledger.beneath("C1", ["productivity"], [2025]) == WithheldMember(frozenset())


def test_of_credits_beside_those_of_one_owner_no_single_one_is_left() -> None:
    mine = [WithheldMember(frozenset([figure]), "me") for figure in "abc"]
    other, further = (WithheldMember(frozenset([figure])) for figure in "de")
    assert not gives_one_away(mine)
    assert gives_one_away([*mine, other])
    assert not gives_one_away([*mine, other, further])
    assert gives_one_away([*mine, other, WithheldMember(other.figures)])


def target(code: str, points: float) -> TargetLine:
    return TargetLine(
        id=code, zh=code, en=code, type="level", unit="t", op=">=", value=1.0, tag="P", role="own",
        points=points, scored=True, indicators=(code,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("withheld", "is_shown"),
    [((), True), (("productivity",), False), (("productivity", "recycling"), False), (("output", "waste", "material"), True)],
)  # fmt: skip
def test_points_above_fewer_than_three_withheld_targets_are_withheld_with_the_total(
    withheld: tuple[str, ...], is_shown: bool, yearly: YearlyEvaluation
) -> None:
    """Mean points less the others' are the withheld target's, and its ladder leads back to its value."""
    targets = tuple(target(c, 0.6) for c in (*withheld, "free", "further"))
    gate = Gate(replace(yearly, targets={"PK1": targets}))
    found = Assessment(total=70.0, parts={"targets": 90.0, "measures": 50.0})
    made = gate.assessment("PK1", found, 2025)
    view = gate.view("PK1")
    assert view is not None and "productivity" in view.hidden
    assert (made.parts["targets"] is not None) is is_shown
    if not is_shown:
        assert made.total is None


def test_the_public_s_findings_tell_no_withheld_figure(yearly: YearlyEvaluation) -> None:
    """A return halved since last year is a finding with both numbers in it."""
    halved = (("before", "4711"), ("now", "1998"))
    told = [
        Finding("warning", "year_on_year", Address("o.csv"), body, 2025, "output", halved)
        for body in ("PK1", "C1")
    ]
    released = [Gate(yearly).ledger.is_released(f.entity_id, "output", 2025) for f in told]
    assert released == [False, True]
    with_them = replace(
        yearly, workspace=replace(yearly.workspace, findings=tuple(told)), pieces=None
    )
    assert told_about(["PK1", "C1"], Gate(with_them)) == tuple(told[1:])


def test_a_veto_shows_no_figure_that_stands_on_a_withheld_one(yearly: YearlyEvaluation) -> None:
    """A rate goes with what it stands on: the ledger names its parts alone, the view all of it."""
    gate = Gate(yearly)
    view = gate.view("PK1")
    assert view is not None
    for code in view.hidden.keys() & yearly.evaluations["park"].framework.indicators.keys():
        sign = VetoSign(code, "", "", "ratio", ">=", 0.1234, 0.2345, 2024, shown=True)
        veto = VetoLine("v", "", "", "proposed", sign=sign)
        (made,) = gate.assessment("PK1", Assessment(vetoes=(veto,)), 2025).vetoes
        assert made.sign is not None
        assert made.sign.value is None and made.sign.against is None


@pytest.mark.parametrize("against_year", [2021, None])
def test_a_veto_keeps_its_figures_where_none_is_withheld_of_the_years_they_are_of(
    against_year: int | None, yearly: YearlyEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(yearly)
    sign = VetoSign("heat", "", "", "GJ", ">=", 4.0, 3.0, against_year, shown=True)
    vetoes = (VetoLine("v", "", "", "proposed", sign=sign), VetoLine("w", "", "", "standing"))
    for year, is_shown in ((2020, True), (2021, against_year is None), (2025, False)):
        view = SimpleNamespace(hidden={"heat": frozenset([year])})
        monkeypatch.setattr(Gate, "view", lambda self, body, view=view: view)
        made = [gate._veto("PK1", veto, 2025) for veto in vetoes]
        assert (made == list(vetoes)) is is_shown
        assert made[1] == vetoes[1]


@pytest.mark.parametrize(
    ("yardstick", "value"), [("goal", "90"), ("done", "72.34")], ids=["met", "by its word"]
)
def test_credit_that_is_a_step_stays(yardstick: str, value: str) -> None:
    check = {**GOAL, "yardstick": yardstick}
    made = asked(check if yardstick == "goal" else {k: v for k, v in check.items() if k != "goal"})
    lines = inspected(made, c=value)
    (line,) = covered(made, lines)
    assert line.checks[0]["credit"] == lines[0].checks[0]["credit"] is not None
    assert line.checks[0]["value"] == "※"
