"""A workspace: one folder's params/ and data/, read, checked and laid out for one year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from cescore.definitions.definitions import Definitions
from cescore.definitions.kept_definitions import Keeping, definitions_of
from cescore.definitions.model import Plan, Run
from cescore.definitions.shipped import REPOSITORY
from cescore.errors import DataError, ParamsError, Sentence
from cescore.intake.address import Address
from cescore.intake.checks.checks import Checked, check
from cescore.intake.checks.confirmations import Confirmation, confirm, read_confirmations
from cescore.intake.checks.left_out import Cell, left_out
from cescore.intake.checks.unreturned import scored_and_unreturned
from cescore.intake.checks.unused import (
    doubtful_years,
    points_counted_twice,
    unread_check_formulas,
    unused_definitions,
)
from cescore.intake.dates import read_date
from cescore.intake.findings import (
    Context,
    Finding,
    FindingLog,
    FoundProblem,
    Severity,
    each_word_once,
    in_order,
    shortened,
)
from cescore.intake.kept_parts import KeptParts
from cescore.intake.notation import nearest
from cescore.intake.observations.completing import Ways, completed
from cescore.intake.observations.correcting import apply_corrections
from cescore.intake.observations.corrections import Correction, read_corrections
from cescore.intake.observations.dictionary import Dictionary
from cescore.intake.observations.observations import Observations
from cescore.intake.observations.panel import PanelLayout, Sources, build_panels, tiling
from cescore.intake.observations.reading import read_observations
from cescore.intake.records.inspections import (
    MeasureRecord,
    MeasuresRead,
    VetoRecord,
    measures_files,
    read_vetoes,
)
from cescore.intake.records.prose import Prose, read_prose
from cescore.intake.records.returned import RETURNED_MEASURES, RETURNS, returned_findings
from cescore.intake.register.declared_mix import declared_mixes
from cescore.intake.register.entities import Entity, Register
from cescore.intake.register.named_industries import unknown_industries
from cescore.intake.register.named_types import unknown_entities, unknown_types
from cescore.intake.register.near_words import in_known_words
from cescore.intake.register.register_file import read_register
from cescore.intake.sources.accounting import RowCount
from cescore.intake.sources.databases import database_sources
from cescore.intake.sources.inventory import SourceFile, find_sources, tell_strays, year_folders
from cescore.intake.wording import Value
from cescore.method.column import Panel, State
from cescore.method.disclosure.member_sums import MemberSums

REGISTER, CORRECTIONS = "data/entities.csv", "data/corrections.yml"
CONFIRMATIONS = "data/confirmations.yml"


def lookup(root: Path, *names: str) -> Path:
    """The first that exists: of each name the workspace's own, then the repository's.

    Raises
    ------
    DataError
        None of them exists.
    """
    for name in names:
        for place in (root, REPOSITORY):
            if (place / name).exists():
                return place / name
    raise DataError(
        Sentence(
            "{names}: neither in the workspace nor in the repository", names=" or ".join(names)
        )
    )


def _nobody(phase: str) -> None:
    """Hears nothing."""


@dataclass(frozen=True, eq=False)
class Workspace:
    """Everything read for one year: definitions, register, one panel per entity type, findings.

    ``panels`` hold all entities ever registered, closed ones included; `entities` names those of
    the year. ``rows`` accounts for every row of every file. ``blocked`` maps an entity with an open
    error to its reasons: it gets no report, and nothing is learnt from it.
    """

    root: Path
    definitions: Definitions
    register: Register
    panels: Mapping[str, Panel]
    rows: tuple[RowCount, ...]
    findings: tuple[Finding, ...]
    measures: tuple[MeasureRecord, ...]
    vetoes: tuple[VetoRecord, ...]
    prose: tuple[Prose, ...]
    blocked: Mapping[str, tuple[Finding, ...]]
    sources: Sources
    base_year: int
    years: tuple[int, ...]
    corrections: tuple[Correction, ...] = ()

    @property
    def tiled_by(self) -> Mapping[str, str]:
        """Entity type -> the type whose bodies add up to it."""
        return _tiled_by(self.register, self.definitions)

    @classmethod
    def load(
        cls,
        root: Path,
        year: int | None = None,
        told: Callable[[str], None] = _nobody,
        kept: Keeping | None = None,
    ) -> Workspace:
        """Read a workspace; what is wrong with the data is in ``findings``.

        ``told`` hears ``reading`` and ``checking`` as each begins. ``kept``: what other commands
        read of files that are as they were.

        Raises
        ------
        ParamsError
            params/ contradicts itself: all contradictions at once.
        DataError
            There is no register, corrections.yml or confirmations.yml is no YAML, or nothing was received
            for the year.
        """
        told("reading")
        definitions = _definitions(root, year, kept)
        log = FindingLog()
        received = _receive(root, definitions, log, kept)
        register, observations = received.register, received.observations
        run = definitions.run
        _refuse_empty_year(received.sources, observations, run.year, log)
        base_year, years = _years(definitions, observations)
        layout = _lay_out(register, observations, definitions, base_year, years)
        told("checking")
        checked = check(layout, _checked(definitions, base_year, register))
        refused = {(f.entity_id, f.year, f.variable) for f in log.found if f.severity == "error"}
        log.extend(_without_refused(checked, refused))
        log.extend(left_out(layout.cubes.values(), definitions.variables, refused))
        log.extend(scored_and_unreturned(layout.cubes, definitions))
        in_vain = {f.entity_id for f in log.found if f.is_open_error and f.year == run.year}
        log.extend(_not_filed(register, layout, definitions, in_vain))
        log.extend(declared_mixes(definitions, register, layout.panels, REGISTER))
        log.extend(unknown_types(definitions, register))
        log.extend(unknown_entities(definitions, register))
        log.extend(doubtful_years(definitions, year_folders(root / "data"), root / "params"))
        confirmed = confirm(log.sorted(), _of_years(received.confirmations, years), day_of_run(run))
        blocked = _blocked(confirmed, register, years, _inspected(definitions.plan))
        doubtful = _sums_of_blocked(layout, blocked, years[-1])
        findings = tuple(shortened(in_order([*confirmed, *doubtful])))
        return cls(
            root=root,
            definitions=definitions,
            register=register,
            panels=layout.panels,
            rows=received.rows,
            findings=findings,
            measures=received.measures,
            vetoes=received.vetoes,
            prose=received.prose,
            blocked=blocked,
            sources=layout.sources,
            base_year=base_year,
            years=years,
            corrections=received.corrections,
        )

    @property
    def year(self) -> int:
        """The year evaluated."""
        return self.definitions.run.year

    @property
    def has_errors(self) -> bool:
        """Whether an open error was found, of an entity or of a file."""
        return any(finding.is_open_error for finding in self.findings)

    def entities(self, entity_type: str | None = None) -> tuple[Entity, ...]:
        """Entities of the year whose type has a framework, blocked ones included."""
        return tuple(
            entity
            for entity in self.register.valid_in(self.year)
            if entity.entity_type in self.definitions.frameworks
            and entity_type in (None, entity.entity_type)
        )

    @property
    def unframed(self) -> tuple[Entity, ...]:
        """Entities of the year whose type no framework evaluates: they get no report."""
        frameworks = self.definitions.frameworks
        valid = self.register.valid_in(self.year)
        return tuple(entity for entity in valid if entity.entity_type not in frameworks)

    def filed(self, entity_id: str) -> bool:
        """Whether anything but "missing" is known of an entity for the year."""
        return entity_id in self._filed

    @cached_property
    def _filed(self) -> frozenset[str]:
        known = (_known_in(panel, self.year) for panel in self.panels.values())
        return frozenset().union(*known)

    def lookup(self, *names: str) -> Path:
        """A file of the workspace, else the repository's; see `lookup`."""
        return lookup(self.root, *names)


