"""What is withheld, chosen year by year: a year of which nothing is another is not chosen for again.

Who waits for a plan or a preview reads here what an earlier command chose; what leaves is never built
on it. A choice of a year rests on everything of that year and of those before it, for formulas look
back; on the base year; on who returned what at all; and on register, rules and earlier editions.
Where statements tie two years together, nothing is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cescore.definitions.formulas.formula import parse
from cescore.definitions.kept_definitions import Keeping, keep_value, kept_value
from cescore.disclosure.ledger.held_by_each import HeldByEach
from cescore.disclosure.ledger.kept_pattern import METHOD, structure_of
from cescore.disclosure.ledger.statements import Figure

if TYPE_CHECKING:
    from cescore.disclosure.ledger.behind import Behind
    from cescore.disclosure.ledger.kept_pattern import KeptPattern
    from cescore.disclosure.ledger.system_audit import SystemAudit
    from cescore.method.column import Panel

AT_BASE = "base("  # in a formula that looks at the base year


@dataclass(frozen=True)
class Choice:
    """``withheld``: the figures that the public does not see; ``above``: those that are released although
    something they stand on is withheld."""

    withheld: frozenset[Figure]
    above: frozenset[Figure]


@dataclass(frozen=True)
class _OfYear:
    """A choice of one year as it is kept: figures as body and code."""

    year: int
    withheld: tuple[tuple[str, str], ...]
    above: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, year: int, choice: Choice) -> _OfYear:
        def named(figures: Iterable[Figure]) -> tuple[tuple[str, str], ...]:
            return tuple(sorted((f.entity_id, f.code) for f in figures if f.year == year))

        return cls(year, named(choice.withheld), named(choice.above))

    def figures(self, named: Iterable[tuple[str, str]]) -> frozenset[Figure]:
        return frozenset(Figure(body, code, self.year) for body, code in named)


Chooser = Callable[[frozenset[int] | None], tuple[Choice, Sequence["SystemAudit"]]]


def by_year(behind: Behind, kept: KeptPattern, keeping: Keeping, choose: Chooser) -> Choice:
    """The choice of a whole ledger: of each year what is known of it, of the others what is chosen now.

    ``choose``: chooses for some years, or all at once, and has the systems that this rests on.
    ``kept``: what an earlier edition withheld.
    """
    if any(map(_looks_at_other_years, _of_each(behind))):
        return choose(None)[0]
    marks = _marks(behind, kept)
    known = {year: kept_value(keeping, mark) for year, mark in marks.items()}
    found = {y: one for y, one in known.items() if isinstance(one, _OfYear) and one.year == y}
    missing = marks.keys() - found.keys()
    if missing:
        choice, audits = choose(frozenset(missing))
        if not all(map(_is_of_one_year, audits)):
            return choice if not found else choose(None)[0]
        for year in sorted(missing):
            found[year] = _OfYear.of(year, choice)
            keep_value(keeping, marks[year], found[year])
    every = found.values()
    return Choice(
        frozenset[Figure]().union(*(one.figures(one.withheld) for one in every)),
        frozenset[Figure]().union(*(one.figures(one.above) for one in every)),
    )


def _of_each(behind: Behind) -> Iterable[str]:
    """What rules say is 0, or at most 0, for each respondent: whether it ties years is not seen from one of them."""
    held = HeldByEach(behind, lambda entity_id, quantity: None, {})
    return [zero.text for zero in (*held.zeros(), *held.at_most_zero())]


def _looks_at_other_years(zero: str) -> bool:
    return AT_BASE in zero or parse(zero, in_rule=True).longest_lag > 0


def _is_of_one_year(audit: SystemAudit) -> bool:
    years = {printed.figure.year for printed in audit.printed}
    years |= {atom.quantity.year for printed in audit.printed for atom in printed.atoms}
    years |= {figure.year for figure in audit.equations.figures}
    return len(years) == 1


def _marks(behind: Behind, kept: KeptPattern) -> Mapping[int, str]:
    """Year -> a hash of all that its choice rests on."""
    workspace = behind.yearly.workspace
    whole = hashlib.sha256(f"method {METHOD}".encode())
    whole.update(structure_of(workspace))
    frameworks = {t: e.framework.hash for t, e in behind.yearly.evaluations.items()}
    whole.update(repr(frameworks).encode())
    whole.update(kept.text().encode())
    whole.update(who_returned_what(behind))
    _take(whole, behind, workspace.base_year)
    marks: dict[int, str] = {}
    for year in sorted(behind.years):
        _take(whole, behind, year)
        marks[year] = f"withheld {year} {whole.hexdigest()}"
    return marks


def who_returned_what(behind: Behind) -> bytes:
    """A hash over which figures there are, of whom and when, whatever they come to."""
    workspace, whole = behind.yearly.workspace, hashlib.sha256()
    whole.update(repr(sorted(filter(workspace.filed, workspace.register.entities))).encode())
    for name, panel in _panels(behind):
        whole.update(repr((name, panel.entities, panel.years)).encode())
        whole.update(repr(panel.attributes.get("basis", ())).encode())
        for code in sorted(panel.columns):
            column = panel.columns[code]
            whole.update(f"{code} ".encode())
            whole.update(np.packbits(column.is_present & (column.values != 0)).tobytes())
    return whole.digest()


def _take(whole: hashlib._Hash, behind: Behind, year: int) -> None:
    """All values, states and flags of a year."""
    for name, panel in _panels(behind):
        if year not in panel.years:
            continue
        at = panel.year_position(year)
        for code in sorted(panel.columns):
            column = panel.columns[code]
            whole.update(f"{name} {code} {year} ".encode())
            for array in (column.values, column.state, column.flags):
                whole.update(np.ascontiguousarray(array[:, at]).tobytes())


def _panels(behind: Behind) -> Iterator[tuple[str, Panel]]:
    """All that is received and computed, by name."""
    for entity_type, panel in behind.yearly.workspace.panels.items():
        yield f"received {entity_type}", panel
    for entity_type, evaluation in behind.yearly.evaluations.items():
        yield f"panel {entity_type}", evaluation.panel
        if entity_type in behind.public_types:
            yield f"accounts {entity_type}", evaluation.accounts
            yield f"indicators {entity_type}", evaluation.indicators
