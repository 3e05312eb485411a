"""What collecting returns left in a year's folder: tables of what they say, and what was wrong with them.

The received files, the record of submissions and the findings about forms lie in ``<year>/returns/``;
``cescore.returns`` writes them, and a build reads the findings with all others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cescore.definitions.entries.json_text import json_document
from cescore.errors import DataError, Sentence
from cescore.intake.address import Address
from cescore.intake.findings import Finding
from cescore.intake.sources.plain_files import is_plain_file
from cescore.intake.wording import from_json, to_json

RETURNS = "returns"  # the folder within a year's
RETURNED_OBSERVATIONS, RETURNED_MEASURES = "observations_returns.csv", "measures_returns.csv"
RETURNED_FINDINGS = "findings.jsonl"  # what was found while workbooks were read, a finding a line


def returned_findings(folder: Path, file: str) -> Iterator[Finding]:
    """What was found wrong with the forms and workbooks of a year; none where none was collected.

    Raises
    ------
    DataError
        The file is not as it was written: collecting again writes it anew.
    """
    path = folder / RETURNED_FINDINGS
    if not is_plain_file(path):
        return
    for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            yield finding_from_plain(json_document(line, file))
        except (ValueError, KeyError, TypeError) as error:
            place = f"{file}/{RETURNED_FINDINGS}, row {n}"
            raise DataError(
                Sentence("{place}: no finding as collect writes it; collect again", place=place)
            ) from error


def findings_text(findings: Iterable[Finding]) -> str:
    """The content of the file that `returned_findings` reads."""
    lines = (json.dumps(finding_to_plain(one), ensure_ascii=False) for one in findings)
    return "".join(f"{line}\n" for line in lines)


def finding_to_plain(finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON, which `finding_from_plain` reads back."""
    at = finding.at
    return {
        "severity": finding.severity,
        "code": finding.code,
        "at": [at.file, at.row, at.sheet, at.column],
        "entity_id": finding.entity_id,
        "year": finding.year,
        "variable": finding.variable,
        "values": [[name, to_json(value)] for name, value in finding.values],
    }


def finding_from_plain(plain: dict[str, Any]) -> Finding:
    """The finding that `finding_to_plain` wrote."""
    return Finding(
        severity=plain["severity"],
        code=plain["code"],
        at=Address(*plain["at"]),
        entity_id=plain["entity_id"],
        year=plain["year"],
        variable=plain["variable"],
        values=tuple((name, from_json(value)) for name, value in plain["values"]),
    )
