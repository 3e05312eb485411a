"""What each respondent knows beside what is printed: its own part of every cell that it is in."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

Parts = Mapping[str, float]


class RespondentCell(NamedTuple):
    """The respondents of one group, which no printed sum tells apart, and one quantity of theirs."""

    group: Hashable
    quantity: Hashable


Known = Mapping[RespondentCell, float]


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Who knows what; ``cells``: cell -> holding -> its contribution by magnitude, above 0."""

    cells: Mapping[RespondentCell, Parts]

    def of(self, observer: str) -> Known:
        """What an observer adds to each cell; nothing for "", the public."""
        return self._own.get(observer, {})

    def most(self, observers: Collection[str]) -> Known:
        """No less than any of some observers knows of each cell."""
        known: dict[RespondentCell, float] = {}
        for observer in observers:
            for cell, value in self.of(observer).items():
                if value > known.get(cell, 0.0):
                    known[cell] = value
        return known

    def sole_in(self, cells: Iterable[RespondentCell]) -> list[RespondentCell]:
        """The cells that one holding fills alone: it knows all of them, not only its part."""
        return [cell for cell in cells if cell in self._sole]

    @cached_property
    def _sole(self) -> frozenset[RespondentCell]:
        return frozenset(cell for cell, parts in self.cells.items() if len(parts) == 1)

    @cached_property
    def largest(self) -> Known:
        """The largest contribution of every cell: no observer knows more of it."""
        return {cell: max(parts.values()) for cell, parts in self.cells.items()}

    def largest_but(self, cell: RespondentCell) -> Known:
        """More than any observer knows: the largest contribution of every other cell."""
        return {other: value for other, value in self.largest.items() if other != cell}

    @cached_property
    def observers(self) -> Sequence[str]:
        """Whose knowledge matters, of whatever quantity: what it knows of one is in sums with others.

        Left out is whoever two others know no less than in each of its cells: of these at least one
        is not the one to be protected.
        """
        return tuple(holder for holder in self._own if self._outdone_by(holder) < 2)

    def _outdone_by(self, holder: str) -> int:
        """How many holdings add no less than this one to every cell that it is in."""
        own = self._own[holder]
        smallest = min(own, key=lambda cell: len(self.cells[cell]))
        return sum(
            (other < holder or self._own[other] != own)
            and all(self.cells[cell].get(other, 0.0) >= value for cell, value in own.items())
            for other in self.cells[smallest]
            if other != holder
        )

    @cached_property
    def spread(self) -> Sequence[tuple[str, Sequence[RespondentCell]]]:
        """Holdings in several cells of one quantity, with these cells."""
        found: dict[tuple[str, Hashable], list[RespondentCell]] = defaultdict(list)
        for holder, cells in self._own.items():
            for cell in cells:
                found[holder, cell.quantity].append(cell)
        return [(holder, cells) for (holder, _), cells in found.items() if len(cells) > 1]

    @cached_property
    def _own(self) -> Mapping[str, Known]:
        own: dict[str, dict[RespondentCell, float]] = defaultdict(dict)
        for cell, parts in self.cells.items():
            for holder, value in parts.items():
                own[holder][cell] = value
        return own


def most_of(parts: Parts) -> str:
    """The holding that contributes more than all others together; "" where none does.

    Examples
    --------
    >>> most_of({"a": 6.0, "b": 4.0}), most_of({"a": 5.0, "b": 5.0}), most_of({})
    ('a', '', '')
    """
    whole = math.fsum(parts.values())
    return next((holder for holder, part in parts.items() if 2 * part > whole), "")


def two_largest(parts: Parts) -> tuple[str, str]:
    """The two holdings with the largest contributions; "" for a second that is not there."""
    ordered = sorted(parts, key=lambda holder: (-parts[holder], holder))
    return ordered[0], ordered[1] if len(ordered) > 1 else ""