@dataclass(frozen=True)
class _Received:
    """What data/ holds, read and corrected, before it is laid out by year."""

    register: Register
    sources: Sequence[SourceFile]
    observations: Observations
    corrections: tuple[Correction, ...]
    confirmations: tuple[Confirmation, ...]
    measures: tuple[MeasureRecord, ...]
    vetoes: tuple[VetoRecord, ...]
    prose: tuple[Prose, ...]
    rows: tuple[RowCount, ...]


def _receive(
    root: Path, definitions: Definitions, log: FindingLog, kept: Keeping | None
) -> _Received:
    """Read everything below data/, once, each kind of file by who knows it."""
    data, year, context = root / "data", definitions.run.year, Context(log)
    tell_strays(root / "params", log)
    register, counted = read_register(data / "entities.csv", REGISTER, log)
    register = in_known_words(register.as_of(year), definitions, log, REGISTER)
    parts = KeptParts(root, year, kept)
    log.extend(
        parts.part(
            "params",
            (data / "entities.csv",),
            tuple,
            partial(_found_in_params, definitions, register, root / "params"),
        )
    )
    sources = find_sources(data, year, log)
    dictionary = Dictionary(register, definitions.variables, definitions.own_units)
    received = database_sources(
        root, definitions.databases, year, year_folders(data, year), context
    )
    years = _years_read(definitions, sources)
    reading = read_observations(sources, dictionary, log, years, received)
    recorded = read_corrections(
        root / CORRECTIONS, register, definitions.variables, context.file(CORRECTIONS)
    )
    # what was recorded of later years is of returns that this run does not read
    corrections = tuple(c for c in recorded if c.year <= year)
    observations = apply_corrections(reading.observations, corrections, CORRECTIONS, log)
    confirmations = read_confirmations(root / CONFIRMATIONS, register, context.file(CONFIRMATIONS))
    measures: list[MeasureRecord] = []
    vetoes: list[VetoRecord] = []
    rows = [counted, *reading.counts]
    for folder in year_folders(data, year):
        file = f"data/{folder}/measures.csv"
        plan = definitions.plan_in(folder)
        read = parts.part(
            file,
            (data / "entities.csv", *measures_files(root / file)),
            MeasuresRead,
            partial(MeasuresRead.of, root / file, folder, register, plan, file),
        )
        measures.extend(read.records)
        rows.extend(read.counts)
        log.extend(read.findings)
        log.extend(returned_findings(data / str(folder) / RETURNS, f"data/{folder}/{RETURNS}"))
        file = f"data/{folder}/vetoes.csv"
        looked, counts = read_vetoes(root / file, folder, register, plan, context.file(file))
        vetoes.extend(looked)
        rows.extend(counts)
    prose = read_prose(root, year_folders(data, year), register, log)
    return _Received(
        register=register,
        sources=sources,
        observations=observations,
        corrections=corrections,
        confirmations=confirmations,
        measures=tuple(measures),
        vetoes=tuple(vetoes),
        prose=prose,
        rows=tuple(rows),
    )


