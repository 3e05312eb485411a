"""A plan whose values nobody has set yet, and several plans in one workspace."""

from __future__ import annotations

from pathlib import Path

import pytest
from params_builder import load, problems

PLAN = """
    base_year: {base}
    first_year: {first}
    last_year: {last}
    source: made
    targets:
      T1: {{indicator: reuse, type: level, value: {value}, unit: "%", op: ">=", source: made, tag: P}}
"""


def plan(first: int, value: str = "50") -> str:
    return PLAN.format(base=first - 1, first=first, last=first + 4, value=value)


@pytest.mark.parametrize("word", ["待定", "to be decided", "To be decided"])
def test_a_target_without_a_value_is_undecided_and_held_against_nothing(
    tmp_path: Path, word: str
) -> None:
    files = {"plans/p.yml": plan(2021, word), "runs/2025.yml": "plan: p"}
    found = load(tmp_path, files).plan
    assert found is not None and found.targets == {}
    assert found.undecided["T1"].applies_to == ("town",)


def test_an_undecided_target_must_be_sound_in_all_else(tmp_path: Path) -> None:
    text = plan(2021, "待定").replace("indicator: reuse", "indicator: reus")
    (told,) = problems(tmp_path, {"plans/p.yml": text, "runs/2025.yml": "plan: p"})
    assert told.what == "targets.T1.indicator" and "reuse" in told.expected


def test_another_word_in_place_of_a_value_is_no_number(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, {"plans/p.yml": plan(2021, "soon"), "runs/2025.yml": "plan: p"})
    assert told.what.endswith("T1.value") and told.found == "'soon'"


TWO = {"plans/a.yml": plan(2021), "plans/b.yml": plan(2026), "runs/2025.yml": "plan: a"}


def test_a_year_without_a_file_takes_the_plan_that_it_falls_in(tmp_path: Path) -> None:
    assert [load(tmp_path, TWO, year=y).run.plan for y in (2024, 2025, 2026)] == ["a", "a", "b"]


def test_a_run_file_s_own_word_counts(tmp_path: Path) -> None:
    assert load(tmp_path, {**TWO, "runs/2026.yml": "plan: a"}, year=2026).run.plan == "a"


def test_earlier_years_were_inspected_under_the_plan_they_fall_in(tmp_path: Path) -> None:
    found = load(tmp_path, {**TWO, "runs/2026.yml": "plan: b"}, year=2026)
    plans = [found.plan_in(year) for year in (2024, 2026)]
    assert [p.id if p else "" for p in plans] == ["a", "b"]
