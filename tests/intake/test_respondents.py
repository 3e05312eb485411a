"""A text that holds another respondent's id is known as such, be it part of a file's name."""

from __future__ import annotations

import pytest

from cescore.intake.register.entities import Entity, Register
from cescore.intake.register.respondents import NamedRespondents

FIRMS = ("E1", "E1-2", "E2", "17")
REGISTER = Register({"P1": Entity("P1", "park"), **{e: Entity(e, "firm") for e in FIRMS}})


@pytest.mark.parametrize(
    ("text", "is_another_s"),
    [
        ("", False),
        ("E1 wrote it", False),
        ("E2 wrote it.", True),
        ("17 t", True),
        ("17.5 t", False),  # a number
        ("P1_17.csv", False),
        ("17.", True),
        ("E2.csv", True),
        ("returns/2025_E2_final.xlsx", True),
        ("returns/P1-E1.csv", False),
        ("E1-2.csv", True),
        ("E1-3.csv", False),
        ("E1-3-E2.csv", True),
        ("E22.csv", False),
    ],
)
def test_another_s_id_is_known_by_itself_and_as_part_of_a_file_s_name(
    text: str, is_another_s: bool
) -> None:
    named = NamedRespondents(REGISTER, lambda entity: entity.entity_type == "park")
    assert named.are_named_in(text, "E1") is is_another_s
    assert named.are_named_in_place(f"{text}:4", "E1") is (is_another_s and bool(text))
    assert not named.are_named_in("E1-2.csv", "E1-2")
