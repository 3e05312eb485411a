"""Soft findings accepted on record: only by name, for the very values, and only as long as they stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from cescore.errors import DataError
from cescore.intake.checks.confirmations import (
    Confirmation,
    confirm,
    read_confirmations,
    stated_values,
)
from cescore.intake.findings import Context, Finding, FindingLog, Settlement
from cescore.intake.register.register_file import read_register
from cescore.intake.wording import code, formula, phrase, unit

FILE = "data/confirmations.yml"
DAY = date(2025, 8, 31)
VALUES = (("before", 10.0), ("now", 30.0), ("ratio", 3.0), ("low", -0.5), ("high", 1.0))
JUMP = Finding(
    "warning", "year_on_year", entity_id="D1", year=2024, variable="waste", values=VALUES
)


@pytest.fixture
def confirmations(tmp_path) -> Callable[[str], tuple[tuple[Confirmation, ...], FindingLog]]:
    """Read a confirmations.yml beside a register of one district."""

    def do(yaml: str) -> tuple[tuple[Confirmation, ...], FindingLog]:
        log, register = FindingLog(), tmp_path / "entities.csv"
        register.write_text("entity_id,entity_type\nD1,district\n", encoding="utf-8")
        known, _ = read_register(register, "data/entities.csv", log)
        path = tmp_path / "confirmations.yml"
        path.write_text(yaml, encoding="utf-8")
        return read_confirmations(path, known, Context(log).file(FILE)), log

    return do


def entry(**keys: object) -> str:
    """One entry as YAML; None takes a key out."""
    base = {
        "finding": "year_on_year", "entity_id": "D1", "year": 2024, "variable": "waste",
        "values": "{before: 10, now: 30}", "reason": "a second kiln",
        "by": "{name: Wang, role: statistician}", "date": "2025-03-02",
    } | keys  # fmt: skip
    return "- {" + ", ".join(f"{k}: {v}" for k, v in base.items() if v is not None) + "}\n"


def test_a_confirmed_warning_says_by_whom_why_and_when(confirmations):
    entries, log = confirmations(entry(channel="letter", until="2026-12-31"))
    [found] = confirm([JUMP], entries, DAY)
    assert log.found == [] and (found.status, found.note) == ("confirmed", "a second kiln")
    wang = Settlement("Wang", "statistician", "letter", "2025-03-02", "2026-12-31")
    assert found.settled == wang and wang.by("en") == "Wang (statistician, letter)"
    assert wang.by("zh") == "Wang（statistician、letter）"


@pytest.mark.parametrize("changed", [
    {"code": "unit_slip"}, {"entity_id": "D2"}, {"year": 2023}, {"year": None}, {"variable": "gdp"},
])  # fmt: skip
def test_it_holds_for_its_rule_entity_year_and_variable_alone(confirmations, changed):
    entries, _ = confirmations(entry())
    other = Finding(**{**vars(JUMP), **changed})
    assert [(f.code, f.status) for f in confirm([other], entries, DAY)] == [
        (other.code, "open"), ("confirmation_unused", "open"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "values", ["{before: 10, now: 31}", "{now: 30}", "{before: 10, now: 30, then: 5}", "{}"]
)
def test_it_falls_away_when_a_value_is_not_the_one_confirmed(confirmations, values):
    entries, _ = confirmations(entry(values=values))
    jump, told = confirm([JUMP], entries, DAY)
    assert (jump.status, told.code, told.severity) == ("open", "confirmation_changed", "warning")


def test_what_changed_is_told_with_both_values(confirmations):
    entries, _ = confirmations(entry(values="{before: 10, now: 31}"))
    told = confirm([JUMP], entries, DAY)[1]
    assert told.found == "year_on_year: now now = 30"
    assert told.expected.startswith("now = 31")


def test_a_bound_of_params_that_moves_takes_no_confirmation_away(confirmations):
    entries, _ = confirmations(entry())
    other = Finding(**{**vars(JUMP), "values": (*VALUES[:3], ("low", -0.9), ("high", 2.0))})
    assert [f.status for f in confirm([other], entries, DAY)] == ["confirmed"]


@pytest.mark.parametrize(("until", "status"), [("2025-08-30", "open"), ("2025-08-31", "confirmed")])
def test_it_holds_until_its_last_day(confirmations, until, status):
    entries, _ = confirmations(entry(until=until))
    found = confirm([JUMP], entries, DAY)
    assert found[0].status == status
    assert [f.code for f in found[1:]] == ["confirmation_expired"] * (status == "open")


def test_an_error_or_a_note_cannot_be_confirmed_away(confirmations):
    entries, _ = confirmations(entry())
    hard, note = (Finding(**{**vars(JUMP), "severity": s}) for s in ("error", "info"))
    assert [f.code for f in confirm([hard], entries, DAY)] == [
        "year_on_year",
        "confirmation_refused",
    ]
    assert confirm([hard, JUMP], entries, DAY)[1].status == "open"
    assert [f.code for f in confirm([note], entries, DAY)] == [
        "year_on_year",
        "confirmation_unused",
    ]


def test_the_entry_whose_values_are_the_findings_confirms_it_and_the_older_one_is_told(
    confirmations,
):
    entries, _ = confirmations(entry(values="{before: 10, now: 29}") + entry())
    found = confirm([JUMP], entries, DAY)
    assert [f.status for f in found] == ["confirmed", "open"]
    assert found[1].at.row == 1


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"by": None}, "by does not say name, role"),
        ({"by": "Wang"}, "by does not say name, role"),
        ({"by": "{name: Wang}"}, "by does not say role"),
        ({"by": '{name: "—", role: 无}'}, "by does not say name, role"),
        ({"by": "{name: Wang, role: x, id: 3}"}, "unknown key 'by.id'"),
        ({"reason": None}, "no reason"),
        ({"reason": '"/"'}, "no reason"),
        ({"values": None}, "no values"),
        ({"values": "[10, 30]"}, "no values"),
        ({"values": "{now: {a: 1}}"}, "no values"),
        ({"values": "{now: }"}, "no values"),
        ({"date": None}, "date '' is not a date"),
        ({"date": "46083"}, "date '46083' is not a date"),
        ({"date": "2025-02-30"}, "date '2025-02-30' is not a date"),
        ({"until": "2025-01-01"}, "until 2025-01-01 is before date 2025-03-02"),
        ({"until": "soon"}, "until 'soon' is not a date"),
        ({"entity_id": "D9"}, "'D9' is not in the register"),
        ({"finding": None}, "no finding code"),
        ({"year": "last"}, "year 'last'"),
        ({"severity": "low"}, "unknown key 'severity'"),
        ({"action": "confirm"}, "unknown key 'action'"),
    ],
)  # fmt: skip
def test_an_entry_that_names_nobody_or_nothing_is_an_error_of_its_entity(confirmations, keys, told):
    entries, log = confirmations(entry(**keys))
    [wrong] = log.found
    assert entries == () and wrong.is_open_error and told in wrong.found
    assert wrong.at.row == 1 and wrong.code == "bad_confirmation"


def test_everything_wrong_with_an_entry_comes_out_at_once(confirmations):
    _, log = confirmations("- {finding: x}\n- words\n")
    assert len(log.found) == 6 and {f.at.row for f in log.found} == {1, 2}


@pytest.mark.parametrize("text", ["- {a: b", "just words", "a: 1", "corrections: []", "- &a [*a"])
def test_a_file_that_is_no_list_stops_the_run(confirmations, text):
    with pytest.raises(DataError, match="as a list of confirmations"):
        confirmations(text)


def test_a_finding_states_its_figures_by_code_and_no_bounds():
    own = phrase("figure", code=code("a"), value=5.0)
    absent = phrase("figure_without", code=code("b"))
    of_others = phrase("figure", code=formula("sum_over(firm, a)"), value=7.0)
    parts = (phrase("part_at", entity="E1", value=7.0, place="x.csv:3"),)
    looked = phrase("figure_of", figure=of_others, parts=parts)
    values = (("figures", (own, absent, looked)), ("rule", formula("a > 1")), ("unit", unit("t")))
    stated = stated_values(Finding("warning", "R1", values=values))
    assert stated == {"a": 5.0, "b": "missing", "sum_over(firm, a)": 7.0}


def test_a_code_is_compared_as_it_is_written(confirmations):
    finding = Finding("warning", "same_name", entity_id="D1", values=(("name", "0012"),))
    about = {"finding": "same_name", "year": None, "variable": None}
    for name, status in (('"0012"', "confirmed"), ("0012", "confirmed"), ("12", "open")):
        entries, _ = confirmations(entry(**about, values=f"{{name: {name}}}"))
        assert confirm([finding], entries, DAY)[0].status == status


def test_a_row_that_moves_within_its_file_is_the_same_row():
    rows = tuple(phrase("row_value", file="a.csv", n=n, value="5") for n in (3, 9))
    moved = tuple(phrase("row_value", file="a.csv", n=n, value="5") for n in (4, 8))
    one, other = (stated_values(Finding("warning", "duplicate_row", values=(("rows", r),)))
                  for r in (rows, moved))  # fmt: skip
    assert one == other == {"rows": "5, 5"}
