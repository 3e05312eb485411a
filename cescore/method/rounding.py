"""Rounding of GB/T 8170: to even at the half, on the original value. Bulletins round half up: `publish.numbers`.

A value that was rounded once must not be rounded again: keep the original.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from cescore.errors import MethodError


def round_8170(value: float | str | Decimal, decimals: int) -> Decimal:
    """四舍六入五成双 to so many decimals; negative ones round to tens, hundreds and so on.

    A float counts as its shortest decimal text, so that 28.175 is that and not 28.17499….

    References
    ----------
    GB/T 8170-2008, clause 3.

    Examples
    --------
    >>> [str(round_8170(text, 2)) for text in ("28.175", "28.165", "-28.165")]
    ['28.18', '28.16', '-28.16']
    """
    exact = _decimal(value)
    with localcontext() as context:
        context.prec = 400  # a float has at most 309 digits before the point
        return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def round_8170_significant(value: float | str | Decimal, digits: int) -> Decimal:
    """The same to so many significant digits.

    Examples
    --------
    >>> str(round_8170_significant("8.53459", 3))
    '8.53'
    """
    if digits < 1:
        raise MethodError(f"{digits} significant digits, expected one or more")
    exact = _decimal(value)
    return round_8170(exact, digits - 1 - exact.adjusted()) if exact else exact


def _decimal(value: float | str | Decimal) -> Decimal:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise MethodError(f"cannot round {value}")
    return exact
