"""Which groups and indices of a body stand above withheld scores, and give none of them away.

Such a whole is an equation in what is withheld beneath it (`solvable`), and bounds each of it, for
a score lies between the ends of its scale (`method.mean_bounds`). Both are asked for everybody, and
for each holding that returned most of what some of these scores stand on, and so knows them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from cescore.disclosure.ledger.ledger import Years
from cescore.disclosure.ledger.solvable import Beneath, Cell, ReleasedWholes
from cescore.method.disclosure.mean_bounds import Extent, MeanBounds
from cescore.method.disclosure.withholding import hides_its_parts
from cescore.method.index.mean_tree import index_tree, progress_tree
from cescore.method.index.normalise import normalise
from cescore.method.thresholds import meets

if TYPE_CHECKING:
    from cescore.method.column import Panel
    from cescore.method.index.evaluation import TypeEvaluation
    from cescore.method.index.mean_tree import Tree

Wholes = Mapping[str, Mapping[int, float]]  # group, or "" for the index -> year -> value
HiddenLeaves = Mapping[str, Mapping[int, set[Cell]]]  # leaf -> year -> what is withheld in it
NeededOf = Callable[[str, int], Extent]  # leaf, place of the year -> what it must be able to be
InsiderOf = Callable[
    [str, int], str
]  # code, year -> who returned most of a body's figure; "": nobody


@dataclass(frozen=True)
class _Leaves:
    """Withheld leaves of a nest of means.

    ``hidden``: leaf -> year -> the withheld indicators that it is a function of. ``ends``: between
    which every leaf lies [points]. ``needed``: see `NeededOf`.
    """

    hidden: HiddenLeaves
    ends: Extent
    needed: NeededOf

    def but(self, known: frozenset[Cell], beneath: Beneath) -> _Leaves:
        """The same for who knows some figures: without the leaves that stand on these alone."""
        hidden = {
            leaf: {
                year: cells
                for year, cells in years.items()
                if any(not beneath.deepest(cell) <= known for cell in cells)
            }
            for leaf, years in self.hidden.items()
        }
        return replace(self, hidden=hidden)

    @property
    def cells(self) -> Iterator[Cell]:
        """The withheld indicators, some of them more than once."""
        for years in self.hidden.values():
            for cells in years.values():
                yield from cells

    def are_open(self, bounds: MeanBounds, whole: str) -> bool:
        """Whether a whole that is shown leaves each of them so much room."""
        for leaf, (low, high) in bounds.beneath(whole):
            needed = self.needed(leaf, bounds.place)
            if not (meets(low, "<=", needed.low) and meets(high, ">=", needed.high)):
                return False
        return True


@dataclass(frozen=True)
class _Nest:
    """Means with their withheld leaves; ``constant_in``: a year in which every mean is a constant."""

    tree: Tree
    leaves: _Leaves
    constant_in: int | None = None


@dataclass(frozen=True, eq=False)
class ShownWholes:
    """One body's groups and index, and those of its progress index, above withheld figures.

    Attributes
    ----------
    hidden
        Everything of the body that is not shown.
    scores
        The scored indicators that are withheld and have a score of their own value.
    p_percent
        How near nobody may come to a withheld figure from either side [%].
    insider_of
        See `InsiderOf`.
    """

    whole: TypeEvaluation
    row: int
    hidden: Years
    scores: HiddenLeaves
    p_percent: float
    insider_of: InsiderOf

    @property
    def groups(self) -> Wholes:
        """Of the index."""
        return self._both[0]

    @property
    def progress(self) -> Wholes | None:
        """Of the progress index; None where nothing beneath it is withheld."""
        return self._both[1]

    @cached_property
    def _both(self) -> tuple[Wholes, Wholes | None]:
        nests = [self._index, *self._progress]
        beneath = Beneath(self.whole.framework, self.hidden)
        equations = ReleasedWholes(beneath)
        found = [self._above(nest, equations) for nest in nests]
        for known in self._known_to_insiders(nests, beneath):
            equations = ReleasedWholes(Beneath(self.whole.framework, _but(self.hidden, known)))
            own = [replace(n, leaves=n.leaves.but(known, beneath)) for n in nests]
            found = [self._above(n, equations, f) for n, f in zip(own, found, strict=True)]
        return found[0], found[1] if len(found) > 1 else None

    @property
    def _index(self) -> _Nest:
        tree = index_tree(self.whole.scored, self.whole.aggregation, self.whole.framework)
        scale = self.whole.framework.scale
        ends = Extent(float(scale.floor), float(scale.top))
        return _Nest(tree, _Leaves(self.scores, ends, self._needed_score))

    @property
    def _progress(self) -> Iterator[_Nest]:
        """The progress index, if there is one and something beneath it is withheld."""
        progress, years = self.whole.framework.progress, self.whole.panel.years
        tree = progress_tree(self.whole.progress, self.whole.framework)
        if progress is None or tree is None:
            return
        base = self.whole.base_year
        hidden: dict[str, dict[int, set[Cell]]] = {}
        for group, members in progress.members.items():
            for code in members:
                own = self.hidden.get(code, frozenset())
                lost = years if base in own else tuple(sorted(own))
                if lost:
                    hidden[f"{group}.{code}"] = {
                        year: {(code, y) for y in (year, base) if y in own} for year in lost
                    }

        def needed(leaf: str, place: int) -> Extent:
            ratio = float(tree.values[leaf][self.row, place])
            return Extent(ratio * (1 - self._share), ratio * (1 + self._share))

        if hidden:
            yield _Nest(tree, _Leaves(hidden, Extent(0.0, math.inf), needed), constant_in=base)

    def _known_to_insiders(
        self, nests: Iterable[_Nest], beneath: Beneath
    ) -> Iterator[frozenset[Cell]]:
        """What each holding knows, nearly, of the withheld figures that leaves stand on."""
        figures = {f for nest in nests for cell in nest.leaves.cells for f in beneath.deepest(cell)}
        found: dict[str, set[Cell]] = defaultdict(set)
        for figure in sorted(figures):
            found[self.insider_of(*figure)].add(figure)
        return (frozenset(known) for insider, known in found.items() if insider)

    # --- what a withheld score must be able to be -----------------------------------------------

    @property
    def _share(self) -> float:
        return self.p_percent / 100

    def _needed_score(self, code: str, place: int) -> Extent:
        """What a score is p % below and above the indicator."""
        both = [float(panel.column(code).values[0, place]) for panel in self._scores_beside]
        return Extent(min(both), max(both))

    @cached_property
    def _scores_beside(self) -> tuple[Panel, Panel]:
        """The body's scores were every indicator p % smaller, and p % larger."""
        own = self.whole.indicators.alone(self.row)

        def scores(factor: float) -> Panel:
            columns = {c: replace(x, values=x.values * factor) for c, x in own.columns.items()}
            changed = replace(own, columns=columns)
            return normalise(changed, self.whole.framework, self.whole.fitted)

        return scores(1 - self._share), scores(1 + self._share)

    # --- what is shown ----------------------------------------------------------------------------

    def _above(self, nest: _Nest, equations: ReleasedWholes, among: Wholes | None = None) -> Wholes:
        """The wholes above withheld leaves that give none of them away, with their values.

        ``among``: which alone are shown; None: any may be.
        """
        tree, leaves = nest.tree, nest.leaves
        found: dict[str, dict[int, float]] = {}
        for j, year in enumerate(tree.years):
            unknown = {
                leaf: set(years[year]) for leaf, years in leaves.hidden.items() if year in years
            }
            for whole in reversed(list(tree.powers)):  # from the bottom up
                members = [m for m in tree.members[whole] if m in unknown]
                may_be_shown = among is None or year in among.get(whole, {})
                value = float(tree.values[whole][self.row, j])
                if not members:
                    if among is not None and may_be_shown:  # whoever asks knows all beneath it
                        found.setdefault(whole, {})[year] = value
                    continue
                shares = {m: float(tree.shares[m][self.row, j]) for m in members}
                cells = {cell for m in members if shares[m] > 0 for cell in unknown[m]}
                is_told = not cells or year == nest.constant_in
                bounds = MeanBounds(tree, self.row, j, unknown, leaves.ends)
                if (
                    may_be_shown
                    and value == value
                    and hides_its_parts(list(shares.values()))
                    and (is_told or leaves.are_open(bounds, whole))
                    and (is_told or equations.admits(cells))
                ):
                    found.setdefault(whole, {})[year] = value
                else:
                    unknown[whole] = cells
        return found


def _but(hidden: Years, known: Collection[Cell]) -> Years:
    """What is withheld, without some figures."""
    return {
        code: frozenset(year for year in years if (code, year) not in known)
        for code, years in hidden.items()
    }
