"""How the method book prints numbers of params."""

from __future__ import annotations

import pytest

from cescore.publish.pages.document import exact


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0481, "1.0481"), (12000, "12,000"), (-0.5, "−0.5"), (11 / 3, "3.66667"),
     (2962.962962962963, "2,962.96"), (0.1 + 0.2, "0.3"), (0.034120842376, "0.034120842376")],
)  # fmt: skip
def test_a_number_is_printed_as_it_was_written_and_one_worked_out_is_rounded(
    value: float, text: str
) -> None:
    assert exact(value) == text
