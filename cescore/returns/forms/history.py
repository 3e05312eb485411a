"""What forms show of earlier years: returns as received and corrected, read without this year's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cescore.definitions.definitions import Definitions
from cescore.definitions.model import BuiltInChecks
from cescore.intake.checks.repeats import has_digits
from cescore.intake.findings import Context, Finding, FindingLog
from cescore.intake.observations.correcting import apply_corrections
from cescore.intake.observations.corrections import read_corrections
from cescore.intake.observations.dictionary import Dictionary
from cescore.intake.observations.observations import Observations
from cescore.intake.observations.panel import build_panels
from cescore.intake.observations.reading import read_observations
from cescore.intake.records.inspections import read_measures
from cescore.intake.register.entities import Register
from cescore.intake.register.near_words import in_known_words
from cescore.intake.register.register_file import read_register
from cescore.intake.sources.databases import database_sources
from cescore.intake.sources.inventory import find_sources, year_folders
from cescore.intake.workspace import CORRECTIONS, REGISTER, base_year_of
from cescore.method.column import Panel, State
from cescore.method.editing.slips import power_of_ten
from cescore.returns.forms.contents import FormContents
from cescore.returns.forms.earlier import EarlierFigures


@dataclass(frozen=True, eq=False)
class EarlierReturns:
    """The register, and all that was returned before the year of the forms.

    ``panels`` are empty where nothing was. ``errors`` are those of the register and of the rows that
    could not be used: forms go out all the same, and their senders are told.
    """

    register: Register
    base_year: int
    panels: Mapping[str, Panel]
    check_status: Mapping[tuple[str, str], str]  # entity and check -> status recorded last year
    check_value: Mapping[tuple[str, str], str]  # likewise the value
    errors: tuple[Finding, ...]

    def of(
        self, entity_id: str, contents: FormContents, not_applicable: str, years: tuple[int, ...]
    ) -> EarlierFigures:
        """What the form of one entity shows, and what its hints and rules need.

        Parameters
        ----------
        not_applicable
            The word for a quantity that did not apply; one that was not returned is left out.
        years
            Those before last year that rules look at.
        """
        statuses = {
            check.id: self.check_status[entity_id, check.id]
            for _, check in contents.checks
            if (entity_id, check.id) in self.check_status
        }
        values = {
            check.id: self.check_value[entity_id, check.id]
            for _, check in contents.checks
            if (entity_id, check.id) in self.check_value
        }
        panel = self.panels.get(contents.entity_type)
        if panel is None or entity_id not in panel.row_of:
            return EarlierFigures(check_status=statuses, check_value=values)
        codes, last_year = [a.variable.code for a in contents.variables], contents.year - 1
        cells = {(code, year) for code in codes for year in (last_year, *years)}
        read = _EntityRow(panel, panel.row(entity_id), not_applicable)
        figures = {cell: read.figure(*cell) for cell in cells}
        numbers = {code: read.number(code, last_year) for code in codes}
        before = {code: read.number(code, last_year - 1) for code in codes}
        return EarlierFigures(
            values={cell: value for cell, value in figures.items() if value is not None},
            slip_from={
                code: before[code]
                for code, last in numbers.items()
                if _is_slip(before[code], last, contents.built_in)
            },
            with_digits=frozenset(code for code, last in numbers.items() if has_digits(last)),
            check_status=statuses,
            check_value=values,
        )


def read_earlier(root: Path, definitions: Definitions) -> EarlierReturns:
    """Read register and returns before the year that definitions are of.

    Raises
    ------
    DataError
        There is no register, or corrections.yml is no YAML.
    """
    log, data, year = FindingLog(), root / "data", definitions.run.year
    register, _ = read_register(data / "entities.csv", REGISTER, log)
    register = in_known_words(register.as_of(year), definitions, log, REGISTER)
    sources = find_sources(data, year - 1, log)
    dictionary = Dictionary(register, definitions.variables, definitions.own_units)
    years = _years_before(definitions, [s.year for s in sources if s.year is not None])
    kept = database_sources(root, (), year, year_folders(data, year - 1), Context(log))
    observations = read_observations(sources, dictionary, log, years, kept).observations
    observations = _corrected(observations, root, register, definitions, log)
    base_year = base_year_of(definitions, observations)
    panels: Mapping[str, Panel] = {}
    if any(received < year for received in observations.received):
        panels = build_panels(register, observations, definitions.variables, years, {}).panels
    file = f"data/{year - 1}/measures.csv"
    plan = definitions.plan_in(year - 1)
    records, _ = read_measures(root / file, year - 1, register, plan, Context(log).file(file))
    return EarlierReturns(
        register=register,
        base_year=base_year,
        panels=panels,
        check_status={(r.entity_id, r.check_id): r.status for r in records},
        check_value={(r.entity_id, r.check_id): r.value for r in records if r.value},
        errors=tuple(finding for finding in log.sorted() if finding.is_open_error),
    )


def _corrected(
    observations: Observations,
    root: Path,
    register: Register,
    definitions: Definitions,
    log: FindingLog,
) -> Observations:
    """With what is known to be wrong set right, as reports have it."""
    context = Context(log).file(CORRECTIONS)
    recorded = read_corrections(root / CORRECTIONS, register, definitions.variables, context)
    earlier = tuple(c for c in recorded if c.year is not None and c.year < definitions.run.year)
    return apply_corrections(observations, earlier, CORRECTIONS, log)


def _years_before(definitions: Definitions, folders: list[int]) -> tuple[int, ...]:
    """All years before the form's, from the first that anything could ask for."""
    run, plan, last = definitions.run, definitions.plan, definitions.run.year - 1
    known = [run.first_year, run.base_year, plan.base_year if plan else None]
    first = min([year for year in known if year is not None] + folders + [last - 1])
    return tuple(range(min(first, last), last + 1))


def _is_slip(before: float, last: float, rules: BuiltInChecks) -> bool:
    """Whether last year's value is a power of ten away from the one before it."""
    if not (before > 0 and last > 0):  # NaN, where there is none, is neither
        return False
    return bool(power_of_ten(np.array([last / before]), rules.unit_slip).any())


@dataclass(frozen=True)
class _EntityRow:
    """One entity's cells of a panel."""

    panel: Panel
    row: int
    not_applicable: str

    def number(self, code: str, year: int) -> float:
        """The number of a cell; NaN without one."""
        if year not in self.panel.years or code not in self.panel.columns:
            return np.nan
        column, at = self.panel.columns[code], (self.row, self.panel.year_position(year))
        return float(column.values[at]) if column.state[at] == State.PRESENT else np.nan

    def figure(self, code: str, year: int) -> float | str | None:
        """A number or the text of a code; the word for what did not apply; None without either."""
        if year not in self.panel.years:
            return None
        at = (self.row, self.panel.year_position(year))
        if code in self.panel.codes:
            return str(self.panel.codes[code][at]) or None
        number = self.number(code, year)
        if not np.isnan(number):
            return number
        column = self.panel.columns.get(code)
        if column is None or column.state[at] != State.NOT_APPLICABLE:
            return None
        return self.not_applicable
