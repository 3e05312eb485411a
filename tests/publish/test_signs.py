"""Figures are set sign by sign only where every sign was seen to stand for itself."""

from __future__ import annotations

import pytest

from cescore.publish.printing.signs import (
    SIGNS,
    DrawnText,
    Figures,
    Glyph,
    SetGlyph,
    every_three,
    is_figure,
    widths_of,
)

FONT = 1


def set_as(text: str, **other: int) -> list[SetGlyph]:
    """Glyphs of a text of one-byte signs, each 10 wide, the last otherwise."""
    glyphs = [SetGlyph(FONT, ord(sign), 10, place, True) for place, sign in enumerate(text)]
    return [*glyphs[:-1], glyphs[-1]._replace(**other)]


def test_any_three_signs_stand_beside_each_other_once() -> None:
    text = every_three()
    threes = [text[place : place + 3] for place in range(len(text) - 2)]
    assert len(threes) == len(set(threes)) == len(SIGNS) ** 3


def test_a_font_that_sets_each_sign_alike_gives_its_widths() -> None:
    assert widths_of("171", set_as("171")) == {"1": 10, "7": 10}


@pytest.mark.parametrize(
    "other", [{"width": 9}, {"number": 3}, {"font": 2}, {"place": 1}, {"is_plain": False}]
)
def test_a_font_that_sets_a_sign_otherwise_beside_another_is_left_alone(
    other: dict[str, int],
) -> None:
    assert widths_of("171", set_as("171", **other)) is None


def test_a_ligature_is_no_sign_for_itself() -> None:
    assert widths_of("171", set_as("17")) is None


@pytest.mark.parametrize("text", ["1,234.5", "−0.7%", "2021–2025"])
def test_a_figure_is_signs_alone(text: str) -> None:
    assert is_figure(text) and not is_figure(f"{text} t")


def test_a_figure_is_written_as_its_signs_were() -> None:
    one, two = (Glyph("f", number, str(number), 5, 5) for number in (1, 2))
    figures = Figures({"1": 0.5, "2": 0.5}, 1.0, 0.8, 0)
    size = ("set_font_size", ("F", 9))
    figures.learn("12", DrawnText((size, ("show_text", ("<0001>3<0002>",))), (one, two)))
    assert figures.extent("2112") == (2.0, 1.0, 0.8)
    assert figures.draw("211") == DrawnText(
        (size, ("show_text", ("<00020001>3<0001>3",))), (two, one)
    )
    assert figures.draw("13") is None
