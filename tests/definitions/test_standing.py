"""What params still say though its time is over, or though nothing asks for it."""

from __future__ import annotations

from pathlib import Path

from params_builder import FILES, load, write

from cescore.definitions.load import load_definitions
from cescore.definitions.standing import has_plan_ended, unused_variables

PLAN = "source: made\nbase_year: {base}\nfirst_year: {first}\nlast_year: {last}\n"


def of_period(folder: Path, base: int, first: int, last: int) -> Path:
    plan = PLAN.format(base=base, first=first, last=last)
    return write(folder, **{"plans/p.yml": plan, "runs/2025.yml": "plan: p"})


def test_a_variable_that_nothing_asks_for_is_unused(tmp_path: Path) -> None:
    more = FILES["variables.yml"] + "    sand: {unit: t}\n        clay: {unit: t}\n"
    files = {"variables.yml": more, "checks.yml": "rules: {A: {rule: clay >= 0, severity: hard}}"}
    assert unused_variables(load(tmp_path, files)) == ("site", "sand")


def test_what_only_a_picture_an_estimate_or_a_range_asks_for_is_used(tmp_path: Path) -> None:
    estimate = "estimate: {formula: clay * 2, source: x, tag: P}"
    more = (
        FILES["variables.yml"] + f"    sand: {{unit: t, {estimate}}}\n        clay: {{unit: t}}\n"
    )
    flow = "{start: a, end: b, codes: [sand]}"
    page = (
        f"flows: {{f: {{unit: t, nodes: {{a: {{zh: 甲, column: 0}}, b: {{zh: 乙, column: 1}}}},"
        f" links: [{flow}]}}}}"
    )
    assert unused_variables(load(tmp_path, {"variables.yml": more, "page.yml": page})) == ("site",)


def test_a_plan_that_ended_before_the_year_evaluated_has_ended(tmp_path: Path) -> None:
    assert has_plan_ended(load_definitions(of_period(tmp_path / "a", 2020, 2021, 2024), 2025))
    assert not has_plan_ended(load_definitions(of_period(tmp_path / "b", 2020, 2021, 2025), 2025))
