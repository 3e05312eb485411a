"""What is missing before a provisional grade is final."""

from __future__ import annotations

import pytest

from cescore.method.grading.doubts import Doubt, doubts_of, gravest, why_provisional
from cescore.method.grading.measures import MeasureLine
from cescore.method.grading.vetoes import VetoLine


def measures(due: int, inspected: int) -> list[MeasureLine]:
    return [MeasureLine("4.1", "", "", "4", (), {}, due=due, inspected=inspected)]


def veto(name: str, status: str) -> VetoLine:
    return VetoLine(name, f"{name} zh", f"{name} en", status)  # type: ignore[arg-type]


VETOES = [veto("clear", "clear"), veto("unseen", "unchecked"), veto("shown", "proposed"),
          veto("bad", "standing")]  # fmt: skip


def test_all_that_is_missing_is_told_the_gravest_first() -> None:
    assert list(doubts_of(VETOES, measures(4, 0), 7)) == [
        Doubt("veto_proposed", "shown zh", "shown en", 1),
        Doubt("veto_unchecked", "unseen zh", "unseen en", 1),
        Doubt("references_of_sample", "", "", 7),
        Doubt("checks_not_inspected", "", "", 4),
    ]
    assert why_provisional(VETOES, measures(4, 0)) == "vetoes_proposed"
    assert why_provisional([], [], 7) == "references_of_sample"


@pytest.mark.parametrize(
    ("due", "inspected", "missing"),
    [(5, 4, 0), (5, 3, 1), (10, 1, 7), (6, 4, 1), (6, 1, 4), (0, 0, 0)],
)
def test_four_fifths_of_the_checks_that_apply_are_enough(
    due: int, inspected: int, missing: int
) -> None:
    expected = [Doubt("checks_not_inspected", "", "", missing)] if missing else []
    assert list(doubts_of([], measures(due, inspected), 0)) == expected


def test_where_nothing_is_missing_there_is_no_reason() -> None:
    assert gravest([]) == "" == why_provisional(VETOES[:1], measures(5, 5))
