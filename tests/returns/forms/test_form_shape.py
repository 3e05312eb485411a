"""The header of a form is known in whatever order and language it comes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cescore.intake.observations.statuses import BASES, BASIS_WORDS, STATUS_WORDS, STATUSES
from cescore.returns.forms import shape

SHEETS = [shape.RETURN, shape.MEASURES]


@given(st.sampled_from(SHEETS), st.sampled_from(["zh", "en"]), st.randoms(use_true_random=False))
def test_columns_are_found_in_any_order(sheet, lang, random) -> None:
    columns = [*sheet.columns]
    random.shuffle(columns)
    found = shape.header_of([column.name(lang) for column in columns], sheet)
    assert found == {column.key: i for i, column in enumerate(columns)}


def test_a_row_without_its_code_or_value_is_no_header() -> None:
    assert shape.header_of(["变量代码", "上年数"], shape.RETURN) is None
    assert shape.header_of(["本年数"], shape.RETURN) is None


def test_no_heading_of_a_sheet_means_two_columns() -> None:
    for sheet in (*SHEETS, shape.RULES):
        named = [{text.casefold() for text in (c.key, c.zh, c.en)} for c in sheet.columns]
        assert len(set().union(*named)) == sum(map(len, named)), sheet.key


def test_the_words_of_a_form_are_words_that_returns_are_read_by() -> None:
    for word in shape.status_words():
        assert STATUSES[STATUS_WORDS[word.zh]] == word.key == word.en
    for word in shape.basis_words():
        assert BASES[BASIS_WORDS[word.zh]] == word.key == word.en
