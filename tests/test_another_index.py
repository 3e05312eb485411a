"""Another composite indicator, rebuilt from params alone and computed again here without the package.

Made-up countries; the steps are those of COINr's example: denominate, screen, impute by group mean,
treat by skewness and kurtosis, min-max on observed bounds, arithmetic means over four levels.
"""

from __future__ import annotations

import csv
import math
import random
from pathlib import Path
from statistics import fmean

import pytest

from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace

YEAR = 2018
COUNTRIES = [f"C{i:02}" for i in range(24)]
# indicator: pillar, direction, weight, denominator
INDICATORS = {
    "ports": ("physical", 1, 1, "area"),
    "grid": ("physical", 1, 2, None),
    "goods": ("trade", 1, 1, "gdp"),
    "tariff": ("trade", -1, 1, None),
    "debt": ("trade", -1, 0.5, None),
    "forest": ("nature", 1, 1, "area"),
    "carbon": ("nature", -1, 3, "people"),
    "schools": ("society", 1, 1, "people"),
}
TREE = {"links": {"physical": 2, "trade": 1}, "lasting": {"nature": 1, "society": 1}}
TOP = {"links": 1, "lasting": 2}
GONE = "C05"  # has two of eight values: too few for the comparison

SETTINGS = """
version: "1"
source: made up
index: {code: LINKS}
normalisation: min_max
imputation: {method: group_mean, by: %s}
treatment: {method: skew_kurtosis, winsorise_max: 2, skew_thresh: 2, kurt_thresh: 3.5, then: log_ct}
missing: {not_reported: exclude, nowhere_reported: exclude, screen_below: 0.6, screen_before_imputation: true, min_weight_covered: 0}
"""


def made_up() -> dict[str, dict[str, float]]:
    """Country -> quantity -> value; ``carbon`` has one outlier, ``grid`` four; some gaps."""
    draw = random.Random(7)
    table = {
        country: {
            **{name: draw.uniform(10, 20) for name in ("area", "gdp", "people")},
            **{name: draw.uniform(1, 100) for name in INDICATORS},
        }
        for country in COUNTRIES
    }
    table["C01"]["carbon"] = 9000.0
    for i, country in enumerate(("C02", "C03", "C04", "C06")):
        table[country]["grid"] = 10.0 ** (4 + 2 * i)
    for country, name in (("C07", "goods"), ("C08", "tariff"), ("C09", "schools"), ("C10", "debt")):
        del table[country][name]
    table[GONE] = {k: v for k, v in table[GONE].items() if k not in list(INDICATORS)[:6]}
    return table


def continent(country: str) -> str:
    return ("North", "South", "East")[int(country[1:]) % 3]


# --- the index, computed here ----------------------------------------------------------------


def skewness_and_kurtosis(x: list[float]) -> tuple[float, float]:
    n, mean = len(x), fmean(x)
    m2, m3, m4 = (fmean((v - mean) ** k for v in x) for k in (2, 3, 4))
    skew = m3 / m2**1.5 * math.sqrt(n * (n - 1)) / (n - 2)
    return skew, ((n + 1) * (m4 / m2**2 - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))


def stands_out(x: list[float]) -> bool:
    skew, kurtosis = skewness_and_kurtosis(x)
    return abs(skew) >= 2 and kurtosis >= 3.5


def treated(x: list[float]) -> tuple[list[float], str]:
    """Here all outliers are high ones."""
    if not stands_out(x):
        return x, ""
    inside = list(x)
    while stands_out(inside) and sum(v == max(inside) for v in inside) < 3:
        if sum(a != b for a, b in zip(inside, x, strict=True)) == 2:
            break
        second = max(v for v in inside if v < max(inside))
        inside = [min(v, second) for v in inside]
    if not stands_out(inside):
        return inside, "winsorised"
    shift = 0.01 * (max(x) - min(x))
    return [math.log(v - min(x) + shift) for v in x], "log"


