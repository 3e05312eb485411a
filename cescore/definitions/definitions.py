"""What params say, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cescore.definitions.formulas.units import OwnUnits, Units
from cescore.definitions.frameworks.history import MethodRecord
from cescore.definitions.model import (
    Account,
    BuiltInChecks,
    CheckRule,
    Disclosure,
    Factor,
    Framework,
    IndustryRange,
    Plan,
    Run,
    Standard,
    Variable,
)
from cescore.definitions.model.database import Database
from cescore.definitions.model.ends import EndsTable
from cescore.definitions.model.reference import Reference
from cescore.definitions.pictures import PageParams
from cescore.definitions.plans.movable import Movable


@dataclass(frozen=True)
class Definitions:
    """What params/ say, resolved and free of contradictions.

    ``frameworks`` (by entity type) are complete in themselves: accounts, factors and variables they
    use, the order of computing, executable formulas.
    """

    own_units: OwnUnits
    variables: Mapping[str, Variable]
    accounts: Mapping[str, Account]
    factors: Mapping[str, Factor]
    frameworks: Mapping[str, Framework]
    checks: tuple[CheckRule, ...]
    built_in: BuiltInChecks
    plan: Plan | None
    run: Run
    disclosure: Disclosure
    standards: Mapping[str, Standard] = field(default_factory=dict)
    ranges: tuple[IndustryRange, ...] = ()
    page: PageParams = field(default_factory=PageParams)
    movable: Movable = field(default_factory=Movable)
    history: Mapping[int, MethodRecord] = field(default_factory=dict)  # of earlier years
    plans: Mapping[str, Plan] = field(default_factory=dict)  # every plan, the run's own among them
    databases: tuple[Database, ...] = ()
    beside: tuple[Framework, ...] = ()  # further frameworks that returns are scored under, ungraded
    references: tuple[Reference, ...] = ()  # printed beside indicators, never scored
    ends: EndsTable = field(default_factory=EndsTable)  # rules of ends, and the ends of quantities

    @property
    def units(self) -> Units:
        """The units that params may be written in."""
        return self.own_units.units

    @property
    def factor_values(self) -> dict[str, float]:
        """Constants with a name, each in its own unit, as formulas and rules take them."""
        return {code: factor.value for code, factor in self.factors.items()}

    def plan_in(self, year: int) -> Plan | None:
        """The plan a year was inspected under: the run's own, or the one that an earlier year falls in."""
        own = self.plan
        if year == self.run.year or (own is not None and own.first_year <= year <= own.last_year):
            return own
        covering = [p for p in self.plans.values() if p.first_year <= year <= p.last_year]
        return covering[0] if len(covering) == 1 else own
