"""Which sums over respondents may stand in the figures of the bodies they lie in, all taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Disclosure
from cescore.method.disclosure.rules import contributions, is_safe

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class MemberSums:
    """The gate for estimates that are sums over respondents: an exact figure in a body's own record.

    ``rules`` are the bureau's parameters of disclosure.
    """

    rules: Disclosure

    def is_restricted(self, entity_type: str) -> bool:
        """Whether entities of a type are respondents, whose figures enter only through this gate."""
        return entity_type not in self.rules.public_types

    def releasable(
        self, members: Sequence[Rows], values: NDArray[np.float64], holders: Sequence[str]
    ) -> list[bool]:
        """Which of some sums may be shown together, each given by the rows it adds up.

        Rows in exactly the same released sums make a class, and whoever has all sums knows at most
        the sum of each class: differences of a city and its districts, of two that overlap. A sum
        is released if then every class is safe by the minimum of contributors and the p % rule. The
        largest is tried first, so the whole is kept, and a second part withheld where the whole
        less the others would give the first away.

        Parameters
        ----------
        members
            The rows of each sum; one without rows is not released.
        values, holders
            Of all rows: the figure [one unit], NaN where one has none, and the holding.

        Returns
        -------
        list
            One truth per sum, in the order of ``members``.

        References
        ----------
        The two rules: `disclosure.is_safe` (Handbook on Statistical Disclosure Control, chapter 4).
        """
        among = np.zeros(len(values), np.int64)  # class of each row; 0: in no released sum
        allowed, last = [False] * len(members), 0
        for i in sorted(range(len(members)), key=lambda i: (-len(members[i]), i)):
            rows = members[i]
            if not len(rows) or not self._is_safe_split(among, rows, values, holders):
                continue
            allowed[i] = True
            for old in np.unique(among[rows]).tolist():
                last += 1
                among[rows[among[rows] == old]] = last
        return allowed

    def _is_safe_split(
        self, among: Rows, mine: Rows, values: NDArray[np.float64], holders: Sequence[str]
    ) -> bool:
        """Whether both halves of every class that a further sum cuts are safe."""
        inside = np.zeros(len(values), bool)
        inside[mine] = True
        for old in np.unique(among[mine]).tolist():
            of_class = among == old
            halves = (of_class & inside, of_class & ~inside & (old > 0))
            for part in map(np.flatnonzero, halves):
                if part.size:
                    parts = contributions(values[part], [holders[row] for row in part.tolist()])
                    if not is_safe(parts, self.rules):
                        return False
        return True