def _found_in_params(
    definitions: Definitions, register: Register, params: Path
) -> tuple[Finding, ...]:
    """What is to be said of params, whatever was received: with the register, which they name."""
    return (
        *unknown_industries(definitions, register, params),
        *unused_definitions(definitions, params),
        *unread_check_formulas(definitions, params),
        *points_counted_twice(definitions, params),
    )


def _definitions(root: Path, year: int | None, kept: Keeping | None) -> Definitions:
    """What params say of a year; of one before all data the year is what is wrong, not params."""
    try:
        return definitions_of(root / "params", year, kept)
    except ParamsError:
        known = year_folders(root / "data")
        if year is None or not known or year >= known[0]:
            raise
        raise DataError(_no_observation(year, ", ".join(map(str, known)))) from None


def _no_observation(year: int, known: str) -> Sentence:
    return Sentence(
        "data/: no usable observation of {year}; years with observations: {known}. Take the year's returns "
        "in with `collect FOLDER --year {year}`, or name another year with --year",
        year=year,
        known=known,
    )


def _refuse_empty_year(
    sources: Sequence[SourceFile], observations: Observations, year: int, log: FindingLog
) -> None:
    """Stop where no row of the year can be used: a wrong --year, or files that are all refused."""
    received = observations.received
    if year in received:
        return
    nothing = Sentence(
        "data/: no usable observation at all; expected data/{year}/observations.csv or "
        "observations.parquet, or workbooks read by `collect`",
        year=year,
    )
    said = _no_observation(year, ", ".join(map(str, received))) if received else nothing
    errors = [finding for finding in log.sorted() if finding.is_open_error]
    raise DataError(
        said,
        map(FoundProblem.of, each_word_once(errors).values()),
    )


