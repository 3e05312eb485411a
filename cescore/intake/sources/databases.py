"""Returns that stand in a database: received anew for every run, kept as they were received.

What a query gave is kept in ``data/<year>/database/<name>.parquet``, so that a build has inputs that can
be hashed and made again from; a run that finds other rows there writes it anew.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.model.database import Database
from cescore.errors import DataError, Sentence
from cescore.intake.address import Address
from cescore.intake.findings import Context, FindingLog
from cescore.intake.sources.accounting import RowCount
from cescore.intake.sources.batches import LAYOUT, Batch
from cescore.intake.sources.columns import is_header_sound
from cescore.intake.sources.database_query import (
    DatabaseRefusedError,
    is_of_one_year,
    key_of,
    rows_of,
)
from cescore.intake.sources.plain_files import is_plain_file
from cescore.intake.wording import phrase

FOLDER = "database"  # within a year's
KEEPING, KEPT = "CESCORE_DATABASES", "kept"  # in the environment: read what is kept, ask nobody
KEY, TABLE, NAME, ONE_YEAR, COLUMNS = "_key", "table", "database", "one_year", "columns"
ROWS = 1 << 17  # of a group of the kept file
_asks_nobody: ContextVar[bool] = ContextVar("asks_nobody", default=False)
IDENTITY = ("entity_id", "year", "variable")  # by which a row is found where no key is named


@contextmanager
def as_kept() -> Iterator[None]:
    """Within it no database is asked: what is made again is made from what was received then."""
    token = _asks_nobody.set(True)
    try:
        yield
    finally:
        _asks_nobody.reset(token)


@dataclass(frozen=True)
class DatabaseSource:
    """See `batches.Source`: what a query gave, as it is kept."""

    path: Path
    file: str  # the database's name
    year: int | None
    is_read_again: bool = False

    @cached_property
    def _parquet(self) -> pq.ParquetFile:
        return pq.ParquetFile(self.path)

    @cached_property
    def _keys(self) -> pa.ChunkedArray:
        return self._parquet.read(columns=[KEY]).column(0)

    @cached_property
    def table(self) -> str:
        """What its rows are called in findings."""
        return _about(self.path)[TABLE]

    @property
    def parts(self) -> Sequence[int]:
        return range(self._parquet.metadata.num_row_groups)

    def batches(self, parts: Iterable[int], columns: Sequence[str] = ()) -> Iterator[Batch]:
        there = self._parquet.schema_arrow.names
        wanted = [name for name in columns or LAYOUT.names if name in there]
        for part in parts:
            line = 1 + part * ROWS
            try:
                group = self._parquet.read_row_group(part, columns=wanted).combine_chunks()
            except (pa.ArrowException, OSError) as error:
                reason = str(error).splitlines()[0]
                raise DataError(
                    Sentence("{path}: damaged: {reason}", path=self.path, reason=reason)
                ) from error
            for batch in group.to_batches():
                found = {name: batch.column(name) for name in batch.schema.names}
                yield Batch(found, line + np.arange(batch.num_rows), part)
                line += batch.num_rows

    def address(self, line: int) -> Address:
        return Address(self.file, table=self.table, key=self._keys[line - 1].as_py())

    def count(self, accepted: int) -> RowCount:
        """The account of its rows."""
        rows = self._parquet.metadata.num_rows
        return RowCount(self.file, rows, accepted, rows - accepted, 0, 0)


def database_sources(
    root: Path, databases: Sequence[Database], year: int, years: Iterable[int], context: Context
) -> list[DatabaseSource]:
    """The year's databases, received now, and what is kept of earlier years; faults are told."""
    received = {
        database.code
        for database in databases
        if receive(root, database, year, context.file(database.code))
    }
    named = {database.code for database in databases}
    found = []
    for each in years:
        folder = root / "data" / str(each) / FOLDER
        for path in sorted(folder.glob("*.parquet")) if folder.is_dir() else ():
            here = context.file(f"data/{each}/{FOLDER}/{path.name}")
            if not is_plain_file(path):
                here.error("file_refused", reason=phrase("is_link"))
            elif not _is_kept(path):
                here.error("file_refused", reason=phrase("not_kept_database"))
            elif each == year and path.stem not in named:
                here.error("database_not_named", name=path.stem, year=year)
            elif each < year or path.stem in received:
                about = _about(path)
                is_header_sound(
                    json_document(about[COLUMNS], about[NAME]), LAYOUT, context.file(about[NAME])
                )
                found.append(
                    DatabaseSource(path, about[NAME], each if about[ONE_YEAR] == "1" else None)
                )
    return found


