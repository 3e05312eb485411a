"""How far a build is: for people, for logs, for other programs."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from cescore.run.job import Outcome
from cescore.run.telling.progress import Form, Tally, display, failure_lines, write_end

OUTCOMES = [
    Outcome("F1", "firm", "built", seconds=1.5, record={"seconds": {"print": 1.0}}),
    Outcome("F2", "firm", "failed", "cell 3: no such thing", seconds=1.0),
    Outcome("F3", "firm", "up_to_date"),
]


def shown(form: str) -> str:
    console = Console(file=io.StringIO(), width=200)
    with display(len(OUTCOMES), console, form) as told:
        for outcome in OUTCOMES:
            told(outcome)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_json_tells_each_outcome_in_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("json") == ""
    begin, built, failed, same = map(json.loads, capsys.readouterr().out.splitlines())
    assert begin == {"event": "begin", "total": 3}
    assert (built["name"], built["status"], built["stages"]) == ("firm/F1", "built", {"print": 1.0})
    assert (failed["cause"], failed["failed"]) == ("cell 3: no such thing", 1)
    assert (same["done"], same["total"], same["seconds_left"]) == (3, 3, 0)


def test_the_last_line_of_json_counts_and_names_the_failures() -> None:
    stream = io.StringIO()
    write_end(OUTCOMES, 2.0, stream)
    end = json.loads(stream.getvalue())
    assert (end["event"], end["built"], end["failed"]) == ("end", 1, 1)
    assert end["failures"] == ["firm/F2"]


@pytest.mark.parametrize("form", ["auto", "quiet", "lines"])
def test_a_failure_is_told_at_once_with_its_cause(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert "failed firm/F2: cell 3: no such thing" in shown(form)


def test_ci_hears_of_failures_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cescore.run.telling.progress.EVERY_SECONDS", 0.0)
    monkeypatch.delenv("CI", raising=False)
    assert "2 of 2 reports" in shown(Form.auto)
    monkeypatch.setenv("CI", "true")
    assert shown(Form.auto) == "failed firm/F2: cell 3: no such thing\n"


def test_what_needs_no_building_is_not_counted() -> None:
    tally = Tally(total=10)
    tally.began -= 60
    for n in range(6):
        tally.add(Outcome(f"F{n}", "firm", "up_to_date"))
    tally.add(Outcome("F7", "firm", "failed", "its data cannot be evaluated"))
    assert (tally.to_build, tally.seconds_left) == (3, None)
    tally.add(Outcome("F8", "firm", "built", seconds=1.0))
    assert (tally.tried, tally.to_build) == (1, 3)
    assert tally.seconds_left == pytest.approx(120, rel=0.1)


def test_a_failure_names_the_notebook_to_open() -> None:
    outcome = Outcome("F2", "firm", "failed", "cell 3: no", notebook="output/F2/scorecard.ipynb")
    assert "output/F2/scorecard.ipynb" in "\n".join(failure_lines(outcome, "en"))
