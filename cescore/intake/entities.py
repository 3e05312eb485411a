"""The register of entities: who is evaluated, what contains what, and who belongs to which year."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path

from cescore.definitions.bilingual import name_in
from cescore.errors import DataError
from cescore.intake.accounting import RowCount
from cescore.intake.columns import ColumnLayout
from cescore.intake.csv_table import CsvTable, read_csv
from cescore.intake.dates import read_date
from cescore.intake.decode import restored
from cescore.intake.findings import Context, FindingLog, Severity
from cescore.intake.inventory import is_plain_file, is_there
from cescore.intake.notation import (
    MISSING_MARKS,
    bad_id,
    clean,
    doubtful_credit_code,
    folded,
    is_spreadsheet_error,
    nearest,
)
from cescore.intake.wording import phrase, shortened

SHARED = (
    "entity_type",
    "parent_id",
    "counted_in",
    "holding_id",
    "industry",
)  # few words, many rows
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
        "holding_id",
        "industry",
        "valid_from",
        "valid_to",
        "is_synthetic",
    ),
    synonyms={
        "单位代码": "entity_id",
        "类型": "entity_type",
        "单位名称": "name_zh",
        "行业": "industry",
    },
)


@dataclass(frozen=True, slots=True)
class Entity:
    """One row of entities.csv. Years are inclusive; None: no limit."""

    entity_id: str
    entity_type: str
    name_zh: str = ""
    name_en: str = ""
    parent_id: str = ""  # the smallest body that contains it
    counted_in: str = ""  # its figures are already in that entity's
    holding_id: str = ""
    industry: str = ""
    valid_from: int | None = None
    valid_to: int | None = None
    is_synthetic: bool = False

    def name(self, lang: str) -> str:
        """The name in a language, the other's where it is missing, the id where both are."""
        return name_in(lang, self.name_zh, self.name_en) or self.entity_id

    def is_valid_in(self, year: int) -> bool:
        """Whether the entity belongs to a year: begun by then, and not ended before it."""
        begun = self.valid_from is None or self.valid_from <= year
        return begun and (self.valid_to is None or self.valid_to >= year)


