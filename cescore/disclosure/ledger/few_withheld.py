"""When a printed sum gives a withheld member of it away to who knows another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LEAST_APART = 3  # who knows one of them faces a sum of two
ROOM = 0.25  # of its points: so much less and more a member must be able to be


class WithheldMember(NamedTuple):
    """A withheld member of a sum.

    Attributes
    ----------
    figures
        The withheld figures that it stands on.
    owner
        The holding that returned most of each of these, "" where there are several or none.
    points
        What it adds to the sum [share of the most that it can, 0-1].
    """

    figures: frozenset[str]
    owner: str = ""
    points: float = 0.5


def gives_one_away(withheld: Sequence[WithheldMember]) -> bool:
    """Whether a sum of which everything else is printed gives a withheld member of it away.

    The public solves for a single one; of two, whoever knows one solves for the other. Members on a
    common figure count as one: whoever knows that knows them all. And a holding knows all its own,
    so that of the rest no single one may be left. Of several that are together nearly all or nearly
    nothing each is: their sum must leave each `ROOM`, or up to the end.

    Examples
    --------
    >>> a, b, c, ac = (WithheldMember(frozenset(figures)) for figures in ("a", "b", "c", "ac"))
    >>> gives_one_away([]), gives_one_away([a, b]), gives_one_away([a, b, c])
    (False, True, False)
    >>> (
    ...     gives_one_away([a, b, ac]),
    ...     gives_one_away([a._replace(owner="x"), b._replace(owner="x"), c]),
    ... )
    (True, True)
    >>> gives_one_away([member._replace(points=0.97) for member in (a, b, c)])
    True
    """
    if 0 < _apart(withheld) < LEAST_APART or _is_narrow(withheld):
        return True
    rests = [
        [member for member in withheld if member.owner != owner]
        for owner in {member.owner for member in withheld} - {""}
    ]
    return any(_apart(rest) == 1 or _is_narrow(rest) for rest in rests)


def _is_narrow(members: Sequence[WithheldMember]) -> bool:
    """Whether the sum of some members bounds one of them closely: each lies between 0 and 1."""
    whole = math.fsum(member.points for member in members)
    low, high = max(whole - (len(members) - 1), 0.0), min(whole, 1.0)
    return any(
        low > max(one.points - ROOM, 0.0) or high < min(one.points + ROOM, 1.0) for one in members
    )


def _apart(members: Iterable[WithheldMember]) -> int:
    """How many members, those with a figure in common counted as one."""
    groups: list[frozenset[str]] = []
    for figures, *_ in members:
        joined = figures.union(*(one for one in groups if not one.isdisjoint(figures)))
        groups = [*(one for one in groups if one.isdisjoint(figures)), joined]
    return len(groups)
