"""Rules that look at other entities: what adds up, what does not, and what a finding says of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cescore.definitions.model import BuiltInChecks, CheckRule
from cescore.intake.checks.checks import Checked, check
from cescore.intake.observations.panel import build_panels

REGISTER = """entity_id,entity_type,parent_id,counted_in,valid_from,valid_to
C1,city,,,,
D1,district,C1,,,
D2,district,C1,,,
DX,district,C1,D1,,
P1,park,D1,,,
P2,park,P1,,,
F1,firm,P1,,,
F2,firm,P2,,,
F3,firm,DX,,,
F4,firm,D2,,,
F9,firm,P1,,,2023
"""
HEADER = "entity_id,year,variable,value,status\n"


def padded(row: str) -> str:
    return row if row.count(",") == 4 else f"{row},"


@pytest.fixture
def ask(read, variables) -> Callable[..., dict[str, str]]:
    """What a rule that never holds says it found in 2024, by entity: `waste` is negative nowhere."""

    def do(rule: str, *rows: str) -> dict[str, str]:
        result = read(
            {"observations.csv": HEADER + "\n".join(map(padded, rows)) + "\n"},
            register=REGISTER,
        )
        assert result.codes("error") == []
        layout = build_panels(
            result.register, result.observations, variables, (2023, 2024), tiled_by={}
        )
        one = CheckRule(id="W3", rule=rule, executable=rule, severity="soft", en="across")
        checked = Checked(
            variables, [one], BuiltInChecks(), {}, {}, base_year=2023, register=result.register
        )
        found = check(layout, checked)
        return {f.entity_id: f.found for f in found if f.code == "W3" and f.year == 2024}

    return do


FIRMS = tuple(f"F{i},2024,waste,{10**i}" for i in (1, 2, 3, 4))


def test_members_are_added_up_however_deep_they_lie(ask):
    found = ask("sum_over(firm, waste) < 0", *FIRMS)
    # DX is counted in D1, so its firm is in D1's figures too
    sums = {k: float(v.split(" = ")[1].split(" ")[0]) for k, v in found.items()}
    assert sums == {"C1": 11110, "D1": 1110, "D2": 10000, "DX": 1000, "P1": 110, "P2": 100}


def test_what_is_counted_in_a_body_is_added_to_that_one_and_to_no_other(ask):
    rows = ("D1,2024,waste,10", "D2,2024,waste,5", "DX,2024,waste,4")
    found = ask("sum_over(district, waste) < 0", *rows)
    assert found["C1"].startswith("sum_over(district, waste) = 15 (")
    assert found["D1"].startswith("sum_over(district, waste) = 4 (")


def test_a_park_inside_a_park_is_not_added_beside_it(ask):
    found = ask("sum_over(park, waste) < 0", "P1,2024,waste,7", "P2,2024,waste,3")
    assert {k: v.split(" (")[0].rpartition(" = ")[2] for k, v in found.items()} == {
        "C1": "7", "D1": "7", "P1": "3",
    }  # fmt: skip


def test_a_sum_is_unknown_while_one_is_missing_and_the_known_part_is_asked_for_by_name(ask):
    assert "C1" not in ask("sum_over(firm, waste) < 0", *FIRMS[:3])
    assert ask("sum_known(firm, waste) < 0", *FIRMS[:3])["C1"].startswith(
        "sum_known(firm, waste) = 1110 ("
    )


def test_what_does_not_apply_is_no_gap_and_an_entity_of_other_years_is_not_asked_for(ask):
    rows = (*FIRMS[:3], "F4,2024,waste,,not_applicable")
    assert "sum_over(firm, waste) = 1110" in ask("sum_over(firm, waste) < 0", *rows)["C1"]


def test_members_are_counted_with_or_without_a_value(ask):
    found = ask("count_of(firm) - count_known(firm, waste) > 99 or waste < 0", "C1,2024,waste,1")
    assert found["C1"] == ("waste = 1, count_of(firm) = 4, count_known(firm, waste) = 0")


def test_the_figure_of_the_body_around_can_be_asked_for(ask):
    found = ask("waste <= in_body(district, waste)", "P1,2024,waste,7", "D1,2024,waste,5",
                "F4,2024,waste,9")  # fmt: skip
    assert list(found) == ["P1"]  # D2, around F4, returned nothing
    assert found["P1"].startswith("waste = 7, in_body(district, waste) = 5")


def test_a_finding_names_the_entities_added_with_their_places(ask):
    found = ask("waste >= sum_known(firm, waste)", *FIRMS, "P1,2024,waste,50")
    assert found["P1"] == (
        "waste = 50, sum_known(firm, waste) = 110"
        " (F2 100 [data/observations.csv:3], F1 10 [data/observations.csv:2])"
    )


def test_a_type_that_nobody_is_of_leaves_the_rule_unknown(ask):
    assert ask("sum_over(shop, waste) < 0", *FIRMS) == {}