@dataclass(frozen=True)
class Register:
    """All entities by id, in the order of the file."""

    entities: Mapping[str, Entity] = field(default_factory=dict)

    def __contains__(self, entity_id: object) -> bool:
        return entity_id in self.entities

    def __getitem__(self, entity_id: str) -> Entity:
        return self.entities[entity_id]

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.entities.values())

    def __len__(self) -> int:
        return len(self.entities)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Entity types in the order in which they first appear."""
        return tuple(dict.fromkeys(entity.entity_type for entity in self))

    @cached_property
    def _children(self) -> Mapping[str, tuple[Entity, ...]]:
        below: dict[str, list[Entity]] = defaultdict(list)
        for entity in self:
            if entity.parent_id:
                below[entity.parent_id].append(entity)
        return {parent: tuple(children) for parent, children in below.items()}

    def of_type(self, entity_type: str, year: int | None = None) -> tuple[Entity, ...]:
        """Entities of a type; with a year, only those that belong to it."""
        return tuple(
            e
            for e in self
            if e.entity_type == entity_type and (year is None or e.is_valid_in(year))
        )

    def valid_in(self, year: int) -> tuple[Entity, ...]:
        """Entities that belong to a year."""
        return tuple(entity for entity in self if entity.is_valid_in(year))

    def ancestors(self, entity_id: str) -> tuple[Entity, ...]:
        """The bodies that contain an entity, from the smallest up."""
        found: list[Entity] = []
        parent = self.entities[entity_id].parent_id
        while parent in self.entities and all(parent != e.entity_id for e in found):
            found.append(self.entities[parent])
            parent = self.entities[parent].parent_id
        return tuple(found)

    def children(self, entity_id: str) -> tuple[Entity, ...]:
        """The entities directly inside a body."""
        return self._children.get(entity_id, ())

    def members(self, entity_id: str) -> tuple[Entity, ...]:
        """All entities inside a body, however deep; each once, the upper before the lower."""
        found: dict[str, Entity] = {}
        queue = list(self.children(entity_id))
        while queue:
            entity = queue.pop(0)
            if entity.entity_id not in found and entity.entity_id != entity_id:
                found[entity.entity_id] = entity
                queue.extend(self.children(entity.entity_id))
        return tuple(found.values())


def read_register(path: Path, file: str, log: FindingLog) -> tuple[Register, RowCount]:
    """The register of a workspace; rows that cannot be used are findings.

    Raises
    ------
    DataError
        There is no file, or no table in it: without a register nothing can be evaluated.
    """
    if not is_there(path):
        raise DataError(f"{file}: there is no register of entities")
    if not is_plain_file(path):
        raise DataError(f"{file}: found a link, a folder or a device, expected a file")
    context = Context(log).file(file)
    table = read_csv(path, LAYOUT, context)
    if table.refused or not len(table):
        told = "; ".join(str(f) for f in log.found if f.file == file and f.severity == "error")
        raise DataError(f"{file}: the register cannot be read: {told or 'no row can be used'}")
    entities, accepted = _unique(_read_rows(table, context), context)
    if not entities:
        raise DataError(f"{file}: no row of the register can be used")
    _tell_same_names(entities.values(), context)
    register = Register(_without_bad_parents(entities, context))
    return register, table.count(accepted)


def _read_rows(table: CsvTable, context: Context) -> Iterator[tuple[int, Entity]]:
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
    for name in ("name_zh", "name_en"):
        texts[name] = _printable(texts[name], name, here)
    years = {name: _year_of(texts[name], name, here) if texts[name] else None for name in PERIOD}
    first, last = years["valid_from"], years["valid_to"]
    if first is not None and last is not None and last < first:
        # it would belong to no year and go without a word
        here.of(variable="valid_to").error("bad_period", last=last, first=first)
    synthetic = _truth(texts["is_synthetic"], here)
    return Entity(**{**texts, **years, "is_synthetic": synthetic})  # type: ignore[arg-type]


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


def _unique(rows: Iterator[tuple[int, Entity]], context: Context) -> tuple[dict[str, Entity], int]:
    """One entity per id, compared without case, as file systems do.

    Rows of one id whose years do not overlap are one entity that changed (a name, a park): the
    latest holds. Of other rows of one id the first stays, so that its observations have an owner,
    and where they contradict each other an error blocks it.
    """
    known: dict[str, tuple[int, Entity]] = {}
    accepted = 0
    for line, entity in rows:
        key = entity.entity_id.casefold()
        if key not in known:
            known[key] = (line, entity)
            accepted += 1
            continue
        earlier_line, earlier = known[key]
        merged = _succeeding(earlier, entity)
        if merged is not None:
            known[key] = (line, merged)
            accepted += 1
        here = context.row(line).of(entity_id=earlier.entity_id)
        names = [f.name for f in fields(Entity) if not f.name.startswith("valid_")]
        changed = tuple(n for n in names if getattr(earlier, n) != getattr(entity, n))
        if merged is not None:
            here.warning("entity_changed", row=earlier_line, changed=changed or ("valid_from",))
        elif earlier == entity:
            here.warning("duplicate_entity", row=earlier_line)
        else:
            here.error("conflicting_entity", row=earlier_line)
    return {entity.entity_id: entity for _, entity in known.values()}, accepted


def _succeeding(one: Entity, other: Entity) -> Entity | None:
    """The later of two rows of one entity over the years of both; None where they overlap."""
    if one.entity_id != other.entity_id or one.entity_type != other.entity_type:
        return None
    first, last = sorted((one, other), key=lambda entity: entity.valid_from or 0)
    if first.valid_to is None or last.valid_from is None or last.valid_from <= first.valid_to:
        return None
    return replace(last, valid_from=first.valid_from)


def _tell_same_names(entities: Iterable[Entity], context: Context) -> None:
    """Entities of one type that have one name and several codes: perhaps one whose code changed."""
    known: dict[tuple[str, str], Entity] = {}
    for entity in entities:
        name = folded(entity.name_zh or entity.name_en)
        first = known.setdefault((entity.entity_type, name), entity)
        if name and first is not entity:
            here = context.of(entity_id=entity.entity_id)
            here.warning("same_name", name=shortened(entity.name("zh")), other=first.entity_id)


def _without_bad_parents(entities: dict[str, Entity], context: Context) -> dict[str, Entity]:
    """The entities with unknown parents and circles of parents named and cut."""
    sound = dict(entities)
    for entity in entities.values():
        for column in ("parent_id", "counted_in"):
            other = getattr(entity, column)
            if other and (other not in entities or other == entity.entity_id):
                here = context.of(entity_id=entity.entity_id, variable=column)
                near = nearest(other, entities)
                here.error("unknown_parent", text=shortened(other), near=near)
                sound[entity.entity_id] = _without(sound[entity.entity_id], column)
    for column in ("parent_id", "counted_in"):
        for circle in _circles(sound, column):
            for entity_id in circle:
                here = context.of(entity_id=entity_id, variable=column)
                here.error("parent_circle", circle=" → ".join([*circle, circle[0]]))
                sound[entity_id] = _without(sound[entity_id], column)
    return sound


def _without(entity: Entity, column: str) -> Entity:
    if column == "parent_id":
        return replace(entity, parent_id="")
    return replace(entity, counted_in="")


def _circles(entities: Mapping[str, Entity], column: str) -> Iterator[tuple[str, ...]]:
    """Each circle in which parents lead back to where they began, once."""
    seen: Counter[str] = Counter()
    for start in entities:
        path: list[str] = []
        here = start
        while here and here not in seen:
            seen[here] += 1
            path.append(here)
            here = getattr(entities[here], column)
        if here in path:
            yield tuple(path[path.index(here) :])
