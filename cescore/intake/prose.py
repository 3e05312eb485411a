"""The word of the entity itself: one short text per entity and year, with its author and date.

``data/<year>/prose/<entity_id>.md`` (and ``<entity_id>.en.md`` for English pages) opens with front
matter::

    ---
    owner: 辽源高新区管委会
    date: 2026-03-10
    year: 2025
    ---

What follows is printed as paragraphs and lists; any other markup is printed as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cescore.intake.entities import Register
from cescore.intake.findings import FindingLog, quoted

FOLDER = "prose"
LONGEST = 4000  # characters of text: a statement, not a report in the report
KEYS = ("owner", "date", "year")
ENGLISH = ".en"


@dataclass(frozen=True)
class Prose:
    """A text as received; `year` is the year it speaks of."""

    entity_id: str
    lang: str
    owner: str
    date: str
    year: int
    text: str


def read_prose(
    root: Path, years: Iterable[int], register: Register, log: FindingLog
) -> tuple[Prose, ...]:
    """The texts of all year folders, the newest of each entity and language.

    A file that cannot be printed as it should is an error of its entity: a report that leaves out
    what its owner said would pass for one that was asked for.
    """
    newest: dict[tuple[str, str], Prose] = {}
    for year in sorted(years):
        folder = root / "data" / str(year) / FOLDER
        for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
            found = _read(path, f"data/{year}/{FOLDER}/{path.name}", year, register, log)
            if found is not None:
                newest[found.entity_id, found.lang] = found
    return tuple(newest.values())


def _read(path: Path, name: str, year: int, register: Register, log: FindingLog) -> Prose | None:
    entity_id, lang = path.stem, "zh"
    if entity_id not in register and entity_id.endswith(ENGLISH):
        entity_id, lang = entity_id.removesuffix(ENGLISH), "en"
    if entity_id not in register:
        log.add(
            "warning", "prose", file=name, found="no entity of that id", expected="<entity_id>.md"
        )
        return None
    wrong: list[tuple[str, str, str]] = []
    prose = _parsed(path.read_bytes(), entity_id, lang, year, wrong)
    for place, found, expected in wrong:
        log.add(
            "error", "prose", file=name, place=place, entity_id=entity_id, year=year,
            found=found, expected=expected,
        )  # fmt: skip
    return None if wrong else prose


def _parsed(
    raw: bytes, entity_id: str, lang: str, year: int, wrong: list[tuple[str, str, str]]
) -> Prose:
    """The text; everything that is wrong with the file goes to `wrong` as place, found, expected."""
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        wrong.append(("", f"byte {error.start} is not UTF-8", "UTF-8 text"))
        lines = []
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
    if not wrong and (not lines or lines[0].strip() != "---" or not end):
        wrong.append(
            ("row 1", quoted(lines[0] if lines else ""), "front matter between two lines ---")
        )
        end = 0
    head = dict(_pairs(lines[1:end], wrong))
    absent = [key for key in ("owner", "date") if end and not head.get(key)]
    wrong += [("row 1", f"no {key}", f"{key}: in the front matter") for key in absent]
    _check_date(head.get("date", ""), wrong)
    about = head.get("year", str(year))
    if not (about.isdigit() and len(about) == 4 and int(about) <= year):
        wrong.append(("row 1", f"year: {quoted(about)}", f"a year up to {year}"))
        about = str(year)
    text = "\n".join(lines[end + 1 :]).strip()
    if not wrong and not 0 < len(text) <= LONGEST:
        wrong.append(("", f"{len(text)} characters of text", f"1 to {LONGEST}"))
    return Prose(entity_id, lang, head.get("owner", ""), head.get("date", ""), int(about), text)


def _pairs(lines: list[str], wrong: list[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, start=2):
        key, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or key.strip() not in KEYS:
            wrong.append((f"row {number}", quoted(line), f"one of {', '.join(KEYS)} with a colon"))
        else:
            yield key.strip(), value.strip()


def _check_date(text: str, wrong: list[tuple[str, str, str]]) -> None:
    try:
        date.fromisoformat(text or "2000-01-01")
    except ValueError:
        wrong.append(("row 1", f"date: {quoted(text)}", "a date such as 2026-03-10"))
