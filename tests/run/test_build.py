"""The build as a whole, on a small workspace and with a stand-in for the page."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.making.bundles import Bundler
from cescore.errors import RunError
from cescore.run.asked import Asked
from cescore.run.building.build import build
from cescore.run.commands.checking import check
from cescore.run.commands.planning import plan
from cescore.run.job import Limits
from cescore.run.processes.executor import can_fork, open_executor
from cescore.run.tree.lock import locked
from cescore.run.tree.manifest import read_manifest
from cescore.run.tree.store import JOURNAL_NAME
from tests.run.in_this_process import Forked, forked

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "tests" / "unseen" / "workspace"
RENDER = "tests.run.stub_renders:render"
Build = Callable[..., tuple[int, str]]
needs_fork = pytest.mark.skipif(not can_fork(), reason="no fork here")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "hospitals"
    shutil.copytree(WORKSPACE, root)
    return root


@pytest.fixture
def run(root: Path) -> Iterator[Build]:
    """Builds the workspace; returns the exit status and what was printed."""
    with closing(open_executor(2, render=RENDER, limits=Limits(seconds=10))) as executor:

        def once(only: str = "", force: bool = False) -> tuple[int, str]:
            console = Console(file=io.StringIO(), width=200)
            status = build(Asked(root, 2023, only, "en", force), executor, console)
            return status, console.file.getvalue()  # type: ignore[attr-defined]

        yield once


def planned(root: Path) -> str:
    console = Console(file=io.StringIO(), width=200)
    assert plan(Asked(root, 2023, lang="en"), console) == 0
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def output(root: Path) -> Path:
    return root / "output" / "2023-en"


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of the tree but logs, the journal's order and the lock."""
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted(output(root).rglob("*"))
        if p.is_file() and "logs" not in p.parts and not p.name.startswith(".")
    }


