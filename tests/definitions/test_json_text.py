"""JSON from anybody: the document, or one error that names the file and what is wrong with it."""

from __future__ import annotations

import pytest

from cescore.definitions.entries.json_text import json_document
from cescore.errors import CescoreError, JsonError


def test_a_text_in_either_form_gives_its_document() -> None:
    assert json_document('{"a": [1, "吨"]}', "f") == json_document('{"a": [1, "吨"]}'.encode(), "f")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1', "line 1, column 8"),
        (b'{"a":\n 1,}', "line 2, column"),
        (b'"\xff\xfe"', "not UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b"9" * 100_000, "too many digits"),
        (b"\x80\x04N.", "line 1, column 1|not UTF-8"),  # a pickle
    ],
)
def test_whatever_is_no_document_is_one_error_that_names_the_file(text: bytes, wrong: str) -> None:
    with pytest.raises(JsonError, match=rf"output/manifest\.json: no JSON: .*({wrong})"):
        json_document(text, "output/manifest.json")


def test_it_is_something_the_user_can_correct_and_a_value_error_to_whoever_only_looks() -> None:
    assert issubclass(JsonError, CescoreError) and issubclass(JsonError, ValueError)
