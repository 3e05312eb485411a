"""Checks beyond one row: rules in the language of formulas, and built-in comparisons."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cescore.definitions.model import BuiltInChecks, CheckRule, IndustryRange
from cescore.intake.checks.checks import Checked, check
from cescore.intake.observations.panel import build_panels

HEADER = "entity_id,year,variable,value,status\n"


@pytest.fixture
def find(read, variables) -> Callable[..., list]:
    """Findings about rows of 2022-2024."""

    def do(*rows: str, rules=(), built_in=None, ranges=(), **options):
        result = read({"observations.csv": HEADER + "\n".join(rows) + "\n"}, **options)
        assert result.codes("error") == []
        layout = build_panels(result.register, result.observations, variables, (2022, 2023, 2024))
        checked = Checked(
            variables, rules, built_in or BuiltInChecks(), {}, {}, base_year=2022, ranges=ranges
        )
        return list(check(layout, checked))

    return do


def codes(findings) -> list[str]:
    left_out = {"required_absent", "too_few_to_compare"}
    return sorted(f.code for f in findings if f.code not in left_out)


RULE = CheckRule(
    id="H2", rule="gdp >= waste", executable="gdp >= waste", severity="hard", en="part and whole"
)


def test_a_broken_rule_names_entity_year_values_and_the_rule(find):
    found = find("D1,2024,waste,1250,", "D1,2024,gdp,1100,", rules=[RULE])
    (finding,) = [f for f in found if f.code == "H2"]
    assert (finding.severity, finding.entity_id, finding.year) == ("error", "D1", 2024)
    assert finding.found == "gdp = 1100, waste = 1250" and finding.expected == "gdp >= waste"
    assert finding.where("en") == "data/observations.csv, row 3"


def test_a_rule_is_silent_where_it_holds_or_cannot_be_known(find):
    assert codes(find("D1,2024,waste,5,", "D1,2024,gdp,6,", "D2,2024,waste,9,", rules=[RULE])) == []


def test_binary_noise_breaks_no_rule(find):
    rule = RULE.model_copy(update={"executable": "waste + stock_change <= gdp"})
    rows = ("D1,2024,waste,0.1,", "D1,2024,stock_change,0.2,", "D1,2024,gdp,0.3,")
    assert codes(find(*rows, rules=[rule])) == []


def test_a_soft_rule_warns_and_a_rule_of_other_types_is_not_asked(find):
    rows = ("D1,2024,waste,2,", "D1,2024,gdp,1,")
    soft = RULE.model_copy(update={"severity": "soft", "id": "W9"})
    assert [f.severity for f in find(*rows, rules=[soft]) if f.code == "W9"] == ["warning"]
    parks = RULE.model_copy(update={"entity_types": ("park",)})
    assert codes(find(*rows, rules=[parks])) == []


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (100, 199, []),
        (100, 201, ["year_on_year"]),
        (100, 51, []),
        (100, 49, ["year_on_year"]),
        (100, 1000, ["unit_slip"]),
        (100, 0.01, ["unit_slip"]),
        (100, 5000, ["year_on_year"]),
        (0, 5000, []),
        (100, 100, []),
        (1203.7, 1203.7, ["same_as_last_year"]),
    ],
)
def test_a_change_against_the_year_before_is_told_once(find, before, now, expected):
    assert codes(find(f"D1,2023,waste,{before},", f"D1,2024,waste,{now},")) == expected


def test_the_way_back_from_a_slip_is_no_second_slip(find):
    found = find("D1,2022,waste,100,", "D1,2023,waste,1000000,", "D1,2024,waste,104,")
    assert [(f.code, f.year) for f in found if f.code == "unit_slip"] == [("unit_slip", 2023)]


def test_signed_quantities_and_small_counts_have_no_rate_of_change(find):
    rows = (
        "D1,2023,stock_change,5,",
        "D1,2024,stock_change,900,",
        "D1,2023,firms,1,",
        "D1,2024,firms,3,",
    )
    assert codes(find(*rows)) == []


def test_a_value_outside_the_usual_range_of_its_type_is_a_warning(find, variables):
    variables["waste"] = variables["waste"].model_copy(
        update={"low": {"district": 10}, "high": {"district": 20}}
    )
    found = find("D1,2024,waste,9,", "D2,2024,waste,10,", "C1,2024,waste,99,")
    (finding,) = [f for f in found if f.code == "usual_range"]
    assert (finding.entity_id, finding.expected) == ("D1", "usually 10 to 20 t")


def test_a_required_variable_left_out_is_told_of_those_that_filed(find):
    found = find("D1,2024,waste,9,", "D2,2024,gdp,1,")
    told = [(f.code, f.entity_id) for f in found if f.severity != "info"]
    assert told == [("required_absent", "D1")]


def test_a_difference_between_own_figure_and_sum_is_printed_beyond_the_tolerance(find):
    parts = ("D1,2024,waste,50,", "D2,2024,waste,50,")
    assert codes(find("C1,2024,waste,102,", *parts)) == []
    (finding,) = [f for f in find("C1,2024,waste,104,", *parts) if f.code == "sum_of_bodies"]
    assert finding.found == "own figure 104, sum 100, difference 4 (+4.0%)"
    assert finding.expected == "within 2% of the sum of D1, D2"


def test_a_code_that_must_stay_may_not_change_within_a_series(find, variables):
    variables["audit"] = variables["audit"].model_copy(update={"one_in_series": True})
    rows = [f"D1,{y},audit,{word}," for y, word in ((2022, "na"), (2023, "na"), (2024, "due"))]
    (finding,) = [f for f in find(*rows, "D2,2023,audit,na,") if f.code == "mixed_bases"]
    assert (finding.entity_id, finding.year, finding.where("en")) == (
        "D1",
        2024,
        "data/observations.csv, row 4",
    )
    assert finding.found == "2022 na, 2023 na, 2024 due"


def test_a_code_that_may_change_is_not_asked(find):
    assert codes(find("D1,2023,audit,na,", "D1,2024,audit,due,")) == []


def test_a_formula_is_held_against_the_range_of_the_industry(find):
    one = IndustryRange(
        code="use", formula="waste / gdp", executable="waste / gdp", unit="t/10k CNY", source="s",
        tag="P", by_industry={"steel": (1, 5)}, otherwise=(0, 2), entity_types=("district",),
    )  # fmt: skip
    rows = [f"{e},2024,{c},{v}," for e in ("D1", "D2") for c, v in (("waste", 30), ("gdp", 10))]
    register = "entity_id,entity_type,industry\nD1,district,steel\nD2,district,food\n"
    (finding,) = [f for f in find(*rows, ranges=[one], register=register) if f.code == "use"]
    assert (finding.entity_id, finding.severity) == ("D2", "warning")
    assert finding.found == "3 t/10k CNY (waste = 30, gdp = 10)"
    assert finding.expected == "0 to 2 t/10k CNY in food"


def test_a_sum_over_bodies_on_different_bases_is_told(find, variables):
    variables["audit"] = variables["audit"].model_copy(update={"one_in_series": True})
    rows = ["D1,2024,waste,1,", "D2,2024,waste,2,", "D1,2024,audit,na,"]
    (finding,) = [f for f in find(*rows, "D2,2024,audit,due,") if f.code == "mixed_bases"]
    assert (finding.entity_id, finding.found) == ("C1", "sums over D1 na, D2 due")
    assert "mixed_bases" not in codes(find(*rows, "D2,2024,audit,na,"))


MANY = [f"F{i:02}" for i in range(24)]
FIRMS = "entity_id,entity_type,industry\n" + "".join(f"{e},firm,steel\n" for e in MANY)


def of_firms(values: dict[int, list[float]], code: str = "waste") -> list[str]:
    """Rows of many firms, a list of values a year."""
    return [
        f"{e},{y},{code},{v:.10g},"
        for y, vs in values.items()
        for e, v in zip(MANY, vs, strict=True)
    ]


def grown(odd: float) -> dict[int, list[float]]:
    """Firms of all sizes that grew by 1 to 5 %, and the largest by a factor."""
    before = [100.0 * 1.3**i for i in range(24)]
    now = [v * (1.01 + 0.01 * (i % 5)) for i, v in enumerate(before)]
    return {2023: before, 2024: [*now[:-1], before[-1] * odd]}


def test_a_change_unlike_those_of_the_industry_is_told_with_what_is_usual_there(find):
    (finding,) = [
        f for f in find(*of_firms(grown(1.6)), register=FIRMS) if f.code == "unusual_change"
    ]
    assert (finding.entity_id, finding.year, finding.severity) == ("F23", 2024, "warning")
    assert "median of 24 in steel: +3%)" in finding.found
    assert codes(find(*of_firms(grown(1.1)), register=FIRMS)) == []  # a normal year


def test_too_few_entities_are_not_compared_and_that_is_told(find):
    (finding,) = [
        f for f in find("D1,2024,waste,9,") if f.code == "too_few_to_compare" and "3" in f.found
    ]
    assert (finding.severity, finding.found) == ("info", "district: 3")
    off = BuiltInChecks(ratio_edit={"is_checked": False})
    assert [
        f for f in find("D1,2024,waste,9,", built_in=off) if f.code == "too_few_to_compare"
    ] == []


def test_a_wrong_unit_shows_against_peers_of_the_same_size_without_a_year_before(find):
    size = of_firms({2024: [10.0 * 1.3**i for i in range(24)]}, "gdp")
    waste = [20.0 * 1.3**i * (1 + 0.1 * (i % 4)) for i in range(24)]
    waste[7] *= 10_000
    peers = BuiltInChecks(peers={"size": {"firm": "gdp"}})
    found = find(*size, *of_firms({2024: waste}), register=FIRMS, built_in=peers)
    (finding,) = [f for f in found if f.code == "unit_slip"]
    assert (finding.entity_id, dict(finding.values)["power"]) == ("F07", 4)
    assert "median of 24 in steel: about 10^0)" in finding.found  # no peer's own figure


@pytest.mark.parametrize("power", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("sign", [1, -1])
def test_every_power_of_ten_that_forms_confuse_is_told(find, power: int, sign: int):
    rows = ("D1,2023,waste,1234.5,", f"D1,2024,waste,{1300 * 10.0 ** (sign * power):.12g},")
    (finding,) = [f for f in find(*rows) if f.code == "unit_slip"]
    assert dict(finding.values)["power"] == sign * power


def several(year: int, factor: float, entity: str = "D1") -> list[str]:
    codes_ = [f"q{i}" for i in range(10)]
    return [f"{entity},{year},{c},{(i + 1) * 123.45 * factor:.8g}," for i, c in enumerate(codes_)]


@pytest.fixture
def many_quantities(variables) -> None:
    variables |= {
        f"q{i}": variables["waste"].model_copy(update={"code": f"q{i}"}) for i in range(10)
    }


@pytest.mark.usefixtures("many_quantities")
def test_a_return_that_repeats_last_years_is_told_once_and_lists_its_figures(find, variables):
    rows = [*several(2023, 1.0), *several(2024, 1.0)]
    found = [f for f in find(*rows, variables=variables) if f.severity == "warning"]
    (finding,) = [f for f in found if f.code != "required_absent"]
    assert (finding.code, finding.entity_id, finding.year) == ("return_repeated", "D1", 2024)
    assert finding.found.startswith("10 of 10 comparable figures are last year's: q0, q1")


@pytest.mark.usefixtures("many_quantities")
def test_a_return_that_repeats_another_entitys_is_told(find, variables):
    rows = [*several(2024, 1.0), *several(2024, 1.0, "D2")]
    (finding,) = [f for f in find(*rows, variables=variables) if f.code == "return_of_another"]
    assert (finding.entity_id, dict(finding.values)["other"]) == ("D2", "D1")
    inside = [*several(2024, 1.0), *several(2024, 1.0, "DX")]  # counted in D1
    assert "return_of_another" not in codes(find(*inside, variables=variables))
