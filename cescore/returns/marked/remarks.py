"""Findings as remarks on a return: in words, with the cells they are about and the key of an answer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Some
from dataclasses import dataclass
from typing import Any

from cescore.definitions.entries.json_text import json_document
from cescore.intake import wording
from cescore.intake.address import Address
from cescore.intake.checks.confirmations import as_written, stated_values
from cescore.intake.findings import Finding
from cescore.intake.observations.panel import Sources
from cescore.intake.register.respondents import NamedRespondents
from cescore.intake.wording import Naming, name_of

Cells = tuple[str, str, int]  # entity, variable, year


@dataclass(frozen=True)
class FindingKey:
    """What an answer is about: the finding, and the values that were shown to the respondent.

    ``values`` is None where they are another's, and were not shown.
    """

    finding: str
    entity_id: str
    year: int | None
    variable: str
    values: Mapping[str, str] | None

    @classmethod
    def of(cls, finding: Finding, *, is_withheld: bool = False) -> FindingKey:
        """The key of a finding."""
        stated = {name: as_written(value) for name, value in stated_values(finding).items()}
        about = (finding.code, finding.entity_id, finding.year, finding.variable)
        return cls(*about, None if is_withheld else stated)

    def text(self) -> str:
        """The key as a cell carries it, which `from_text` reads back."""
        return json.dumps(vars(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> FindingKey | None:
        """The key that a cell carries; None where it carries none any more."""
        try:
            plain: Any = json_document(text, "")
            values = plain["values"]
            found = cls(
                str(plain["finding"]),
                str(plain["entity_id"]),
                None if plain["year"] is None else int(plain["year"]),
                str(plain["variable"]),
                None if values is None else {str(k): str(v) for k, v in values.items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return found


@dataclass(frozen=True)
class ReturnRemark:
    """One finding as the respondent reads it; ``cells`` are those of the return that it is about."""

    severity: str
    code: str
    rule: str  # what the check is called
    what: str
    year: int | None
    found: str
    expected: str
    cells: tuple[Address, ...]
    key: FindingKey

    @property
    def entity_id(self) -> str:
        return self.key.entity_id


@dataclass(frozen=True)
class RemarkWriter:
    """Words findings for respondents: names beside codes, nothing of another respondent.

    ``is_withheld``: of what names nobody, whether it tells of others all the same. ``of_itself``: a finding
    without what it says of others beside its own entity.
    """

    lang: str
    naming: Naming
    rule_names: Mapping[str, str]  # of the workspace's own rules, by code
    others: NamedRespondents
    is_withheld: Callable[[Finding], bool]
    of_itself: Callable[[Finding], Finding]
    sources: Sources

    def remarks(self, findings: Sequence[Finding]) -> list[ReturnRemark]:
        """A remark for each finding, errors before warnings as they come."""
        wanted = [_figures_of(finding) for finding in findings]
        cells = list(dict.fromkeys(cell for some in wanted for cell in some))
        found = dict(zip(cells, self.sources.addresses(cells), strict=True))
        return [
            self._remark(finding, [found[cell] for cell in some])
            for finding, some in zip(findings, wanted, strict=True)
        ]

    def _remark(self, finding: Finding, figures: Iterable[Address]) -> ReturnRemark:
        texts = wording.texts_of(finding.values)
        names_others = any(self.others.are_named_in(t, finding.entity_id) for t in texts)
        is_withheld = names_others or self.is_withheld(finding)
        words = self.of_itself(finding).said(self.lang, self.naming)
        if is_withheld:
            words = wording.Said(wording.text("withheld", self.lang), "")
        named = self.naming(wording.code(finding.variable), self.lang) if finding.variable else ""
        is_named = named != finding.variable and bool(named)
        return ReturnRemark(
            severity=finding.severity,
            code=finding.code,
            rule=self.rule_names.get(finding.code)
            or name_of(finding.code, self.lang)
            or name_of(finding.kind, self.lang)
            or finding.code,
            what=f"{named} {finding.variable}" if is_named else finding.variable,
            year=finding.year,
            found=words.found,
            expected=words.expected,
            cells=tuple(dict.fromkeys(at for at in (finding.at, *figures) if at.sheet)),
            key=FindingKey.of(finding, is_withheld=is_withheld),
        )


def _figures_of(finding: Finding) -> list[Cells]:
    """The entity's own cells that a rule compared."""
    if finding.year is None or not finding.entity_id:
        return []
    codes = [*stated_values(finding)] if finding.kind == "rule" else []
    return [(finding.entity_id, code, finding.year) for code in codes]


def by_workbook(
    remarks: Iterable[ReturnRemark], file_of: Mapping[str, str], not_kept: Some[str] = frozenset()
) -> dict[str, dict[str, list[ReturnRemark]]]:
    """Remarks by the workbook they go back with, and in it by entity; "" where there is none.

    ``file_of`` says which workbook an entity's return is, for remarks about no cell in particular, or of
    a file that is ``not_kept``.
    """
    found: dict[str, dict[str, list[ReturnRemark]]] = defaultdict(lambda: defaultdict(list))
    for remark in remarks:
        files = (cell.file for cell in remark.cells if cell.file not in not_kept)
        file = next(files, "") or file_of.get(remark.entity_id, "")
        mine = found[file][remark.entity_id]
        if remark not in mine:  # of two files that claim one place each has the same finding
            mine.append(remark)
    return {file: dict(entities) for file, entities in found.items()}
