"""A cell of a workbook as the source of a row, there and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cescore.intake.address import Address, of_row, of_source

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@given(NAMES, NAMES, st.integers(1, 1_048_576), st.sampled_from(["A", "F", "AA", "XFD"]))
def test_the_source_of_a_row_leads_back_to_its_cell(file, sheet, row, column):
    at = Address(file, row, sheet, column)
    assert of_source(at.source) == at


def test_a_source_in_words_leaves_a_row_where_it_stands():
    assert of_row("data/2025/observations.csv", 3, "letter 7!") == Address(
        "data/2025/observations.csv", 3
    )
    assert str(of_row("o.csv", 3, "a.xlsx!S!B2")) == "a.xlsx:S!B2"