def _years_read(definitions: Definitions, sources: Iterable[SourceFile]) -> tuple[int, ...]:
    """The years that plain rows are laid out for while they are read: those the panel will have,
    as far as that is known before; rows of others are read as well, and kept beside."""
    run, plan = definitions.run, definitions.plan
    folders = [source.year for source in sources if source.year is not None]
    first = run.first_year or run.base_year or (plan.base_year if plan else None)
    return tuple(range(min(first or min((*folders, run.year)), run.year), run.year + 1))


def _years(definitions: Definitions, observations: Observations) -> tuple[int, tuple[int, ...]]:
    """The base year and the years of the panel."""
    run, base_year = definitions.run, base_year_of(definitions, observations)
    first = min(run.first_year or base_year, run.year)
    return base_year, tuple(range(first, run.year + 1))


def day_of_run(run: Run) -> date:
    """The day that a run is of: the one its file states as issued, else the last of its year.

    No run reads the clock, or the same data would be built otherwise tomorrow.
    """
    return read_date(run.issued).day or date(run.year, 12, 31)


def _of_years(confirmations: Iterable[Confirmation], years: Sequence[int]) -> list[Confirmation]:
    """The confirmations of findings that this run can have: of its years, or of none."""
    return [c for c in confirmations if c.year is None or c.year in years]


def base_year_of(definitions: Definitions, observations: Observations) -> int:
    """The base year: the run's, the plan's, or the first of which anything was received."""
    run, plan = definitions.run, definitions.plan
    first_received = min((*observations.received, run.year))
    return run.base_year or (plan.base_year if plan else None) or first_received


def _tiled_by(register: Register, definitions: Definitions) -> Mapping[str, str]:
    """Entity type -> the type whose bodies add up to it, as the run states or the register shows."""
    if definitions.run.tiled_by is not None:
        return definitions.run.tiled_by
    public = definitions.disclosure.public_types
    return tiling(register, [t for t in register.types if public and t not in public])


def _lay_out(
    register: Register,
    observations: Observations,
    definitions: Definitions,
    base_year: int,
    years: tuple[int, ...],
) -> PanelLayout:
    tiled_by = _tiled_by(register, definitions)
    layout = build_panels(register, observations, definitions.variables, years, tiled_by)
    factors = definitions.factor_values
    frameworks, variables = definitions.frameworks, definitions.variables
    gate = MemberSums(definitions.disclosure)
    ways = Ways(variables, frameworks, factors, base_year, register, tiled_by, gate)
    return completed(layout, ways)


def _checked(definitions: Definitions, base_year: int, register: Register) -> Checked:
    return Checked(
        variables=definitions.variables,
        rules=definitions.checks,
        built_in=definitions.built_in,
        frameworks=definitions.frameworks,
        factors=definitions.factor_values,
        base_year=base_year,
        register=register,
        ranges=definitions.ranges,
    )


