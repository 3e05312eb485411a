"""The register: ids that are safe, parents that exist, years that hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.errors import DataError
from cescore.intake.findings import FindingLog
from cescore.intake.notation import bad_id
from cescore.intake.register.entities import Entity, Register
from cescore.intake.register.register_file import read_register


@pytest.fixture
def register(tmp_path: Path):
    """Read entities.csv with the lines given."""

    def do(*lines: str, header: str = "entity_id,entity_type,parent_id,name_zh"):
        path = tmp_path / "entities.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        log = FindingLog()
        return (*read_register(path, "data/entities.csv", log), log)

    return do


@pytest.mark.parametrize(
    "entity_id",
    ["../../etc/x", "a/b", "a\\b", "CON", "nul", "com1.txt", ".", "..", "", "x" * 65, "-rf", "a..b", "辽源", "a b"],
)  # fmt: skip
def test_an_id_that_could_leave_its_folder_is_refused(entity_id):
    assert bad_id(entity_id)


@given(st.text(max_size=70))
def test_no_accepted_id_changes_where_a_path_leads(entity_id):
    if not bad_id(entity_id):
        assert (Path("/out") / entity_id).parent == Path("/out") and entity_id.isascii()


def test_a_bad_id_is_an_error_and_the_others_go_on(register):
    entities, count, log = register("../x,city,,", "C1,city,,市")
    assert list(entities.entities) == ["C1"]
    assert (count.accepted, count.rejected) == (1, 1)
    assert [f.code for f in log.found] == ["bad_id"]


def test_only_id_and_type_are_needed(register):
    entities, _, log = register("AT,country", header="entity_id,entity_type")
    assert entities["AT"] == Entity("AT", "country") and log.found == []
    assert entities["AT"].name("zh") == "AT"


def test_an_unknown_parent_is_named_with_a_suggestion(register):
    entities, _, log = register("C100,city,,", "D1,district,C10,")
    (finding,) = log.found
    assert finding.code == "unknown_parent" and "did you mean 'C100'?" in finding.expected
    assert entities["D1"].parent_id == ""


def test_a_circle_of_parents_is_named_whole(register):
    entities, _, log = register("A,park,B,", "B,park,C,", "C,park,A,", "D,firm,A,")
    assert {f.entity_id for f in log.found} == {"A", "B", "C"}
    assert log.found[0].found == "A → B → C → A"
    assert entities.ancestors("D") == (entities["A"],)


def test_contradicting_rows_of_one_id_are_an_error_and_equal_ones_a_warning(register):
    _, count, log = register("A,park,,一", "A,park,,二", "B,park,,", "B,park,,", "b,park,,")
    assert [(f.code, f.entity_id) for f in log.found] == [
        ("conflicting_entity", "A"),
        ("duplicate_entity", "B"),
        ("conflicting_entity", "B"),  # a file system may not tell b from B
    ]
    assert (count.accepted, count.rejected) == (2, 3)


def test_rows_of_one_id_over_different_years_are_one_entity_that_changed(register):
    header = "entity_id,entity_type,name_zh,valid_from,valid_to"
    entities, count, log = register("A,firm,旧名,,2022", "A,firm,新名,2023,", header=header)
    assert entities["A"] == Entity("A", "firm", name_zh="新名")
    assert [(f.code, f.severity, f.found) for f in log.found] == [
        ("entity_changed", "info", "the same entity as row 2, but different: name_zh")
    ]
    assert count.accepted == 2
    _, _, log = register("A,firm,旧名,,2023", "A,firm,新名,2023,", header=header)
    assert [f.code for f in log.found] == ["conflicting_entity"]


def test_names_stay_as_they_are_but_for_control_characters(register):
    name = "<script>{{7*7}}$x$=cmd|\u202e😀㙍"
    entities, _, log = register(f"A,park,,{name}", "B,park,,a\x01b", f"C,park,,{'长' * 2_000}")
    assert entities["A"].name_zh == name
    assert entities["B"].name_zh == "a b" and len(entities["C"].name_zh) == 2_000
    assert [f.code for f in log.found] == ["control_characters", "long_name"]


def test_what_is_far_too_long_for_a_name_is_refused_by_row(register):
    _, _, log = register("A,park,," + "x" * 10_000)
    (found,) = log.found
    assert (found.code, found.severity, found.place) == ("long_name", "error", "row 2")
    assert (found.entity_id, found.found) == ("A", "10000 characters")


def test_a_missing_or_unreadable_register_stops_the_run(tmp_path, register):
    with pytest.raises(DataError, match="no register"):
        read_register(tmp_path / "none.csv", "data/entities.csv", FindingLog())
    with pytest.raises(DataError, match="column_missing.*entity_type"):
        register("A,park", header="entity_id,kind")


def test_validity_includes_both_years_and_takes_dates():
    entity = Entity("A", "firm", valid_from=2021, valid_to=2023)
    assert [y for y in range(2019, 2026) if entity.is_valid_in(y)] == [2021, 2022, 2023]


def test_a_date_counts_by_its_year_and_nonsense_is_an_error(register):
    header = "entity_id,entity_type,valid_from,valid_to"
    entities, _, log = register("A,firm,2021-07-01,2023/2/3", "B,firm,soon,", header=header)
    assert (entities["A"].valid_from, entities["A"].valid_to) == (2021, 2023)
    assert [(f.code, f.entity_id) for f in log.found] == [("bad_date", "B")]


def test_membership_is_transitive():
    rows = [
        Entity("C", "city"),
        Entity("D", "district", parent_id="C"),
        Entity("P", "park", parent_id="D"),
    ]
    rows.append(Entity("F", "firm", parent_id="P"))
    register = Register({e.entity_id: e for e in rows})
    assert [e.entity_id for e in register.members("C")] == ["D", "P", "F"]
    assert [e.entity_id for e in register.ancestors("F")] == ["P", "D", "C"]


@pytest.mark.parametrize("mark", ["—", "-", "/", "无", "NA", "N/A"])
def test_a_mark_for_nothing_is_no_holding_that_firms_share(mark, register):
    header = "entity_id,entity_type,holding_id,industry,parent_id"
    found, _, log = register(f"E1,firm,{mark},{mark},{mark}", "E2,firm,H1,x,", header=header)
    assert (found["E1"].holding_id, found["E1"].industry, found["E1"].parent_id) == ("", "", "")
    assert [f.code for f in log.found] == ["missing_mark"] * 3


def test_a_holding_whose_digits_are_lost_is_nobody_s(register):
    header = "entity_id,entity_type,holding_id"
    _, _, log = register("E1,firm,9.12201E+17", "E2,firm,9.12201E+17", header=header)
    assert [(f.severity, f.code, f.entity_id) for f in log.found] == [
        ("error", "bad_id", "E1"), ("error", "bad_id", "E2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "before"), [("ÁÉÔ´ÊÐ", "辽源市"), ("杈芥簮", "辽源"), ("MÃ¼ll", "Müll")]
)
def test_a_name_read_in_a_wrong_encoding_is_told_with_what_it_was(text, before, register):
    _, _, log = register(f"E1,firm,,{text}")
    (finding,) = [f for f in log.found if f.code == "mojibake"]
    assert dict(finding.values)["near"] == before


@pytest.mark.parametrize("text", ["Müll", "Åäöü", "Ångström", "ŁÓDŹ", "ÅÄÖÜ"])
def test_a_name_of_europe_is_none(text, register):
    _, _, log = register(f"E1,firm,,{text}")
    assert "mojibake" not in [f.code for f in log.found]
