"""Arithmetic that is printed comes out: with how many decimals its numbers must stand for that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cescore.publish.numbers import rounded

MOST = 6  # decimals: beyond them a page is no place to check a sum by hand


def decimals_that_work(
    numbers: Sequence[float],
    compute: Callable[[Sequence[float]], float],
    result: float,
    *,
    of_result: int = 1,
    least: int = 1,
) -> int:
    """The fewest decimals of some numbers at which what is computed of them prints as the result does.

    ``of_result``: decimals of the result. `least` where none up to `MOST` do, so that what is printed
    is no sum of these numbers alone.

    Examples
    --------
    >>> decimals_that_work([90.6516], lambda v: (v[0] - 60) / 40 * 100, 76.629)
    2
    """
    wanted = rounded(result, of_result)
    for decimals in range(least, MOST + 1):
        printed = [float(rounded(number, decimals)) for number in numbers]
        if rounded(float(f"{compute(printed):.12g}"), of_result) == wanted:
            return decimals
    return least
