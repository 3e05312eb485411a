"""Units: what a return form writes is read, converted exactly, and refused by name."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.formulas.units import UnitError, Units
from cescore.errors import ParamsError

SAME = [
    ("10k CNY", "万元"),
    ("tce/10k CNY", "吨标准煤/万元"),
    ("m3/10k CNY", "m³/万元"),
    ("t CO2", "吨二氧化碳"),
    ("kg CO2e/person", "kg CO2-eq per capita"),
    ("10k m3", "万立方米"),
    ("10k kWh", "万千瓦时"),
    ("km2", "km^2"),
    ("kg/(1000 EUR)", "kg/1000 EUR"),
    ("1/(1000000 person)", "count/million inhabitants"),
    ("index", "index, 2000 = 100"),
    ("", "ratio"),
    ("%", "％"),
    ("m2", "㎡"),
    ("t/(ha year)", "t/(ha·year)"),
    ("Percent", "%"),
    ("Tonnes per capita", "t/person"),
    ("USD Bn", "1000 million USD"),
    ("Trillion USD", "1000 billion USD"),
    ("Number of border crossings", "count"),
    ("number of patents per 1,000 inhabitants", "count/(1000 person)"),
    ("Number of people", "person"),
]
FACTORS = [
    ("10k CNY/t", "CNY/t", Fraction(10_000)),
    ("ratio", "%", Fraction(100)),
    ("tce", "GJ", Fraction(293_076, 10_000)),
    ("kWh", "kgce", Fraction(36_000, 293_076)),
    ("kt", "t", Fraction(1000)),
    ("10k m2", "ha", Fraction(1)),
    ("亿元", "10k CNY", Fraction(10_000)),
    ("亩", "ha", Fraction(1, 15)),
    ("t CO2/10k CNY", "kg CO2/CNY", Fraction(1, 10)),
    ("count/10k person", "1/person", Fraction(1, 10_000)),
]
HOSTILE = [
    *("9**9**9", "10^999999999", "((t^9)^9)^9", "(" * 99, "t/", "*t", "t^", "12 t", "x" * 999),
    *("__import__('os')", "t; t", "1e99999999", "\x00", "t\u202e", "[t]", "{t}", "mt", "T", "--"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_unit_are_worth_the_same(units: Units, one: str, other: str) -> None:
    assert units.factor(one, other) == 1


@pytest.mark.parametrize(("source", "target", "factor"), FACTORS)
def test_factors_are_exact(units: Units, source: str, target: str, factor: Fraction) -> None:
    assert units.factor(source, target) == factor
    assert units.factor(target, source) == 1 / factor


@pytest.mark.parametrize(
    ("one", "other"),
    [("t", "m3"), ("CNY", "EUR"), ("t", "t CO2"), ("person", "count"), ("ha", "m")],
)
def test_another_dimension_is_refused_by_name(units: Units, one: str, other: str) -> None:
    with pytest.raises(UnitError, match=f"{one} .* cannot become {other} "):
        units.factor(one, other)


def test_an_unknown_unit_comes_with_the_nearest(units: Units) -> None:
    with pytest.raises(UnitError, match="'tcee' is not known; nearest: tce"):
        units.parse("tcee")


def test_what_lies_side_by_side_belongs_together(units: Units) -> None:
    assert units.parse("tce/10k CNY") == units.parse("tce/(10k CNY)")
    assert units.parse("t/ha year") == units.parse("t/(ha*year)")
    assert units.parse("L/person/year") == units.parse("L/(person year)")


READINGS = {  # what two readers make of a text
    "升/人·日": ("升·日/人", "升/(人·日)"),
    "kg/m*t": ("kg*t/m", "kg/(m*t)"),
    "kg per m * t": ("kg*t/m", "kg/(m*t)"),
    "kWh/m2·a": ("kWh·a/m2", "kWh/(m2·a)"),
    "kWh / m^2 * a": ("kWh*a/m^2", "kWh/(m^2*a)"),
    "10k m3/10k CNY*year": ("10k m3*year/10k CNY", "10k m3/(10k CNY*year)"),
    "t/(ha year)*CNY": ("t*CNY/(ha year)", "t/((ha year)*CNY)"),
    "/ha*year": ("year/ha", "1/(ha*year)"),
    "CNY/(t/ha*year)": ("t*year/ha", "t/(ha*year)"),
    "t/ha/year*CNY": ("(t/ha)*CNY/year", "t/ha/(year*CNY)"),
}


@pytest.mark.parametrize("text", READINGS)
def test_a_product_after_a_quotient_is_refused_with_both_readings(units: Units, text: str) -> None:
    above, below = READINGS[text]
    with pytest.raises(UnitError) as caught:
        units.parse(text)
    assert f"ambiguous: {above} or {below}; write brackets" in str(caught.value)
    assert units.parse(above) != units.parse(below)


@pytest.mark.parametrize(
    "text", ["升/(人·日)", "(升/人)·日", "升·日/人", "t*km/CNY", "L/person/day", "kg/(m*t)/year"]
)
def test_brackets_and_products_before_a_quotient_are_clear(units: Units, text: str) -> None:
    assert units.parse(text).dimensionality


@pytest.mark.parametrize("text", [*HOSTILE, None, 3, ["t"]])
def test_no_text_hangs_or_breaks_the_reader(units: Units, text: str) -> None:
    with pytest.raises(UnitError):
        units.parse(text)


@given(st.text(alphabet="tkmha310%/*^() 万元亿吨", max_size=20))
def test_what_is_read_can_be_shown_and_read_again(text: str) -> None:
    try:
        unit = TABLE.parse(text)
    except UnitError:
        return
    assert TABLE.factor(TABLE.shown(unit), unit) == 1


TABLE = Units.load()


def test_a_workspace_adds_its_own_units(tmp_path: Path) -> None:
    (tmp_path / "units.txt").write_text("brick = 3.5 * kg = _ = 砖  # a local brick\n", "utf-8")
    units = Units.load(tmp_path / "units.txt")
    assert units.factor("万砖", "t") == 35


@pytest.mark.parametrize(
    "line",
    [
        *(
            "x = 9**9**9 * t",
            "x = brok",
            "t = 3 * kg",
            "x = 0 * t",
            "@import /etc/passwd",
            "= 3",
            "x",
        ),
        *("x = kg / m * t", "x = kg/(m t)*t", "x = J / kg ** 2 * m"),
        *("万元 = 1 * CNY", "x = t = t", "x = -1 * t", "x y = t"),
    ],
)
def test_a_line_that_defines_nothing_sound_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "units.txt"
    file.write_text(f"brick = 3 * kg\n{line}\n", "utf-8")
    with pytest.raises(ParamsError, match=r"units\.txt:2"):
        Units.load(file)