def _known_in(panel: Panel, year: int) -> frozenset[str]:
    """The entities of which something other than "missing" is known in a year."""
    known, j = np.zeros(len(panel.entities), bool), panel.year_position(year)
    for column in panel.columns.values():
        known |= column.state[:, j] != State.MISSING
    for text in panel.codes.values():
        known |= text[:, j] != ""
    return frozenset(e for e, is_known in zip(panel.entities, known, strict=True) if is_known)


def _without_refused(checked: Iterable[Finding], refused: Collection[Cell]) -> list[Finding]:
    """What checks found, but for values called absent that are there and were refused as they were read."""
    return [
        f
        for f in checked
        if f.code != "required_absent" or (f.entity_id, f.year, f.variable) not in refused
    ]


def _not_filed(
    register: Register, layout: PanelLayout, definitions: Definitions, in_vain: Collection[str]
) -> Iterator[Finding]:
    """Entities of the year of which nothing was received, and types that no framework evaluates.

    ``in_vain``: entities that filed, though nothing of it can be used; errors say why.
    """
    year = definitions.run.year
    for entity_type, panel in layout.panels.items():
        if entity_type not in definitions.frameworks:
            close = nearest(entity_type, definitions.frameworks)  # a slip of the pen
            values: dict[str, Value] = {
                "n": len(panel.entities),
                "entity_type": entity_type,
                "near": close,
            }
            severity: Severity = "warning" if close else "info"
            at = Address(REGISTER)
            yield Finding(severity, "no_framework", at, values=tuple(values.items()))
            continue
        known = _known_in(panel, year)
        for entity in register.of_type(entity_type, year):
            if entity.entity_id not in known and entity.entity_id not in in_vain:
                yield _no_return(entity, panel, year)


def _no_return(entity: Entity, panel: Panel, year: int) -> Finding:
    """An entity of the year without a return: a new one, one that filed last year, or any other."""
    kind, values = "not_filed", dict[str, Value]()
    if year - 1 in panel.years:
        at = panel.row(entity.entity_id), panel.year_position(year - 1)
        n = sum(column.state[at] != State.MISSING for column in panel.columns.values())
        if n:
            kind, values = "stopped_filing", {"n": int(n), "last": year - 1}
    if entity.valid_from == year:
        kind, values = "new_not_filed", {"first": year}
    about = {"entity_id": entity.entity_id, "year": year, "values": tuple(values.items())}
    return Finding("warning", "not_filed", **about, kind=kind)  # type: ignore[arg-type]


def _sums_of_blocked(
    layout: PanelLayout, blocked: Mapping[str, tuple[Finding, ...]], year: int
) -> list[Finding]:
    """Bodies whose sums hold figures of a blocked one: they go on, and their reports say so."""
    found = []
    for whole, parts in layout.summed.items():
        wrong = tuple(x for x in parts if x in blocked)
        if wrong:
            about = {"entity_id": whole, "year": year}
            values = (("parts", wrong),)
            found.append(Finding("warning", "sum_of_blocked", **about, values=values))  # type: ignore[arg-type]
    return found


def _inspected(plan: Plan | None) -> frozenset[str]:
    """The ids of all checks and vetoes of a plan."""
    measures = plan.measures.values() if plan else ()
    checks = (check.id for measure in measures for check in measure.checks)
    return frozenset([*checks, *(plan.vetoes if plan else ())])


def _blocked(
    findings: Iterable[Finding],
    register: Register,
    years: tuple[int, ...],
    inspected: Collection[str],
) -> dict[str, tuple[Finding, ...]]:
    """Entities with an open error in a year that is used, or in no year in particular; what is wrong
    with a check or veto (``inspected``) counts for the year evaluated alone."""
    reasons: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        is_table = finding.file.endswith(("measures.csv", "vetoes.csv", RETURNED_MEASURES))
        is_inspection = is_table or finding.variable in inspected
        used = years[-1:] if is_inspection else years
        is_used = finding.year is None or finding.year in used
        if finding.is_open_error and is_used and finding.entity_id in register:
            reasons[finding.entity_id].append(finding)
    return {entity_id: tuple(found) for entity_id, found in reasons.items()}
