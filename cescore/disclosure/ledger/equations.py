"""What equations of figures tell: where all but one of them are released, the last follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cescore.disclosure.ledger.statements import Figure


class Follows(NamedTuple):
    """A returned figure that is withheld and follows from released ones all the same, at most so
    far ``off`` [its unit]."""

    figure: Figure
    sources: frozenset[Figure]
    off: float


class Balance(NamedTuple):
    """What a rule says of several withheld figures at once, or within limits: no figure, and not to be
    withheld; ``ends``: as `Equation` has them."""

    coefficients: tuple[tuple[Figure, float], ...]
    ends: tuple[float, float] | None = None


@dataclass(frozen=True)
class Equation:
    """Returned figures of one body that a rule, or a printed sum, ties together.

    Attributes
    ----------
    figures
        Figure -> how far off its value may be when it is worked out of the others [its unit].
    coefficients
        Figure -> what it is multiplied by: the sum of the products is 0, for everybody who knows the
        rule. Empty where it is a printed sum instead.
    beside
        What must be released as well: the figure that is their sum.
    ends
        Between which the sum of the products is known to lie [its unit]; None: it is 0, as nearly as it is.
    """

    figures: Mapping[Figure, float]
    coefficients: Mapping[Figure, float] = field(default_factory=dict)
    beside: frozenset[Figure] = frozenset()
    ends: tuple[float, float] | None = None

    @property
    def name(self) -> Balance:
        return Balance(tuple(sorted(self.coefficients.items())), self.ends)


class Equations:
    """Equations, asked for what follows from released figures."""

    def __init__(self, equations: Iterable[Equation]) -> None:
        self._every = tuple(equations)
        self._of: dict[Figure, list[Equation]] = defaultdict(list)
        for equation in self._every:
            for figure in equation.figures:
                self._of[figure].append(equation)

    def __iter__(self) -> Iterator[Equation]:
        return iter(self._every)

    @property
    def figures(self) -> Collection[Figure]:
        """Every figure that an equation is about."""
        return self._of.keys()

    def open(self, hidden: Collection[Figure], known: Collection[Figure]) -> Iterator[Equation]:
        """Rules of which several figures are neither released nor followed from what is: none of
        these is known, and all of them together are. Of one that has limits a single figure is enough."""
        not_known = set(hidden) - set(known)
        for equation in self._every:
            unknown = equation.coefficients.keys() & not_known
            if len(unknown) > (1 if equation.ends is None else 0):
                yield equation

    def following(
        self, hidden: Collection[Figure], released: Collection[Figure]
    ) -> tuple[Follows, ...]:
        """The hidden figures that follow from released ones, by one equation after the other."""
        known: dict[Figure, Follows] = {}
        left = set(hidden) & self._of.keys()
        is_growing = True
        while is_growing:
            is_growing = False
            for figure in sorted(left):
                found = self._follows(figure, released, known)
                if found is not None:
                    known[figure] = found
                    left.discard(figure)
                    is_growing = True
        return tuple(known.values())

    def _follows(
        self, figure: Figure, released: Collection[Figure], known: Mapping[Figure, Follows]
    ) -> Follows | None:
        for equation in self._of[figure]:
            if equation.ends is not None:
                continue
            others = (equation.figures.keys() - {figure}) | equation.beside
            if all(other in released or other in known for other in others):
                sources = [
                    frozenset([other]) if other in released else known[other].sources
                    for other in others
                ]
                return Follows(figure, frozenset().union(*sources), equation.figures[figure])
        return None
