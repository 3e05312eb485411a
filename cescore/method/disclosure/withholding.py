"""Which printed numbers to withhold so that no rule is broken and the least is lost.

A broken rule comes with a proof: printed numbers that break it by themselves. Whatever is safe
withholds at least one number of every proof; so the cheapest set that hits all proofs seen so far
costs no more than any safe set, and if it is safe, it is the cheapest safe one. Where that takes
too many rounds, what has been chosen stays chosen, and only what still breaks a rule is added to.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from cescore.errors import MethodError, Sentence

NameT = TypeVar("NameT", bound=Hashable)
Proofs = Collection[frozenset[NameT]]
MOST_ROUNDS = 200
MOST_PRUNED = 10  # times that what is needless is looked for
EXACT_ROUNDS = 4  # in which the choice is made anew; then it only grows
FEW_PROOFS = 300  # so many are hit at least cost in no time, however many rounds they took
LARGEST_SHARE = 0.8  # of what is withheld in a mean that is shown
TIE = 1e-6  # of the smallest cost: of equal sets the one that comes first in the order is taken


def least_withheld(
    costs: Mapping[NameT, float],
    audit: Callable[[frozenset[NameT]], Proofs[NameT]],
    before: Collection[NameT] = (),
) -> set[NameT]:
    """A cheap set of numbers to withhold after which an audit finds nothing.

    Implicit hitting sets: withhold the cheapest set that hits the proofs known, audit what is left,
    add the proofs it gives, until there are none. Found within `EXACT_ROUNDS`, or with `FEW_PROOFS`, it
    is the cheapest set there is; later rounds keep what was chosen, and the set is safe but may not be
    the cheapest.
    The same for the same input.

    Parameters
    ----------
    costs
        Number -> what it costs to withhold it [any unit, above 0], in an order that decides ties.
    audit
        The numbers withheld -> proofs of the rules that are still broken: sets of numbers still
        printed, each of which breaks a rule by itself.
    before
        Numbers that an earlier edition withheld. They stay withheld, and are only added to: to release
        one would give away what the edition before it kept.

    Raises
    ------
    MethodError
        A rule is broken with nothing left to withhold, or a proof names numbers already withheld.

    Examples
    --------
    Withholding b hits both proofs:

    >>> proofs = [frozenset("ab"), frozenset("bc")]
    >>> def audit(withheld):
    ...     return [proof for proof in proofs if not proof & withheld]
    >>> sorted(least_withheld({"a": 1.0, "b": 1.5, "c": 1.0}, audit))
    ['b']
    """
    search = _PatternSearch(costs, audit)
    if before:
        kept = set(before)
        grown = search.until_safe(kept, is_growing=True)
        fewer = kept | search.without_needless(grown)
        return grown if fewer == grown else search.until_safe(fewer, is_growing=True)
    safe = search.until_safe(set())
    for _ in range(MOST_PRUNED):
        fewer = search.without_needless(safe)
        if fewer == safe:
            break
        again = search.until_safe(fewer, is_growing=True)
        safe = min(
            safe, again, key=search.cost
        )  # by what else is known now the next has less to add
    return safe


@dataclass(frozen=True)
class _PatternSearch(Generic[NameT]):
    """Proofs known so far, in the order in which audits gave them."""

    costs: Mapping[NameT, float]
    audit: Callable[[frozenset[NameT]], Proofs[NameT]]
    proofs: dict[frozenset[NameT], None] = field(default_factory=dict)

    def until_safe(self, withheld: set[NameT], *, is_growing: bool = False) -> set[NameT]:
        """What an audit finds nothing against; ``is_growing``: with all that is withheld already."""
        for number in range(MOST_ROUNDS):
            new = self._new(withheld)
            if not new:
                return withheld
            is_small = len(self.proofs) <= FEW_PROOFS and number < MOST_ROUNDS // 2
            if not is_growing and (number < EXACT_ROUNDS or is_small):
                withheld = cheapest_hitting(self.costs, self.proofs)
            else:
                withheld = withheld | cheapest_hitting(self.costs, new)
        raise MethodError(
            Sentence("no safe pattern of withheld numbers after {n} rounds", n=MOST_ROUNDS)
        )

    def without_needless(self, withheld: set[NameT]) -> set[NameT]:
        """The same without numbers that no proof known needs, the dearest taken out first.

        A number that alone hits a proof cannot be released; of the others each is released in turn
        while every proof is still hit by one that stays.
        """
        hit_by = {proof: len(proof & withheld) for proof in self.proofs}
        of: dict[NameT, list[frozenset[NameT]]] = defaultdict(list)
        for proof in self.proofs:
            for name in proof & withheld:
                of[name].append(proof)
        order = {name: i for i, name in enumerate(self.costs)}
        kept = set(withheld)
        for name in sorted(withheld, key=lambda n: (-self.costs[n], order[n])):
            if all(hit_by[proof] > 1 for proof in of[name]):
                kept.discard(name)
                for proof in of[name]:
                    hit_by[proof] -= 1
        return kept

    def cost(self, withheld: set[NameT]) -> float:
        """What it costs to withhold some numbers; equal sets cost the same."""
        return math.fsum(self.costs[name] for name in withheld)

    def _new(self, withheld: set[NameT]) -> list[frozenset[NameT]]:
        """Proofs that the audit gives for the first time."""
        new = [p for p in self.audit(frozenset(withheld)) if p not in self.proofs]
        if any(not proof or proof & withheld for proof in new):
            raise MethodError("a disclosure rule is broken by what cannot be withheld")
        self.proofs.update(dict.fromkeys(new))
        return new


def cheapest_hitting(costs: Mapping[NameT, float], sets: Iterable[frozenset[NameT]]) -> set[NameT]:
    """The cheapest set of numbers that has one in common with each of some sets.

    Sets that share no number are solved apart, each as an integer program.

    Parameters
    ----------
    costs
        As in `least_withheld`.
    sets
        None of them empty.
    """
    needed = _minimal(list(dict.fromkeys(sets)))
    chosen = {next(iter(one)) for one in needed if len(one) == 1}
    rest = [one for one in needed if not one & chosen]
    order = {name: i for i, name in enumerate(costs)}
    for part in _apart(rest):
        chosen |= _solved(part, costs, order)
    return chosen


def _minimal(sets: list[frozenset[NameT]]) -> list[frozenset[NameT]]:
    """The sets without those that hold a single number which must be chosen anyway."""
    single = {next(iter(one)) for one in sets if len(one) == 1}
    return [one for one in sets if len(one) == 1 or not one & single]


def _apart(sets: list[frozenset[NameT]]) -> list[list[frozenset[NameT]]]:
    parts: list[tuple[set[NameT], list[frozenset[NameT]]]] = []
    for one in sets:
        touching = [part for part in parts if part[0] & one]
        names, members = set(one), [one]
        for part in touching:
            names |= part[0]
            members = [*part[1], *members]
        parts = [part for part in parts if not any(part is t for t in touching)]
        parts.append((names, members))
    return [members for _, members in parts]


def _solved(
    sets: list[frozenset[NameT]], costs: Mapping[NameT, float], order: Mapping[NameT, int]
) -> set[NameT]:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    names = sorted({name for one in sets for name in one}, key=order.__getitem__)
    at = {name: i for i, name in enumerate(names)}
    price = np.array([costs[name] for name in names], float)
    price /= price.min()
    price += TIE * np.arange(len(names)) / len(names)
    pairs = [(row, at[name]) for row, one in enumerate(sets) for name in one]
    rows, columns = zip(*pairs, strict=True)
    table = csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(sets), len(names)))
    found = milp(
        price,
        constraints=LinearConstraint(table, lb=1.0),
        integrality=np.ones(len(names)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise MethodError(
            Sentence("no choice of numbers to withhold: {message}", message=found.message)
        )
    return {name for name, value in zip(names, found.x, strict=True) if value > 0.5}


def hides_its_parts(shares: Sequence[float]) -> bool:
    """Whether a mean may be shown above withheld members that hold these shares of it.

    One withheld member follows from the mean and the others; of several the largest must not weigh
    so much that the others' whole range moves it by less than a quarter of its own.

    Examples
    --------
    >>> hides_its_parts([0.3]), hides_its_parts([0.3, 0.2]), hides_its_parts([0.9, 0.1])
    (False, True, False)
    """
    counting = [share for share in shares if share > 0]
    if not counting:
        return True
    return len(counting) > 1 and max(counting) <= LARGEST_SHARE * sum(counting)
