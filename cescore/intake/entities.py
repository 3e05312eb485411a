"""The register of entities: who is evaluated, what contains what, and who belongs to which year."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path

from cescore.definitions.bilingual import name_in
from cescore.errors import DataError
from cescore.intake.accounting import RowCount
from cescore.intake.cells import ID_EXPECTED, bad_id, clean, nearest
from cescore.intake.findings import FindingLog, quoted
from cescore.intake.table import Layout, Table, read_table

SHARED = (
    "entity_type",
    "parent_id",
    "counted_in",
    "holding_id",
    "industry",
)  # few words, many rows
LONGEST_NAME = 500  # characters; a longer one is named, and printed wrapped
NO_NAME = 2000  # characters; what is longer is no name, and refused before a page is laid out
_TRUE = frozenset(["1", "true", "yes", "y", "是"])
_FALSE = frozenset(["", "0", "false", "no", "n", "否"])

LAYOUT = Layout(
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
    if not path.is_file():
        raise DataError(f"{file}: there is no register of entities")
    table = read_table(path, file, LAYOUT, log)
    if table.refused or not len(table):
        told = "; ".join(str(f) for f in log.found if f.file == file and f.severity == "error")
        raise DataError(f"{file}: the register cannot be read: {told or 'no row can be used'}")
    entities, accepted = _unique(_read_rows(table, log), table, log)
    if not entities:
        raise DataError(f"{file}: no row of the register can be used")
    register = Register(_without_bad_parents(entities, file, log))
    return register, table.count(accepted)


def _read_rows(table: Table, log: FindingLog) -> Iterator[tuple[int, Entity]]:
    columns = [table.texts(name) for name in LAYOUT.names]
    for line, *cells in zip(table.lines.tolist(), *columns, strict=True):
        entity = _read_row(dict(zip(LAYOUT.names, cells, strict=True)), line, table.file, log)
        if entity is not None:
            yield line, entity


def _read_row(cells: dict[str, str], line: int, file: str, log: FindingLog) -> Entity | None:
    place = f"row {line}"
    texts: dict[str, str] = {}
    for name, raw in cells.items():
        cell = clean(raw)
        texts[name] = cell.text
        for repair in cell.repairs:
            log.add("info", repair, file=file, place=place, variable=name, found=quoted(raw))
    entity_id = texts["entity_id"]
    reason = bad_id(entity_id)
    if reason:
        log.add(
            "error",
            "bad_id",
            file=file,
            place=place,
            found=f"{quoted(entity_id)}: {reason}",
            expected=ID_EXPECTED,
        )
        return None
    if not texts["entity_type"]:
        log.add(
            "error",
            "no_entity_type",
            file=file,
            place=place,
            entity_id=entity_id,
            found="an empty cell",
            expected="an entity type",
        )
        return None
    texts |= {name: sys.intern(texts[name]) for name in SHARED}
    for name in ("name_zh", "name_en"):
        texts[name] = _printable(texts[name], entity_id, name, place, file, log)
    years = {
        name: _year_of(texts[name], entity_id, name, place, file, log)
        for name in ("valid_from", "valid_to")
    }
    _check_period(years["valid_from"], years["valid_to"], entity_id, place, file, log)
    synthetic = _truth(texts["is_synthetic"], entity_id, place, file, log)
    return Entity(**{**texts, **years, "is_synthetic": synthetic})  # type: ignore[arg-type]


def _printable(
    name: str, entity_id: str, column: str, place: str, file: str, log: FindingLog
) -> str:
    """A name without control characters, which no page can print; anything else stays as it is."""
    printable = "".join(c if unicodedata.category(c) != "Cc" else " " for c in name)
    if printable != name:
        log.add(
            "warning",
            "control_characters",
            file=file,
            place=place,
            entity_id=entity_id,
            variable=column,
            found=quoted(name),
            expected="printable characters",
        )
    if len(name) > LONGEST_NAME:
        log.add(
            "error" if len(name) > NO_NAME else "warning",
            "long_name",
            file=file,
            place=place,
            entity_id=entity_id,
            variable=column,
            found=f"{len(name)} characters",
            expected=f"{LONGEST_NAME} or fewer",
        )
    return printable


def _year_of(
    text: str, entity_id: str, column: str, place: str, file: str, log: FindingLog
) -> int | None:
    """The year of a year or a date (2023, 2023-05-01, 2023/5/1)."""
    if not text:
        return None
    head = text.replace("/", "-").replace("年", "-").split("-")[0]
    if len(head) == 4 and head.isascii() and head.isdigit() and 1900 <= int(head) <= 2100:
        return int(head)
    log.add(
        "error",
        "bad_date",
        file=file,
        place=place,
        entity_id=entity_id,
        variable=column,
        found=quoted(text),
        expected="a year or a date such as 2023-05-01",
    )
    return None


def _check_period(
    first: int | None, last: int | None, entity_id: str, place: str, file: str, log: FindingLog
) -> None:
    """An entity that ends before it begins belongs to no year: it would go without a word."""
    if first is not None and last is not None and last < first:
        log.add(
            "error",
            "bad_period",
            file=file,
            place=place,
            entity_id=entity_id,
            variable="valid_to",
            found=f"{last}, before valid_from {first}",
            expected=f"{first} or later",
        )


def _truth(text: str, entity_id: str, place: str, file: str, log: FindingLog) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    log.add(
        "error",
        "bad_flag",
        file=file,
        place=place,
        entity_id=entity_id,
        variable="is_synthetic",
        found=quoted(text),
        expected="1 or 0",
    )
    return True  # a doubt never turns sample data into official data


def _unique(
    rows: Iterator[tuple[int, Entity]], table: Table, log: FindingLog
) -> tuple[dict[str, Entity], int]:
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
        told, found = _repeated(earlier, entity, is_change=merged is not None)
        log.add(
            "error" if told == "conflicting_entity" else "warning",
            told,
            file=table.file,
            place=f"row {line}",
            entity_id=earlier.entity_id,
            found=f"as row {earlier_line}, {found}",
            expected="one row per entity, or years that do not overlap",
        )
    return {entity.entity_id: entity for _, entity in known.values()}, accepted


def _succeeding(one: Entity, other: Entity) -> Entity | None:
    """The later of two rows of one entity over the years of both; None where they overlap."""
    if one.entity_id != other.entity_id or one.entity_type != other.entity_type:
        return None
    first, last = sorted((one, other), key=lambda entity: entity.valid_from or 0)
    if first.valid_to is None or last.valid_from is None or last.valid_from <= first.valid_to:
        return None
    return replace(last, valid_from=first.valid_from)


def _repeated(earlier: Entity, entity: Entity, *, is_change: bool) -> tuple[str, str]:
    """Finding code and what was found of a second row of one id."""
    names = [f.name for f in fields(Entity) if not f.name.startswith("valid_")]
    changed = [n for n in names if getattr(earlier, n) != getattr(entity, n)]
    if is_change:
        return "entity_changed", "with another " + (", ".join(changed) or "period")
    if earlier == entity:
        return "duplicate_entity", "the same"
    return "conflicting_entity", "with other content"


def _without_bad_parents(
    entities: dict[str, Entity], file: str, log: FindingLog
) -> dict[str, Entity]:
    """The entities with unknown parents and circles of parents named and cut."""
    sound = dict(entities)
    for entity in entities.values():
        for column in ("parent_id", "counted_in"):
            other = getattr(entity, column)
            if other and (other not in entities or other == entity.entity_id):
                log.add(
                    "error",
                    "unknown_parent",
                    file=file,
                    entity_id=entity.entity_id,
                    variable=column,
                    found=quoted(other),
                    expected=f"another entity_id of the register{nearest(other, entities)}",
                )
                sound[entity.entity_id] = _without(sound[entity.entity_id], column)
    for column in ("parent_id", "counted_in"):
        for circle in _circles(sound, column):
            for entity_id in circle:
                log.add(
                    "error",
                    "parent_circle",
                    file=file,
                    entity_id=entity_id,
                    variable=column,
                    found=" -> ".join([*circle, circle[0]]),
                    expected="a body is not inside itself",
                )
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
