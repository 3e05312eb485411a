"""Trees for narrower circles of readers, cut out of the bureau's own.

``public`` has the bodies that params/disclosure.yml calls public and that no single firm dominates;
``respondent`` a folder for each other entity, with its own report alone. Each has its own index page,
tables and findings, and nothing in it names, counts or links what it does not hold.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cescore.definitions.entries.json_text import json_document
from cescore.disclosure.documents.bundle import PublicRow
from cescore.disclosure.documents.kinds import METHOD_BOOK, RESULT_NAME
from cescore.disclosure.released.gate import INDEX_DECIMALS, Gate
from cescore.disclosure.released.others import OtherRespondents
from cescore.disclosure.released.public_results import public_results
from cescore.disclosure.released.rankings import SHARE_DECIMALS, SHIFT_DECIMALS
from cescore.disclosure.released.told_findings import ToldFindings
from cescore.intake.findings import Finding, in_order, write_findings
from cescore.method.disclosure.rules import to_decimals
from cescore.publish.naming import on_terminal
from cescore.publish.pages.index.page import index_page
from cescore.release.described import CODES, METADATA, SDMX, DescribedResults, Origin
from cescore.release.editions import BUREAU, MANIFEST, PUBLIC, RESPONDENT
from cescore.run.building.contents import Contents
from cescore.run.files import tree_hashes
from cescore.run.results.tables import (
    FINDINGS,
    RESULTS,
    UNCERTAINTY,
    WORKBOOK,
    workbook,
    write_table,
)
from cescore.run.tree.store import INDEX_PAGE

if TYPE_CHECKING:
    from cescore.disclosure.ledger.ledger import Years
    from cescore.intake.register.entities import Entity
    from cescore.intake.wording import Said
    from cescore.publish.pages.index.listing import IndexPage, Line
    from cescore.run.building.annual import AnnualEdition
    from cescore.run.order import Subject
    from cescore.run.tree.store import Store

REMOVAL, SOBOL = "removal_", "sobol_"  # kinds of rows, see `uncertainty_table`


@dataclass(frozen=True)
class Audience:
    """A circle of readers: the folder of its tree and the entities whose reports it may read."""

    name: str  # public, or respondent/<id>
    entities: Mapping[str, Entity]
    is_public: bool


def public_reports(edition: AnnualEdition) -> dict[str, str]:
    """The bodies whose reports the public reads, each with its report's name."""
    cleared = _cleared(Gate(edition.yearly))
    return {id_: f"{e.entity_type}/{id_}" for id_, e in cleared.items()}


def _cleared(gate: Gate) -> dict[str, Entity]:
    """The public bodies of the year of which no single respondent makes up the headline figures."""
    workspace = gate.yearly.workspace
    return {
        e.entity_id: e
        for e in workspace.entities()
        if gate.is_public(e) and not gate.is_withheld(e) and e.entity_id not in workspace.blocked
    }


def told_about(entity_ids: Iterable[str], gate: Gate) -> tuple[Finding, ...]:
    """The findings about some entities that their reports tell, in the order of findings.csv."""
    told = ToldFindings(OtherRespondents(gate))
    about = gate.yearly.findings_about
    return in_order(
        finding
        for entity_id in entity_ids
        for finding in told.of(about.get(entity_id, ()), _hidden_of(entity_id, gate))
    )


def _hidden_of(entity_id: str, gate: Gate) -> Years:
    view = gate.view(entity_id)
    return view.hidden if view else {}


