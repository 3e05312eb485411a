"""Beyond one machine: a cluster's workers make the same bytes, and end the poisoned the same way."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster

from cescore.errors import RunError
from cescore.run.job import Job, Limits
from cescore.run.processes import cluster as driver
from cescore.run.processes.cluster import Cluster, Waits
from cescore.run.processes.cluster_worker import MADE_IN, Told, make_report
from cescore.run.processes.executor import can_fork, open_executor

RENDER = "tests.run.stub_renders:render"
LIMITS = Limits(seconds=8.0, memory_mb=2048, file_mb=4)
ROOMY = Limits(
    seconds=60.0, memory_mb=2048, file_mb=4
)  # for reports that are to be made, however busy it is
CAUSES = {
    "raises": "cell 3: division by zero",
    "bug": "KeyError: 'no such thing' (stub_renders.py, line ",
    "exits": "ended with status 7 and left no result",
    "killed": "ended by SIGKILL",
    "segfaults": "ended by SIGSEGV",
    "hangs": "not done after 8 s",
    "greedy": "needs more than 2048 MB of memory",
    "prints": "File too large",
}
MakeJob = Callable[[str, str], Job]
pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork here")


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, dashboard_address=":0"
    ) as made:
        yield made


def opened(
    workers: LocalCluster,
    *,
    is_shared: bool = False,
    waits: Waits | None = None,
    limits: Limits = LIMITS,
) -> Cluster:
    return Cluster(workers.scheduler_address, RENDER, limits, is_shared=is_shared, waits=waits)


def pages(job: Job) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((Path(job.work) / "pages").iterdir())}


@pytest.mark.parametrize("is_shared", [False, True], ids=["through the task", "shared folder"])
def test_a_cluster_makes_the_same_bytes_as_this_machine(
    workers: LocalCluster, job: MakeJob, is_shared: bool
) -> None:
    texts = {f"firm{i}": f"good {i}" for i in range(5)}
    here = [job(name, text) for name, text in texts.items()]
    with closing(open_executor(2, render=RENDER, limits=ROOMY)) as executor:
        assert all(outcome.status == "built" for outcome in executor.run(here))
    expected = {one.entity_id: pages(one) for one in here}
    there = [job(name, text) for name, text in texts.items()]
    with closing(opened(workers, is_shared=is_shared, limits=ROOMY)) as executor:
        outcomes = list(executor.run(there))
    assert {o.entity_id: o.cause for o in outcomes if o.status != "built"} == {}
    assert sorted(o.entity_id for o in outcomes) == sorted(texts)
    assert {one.entity_id: pages(one) for one in there} == expected


def test_the_poisoned_are_named_as_on_one_machine_and_the_others_are_built(
    workers: LocalCluster, job: MakeJob
) -> None:
    jobs = {name: job(name, name) for name in CAUSES}
    jobs |= {f"good{i}": job(f"good{i}", "good") for i in range(3)}
    with closing(opened(workers)) as executor:
        found = {outcome.entity_id: outcome for outcome in executor.run(jobs.values())}
    assert set(found) == set(jobs)
    for name, cause in CAUSES.items():
        assert found[name].status == "failed"
        assert cause in found[name].cause
    assert {name for name in CAUSES if found[name].may_retry} == {"killed", "hangs"}
    assert all(found[f"good{i}"].status == "built" for i in range(3))
    assert "Traceback" in Path(jobs["bug"].log).read_text()


def test_reports_of_a_worker_that_dies_are_made_by_another(
    workers: LocalCluster, job: MakeJob
) -> None:
    with closing(opened(workers)) as executor:
        outcomes = executor.run([job(f"firm{i}", "good") for i in range(8)])
        first = next(outcomes)
        victims = executor._client.run(os.getpid)
        os.kill(next(iter(victims.values())), signal.SIGKILL)
        rest = list(outcomes)
    assert [o.status for o in (first, *rest)] == ["built"] * 8


def test_a_worker_with_other_code_is_refused_by_name_before_any_report(
    workers: LocalCluster, job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = driver.fingerprint() | {"weasyprint": "69.0", "cescore (code)": "0" * 64}
    monkeypatch.setattr(driver, "fingerprint", lambda: ours)
    with pytest.raises(RunError, match=r"(?s)worker tcp.*cescore \(code\).*weasyprint: .*69\.0"):
        opened(workers)


def test_what_is_compared_names_the_version_of_all_that_sets_a_page() -> None:
    known = driver.fingerprint()
    of_a_page = ("pango", "harfbuzz", "fontconfig", "weasyprint", "distributed")
    assert [name for name in of_a_page if not known[name]] == []


def test_a_worker_that_joins_later_with_other_code_makes_nothing(
    workers: LocalCluster, job: MakeJob
) -> None:
    made = job("firm", "good")
    with closing(opened(workers)) as executor:
        executor.fingerprint = executor.fingerprint | {"pango": "1.0.0"}
        with pytest.raises(RunError, match=r"pango: .*expected 1\.0\.0"):
            list(executor.run([made]))
    assert pages(made) == {}


def told(job: Job, executor: Cluster) -> bytes:
    fields = Told("run", asdict(job), asdict(LIMITS), RENDER, executor.fingerprint, is_shared=True)
    return fields.to_bytes()


def test_a_report_made_twice_at_once_does_not_meet_itself_in_the_shared_folder(
    workers: LocalCluster, job: MakeJob
) -> None:
    made = job("firm", "good")
    with closing(opened(workers, is_shared=True)) as executor:
        given = (told(made, executor), b"good", b"{}", b"")
        submit = executor._client.submit
        twice = [submit(make_report, *given, pure=False) for _ in range(2)]
        folders = {files[MADE_IN] for _, files in executor._client.gather(twice)}
        outcomes = list(executor.run([made]))
    assert len(folders) == 2
    assert [outcome.status for outcome in outcomes] == ["built"]
    assert "scorecard.pdf" in pages(made)
    assert Path(made.log).is_file()


def test_a_worker_that_does_not_see_the_shared_folder_says_so_and_which_it_is(
    workers: LocalCluster, job: MakeJob, tmp_path: Path
) -> None:
    elsewhere = replace(job("firm", "good"), work=str(tmp_path / "elsewhere"))
    with closing(opened(workers, is_shared=True)) as executor:
        given = (told(elsewhere, executor), b"good", b"{}", b"")
        line, _ = executor._client.submit(make_report, *given, pure=False).result()
    (refusal,) = json.loads(line)["refused"]
    assert re.fullmatch(r"worker tcp://.*: .*elsewhere is not seen there; without --.*", refusal)


def test_without_a_scheduler_or_a_worker_the_run_ends_with_a_sentence() -> None:
    quick = Waits(connect=0.5, workers=0.5)
    with pytest.raises(RunError, match="no dask scheduler answers within 0.5 s"):
        Cluster("tcp://127.0.0.1:9", RENDER, LIMITS, waits=quick)
    with pytest.raises(RunError, match=r"no such file"):
        Cluster("nowhere.json", RENDER, LIMITS, waits=quick)
    with (
        LocalCluster(n_workers=0, dashboard_address=":0") as nobody,
        pytest.raises(RunError, match="no worker joined within 0.5 s"),
    ):
        opened(nobody, waits=quick)


def test_what_dask_is_not_set_to_allow_is_said_at_once(tmp_path: Path) -> None:
    address, file = "tls://127.0.0.1:9", tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": address}))
    for given in (address, str(file)):
        with pytest.raises(RunError, match=r"no certificate for this machine; expected ca-file"):
            Cluster(given, RENDER, LIMITS)
    tls = "distributed.comm.tls"
    absent = {f"{tls}.ca-file": str(tmp_path / "absent.pem"), f"{tls}.client.cert": "absent.pem"}
    with (
        dask.config.set(absent),
        pytest.raises(RunError, match=r"cannot use .*absent\.pem.*No such"),
    ):
        Cluster(address, RENDER, LIMITS)
    required = {"distributed.comm.require-encryption": True}
    with dask.config.set(required), pytest.raises(RunError, match="require encryption; use tls"):
        Cluster("tcp://127.0.0.1:9", RENDER, LIMITS)
