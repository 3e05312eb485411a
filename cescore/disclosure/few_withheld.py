"""When a printed sum gives a withheld member of it away to who knows another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

LEAST_APART = 3  # who knows one of them faces a sum of two


class WithheldMember(NamedTuple):
    """A withheld member of a sum: the withheld figures that it stands on, and the holding that alone
    returned all of these, "" where there are several or none."""

    figures: frozenset[str]
    owner: str = ""


def gives_one_away(withheld: Sequence[WithheldMember]) -> bool:
    """Whether a sum of which everything else is printed gives a withheld member of it away.

    The public solves for a single one; of two, whoever knows one solves for the other. Members on a
    common figure count as one: whoever knows that knows them all. And a holding knows all its own,
    so that of the rest no single one may be left.

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
    """
    if 0 < _apart(withheld) < LEAST_APART:
        return True
    owners = {member.owner for member in withheld} - {""}
    return any(_apart(m for m in withheld if m.owner != owner) == 1 for owner in owners)


def _apart(members: Iterable[WithheldMember]) -> int:
    """How many members, those with a figure in common counted as one."""
    groups: list[frozenset[str]] = []
    for figures, _ in members:
        joined = figures.union(*(one for one in groups if not one.isdisjoint(figures)))
        groups = [*(one for one in groups if one.isdisjoint(figures)), joined]
    return len(groups)
