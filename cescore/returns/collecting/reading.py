"""What was read of one received file, as it is kept beside the file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from cescore.definitions.entries.json_text import json_document
from cescore.intake.findings import Finding
from cescore.intake.notation import bad_id, clean
from cescore.intake.records.returned import finding_from_plain, finding_to_plain
from cescore.returns.layouts.taken import CheckRow, ReturnRow, Taken, row_to_plain

RowT = TypeVar("RowT", ReturnRow, CheckRow)
SHORT = 16  # places of a hash that name a folder


@dataclass(frozen=True)
class FileReading:
    """Rows, checks and findings of one file; ``roles`` counts its cells by what they were read as."""

    file: str
    sha256: str
    layout: str
    rows: tuple[ReturnRow, ...]
    checks: tuple[CheckRow, ...]
    findings: tuple[Finding, ...]
    roles: Mapping[str, int]

    @classmethod
    def of(cls, taken: Taken, sha256: str) -> FileReading:
        """What a layout took from a file."""
        return cls(
            file=taken.file,
            sha256=sha256,
            layout=taken.layout,
            rows=tuple(map(_in_one_line, taken.rows)),
            checks=tuple(map(_in_one_line, taken.checks)),
            findings=tuple(taken.log.sorted()),
            roles={role.value: n for role, n in sorted(taken.count().items())},
        )

    @property
    def folder(self) -> str:
        """The folder within ``returns/`` that keeps the file."""
        return self.sha256[:SHORT]

    @property
    def entities(self) -> tuple[str, ...]:
        """Whose figures it holds, in their order; also those of whom it has findings alone."""
        rows = [owner_of(row.entity_id) for row in self.rows]
        rows += [owner_of(row.entity_id) for row in self.checks]
        about = [owner_of(finding.entity_id) for finding in self.findings if finding.entity_id]
        return tuple(dict.fromkeys((*rows, *about)))

    @cached_property
    def filed(self) -> tuple[str, ...]:
        """Of whom it states figures, usable or not: not who has nothing but findings about the file."""
        rows = [owner_of(row.entity_id) for row in self.rows]
        rows += [owner_of(check.entity_id) for check in self.checks]
        refused = [owner_of(f.entity_id) for f in self.findings if f.entity_id and f.variable]
        return tuple(dict.fromkeys(one for one in (*rows, *refused) if one))

    def of_entities(self, wanted: Iterable[str]) -> FileReading:
        """The part of it that is about some entities, and what is about none in particular."""
        known, mine = frozenset(self.entities), frozenset(wanted)
        gone = known - mine
        return replace(
            self,
            rows=tuple(row for row in self.rows if owner_of(row.entity_id) not in gone),
            checks=tuple(row for row in self.checks if owner_of(row.entity_id) not in gone),
            findings=tuple(
                f for f in self.findings if not f.entity_id or owner_of(f.entity_id) not in gone
            ),
        )

    def to_json(self) -> str:
        """The text that `from_json` reads back; equal readings give equal texts."""
        plain = {
            "file": self.file,
            "sha256": self.sha256,
            "layout": self.layout,
            "roles": dict(self.roles),
            "rows": [row_to_plain(row) for row in self.rows],
            "checks": [row_to_plain(row) for row in self.checks],
            "findings": [finding_to_plain(one) for one in self.findings],
        }
        return json.dumps(plain, ensure_ascii=False, indent=0) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str) -> FileReading:
        """The reading that `to_json` wrote; ``where`` names it in an error."""
        plain: dict[str, Any] = json_document(text, where)
        return cls(
            **{name: plain[name] for name in ("file", "sha256", "layout", "roles")},
            rows=tuple(ReturnRow(**{**_EMPTY_ROW, **row}) for row in plain["rows"]),
            checks=tuple(CheckRow(**{**_EMPTY_CHECK, **row}) for row in plain["checks"]),
            findings=tuple(map(finding_from_plain, plain["findings"])),
        )


_EMPTY_ROW = dict.fromkeys(("entity_id", "year", "variable", "value"), "")
_EMPTY_CHECK = dict.fromkeys(("check_id", "entity_id", "year", "status"), "")


def owner_of(entity_id: str) -> str:
    """The id of an entity as it is recorded; "" of what is no id, which all share."""
    plain = clean(entity_id).text
    return "" if bad_id(plain) else plain


def _in_one_line(row: RowT) -> RowT:
    """A row whose texts have no line breaks: those at their ends go, others become visible."""
    changed = {
        name: "\\n".join(text.strip().splitlines())
        for name, text in vars(row).items()
        if "\n" in text or "\r" in text
    }
    return replace(row, **changed) if changed else row
