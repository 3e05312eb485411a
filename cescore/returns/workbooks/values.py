"""A value of a cell, as a library hands it over, as content and text."""

from __future__ import annotations

import datetime
from typing import Any

from cescore.returns.workbooks.sheet import Content

_KEPT_EXACTLY = 1e15  # up to here a number without decimals is written as a whole one


def value_of(value: Any, data_type: str = "") -> tuple[Content, str]:
    """What a value is, and its text; ``data_type`` is "e" where it is an error of a formula.

    Calamine gives an error as its text (#REF!), openpyxl with a mark of its own.

    Examples
    --------
    >>> value_of(12.0), value_of(0.1), value_of("约120")
    ((<Content.number: 'n'>, '12'), (<Content.number: 'n'>, '0.1'), (<Content.text: 't'>, '约120'))
    """
    if value is None or value == "":
        return Content.empty, ""
    if isinstance(value, bool):
        return Content.truth, "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < _KEPT_EXACTLY:
        return Content.number, str(int(value))
    if isinstance(value, int | float):
        return Content.number, repr(value)
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return Content.date, _date_text(value)
    text = str(value)
    is_error = data_type == "e" or (not data_type and text.startswith("#") and text[1:2].isupper())
    return (Content.error if is_error else Content.text), text


def _date_text(value: datetime.date | datetime.time | datetime.timedelta) -> str:
    """A date as 2025-12-31; with a time of day only where there is one."""
    if isinstance(value, datetime.timedelta):
        return str(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
