"""Source errors mended on record, and only as long as they are there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cescore.errors import DataError
from cescore.intake.findings import Context, Settlement
from cescore.intake.observations.correcting import apply_corrections
from cescore.intake.observations.corrections import read_corrections
from cescore.intake.observations.statuses import STATUSES
from cescore.method.column import Flag

FILE = "data/corrections.yml"


@pytest.fixture
def correct(read_rows, variables, tmp_path) -> Callable[..., object]:
    """Read two districts' rows and apply a corrections.yml to them."""

    def do(yaml: str, *rows: str):
        result = read_rows(*(rows or ("D1,2024,waste,5000,,", "D2,2024,waste,7,,")))
        path = tmp_path / "data/corrections.yml"
        path.write_text(yaml, encoding="utf-8")
        entries = read_corrections(path, result.register, variables, Context(result.log).file(FILE))
        changed = apply_corrections(result.observations, entries, FILE, result.log)
        object.__setattr__(result.reading, "observations", changed)
        return result, entries

    return do


def entry(**keys: object) -> str:
    """One entry as YAML."""
    base = {"entity_id": "D1", "year": 2024, "variable": "waste", "reason": "in kg"} | keys
    return "- {" + ", ".join(f"{k}: {v}" for k, v in base.items()) + "}\n"


def test_scale_multiplies_flags_and_tells_before_after_and_why(correct):
    result, _ = correct(entry(action="scale", factor=0.001, expect="{gt: 1000}"))
    assert result.value("D1", "waste") == 5.0
    finding = result.only("correction_scale")
    assert (finding.status, finding.note) == ("corrected", "in kg")
    assert finding.found == "data/2024/observations.csv row 2: 5000" and finding.expected == "5"
    assert sorted(result.observations.frame["flags"]) == [0, Flag.CORRECTED]


def test_an_expectation_that_fails_is_an_error_and_nothing_is_changed(correct):
    result, _ = correct(entry(action="scale", factor=0.001, expect="{gt: 1.0e6}"))
    finding = result.only("correction_outdated")
    assert finding.is_open_error and finding.entity_id == "D1" and "gt 1e+06" in finding.expected
    assert result.value("D1", "waste") == 5000


def test_set_gives_a_number_a_status_or_a_code(correct):
    yaml = entry(action="set", value=3) + entry(
        action="set", variable="gdp", value="not_applicable"
    )
    yaml += entry(action="set", variable="audit", value="due")
    result, _ = correct(yaml)
    assert result.value("D1", "waste") == 3
    assert result.value("D1", "gdp") == "not_applicable" == STATUSES[2]
    assert result.value("D1", "audit") == "due"


def test_drop_takes_the_row_out(correct):
    result, _ = correct(entry(action="drop"))
    assert result.value("D1", "waste") is None and result.value("D2", "waste") == 7


def test_setting_a_cell_mends_the_errors_found_in_it(correct):
    result, _ = correct(
        entry(action="set", value=5) + entry(action="set", entity_id="D2", value=6),
        "D1,2024,waste,约5,,", "D2,2024,waste,6,,", "D2,2024,waste,7,,",
    )  # fmt: skip
    assert result.only("not_a_number").status == "corrected"
    assert result.only("conflicting_rows").status == "corrected"
    assert (result.value("D1", "waste"), result.value("D2", "waste")) == (5, 6)


def test_an_old_value_may_be_the_text_that_was_no_number(correct):
    result, _ = correct(entry(action="set", value=5, old="约5"), "D1,2024,waste,约5,,")
    assert result.value("D1", "waste") == 5
    assert "'约5', which is not usable" in result.only("correction_set").found


def test_another_old_value_is_held_against_the_text_that_stands_there(correct):
    result, _ = correct(entry(action="set", value=5, old="7"), "D1,2024,waste,约5,,")
    assert result.only("correction_outdated").found == "约5 in the source"


def test_scaling_a_row_that_is_not_there_is_an_error(correct):
    result, _ = correct(entry(action="scale", factor=2, year=2023))
    assert result.only("correction_outdated").found == "no such row"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"action": "double"}, "action 'double'"),
        ({"action": "drop", "reason": '""'}, "no reason"),
        ({"action": "drop", "entity_id": "D9"}, "'D9' is not in the register"),
        ({"action": "drop", "variable": "wast"}, "'wast' is not in params"),
        ({"action": "scale"}, "factor ''"),
        ({"action": "scale", "factor": ".inf"}, "factor '.inf'"),
        ({"action": "set", "value": "many"}, "value 'many'"),
        ({"action": "drop", "expect": "{above: 3}"}, "expect"),
        ({"action": "drop", "colour": "red"}, "unknown key 'colour'"),
        ({"action": "scale", "factor": 0}, "factor '0'"),
        ({"action": "scale", "factor": 10**400}, "no number"),
        ({"action": "drop", "factor": "x"}, "factor with action 'drop'"),
        ({"action": "drop", "year": 20240}, "year '20240'"),
        ({"action": "drop", "year": "true"}, "year 'true'"),
        ({"action": "drop", "variable": "park_area"}, "not of type district"),
        ({"action": "set", "variable": "audit", "value": "pased"}, "value 'pased'"),
        ({"action": "set", "value": -5}, "becomes -5"),
        ({"action": "set", "variable": "firms", "value": 2.5}, "becomes 2.5"),
        ({"action": "set", "variable": "rate", "value": 130}, "becomes 130"),
        ({"action": "set", "variable": "pilot", "value": 2}, "becomes 2"),
        ({"action": "scale", "factor": -1}, "becomes -5000"),
        ({"action": "scale", "factor": 1.0e308}, "becomes inf"),
    ],
)
def test_an_entry_that_cannot_be_used_is_an_error_of_its_entity(correct, keys, told):
    result, _ = correct(entry(**keys))
    assert told in result.only("bad_correction").found
    assert result.value("D1", "waste") == 5000


