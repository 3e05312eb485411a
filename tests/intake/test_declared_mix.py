"""Declared shares of industries, held against the firms inside a body: near enough, and coarse enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.definitions.industry_mix import parts_of
from cescore.intake.register.declared_mix import _DeclaredMix, _given_away
from cescore.intake.register.entities import Entity
from cescore.intake.workspace import Workspace

FRAMEWORK = """
version: "1"
source: test
index: {code: IDX, en: Index}
headline: {resource_output_rate: per}
groups: {all: {en: All, weight: 1}}
indicators:
  per: {en: Per, formula: made / made, unit: ratio, direction: 1, group: all, weight: 1,
        goalposts: {2020: {worst: 0, best: 2, source: test, tag: P}}, source: test, tag: P}
"""
VARIABLES = """
made: {en: Output, unit: CNY, entity_types: [park, firm]}
product: {en: Product, unit: code, kind: code, entity_types: [firm], words: {corn: {en: corn}, egg: {en: eggs}}}
"""
DISCLOSURE = "public_types: [park]\np_percent: 10\nshares_of: made\n"
MADE = {"F1": ("corn", 60), "F2": ("corn", 20), "F3": ("egg", 10), "F4": ("egg", 10)}


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., set[tuple[str, str]]]:
    """What is told of the industry of a park that makes 100 in all, 60 of it by one corn mill."""

    def do(mix: str, made: dict[str, tuple[str, int]] = MADE, whole: int = 100,
           disclosure: str = DISCLOSURE, holding: str = "") -> set[tuple[str, str]]:  # fmt: skip
        rows = "".join(f"{f},2024,product,{w}\n{f},2024,made,{n}\n" for f, (w, n) in made.items())
        firms = "".join(f"{f},firm,P1,food,{holding}\n" for f in made)
        files = {
            "params/variables.yml": VARIABLES, "params/disclosure.yml": disclosure,
            "params/frameworks/park.yml": FRAMEWORK, "params/frameworks/firm.yml": FRAMEWORK,
            "params/runs/2024.yml": "year: 2024\nfirst_year: 2024\n",
            "data/entities.csv": f"entity_id,entity_type,parent_id,industry,holding_id\nP1,park,,{mix},\n{firms}",
            "data/2024/observations.csv": f"entity_id,year,variable,value\nP1,2024,made,{whole}\n{rows}",
        }  # fmt: skip
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        found = Workspace.load(tmp_path, 2024).findings
        of_mix = ("mix_differs", "mix_gives_away", "unknown_product")
        return {(f.severity, f.code) for f in found if f.code in of_mix and f.entity_id == "P1"}

    return do


def test_shares_that_fit_the_returns_and_are_coarse_enough_are_no_news(told) -> None:
    assert told("food（corn）80%；food（egg）20%") == set()


def test_a_share_ten_points_from_the_returns_is_told(told) -> None:
    assert told("food（corn）65%；food（egg）35%") == {("warning", "mix_differs")}
    assert told("food（corn）75%；food（egg）25%") == set()


def test_a_product_of_the_firms_that_the_mix_leaves_out_is_told(told) -> None:
    assert told("food（corn）100%") == {("warning", "mix_differs")}


DOMINANT = {"F1": ("corn", 80), "F3": ("egg", 10), "F4": ("egg", 10)}


def test_a_share_that_bounds_its_largest_firm_within_p_per_cent_is_an_error(told) -> None:
    """81 % of 100 is at most 81.5, and the one mill makes 80; to quarters it could make 87.5 or more."""
    assert told("food（corn）81%；food（egg）19%", DOMINANT) == {("error", "mix_gives_away")}
    assert told("food（corn）75%；food（egg）25%", DOMINANT | {"F1": ("corn", 76)}, 95) == {
        ("error", "mix_gives_away")
    }
    assert told("food（corn）75%；food（egg）25%", DOMINANT | {"F1": ("corn", 70)}, 95) == set()


def test_firms_of_one_holding_count_as_one(told) -> None:
    mix = "food（corn）81%；food（egg）19%"
    three = {"F1": ("corn", 30), "F2": ("corn", 30), "F5": ("corn", 20), "F3": ("egg", 20)}
    assert ("error", "mix_gives_away") not in told(
        mix, three | {"F3": ("egg", 10), "F4": ("egg", 6), "F6": ("egg", 4)}
    )
    assert ("error", "mix_gives_away") in told(mix, three, holding="H1")


def test_a_product_that_no_code_has_is_an_error_with_the_nearest(told) -> None:
    assert ("error", "unknown_product") in told("food（cron）80%；food（egg）20%")


def test_where_params_do_not_say_what_shares_are_of_nothing_is_audited(told) -> None:
    assert told("food（corn）100%", DOMINANT, disclosure="public_types: [park]\n") == set()


@pytest.mark.parametrize(
    ("shares", "made", "whole", "is_given_away"),
    [
        ((81, 19), (80.0,), 100.0, True),
        ((81, 19), (60.0, 20.0, 10.0), 100.0, True),  # the second knows its own
        ((81, 19), (60.0, 2.0), 100.0, False),
        ((50, 50), (100.0,), 175.92, True),  # at most 109.95, less than 10 % above
        ((50, 50), (100.0,), 176.0, False),  # exactly 10 % above
        ((100,), (95.0,), 100.0, True),  # no share is above 1
        ((50, 50), (1.0,), 1.6, True),
        ((50, 50), (), 1.6, False),  # nobody makes it
    ],
)
def test_a_share_gives_away_what_it_bounds_within_p_per_cent(
    shares: tuple[int, ...], made: tuple[float, ...], whole: float, is_given_away: bool
) -> None:
    products = zip(("corn", "egg"), shares, strict=False)
    mix = "；".join(f"food（{product}）{share}%" for product, share in products)
    of_firms = {"corn": {f"F{i}": value for i, value in enumerate(made)}}
    body = _DeclaredMix(Entity("P1", "park", industry=mix), whole, of_firms)
    given = {part.product for part in _given_away(body, parts_of(mix), 10)}
    assert ("corn" in given) is is_given_away
