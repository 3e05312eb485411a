"""Reading the register: entities.csv row by row, each entity's rows put in order of their years."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cescore.errors import DataError, Sentence
from cescore.intake.dates import read_date
from cescore.intake.findings import Context, FindingLog, Severity
from cescore.intake.notation import (
    MISSING_MARKS,
    bad_id,
    clean,
    doubtful_credit_code,
    folded,
    is_spreadsheet_error,
)
from cescore.intake.register.bodies import by_current_ids, with_sound_bodies
from cescore.intake.register.entities import Entity, Register
from cescore.intake.register.stages import Row, in_stages
from cescore.intake.register.succession import read_former_ids, read_origins, sound_succession
from cescore.intake.sources.accounting import RowCount
from cescore.intake.sources.columns import ColumnLayout
from cescore.intake.sources.csv_table import CsvTable, read_csv
from cescore.intake.sources.decode import restored
from cescore.intake.sources.plain_files import is_plain_file, is_there
from cescore.intake.wording import phrase, shortened

SHARED = (
    "entity_type",
    "parent_id",
    "counted_in",
    "same_as",
    "holding_id",
    "industry",
)  # few words, many rows
LISTS = ("formed_from", "former_ids")  # columns with several ids in a cell
PERIOD = ("valid_from", "valid_to")
LONGEST_NAME = 500  # characters; a longer one is named, and printed wrapped
NO_NAME = 2000  # characters; what is longer is no name, and refused before a page is laid out
_TRUE = frozenset(["1", "true", "yes", "y", "是"])
_FALSE = frozenset(["", "0", "false", "no", "n", "否"])

LAYOUT = ColumnLayout(
    required=("entity_id", "entity_type"),
    optional=(
        "name_zh",
        "name_en",
        "parent_id",
        "counted_in",
        "same_as",
        "holding_id",
        "industry",
        "valid_from",
        "valid_to",
        "is_synthetic",
        "formed_from",
        "former_ids",
    ),
    synonyms={
        "单位代码": "entity_id",
        "类型": "entity_type",
        "单位名称": "name_zh",
        "行业": "industry",
    },
)


def read_register(path: Path, file: str, log: FindingLog) -> tuple[Register, RowCount]:
    """The register of a workspace; rows that cannot be used are findings.

    Raises
    ------
    DataError
        There is no file, or no table in it: without a register nothing can be evaluated.
    """
    if not is_there(path):
        raise DataError(Sentence("{file}: there is no register of entities", file=file))
    if not is_plain_file(path):
        raise DataError(
            Sentence("{file}: found a link, a folder or a device, expected a file", file=file)
        )
    context = Context(log).file(file)
    table = read_csv(path, LAYOUT, context)
    if table.refused or not len(table):
        told = "; ".join(str(f) for f in log.found if f.file == file and f.severity == "error")
        raise DataError(
            Sentence(
                "{file}: the register cannot be read: {told}",
                file=file,
                told=told or "no row can be used",
            )
        )
    staged = in_stages(_read_rows(table, context), context)
    if not staged.entities:
        raise DataError(Sentence("{file}: no row of the register can be used", file=file))
    _tell_same_names(staged.entities.values(), context)
    register = by_current_ids(Register(staged.entities, staged.stages), staged.lines, context)
    register = with_sound_bodies(register, staged.lines, context)
    register = sound_succession(register, staged.lines, context)
    return register, table.count(staged.accepted)


def _read_rows(table: CsvTable, context: Context) -> Iterator[Row]:
    columns = [table.texts(name) for name in LAYOUT.names]
    for line, *cells in zip(table.lines.tolist(), *columns, strict=True):
        row = dict(zip(LAYOUT.names, cells, strict=True))
        entity = _read_row(row, context.row(line))
        if entity is not None:
            yield line, entity


def _read_row(cells: dict[str, str], here: Context) -> Entity | None:
    texts: dict[str, str] = {}
    for name, raw in cells.items():
        cell = clean(raw)
        texts[name] = cell.text
        if cell.repairs:
            here.of(variable=name).repaired(cell.repairs, raw, cell.text)
    entity_id = texts["entity_id"]
    reason = bad_id(entity_id)
    if reason:
        here.error("bad_id", text=shortened(entity_id), reason=phrase(reason))
        return None
    here = here.of(entity_id=entity_id)
    if not texts["entity_type"]:
        here.error("no_entity_type")
        return None
    _check_texts(texts, here)
    texts |= {name: sys.intern(_without_mark(texts[name], name, here)) for name in SHARED}
    texts |= {name: _without_mark(texts[name], name, here) for name in LISTS}
    for name in ("name_zh", "name_en"):
        texts[name] = _printable(texts[name], name, here)
    years = {name: _year_of(texts[name], name, here) if texts[name] else None for name in PERIOD}
    first, last = years["valid_from"], years["valid_to"]
    if first is not None and last is not None and last < first:
        # it would belong to no year and go without a word
        here.of(variable="valid_to").error("bad_period", last=last, first=first)
    given = {
        **texts,
        **years,
        "is_synthetic": _truth(texts["is_synthetic"], here),
        "formed_from": read_origins(texts["formed_from"], here),
        "former_ids": read_former_ids(texts["former_ids"], here),
    }
    return Entity(**given)  # type: ignore[arg-type]


def _check_texts(texts: Mapping[str, str], here: Context) -> None:
    """Codes with a wrong check digit, formulas that failed, text read in a wrong encoding."""
    if bad_id(texts["holding_id"]) == "id_digits_lost":  # firms of several holdings would be one's
        reason = phrase("id_digits_lost")
        at = here.of(variable="holding_id")
        at.error("bad_id", text=shortened(texts["holding_id"]), reason=reason)
    for name in ("entity_id", "holding_id"):
        doubt = doubtful_credit_code(texts[name])
        if doubt:
            here.of(variable=name).warning(doubt, text=texts[name])
    for name, text in texts.items():
        if text.isascii() and not text.startswith("#"):
            continue
        if text.startswith("#") and is_spreadsheet_error(text):
            expected = phrase("a_text")
            here.of(variable=name).error("spreadsheet_error", text=text, expected=expected)
        before = restored(text)
        if before or _REPLACED in text:
            told = {"text": shortened(text), "near": shortened(before)}
            here.of(variable=name).warning("mojibake", **told)


def _without_mark(text: str, column: str, here: Context) -> str:
    """The word, or nothing where it is a mark for nothing: "—" is no holding that many firms share."""
    if text not in MISSING_MARKS or column == "entity_type":
        return text
    here.of(variable=column).info("missing_mark", raw=text)
    return ""


_REPLACED = "锟斤拷"  # the sign for an unreadable byte in UTF-8, read as GBK


def _printable(name: str, column: str, here: Context) -> str:
    """A name without control characters, which no page can print; anything else stays as it is."""
    if len(name) <= LONGEST_NAME and name.isprintable():
        return name
    here = here.of(variable=column)
    printable = "".join(c if unicodedata.category(c) != "Cc" else " " for c in name)
    if printable != name:
        here.warning("control_characters", text=shortened(name))
    if len(name) > LONGEST_NAME:
        severity: Severity = "error" if len(name) > NO_NAME else "warning"
        here.tell(severity, "long_name", n=len(name), most=LONGEST_NAME)
    return printable


def _year_of(text: str, column: str, here: Context) -> int | None:
    """The year of a year or a date (2023, 2023年, 2023-05, 2023-05-01, 2023/5/1)."""
    year = _YEAR.match(text)
    if year and 1900 <= int(year["year"]) <= 2100 and 1 <= int(year["month"] or 1) <= 12:
        return int(year["year"])
    read = read_date(text)
    if read.day is None or read.is_serial:
        expected = phrase("year_or_date")
        here.of(variable=column).error("bad_date", text=shortened(text), expected=expected)
        return None
    return read.day.year


_YEAR = re.compile(r"^(?P<year>[0-9]{4})(?:年?|[-/.年](?P<month>[0-9]{1,2})月?)$")


def _truth(text: str, here: Context) -> bool:
    if folded(text) in _TRUE | _FALSE:
        return folded(text) in _TRUE
    here = here.of(variable="is_synthetic")
    here.error("bad_flag", value=shortened(text), expected=phrase("one_or_zero"))
    return True  # a doubt never turns sample data into official data


def _tell_same_names(entities: Iterable[Entity], context: Context) -> None:
    """Entities of one type that have one name and several codes: perhaps one whose code changed."""
    known: dict[tuple[str, str], Entity] = {}
    for entity in entities:
        name = folded(entity.name_zh or entity.name_en)
        first = known.setdefault((entity.entity_type, name), entity)
        if name and first is not entity:
            here = context.of(entity_id=entity.entity_id)
            here.warning("same_name", name=shortened(entity.name("zh")), other=first.entity_id)