@pytest.mark.parametrize(
    ("signed", "unsaid"),
    [
        ({}, "by, reported"),
        ({"by": "{name: Wang, role: bureau}"}, "reported"),
        ({"reported": "2025-03-02"}, "by"),
        ({"by": "{name: Wang, role: bureau}", "reported": "2025-03-02"}, ""),
    ],
)
def test_an_entry_that_does_not_say_who_recorded_it_and_when_is_a_warning(correct, signed, unsaid):
    result, _ = correct(entry(action="set", value=5, **signed))
    assert result.value("D1", "waste") == 5
    told = [f.found for f in result.found if f.code == "correction_by_nobody"]
    assert told == ([f"the entry does not say {unsaid}"] if unsaid else [])


@pytest.mark.parametrize("text", ["- {a: b", "just words", "a: 1", "a: 1\na: 2", "- &a [*a"])
def test_a_file_that_is_no_list_stops_the_run(correct, text):
    with pytest.raises(DataError, match="corrections.yml"):
        correct(text)


def test_a_confirmation_of_the_old_form_is_told_and_is_none(correct):
    result, entries = correct(entry(action="confirm", finding="year_on_year"))
    assert entries == () and result.codes("error") == []
    assert "names nobody" in result.only("confirmation_old_form").found


WORD = "{name: Wang, role: statistician, channel: letter, date: 2025-03-02}"
SURVEY = "D1,2024,waste,5000,statistical,"
HEADER = "entity_id,year,variable,value,basis,note\n"


@pytest.fixture
def correct_survey(read, variables, tmp_path) -> Callable[..., object]:
    """The same for rows that state their basis."""

    def do(yaml: str, *rows: str):
        result = read({"2024/observations.csv": HEADER + "".join(f"{row}\n" for row in rows)})
        path = tmp_path / "data/corrections.yml"
        path.write_text(yaml, encoding="utf-8")
        entries = read_corrections(path, result.register, variables, Context(result.log).file(FILE))
        changed = apply_corrections(result.observations, entries, FILE, result.log)
        object.__setattr__(result.reading, "observations", changed)
        return result

    return do


@pytest.mark.parametrize("action", [{"action": "scale", "factor": 0.001}, {"action": "drop"},
                                    {"action": "set", "value": 5}])  # fmt: skip
@pytest.mark.parametrize("lacking", ["on_word_of", "old", "both"])
def test_a_survey_return_is_changed_on_the_respondents_word_alone(correct_survey, action, lacking):
    word = {"on_word_of": WORD, "old": 5000}
    kept = {k: v for k, v in word.items() if lacking not in (k, "both")}
    result = correct_survey(entry(**action, **kept), SURVEY)
    refused = result.only("bad_correction")
    assert "the respondent alone may change" in refused.found and refused.is_open_error
    assert result.value("D1", "waste") == 5000
    result = correct_survey(entry(**action, **word), SURVEY)
    done = result.only(f"correction_{action['action']}")
    assert done.settled == Settlement("Wang", "statistician", "letter", "2025-03-02")
    assert result.value("D1", "waste") == (None if action == {"action": "drop"} else 5)


def test_a_value_added_to_a_survey_return_needs_the_respondents_word_too(correct_survey):
    yaml = entry(action="set", variable="gdp", value=3)
    assert correct_survey(yaml, SURVEY).only("bad_correction").is_open_error
    yaml = entry(action="set", variable="gdp", value=3, on_word_of=WORD, old="absent")
    assert correct_survey(yaml, SURVEY).value("D1", "gdp") == 3


def test_administrative_figures_are_corrected_by_the_bureau(correct_survey):
    rows = (SURVEY, "D1,2024,gdp,9,administrative,", "D2,2024,waste,7,,")
    yaml = entry(action="set", variable="gdp", value=3) + entry(entity_id="D2", action="drop")
    result = correct_survey(yaml, *rows)
    assert result.codes("error") == [] and result.value("D2", "waste") is None


@pytest.mark.parametrize("old", [4999, "missing", "absent", "5,000"])
def test_the_old_value_must_be_the_one_in_the_source(correct, old):
    result, _ = correct(entry(action="set", value=5, old=f"{old!r}"))
    assert result.only("correction_outdated").expected == f"{old}, the entry's old"
    assert result.value("D1", "waste") == 5000


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("{name: Wang}", "role, channel, date"),
        ("Wang", "name, role, channel, date"),
        ("{name: —, role: /, channel: 无, date: 2025-03-02}", "name, role, channel"),
        ("{name: Wang, role: x, channel: letter, date: 2025-02-30}", "'2025-02-30' is not a date"),
        ("{name: Wang, role: x, channel: letter, date: 2025-02-03, phone: 1}", "on_word_of.phone"),
    ],
)
def test_who_says_so_is_named_in_full(correct, statement, told):
    result, _ = correct(entry(action="set", value=5, on_word_of=statement))
    assert told in " ".join(f.found for f in result.found if f.code == "bad_correction")


@pytest.mark.parametrize(
    ("value", "factor", "expected"), [(690, 0.7, 483), (100, 1.1, 110), (29, 100, 2900)]
)
def test_a_count_that_is_scaled_to_a_whole_number_is_whole(value, factor, expected, correct):
    yaml = entry(action="scale", variable="firms", factor=factor)
    result, _ = correct(yaml, f"D1,2024,firms,{value},,")
    assert result.value("D1", "firms") == expected
    assert result.codes("error") == []
