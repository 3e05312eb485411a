"""From the level at which a product stands on its norm to the value behind it, in the norm's own unit."""

from __future__ import annotations


def value_at_level(level: float, *, advanced: float, entry: float, limit: float) -> float:
    """The value that stands at a level: 1 the advanced value, 2 the entry value, 3 the limit.

    Between levels by the ratio: advanced · (entry / advanced)^(level - 1) up to 2, from there on
    entry · (limit / entry)^(level - 2), beyond the limit by the same ratio. At level 1 the value is the
    advanced one or better.

    Parameters
    ----------
    level
        1 or more.
    advanced, entry, limit
        Values of the norm's levels, above 0 [one unit, which is that of the result].

    References
    ----------
    The inverse of the indicators that stand on norms (`levels` of params/goalposts.yml) [P].

    Examples
    --------
    >>> (
    ...     value_at_level(1.0, advanced=80, entry=87, limit=94),
    ...     value_at_level(3.0, advanced=80, entry=87, limit=94),
    ... )
    (80.0, 94.0)
    """
    if level <= 2:
        return float(advanced * (entry / advanced) ** (level - 1))
    return float(entry * (limit / entry) ** (level - 2))
