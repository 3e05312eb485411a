"""Small data on disk, and what intake makes of it; tests vary one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from cescore.definitions.model import Variable
from cescore.intake.findings import Finding, FindingLog
from cescore.intake.observations.dictionary import Dictionary
from cescore.intake.observations.observations import Observations
from cescore.intake.observations.reading import ReadTables, read_observations
from cescore.intake.register.entities import Register
from cescore.intake.register.register_file import read_register
from cescore.intake.sources.inventory import find_sources
from cescore.intake.wording import LANGUAGES

REGISTER = """entity_id,entity_type,parent_id,counted_in,name_zh
C1,city,,,市
D1,district,C1,,一区
D2,district,C1,,二区
DX,district,C1,D1,高新区
"""

VARIABLES = {
    variable.code: variable
    for variable in (
        Variable(code="waste", unit="t"),
        Variable(code="stock_change", unit="t", sign="any"),
        Variable(code="gdp", unit="10k CNY", required=True),
        Variable(code="rate", unit="%", additive=False),
        Variable(code="share", unit="ratio", additive=False),
        Variable(code="firms", unit="count", kind="count"),
        Variable(code="pilot", unit="", kind="flag", additive=False),
        Variable(code="audit", unit="", kind="code", allowed=("na", "due", "passed")),
        Variable(code="park_area", unit="ha", entity_types=("park",)),
    )
}


@dataclass(frozen=True)
class Read:
    """What was read from a folder of data."""

    register: Register
    reading: ReadTables
    log: FindingLog

    @property
    def observations(self) -> Observations:
        return self.reading.observations

    @property
    def found(self) -> list[Finding]:
        """All findings, each of which can be said in both languages."""
        assert all(finding.line(lang) for finding in self.log.found for lang in LANGUAGES)
        return self.log.found

    def codes(self, severity: str) -> list[str]:
        return [f.code for f in self.found if f.severity == severity]

    def only(self, code: str) -> Finding:
        """The one finding of a code."""
        matching = [f for f in self.found if f.code == code]
        assert len(matching) == 1, (code, self.found)
        return matching[0]

    def value(self, entity_id: str, variable: str, year: int = 2024) -> float | str | None:
        """The value used, the text of a code, or the status without a value; None: no row."""
        o, frame = self.observations, self.observations.frame
        rows = frame.taken(
            (frame["entity"] == o.entities.index(entity_id))
            & (frame["variable"] == o.variables.index(variable))
            & (frame["year"] == year)
        )
        assert len(rows) <= 1
        if not len(rows):
            return None
        row = rows.row(0)
        if row["status"] > 1:
            return ("not_applicable", "missing")[row["status"] - 2]
        used: float | str = row["text"] or row["value"]
        return used


@pytest.fixture
def variables() -> dict[str, Variable]:
    """The dictionary that `read` uses, to be varied."""
    return dict(VARIABLES)


Files = Mapping[str, str | bytes]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Write files below data/ and read them as a year's intake would."""

    def do(
        files: Files,
        *,
        register: str = REGISTER,
        variables: Mapping[str, Variable] = VARIABLES,
        year: int = 2024,
    ) -> Read:
        data = tmp_path / "data"
        for name, content in {"entities.csv": register, **files}.items():
            path = data / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        log = FindingLog()
        entities, _ = read_register(data / "entities.csv", "data/entities.csv", log)
        sources = find_sources(data, year, log)
        dictionary = Dictionary(entities, variables)
        return Read(entities, read_observations(sources, dictionary, log), log)

    return do


@pytest.fixture
def read_rows(read: Callable[..., Read]) -> Callable[..., Read]:
    """The same for rows below the usual header, in data/2024/observations.csv."""

    def do(*rows: str, header: str = "entity_id,year,variable,value,status,note") -> Read:
        return read({"2024/observations.csv": "\n".join([header, *rows]) + "\n"})

    return do
