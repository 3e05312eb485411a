"""Which printed numbers to withhold so that no rule is broken and the least is lost.

A broken rule comes with a proof: printed numbers that break it by themselves. Whatever is safe
withholds at least one number of every proof; so the cheapest set that hits all proofs seen so far
costs no more than any safe set, and if it is safe, it is the cheapest safe one. Where that takes
too many rounds, what has been chosen stays chosen, and only what still breaks a rule is added to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from cescore.errors import MethodError, Sentence

NameT = TypeVar("NameT", bound=Hashable)
Proofs = Collection[frozenset[NameT]]
MOST_ROUNDS = 200
EXACT_ROUNDS = 4  # in which the choice is made anew; then it only grows
FEW_PROOFS = 300  # so many are hit at least cost in no time, however many rounds they took
LARGEST_SHARE = 0.8  # of what is withheld in a mean that is shown
TIE = 1e-6  # of the smallest cost: of equal sets the one that comes first in the order is taken


def least_withheld(
    costs: Mapping[NameT, float], audit: Callable[[frozenset[NameT]], Proofs[NameT]]
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
    proofs: dict[frozenset[NameT], None] = {}
    withheld: frozenset[NameT] = frozenset()
    for number in range(MOST_ROUNDS):
        new = [proof for proof in audit(withheld) if proof not in proofs]
        if not new:
            return set(withheld)
        for proof in new:
            if not proof or proof & withheld:
                raise MethodError("a disclosure rule is broken by what cannot be withheld")
            proofs[proof] = None
        is_small = len(proofs) <= FEW_PROOFS and number < MOST_ROUNDS // 2
        if number < EXACT_ROUNDS or is_small:
            withheld = frozenset(cheapest_hitting(costs, proofs))
        else:
            withheld |= cheapest_hitting(costs, new)
    raise MethodError(
        Sentence(
            "no safe pattern of withheld numbers after {n} rounds",
            n=MOST_ROUNDS,
        )
    )


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
