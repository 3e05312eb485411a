"""Whether printed sums protect every respondent: the p % rule and the minimum, on all of them at once.

Respondents that lie in the same printed sums are told apart by none of them: they make a cell, and
only the cell's total is an unknown. From a cell's largest possible total an observer takes off its
own part; what is left bounds the largest of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from cescore.definitions.model import Disclosure
from cescore.method.inference import Bound, Key, Statement, System
from cescore.method.thresholds import meets

Parts = Mapping[str, float]


class RespondentCell(NamedTuple):
    """The respondents of one group, which no printed sum tells apart, and one quantity of theirs."""

    group: Hashable
    quantity: Hashable


@dataclass(frozen=True)
class Breach:
    """One respondent's value that an observer can infer too closely.

    Attributes
    ----------
    target, observer
        Holdings, "" for an observer of nothing but what is printed; of a sum with too few
        contributors the target is the largest.
    rule
        upper, lower (the p % rule on either side) or contributors (the minimum).
    proof
        The printed numbers that give it away by themselves.
    cell
        Whose total gives it away; None of a printed sum alone, and of several cells together.
    """

    target: str
    observer: str
    rule: str
    proof: frozenset[Key]
    cell: RespondentCell | None = None


@dataclass(frozen=True, eq=False)
class Protection:
    """One connected system of printed sums with the respondents behind it.

    Attributes
    ----------
    system
        Unknowns (cells, and what no respondent of the register contributes) and what is printed.
    cells
        RespondentCell -> holding -> its contribution by magnitude, above 0 [unit of the quantity].
    rules
        The bureau's parameters.
    wholes
        Sets of cells of one quantity that are few people's business as well when taken together.
    """

    system: System
    cells: Mapping[RespondentCell, Parts]
    rules: Disclosure
    wholes: Sequence[Sequence[RespondentCell]] = ()
    safe: Collection[RespondentCell] = ()  # cells that are safe even if more is printed

    def breaches(self) -> list[Breach]:
        """What the printed sums give away; one proof for each cell and rule, the shortest way first.

        Sums that break a rule by themselves come alone: what follows from several is asked once none
        of these is left.

        References
        ----------
        Handbook on Statistical Disclosure Control, chapter 4: the p % rule, and the audit of
        feasibility intervals (methodology 11).
        """
        return self.alone or [*self._of_cells(), *self._of_wholes(), *self._of_holdings()]

    @cached_property
    def alone(self) -> list[Breach]:
        """What single printed sums give away."""
        return [b for s in self.system.statements if s.is_printed for b in self._of_one(s)]

    def interval(self, cell: RespondentCell, observer: str = "") -> tuple[Bound, Bound]:
        """The least and the largest that the observer can infer of the total of a cell's others."""
        known, own = self._known_to(observer), self.cells[cell].get(observer, 0.0)
        sole = self._sole_in(known)
        low = self.system.lower(_whole(cell), known, sole)
        high = self.system.upper(_whole(cell), known, sole)
        return Bound(max(low.value - own, 0.0), low.proof), Bound(high.value - own, high.proof)

    # --- one printed number alone -------------------------------------------------------------

    def _of_one(self, statement: Statement) -> Iterator[Breach]:
        """The rules on one sum, weighted as it is: x1 and x2 are what two holdings add to it."""
        parts = self._together(statement.terms)
        if not parts:
            return
        ordered = sorted(parts, key=lambda holder: (-parts[holder], holder))
        largest, second = ordered[0], ordered[1] if len(ordered) > 1 else ""
        needed = self._share * parts[largest]
        beside = abs(
            sum(
                c * self.system.truth[key]
                for key, c in statement.terms.items()
                if key not in self.cells
            )
        )
        beside += (statement.high - statement.low) / 2
        others = sum(parts[holder] for holder in ordered[2:])
        proof = frozenset([statement.name])
        if not meets(beside + others, ">=", needed):
            yield Breach(largest, second, "upper", proof)
        elif len(parts) < self.rules.min_contributors and not meets(beside, ">=", needed):
            yield Breach(largest, "", "contributors", proof)

    # --- what several give away together ------------------------------------------------------

    def _of_cells(self) -> Iterator[Breach]:
        for cell, parts in self.cells.items():
            if cell in self.safe:
                continue
            breach = self._above(cell, parts) or self._below(_whole(cell), parts)
            if breach is not None:
                yield replace(breach, cell=cell)

    def _of_wholes(self) -> Iterator[Breach]:
        """Several cells together, as totals of too few."""
        for cells in self.wholes:
            terms: dict[Key, float] = dict.fromkeys(cells, 1.0)
            breach = self._below(terms, self._together(terms))
            if breach is not None:
                yield breach

    def _above(self, cell: RespondentCell, parts: Parts) -> Breach | None:
        """Whether anybody can bound the largest contribution of a cell too closely from above."""
        largest, second = _two_largest(parts)
        needed = (1 + self._share) * parts[largest]
        known_to_all = self._known_to_all_but(cell)
        together = self.system.upper(_whole(cell), known_to_all, self._sole_in(known_to_all))
        if meets(together.value - parts.get(second, 0.0), ">=", needed):
            return None  # not even all others' largest, put together, come too close
        public = self.system.upper(_whole(cell))
        if not meets(public.value - parts.get(second, 0.0), ">=", needed):
            return Breach(largest, second, "upper", public.proof)
        for observer in self._observers[cell.quantity]:
            known = self._known_to(observer)
            if cell in known and len(known) == 1:
                continue  # knows no more than the second largest
            others = {holder: x for holder, x in parts.items() if holder != observer}
            if others:
                target = max(others, key=lambda holder: (others[holder], holder))
                bound = self.system.upper(_whole(cell), known, self._sole_in(known))
                left = bound.value - parts.get(observer, 0.0)
                if not meets(left, ">=", (1 + self._share) * others[target]):
                    return Breach(target, observer, "upper", bound.proof)
        return None

    def _below(self, terms: Mapping[Key, float], parts: Parts) -> Breach | None:
        """Whether a sum over few is known too closely: from below, or as a total of too few."""
        if len(parts) >= self.rules.min_contributors:
            return None
        largest, second = _two_largest(parts)
        low, high = self.system.lower(terms), self.system.upper(terms)
        if not meets(high.value - low.value, ">=", self._share * parts[largest]):
            return Breach(largest, "", "contributors", low.proof | high.proof)
        if len(parts) == 1 and not meets(low.value, "<=", (1 - self._share) * parts[largest]):
            return Breach(largest, "", "lower", low.proof)
        if len(parts) == 2:
            for target, observer in ((largest, second), (second, largest)):
                left = low.value - parts[observer]
                if not meets(left, "<=", (1 - self._share) * parts[target]):
                    return Breach(target, observer, "lower", low.proof)
        return None

    def _of_holdings(self) -> Iterator[Breach]:
        """Holdings with firms in several cells of one quantity, taken as one."""
        for holder, cells in self._spread:
            terms: dict[Key, float] = dict.fromkeys(cells, 1.0)
            parts = dict(self._together(terms))
            own = parts.pop(holder)
            second = max(parts, key=lambda other: (parts[other], other)) if parts else ""
            bound = self.system.upper(terms)
            if not meets(bound.value - parts.get(second, 0.0), ">=", (1 + self._share) * own):
                yield Breach(holder, second, "upper", bound.proof)

    # --- who knows what -----------------------------------------------------------------------

    @property
    def _share(self) -> float:
        return self.rules.p_percent / 100

    def _together(self, terms: Mapping[Key, float]) -> dict[str, float]:
        """What each holding adds to a sum, by magnitude; who adds nothing is not among them."""
        parts: dict[str, float] = defaultdict(float)
        for cell, coefficient in terms.items():
            for holder, value in self.cells.get(cell, {}).items():  # type: ignore[call-overload]
                parts[holder] += coefficient * value
        return {holder: abs(value) for holder, value in parts.items() if value}

    @cached_property
    def _own(self) -> Mapping[str, Mapping[RespondentCell, float]]:
        """Holding -> its own part of each cell, which it knows."""
        own: dict[str, dict[RespondentCell, float]] = defaultdict(dict)
        for cell, parts in self.cells.items():
            for holder, value in parts.items():
                own[holder][cell] = value
        return own

    def _known_to(self, observer: str) -> Mapping[RespondentCell, float]:
        return self._own.get(observer, {})

    def _sole_in(self, cells: Iterable[RespondentCell]) -> list[RespondentCell]:
        """The cells that one holding fills alone: it knows all of them, not only its part."""
        return [cell for cell in cells if len(self.cells[cell]) == 1]

    @cached_property
    def _largest(self) -> Mapping[RespondentCell, float]:
        return {cell: max(parts.values()) for cell, parts in self.cells.items()}

    def _known_to_all_but(self, cell: RespondentCell) -> Mapping[RespondentCell, float]:
        """More than any observer knows: the largest contribution of every other cell."""
        return {other: value for other, value in self._largest.items() if other != cell}

    @cached_property
    def _observers(self) -> Mapping[Hashable, Sequence[str]]:
        """By quantity, whose knowledge matters: the largest of each cell, and whoever is in several.

        A smaller one of the same group bounds nothing more closely.
        """
        chosen: dict[Hashable, dict[str, None]] = defaultdict(dict)
        for cell, parts in self.cells.items():
            chosen[cell.quantity][_two_largest(parts)[0]] = None
        for holder, cells in self._spread:
            chosen[cells[0].quantity][holder] = None
        return {quantity: tuple(holders) for quantity, holders in chosen.items()}

    @cached_property
    def _spread(self) -> Sequence[tuple[str, Sequence[RespondentCell]]]:
        """Holdings in several cells of one quantity, with these cells."""
        found: dict[tuple[str, Hashable], list[RespondentCell]] = defaultdict(list)
        for holder, cells in self._own.items():
            for cell in cells:
                found[holder, cell.quantity].append(cell)
        return [(holder, cells) for (holder, _), cells in found.items() if len(cells) > 1]


def _whole(cell: RespondentCell) -> Mapping[Key, float]:
    return {cell: 1.0}


def _two_largest(parts: Parts) -> tuple[str, str]:
    """The two holdings with the largest contributions; "" for a second that is not there."""
    ordered = sorted(parts, key=lambda holder: (-parts[holder], holder))
    return ordered[0], ordered[1] if len(ordered) > 1 else ""
