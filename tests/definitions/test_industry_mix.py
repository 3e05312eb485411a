"""Several industries of one body: their shares, and what params hold by industry, mixed by them."""

from __future__ import annotations

import pytest

from cescore.definitions.industry_mix import (
    MixPart,
    is_mix,
    is_whole,
    names_of,
    pair_of,
    parts_of,
    products_of,
    shares_of,
)
from cescore.definitions.model import Goalposts, Indicator

OWN = {"food": (2.0, 0.5), "steel": (10.0, 2.5)}
GENERAL = (8.0, 2.0)


@pytest.mark.parametrize(
    "text", ["food 75%；steel 25%", "food 75 %; steel 25％", "food 75.0%;steel 25%"]
)
def test_shares_are_read_in_either_width(text: str) -> None:
    assert [(name, float(share)) for name, share in shares_of(text)] == [
        ("food", 0.75),
        ("steel", 0.25),
    ]
    assert is_mix(text) and is_whole(text)


@pytest.mark.parametrize(
    "text",
    [
        "food 75%；steel",
        "food 75%；steel 20%",
        "food 50%；food 50%",
        "food；steel",
        "food 50%",
        "food（corn）50%；food（corn）50%",
    ],
)
def test_what_does_not_make_up_the_whole_is_no_mix_to_work_with(text: str) -> None:
    assert is_mix(text) and not is_whole(text)


def test_one_industry_is_all_of_itself() -> None:
    assert shares_of("food") == (("food", 1),) and not is_mix("food") and is_whole("food")


def test_an_intensity_of_the_whole_is_the_sum_of_its_parts_by_their_shares_of_output() -> None:
    assert pair_of("food 50%；steel 50%", OWN, GENERAL) == (6.0, 1.5)
    assert pair_of("food 50%；glass 50%", OWN, GENERAL) == (
        5.0,
        1.25,
    )  # glass by what holds for all
    assert pair_of("glass 50%；wood 50%", OWN, GENERAL) == GENERAL


def test_ends_of_a_productivity_mix_by_what_the_parts_take_per_output() -> None:
    per = {"food": (1.0, 4.0), "steel": (3.0, 12.0)}  # output per tonne
    assert pair_of("food 50%；steel 50%", per, (1.0, 9.0), by_output=True) == (1.5, 6.0)


def test_a_ratio_mixes_by_what_the_parts_have_of_its_denominator() -> None:
    tonnes = {"food": 1.0, "steel": 9.0, "water": 0.0}

    def per_output(part: MixPart) -> float:
        return tonnes[part.industry]

    # 75 of output with 1 t, 25 with 9 t: a quarter of the tonnes is food
    assert pair_of("food 75%；steel 25%", OWN, GENERAL, per_output=per_output) == (8.0, 2.0)
    assert pair_of("food 50%；water 50%", OWN, GENERAL, per_output=per_output) == OWN["food"]
    # nobody has any of the denominator: nothing to go by but output
    assert pair_of("water（tap）50%；water 50%", {"water": (4.0, 1.0)}, GENERAL, per_output=per_output) == (4.0, 1.0)  # fmt: skip


def test_output_per_something_mixes_without_the_parts_that_have_none_of_it() -> None:
    per_tonne, tonnes = {"food": (1.0, 4.0), "steel": (3.0, 12.0)}, {"power": 0.0}

    def ends(text: str) -> tuple[float, float]:
        return pair_of(
            text, per_tonne, (2.0, 8.0), by_output=True,
            per_output=lambda part: tonnes.get(part.industry, 1.0),
        )  # fmt: skip

    assert ends("power 75%；food 25%") == (4.0, 16.0)  # 25 of output with 25 or 6.25 t, of 100
    assert ends("power 50%；glass 50%") == (4.0, 16.0)  # glass by what holds for all
    assert ends("food 50%；steel 50%") == (1.5, 6.0)
    assert ends("power（coal）50%；power 50%") == ends("power") == (2.0, 8.0)


@pytest.mark.parametrize(("direction", "method", "expected"), [
    (-1, "log_goalposts", (2.0, 5.0)), (1, "log_goalposts", (1.5, 4.8)), (1, "goalposts", (2.0, 5.0)),
])  # fmt: skip
def test_only_a_productivity_on_the_logarithm_mixes_by_output(
    direction: int, method: str, expected: tuple[float, float]
) -> None:
    posts = Goalposts(
        worst=9, best=9.5, source="made up", tag="P", by_industry={"a": (1, 4), "b": (3, 6)}
    )
    rate = Indicator(
        code="A", unit="ratio", formula="a", direction=direction, group="G", weight=1,
        goalposts={2020: posts}, normalisation=method, source="made up", tag="P",
    )  # fmt: skip
    assert rate.ends_in(2025, "a 50%；b 50%") == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    ["food（corn）50%；food（egg）25%；steel 25%", "food(corn) 50%; food ( egg ) 25 %; steel 25%"],
)
def test_a_part_may_name_its_main_product_and_parts_of_one_industry_add_up(text: str) -> None:
    assert [(p.industry, p.product, float(p.share)) for p in parts_of(text)] == [
        ("food", "corn", 0.5), ("food", "egg", 0.25), ("steel", "", 0.25),
    ]  # fmt: skip
    assert {name: float(share) for name, share in shares_of(text)} == {"food": 0.75, "steel": 0.25}
    assert (names_of(text), products_of(text)) == (("food", "steel"), ("corn", "egg"))
    assert is_whole(text)


def test_brackets_in_the_name_of_one_industry_are_a_part_of_its_name() -> None:
    assert shares_of("food (dairy)") == (("food (dairy)", 1),) and products_of("food (dairy)") == ()
