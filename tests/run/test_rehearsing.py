"""A press learns from a specimen, once it has many reports of a type, and from nothing else."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from publish import builders

from cescore.definitions.shipped import NOTEBOOKS
from cescore.publish import previewed, rehearsal
from cescore.publish.render import render
from cescore.run.job import BUNDLE_NAME, Job, Limits
from cescore.run.processes import rehearsing
from cescore.run.processes.child import Render
from cescore.run.processes.executor import can_fork
from cescore.run.processes.press import Press
from cescore.run.processes.rehearsing import MANY, Rehearsals

PAGE = "<html ><body></body></html>"
LETTERS = (0x673A, 0x5BC6, 0x6C34, 0x6CE5, 0x5382)  # of a name that stands nowhere as text


def job(number: int, folder: Path, entity_type: str = "district") -> Job:
    work = folder / f"{entity_type}-{number}"
    notebook = str(NOTEBOOKS / "district.ipynb")
    return Job(str(number), entity_type, str(work), notebook, "zh", str(work / "log"))


def test_a_type_is_rehearsed_once_when_there_are_many_of_it(tmp_path: Path) -> None:
    rehearsals = Rehearsals.of(render)
    found = [rehearsals.before(job(n, tmp_path)) for n in range(3 * MANY)]
    (specimen,) = [made for made in found if made is not None]
    assert found.index(specimen) == MANY
    assert rehearsals.is_specimen(specimen) and not rehearsals.is_specimen(job(MANY, tmp_path))
    assert rehearsals.sources == {specimen.work: job(MANY, tmp_path).work}
    assert rehearsals.before(job(0, tmp_path, "park")) is None
    rehearsals.forget(specimen)
    assert not Path(specimen.work).exists()


def test_another_render_or_a_kernel_is_not_rehearsed(tmp_path: Path) -> None:
    jobs = [job(n, tmp_path) for n in range(2 * MANY)]
    assert [Rehearsals(False).before(one) for one in jobs] == [None] * len(jobs)


def test_what_cannot_be_learnt_is_said_and_leaves_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rehearsals = Rehearsals.of(render)
    for n in range(MANY + 1):
        specimen = rehearsals.before(job(n, tmp_path))
    assert specimen is not None
    rehearsals.learn(specimen, "cell 3 failed")
    assert capfd.readouterr().err == "no specimen of district: cell 3 failed\n"
    assert not Path(specimen.work).exists() and not rehearsals.sources


def left(folder: Path, page: str) -> Job:
    """A job whose work folder holds a page for the press."""
    made = job(1, folder)
    Path(made.work).mkdir(exist_ok=True)
    (Path(made.work) / previewed.PAGE_NAME).write_text(page, encoding="utf-8")
    return made


def test_only_the_press_of_a_watched_report_learns_from_the_page_of_it(tmp_path: Path) -> None:
    for made, expected in (
        (previewed.render_anew, PAGE),
        (previewed.render, ""),
        (previewed.render_trial, ""),
        (render, ""),
    ):
        assert Rehearsals.of(made).page_left(left(tmp_path, PAGE)) == expected


@pytest.mark.parametrize("odd", ["x" * 1_000_001, '<img src="data:image/png;base64,">'])
def test_a_watched_page_is_learnt_within_the_limits_of_a_specimen(tmp_path: Path, odd: str) -> None:
    assert Rehearsals.of(previewed.render_anew).page_left(left(tmp_path, PAGE + odd)) == ""


def test_a_watched_page_that_cannot_be_learnt_is_said_and_the_press_goes_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    nowhere = replace(job(1, tmp_path), templates=str(tmp_path / "fonts.json"))
    (tmp_path / "fonts.json").mkdir()
    (tmp_path / "fonts.json/fonts").mkdir()
    (tmp_path / "fonts.json/fonts/fonts.json").write_text("[", encoding="utf-8")
    Rehearsals.of(previewed.render_anew).learn_again(nowhere, PAGE)
    assert capfd.readouterr().err.startswith("nothing learnt of 1: ")


def named(*letters: int) -> str:
    return "".join(map(chr, letters))


def write_secret_bundle(path: Path) -> None:
    """A respondent's bundle, written by a process of its own: this one is forked into a press."""
    pid = os.fork()
    if pid == 0:
        card = builders.bundle().entity.model_copy(update={"name_zh": named(*LETTERS)})
        path.write_bytes(builders.bundle(entity=card).to_bytes())
        os._exit(0)
    assert os.waitpid(pid, 0) == (pid, 0)


def pressed(jobs: Sequence[Job], render: Render = render) -> tuple[list[dict[str, Any]], bytes]:
    """The outcomes of a press of our own, one report at a time, and its memory afterwards."""
    (source, asking), (answers, sink), (dumped, dump) = os.pipe(), os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        rehearsing.MANY = 1
        for handle in (asking, answers, dumped):
            os.close(handle)
        rehearsal.preload()
        Press(render, 1, Limits()).serve(source, sink)
        with os.fdopen(dump, "wb") as file:
            file.write(memory())
        os._exit(0)
    for handle in (source, sink, dump):
        os.close(handle)
    os.write(asking, b"".join(one.to_line() for one in jobs))
    with os.fdopen(answers, "rb") as lines:
        told = [json.loads(lines.readline()) for _ in jobs]
        os.close(asking)
    with os.fdopen(dumped, "rb") as file:
        held = file.read()
    os.waitpid(pid, 0)
    return told, held


def memory() -> bytes:
    """All that this process could write to."""
    places = re.findall(r"^(\w+)-(\w+) rw", Path("/proc/self/maps").read_text(), re.MULTILINE)
    parts = []
    with Path("/proc/self/mem").open("rb", buffering=0) as file:
        for start, end in places:
            file.seek(int(start, 16))
            parts.append(file.read(int(end, 16) - int(start, 16)))
    return b"".join(parts)


@pytest.mark.soak
@pytest.mark.skipif(not can_fork(), reason="no fork here")
def test_after_it_has_learnt_a_press_holds_no_respondent_and_makes_the_same_bytes(
    tmp_path: Path,
) -> None:
    jobs = [job(n, tmp_path) for n in range(3)]
    for one in jobs:
        Path(one.work).mkdir()
        write_secret_bundle(Path(one.work) / BUNDLE_NAME)
    told, held = pressed(jobs)
    assert [one["status"] for one in told] == ["built"] * 3
    before, _, after = (one["record"]["outputs"]["scorecard.pdf"] for one in told)
    assert before == after
    assert named(0x6837, 0x5F20).encode("utf-16-le") in held, "it has learnt from the specimen"
    respondent = named(*LETTERS)
    assert respondent.encode("utf-16-le") not in held and respondent.encode() not in held


@pytest.mark.soak
@pytest.mark.skipif(not can_fork(), reason="no fork here")
def test_a_watched_report_is_the_same_bytes_before_and_after_its_press_has_learnt(
    tmp_path: Path,
) -> None:
    jobs = [job(n, tmp_path) for n in range(2)]
    for one in jobs:
        Path(one.work).mkdir()
        write_secret_bundle(Path(one.work) / BUNDLE_NAME)
    told, held = pressed(jobs, previewed.render_anew)
    first, again = (one["record"]["outputs"] for one in told)
    assert first == again
    assert named(*LETTERS).encode() in held, "it has learnt from the report"
