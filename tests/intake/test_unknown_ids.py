"""An id that nobody has: zeros that a spreadsheet dropped, and a word that is said once."""

from __future__ import annotations

import pytest

from cescore.intake.address import Address
from cescore.intake.findings import Finding, each_word_once
from cescore.intake.register.unknown_ids import unknown_id, with_its_zeros


@pytest.mark.parametrize(
    ("text", "known", "whole"),
    [
        ("7", ["007", "010"], "007"),
        ("007", ["7"], "7"),
        ("7", ["007", "07"], ""),  # either could be meant
        ("7", ["D07"], ""),
        ("", ["0"], ""),
    ],
)
def test_an_id_without_its_zeros_is_known_where_one_alone_can_be_meant(text, known, whole):
    assert with_its_zeros(text, known) == whole
    told = unknown_id(text, known)
    assert told[0] == ("leading_zeros_lost" if whole else "unknown_entity")


def errors(code: str, *words: str) -> list[Finding]:
    return [
        Finding("error", code, Address("a.csv", n), word, values=(("text", word), ("near", "")))
        for n, word in enumerate(words, 2)
    ]


def test_a_word_that_nobody_knows_is_said_once_with_how_often_it_stands_there():
    said = each_word_once(errors("unknown_entity", "X", "Y", "X", "X"))
    assert [(n, f.where("en")) for n, f in said.items()] == [
        (0, "a.csv, row 2 (and 2 more)"),
        (1, "a.csv, row 3"),
    ]


def test_numbers_that_lost_their_zeros_are_said_once_for_a_file():
    (said,) = each_word_once(errors("leading_zeros_lost", "1", "2", "3")).values()
    assert said.where("zh") == "a.csv，第 2 行（另有 2 处）"


def test_what_is_wrong_with_known_words_is_said_each_time():
    assert len(each_word_once(errors("not_a_number", "X", "X"))) == 2