def receive_all(root: Path, year: int | None) -> None:
    """Ask the databases of a run and keep what they give; what is wrong is told when it is read."""
    from cescore.definitions.load import load_definitions  # not for who reads what was received

    definitions = load_definitions(root / "params", year)
    for database in definitions.databases:
        receive(root, database, definitions.run.year, Context(FindingLog()))


def receive(root: Path, database: Database, year: int, context: Context) -> bool:
    """Ask a database and keep what it gives; whether it gave anything.

    What was kept before stays where it fails, and is not read.
    """
    path = root / "data" / str(year) / FOLDER / f"{database.code}.parquet"
    if _asks_nobody.get() and is_plain_file(path):
        return True
    if os.environ.get(KEEPING) == KEPT:
        if is_plain_file(path):
            context.info("database_kept")
        else:
            context.error("database_refused", reason=phrase("database_not_kept"))
        return is_plain_file(path)
    try:
        table = _table(database, year, root, context)
    except DatabaseRefusedError as refused:
        context.error("database_refused", reason=refused.reason)
        return False
    if table is not None:
        _keep(table, path)
    return table is not None


def _keep(table: pa.Table, path: Path) -> None:
    """Write what was received, whole, where it differs from what is kept."""
    content = io.BytesIO()
    pq.write_table(table, content, compression="zstd", row_group_size=ROWS)
    if path.is_file() and path.read_bytes() == content.getvalue():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content.getvalue())
    os.replace(part, path)


def _table(database: Database, year: int, root: Path, context: Context) -> pa.Table | None:
    """What a query gives, in an order that is the same again; None where its columns are not sound."""
    parts: list[pa.Table] = []
    names: Sequence[str] = ()
    ours: dict[str, str] = {}
    with closing(rows_of(database, year, root)) as given:
        for columns, rows in given:
            if not names:
                names = columns
                if not _is_sound(database, names, context):
                    return None
                ours = LAYOUT.among(names)
            parts.append(_part(database, names, ours, rows))
    table = pa.concat_tables(parts)
    if not len(table):
        context.error("header_only")
        return None
    order = [(name, "ascending") for name in (*IDENTITY, KEY)]
    about = {NAME: database.code, TABLE: _table_name(database), ONE_YEAR: "0"}
    about |= {COLUMNS: json.dumps(_shown(database, names), ensure_ascii=False)}
    about |= {ONE_YEAR: "1"} if is_of_one_year(database) else {}
    return table.sort_by(order).combine_chunks().replace_schema_metadata(about)


def _is_sound(database: Database, names: Sequence[str], context: Context) -> bool:
    """Whether a query gives what observations need, and the columns that are to find a row again.

    What is odd about a sound header is told when what is kept is read.
    """
    log = FindingLog()
    missing = [name for name in database.key if name not in names]
    for name in missing:
        Context(log, context.at).error("column_missing", column=name, others=tuple(names), near="")
    is_sound = is_header_sound(_shown(database, names), LAYOUT, Context(log, context.at))
    if missing or not is_sound:
        context.log.extend(log.found)
    return is_sound and not missing


def _shown(database: Database, names: Sequence[str]) -> list[str]:
    """The columns of a query, but for those that only find a row again."""
    of_key = set(database.key) - set(LAYOUT.among(names).values())
    return [name for name in names if name not in of_key]


def _part(
    database: Database, names: Sequence[str], ours: dict[str, str], rows: Sequence[Sequence[str]]
) -> pa.Table:
    """Some rows as columns of text, each with its key; a row that names no source is its own."""
    at = {name: i for i, name in enumerate(names)}
    columns = {our: [row[at[theirs]] for row in rows] for our, theirs in ours.items()}
    key = database.key or IDENTITY
    keyed = {name: at[name if name in database.key else ours[name]] for name in key}
    keys = [key_of({name: row[i] for name, i in keyed.items()}, key) for row in rows]
    table = _table_name(database)
    own = [Address(database.code, table=table, key=text).source for text in keys]
    given = columns.get("source", [""] * len(own))
    columns["source"] = [theirs or mine for theirs, mine in zip(given, own, strict=True)]
    arrays = {name: pa.array(texts, pa.string()) for name, texts in columns.items()}
    return pa.table({**arrays, KEY: pa.array(keys, pa.string())})


def _table_name(database: Database) -> str:
    return database.table or "query"


def _about(path: Path) -> dict[str, str]:
    metadata = pq.read_schema(path).metadata or {}
    return {name.decode(): text.decode() for name, text in metadata.items()}


def _is_kept(path: Path) -> bool:
    """Whether a file is one that receiving wrote."""
    try:
        return {NAME, TABLE, ONE_YEAR, COLUMNS} <= _about(path).keys()
    except (pa.ArrowException, OSError):
        return False
