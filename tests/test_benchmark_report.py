"""What benchmarks write down: the parts that were taken again, and the others as they stood."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.report import END, START, Report


def written(folder: Path, document: Path, **parts: str) -> str:
    report = Report(folder)
    for name, text in parts.items():
        report.begin(name)
        report.say(text)
        report.keep(name, {"said": text})
    report.write(document)
    return document.read_text(encoding="utf-8")


def test_a_part_taken_again_leaves_the_others_as_they_stood(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(f"before\n{START}\n{END}\nafter\n")
    whole = written(tmp_path, document, chain="seven", stages="one", scale="two")
    again = written(tmp_path, document, stages="three")
    assert again == whole.replace("one", "three")
    assert again.startswith("before\n") and again.endswith("\nafter\n")
    figures = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [figures[name]["said"] for name in ("chain", "stages", "scale")] == [
        "seven",
        "three",
        "two",
    ]
