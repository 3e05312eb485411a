"""Slips of the pen that explain a wrong number: a power of ten, two digits changed over, a sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, product
from math import prod
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cescore.method.editing.linear_rules import LinearRule, holds_for
from cescore.method.thresholds import at_least, at_most

POWERS = (1, 2, 3, 4, 8)  # 10^8: yuan for 100 million yuan
NEARLY = 0.999  # of an end of a window: what lies beyond is none of it, whatever rounding did
MOST_COMBINATIONS = 400  # of slips in several values tried together
SlipKind = Literal["factor", "transposed", "sign"]


class Slip(NamedTuple):
    """A number as it may have been meant, and the slip that would have made the one reported of it."""

    kind: SlipKind
    value: float
    power: int = 0  # reported = meant · 10^power, of a factor


def possible_slips(value: float) -> tuple[Slip, ...]:
    """The numbers that one slip could have turned into a value, each once.

    Factors 10^±1 … 10^±4 and 10^±8, two neighbouring digits changed over, the other sign.

    Examples
    --------
    >>> [slip.value for slip in possible_slips(1243.0) if slip.kind == "transposed"]
    [2143.0, 1423.0, 1234.0]
    """
    if not value or not np.isfinite(value):
        return ()
    slips = [*_factors(value), *_transposed(value), Slip("sign", -value)]
    first: dict[float, Slip] = {}
    for slip in slips:
        first.setdefault(slip.value, slip)
    first.pop(value, None)
    return tuple(first.values())


def _factors(value: float) -> Iterator[Slip]:
    for power in (sign * p for p in POWERS for sign in (1, -1)):
        meant = Decimal(repr(value)).scaleb(-power)
        yield Slip("factor", float(meant), power)


def _transposed(value: float) -> Iterator[Slip]:
    text = format(Decimal(repr(value)).normalize(), "f")
    places = [i for i, c in enumerate(text) if c.isdigit()]
    for a, b in pairwise(places):
        if text[a] != text[b]:
            digits = list(text)
            digits[a], digits[b] = digits[b], digits[a]
            yield Slip("transposed", float("".join(digits)))


def explaining_slips(
    rules: Sequence[LinearRule],
    values: Mapping[str, float],
    sets: Sequence[Sequence[str]],
    allowed: Mapping[str, tuple[float, float]],
) -> dict[str, Slip] | None:
    """The slips in one set of values after whose mending all rules hold, if there is one such way only.

    Each value of a set is mended by one slip, all of the others stay. None where no way, or more than
    one, satisfies every rule: then nothing tells which was meant.

    Parameters
    ----------
    sets
        Codes to change together, as of `error_location.fewest_changes`.
    allowed
        Least and greatest value of codes; a slip beyond them is none.
    """
    ways: list[dict[str, Slip]] = []
    for codes in sets:
        options = [
            [s for s in possible_slips(values[c]) if _is_allowed(s.value, allowed.get(c))]
            for c in codes
        ]
        if prod(map(len, options)) > MOST_COMBINATIONS:
            continue
        for slips in product(*options):
            mended = {**values, **{c: s.value for c, s in zip(codes, slips, strict=True)}}
            if all(holds_for(rule, mended) for rule in rules):
                ways.append(dict(zip(codes, slips, strict=True)))
                if len(ways) > 1:
                    return None
    return ways[0] if ways else None


def _is_allowed(value: float, ends: tuple[float, float] | None) -> bool:
    return ends is None or ends[0] <= value <= ends[1]


def power_of_ten(
    ratio: NDArray[np.float64], windows: Sequence[tuple[float, float]]
) -> NDArray[np.int64]:
    """The power of ten that a ratio is near to, by windows such as (800, 1200); 0 where it is near none.

    A window stands for the power of ten nearest to its geometric middle; a ratio below 1 is looked up
    by its inverse and has a negative power.

    Examples
    --------
    >>> power_of_ten(np.array([1010.0, 0.09, 3.0]), [(8, 12), (800, 1200)]).tolist()
    [3, -1, 0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.maximum(ratio, 1 / ratio)
    found = np.zeros(ratio.shape, np.int64)
    for low, high in windows:
        inside = (size > low * NEARLY) & (size < high / NEARLY)  # few are: the rule for these alone
        inside[inside] = at_least(size[inside], low) & at_most(size[inside], high)
        found[inside] = round(float(np.log10(low) + np.log10(high)) / 2)
    return np.where(ratio < 1, -found, found)