@dataclass(frozen=True, eq=False)
class Audiences:
    """Cuts the trees of an edition whose bureau tree is finished."""

    edition: AnnualEdition
    store: Store  # of the bureau tree
    folder: Path  # of the edition

    def all(self) -> Iterator[Audience]:
        """The public, then each respondent of the year that has a report."""
        yield Audience(PUBLIC, _cleared(self.gate), is_public=True)
        for entity in self.edition.workspace.entities():
            if not self.gate.is_public(entity) and self._has_report(entity):
                id_ = entity.entity_id
                yield Audience(f"{RESPONDENT}/{id_}", {id_: entity}, is_public=False)

    def write(self, audience: Audience) -> None:
        """Write the tree of an audience: reports, method book, tables, index page, its own manifest."""
        tree, edition = self.folder / audience.name, self.edition
        tree.mkdir(parents=True)
        for name in self._reports(audience):
            shutil.copytree(self.folder / BUREAU / name, tree / name, copy_function=shutil.copyfile)
        results = self._results_of(audience)
        write_table(tree, RESULTS, results)
        book = workbook(results, edition.yearly, edition.release_stage)
        (tree / WORKBOOK).write_bytes(book)
        findings = told_about(audience.entities, self.gate)
        write_findings(tree / FINDINGS, findings, edition.asked.lang, on_terminal)
        tables = [RESULTS, WORKBOOK, FINDINGS]
        if audience.is_public:
            write_table(tree, UNCERTAINTY, self._uncertainty_of(audience))
            tables += [UNCERTAINTY, *self._write_described(tree, results)]
        contents = _Contents(
            self.store,
            edition.yearly,
            results,
            {},
            edition.asked.lang,
            release_stage=edition.release_stage,
            audience=audience,
            told=findings,
            shared_gate=self.gate,
        )
        page = index_page(contents.page((*tables, MANIFEST)))
        (tree / INDEX_PAGE).write_text(page, encoding="utf-8")
        self._write_manifest(tree, audience)

    def _write_described(self, tree: Path, results: pd.DataFrame) -> tuple[str, ...]:
        """What other machines read the public results by; the names of the files."""
        edition, issue = self.edition, self.edition.asked.issue
        standing = None if issue is None else issue.standing
        origin = Origin(
            edition=0 if standing is None else standing.edition,
            stage=edition.release_stage,
            issued=edition.workspace.definitions.run.issued,
            reports=dict(_report_numbers(tree)),
        )
        described = DescribedResults(results, edition.workspace.definitions, origin)
        write_table(tree, CODES, described.codes)
        (tree / METADATA).write_bytes(described.metadata())
        (tree / SDMX).write_bytes(described.sdmx())
        return CODES, METADATA, SDMX

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.edition.yearly)

    def _has_report(self, entity: Entity) -> bool:
        return f"{entity.entity_type}/{entity.entity_id}" in self.store.entries

    def _reports(self, audience: Audience) -> list[str]:
        """The folders of the reports and documents that an audience is given."""
        names = [f"{e.entity_type}/{e.entity_id}" for e in audience.entities.values()]
        return [name for name in (*names, METHOD_BOOK.name) if name in self.store.entries]

    @cached_property
    def _results(self) -> dict[str, pd.DataFrame]:
        """The rows of results.csv by entity."""
        whole = self.edition.yearly.results()
        return {str(id_): rows for id_, rows in whole.groupby("entity_id", sort=False)}

    def _results_of(self, audience: Audience) -> pd.DataFrame:
        """The rows of an audience's entities that have a report in its tree; of bodies, what the
        ledger releases."""
        frames = [
            self._rows_of(entity, audience)
            for id_, entity in audience.entities.items()
            if id_ in self._results
        ]
        empty = next(iter(self._results.values())).iloc[:0]
        return pd.concat(frames, ignore_index=True) if frames else empty

    def _rows_of(self, entity: Entity, audience: Audience) -> pd.DataFrame:
        released = public_results(self.gate, entity) if audience.is_public else None
        return self._results[entity.entity_id] if released is None else released

    def _uncertainty_of(self, audience: Audience) -> pd.DataFrame:
        """Bands of the bodies, and how firm the ranking of public types is, as their reports tell it."""
        table = self._firmness_as_told(self.edition.yearly.uncertainty())
        public = self.gate.rules.public_types
        ids = table["entity_id"].fillna("").astype(str)
        year = self.edition.workspace.year
        shown = [id_ for id_ in audience.entities if self.gate.shows_band(id_, year)]
        is_own = ids.isin(shown)
        return table[is_own | ((ids == "") & table["entity_type"].isin(public))]

    def _firmness_as_told(self, table: pd.DataFrame) -> pd.DataFrame:
        """Of whole types what reports print, and no digit more: all scores are in these numbers, and
        whoever has all but one would try values for it until the digits come out."""
        of_types = table["entity_id"].fillna("").astype(str) == ""
        told = {t: self.gate.told_without(t) for t in self.edition.yearly.evaluations}
        is_told = [
            not kind.startswith(REMOVAL) or code in told[t]
            for t, kind, code in zip(
                table["entity_type"], table["kind"], table["code"], strict=True
            )
        ]
        table = table[is_told].copy()
        for kind, decimals in ((REMOVAL, SHIFT_DECIMALS), (SOBOL, SHARE_DECIMALS)):
            rounded = of_types[is_told] & table["kind"].str.startswith(kind)
            table.loc[rounded, "value"] = table.loc[rounded, "value"].round(decimals)
        return table

    def _write_manifest(self, tree: Path, audience: Audience) -> None:
        """manifest.json of a tree: which edition it is cut from, and every file in it by hash."""
        issue = self.edition.asked.issue
        standing = None if issue is None else issue.standing
        content = {
            "format": 1,
            "audience": audience.name.partition("/")[0],
            "year": self.edition.workspace.year,
            "edition": 0 if standing is None else standing.edition,
            "stage": self.edition.release_stage,
            "signed_on": "" if standing is None else standing.signed_on,
            "files": tree_hashes(tree, "*"),
        }
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        (tree / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def _report_numbers(tree: Path) -> Iterator[tuple[str, str]]:
    """The reports of a tree with the numbers that their pages print."""
    for path in sorted(tree.glob(f"*/*/{RESULT_NAME}")):
        report = path.parent.relative_to(tree).as_posix()
        yield report, json_document(path.read_bytes(), path)["provenance"]["report_number"]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Contents(Contents):
    """The index page of an audience: its entities, what it may know of them, links into its tree."""

    audience: Audience
    told: Collection[Finding] = field(default=())

    def page(self, tables: Sequence[str]) -> IndexPage:
        whose = self.audience.name.partition("/")[0]
        return replace(super().page(tables), audience=whose)

    @property
    def documents(self) -> Sequence[Subject]:
        return [d for d in super().documents if d.kind == METHOD_BOOK]

    @property
    def findings(self) -> Sequence[Finding]:
        return list(self.told)

    def listed(self, entity_type: str) -> Sequence[Entity]:
        known = self.audience.entities
        return [e for e in super().listed(entity_type) if e.entity_id in known]

    def _line(self, entity: Entity) -> Line:
        """Without what is the bureau's own: logs and warnings."""
        return replace(super()._line(entity), log="", warnings=())

    def _around(self, entity: Entity) -> tuple[Entity, ...]:
        return tuple(e for e in super()._around(entity) if self.gate.is_public(e))

    def _shown(self, entity: Entity) -> PublicRow:
        """A respondent reads its own figures."""
        if self.audience.is_public:
            return super()._shown(entity)
        code = self.workspace.definitions.frameworks[entity.entity_type].index.code
        index = self._figures.get((entity.entity_id, code), (None, ""))[0]
        shown = None if index is None else to_decimals(index, INDEX_DECIMALS)
        return PublicRow(place=self.gate.place(entity), index=shown)

    def _released(self, finding: Finding) -> Said:
        return finding.said(self.lang, self._naming)
