"""Records of inspections and vetoes, read with the same care as returns."""

from __future__ import annotations

import csv

import pytest

from cescore.definitions.model import Check, Measure, Plan, Veto
from cescore.intake.findings import Context, FindingLog
from cescore.intake.records.inspections import read_measures, read_vetoes
from cescore.intake.register.entities import Entity, Register

REGISTER = Register(
    {e: Entity(e, t) for e, t in (("C1", "city"), ("D1", "district"), ("P1", "park"))}
    | {"P2": Entity("P2", "park", industry="food 50%；steel 50%")}
)
PLAN = Plan(
    id="p",
    base_year=2020,
    first_year=2021,
    last_year=2025,
    source="test",
    measures={
        "4.1": Measure(
            id="4.1", system="4", levels=("district",), units=("office",),
            checks=(Check(id="4.1.a", levels=("city", "district"), type="doc"),
                    Check(id="4.1.d", levels=("district",), type="rate", goal={2021: 85.0}),
                    Check(id="4.1.b", levels=("district", "park"), type="count"),
                    Check(id="4.1.k", levels=("park",), type="bool", industries=("cement",)),
                    Check(id="4.1.o", levels=("park",), type="bool", entities=("P1",)),
                    Check(id="4.1.s", levels=("park",), type="bool", industries=("steel",))),
        )
    },
    units_of="city",
    inspectors=("audit",),
    vetoes={"accident": Veto(id="accident", entity_types=("park",), grade="不合格", source="s", tag="P")},
)  # fmt: skip
COLUMNS = (
    "check_id",
    "entity_id",
    "year",
    "status",
    "value",
    "evidence_ref",
    "evidence_kind",
    "inspector_unit",
    "inspection_date",
)


@pytest.fixture
def measures(tmp_path):
    """Records, row account and findings of the rows of measures.csv."""

    def do(*rows: str):
        path = tmp_path / "measures.csv"
        header = ",".join(COLUMNS[: max(len(row) - 1 for row in csv.reader(rows)) + 1])
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        log = FindingLog()
        records, (count,) = read_measures(
            path, 2024, REGISTER, PLAN, Context(log).file("data/2024/measures.csv")
        )
        return records, count, log.found

    return do


def test_a_status_that_its_number_denies_is_told_and_the_record_used(measures):
    for row in ("4.1.d,D1,2024,done,66.6,doc", "4.1.d,D1,2024,not_done,85,doc"):
        records, _, found = measures(row)
        assert [f.code for f in found] == ["status_against_goal"] and records
    assert not measures("4.1.d,D1,2024,done,85,doc")[2]
    assert not measures("4.1.d,D1,2024,partial,84.9,doc")[2]


def test_a_check_of_another_body_is_told_where_somebody_recorded_it(measures):
    records, _, found = measures("4.1.o,P2,2024,done,,doc")
    assert [(f.code, f.severity) for f in found] == [("not_of_body", "warning")] and records
    for row in ("4.1.o,P2,2024,not_applicable,,", "4.1.o,P1,2024,done,,doc"):
        assert not measures(row)[2]


def test_a_check_of_other_industries_is_told_where_somebody_recorded_it(measures):
    records, _, found = measures("4.1.k,P2,2024,done,,doc")
    assert [(f.code, f.severity) for f in found] == [("not_of_industry", "warning")] and records
    for row in (
        "4.1.k,P2,2024,not_applicable,,",
        "4.1.s,P2,2024,done,,doc",
        "4.1.k,P1,2024,done,,doc",
    ):
        assert not measures(row)[2]


def test_a_unit_that_inspected_its_own_measure_is_told(measures):
    own = measures("4.1.a,C1,2024,done,,doc,record,office")
    assert [f.code for f in own[2]] == ["self_inspected"] and own[0]
    assert not measures("4.1.a,C1,2024,done,,doc,record,audit")[2]
    assert not measures("4.1.a,D1,2024,done,,doc,record,office")[
        2
    ]  # the office is not the district's


def test_the_kind_of_evidence_is_one_of_a_closed_list(measures):
    records, _, found = measures("4.1.a,D1,2024,done,,doc,Record")
    assert records[0].evidence_kind == "record"
    records, _, found = measures("4.1.a,D1,2024,done,,doc,hearsay")
    assert [f.code for f in found] == ["bad_evidence"] and not records


