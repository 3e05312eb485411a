"""What stands in the output tree is whole, is what its journal says, and says why it is out of date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.disclosure.documents.kinds import SCORECARD
from cescore.errors import RunError
from cescore.run.files import make_private, write_atomically
from cescore.run.job import PAGES_NAME, Job, Outcome
from cescore.run.tree.lock import HeldByAnother, locked
from cescore.run.tree.store import JOURNAL_NAME, Store

MakeJob = Callable[..., Job]
KEY = {"bundle: record": "aa", "notebook": "bb", "language": "zh"}


def built(store: Store, job: Job, key: dict[str, str] = KEY) -> Outcome:
    """A report published into the store."""
    for name in SCORECARD.files:
        (Path(job.work) / PAGES_NAME / name).write_text(f"{name} of {job.entity_id}")
    return store.publish(job, Outcome(job.entity_id, job.entity_type, "built"), key)


def test_a_report_made_from_the_same_inputs_is_up_to_date(store: Store, job: MakeJob) -> None:
    built(store, job("F1"))
    assert Store.open(store.folder).reasons_to_build("firm/F1", KEY) == ()


@pytest.mark.parametrize("name", KEY)
def test_a_changed_input_is_named(store: Store, job: MakeJob, name: str) -> None:
    built(store, job("F1"))
    assert store.reasons_to_build("firm/F1", {**KEY, name: "other"}) == (f"{name} changed",)


def test_an_altered_output_does_not_count_as_done(store: Store, job: MakeJob) -> None:
    built(store, job("F1"))
    (store.path("firm/F1") / "scorecard.pdf").write_text("another")
    assert store.reasons_to_build("firm/F1", KEY) == ("scorecard.pdf was altered",)


def test_a_lost_output_does_not_count_as_done(store: Store, job: MakeJob) -> None:
    built(store, job("F1"))
    (store.path("firm/F1") / "result.json").unlink()
    assert store.reasons_to_build("firm/F1", KEY) == ("result.json is not there",)


def test_a_report_that_lacks_a_file_is_failed(store: Store, job: MakeJob) -> None:
    outcome = store.publish(job("F1"), Outcome("F1", "firm", "built"), KEY)
    assert outcome.status == "failed"
    assert outcome.cause.startswith("the report has no scorecard.pdf")


def test_a_failed_report_keeps_its_notebook_and_loses_the_page_of_before(
    store: Store, job: MakeJob
) -> None:
    built(store, job("F1"))
    again = job("F1")
    (Path(again.work) / PAGES_NAME / "scorecard.ipynb").write_text("broken at cell 3")
    store.keep_failed(again, Outcome("F1", "firm", "failed", "cell 3: no"))
    folder = store.path("firm/F1")
    assert sorted(p.name for p in folder.iterdir()) == ["FAILED.txt", "scorecard.ipynb"]
    assert (folder / "scorecard.ipynb").read_text() == "broken at cell 3"
    assert (folder / "FAILED.txt").read_text() == "cell 3: no\nLog: ../../logs/firm/F1.log\n"
    assert Store.open(store.folder).reasons_to_build("firm/F1", KEY) == ("not built yet",)


def test_a_report_built_after_a_failure_leaves_no_mark(store: Store, job: MakeJob) -> None:
    store.keep_failed(job("F1"), Outcome("F1", "firm", "failed", "no"))
    built(store, job("F1"))
    assert sorted(p.name for p in store.path("firm/F1").iterdir()) == sorted(SCORECARD.files)


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_a_journal_cut_off_anywhere_never_claims_more_than_stands_there(
    store: Store, job: MakeJob, cut: int
) -> None:
    built(store, job("F1"))
    built(store, job("F2"))
    path = store.folder / JOURNAL_NAME
    path.write_bytes(path.read_bytes()[: -1 - cut])
    assert set(Store.open(store.folder).entries) <= {"firm/F1", "firm/F2"}
    assert "firm/F1" in Store.open(store.folder).entries


def test_a_journal_with_foreign_lines_is_read_as_far_as_it_is_ours(
    store: Store, job: MakeJob
) -> None:
    built(store, job("F1"))
    foreign = b'\xff\xfe\n[1]\n{"name": 1}\n{"key": {}}\n{"name": "firm/F2", "key": 5}\n7\n'
    with (store.folder / JOURNAL_NAME).open("ab") as journal:
        journal.write(foreign)
    assert set(Store.open(store.folder).entries) == {"firm/F1"}


def test_a_folder_is_looked_through_once_however_many_reports_it_holds(
    store: Store, job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"F{number}" for number in range(5)]
    for name in names:
        built(store, job(name))
    looked_through, glob = [], Path.glob
    monkeypatch.setattr(Path, "glob", lambda *of: looked_through.append(of[0]) or glob(*of))
    store.set_aside([f"firm/{name}" for name in names], ["firm"])
    assert looked_through == [store.folder / "firm"]


def test_reports_of_entities_no_longer_there_are_set_aside_and_named(
    store: Store, job: MakeJob
) -> None:
    built(store, job("F1"))
    built(store, job("F2"))
    assert store.set_aside(["firm/F1"], ["firm"]) == ["firm/F2"]
    assert (store.folder / "stale" / "firm" / "F2" / "scorecard.pdf").exists()
    assert not store.path("firm/F2").exists()


def test_nothing_of_the_work_is_left(store: Store, job: MakeJob) -> None:
    built(store, job("F1"))
    store.finish()
    assert sorted(p.name for p in store.folder.iterdir()) == [JOURNAL_NAME, "firm"]


def test_a_second_builder_is_refused_and_the_first_named(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(HeldByAnother, match="process [0-9]+ on .* is building here") as found,
        locked(tmp_path),
    ):
        pass
    assert isinstance(found.value, RunError)
    assert found.value.exit_status == 75
    with locked(tmp_path):
        pass


def test_the_bureaus_tree_is_private(tmp_path: Path) -> None:
    make_private(tmp_path / "output" / "2025")
    assert (tmp_path / "output" / "2025").stat().st_mode & 0o777 == 0o700


def test_a_file_that_cannot_be_written_whole_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(TypeError):
        write_atomically(path, "text, not bytes")  # type: ignore[arg-type]
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
