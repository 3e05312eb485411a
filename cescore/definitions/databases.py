"""databases of runs/<year>.yml: where returns stand in a database, without anything secret."""

from __future__ import annotations

import re
from urllib.parse import unquote

from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Files
from cescore.definitions.model.database import Database
from cescore.definitions.model.written import YEAR
from cescore.errors import Sentence

KEY = "databases"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PASSWORD = re.compile(
    r"^[^:/?#]+://[^/?#]*?:(?P<password>[^/?#]*)@"
)  # up to the last @ of the host
_IN_QUERY = re.compile(r"[?&](?:[a-z]*password|passwd|pwd|token|secret)=(?P<password>[^&#]*)", re.I)
_READS = re.compile(r"\s*(select|with|values|table)\b", re.IGNORECASE)


def load_databases(files: Files, year: int) -> tuple[Database, ...]:
    """The databases that a year's run names; whatever of them cannot be is a Problem."""
    found = []
    for stem, file in files:
        databases = file.node.get(KEY)
        if databases is None or not YEAR.fullmatch(stem):
            continue
        if not isinstance(databases.value, dict):
            file.of(databases, KEY).refuse("no mapping", "databases by their names")
            continue
        for code, node in databases.entries().items():
            at = file.of(node, f"runs.{stem}.{KEY}.{code}")
            database = None if _holds_secret(at) else at.build(Database, code=code)
            if database is not None and _is_sound(database, at) and int(stem) == year:
                found.append(database)
    return tuple(found)


def _holds_secret(at: Reading) -> bool:
    """Whether a URL holds a password that is not the environment's: it is never repeated."""
    url = at.node.get("url")
    if url is None or not isinstance(url.value, str):
        return False
    passwords = [m["password"] for p in (_PASSWORD, _IN_QUERY) for m in p.finditer(url.raw)]
    if all(not word or VARIABLE.fullmatch(unquote(word)) for word in passwords):
        return False
    at.refuse("a password in the file", "${NAME} in its place, which the environment holds", "url")
    return True


def _is_sound(database: Database, at: Reading) -> bool:
    before = len(at.problems)
    if bool(database.url) == bool(database.url_from):
        at.refuse(
            "both or none", "either url or url_from, the name of a variable of the environment"
        )
    if database.url and "://" not in database.url:
        at.refuse("no URL", "a URL such as postgresql+psycopg://host/database", "url")
    if database.url_from and not NAME.fullmatch(database.url_from):
        at.refuse("no name", "the name of a variable of the environment", "url_from")
    query = database.observations.strip().removesuffix(";")
    if not _READS.match(query) or ";" in query:
        expected = Sentence(
            "one query that only reads: it begins with SELECT or WITH and holds no ;"
        )
        at.refuse("no query that only reads", expected, "observations")
    return len(at.problems) == before