def test_a_sound_record_is_kept_with_its_place(measures):
    records, count, found = measures("4.1.b,P1,2024,partial,3,")
    assert (records[0].status, records[0].value) == ("partial", "3")
    assert records[0].place == "data/2024/measures.csv:2" and found == [] and count.accepted == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("4.1.c,D1,2024,done,,doc", "unknown_check_id"),
        ("4.1.a,P1,2024,done,,doc", "not_of_type"),
        ("4.1.a,D9,2024,done,,doc", "unknown_entity"),
        ("4.1.a,D1,2023,done,,doc", "wrong_year"),
        ("4.1.a,D1,2024,finished,,doc", "bad_status"),
    ],
)
def test_a_record_that_does_not_fit_the_plan_is_an_error(measures, row, code):
    records, count, found = measures(row)
    assert records == () and count.rejected == 1
    assert [(f.code, f.severity) for f in found] == [(code, "error")]


def test_done_without_evidence_is_kept_and_told(measures):
    records, _, found = measures("4.1.a,D1,2024,done,,")
    assert len(records) == 1 and [(f.code, f.severity) for f in found] == [
        ("no_evidence", "warning")
    ]


def test_contradicting_records_are_errors_and_neither_is_used(measures):
    records, count, found = measures("4.1.b,D1,2024,done,,x", "4.1.b,D1,2024,not_done,,")
    assert records == () and [f.code for f in found] == ["conflicting_rows"]
    assert (count.accepted, count.rejected) == (0, 2)


def test_vetoes_concern_the_types_the_plan_names(tmp_path):
    path = tmp_path / "vetoes.csv"
    path.write_text(
        "veto_id,entity_id,year,status,document,confirming_unit,date\n"
        "accident,P1,2024,standing,No 7,office,2024-08-01\naccident,D1,2024,clear,,,\n"
    )
    log = FindingLog()
    records, _ = read_vetoes(path, 2024, REGISTER, PLAN, Context(log).file("data/2024/vetoes.csv"))
    assert [(r.veto_id, r.entity_id, r.document) for r in records] == [("accident", "P1", "No 7")]
    assert [f.code for f in log.found] == ["not_of_type"]


def test_no_file_means_no_records(tmp_path):
    assert read_vetoes(tmp_path / "x.csv", 2024, REGISTER, None, Context(FindingLog())) == ((), ())


@pytest.mark.parametrize(
    ("written", "value", "told"),
    [
        ('"1,200"', "1200", ["info"]), ("１２", "12", ["info"]), ("—", "", ["info"]), ("1_000", "1_000", ["warning"]),
        ("十二", "十二", ["warning"]), ("12家", "12家", ["warning"]), ("90%", "90%", ["warning"]),
    ],
)  # fmt: skip
def test_a_value_of_a_check_that_counts_is_a_number_or_told(measures, written, value, told):
    records, _, found = measures(f"4.1.b,P1,2024,partial,{written},")
    assert records[0].value == value
    assert [f.severity for f in found] == told


@pytest.mark.parametrize("written", ['"0,500"', "#N/A", "#REF!"])
def test_a_value_of_two_readings_or_of_a_failed_formula_is_an_error(measures, written):
    records, _, found = measures(f"4.1.b,P1,2024,partial,{written},")
    assert records == () and [f.severity for f in found] == ["error"]


def test_a_date_is_asked_for_by_the_heading_of_the_form(measures):
    *_, found = measures("4.1.d,D1,2024,done,85,doc,,,2024-02-31")[2]
    assert found.said("zh").expected.startswith("检查日期（inspection_date）：")
    assert found.said("en").expected.startswith("date of inspection (inspection_date):")


def test_what_a_document_check_says_stays_a_text(measures):
    records, _, found = measures('4.1.a,D1,2024,done,"1,200",doc')
    assert records[0].value == "1,200" and found == []


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        ("4.1.b,D1,2024,partial,3,doc,2024-02-31", "bad_date", "S!L7"),
        ("4.1.b,D1,2024,partial,three,doc,", "not_a_number", "S!H7"),
        ("4.1.b,D1,2024,done,3,,", "no_evidence", "S!I7"),
        ("4.1.b,D1,2024,finished,3,doc,", "bad_status", "S!G7"),
    ],
)
def test_what_a_form_said_is_found_at_the_cell_that_said_it(tmp_path, row, code, cell):
    path = tmp_path / "measures.csv"
    header = "check_id,entity_id,year,status,value,evidence_ref,inspection_date,source,cells"
    cells = "value=H evidence_ref=I inspection_date=L"
    path.write_text(f"{header}\n{row},D1.xlsx!S!G7,{cells}\n", encoding="utf-8")
    log = FindingLog()
    read_measures(path, 2024, REGISTER, PLAN, Context(log).file("data/2024/measures.csv"))
    assert [(f.code, f.at.file, f.at.cell) for f in log.found] == [(code, "D1.xlsx", cell)]


def test_the_words_of_a_status_are_those_of_the_form_as_well(measures):
    _, _, (found,) = measures("4.1.a,D1,2024,finished,,doc")
    assert "完成（done）" in found.said("zh").expected and "done" in found.said("en").expected
