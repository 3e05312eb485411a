"""What may be shown of others: contributors, quantiles, ranks and totals under the bureau's rules.

Plain numbers in, released numbers or None out. Everything another report prints about an entity
goes through one of these functions; `cescore.disclosure.gate` holds the evaluation against them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Disclosure
from cescore.method.thresholds import meets, tied

Floats = NDArray[np.float64]
WIDE = Context(prec=400)  # digits enough for any float written out
STANDING_OF_BAND = {1: "strength", 4: "weakness"}


def rounded(value: float, digits: int) -> float:
    """A value with so many significant digits, half up: all that is released of a group's figure."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    exact = Decimal(repr(float(value)))
    last = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    return float(exact.quantize(last, ROUND_HALF_UP, WIDE))


def to_decimals(value: float, decimals: int) -> float:
    """A value with so many decimals, half up: what a named body's own page prints."""
    exact, last = Decimal(repr(float(value))), Decimal(1).scaleb(-decimals)
    return float(exact.quantize(last, ROUND_HALF_UP, WIDE))


def by_holding(values: Floats, holders: Sequence[str]) -> tuple[Floats, NDArray[np.int64]]:
    """The present values and, for each, the number of its holding (firms of one holding share it)."""
    present = ~np.isnan(values)
    _, holding = np.unique(
        np.asarray(holders, dtype=object)[present].astype(str), return_inverse=True
    )
    return values[present], holding.astype(np.int64)


def contributions(values: Floats, holders: Sequence[str]) -> Floats:
    """What each holding adds to a total, by magnitude, largest first.

    Negative values enter by their magnitude, so that they never make a dominant one look small;
    a holding that adds nothing hides nobody and does not count.
    """
    present, holding = by_holding(values, holders)
    parts = np.bincount(holding, weights=np.abs(present)).astype(float)
    ordered: Floats = np.sort(parts[parts > 0])[::-1]
    return ordered


def is_safe(parts: Floats, rules: Disclosure) -> bool:
    """Whether a total over these contributions, largest first, may be shown.

    Unsafe with fewer contributors than the minimum, or when the second largest could estimate the
    largest within p %: X − x1 − x2 < p/100 · x1 (the p % rule).

    References: Handbook on Statistical Disclosure Control, chapter 4.
    """
    if len(parts) < rules.min_contributors:
        return False
    rest = float(parts[2:].sum())
    return meets(rest, ">=", rules.p_percent / 100 * float(parts[0]))


def spread_quantile(ordered: Floats, share: float) -> float:
    """A quantile that is never one contributor's own value.

    Linear interpolation at position (n − 1)·share; where that falls on one value, the mean of it
    and its two neighbours.
    """
    position = (len(ordered) - 1) * share
    below = math.floor(position)
    if position == below:
        return float(ordered[below - 1 : below + 2].mean())
    fraction = position - below
    return float(ordered[below] * (1 - fraction) + ordered[below + 1] * fraction)


@dataclass(frozen=True)
class PeerFigure:
    """What may be shown of the others beside one of the entity's own figures; None: not released."""

    code: str
    n: int | None = None  # None: below the number that may be shown
    median: float | None = None
    lower_quartile: float | None = None
    upper_quartile: float | None = None
    quartile_band: int | None = None  # the entity's own, 1 best
    rank: int | None = None  # public bodies only
    standing: str = ""  # strength or weakness: in the best or the last quarter; "" in between


@dataclass(frozen=True)
class YearRank:
    """Where a public body stood among those ranked in a year; None: it was not ranked.

    ``low``, ``high``: 5-95 % of its rank over the choices that could have been made otherwise.
    """

    year: int
    n: int  # ranked
    rank: int | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class GroupFigure:
    """One figure of a group of entities: exact quantiles, each None where it may not be shown.

    The same for every report of the group, the reader's own value included, so that two recipients
    have nothing to subtract.
    """

    code: str
    direction: int
    n: int
    lower: float | None
    median: float | None
    upper: float | None

    def for_entity(self, own: float | None, rules: Disclosure) -> PeerFigure:
        """What the report of an entity with this value prints: rounded, and its own quarter."""

        def shown(value: float | None) -> float | None:
            return None if value is None else rounded(value, rules.significant_digits)

        band = None if own is None else self._band(own)
        return PeerFigure(
            code=self.code,
            n=self.n if self.n >= rules.n_shown_from else None,
            median=shown(self.median),
            lower_quartile=shown(self.lower),
            upper_quartile=shown(self.upper),
            quartile_band=band,
            standing=STANDING_OF_BAND.get(band or 0, ""),
        )

    def _band(self, own: float) -> int | None:
        """The quarter of the group a value lies in, 1 the best; None unless all three are released."""
        if self.lower is None or self.median is None or self.upper is None:
            return None
        above = sum(own > cut for cut in (self.lower, self.median, self.upper))
        below = sum(own < cut for cut in (self.lower, self.median, self.upper))
        return 4 - above if self.direction == 1 else 4 - below


def group_figure(
    code: str, values: Floats, holders: Sequence[str], direction: int, rules: Disclosure
) -> GroupFigure:
    """The releasable quantiles of a figure over entities; NaN where one has no value.

    A holding is one contributor, with the mean of its firms' values. A quantile needs the minimum
    number of contributors and enough of them strictly on either side of it.
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
        beyond = min(int((ordered < quantile).sum()), int((ordered > quantile).sum()))
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

    Ties count against it: a value that a third of all share is in no quarter of its own. With fewer
    than four values there are no quarters. NaN is no value.

    Examples
    --------
    >>> [standing(np.array([9.0, 7, 6, 5, 5, 1]), own, 1) for own in (9.0, 7.0, 5.0, 1.0)]
    ['strength', '', '', 'weakness']
    """
    present = values[~np.isnan(values)] * direction
    if math.isnan(own) or len(present) < 4:
        return ""
    as_good = int((present >= own * direction).sum())
    as_bad = int((present <= own * direction).sum())
    if 4 * as_good <= len(present):
        return "strength"
    return "weakness" if 4 * as_bad <= len(present) else ""


def ranks(values: Floats, direction: int) -> list[int | None]:
    """Rank of each value, 1 the best; values equal but for rounding noise share the better rank (1, 2, 2, 4)."""
    ordered = tied(values)
    present = ordered[~np.isnan(ordered)] * direction
    return [None if math.isnan(v) else int((present > v * direction).sum()) + 1 for v in ordered]


def hide_cells(cells: Mapping[str, tuple[Floats, Sequence[str]]], rules: Disclosure) -> set[str]:
    """Which cells of one additive row to hide, so that no hidden one follows from the row's total.

    First every cell that is unsafe by itself; then, while what is hidden would itself be an unsafe
    cell (the total may be known, and what is shown subtracted from it), the smallest one shown.
    A cell is its members' values and their holdings.
    """
    parts = {key: contributions(values, holders) for key, (values, holders) in cells.items()}
    filled = {key for key in parts if len(parts[key])}
    hidden = {key for key in filled if not is_safe(parts[key], rules)}

    def remainder_is_safe() -> bool:
        values = np.concatenate([cells[key][0] for key in hidden])
        holders = [holder for key in hidden for holder in cells[key][1]]
        return len(hidden) > 1 and is_safe(contributions(values, holders), rules)

    for key in sorted(filled - hidden, key=lambda key: (float(parts[key].sum()), key)):
        if not hidden or remainder_is_safe():
            break
        hidden.add(key)
    return hidden | (set(cells) - filled)