def by_hand(
    table: dict[str, dict[str, float]],
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """Every score of every country that stays, and how each indicator was treated."""
    raw: dict[str, dict[str, float | None]] = {}
    for country, row in table.items():
        raw[country] = {}
        for name, (_, _, _, by) in INDICATORS.items():
            value = row.get(name)
            raw[country][name] = value / row[by] if value is not None and by else value
    kept = [c for c in COUNTRIES if c != GONE]
    filled = {c: dict(raw[c]) for c in kept}
    for country in kept:
        for name in INDICATORS:
            if raw[country][name] is None:
                near = [c for c in kept if continent(c) == continent(country)]
                same = [raw[c][name] for c in near]
                filled[country][name] = fmean(v for v in same if v is not None)
    scores: dict[str, dict[str, float]] = {c: {} for c in kept}
    how = {}
    for name, (_, direction, _, _) in INDICATORS.items():
        values, how[name] = treated([float(filled[c][name] or 0) for c in kept])
        low, high = min(values), max(values)
        for country, value in zip(kept, values, strict=True):
            share = (value - low) / (high - low)
            scores[country][name] = 100 * (share if direction == 1 else 1 - share)
    for country in kept:
        own = scores[country]
        for sub, pillars in TREE.items():
            for pillar in pillars:
                members = {n: w for n, (p, _, w, _) in INDICATORS.items() if p == pillar}
                own[pillar] = sum(w * own[n] for n, w in members.items()) / sum(members.values())
            own[sub] = sum(w * own[p] for p, w in pillars.items()) / sum(pillars.values())
        own["LINKS"] = sum(w * own[s] for s, w in TOP.items()) / sum(TOP.values())
    return scores, how


# --- the same through params and data --------------------------------------------------------


def write_workspace(root: Path, table: dict[str, dict[str, float]], by: str) -> None:
    quantities = ["area", "gdp", "people", *INDICATORS]
    variables = [f"{name}: {{en: {name}, unit: ratio}}" for name in quantities]
    variables.append("continent: {en: Continent, unit: ratio, kind: code}")
    groups = ["groups:"]
    for sub, pillars in TREE.items():
        inner = ", ".join(f"{p}: {{weight: {w}}}" for p, w in pillars.items())
        groups.append(f"  {sub}: {{weight: {TOP[sub]}, groups: {{{inner}}}}}")
    indicators = ["indicators:"]
    for name, (pillar, direction, weight, denominator) in INDICATORS.items():
        formula = f"{name} / {denominator}" if denominator else name
        indicators.append(
            f"  i_{name}: {{formula: {formula}, unit: ratio, group: {pillar}, weight: {weight},"
            f" direction: {direction}, source: made up, tag: P}}"
        )
    (root / "params/frameworks").mkdir(parents=True)
    (root / "data" / str(YEAR)).mkdir(parents=True)
    (root / "params/variables.yml").write_text("\n".join(variables), "utf-8")
    framework = "\n".join([SETTINGS % by, *groups, *indicators])
    (root / "params/frameworks/country.yml").write_text(framework, "utf-8")
    with (root / "data/entities.csv").open("w", newline="") as file:
        rows = [("entity_id", "entity_type", "name_en", "industry")]
        rows += [(c, "country", c, continent(c)) for c in COUNTRIES]
        csv.writer(file).writerows(rows)
    with (root / "data" / str(YEAR) / "observations.csv").open("w", newline="") as file:
        lines = [("entity_id", "year", "variable", "value")]
        lines += [(c, YEAR, v, repr(x)) for c, row in table.items() for v, x in row.items()]
        lines += [(c, YEAR, "continent", continent(c)) for c in COUNTRIES]
        csv.writer(file).writerows(lines)


@pytest.fixture(scope="module", params=["industry", "continent"])
def evaluated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> YearlyEvaluation:
    """Grouped by the register's industry, and by a variable that is a code."""
    root = tmp_path_factory.mktemp("links")
    write_workspace(root, made_up(), request.param)
    return evaluate_workspace(Workspace.load(root, YEAR))


def test_the_case_holds_every_step() -> None:
    _, how = by_hand(made_up())
    assert (how["carbon"], how["grid"]) == ("winsorised", "log")


def test_every_score_at_every_level_is_reproduced(evaluated: YearlyEvaluation) -> None:
    expected, _ = by_hand(made_up())
    found = evaluated.results()
    found = found[found["kind"].isin(["score", "group", "index"]) & found["value"].notna()]
    got = {(r.entity_id, r.code.removeprefix("i_")): r.value for r in found.itertuples()}
    assert got == pytest.approx(
        {(c, code): v for c, row in expected.items() for code, v in row.items()}, abs=1e-10
    )


def test_ranks_are_reproduced_exactly(evaluated: YearlyEvaluation) -> None:
    expected, _ = by_hand(made_up())
    ordered = sorted(expected, key=lambda c: -expected[c]["LINKS"])
    found = evaluated.results().query("kind == 'index' and value.notna()", engine="python")
    ranks = found.set_index("entity_id")["value"].rank(ascending=False, method="min")
    assert ranks.sort_values().index.tolist() == ordered


def test_the_country_with_too_little_data_has_no_index(evaluated: YearlyEvaluation) -> None:
    found = evaluated.results().query("kind == 'index' and entity_id == @GONE")
    assert found["status"].tolist() == ["missing"]
