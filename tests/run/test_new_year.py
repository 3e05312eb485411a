"""Into a new year: what is made, what is kept, what changed, and nothing overwritten."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from rich.console import Console
from small_city import FIRST, edit_register, make, publish, returns

from cescore.definitions.load import load_definitions
from cescore.errors import DataError
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.run.commands.new_year import new_year
from cescore.run.commands.year_telling import YearAsked, tell_new_year


def begin(root: Path, *, is_dry: bool = False) -> list[tuple[str, str]]:
    return [(s.made, s.path) for s in new_year(root, 2026, 2025, lang="zh", is_dry=is_dry).steps]


def hashes(root: Path) -> dict[str, str]:
    files = (p for p in sorted(root.rglob("*")) if p.is_file())
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


FILES = ["params/history/2025.yml", "params/plans/2026-2026.yml", "params/runs/2026.yml"]


def test_a_new_year_begins_with_its_files_and_keeps_the_old_method(tmp_path: Path) -> None:
    root = make(tmp_path)
    assert begin(root) == [("made", path) for path in (*FILES, "data/2026/", "data/2026/prose/")]
    record = load_definitions(root / "params", 2026).history[2025]
    assert (
        record.frameworks["firm"].indicators["yield_of_energy"].facts["formula"]
        == "output / energy"
    )
    assert (
        record.frameworks["firm"].hash
        == load_definitions(root / "params", 2025).frameworks["firm"].hash
    )


def test_a_second_time_changes_nothing_and_names_what_is_kept(tmp_path: Path) -> None:
    root = make(tmp_path)
    begin(root)
    before = hashes(root)
    assert {made for made, _ in begin(root)} == {"kept"}
    assert hashes(root) == before


def test_what_somebody_put_there_before_is_kept_whatever_it_is(tmp_path: Path) -> None:
    root = make(tmp_path, {"params/runs/2026.yml": "plan: five\nstatus: sample\n"})
    (root / "data/2026").symlink_to(root / "nowhere")
    steps = {path.rstrip("/"): made for made, path in begin(root)}
    assert (steps["params/runs/2026.yml"], steps["data/2026"]) == ("kept", "kept")
    assert steps["data/2026/prose"] == "blocked"
    assert "status: sample" in (root / "params/runs/2026.yml").read_text("utf-8")
    assert not (root / "nowhere").exists()


def test_a_dry_run_says_the_same_and_makes_nothing(tmp_path: Path) -> None:
    root = make(tmp_path)
    before = hashes(root)
    said = begin(root, is_dry=True)
    assert {made for made, _ in said} == {"would_make"} and hashes(root) == before
    assert [path for _, path in begin(root)] == [path for _, path in said]


def test_the_run_file_takes_what_stays_and_leaves_what_was_decided_for_one_year(
    tmp_path: Path,
) -> None:
    root = make(tmp_path)
    begin(root)
    run = load_definitions(root / "params", 2026).run
    assert (run.plan, run.base_year, run.status) == ("2026-2026", 2024, "draft")
    assert (run.issued, run.vintage) == ("", "preliminary")
    assert run.title is not None and run.title.zh == "循环"


def test_within_a_plan_no_other_is_begun(tmp_path: Path) -> None:
    longer = (make(tmp_path) / "params/plans/five.yml").read_text("utf-8")
    root = make(
        tmp_path, {"params/plans/five.yml": longer.replace("last_year: 2025", "last_year: 2029")}
    )
    assert "params/plans/2026-2026.yml" not in [path for _, path in begin(root)]
    assert load_definitions(root / "params", 2026).run.plan == "five"


def test_a_plan_that_is_there_already_is_used_and_none_is_begun_beside_it(tmp_path: Path) -> None:
    plan = "zh: 新规划\nbase_year: 2025\nfirst_year: 2026\nlast_year: 2030\nsource: test\n"
    root = make(tmp_path, {"params/plans/next.yml": plan})
    assert "params/plans/2026-2026.yml" not in [path for _, path in begin(root)]
    assert load_definitions(root / "params", 2026).run.plan == "next"


def test_the_new_plan_loads_with_its_targets_open_and_old_measures_stay_of_the_old_one(
    tmp_path: Path,
) -> None:
    root = make(tmp_path)
    begin(root)
    (root / "data/2026/observations.csv").write_text(returns(2026, **FIRST), "utf-8")
    workspace = Workspace.load(root, 2026)
    assert [f.code for f in workspace.findings if f.severity == "error"] == []
    plan = workspace.definitions.plan
    assert plan is not None and plan.targets == {} and list(plan.undecided) == ["T1"]
    evaluated = evaluate_workspace(workspace)
    assert evaluated.targets["P1"] == () and evaluated.assessments["P1"].total is None
    assert [m.check_id for m in workspace.measures] == ["C1"]


@pytest.mark.parametrize(
    ("year", "before"), [(2025, 2025), (2025, 2026), (2026, 2023), (99999, 2025)]
)
def test_years_without_sense_are_refused(tmp_path: Path, year: int, before: int) -> None:
    with pytest.raises(DataError, match="--from"):
        new_year(make(tmp_path), year, before, lang="zh")


def test_what_the_register_says_of_the_year_is_told(tmp_path: Path) -> None:
    root = make(tmp_path)
    edit_register(
        root,
        "E1,firm,甲,P1,,2025,,", "E1,firm,甲,P2,2026,,,",
        "E2,firm,乙,P1,,2025,,", "E2,firm,乙新,P1,2026,,,",
        "E3,firm,丙,P2,,2025,,",
        "E4,firm,丁,P2,,2025,,", "E5,firm,戊,P2,,2025,,", "E6,firm,丁戊,P2,2026,,E4;E5,",
        "E7,firm,庚,P1,2026,,,",
    )  # fmt: skip
    found = new_year(root, 2026, 2025, lang="zh").changes
    assert {(c.kind, c.entity_id, c.before, c.after) for c in found} == {
        ("moved", "E1", "P1", "P2"), ("renamed", "E2", "乙", "乙新"), ("closed", "E3", "", ""),
        ("closed", "E4", "", "E6"), ("closed", "E5", "", "E6"), ("merged", "E6", "E4, E5", ""),
        ("opened", "E7", "", ""),
    }  # fmt: skip


def test_the_command_says_whether_the_old_year_still_comes_out_as_published(tmp_path: Path) -> None:
    root = make(tmp_path)
    asked = YearAsked(root, 2026, 2025, "en", is_dry=True)

    def said() -> tuple[int, str]:
        console = Console(record=True, soft_wrap=True, quiet=False, file=io.StringIO())
        return tell_new_year(asked, console), console.export_text()

    assert said()[0] == 0 and "no published results" in said()[1]
    publish(root, 2025)
    status, text = said()
    assert status == 0 and "numbers are the same" in text
    (root / "data/2025/observations.csv").write_text(returns(2025, **{**FIRST, "E1": 11}), "utf-8")
    assert said()[0] == 1


def test_a_year_before_the_newest_does_not_claim_to_be_it(tmp_path: Path) -> None:
    root = make(tmp_path)
    (root / "params/runs/2027.yml").write_text("year: 2027\n", "utf-8")
    console = Console(soft_wrap=True, file=io.StringIO(), record=True)
    asked = YearAsked(root, 2026, 2025, "en", is_dry=True, is_older_meant=True)
    assert tell_new_year(asked, console) == 0
    assert "commands without --year still mean 2027" in console.export_text()


def test_a_year_older_than_what_is_there_is_begun_only_where_that_is_meant(tmp_path: Path) -> None:
    root = make(tmp_path)
    (root / "params/runs/2027.yml").write_text("year: 2027\n", "utf-8")
    before = hashes(root)
    with pytest.raises(DataError, match=r"2026 is older than 2027.*2025, 2027.*--from 2025"):
        new_year(root, 2026, 2025, lang="zh")
    assert hashes(root) == before
    assert new_year(root, 2026, 2025, lang="zh", is_older_meant=True).steps[0].made == "made"
    assert begin(root)[0][0] == "kept"  # begun already: said again without asking
