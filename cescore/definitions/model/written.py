"""Plain types as people write them in a file.

Files are read as text, so that 4.10 stays a version and NO a name; a type that is no text says here
how it is written. JSON, which a bundle carries, has numbers of its own and is read without these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

INTEGER = re.compile(r"[-+]?\d{1,18}", re.ASCII)
FLOAT = re.compile(r"[-+]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][-+]?\d{1,3})?", re.ASCII)
YEAR = re.compile(r"(1[89]|2[01])\d\d", re.ASCII)
TRUTHS: Mapping[str, bool] = {"true": True, "false": False}


@dataclass(frozen=True)
class Written:
    """How a type that is no text is written in a file; what comes from JSON or code is left as it is."""

    read: Callable[[Any], Any]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = handler(source)
        return core_schema.json_or_python_schema(
            json_schema=schema,
            python_schema=core_schema.no_info_before_validator_function(self.read, schema),
        )


def number_in(text: str) -> int | float | None:
    """The number that a text is, or None: 1_000, 0x1F, 1e999 and .nan are none."""
    if INTEGER.fullmatch(text):
        return int(text)
    number = float(text) if FLOAT.fullmatch(text) else None
    return None if number is None or abs(number) == float("inf") else number


_DAY = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)


def _day(value: Any) -> Any:
    """The day as 2026-06-30, or nothing; 2026/6/30 and 2026年6月30日 are the same day."""
    if not isinstance(value, str) or not value:
        return value
    written = _DAY.fullmatch(value.strip())
    if written is not None:
        year, _, *parts = written.groups()
        month, day = (int(part) for part in parts if part)
        with suppress(ValueError):
            return date(int(year), month, day).isoformat()
    raise PydanticCustomError("written", "a date such as 2026-06-30")


def _real(value: Any) -> Any:
    number = number_in(value) if isinstance(value, str) else value
    if number is None or isinstance(number, bool) or not isinstance(number, int | float):
        raise PydanticCustomError("written", "a number")
    return float(number)


def _whole(value: Any) -> Any:
    number = number_in(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or number != int(number):
        raise PydanticCustomError("written", "a whole number")
    return int(number)


def _truth(value: Any) -> Any:
    truth = TRUTHS.get(value.casefold()) if isinstance(value, str) else value
    if not isinstance(truth, bool):
        raise PydanticCustomError("written", "true or false")
    return truth


def _year(value: Any) -> Any:
    if isinstance(value, str):
        if not YEAR.fullmatch(value):
            raise PydanticCustomError("written", "a year")
        return int(value)
    return value


def _listed(value: Any) -> Any:
    """A list of one text may be written without brackets."""
    return (value,) if isinstance(value, str) else value


def _paired(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise PydanticCustomError("written", "a list of 2")
    return value


def _number_or_text(value: Any) -> Any:
    number = number_in(value) if isinstance(value, str) else None
    return value if number is None else float(number)


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Words = Annotated[tuple[Annotated[str, StringConstraints(min_length=1)], ...], Written(_listed)]
Texts = Annotated[tuple[Text, ...], Written(_listed)]
Truth = Annotated[bool, Written(_truth)]
Whole = Annotated[int, Written(_whole)]
Real = Annotated[float, Written(_real)]
Number = Annotated[float, Field(allow_inf_nan=False), Written(_real)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False), Written(_real)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False), Written(_real)]
Share = Annotated[float, Field(ge=0, le=1), Written(_real)]
Day = Annotated[str, Written(_day)]
Year = Annotated[int, Field(ge=1800, le=2199), Written(_whole)]
YearKey = Annotated[int, Written(_year)]
Direction = Annotated[Literal[1, -1], Written(_whole)]
LadderRung = Annotated[tuple[Weight, Share], Written(_paired)]
Pair = Annotated[tuple[Number, Number], Written(_paired)]
Window = Annotated[tuple[Positive, Positive], Written(_paired)]
NumberOrText = Annotated[float | str, Written(_number_or_text)]
Tag = Literal["S", "V", "C", "M", "P"]
