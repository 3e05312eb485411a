"""The word of an entity: read whole, refused with its place, the newest kept."""

from __future__ import annotations

import pytest

from cescore.intake.findings import FindingLog
from cescore.intake.records.prose import LONGEST, read_prose
from cescore.intake.register.entities import Entity, Register

HEAD = "---\nowner: 办公室\ndate: 2026-03-10\n"
REGISTER = Register({e: Entity(e, "park") for e in ("P1", "P2")})


def read(tmp_path, files, years=(2024, 2025)):
    for name, text in files.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    log = FindingLog()
    return read_prose(tmp_path, years, REGISTER, log), log.sorted()


def test_a_text_is_read_with_its_owner_date_and_year(tmp_path) -> None:
    found, log = read(tmp_path, {"2025/prose/P1.md": HEAD + "year: 2024\n---\n正文\n"})
    assert [(p.entity_id, p.lang, p.owner, p.year, p.text) for p in found] == [
        ("P1", "zh", "办公室", 2024, "正文")
    ]
    assert log == ()


def test_the_newest_text_of_each_language_is_kept(tmp_path) -> None:
    found, _ = read(
        tmp_path,
        {"2024/prose/P1.md": HEAD + "---\n旧", "2025/prose/P1.md": HEAD + "---\n新",
         "2024/prose/P1.en.md": HEAD + "---\nold"},
    )  # fmt: skip
    assert {(p.lang, p.year, p.text) for p in found} == {("zh", 2025, "新"), ("en", 2024, "old")}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("no front matter", "front matter"),
        ("---\nowner: a\n---\nx", "no date"),
        (HEAD + "colour: red\n---\nx", "'colour: red'"),
        (HEAD.replace("2026-03-10", "soon") + "---\nx", "'soon'"),
        (HEAD + "year: 2031\n---\nx", "'2031'"),
        (HEAD + "---\n", "0 characters"),
        (HEAD + "---\n" + "x" * (LONGEST + 1), f"{LONGEST + 1} characters"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_printed_is_an_error_of_its_entity(tmp_path, text, named) -> None:
    found, log = read(tmp_path, {"2025/prose/P1.md": text})
    assert found == ()
    assert {(f.severity, f.entity_id, f.file) for f in log} == {
        ("error", "P1", "data/2025/prose/P1.md")
    }
    assert any(named in str(finding) for finding in log)


def test_a_text_of_nobody_is_told_and_stops_nobody(tmp_path) -> None:
    found, log = read(tmp_path, {"2025/prose/README.md": "x"})
    assert found == () and [f.severity for f in log] == ["warning"]
