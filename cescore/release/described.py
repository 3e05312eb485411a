"""results.csv as others' machines read it: described as CSV on the Web, and written as SDMX-CSV.

Standards: W3C, Metadata Vocabulary for Tabular Data (2015); SDMX-CSV 2.0 field guide (SDMX 3.0).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from cescore.intake.inert import frame_text
from cescore.publish.words import label, label_or
from cescore.run.results.tables import RESULTS

if TYPE_CHECKING:
    from cescore.definitions.bilingual import InTwoLanguages
    from cescore.definitions.definitions import Definitions

METADATA, CODES, SDMX = f"{RESULTS}-metadata.json", "results-codes.csv", "results.sdmx.csv"
KEY = ("entity_type", "entity_id", "year", "kind", "code")
CODE_KEY = ("entity_type", "kind", "code")
DATATYPES: Mapping[str, object] = {
    "entity_type": "string",
    "entity_id": "string",
    "year": "integer",  # gYear is what no validator at hand looks at
    "kind": "string",
    "code": "string",
    "value": "double",
    "unit": "string",
    "status": "string",
    "name_zh": "string",
    "name_en": "string",
}
MAY_BE_EMPTY = ("value", "unit", "name_zh", "name_en")
LANGUAGES = ("zh", "en")
STRUCTURE = "CESCORE:CE_RESULTS(1.0.0)"  # what docs/open-data.md describes
# words of results.csv that have a code of their own in SDMX's CL_OBS_STATUS
NO_NUMBER = {"not_collected": "L", "not_applicable": "M", "suppressed": "Q"}
NUMBER = {"carried": "I", "estimated": "E", "partial": "E"}

Texts = list[dict[str, str]]  # one text in two languages, as JSON-LD has it


@dataclass(frozen=True)
class Origin:
    """Where a published table comes from, as its description says.

    By no hash of the bureau's files: whoever knows all that they hold but one value would have it
    confirmed by trying.
    """

    edition: int
    stage: str
    issued: str  # a date; "" where none is stated
    reports: Mapping[str, str]  # report -> its number, as its pages print it


@dataclass(frozen=True)
class DescribedResults:
    """The rows of a results.csv with what params say of them."""

    results: pd.DataFrame
    definitions: Definitions
    origin: Origin

    @cached_property
    def codes(self) -> pd.DataFrame:
        """The rows of results-codes.csv: each code of the results once, with its names."""
        found = self.results[list(CODE_KEY)].drop_duplicates(ignore_index=True)
        named = [
            self._named(str(type_), str(code))
            for type_, code in zip(found["entity_type"], found["code"], strict=True)
        ]
        names = {f"name_{lang}": [getattr(one, lang, "") for one in named] for lang in LANGUAGES}
        return found.assign(**names)

    def _named(self, entity_type: str, code: str) -> InTwoLanguages | None:
        """What params call a code; None where they have no name for it."""
        known, plan = self.definitions, self.definitions.plan
        framework = known.frameworks.get(entity_type)
        places: list[Mapping[str, InTwoLanguages]] = [known.variables, known.accounts]
        if framework is not None:
            own: Mapping[str, InTwoLanguages] = {framework.index.code: framework.index}
            places = [own, framework.groups, framework.indicators, *places]
        if plan is not None:
            places.append(plan.targets)
        places.append(known.standards)
        return next((place[code] for place in places if code in place), None)

    def metadata(self) -> bytes:
        """results.csv-metadata.json: both tables, their keys, words, licence and provenance."""
        run, licence = self.definitions.run, self.definitions.disclosure.licence
        group: dict[str, Any] = {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
            "dc:title": _texts("open_data.title", year=run.year),
            "dc:publisher": _in_both(run.issuer),
            "dc:spatial": _in_both(run.place),
            "dc:source": _texts("open_data.source"),
            "dc:identifier": f"{run.year}/{self.origin.edition}/{self.origin.stage}",
            "prov:wasDerivedFrom": [
                {"dc:title": report, "dc:identifier": number}
                for report, number in sorted(self.origin.reports.items())
            ],
            "tables": [self._results_table(), self._codes_table()],
        }
        if self.origin.issued:
            group["dc:issued"] = self.origin.issued
        if licence:
            group["dc:license"] = licence
        if run.status == "sample":
            group["dc:description"] = _texts("status.sample.long")
        text = json.dumps(group, ensure_ascii=False, indent=1)
        return f"{text}\n".encode()

    def _results_table(self) -> dict[str, Any]:
        reference = {"resource": CODES, "columnReference": list(CODE_KEY)}
        foreign = {"columnReference": list(CODE_KEY), "reference": reference}
        return self._table(RESULTS, self.results, KEY, foreignKeys=[foreign])

    def _codes_table(self) -> dict[str, Any]:
        return self._table(CODES, self.codes, CODE_KEY)

    def _table(
        self, url: str, table: pd.DataFrame, key: tuple[str, ...], **more: Any
    ) -> dict[str, Any]:
        columns = [self._column(str(name), table) for name in table.columns]
        schema = {"columns": columns, "primaryKey": list(key), **more}
        return {"url": url, "dialect": {"encoding": "utf-8"}, "tableSchema": schema}

    def _column(self, name: str, table: pd.DataFrame) -> dict[str, Any]:
        column: dict[str, Any] = {
            "name": name,
            "titles": {
                "und": name,
                **{lang: label(f"open_data.column.{name}", lang) for lang in LANGUAGES},
            },
            "datatype": DATATYPES[name],
            "required": name not in MAY_BE_EMPTY,
        }
        if name in ("kind", "status"):
            column["dc:description"] = [
                text for word in _words(table, name) for text in _word(name, word)
            ]
        return column

    def sdmx(self) -> bytes:
        """results.sdmx.csv: the same observations as SDMX-CSV 2.0, of the structure in docs/open-data.md.

        SDMX knows no empty key: an observation without a number has its status alone. UTF-8 without a
        mark, as the standard has it.
        """
        of = self.results
        table = pd.DataFrame(
            {
                "STRUCTURE": "datastructure",
                "STRUCTURE_ID": STRUCTURE,
                "ACTION": "R",
                "FREQ": "A",
                "ENTITY_TYPE": of["entity_type"],
                "REF_AREA": of["entity_id"],
                "KIND": of["kind"],
                "INDICATOR": of["code"],
                "TIME_PERIOD": of["year"],
                "OBS_VALUE": of["value"],
                "UNIT_MEASURE": of["unit"],
                "OBS_STATUS": [
                    observation_status(str(status), is_number=not pd.isna(value))
                    for status, value in zip(of["status"], of["value"], strict=True)
                ],
                "RESULT_STATUS": of["status"],
            }
        )
        return frame_text(table).encode()


def observation_status(words: str, *, is_number: bool) -> str:
    """The code of SDMX's CL_OBS_STATUS for a status of results.csv; O (missing) and A (normal) else.

    Examples
    --------
    >>> (
    ...     observation_status("estimated+carried", is_number=True),
    ...     observation_status("met", is_number=True),
    ... )
    ('I', 'A')
    >>> (
    ...     observation_status("not_applicable", is_number=False),
    ...     observation_status("blocked", is_number=False),
    ... )
    ('M', 'O')
    """
    meanings, otherwise = (NUMBER, "A") if is_number else (NO_NUMBER, "O")
    given = words.split("+")
    return next((code for word, code in meanings.items() if word in given), otherwise)


def _words(table: pd.DataFrame, name: str) -> Iterator[str]:
    """The words of a column, those that are joined by + one by one, in their order."""
    yield from sorted({part for text in table[name].dropna().unique() for part in text.split("+")})


def _word(column: str, word: str) -> Texts:
    """What a word of a column means."""
    key = f"explain.kind.{word}" if column == "kind" else f"open_data.status.{word}"
    return _spoken({lang: f"{word}: {label_or(key, lang, word)}" for lang in LANGUAGES})


def _texts(key: str, **values: object) -> Texts:
    return _spoken({lang: label(key, lang, **values) for lang in LANGUAGES})


def _in_both(named: InTwoLanguages) -> Texts:
    return _spoken({"zh": named.zh, "en": named.en})


def _spoken(texts: Mapping[str, str]) -> Texts:
    return [{"@value": text, "@language": lang} for lang, text in texts.items() if text]
