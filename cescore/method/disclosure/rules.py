"""What may be shown of others: contributors, quantiles, ranks and totals under the bureau's rules.

Plain numbers in, released numbers or None out. Everything another report prints about an entity
goes through one of these functions; `cescore.disclosure.released.gate` holds the evaluation against them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Disclosure
from cescore.method.thresholds import COMPARISONS, at_least, at_most, meets, tied

Floats = NDArray[np.float64]
WIDE = Context(prec=400)  # digits enough for any float written out
LEAST_FOR_QUARTERS = 8  # [P] values, so that two at least stand in each quarter
STANDING_OF_BAND = {1: "strength", 4: "weakness"}


def rounded(value: float, digits: int) -> float:
    """A value with so many significant digits, half up: all that is released of a group's figure.

    Half is rounded away from zero, on the decimal digits that the number is written with. What is
    not finite comes out as 0: callers pass numbers only.

    Examples
    --------
    >>> rounded(1250.0, 2), rounded(-0.0125, 2)
    (1300.0, -0.013)
    """
    if value == 0 or not math.isfinite(value):
        return 0.0
    return float(_to_digits(digits).plus(Decimal(repr(float(value)))))


@lru_cache(maxsize=32)
def _to_digits(digits: int) -> Context:
    return Context(prec=digits, rounding=ROUND_HALF_UP)


def half_unit(value: float, digits: int) -> float:
    """Half a unit of the last of so many significant digits: how far `rounded` may be off.

    0 for 0 and for what is not finite.

    Examples
    --------
    >>> half_unit(1250.0, 2), half_unit(0.0125, 2)
    (50.0, 0.0005)
    """
    if value == 0 or not math.isfinite(value):
        return 0.0
    return float(Decimal(5).scaleb(Decimal(repr(float(value))).adjusted() - digits))


def to_decimals(value: float, decimals: int) -> float:
    """A value with so many decimals, half up: what a named body's own page prints.

    References
    ----------
    四舍五入 of statistical bulletins (methodology 10), on decimal digits: binary floats break cases
    such as 2.675.

    Examples
    --------
    >>> to_decimals(2.675, 2), round(2.675, 2)
    (2.68, 2.67)
    """
    exact, last = Decimal(repr(float(value))), Decimal(1).scaleb(-decimals)
    return float(exact.quantize(last, ROUND_HALF_UP, WIDE))


def by_holding(values: Floats, holders: Sequence[str]) -> tuple[Floats, NDArray[np.int64]]:
    """The present values and, for each, the number of its holding (firms of one holding share it).

    Parameters
    ----------
    values
        One per firm [any unit]; NaN where one has none, which is left out.
    holders
        The holding of each firm, as text.
    """
    present = ~np.isnan(values)
    _, holding = np.unique(
        np.asarray(holders, dtype=object)[present].astype(str), return_inverse=True
    )
    return values[present], holding.astype(np.int64)


def contributions(values: Floats, holders: Sequence[str]) -> Floats:
    """What each holding adds to a total, by magnitude, largest first [unit of the values].

    Negative values enter by their magnitude, so that they never make a dominant one look small;
    a holding that adds nothing hides nobody and does not count.

    Parameters
    ----------
    values
        One per firm; NaN where one has none.
    holders
        The holding of each firm.

    Examples
    --------
    >>> contributions(np.array([5.0, -3.0, 4.0, np.nan, 0.0]), ["X", "X", "Y", "Y", "Z"]).tolist()
    [8.0, 4.0]
    """
    present, holding = by_holding(values, holders)
    parts = np.bincount(holding, weights=np.abs(present)).astype(float)
    ordered: Floats = np.sort(parts[parts > 0])[::-1]
    return ordered


def is_safe(parts: Floats, rules: Disclosure) -> bool:
    """Whether a total over these contributions, largest first, may be shown.

    Unsafe with fewer contributors than the minimum, or when the second largest could estimate the
    largest within p %: X - x1 - x2 < p/100 · x1 (the p % rule).

    Parameters
    ----------
    parts
        Contributions [any unit, above 0], as `contributions` gives them.

    References
    ----------
    Handbook on Statistical Disclosure Control, chapter 4: minimum frequency and p % rule; after
    grouping by holding (methodology 11).

    Examples
    --------
    A total of 100,000 in which two hold 99,000 is safe under the rule that one may hold 90 %, and is
    not under this one: 1,000 are left, less than a tenth of the largest.

    >>> parts = np.array([50_000.0, 49_000.0, 600.0, 400.0])
    >>> is_safe(parts, Disclosure()), is_safe(np.array([50.0, 30.0, 20.0, 10.0]), Disclosure())
    (False, True)
    """
    if len(parts) < rules.min_contributors:
        return False
    rest = float(parts[2:].sum())
    return meets(rest, ">=", rules.p_percent / 100 * float(parts[0]))


FEW_FOR_SHARES = 50  # of a smaller group a share near 0 or 1 tells of every single member
LEAST_SHARE = 0.1


def releasable_share(share: float | None, n: int) -> float | None:
    """A share of a group's members that may be shown; None where it says too much of each of them.

    Of fewer than 50 members no share below 10 % or above 90 % is shown: "all of them" is a statement
    about everybody, "one of them" about somebody.

    Parameters
    ----------
    share
        Between 0 and 1; None without one.
    n
        Members of the group.

    Examples
    --------
    >>> releasable_share(1.0, 20), releasable_share(1.0, 50), releasable_share(0.5, 20)
    (None, 1.0, 0.5)
    """
    if share is None or n >= FEW_FOR_SHARES:
        return share
    return share if at_least(share, LEAST_SHARE) and at_most(share, 1 - LEAST_SHARE) else None


def spread_quantile(ordered: Floats, share: float) -> float:
    """A quantile that is never one contributor's own value.

    Linear interpolation at position (n - 1)·share; where that falls on one value, the mean of it
    and its two neighbours.

    Parameters
    ----------
    ordered
        Values in rising order [any unit], three or more.
    share
        Strictly between 0 and 1: the ends are somebody's own values.

    Examples
    --------
    >>> spread_quantile(np.array([1.0, 2.0, 6.0]), 0.5), spread_quantile(np.array([1.0, 3.0]), 0.5)
    (3.0, 2.0)
    """
    position = (len(ordered) - 1) * share
    below = math.floor(position)
    if position == below:
        return float(ordered[below - 1 : below + 2].mean())
    fraction = position - below
    return float(ordered[below] * (1 - fraction) + ordered[below + 1] * fraction)


@dataclass(frozen=True)
class PeerFigure:
    """What may be shown of the others beside one of the entity's own figures; None: not released.

    Attributes
    ----------
    n
        Number of contributors; None below the number that may be shown.
    median, lower_quartile, upper_quartile
        Rounded to the significant digits released [unit of the figure].
    quartile_band
        The entity's own quarter, 1 best.
    rank
        Public bodies only.
    standing
        strength or weakness: in the best or the last quarter; "" in between.
    """

    code: str
    n: int | None = None
    median: float | None = None
    lower_quartile: float | None = None
    upper_quartile: float | None = None
    quartile_band: int | None = None
    rank: int | None = None
    standing: str = ""


@dataclass(frozen=True)
class YearRank:
    """Where a public body stood among those ranked in a year; None: it was not ranked.

    Attributes
    ----------
    n
        How many were ranked.
    rank
        1 the best; ties share the better rank.
    low, high
        5-95 % of its rank over the choices that could have been made otherwise.
    is_withheld
        It has an index and no rank, since some of its figures of the year are withheld.
    """

    year: int
    n: int
    rank: int | None = None
    low: int | None = None
    high: int | None = None
    is_withheld: bool = False


@dataclass(frozen=True)
class GroupFigure:
    """One figure of a group of entities: exact quantiles, each None where it may not be shown.

    The same for every report of the group, the reader's own value included, so that two recipients
    have nothing to subtract.

    Attributes
    ----------
    direction
        1: more is better, -1: less is better.
    n
        Number of contributors (holdings) with a value.
    lower, median, upper
        Quartiles, spread over neighbours [unit of the figure], not rounded.
    """

    code: str
    direction: int
    n: int
    lower: float | None
    median: float | None
    upper: float | None

    def for_entity(self, own: float | None, rules: Disclosure) -> PeerFigure:
        """What the report of an entity with this value prints: rounded, and its own quarter."""
        return self.for_entities(np.array([math.nan if own is None else own]), rules)[0]

    def for_entities(self, own: Floats, rules: Disclosure) -> list[PeerFigure]:
        """`for_entity` of many entities; NaN where one has no value.

        The reports of a quarter print the very same figure.
        """
        printed = {band: self._printed(band or None, rules) for band in range(5)}
        return [printed[band] for band in self._bands(own).tolist()]

    def _printed(self, band: int | None, rules: Disclosure) -> PeerFigure:
        def shown(value: float | None) -> float | None:
            return None if value is None else rounded(value, rules.significant_digits)

        return PeerFigure(
            code=self.code,
            n=self.n if self.n >= rules.n_shown_from else None,
            median=shown(self.median),
            lower_quartile=shown(self.lower),
            upper_quartile=shown(self.upper),
            quartile_band=band,
            standing=STANDING_OF_BAND.get(band or 0, ""),
        )

    def _bands(self, own: Floats) -> NDArray[np.int64]:
        """The quarter of the group each value lies in, 1 the best; 0 unless all three are released."""
        if self.lower is None or self.median is None or self.upper is None:
            return np.zeros(len(own), np.int64)
        beyond = COMPARISONS[">" if self.direction == 1 else "<"]
        passed = sum(beyond(own, cut).astype(int) for cut in (self.lower, self.median, self.upper))
        return np.where(np.isnan(own), 0, 4 - passed)


def group_figure(
    code: str, values: Floats, holders: Sequence[str], direction: int, rules: Disclosure
) -> GroupFigure:
    """The releasable quantiles of a figure over entities.

    A holding is one contributor, with the mean of its firms' values. A quantile needs the minimum
    number of contributors and enough of them strictly on either side of it.

    Parameters
    ----------
    values
        One per entity [unit of the figure]; NaN where one has no value.
    holders
        The holding of each.
    direction
        1: more is better, -1: less is better.
    rules
        The bureau's parameters.
    """
    present, holding = by_holding(values, holders)
    if not present.size:
        return GroupFigure(code, direction, 0, None, None, None)
    ordered = np.sort(np.bincount(holding, weights=present) / np.bincount(holding))
    n = len(ordered)

    def releasable(share: float, least_n: int) -> float | None:
        if n < max(least_n, 3):
            return None
        quantile = spread_quantile(ordered, share)
        below, above = (~at_least(ordered, quantile), ~at_most(ordered, quantile))
        beyond = min(int(below.sum()), int(above.sum()))
        return quantile if beyond >= rules.least_beyond_quantile else None

    return GroupFigure(
        code,
        direction,
        n,
        lower=releasable(0.25, rules.quartile_least_n),
        median=releasable(0.50, rules.median_least_n),
        upper=releasable(0.75, rules.quartile_least_n),
    )


def standing(values: Floats, own: float, direction: int) -> str:
    """Whether a value is a strength or a weakness among ranked ones: in the best or the last quarter.

    Ties count against it: a value that a third of all share is in no quarter of its own. A quarter of
    fewer than `LEAST_FOR_QUARTERS` would be a single one: there the rank says all. NaN is no value.

    Examples
    --------
    >>> [standing(np.array([9.0, 8, 7, 6, 5, 5, 2, 1]), own, 1) for own in (9.0, 8.0, 5.0, 1.0)]
    ['strength', 'strength', '', 'weakness']
    >>> standing(np.array([9.0, 7, 6, 5, 1]), 9.0, 1)
    ''
    """
    present = values[~np.isnan(values)] * direction
    if math.isnan(own) or len(present) < LEAST_FOR_QUARTERS:
        return ""
    as_good = int(at_least(present, own * direction).sum())
    as_bad = int(at_most(present, own * direction).sum())
    if 4 * as_good <= len(present):
        return "strength"
    return "weakness" if 4 * as_bad <= len(present) else ""


def ranks(values: Floats, direction: int) -> list[int | None]:
    """Rank of each value, 1 the best; None for a missing one.

    Values equal but for rounding noise share the better rank (1, 2, 2, 4).

    Examples
    --------
    >>> ranks(np.array([7.0, 0.1 + 0.2, 0.3, np.nan, 0.1]), 1)
    [1, 2, 2, None, 4]
    """
    ordered = tied(values) * direction
    present = np.sort(ordered[~np.isnan(ordered)])
    better = len(present) - np.searchsorted(present, ordered, side="right")
    return [
        None if math.isnan(value) else int(n) + 1 for value, n in zip(ordered, better, strict=True)
    ]
