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
from pathlib import Path

from cescore.intake.address import Address
from cescore.intake.dates import read_date
from cescore.intake.findings import Context, FindingLog
from cescore.intake.register.entities import Register
from cescore.intake.sources.plain_files import is_plain_file
from cescore.intake.wording import phrase, shortened

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
            if is_plain_file(path):
                context = Context(log, Address(f"data/{year}/{FOLDER}/{path.name}"))
                found = _read(path, year, register, context)
                if found is not None:
                    newest[found.entity_id, found.lang] = found
    return tuple(newest.values())


def _read(path: Path, year: int, register: Register, context: Context) -> Prose | None:
    entity_id, lang = path.stem, "zh"
    known = {*register.entities, *register.current_ids}
    if entity_id not in known and entity_id.endswith(ENGLISH):
        entity_id, lang = entity_id.removesuffix(ENGLISH), "en"
    entity_id = register.current_ids.get(entity_id, entity_id)
    if entity_id not in register:
        context.warning("prose_of_nobody")
        return None
    own = Context(FindingLog(), context.at, entity_id, year)
    prose = _parsed(path.read_bytes(), (entity_id, lang), year, own)
    context.log.extend(own.log.found)
    return None if any(f.severity == "error" for f in own.log.found) else prose


def _parsed(raw: bytes, whose: tuple[str, str], year: int, here: Context) -> Prose:
    """The text; everything that is wrong with the file is told."""
    lines = _lines(raw, here)
    is_text = not here.log.found
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
    if is_text and (not lines or lines[0].strip() != "---" or not end):
        here.row(1).error("prose_head", text=shortened(lines[0] if lines else ""))
        end = 0
    head = dict(_pairs(lines[1:end], here))
    for key in ("owner", "date"):
        if end and not head.get(key):
            here.row(1).error("prose_key_absent", key=key)
    about = head.get("year", str(year))
    if not (about.isascii() and about.isdigit() and len(about) == 4 and int(about) <= year):
        here.row(1).error("prose_year", text=shortened(about), year=year)
        about = str(year)
    day = _date(head.get("date", ""), here.row(1))
    text = "\n".join(lines[end + 1 :]).strip()
    if not here.log.found and not 0 < len(text) <= LONGEST:
        here.error("prose_length", n=len(text), most=LONGEST)
    return Prose(*whose, head.get("owner", ""), day, int(about), text)


def _lines(raw: bytes, here: Context) -> list[str]:
    try:
        return raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        here.error("prose_encoding", n=error.start)
        return []


def _pairs(lines: list[str], here: Context) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, start=2):
        key, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or key.strip() not in KEYS:
            here.row(number).error("prose_key", text=shortened(line), keys=KEYS)
        else:
            yield key.strip(), value.strip()


def _date(text: str, here: Context) -> str:
    """The day a text was written on, as 2026-03-10."""
    read = read_date(text) if text else None
    if read is None:
        return ""
    if read.day is None or read.is_serial:
        here.error(
            "bad_date",
            text=shortened(text),
            expected=phrase("date_in", column=phrase("date_column_date")),
        )
        return text
    return read.day.isoformat()
