"""A query's rows as text cells, read in batches from a transaction that can write nothing."""

from __future__ import annotations

import datetime
import os
import re
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from cescore.definitions.databases import VARIABLE
from cescore.definitions.model.database import Database
from cescore.intake.wording import Phrase, phrase

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

BATCH = 10_000  # rows at a time
CONNECTING = 15  # seconds that a server may take to answer
HIDDEN = "***"
MOST_WORDS = 300  # characters of a driver's message
_FILLS_IN = re.compile(r"(?<![:\w\\]):year\b")

Row = tuple[str, ...]


class DatabaseRefusedError(Exception):
    """A database could not be read; ``reason`` is a phrase without anything secret."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason.key)
        self.reason = reason


def is_of_one_year(database: Database) -> bool:
    """Whether a query asks for the year of its run (``:year``) and no other."""
    return _FILLS_IN.search(database.observations) is not None


def rows_of(
    database: Database, year: int, root: Path
) -> Generator[tuple[Sequence[str], list[Row]], None, None]:
    """The query's columns with some rows at a time, every cell as the text that a table would hold.

    Raises
    ------
    DatabaseRefusedError
        The environment lacks a variable, there is no driver or no answer, the query fails or takes
        too long.
    """
    import sqlalchemy

    url, secrets = _url(database, root)
    try:
        engine = _engine(url, database.timeout)
        with engine.connect() as connection, _only_reading(connection, database.timeout):
            query = sqlalchemy.text(database.observations.strip().removesuffix(";"))
            given = {"year": year} if is_of_one_year(database) else {}
            streaming = connection.execution_options(stream_results=True)
            with closing(streaming.execute(query, given)) as result:
                columns = [str(name) for name in result.keys()]  # noqa: SIM118 - a result, no mapping
                yield columns, []
                for part in result.partitions(BATCH):
                    yield columns, [tuple(map(as_text, row)) for row in part]
    except sqlalchemy.exc.NoSuchModuleError:
        raise DatabaseRefusedError(phrase("database_driver", driver=url.drivername)) from None
    except ImportError as error:
        name = error.name or url.drivername
        raise DatabaseRefusedError(phrase("database_driver", driver=name)) from None
    except (sqlalchemy.exc.SQLAlchemyError, OSError, ValueError) as error:
        raise DatabaseRefusedError(_told(error, secrets)) from None


def as_text(value: object) -> str:
    """A value of a database as the cell of a table: nothing is rounded, nothing is empty but NULL.

    Examples
    --------
    >>> from decimal import Decimal
    >>> [as_text(x) for x in (None, True, 7, 0.1, 2.0, Decimal("1.2300"), Decimal("1E+3"))]
    ['', 'true', '7', '0.1', '2', '1.2300', '1000']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else str(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    return str(value)


def _url(database: Database, root: Path) -> tuple[URL, frozenset[str]]:
    """The address with what the environment holds put in, and every text that must not be shown."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    values = _from_environment(database)
    if database.url_from:
        text = values[database.url_from]
    else:
        text = VARIABLE.sub(lambda m: quote(values[m[1]], safe=""), database.url)
    secrets = {word for value in values.values() for word in (value, quote(value, safe=""))}
    if database.url_from:  # of a malformed one any part may be the password
        secrets |= {unquote(part) for part in re.split(r"[:@/?&=]", text) if len(part) > 2}
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseRefusedError(phrase("database_url")) from None
    secrets |= {str(url.password)} if url.password else set()
    if url.get_backend_name() == "sqlite":
        url = _read_only_file(url, root)
    return url, frozenset(filter(None, secrets))


def _from_environment(database: Database) -> dict[str, str]:
    names = [database.url_from] if database.url_from else VARIABLE.findall(database.url)
    missing = tuple(name for name in names if not os.environ.get(name))
    if missing:
        raise DatabaseRefusedError(phrase("database_variables", names=missing))
    return {name: os.environ[name] for name in names}


def _read_only_file(url: URL, root: Path) -> URL:
    """A file of SQLite, which would be made where there is none, opened so that nothing is."""
    name = url.database or ""
    if name.startswith("file:"):
        return url
    path = root / name
    if not name or not path.is_file():
        raise DatabaseRefusedError(phrase("database_file", file=name or ":memory:"))
    return url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})


def _engine(url: URL, seconds: int) -> Engine:
    import sqlalchemy
    from sqlalchemy.pool import NullPool

    backend, arguments = url.get_backend_name(), dict[str, Any]()
    options: dict[str, Any] = {}
    if backend == "postgresql":
        arguments = {"connect_timeout": CONNECTING}
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    elif backend == "sqlite":
        arguments = {"timeout": CONNECTING}
    return sqlalchemy.create_engine(
        url, connect_args=arguments, execution_options=options, poolclass=NullPool,
        hide_parameters=True,
    )  # fmt: skip


@contextmanager
def _only_reading(connection: Connection, seconds: int) -> Iterator[None]:
    """A transaction that reads one state of the data, writes nothing and ends in time."""
    import sqlalchemy

    backend = connection.engine.url.get_backend_name()
    raw: Any = connection.connection.driver_connection
    if backend == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
        end = time.monotonic() + seconds
        raw.set_progress_handler(lambda: int(time.monotonic() > end), 100_000)
    elif backend == "postgresql":
        connection.execute(sqlalchemy.text(f"SET LOCAL statement_timeout = {seconds * 1000}"))
    try:
        yield
    finally:
        connection.rollback()


def _told(error: Exception, secrets: frozenset[str]) -> Phrase:
    """What a driver says, in one line and without what the environment holds."""
    words = str(getattr(error, "orig", None) or error)
    for secret in sorted(secrets, key=len, reverse=True):
        words = words.replace(secret, HIDDEN)
    line = " ".join(words.split())[:MOST_WORDS]
    is_late = "statement timeout" in words or words == "interrupted"
    return phrase("database_late" if is_late else "database_error", error=line)


def key_of(row: Mapping[str, str], key: Sequence[str]) -> str:
    """What finds a row again: ``id=7``."""
    return ", ".join(f"{name}={row.get(name, '')}" for name in key)
