"""How far the scale of a line reaches at least: what the words beside it call no change looks like none."""

from __future__ import annotations

from collections.abc import Sequence

from cescore.publish.numbers import PER_CENT

LEAST = 1.0  # points of a share, an index or a score; of anything else per cent of the largest
IN_POINTS = frozenset({PER_CENT, "index", "score"})


def span_of(values: Sequence[float], unit: str) -> tuple[float, float]:
    """The least and the largest value, moved apart around their middle to `LEAST`.

    Words give changes to 0.1 per cent or point and call less than half of that none: a twentieth of
    the height of the scale, not its whole.

    Examples
    --------
    >>> span_of([93.0, 93.1], "%")
    (92.55, 93.55)
    >>> span_of([1000.0, 2000.0], "CNY/t")
    (1000.0, 2000.0)
    """
    low, high = min(values), max(values)
    least = LEAST if unit in IN_POINTS else LEAST / 100 * max(map(abs, values))
    lack = max(least - (high - low), 0.0) / 2
    return low - lack, high + lack
