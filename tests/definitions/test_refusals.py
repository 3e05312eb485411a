"""What pydantic refuses is said in words of our own, in both languages."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from cescore.definitions.model.refusals import BOUNDS, EXPECTED, PYDANTICS, expected_by
from cescore.errors import Sentence
from cescore.publish.terminal_words import chinese, spoken


@pytest.mark.parametrize("kind", sorted(PYDANTICS - {"literal_error", "enum", *BOUNDS}))
def test_no_text_of_pydantics_reaches_anybody(kind):
    told = expected_by({"type": kind, "msg": "Input should be a valid tuple", "ctx": {}})
    assert "Input" not in told and spoken(told, "zh") != told


def test_every_kind_that_is_listed_is_one_of_pydantics():
    assert {*EXPECTED, *BOUNDS} <= PYDANTICS


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Annotated[tuple[int, ...], Field(min_length=1)], (), "a list of one or more"),
        (Annotated[tuple[int, ...], Field(max_length=1)], (1, 2), "a list of at most 1"),
        (Annotated[str, Field(max_length=3)], "four", "at most 3 characters"),
        (Annotated[int, Field(ge=2)], 1, "greater than or equal to 2"),
        (bool, "x", "true or false"),
    ],
)
def test_what_was_expected_is_said_with_its_ends(kind: Any, value: Any, expected: str):
    model = type("Model", (BaseModel,), {"__annotations__": {"of": kind}})
    with pytest.raises(ValidationError) as caught:
        model(of=value)
    told = expected_by(caught.value.errors()[0])
    assert told == expected and isinstance(told, Sentence) and told.pattern in chinese()