def edit(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_entity_is_accounted_for(root: Path, run: Build) -> None:
    status, said = run()
    assert status == 0
    assert "4 built + 0 up to date + 0 failed + 0 skipped = 4 entities" in said
    assert f"reports: {output(root) / 'index.html'}" in said


def test_a_second_run_builds_nothing_and_changes_no_byte(root: Path, run: Build) -> None:
    run()
    before = snapshot(root)
    status, said = run()
    assert status == 0
    assert "0 built + 4 up to date + 0 failed + 0 skipped" in said
    assert snapshot(root) == before


def test_only_builds_what_it_names_and_counts_the_others_as_skipped(root: Path, run: Build) -> None:
    _, said = run(only="hospital/H[12]")
    assert "2 built + 0 up to date + 0 failed + 2 skipped = 4" in said
    assert "not built this time" in (output(root) / "index.html").read_text(encoding="utf-8")


def test_only_that_matches_nothing_is_refused(run: Build) -> None:
    with pytest.raises(RunError, match="nothing to build: no entity of 2023 matches --only 'X'"):
        run(only="X")


def test_a_changed_return_rebuilds_its_report_and_plan_says_why(root: Path, run: Build) -> None:
    run()
    assert "0 to build, 4 up to date" in planned(root)
    edit(root, "data/2023/observations.csv", "H1,2023,bed_days,50440", "H1,2023,bed_days,50441")
    said = planned(root)
    assert "files that changed since the last build: data/2023/observations.csv" in said
    assert "build hospital/H1: what was evaluated changed, figures received" in said
    assert "1 report: figures received" in said  # others by what is learnt from all
    assert "build hospital/H4" not in said
    to_build = int(said.splitlines()[-1].split()[0])
    assert f"{to_build} built + {4 - to_build} up to date" in run()[1]


def test_a_changed_weight_rebuilds_all_and_plan_says_why(root: Path, run: Build) -> None:
    run()
    text = (root / "params/frameworks/hospital.yml").read_text(encoding="utf-8")
    spot = text.index("weight:", text.index("indicators:"))
    (root / "params/frameworks/hospital.yml").write_text(
        text[:spot] + text[spot:].replace("weight: ", "weight: 1", 1), encoding="utf-8"
    )
    assert "4 reports: its framework changed" in planned(root)


def test_a_blocked_entity_fails_by_name_and_the_others_are_built(root: Path, run: Build) -> None:
    run()
    edit(root, "data/2023/observations.csv", "H1,2023,bed_days,50440", "H1,2023,bed_days,about 50")
    status, said = run()
    assert status == 1
    assert "failed hospital/H1: its data cannot be evaluated" in said
    assert "observations.csv" in said and "about 50" in said
    assert "1 failed" in said
    assert not (output(root) / "hospital/H1/scorecard.pdf").exists()
    assert (output(root) / "hospital/H1/FAILED.txt").read_text().startswith("its data cannot")


def test_rows_that_belong_to_nobody_fail_no_report_and_are_not_passed_over(
    root: Path, run: Build
) -> None:
    with (root / "data/2023/observations.csv").open("a", encoding="utf-8") as stream:
        stream.write("H9,2023,bed_days,5\n")
    status, printed = run()
    assert status == 1
    assert "4 built" in printed and "unknown_entity: 'H9'" in printed
    assert "1 error above concerns no report" in printed


def test_an_entity_type_without_a_framework_is_counted_as_skipped(root: Path, run: Build) -> None:
    with (root / "data/entities.csv").open("a", encoding="utf-8") as stream:
        stream.write("R1,region,Hill Country\n")
    status, printed = run()
    assert status == 0
    assert "1 of type region without a framework" in printed
    assert "4 built + 0 up to date + 0 failed + 1 skipped = 5 entities" in printed


def test_an_entity_whose_bundle_cannot_be_made_fails_alone(
    run: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Bundler.bundle

    def broken(bundler: Bundler, entity_id: str) -> Bundle:
        if entity_id == "H2":
            raise ZeroDivisionError("no such number")
        return whole(bundler, entity_id)

    monkeypatch.setattr(Bundler, "bundle", broken)
    status, printed = run()
    assert status == 1
    assert "failed hospital/H2: ZeroDivisionError: no such number (test_build.py, line" in printed
    assert "3 built + 0 up to date + 1 failed" in printed


def test_the_manifest_holds_the_hash_of_every_input_and_output(root: Path, run: Build) -> None:
    run()
    manifest = read_manifest(output(root))
    assert manifest["is_consistent"]
    assert "data/2023/observations.csv" in manifest["inputs"]
    assert "params/frameworks/hospital.yml" in manifest["inputs"]
    assert set(manifest["reports"]) == {f"hospital/H{i}" for i in (1, 2, 3, 4)}
    assert set(manifest["reports"]["hospital/H1"]["outputs"]) == {
        "scorecard.pdf",
        "scorecard.html",
        "scorecard.ipynb",
        "result.json",
    }
    assert set(manifest["outputs"]) == {
        *("results.csv", "results.xlsx", "uncertainty.csv", "findings.csv", "index.html"),
    }
    assert str(root) not in json.dumps(manifest)


def test_an_entity_that_left_the_register_has_its_report_set_aside(root: Path, run: Build) -> None:
    run()
    lines = (root / "data/entities.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("H4")]
    (root / "data/entities.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    for year in ("2022", "2023"):
        path = root / "data" / year / "observations.csv"
        rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text(
            "\n".join(r for r in rows if not r.startswith("H4")) + "\n", encoding="utf-8"
        )
    _, said = run()
    assert "set aside hospital/H4: no longer an entity of 2023" in said
    assert (output(root) / "stale/hospital/H4/scorecard.pdf").exists()


def test_check_names_each_finding_and_accounts_for_every_row(root: Path) -> None:
    edit(root, "data/2023/observations.csv", "H1,2023,bed_days,50440", "H1,2023,bed_days,about 50")
    console = Console(file=io.StringIO(), width=200)
    assert check(Asked(root, 2023, lang="en"), console) == 1
    said: str = console.file.getvalue()  # type: ignore[attr-defined]
    assert "data/2023/observations.csv, row" in said
    assert "44 rows read = 42 accepted + 1 rejected + 0 blank + 1 header" in said


COMMAND = ("--year", "2023", "--lang", "en", "--jobs", "1", "--root")


def command(root: Path) -> Forked:
    """The command under way, with pages that take their time."""
    return forked([*COMMAND, str(root)], root.parent, "tests.run.stub_renders:slow_render")


def started(root: Path) -> Forked:
    """The command under way, its first report built and in the journal."""
    process = command(root)
    deadline = time.monotonic() + 120  # seconds, on a machine with other work
    journal = output(root) / JOURNAL_NAME
    while not (journal.exists() and b"hospital/" in journal.read_bytes()):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return process


@needs_fork
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_build_and_the_next_goes_on(
    root: Path, run: Build, number: signal.Signals
) -> None:
    process = started(root)
    process.send_signal(number)
    _, complaint = process.communicate(timeout=60)  # seconds, on a machine with other work
    assert process.returncode == 130
    assert complaint == b"interrupted; the same command goes on where it stopped\n"
    status, said = run()
    assert status == 0
    entities = next(line for line in said.splitlines() if " = 4 entities" in line)
    assert "up to date" in entities and " 0 up to date" not in entities


@needs_fork
def test_a_killed_build_goes_on_to_the_same_bytes(root: Path, run: Build) -> None:
    process = started(root)
    process.kill()
    process.communicate()
    status, _ = run()
    assert status == 0
    resumed = snapshot(root)
    shutil.rmtree(output(root))
    run()
    assert snapshot(root) == resumed


@needs_fork
def test_a_second_build_of_the_same_output_exits_75_and_names_the_first(root: Path) -> None:
    output(root).mkdir(parents=True)
    with locked(output(root)):
        second = command(root)
        _, complaint = second.communicate()
    assert second.returncode == 75
    assert f"process {os.getpid()} on " in complaint.decode()
    assert b"Traceback" not in complaint
