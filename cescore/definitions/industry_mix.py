"""An industry as the register names it: one, or several with their declared shares of output.

A park that consists of several industries is entered as ``食品 50%；铝加工 50%``, and with their main
products as ``食品（corn）50%；铝加工（aluminium）50%``. What params hold by industry, or in a table by
product, is then worked out for it from its parts, by their shares.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

Pair = tuple[float, float]

_BETWEEN = re.compile(r"\s*[;；]\s*")
_SHARE = re.compile(r"(.*?\S)\s*(\d+(?:\.\d+)?)\s*[%％]")
_PRODUCT = re.compile(r"(.*?\S)\s*[(（]\s*([^()（）]*?\S)\s*[)）]")
WHOLE = Fraction(1)


class MixPart(NamedTuple):
    """One part of a mix: an industry, its main product (a word of a code; "" where none is named), its share."""

    industry: str
    product: str
    share: Fraction


@lru_cache(maxsize=4096)
def parts_of(industry: str) -> tuple[MixPart, ...]:
    """The parts of a text of the register, each with its share; one industry alone is all of it.

    Examples
    --------
    >>> [(p.industry, p.product, float(p.share)) for p in parts_of("food（corn）75%; food 25%")]
    [('food', 'corn', 0.75), ('food', '', 0.25)]
    """
    found = [_SHARE.fullmatch(part) for part in _written(industry)]
    shared = [(m.group(1), Fraction(m.group(2)) / 100) for m in found if m is not None]
    if not shared or len(shared) != len(found):
        return (MixPart(industry, "", WHOLE),)
    return tuple(MixPart(*_with_product(name), share) for name, share in shared)


@lru_cache(maxsize=4096)
def shares_of(industry: str) -> tuple[tuple[str, Fraction], ...]:
    """The industries that a text of the register names, each with its share; one alone is all of it.

    Examples
    --------
    >>> shares_of("steel"), shares_of("food 75%; steel 25 %")[1]
    ((('steel', Fraction(1, 1)),), ('steel', Fraction(1, 4)))
    """
    shares: dict[str, Fraction] = {}
    for part in parts_of(industry):
        shares[part.industry] = shares.get(part.industry, Fraction(0)) + part.share
    return tuple(shares.items())


@lru_cache(maxsize=4096)
def names_of(industry: str) -> tuple[str, ...]:
    """The industries that a text names, whether or not each has its share.

    Examples
    --------
    >>> names_of("food（corn）75%; steel"), names_of("steel")
    (('food', 'steel'), ('steel',))
    """
    if not is_mix(industry):
        return (industry,)
    unshared = (m.group(1) if (m := _SHARE.fullmatch(p)) else p for p in _written(industry))
    return tuple(dict.fromkeys(_with_product(part)[0] for part in unshared))


def products_of(industry: str) -> tuple[str, ...]:
    """The main products that a mix names, each once.

    Examples
    --------
    >>> products_of("food（corn）50%; food（egg）25%; steel 25%"), products_of("food（corn）")
    (('corn', 'egg'), ())
    """
    return tuple(dict.fromkeys(part.product for part in parts_of(industry) if part.product))


def _written(industry: str) -> list[str]:
    return [part for part in _BETWEEN.split(industry) if part]


def _with_product(name: str) -> tuple[str, str]:
    found = _PRODUCT.fullmatch(name)
    return (found.group(1), found.group(2)) if found else (name, "")


def is_mix(industry: str) -> bool:
    """Whether a text means several industries with shares, well written or not."""
    return any(sign in industry for sign in ";；%％")


def is_whole(industry: str) -> bool:
    """Whether the declared shares of an industry make up the whole, each part once."""
    parts = parts_of(industry)
    if parts[0].industry == industry and is_mix(industry):
        return False
    counts = Counter((part.industry, part.product) for part in parts)
    return sum(part.share for part in parts) == WHOLE and max(counts.values()) == 1


def pair_of(
    industry: str,
    own: Mapping[str, Pair],
    general: Pair,
    *,
    by_output: bool = False,
    per_output: Callable[[MixPart], float] | None = None,
) -> Pair:
    """Worst and best end of an industry, those of several mixed by their shares.

    Σ share · end, an industry without ends of its own having the general ones; ``by_output``, for
    output per something: 1 / Σ (share / end), since shares are of output. Intensities of parts add
    up to that of the whole by their shares of output, and so do the ends that lie so many times off.

    ``per_output``: how much of the ratio's denominator a part has per output. For a ratio to
    anything but output: Σ share · per_output · end / Σ share · per_output, which is the ratio of the
    whole where each part has its end. For output per something the ends themselves say how much a
    part has, and only who has none matters: its output counts in the whole and adds nothing to the
    sum, 1 / Σ (share / end) over the others. Where no part has any of the denominator, shares of
    output are taken as if nothing were known of it.

    Examples
    --------
    >>> own = {"food": (2.0, 0.5), "steel": (10.0, 2.5)}
    >>> pair_of("food 75%; steel 25%", own, (9.0, 1.0)), pair_of("glass", own, (9.0, 1.0))
    ((4.0, 1.0), (9.0, 1.0))
    >>> tonnes = {"food": 1.0, "steel": 9.0}
    >>> pair_of("food 75%; steel 25%", own, (9.0, 1.0), per_output=lambda p: tonnes[p.industry])
    (8.0, 2.0)
    >>> tonnes["power"] = 0.0
    >>> pair_of(
    ...     "food 25%; power 75%",
    ...     {"food": (1.0, 4.0)},
    ...     (9.0, 1.0),
    ...     by_output=True,
    ...     per_output=lambda p: tonnes[p.industry],
    ... )
    (4.0, 16.0)
    """
    shares = shares_of(industry)
    if len(shares) == 1:
        return own.get(shares[0][0], general)
    if by_output and per_output is not None:
        shares = _with_any(industry, per_output)
    elif not any(name in own for name, _ in shares):
        return general
    elif per_output is not None:
        shares = _shares_of_denominator(industry, per_output)
    worst, best = (
        _mixed([(float(share), own.get(name, general)[end]) for name, share in shares], by_output)
        for end in (0, 1)
    )
    return worst, best


def _shares_of_denominator(
    industry: str, per_output: Callable[[MixPart], float]
) -> tuple[tuple[str, Fraction], ...]:
    """The share that each industry of a mix has in a denominator, of output where nobody has any."""
    amounts: dict[str, Fraction] = {}
    for part in parts_of(industry):
        amount = part.share * Fraction(str(per_output(part)))
        amounts[part.industry] = amounts.get(part.industry, Fraction(0)) + amount
    whole = sum(amounts.values())
    if not whole:
        return shares_of(industry)
    return tuple((name, amount / whole) for name, amount in amounts.items())


def _with_any(
    industry: str, per_output: Callable[[MixPart], float]
) -> tuple[tuple[str, Fraction], ...]:
    """The share of output that each industry makes with any of a denominator, of all where nobody has any."""
    shares: dict[str, Fraction] = {}
    for part in parts_of(industry):
        if per_output(part):
            shares[part.industry] = shares.get(part.industry, Fraction(0)) + part.share
    return tuple(shares.items()) or shares_of(industry)


def _mixed(parts: list[tuple[float, float]], by_output: bool) -> float:
    if by_output:
        return 1 / sum(share / end for share, end in parts)
    return sum(share * end for share, end in parts)
