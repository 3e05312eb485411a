"""Which respondents stand behind a body's figure: members, what they returned, who counts as one."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cescore.intake.observations.carrying import has_history
from cescore.intake.register.succession import formation_of
from cescore.method.column import Flag

if TYPE_CHECKING:
    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.intake.register.entities import Entity, Register
    from cescore.method.column import Column, Panel

AGGREGATED = int(Flag.AGGREGATED)


class Quantity(NamedTuple):
    """A returned variable of a year."""

    code: str
    year: int


@dataclass(frozen=True, eq=False)
class Behind:
    """The respondents of a workspace and the bodies that they lie in, year by year.

    A respondent is an entity of a type that may not be named. A body is whatever contains one, also
    where the bureau has named no public types: its figures are statements about those inside. Who
    moved counts where it lay in each year, for the pages of a year show the years before it.
    """

    yearly: YearlyEvaluation
    only: frozenset[int] | None = None  # years whose pages are read; None: every year's

    @cached_property
    def bodies(self) -> tuple[Entity, ...]:
        """Evaluated entities that contain respondents in some year, or are the same place as one that
        does; and those that lie in one without any: their figures say what of a sum is nobody's. In
        the register's order."""
        chains = [
            chain for year in self.years for chain in self._chains(self._epoch(year)).values()
        ]
        containing = {body for chain in chains for body in chain}
        containing |= {twin for body in containing for twin in self.twins(body)}
        return tuple(
            e
            for e in self.yearly.entities
            if e.entity_id in containing
            or (not self.is_respondent(e) and containing & self._ever_around(e.entity_id))
        )

    @cached_property
    def years(self) -> tuple[int, ...]:
        return next(iter(self.yearly.evaluations.values())).panel.years

    @property
    def read_years(self) -> tuple[int, ...]:
        """The years whose pages are read."""
        return tuple(y for y in self.years if self.only is None or y in self.only)

    def is_respondent(self, entity: Entity) -> bool:
        return entity.entity_type not in self.public_types

    @property
    def public_types(self) -> tuple[str, ...]:
        """The types whose entities may be named."""
        return self.yearly.workspace.definitions.disclosure.public_types

    @property
    def p_percent(self) -> float:
        """How near nobody may come to what one of them returned [%]."""
        return self.yearly.workspace.definitions.disclosure.p_percent

    # --- who lies in what -----------------------------------------------------------------------

    def chain(self, entity_id: str, year: int) -> tuple[str, ...]:
        """The bodies in whose figures of a year an entity's are: what it lay in and was counted in
        then, and what was formed from these since and shows their history as its own."""
        return self._chain(entity_id, self._epoch(year))

    def inside(self, body: str, year: int) -> tuple[str, ...]:
        """The bodies that lay in a body in a year."""
        return self._inside(self._epoch(year)).get(body, ())

    def twins(self, body: str) -> tuple[str, ...]:
        """The bodies of another type that are the same place, as the register says."""
        return self._twins.get(body, ())

    @cached_property
    def _twins(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for entity in self._register:
            if entity.same_as in self._register:
                found[entity.entity_id][entity.same_as] = None
                found[entity.same_as][entity.entity_id] = None
        return {body: tuple(twins) for body, twins in found.items()}

    @property
    def _register(self) -> Register:
        return self.yearly.workspace.register

    @cached_property
    def _turns(self) -> tuple[int, ...]:
        """The years from which on somebody lies elsewhere, or has a history of its own."""
        formed = (formation for heirs in self._heirs.values() for formation in heirs.values())
        return tuple(sorted({*self._register.turns, *formed}))

    def _epoch(self, year: int) -> int:
        """A number that all years have in common in which everybody lies in the same."""
        return bisect_right(self._turns, year)

    @cached_property
    def _heirs(self) -> Mapping[str, Mapping[str, int]]:
        """Body -> what was formed from it and shows its history, with the year in which it began."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for entity in self._register:
            formation = formation_of(entity.entity_id, self._register)
            if formation is not None and has_history(formation):
                for origin in formation.shares:
                    found[origin][entity.entity_id] = formation.year
        return found

    @lru_cache(maxsize=65536)  # noqa: B019 - lives as long as its run
    def _chain(self, entity_id: str, epoch: int) -> tuple[str, ...]:
        return self._chains(epoch).get(entity_id) or tuple(self._around(entity_id, epoch))

    @lru_cache(maxsize=64)  # noqa: B019
    def _chains(self, epoch: int) -> Mapping[str, tuple[str, ...]]:
        return {
            e.entity_id: tuple(self._around(e.entity_id, epoch))
            for e in self._register
            if self.is_respondent(e)
        }

    def _around(self, entity_id: str, epoch: int) -> Iterator[str]:
        last = self._turns[epoch] - 1 if epoch < len(self._turns) else self.years[-1]
        register = self._register.as_of(last)
        seen: set[str] = set()
        waiting = [entity_id]
        while waiting:
            entity = register[waiting.pop(0)]
            heirs = self._heirs.get(entity.entity_id, {}) if entity.entity_id in seen else {}
            later = [heir for heir, year in heirs.items() if last < year]
            for above in (entity.parent_id, entity.counted_in, *later):
                if above in register and above not in seen and above != entity_id:
                    seen.add(above)
                    waiting.append(above)
                    yield above

    def _ever_around(self, entity_id: str) -> set[str]:
        epochs = dict.fromkeys(map(self._epoch, self.years))
        return {body for epoch in epochs for body in self._around(entity_id, epoch)}

    @lru_cache(maxsize=64)  # noqa: B019
    def _inside(self, epoch: int) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for body in self.bodies:
            for above in self._around(body.entity_id, epoch):
                found[above].append(body.entity_id)
        return {body: tuple(inside) for body, inside in found.items()}

    # --- what they returned ---------------------------------------------------------------------

    @property
    def respondents(self) -> tuple[str, ...]:
        """The ids of all respondents, in the register's order."""
        return tuple(e.entity_id for e in self._register if self.is_respondent(e))

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

    def holder(self, entity_id: str) -> str:
        """Who an entity is one with: its holding, or itself."""
        return self._register[entity_id].holding_id or entity_id

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as its run
    def values(self, quantity: Quantity) -> Mapping[str, float]:
        """What protected respondents returned, by magnitude; who returned nothing or 0 is left out."""
        return dict(self._returned(quantity, is_protected=True))

    @lru_cache(maxsize=4096)  # noqa: B019
    def open_values(self, quantity: Quantity) -> Mapping[str, float]:
        """The same of those who are not protected: everybody may know what they returned."""
        return dict(self._returned(quantity, is_protected=False))

    def _returned(self, quantity: Quantity, *, is_protected: bool) -> Iterator[tuple[str, float]]:
        for panel in self._panels:
            column = panel.columns.get(quantity.code)
            if column is None or quantity.year not in panel.years:
                continue
            j = panel.year_position(quantity.year)
            rows = np.flatnonzero(column.is_present[:, j] & (column.values[:, j] != 0))
            for row in rows.tolist():
                entity = self._register[panel.entities[row]]
                if not entity.is_valid_in(quantity.year):
                    continue
                if self._is_protected(panel, row) is is_protected:
                    yield entity.entity_id, abs(float(column.values[row, j]))

    @cached_property
    def _panels(self) -> tuple[Panel, ...]:
        workspace = self.yearly.workspace
        return tuple(p for t, p in workspace.panels.items() if t not in self.public_types)

    def _is_protected(self, panel: Panel, row: int) -> bool:
        lifted = self.yearly.workspace.definitions.disclosure.unprotected_bases
        bases = panel.attributes.get("basis")
        return bases is None or bases[row] not in lifted

    def parts(self, body: str, quantity: Quantity) -> Mapping[str, float]:
        """What each holding with protected respondents in a body returned of a quantity, by magnitude
        [unit of the quantity]."""
        found: dict[str, float] = defaultdict(float)
        for entity_id, value in self.values(quantity).items():
            if body in self.chain(entity_id, quantity.year):
                found[self.holder(entity_id)] += value
        return found

    def largest_around(self, entity_id: str, quantity: Quantity) -> float:
        """The most that one holding with protected respondents returned of a quantity in any body that an
        entity lies in, or is [unit of the quantity]."""
        most = self._most_of_one(quantity)
        around = (entity_id, *self.chain(entity_id, quantity.year))
        return max(most.get(body, 0.0) for body in around)

    @lru_cache(maxsize=4096)  # noqa: B019
    def _most_of_one(self, quantity: Quantity) -> Mapping[str, float]:
        """Body -> the most that one holding returned in it."""
        parts = defaultdict[tuple[str, str], float](float)
        for entity_id, value in self.values(quantity).items():
            for body in self.chain(entity_id, quantity.year):
                parts[body, self.holder(entity_id)] += value
        found = defaultdict[str, float](float)
        for (body, _), value in parts.items():
            found[body] = max(found[body], value)
        return found

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
        chains = self._chains(self._epoch(quantity.year))
        return any(chains.get(entity_id) for entity_id in self.values(quantity))
