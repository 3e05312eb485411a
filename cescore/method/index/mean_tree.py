"""An index as a nest of weighted power means: the tree that contributions are split over.

A weighted power mean is (Σ w·x^p / Σ w)^(1/p), the geometric one at p = 0. Copeland and TOPSIS are
no means: their power is NaN, and nothing adds up to them.

References
----------
G. H. Hardy, J. E. Littlewood, G. Pólya, Inequalities (1934), chapter 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework
from cescore.method.index.aggregate import Aggregation
from cescore.method.index.missing import Scored
from cescore.method.index.progress import ProgressResult, progress_shares
from cescore.method.index.weight import shares

Floats = NDArray[np.float64]
POWERS = {"arithmetic_mean": 1.0, "geometric_mean": 0.0, "harmonic_mean": -1.0}
NO_MEAN = np.nan  # copeland and topsis are no means: nothing adds up to them


@dataclass(frozen=True, eq=False)
class Tree:
    """A nest of weighted power means, "" at the top; arrays of (entities, years).

    Attributes
    ----------
    powers
        Whole -> power of its mean, from the top down: 1 arithmetic, 0 geometric, -1 harmonic; NaN
        where the whole is no mean.
    members
        Whole -> codes directly below it.
    shares
        Member -> its share in its whole [0-1], 0 where it does not take part.
    values
        Member or whole -> its value [points]; NaN where it has none.
    """

    years: tuple[int, ...]
    powers: Mapping[str, float]
    members: Mapping[str, tuple[str, ...]]
    shares: Mapping[str, Floats]
    values: Mapping[str, Floats]

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """Members that are no wholes themselves."""
        below = (member for members in self.members.values() for member in members)
        return tuple(member for member in below if member not in self.members)

    @property
    def is_nest_of_means(self) -> bool:
        """Whether every whole is a mean of its members, so that something adds up to it."""
        return not any(np.isnan(power) for power in self.powers.values())

    def at(self, years: tuple[int, ...]) -> Tree:
        """The same in some years only; one it does not have has no values and shares of 0."""
        places = [self.years.index(year) if year in self.years else -1 for year in years]
        known = np.array([place >= 0 for place in places])

        def cut(arrays: Mapping[str, Floats], nothing: float) -> dict[str, Floats]:
            return {c: np.where(known, array[:, places], nothing) for c, array in arrays.items()}

        return Tree(
            years, self.powers, self.members, cut(self.shares, 0.0), cut(self.values, np.nan)
        )


def index_tree(scored: Scored, result: Aggregation, framework: Framework) -> Tree:
    """The framework's index as a nest of means, scores as leaves [points of the scale]."""
    wholes = ("", *reversed([group.code for group in framework.groups_bottom_up()]))
    columns = {**scored.scores.columns, **result.groups.columns}
    values = {code: column.values for code, column in columns.items()}
    return Tree(
        years=scored.scores.years,
        powers={code: _power(*framework.mean_of(code)) for code in wholes},
        members={code: tuple(member for member, _ in framework.members(code)) for code in wholes},
        shares=shares(framework, scored.active),
        values={"": result.index.values, **values},
    )


def progress_tree(result: ProgressResult, framework: Framework) -> Tree | None:
    """The progress index as a nest of means [base year = 100]; None without one in the framework.

    Members are named ``group.indicator``, as one indicator may stand in several groups.
    """
    progress = framework.progress
    if progress is None:
        return None
    groups = {group.code: group for group in progress.groups}
    inside = {code: tuple(progress.members.get(code, {})) for code in groups}
    values = {code: column.values for code, column in result.groups.columns.items()}
    for group, members in inside.items():
        values |= {f"{group}.{m}": result.members.column(m).values for m in members}
    return Tree(
        years=result.members.years,
        powers={"": POWERS[progress.aggregation]}
        | {code: _power(group.aggregation, group.power) for code, group in groups.items()},
        members={"": tuple(groups)}
        | {code: tuple(f"{code}.{m}" for m in members) for code, members in inside.items()},
        shares=progress_shares(result, progress),
        values={"": result.index.values, **values},
    )


def _power(method: str, power: float) -> float:
    """The power of a mean by its name; NaN for a method that is none."""
    return power if method == "generalised_mean" else POWERS.get(method, NO_MEAN)
