"""Whether printed sums protect every respondent: the p % rule and the minimum, on all of them at once.

Respondents that lie in the same printed sums are told apart by none of them: they make a cell, and
only the cell's total is an unknown. From a cell's largest possible total an observer takes off its
own part; what is left bounds the largest of the others.

A cell is safe as soon as one point that all statements allow shows it: few linear programs answer
for many cells, and only what is in doubt is asked one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from cescore.definitions.model import Disclosure
from cescore.method.disclosure.inference import Bound, Key, Statement, System
from cescore.method.disclosure.knowledge import Knowledge, Parts, RespondentCell, two_largest
from cescore.method.thresholds import meets

AMPLE = 1 + 1e-3  # times what is needed: a point that reaches it is not in doubt for rounding
MOST_PROOFS = 12  # of one cell in one audit; what is left then is found in the next
Subject = Hashable  # a cell, or several: of few people's business together, or of one holding
Ask = Callable[["Breach | None"], "Breach | None"]


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
    subject
        What was asked for, as `Protection.subjects` has it; None of a printed sum alone.
    is_public
        Whether what everybody knows is enough.
    """

    target: str
    observer: str
    rule: str
    proof: frozenset[Key]
    subject: Subject | None = None
    is_public: bool = field(default=False, compare=False)


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
    safe
        Subjects that are safe even if more is printed.
    costs
        Printed number -> what it costs to withhold it. With them each breach is followed by what
        still breaks the rule once the cheapest of its proof is withheld.
    """

    system: System
    cells: Mapping[RespondentCell, Parts]
    rules: Disclosure
    wholes: Sequence[Sequence[RespondentCell]] = ()
    safe: Collection[Subject] = ()
    costs: Mapping[Any, float] = field(default_factory=dict)

    def breaches(
        self, is_past_help: Callable[[Breach], bool] = lambda breach: False
    ) -> list[Breach]:
        """What the printed sums give away, by cell and rule; but for what is past help.

        Sums that break a rule by themselves come alone: what follows from several is asked once none
        of these is left.

        References
        ----------
        Handbook on Statistical Disclosure Control, chapter 4: the p % rule, and the audit of
        feasibility intervals (methodology 11).
        """
        alone = [breach for breach in self.alone if not is_past_help(breach)]
        return alone or [b for b in self._together_with_others() if not is_past_help(b)]

    def every_breach(self) -> list[Breach]:
        """The same, and what follows from several beside those that come alone: of sums that cannot be
        withheld any more, where the one does not go away before the other is asked."""
        return [*self.alone, *self._together_with_others()]

    def _together_with_others(self) -> list[Breach]:
        return [*self._of_cells(), *self._of_wholes(), *self._of_holdings()]

    @cached_property
    def alone(self) -> list[Breach]:
        """What single printed sums give away."""
        return [b for s in self.system.statements if s.printed for b in self._of_one(s)]

    @property
    def subjects(self) -> Iterator[Subject]:
        """What is asked for: every cell, every set of several, every holding with its cells."""
        yield from self.cells
        yield from map(tuple, self.wholes)
        for holder, cells in self._knowledge.spread:
            yield (holder, *cells)

    def interval(self, cell: RespondentCell, observer: str = "") -> tuple[Bound, Bound]:
        """The least and the largest that the observer can infer of the total of a cell's others."""
        known, own = self._knowledge.of(observer), self.cells[cell].get(observer, 0.0)
        sole = self._knowledge.sole_in(known)
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
        proof = statement.printed
        if not meets(beside + others, ">=", needed):
            yield Breach(largest, second, "upper", proof)
        elif len(parts) < self.rules.min_contributors and not meets(beside, ">=", needed):
            yield Breach(largest, "", "contributors", proof)

    # --- what several give away together ------------------------------------------------------

    def _of_cells(self) -> Iterator[Breach]:
        asked = [cell for cell in self.cells if cell not in self.safe]
        shown = self._shown_to_be_safe_above(asked)
        for cell in asked:
            parts = self.cells[cell]
            if cell not in shown:
                yield from self._every(partial(self._above, cell, parts), cell)
            if not self._is_safe_below(cell, parts):
                yield from self._every(partial(self._below, _whole(cell), parts), cell)

    def _of_wholes(self) -> Iterator[Breach]:
        """Several cells together, as totals of too few."""
        for cells in self.wholes:
            if (subject := tuple(cells)) not in self.safe:
                terms: dict[Key, float] = dict.fromkeys(cells, 1.0)
                parts = self._together(terms)
                yield from self._every(partial(self._below, terms, parts), subject)

    def _of_holdings(self) -> Iterator[Breach]:
        """Holdings with firms in several cells of one quantity, taken as one."""
        for holder, cells in self._knowledge.spread:
            if (subject := (holder, *cells)) not in self.safe:
                yield from self._every(partial(self._above_holding, holder, cells), subject)

    def _every(self, ask: Ask, subject: Subject) -> list[Breach]:
        """A breach, and what is left of it each time the cheapest number of its proof is withheld;
        whoever was the observer is asked for first the next time."""
        found: list[Breach] = []
        breach: Breach | None = None
        with self.system.without() as withhold:
            while len(found) < MOST_PROOFS and (breach := ask(breach)) is not None:
                found.append(replace(breach, subject=subject))
                open_to_choice = [name for name in breach.proof if name in self.costs]
                if not open_to_choice:
                    break
                withhold(min(open_to_choice, key=lambda name: (self.costs[name], repr(name))))
        return found

    # --- from above -----------------------------------------------------------------------------

    def _needed(self, parts: Parts) -> float:
        """How large a cell's total must be able to be for its second largest not to know the largest:
        no other observer of the cell itself needs it larger."""
        largest, second = two_largest(parts)
        return (1 + self._share) * parts[largest] + parts.get(second, 0.0)

    def _shown_to_be_safe_above(self, cells: Sequence[RespondentCell]) -> set[RespondentCell]:
        """Cells of several holdings that not even all others' largest, put together, bound too closely:
        each is shown by a point that others share."""
        wanted = {c: self._needed(self.cells[c]) for c in cells if len(self.cells[c]) > 1}
        left = {c: v for c, v in wanted.items() if not meets(self.system.truth[c], ">=", v)}
        known = self._knowledge.largest
        sole = self._knowledge.sole_in(known)
        is_growing = bool(left)
        while is_growing:
            point = self.system.reaching({c: AMPLE * v for c, v in left.items()}, known, sole)
            reached = {c for c, v in left.items() if meets(point[self.system.place(c)], ">=", v)}
            left = {c: v for c, v in left.items() if c not in reached}
            is_growing = bool(left and reached)
        return set(wanted) - set(left)

    def _above(
        self, cell: RespondentCell, parts: Parts, last: Breach | None = None
    ) -> Breach | None:
        """Whether anybody can bound the largest contribution of a cell too closely from above."""
        if last is not None:
            if public := self._above_for_all(cell, parts):
                return public
            needed_again = self._needed_against(last.observer, parts)
            if again := self._still_above(_whole(cell), needed_again, last):
                return again
        known = self._knowledge.largest_but(cell)
        widest = self.system.upper(_whole(cell), known, self._knowledge.sole_in(known)).value
        if meets(widest, ">=", self._needed(parts)):
            return None  # not even all others' largest, put together, come too close
        if last is None and (public := self._above_for_all(cell, parts)):
            return public
        largest, second = two_largest(parts)
        from_outside = self._needed_against("", parts)
        outsiders_are_near = not meets(widest, ">=", from_outside)
        needed = {
            observer: self._needed_against(observer, parts) if observer in parts else from_outside
            for observer in self._knowledge.observers
            # who knows of this cell alone knows no more than the second largest
            if (observer in parts or outsiders_are_near)
            and self._knowledge.of(observer).keys() != {cell}
            and parts.keys() != {observer}
        }
        found = self._first_above(_whole(cell), needed, list(needed))
        return found and replace(found, target=largest if largest != found.observer else second)

    def _above_for_all(self, cell: RespondentCell, parts: Parts) -> Breach | None:
        """Whether what everybody knows is enough for the second largest to bound the largest."""
        public = self.system.upper(_whole(cell))
        if meets(public.value, ">=", self._needed(parts)):
            return None
        return Breach(*two_largest(parts), "upper", public.proof, is_public=True)

    def _needed_against(self, observer: str, parts: Parts) -> float:
        """How large a cell's total must be able to be for an observer not to know the others' largest."""
        others = max(value for holder, value in parts.items() if holder != observer)
        return (1 + self._share) * others + parts.get(observer, 0.0)

    def _first_above(
        self, terms: Mapping[Key, float], needed: Mapping[str, float], observers: Sequence[str]
    ) -> Breach | None:
        """The first observer who bounds a sum below what is needed against him, of nobody as yet:
        asked all together, as if they had put together what they know, and then by halves those for
        whom that is not enough."""
        if not observers:
            return None
        known = self._knowledge.most(observers)
        bound = self.system.upper(terms, known, self._knowledge.sole_in(known))
        near = [o for o in observers if not meets(bound.value, ">=", needed[o])]
        if not near or len(observers) == 1:
            return Breach("", near[0], "upper", bound.proof) if near else None
        half = (len(near) + 1) // 2
        return self._first_above(terms, needed, near[:half]) or self._first_above(
            terms, needed, near[half:]
        )

    def _still_above(
        self, terms: Mapping[Key, float], needed: float, last: Breach
    ) -> Breach | None:
        """Whether the observer of the last breach, if that took more than everybody knows, still bounds a sum
        below what is needed against him."""
        if last.is_public:
            return None
        known = self._knowledge.of(last.observer)
        bound = self.system.upper(terms, known, self._knowledge.sole_in(known))
        return None if meets(bound.value, ">=", needed) else replace(last, proof=bound.proof)

    def _above_holding(
        self, holder: str, cells: Sequence[RespondentCell], last: Breach | None = None
    ) -> Breach | None:
        """Whether anybody can bound what a holding adds to several cells, all of it together."""
        terms: dict[Key, float] = dict.fromkeys(cells, 1.0)
        parts = dict(self._together(terms))
        own = parts.pop(holder)
        second = max(parts, key=lambda other: (parts[other], other)) if parts else ""
        truth = sum(self.system.truth[cell] for cell in cells)
        observers = (*self._knowledge.observers, *parts)
        needed = {
            observer: (1 + self._share) * own + parts.get(observer, 0.0)
            for observer in dict.fromkeys((second, *observers))
            if observer != holder
        }
        doubtful = [o for o, value in needed.items() if not meets(truth, ">=", value)]
        if not doubtful:
            return None
        bound = self.system.upper(terms)
        if not meets(bound.value, ">=", needed[second]):
            return Breach(holder, second, "upper", bound.proof, is_public=True)
        if last is not None and (again := self._still_above(terms, needed[last.observer], last)):
            return again
        found = self._first_above(terms, needed, doubtful)
        return found and replace(found, target=holder)

    # --- from below -----------------------------------------------------------------------------

    def _is_safe_below(self, cell: RespondentCell, parts: Parts) -> bool:
        """Whether points met so far show that a cell's total is not known too closely."""
        return self._known_between(*self.system.reached(cell), parts) is None

    def _below(
        self, terms: Mapping[Key, float], parts: Parts, last: Breach | None = None
    ) -> Breach | None:
        """Whether a sum over few is known too closely: from below, or as a total of too few."""
        if len(parts) >= self.rules.min_contributors:
            return None
        low, high = self.system.lower(terms), self.system.upper(terms)
        known = self._known_between(low.value, high.value, parts)
        if known is None:
            return None
        proof = low.proof | high.proof if known.rule == "contributors" else low.proof
        return replace(known, proof=proof)

    def _known_between(self, low: float, high: float, parts: Parts) -> Breach | None:
        """What a sum over few gives away that is known to lie between two values."""
        if len(parts) >= self.rules.min_contributors:
            return None
        largest, second = two_largest(parts)
        if not meets(high - low, ">=", self._share * parts[largest]):
            return Breach(largest, "", "contributors", frozenset())
        others, most = parts.get(second, 0.0), (1 - self._share) * parts[largest]
        if len(parts) <= 2 and not meets(low - others, "<=", most):
            return Breach(largest, second, "lower", frozenset())  # the second is known less well
        return None

    # --- whose values -----------------------------------------------------------------------------

    @property
    def _share(self) -> float:
        return self.rules.p_percent / 100

    @cached_property
    def _knowledge(self) -> Knowledge:
        return Knowledge(self.cells)

    def _together(self, terms: Mapping[Key, float]) -> dict[str, float]:
        """What each holding adds to a sum, by magnitude; who adds nothing is not among them."""
        parts: dict[str, float] = defaultdict(float)
        for cell, coefficient in terms.items():
            for holder, value in self.cells.get(cell, {}).items():  # type: ignore[call-overload]
                parts[holder] += coefficient * value
        return {holder: abs(value) for holder, value in parts.items() if value}


def _whole(cell: RespondentCell) -> Mapping[Key, float]:
    return {cell: 1.0}
