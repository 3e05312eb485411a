"""What stands behind each body's figure: cells of respondents that no sum tells apart, and rests."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from cescore.disclosure.ledger.behind import Behind, Quantity
from cescore.disclosure.ledger.earlier import ROUNDED, EarlierSums
from cescore.disclosure.ledger.equated import WITHIN, is_within
from cescore.disclosure.ledger.industries import OF_INDUSTRY, IndustryTable, is_of_industry
from cescore.disclosure.ledger.statements import Figure, Returned
from cescore.method.disclosure.inference import Key
from cescore.method.disclosure.knowledge import RespondentCell

LATE = "\0late"  # no id is called so
WAS = "\0was in "  # before the bodies in which somebody counted in an earlier edition
_Groups = dict[tuple[str, ...], dict[str, float]]  # marks -> holding -> value
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
        Year -> whose figures an earlier edition's sums held.
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
    filed: Mapping[int, EarlierSums]
    quantities: Iterable[Quantity]
    truth: dict[Key, float] = field(default_factory=dict, init=False)
    cells: dict[RespondentCell, Mapping[str, float]] = field(default_factory=dict, init=False)
    sums: dict[Quantity, Mapping[str, tuple[Key, ...]]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for quantity in self.quantities:
            self.sums[quantity] = self._of_quantity(quantity)

    def of(self, atom: Returned) -> tuple[Key, ...]:
        """The cells and rests that a body's returned quantity adds up."""
        return self.sums.get(atom.quantity, {}).get(atom.body, ())

    def keys_of(self, figure: Figure) -> Sequence[Key]:
        """The cells and rests that a returned figure, a total of the industry table, or a sum over
        respondents adds up."""
        if is_of_industry(figure):
            total = self.industries.totals[figure]
            return self.totalled.get((total.body, total.industry, total.quantity), ())
        if is_within(figure):
            quantity = Quantity(figure.code.removesuffix(WITHIN), figure.year)
            return self._cells_within.get((quantity, figure.entity_id), ())
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

    @cached_property
    def _cells_within(self) -> Mapping[tuple[Quantity, str], Sequence[RespondentCell]]:
        """Quantity and body, or another mark -> the cells that have it."""
        found: dict[tuple[Quantity, str], list[RespondentCell]] = defaultdict(list)
        for quantity, cells in self.cells_of.items():
            for cell in cells:
                for mark in dict.fromkeys(marks_of(cell)):
                    found[quantity, mark].append(cell)
        return found

    # --- what an earlier edition held -----------------------------------------------------------

    def has_changed(self, quantity: Quantity) -> bool:
        """Whether an earlier edition's sums held other respondents, or some of them elsewhere."""
        return bool(self.late(quantity) or self.moved(quantity) or self.gone(quantity))

    def held_earlier(self, atom: Returned) -> Iterator[Key]:
        """The cells and rests that the figure of an earlier edition added up."""
        body, quantity = atom
        stayed = [k for k in self.of(atom) if not is_late(k) and body in (was_in(k) or [body])]
        yield from stayed
        for cell in self.cells_of[quantity]:
            if body in (was_in(cell) or ()) and cell not in stayed:
                yield cell

    @lru_cache(maxsize=65536)  # noqa: B019 - lives as long as its run
    def late(self, quantity: Quantity) -> frozenset[str]:
        """Respondents whose value the kept edition did not hold, or so small or so large that the
        difference is all of the one or the other to within p %."""
        filed = self.filed.get(quantity.year)
        if filed is None:
            return frozenset()
        before = filed.returned(quantity.code)
        return frozenset(
            e
            for e, value in self.behind.values(quantity).items()
            if self._is_nothing(before.get(e, 0.0), value)
            or self._is_nothing(value, before.get(e, 0.0))
        )

    def _is_nothing(self, value: float, other: float) -> bool:
        """Whether a value is next to nothing beside another, of which one was kept roughly."""
        return value <= self.behind.p_percent / 100 * ROUNDED * other

    @lru_cache(maxsize=4096)  # noqa: B019
    def moved(self, quantity: Quantity) -> Mapping[str, tuple[str, ...]]:
        """Respondents that counted in other bodies then -> which."""
        filed = self.filed.get(quantity.year, EarlierSums())
        staying = self.behind.values(quantity).keys() - self.late(quantity)
        return {
            e: chain
            for e, chain in filed.chains.items()
            if e in staying and chain and chain != self.behind.chain(e, quantity.year)
        }

    @lru_cache(maxsize=4096)  # noqa: B019
    def gone(self, quantity: Quantity) -> Mapping[str, float]:
        """Respondents that have no value any more, or next to nothing of it -> about what they had
        returned [its unit]."""
        filed = self.filed.get(quantity.year, EarlierSums())
        now = {**self.behind.values(quantity), **self.behind.open_values(quantity)}
        return {
            e: before
            for e, before in filed.returned(quantity.code).items()
            if before > 0 and filed.chains[e] and self._is_nothing(now.get(e, 0.0), before)
        }

    def _group(self, entity_id: str, quantity: Quantity) -> tuple[str, ...]:
        """What tells a respondent from others in printed sums: its bodies, the industry that it is
        totalled in, and how it stood in the earlier edition, where it stood otherwise."""
        chain = self.behind.chain(entity_id, quantity.year)
        if not chain:
            return ()
        industry = self.industries.industry(entity_id, quantity)
        marks = () if industry is None else (f"{OF_INDUSTRY}{industry}",)
        return (*chain, *marks, *self._earlier_marks(entity_id, quantity))

    def _earlier_marks(self, entity_id: str, quantity: Quantity) -> tuple[str, ...]:
        if entity_id in self.late(quantity):
            return (LATE,)
        was = self.moved(quantity).get(entity_id)
        return () if was is None else (f"{WAS}{' '.join(was)}",)

    def _with_gone(self, quantity: Quantity, groups: _Groups) -> None:
        """Those who count nowhere now, by where they counted before."""
        filed, register = self.filed.get(quantity.year), self.behind.yearly.workspace.register
        for entity_id, value in self.gone(quantity).items():
            assert filed is not None
            holder = self.behind.holder(entity_id) if entity_id in register else entity_id
            groups[(f"{WAS}{' '.join(filed.chains[entity_id])}",)][holder] += value

    def _of_quantity(self, quantity: Quantity) -> Mapping[str, tuple[Key, ...]]:
        groups: _Groups = defaultdict(lambda: defaultdict(float))
        for entity_id, value in self.behind.values(quantity).items():
            group = self._group(entity_id, quantity)
            if group:
                groups[group][self.behind.holder(entity_id)] += value
        self._with_gone(quantity, groups)
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
        for body in sorted(bodies, key=lambda b: len(self.behind.inside(b, quantity.year))):
            figure = self.behind.figure(body, quantity)
            if figure is None:
                continue
            same = self._same_figure(body, quantity, found)
            if same is not None:
                found[body] = found[same]
                continue
            keys, known = self._held(body, quantity, groups_of, found)
            rest = abs(figure) - math.fsum(self.truth[key] for key in keys) - known
            if not self._is_whole(body, quantity, rest, abs(figure)):
                self.truth[Rest(body, quantity)] = max(rest, 0.0)
                keys.append(Rest(body, quantity))
            found[body] = tuple(keys)
        return found

    def _same_figure(self, body: str, quantity: Quantity, found: Collection[str]) -> str | None:
        """A body that is the same place and has the same figure: the one says what the other says."""
        figure = self.behind.figure(body, quantity) or 0.0
        for twin in self.behind.twins(body):
            other = self.behind.figure(twin, quantity) if twin in found else None
            if other is not None and abs(figure - other) <= EXACT * abs(figure):
                return twin
        return None

    def _held(
        self,
        body: str,
        quantity: Quantity,
        groups_of: Mapping[str, Sequence[tuple[str, ...]]],
        found: Mapping[str, tuple[Key, ...]],
    ) -> tuple[list[Key], float]:
        """The cells and others' rests in a body's figure, and what unprotected respondents add to it:
        with those of bodies that are the same place, where the figure is large enough to hold all."""
        figure = abs(self.behind.figure(body, quantity) or 0.0)
        keys, known = list[Key](), 0.0
        for places in ((body, *self.behind.twins(body)), (body,)):
            groups = dict.fromkeys(g for place in places for g in groups_of.get(place, ()))
            keys = [RespondentCell(group, quantity) for group in groups]
            keys += self._rests_in(places, quantity, found)
            keys = [key for key in keys if key in self.truth]
            known = self._known_to_all(places, quantity)
            if math.fsum(self.truth[key] for key in keys) + known <= figure * (1 + EXACT):
                break
        return keys, known

    def _rests_in(
        self, places: Sequence[str], quantity: Quantity, found: Mapping[str, tuple[Key, ...]]
    ) -> Iterator[Key]:
        """The rests of bodies inside; of those that are the same place the first one's."""
        bodies = (b for place in places for b in self.behind.inside(place, quantity.year))
        seen: set[str] = set(places)
        for body in bodies:
            alike = {body, *self.behind.twins(body)}
            if body in found and seen.isdisjoint(alike):
                seen.add(body)
                yield from (k for k in found[body] if isinstance(k, Rest) and k.body in alike)

    def _known_to_all(self, places: Sequence[str], quantity: Quantity) -> float:
        """What respondents inside are known to add that are not protected [unit of the quantity]."""
        values = self.behind.open_values(quantity)
        chains = ((value, self.behind.chain(e, quantity.year)) for e, value in values.items())
        return math.fsum(value for value, chain in chains if not set(places).isdisjoint(chain))

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


def was_in(key: Key) -> tuple[str, ...] | None:
    """The bodies in which an unknown's respondents counted in an earlier edition; None: in those of now."""
    marks = marks_of(key) if isinstance(key, RespondentCell) else ()
    found = (mark.removeprefix(WAS).split(" ") for mark in marks if mark.startswith(WAS))
    return next(map(tuple, found), None)


def _industry_of(cell: RespondentCell) -> str | None:
    """The industry that tells a cell's respondents from others of the same bodies."""
    found = (m.removeprefix(OF_INDUSTRY) for m in marks_of(cell) if m.startswith(OF_INDUSTRY))
    return next(found, None)


def marks_of(cell: RespondentCell) -> tuple[str, ...]:
    """What a cell's respondents have in common: bodies, and marks beside them."""
    return tuple(cell.group)  # type: ignore[arg-type]
