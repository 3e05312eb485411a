"""The method of earlier years, kept and compared: what moves a series is named, what does not is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from params_builder import FILES, load, problems

from cescore.definitions.frameworks.history import SeriesBreak, breaks_of, recorded

TOWN = FILES["frameworks/town.yml"]
YEAR = 2025
Break = Callable[..., tuple[SeriesBreak, ...]]


@pytest.fixture
def breaks(tmp_path: Path) -> Break:
    """The breaks of 2025 against 2024, after the framework's text was changed in between."""

    def do(*changes: tuple[str, str], **files: str) -> tuple[SeriesBreak, ...]:
        before = load(tmp_path / "before")
        record = recorded(before.frameworks, YEAR - 1, "", 2021)
        text = TOWN
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        after = load(tmp_path / "after", {"frameworks/town.yml": text, **files})
        return breaks_of("town", after.frameworks["town"], {YEAR - 1: record}, YEAR, 2021)

    return do


def told(found: tuple[SeriesBreak, ...]) -> list[tuple[str, ...]]:
    return [(b.kind, b.section, b.code, b.fact, b.before, b.after) for b in found]


def test_the_same_method_breaks_nothing(breaks: Break) -> None:
    assert breaks() == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("gdp / material", "gdp / (2 * material)",
         ("changed", "indicators", "productivity", "formula", "gdp / material", "gdp / (2 * material)")),
        ("worst: 9, best: 1", "worst: 8, best: 1",
         ("changed", "indicators", "carbon", "goalposts", "9 – 1", "8 – 1")),
        ("air: {weight: 1}", "air: {weight: 3}",
         ("changed", "groups", "air", "weight", "50%", "75%")),
        ("unit: t CO2/10k CNY", "unit: kg CO2/10k CNY",
         ("changed", "indicators", "carbon", "unit", "t CO2/10k CNY", "kg CO2/10k CNY")),
        ("groups:\n          resources", "aggregation: geometric_mean\n        groups:\n          resources",
         ("setting", "", "", "aggregation", "arithmetic_mean", "geometric_mean")),
    ],
)  # fmt: skip
def test_what_moves_an_index_is_a_break(breaks: Break, old: str, new: str, expected: tuple) -> None:
    assert expected in told(breaks((old, new)))


def test_goalposts_of_a_new_period_break_the_series_too(breaks: Break) -> None:
    new = "2025: {worst: 7, best: 1, source: made, tag: P}"
    old = "2021: {worst: 9, best: 1, source: made, tag: P}"
    found = told(breaks((old, f"{old}\n              {new}")))
    assert found == [("changed", "indicators", "carbon", "goalposts", "9 – 1", "7 – 1")]


def test_weights_in_another_scale_are_the_same_weights(breaks: Break) -> None:
    assert breaks(("output: {weight: 2}", "output: {weight: 4}"), ("rates: {weight: 1}", "rates: {weight: 2}")) == ()  # fmt: skip


def test_words_and_blanks_break_nothing(breaks: Break) -> None:
    assert breaks(("en: Productivity", "en: Resource productivity"), ("gdp / material", "gdp  /  material")) == ()  # fmt: skip


def test_an_indicator_under_a_new_code_is_the_same_and_one_without_a_word_is_not(
    breaks: Break,
) -> None:
    renamed = (("carbon:", "co2:\n            formerly: [carbon]"),)
    assert [b[:3] for b in told(breaks(*renamed))] == [("recoded", "indicators", "co2")]
    other = told(breaks(("carbon:", "co2:")))
    assert [b[:3] for b in other] == [
        ("added", "indicators", "co2"),
        ("removed", "indicators", "carbon"),
    ]


def test_a_formula_of_an_account_and_a_factor_break_the_series(breaks: Break) -> None:
    text = (
        FILES["accounts.yml"]
        .replace("value: 2,", "value: 2.5,")
        .replace("total(coal, ore)", "total(coal, ore, ore)")
    )
    found = told(breaks(**{"accounts.yml": text}))
    assert ("changed", "factors", "per_tonne", "value", "2 t CO2/t", "2.5 t CO2/t") in found
    assert any(b[:4] == ("changed", "accounts", "material", "formula") for b in found)


def test_a_base_year_that_moves_is_a_break(tmp_path: Path) -> None:
    params = load(tmp_path)
    record = recorded(params.frameworks, YEAR - 1, "", 2020)
    found = breaks_of("town", params.frameworks["town"], {YEAR - 1: record}, YEAR, 2025)
    assert told(found) == [("setting", "", "", "base_year", "2020", "2025")]


def test_a_record_of_the_year_itself_or_later_says_nothing(tmp_path: Path) -> None:
    params = load(tmp_path)
    record = recorded({}, YEAR, "", 2020)
    assert breaks_of("town", params.frameworks["town"], {YEAR: record}, YEAR, 2021) == ()


@pytest.mark.parametrize(
    ("variable", "found"),
    [
        ("coal: {en: Coal, unit: t, formerly: [ore]}", "'ore' is taken at"),
        ("coal: {en: Coal, unit: t, formerly: [old]}\n        lead: {unit: t, formerly: [old]}", "formerly of coal"),
    ],
)  # fmt: skip
def test_a_former_code_belongs_to_one_alone(tmp_path: Path, variable: str, found: str) -> None:
    text = FILES["variables.yml"].replace("coal: {en: Coal, unit: t}", variable)
    told = problems(tmp_path, {"variables.yml": text})
    assert any(found in p.found and "formerly" in p.what for p in told)
