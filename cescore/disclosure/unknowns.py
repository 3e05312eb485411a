"""What stands behind each body's figure: cells of respondents that no sum tells apart, and rests."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from cescore.disclosure.behind import Behind, Quantity
from cescore.disclosure.equated import WITHIN, is_within
from cescore.disclosure.industries import OF_INDUSTRY, IndustryTable, is_of_industry
from cescore.disclosure.statements import Figure, Returned
from cescore.method.inference import Key
from cescore.method.knowledge import RespondentCell

LATE = "\0late"  # no id is called so
EXACT = 1e-6  # relative: a remainder below it is rounding


class Rest(NamedTuple):
    """What is in a body's own figure and comes from none of the register's respondents."""

    body: str
    quantity: Quantity


@dataclass(frozen=True, eq=False)
class Unknowns:
    """The cells and rests of some quantities.

    Attributes
    ----------
    filed
        Year -> the respondents whose figures an earlier edition's sums held.
    quantities
        What figures stand on.
    truth
        What each cell and rest comes to [unit of its quantity].
    cells
        Cell -> holding -> its contribution by magnitude, above 0 [unit of the quantity].
    sums
        Quantity -> body -> the cells and rests that its figure adds up.
    """

    behind: Behind
    industries: IndustryTable
    filed: Mapping[int, frozenset[str]]
    quantities: Iterable[Quantity]
    truth: dict[Key, float] = field(default_factory=dict, init=False)
    cells: dict[RespondentCell, Mapping[str, float]] = field(default_factory=dict, init=False)
    sums: dict[Quantity, Mapping[str, tuple[Key, ...]]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for quantity in self.quantities:
            self.sums[quantity] = self._of_quantity(quantity)

    def of(self, atom: Returned) -> tuple[Key, ...]:
        """The cells and rests that a body's returned quantity adds up."""
        return self.sums[atom.quantity].get(atom.body, ())

    def keys_of(self, figure: Figure) -> Sequence[Key]:
        """The cells and rests that a returned figure, a total of the industry table, or a sum over
        respondents adds up."""
        if is_of_industry(figure):
            total = self.industries.totals[figure]
            return self.totalled.get((total.body, total.industry, total.quantity), ())
        if is_within(figure):
            quantity = Quantity(figure.code.removesuffix(WITHIN), figure.year)
            return [c for c in self.cells_of.get(quantity, ()) if figure.entity_id in marks_of(c)]
        return self.of(Returned(figure.entity_id, Quantity(figure.code, figure.year)))

    def cell_of(self, entity_id: str, quantity: Quantity) -> RespondentCell | None:
        """The cell that a respondent's value is in; None: in no sum."""
        cell = RespondentCell(self._group(entity_id, quantity), quantity)
        return cell if cell in self.cells else None

    def members(self, cell: RespondentCell) -> Mapping[str, float]:
        """The respondents of a cell and what each returned."""
        quantity: Quantity = cell.quantity  # type: ignore[assignment]
        values = self.behind.values(quantity)
        return {e: value for e, value in values.items() if self._group(e, quantity) == cell.group}

    @cached_property
    def totalled(self) -> Mapping[tuple[str, str, Quantity], tuple[RespondentCell, ...]]:
        """Body, industry and quantity -> the cells whose respondents are totalled there."""
        found: dict[tuple[str, str, Quantity], list[RespondentCell]] = defaultdict(list)
        for quantity in self.sums:
            for cell in self.cells_of[quantity]:
                industry = _industry_of(cell)
                if industry is not None:
                    for body in marks_of(cell):
                        found[body, industry, quantity].append(cell)
        return {where: tuple(cells) for where, cells in found.items()}

    @cached_property
    def cells_of(self) -> Mapping[Quantity, Sequence[RespondentCell]]:
        """Quantity -> its cells."""
        found: dict[Quantity, list[RespondentCell]] = {q: [] for q in self.sums}
        for cell in self.cells:
            found[cell.quantity].append(cell)  # type: ignore[index]
        return found

    @lru_cache(maxsize=65536)  # noqa: B019 - lives as long as its run
    def late(self, quantity: Quantity) -> frozenset[str]:
        """Respondents with a value now whose figures the kept edition did not hold."""
        filed = self.filed.get(quantity.year)
        if filed is None:
            return frozenset()
        return frozenset(self.behind.values(quantity)) - filed

    def _group(self, entity_id: str, quantity: Quantity) -> tuple[str, ...]:
        """What tells a respondent from others in printed sums: its bodies, the industry that it is
        totalled in, and whether it was late."""
        chain = self.behind.chain(entity_id, quantity.year)
        if not chain:
            return ()
        industry = self.industries.industry(entity_id, quantity)
        marks = () if industry is None else (f"{OF_INDUSTRY}{industry}",)
        return (*chain, *marks, *((LATE,) if entity_id in self.late(quantity) else ()))

    def _of_quantity(self, quantity: Quantity) -> Mapping[str, tuple[Key, ...]]:
        groups: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for entity_id, value in self.behind.values(quantity).items():
            group = self._group(entity_id, quantity)
            if group:
                groups[group][self.behind.holder(entity_id)] += value
        for group, parts in groups.items():
            cell = RespondentCell(group, quantity)
            self.cells[cell] = dict(parts)
            self.truth[cell] = math.fsum(parts.values())
        groups_of: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for group in groups:
            for mark in group:
                groups_of[mark].append(group)
        found: dict[str, tuple[Key, ...]] = {}
        bodies = [b.entity_id for b in self.behind.bodies]
        year = quantity.year
        for body in sorted(bodies, key=lambda b: len(self.behind.inside(b, year))):
            figure = self.behind.figure(body, quantity)
            if figure is None:
                continue
            keys: list[Key] = [RespondentCell(g, quantity) for g in groups_of.get(body, ())]
            keys += [Rest(b, quantity) for b in self.behind.inside(body, year) if b in found]
            keys = [key for key in keys if key in self.truth]
            keys += self._of_twins(keys, groups_of, body, quantity)
            rest = abs(figure) - math.fsum(self.truth[key] for key in keys)
            rest -= self._known_to_all(body, quantity)
            if not self._is_whole(body, quantity, rest, abs(figure)):
                self.truth[Rest(body, quantity)] = max(rest, 0.0)
                keys.append(Rest(body, quantity))
            found[body] = tuple(keys)
        return found

    def _of_twins(
        self,
        keys: Sequence[Key],
        groups_of: Mapping[str, Sequence[tuple[str, ...]]],
        body: str,
        quantity: Quantity,
    ) -> list[Key]:
        """The cells of bodies that are the same place, where a body's figure is large enough to hold
        them as well."""
        twins = self.behind.twins(body)
        groups = dict.fromkeys(g for twin in twins for g in groups_of.get(twin, ()))
        more: list[Key] = [RespondentCell(g, quantity) for g in groups if body not in g]
        figure = abs(self.behind.figure(body, quantity) or 0.0)
        whole = math.fsum(self.truth[key] for key in (*keys, *more))
        return more if whole <= figure * (1 + EXACT) else []

    def _known_to_all(self, body: str, quantity: Quantity) -> float:
        """What respondents inside a body add that are not protected [unit of the quantity]."""
        values = self.behind.open_values(quantity)
        chain = self.behind.chain
        return math.fsum(v for e, v in values.items() if body in chain(e, quantity.year))

    def _is_whole(self, body: str, quantity: Quantity, rest: float, figure: float) -> bool:
        """Whether everybody knows that a body's figure holds nothing beside what lies in it."""
        if self.behind.is_summed(body, quantity):
            return True
        entity_type = self.behind.yearly.workspace.register[body].entity_type
        return entity_type in self._tiled and rest <= EXACT * figure

    @cached_property
    def _tiled(self) -> frozenset[str]:
        """Types whose bodies' figures are those of the bodies in them."""
        return frozenset(self.behind.yearly.workspace.tiled_by)


def is_late(key: Key) -> bool:
    """Whether an unknown is what late returns hold."""
    return isinstance(key, RespondentCell) and LATE in marks_of(key)


def _industry_of(cell: RespondentCell) -> str | None:
    """The industry that tells a cell's respondents from others of the same bodies."""
    found = (m.removeprefix(OF_INDUSTRY) for m in marks_of(cell) if m.startswith(OF_INDUSTRY))
    return next(found, None)


def marks_of(cell: RespondentCell) -> tuple[str, ...]:
    """What a cell's respondents have in common: bodies, and marks beside them."""
    return tuple(cell.group)  # type: ignore[arg-type]
