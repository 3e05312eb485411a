"""A database that a run reads returns from."""

from __future__ import annotations

from pydantic import Field

from cescore.definitions.model.base import Definition
from cescore.definitions.model.written import Code, Whole, Words


class Database(Definition):
    """Where returns stand in a database, and the query that gives them as rows of observations.

    ``url`` is SQLAlchemy's and holds no password; ``${NAME}`` in it is the environment's, as is all of
    it with ``url_from: NAME``. ``key`` names the columns that find a row again, ``table`` what the
    rows are called in findings.
    """

    code: Code
    url: str = ""
    url_from: str = ""
    observations: str
    table: str = ""
    key: Words = ()
    timeout: Whole = Field(default=120, ge=1, le=86_400)  # seconds that the query may take
