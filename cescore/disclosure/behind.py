"""Which respondents stand behind a body's figure: members, what they returned, who counts as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cescore.method.column import Flag

if TYPE_CHECKING:
    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.intake.entities import Entity
    from cescore.method.column import Column, Panel

AGGREGATED = int(Flag.AGGREGATED)


class Quantity(NamedTuple):
    """A returned variable of a year."""

    code: str
    year: int


@dataclass(frozen=True, eq=False)
class Behind:
    """The respondents of a workspace's year and the bodies that they lie in.

    A respondent is an entity of a type that may not be named. A body is whatever contains one, also
    where the bureau has named no public types: its figures are statements about those inside.
    """

    yearly: YearlyEvaluation

    @cached_property
    def bodies(self) -> tuple[Entity, ...]:
        """Evaluated entities with respondents inside, and those that lie in one without any: their
        figures say what of a sum is nobody's. In the register's order."""
        containing = {body for chain in self._chains.values() for body in chain}
        return tuple(
            e
            for e in self.yearly.entities
            if e.entity_id in containing
            or (not self.is_respondent(e) and containing & set(self._around(e.entity_id)))
        )

    @cached_property
    def years(self) -> tuple[int, ...]:
        return next(iter(self.yearly.evaluations.values())).panel.years

    def is_respondent(self, entity: Entity) -> bool:
        return entity.entity_type not in self.public_types

    @property
    def public_types(self) -> tuple[str, ...]:
        """The types whose entities may be named."""
        return self.yearly.workspace.definitions.disclosure.public_types

    def chain(self, entity_id: str) -> tuple[str, ...]:
        """The bodies that a respondent or body counts in, by what it lies in and is counted in."""
        return self._chains.get(entity_id) or tuple(self._around(entity_id))

    @cached_property
    def _chains(self) -> Mapping[str, tuple[str, ...]]:
        return {
            e.entity_id: tuple(self._around(e.entity_id))
            for e in self.yearly.workspace.register
            if self.is_respondent(e)
        }

    def _around(self, entity_id: str) -> Iterator[str]:
        register = self.yearly.workspace.register
        seen: set[str] = set()
        waiting = [entity_id]
        while waiting:
            entity = register[waiting.pop(0)]
            for above in (entity.parent_id, entity.counted_in):
                if above in register and above not in seen and above != entity_id:
                    seen.add(above)
                    waiting.append(above)
                    yield above

    @property
    def respondents(self) -> tuple[str, ...]:
        """The ids of all respondents, in the register's order."""
        return tuple(self._chains)

    def has_returned(self, entity_id: str, year: int) -> bool:
        """Whether a respondent returned any figure of a year."""
        return entity_id in self._filed(year)

    @lru_cache(maxsize=64)  # noqa: B019
    def _filed(self, year: int) -> frozenset[str]:
        found: set[str] = set()
        for panel in self._panels:
            if year in panel.years:
                has = np.zeros(len(panel.entities), bool)
                for column in panel.columns.values():
                    has |= column.is_present[:, panel.year_position(year)]
                found |= {panel.entities[row] for row in np.flatnonzero(has).tolist()}
        return frozenset(found)

    def inside(self, body: str) -> tuple[str, ...]:
        """The bodies that lie in a body."""
        return self._inside.get(body, ())

    @cached_property
    def _inside(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for body in self.bodies:
            for above in self.chain(body.entity_id):
                found[above].append(body.entity_id)
        return {body: tuple(inside) for body, inside in found.items()}

    def holder(self, entity_id: str) -> str:
        """Who an entity is one with: its holding, or itself."""
        return self.yearly.workspace.register[entity_id].holding_id or entity_id

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as its run
    def values(self, quantity: Quantity) -> Mapping[str, float]:
        """What protected respondents returned, by magnitude; who returned nothing or 0 is left out."""
        found: dict[str, float] = {}
        for panel in self._panels:
            column = panel.columns.get(quantity.code)
            if column is None or quantity.year not in panel.years:
                continue
            j = panel.year_position(quantity.year)
            rows = np.flatnonzero(column.is_present[:, j] & (column.values[:, j] != 0))
            for row in rows.tolist():
                entity = self.yearly.workspace.register[panel.entities[row]]
                if entity.is_valid_in(quantity.year) and self._is_protected(panel, row):
                    found[entity.entity_id] = abs(float(column.values[row, j]))
        return found

    @cached_property
    def _panels(self) -> tuple[Panel, ...]:
        workspace = self.yearly.workspace
        return tuple(p for t, p in workspace.panels.items() if t not in self.public_types)

    def _is_protected(self, panel: Panel, row: int) -> bool:
        lifted = self.yearly.workspace.definitions.disclosure.unprotected_bases
        bases = panel.attributes.get("basis")
        return bases is None or bases[row] not in lifted

    @lru_cache(maxsize=65536)  # noqa: B019
    def figure(self, body: str, quantity: Quantity) -> float | None:
        """A body's own figure; None where it has none."""
        found = self.place(body, quantity)
        if found is None:
            return None
        column, row, j = found
        return float(column.values[row, j]) if column.is_present[row, j] else None

    def is_summed(self, body: str, quantity: Quantity) -> bool:
        """Whether a body's figure is the sum over what lies in it, and nothing else."""
        found = self.place(body, quantity)
        if found is None:
            return False
        column, row, j = found
        return bool(int(column.flags[row, j]) & AGGREGATED)

    def place(self, body: str, quantity: Quantity) -> tuple[Column, int, int] | None:
        """The column, row and year's place of a body's returned quantity."""
        panel = self.yearly.evaluation_of(body).panel
        column = panel.columns.get(quantity.code)
        if column is None or quantity.year not in panel.years:
            return None
        return column, panel.row(body), panel.year_position(quantity.year)

    @lru_cache(maxsize=4096)  # noqa: B019
    def is_about_respondents(self, quantity: Quantity) -> bool:
        """Whether a quantity adds up and some protected respondent inside a body returned it."""
        variable = self.yearly.workspace.definitions.variables.get(quantity.code)
        if variable is None or not variable.additive or variable.kind == "code":
            return False
        return any(self._chains.get(entity_id) for entity_id in self.values(quantity))
