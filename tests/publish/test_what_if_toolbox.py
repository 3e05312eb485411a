"""The page computes as the evaluation does by every method that a framework can name and one entity knows."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from publish.test_what_if_page import NONE, movable, odd, opened, show, tried
from publish.trials import drawn
from typer.testing import CliRunner

from cescore.cli.main import app
from cescore.definitions.formulas.language import FUNCTIONS
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.making.bundles import Bundler
from cescore.errors import MethodError
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.method.index.normalisations import BY_CONSTANTS, ON_ENDS
from cescore.publish.pages.what_if.page import what_if_page
from cescore.publish.pages.what_if.support import refusals

YEARS = (2021, 2022, 2023, 2024)
LAKES = [f"L{i:02}" for i in range(24)]
VARIABLES = ("a", "b", "c", "d", "g")
FORMULAS = {  # every function of the language, and every operator
    "I01": "a / b",
    "I02": "1 - a / base(a)",
    "I03": "(a - lag(a)) / lag(a, 2)",
    "I04": "total(a, -b, c) / mean(a, b, d)",
    "I05": "first_available(d, c * (1/3), a) / g",
    "I06": "positive(a - b) / max(a, b, c)",
    "I07": "min(a, b) / (sqrt(abs(c - d) * g) + g)",
    "I08": "log(a / b) + exp(-c / d)",
    "I09": "(a / b) ** 2 + (c / g) ** (1/2)",
    "I10": "(a + b) / norm_of",
    "I11": "sum_of / g",
    "I12": "I01 * I11",
}
NORMALISATIONS = (*ON_ENDS, *BY_CONSTANTS)
MEANS = ("arithmetic_mean", "geometric_mean", "harmonic_mean", "generalised_mean")
IMPUTATIONS = (
    "{method: none}", "{method: mean}", "{method: median}", "{method: group_mean}",
    "{method: group_median, by: kind}", "{method: none}",
)  # fmt: skip
TREATMENTS = ("log_ct", "log_ct_plus", "log_ct_orig", "log_gii", "box_cox", "none")
PLAN = """
base_year: 2021
first_year: 2022
last_year: 2025
source: made up
targets:
  T1: {en: A fall, indicator: I01, type: cumulative_reduction, value: 15, unit: "%", op: ">=", applies_to: [lake], source: made up, tag: P}
  T2: {en: A rise, indicator: I11, type: cumulative_increase, value: 30, unit: "%", op: ">=", applies_to: [lake], source: made up, tag: P}
  T3: {en: A level, indicator: I10, type: level, value: 0.9, unit: ratio, op: "<=", has_schedule: false, applies_to: [lake], source: made up, tag: P}
  T4: {en: A level on its way, indicator: I09, type: level, value: 5, unit: ratio, op: ">=", applies_to: [lake], source: made up, tag: P}
assessment:
  weights: {lake: {targets: 0.5, index: 0.5}}
  scale_of: {lake: A}
  scales: {A: {code: A, source: made up, tag: P, bands: [{en: good, least: 60}, {en: fair, least: 40}, {en: poor, least: 0}]}}
  ladder: [[100, 1], [90, 0.9], [50, 0.5]]
  ladder_form: LADDER
  bonus_step: 0.075
  bonus_most: 0.225
  bonus:
    lake:
      most: 7
      source: made up
      tag: P
      items:
        B1: {en: One, points: 3, rule: "a > b or not (c >= 5 and has_value(d))"}
        B2: {en: Two, points: 5, rule: "abs(a - b) <= rounding(a, b) * 4 or d != g"}
        B3: {en: Three, points: 2, variable: kind, one_of: [deep]}
"""


def write(root: Path, ladder: str = "steps") -> Path:
    """A workspace of lakes whose framework uses all there is, and values with gaps, zeros and outliers."""
    draw, files = random.Random(5), {}
    files["params/variables.yml"] = "\n".join(
        [*(f"{v}: {{en: {v}, unit: ratio, sign: any}}" for v in VARIABLES),
         "kind: {en: Kind, unit: code, kind: code, allowed: [deep, flat, salt]}"]
    )  # fmt: skip
    files["params/accounts.yml"] = """
accounts:
  sum_of: {en: Sum, unit: ratio, formula: "total(c, d) * scale", source: made up, tag: P}
factors:
  scale: {en: Scale, unit: ratio, value: 1.25, source: made up, tag: P}
"""
    files["params/norms.yml"] = """
norm_of:
  {en: Norm, unit: ratio, by: kind, source: made up, tag: P,
   values: {deep: {value: 9, source: made up, tag: P}, flat: {value: 5, source: made up, tag: P}}}
"""
    files["params/frameworks/lake.yml"] = framework_text()
    files["params/plans/p.yml"] = PLAN.replace("LADDER", ladder)
    files["params/runs/2024.yml"] = "year: 2024\nplan: p\nfirst_year: 2021\nbase_year: 2021\n"
    files["params/disclosure.yml"] = "public_types: [lake]\ndecided_by: test\n"
    industries = ("north", "south")
    files["data/entities.csv"] = "entity_id,entity_type,industry\n" + "\n".join(
        f"{lake},lake,{industries[i % 2]}" for i, lake in enumerate(LAKES)
    )
    for year in YEARS:
        rows = ["entity_id,year,variable,value,status"]
        for i, lake in enumerate(LAKES):
            rows.append(f"{lake},{year},kind,{('deep', 'flat', 'salt')[i % 3]},")
            for v in VARIABLES:
                value = draw.uniform(1, 12) * (40 if draw.random() < 0.05 else 1)
                kind = draw.random()
                if kind < 0.08:
                    rows.append(f"{lake},{year},{v},,missing")
                elif kind < 0.12 and v in "cd":
                    rows.append(f"{lake},{year},{v},,not_applicable")
                else:
                    rows.append(f"{lake},{year},{v},{0 if kind > 0.97 else round(value, 3)},")
        files[f"data/{year}/observations.csv"] = "\n".join(rows)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n", encoding="utf-8")
    return root


def framework_text() -> str:
    lines = [
        'version: "1"', "source: made up", "index: {code: IX}", "reference: L05",
        "groups:",
        "  TOP:",
        "    {weight: 2, aggregation: generalised_mean, power: 0.5, groups: {",
        *(f"      G{n}: {{weight: {n + 1}, aggregation: {MEANS[n]}{', min_available: 0.4' if n == 1 else ''}}},"
          for n in range(3)),
        "    }}",
        "  LOW: {weight: 1, aggregation: generalised_mean, power: -2, groups: {",
        "    G3: {weight: 4, aggregation: generalised_mean, power: 2}}}",
        "progress:",
        "  aggregation: harmonic_mean",
        "  below_base_floor: measure_from_floor",
        "  base_floor: {I11: 3}",
        "  groups:",
        "    P1: {weight: 1, members: {I01: 1, I05: 2}}",
        "    P2: {weight: 3, aggregation: geometric_mean, members: {I11: 1, I10: 1}}",
        "indicators:",
    ]  # fmt: skip
    for n, (code, formula) in enumerate(FORMULAS.items()):
        least = 0.1 if NORMALISATIONS[n % len(NORMALISATIONS)] == "log_goalposts" else 0
        worst, best = (least, 4) if n % 3 else (6, least)
        direction = 1 if n % 3 else -1
        method = NORMALISATIONS[n % len(NORMALISATIONS)]
        then = TREATMENTS[n % len(TREATMENTS)]
        treatment = f"{{method: skew_kurtosis, winsorise_max: {3 if n % 4 else 0}, then: {then}, power: 0.5}}"
        treatment = "{method: none}" if method in ON_ENDS else treatment
        north = f"by_industry: {{north: [{worst}, {best + 1 if n % 3 else 1}]}}"
        lines.append(
            f"  {code}: {{formula: '{formula}', unit: ratio, direction: {direction}, group: G{n % 4},"
            f" weight: {1 + n % 3}, normalisation: {method},"
            f" latest_within: {n % 3}, imputation: {IMPUTATIONS[n % len(IMPUTATIONS)]},"
            f" treatment: {treatment},"
            f" source: made up, tag: P, goalposts: {{2020: {{worst: {worst}, best: {best}, {north}, source: made up, tag: P}},"
            f" 2024: {{worst: {worst}, best: {best * 1.25 or 0.5}, source: made up, tag: P}}}}}}"
        )
    return "\n".join(lines)


def bundles_of(root: Path, lakes: list[str]) -> list[Bundle]:
    bundler = Bundler(evaluate_workspace(Workspace.load(root, 2024)))
    return [bundler.bundle(lake) for lake in lakes]


def varied(bundle: Bundle, **changes: Any) -> Bundle:
    """The bundle under a framework some of whose settings are others."""
    framework = bundle.framework.changed(changes)
    return bundle.model_copy(update={"framework": framework})


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> list[Bundle]:
    return bundles_of(write(tmp_path_factory.mktemp("lakes")), LAKES[:4])


def test_the_framework_of_these_tests_uses_all_there_is(lakes: list[Bundle]) -> None:
    framework = lakes[0].framework
    methods = {i.normalisation for i in framework.scored()}
    assert methods == set(NORMALISATIONS)
    assert {framework.mean_of(code)[0] for code in framework.groups} == set(MEANS)
    text = " ".join(FORMULAS.values())
    assert [f for f in FUNCTIONS if f"{f}(" not in text] == []
    learnt = [v for by_year in lakes[0].fitted.constants.values() for v in by_year.values()]
    names = {name.partition(":")[0] for constants in learnt for name in constants}
    assert {"low", "high", "mean", "sd", "reference", "fill", "log_low", "win_low"} <= names


def test_every_method_of_the_toolbox_gives_the_evaluation_s_numbers(
    browser, tmp_path, lakes
) -> None:
    show(browser, tmp_path, lakes[0])
    for bundle in lakes:
        trials = [NONE, *(drawn(bundle, movable(bundle), seed) for seed in range(12))]
        assert odd(bundle, trials, tried(browser, bundle, trials)) == []


RULES: Mapping[str, Mapping[str, Any]] = {
    "propagate": {"not_reported": "propagate", "not_computable": "floor"},
    "exclude": {
        "not_reported": "exclude",
        "nowhere_reported": "exclude",
        "not_computable": "propagate",
    },
    "floor": {"not_applicable": "floor", "not_collected": "floor", "min_available": 0.5},
    "screened": {"screen_below": 0.9, "screen_nonzero_below": 0.9},
    "screened before": {"screen_below": 0.8, "screen_before_imputation": True},
}


@pytest.mark.parametrize("name", RULES)
def test_every_rule_for_what_is_missing_is_followed(browser, tmp_path, lakes, name) -> None:
    show(browser, tmp_path, lakes[0])
    missing = {**lakes[0].framework.missing.model_dump(), **RULES[name]}
    for bundle in (varied(lake, missing=missing) for lake in lakes[:2]):
        trials = [NONE, *(drawn(bundle, movable(bundle), seed) for seed in range(20, 28))]
        assert odd(bundle, trials, tried(browser, bundle, trials)) == []


@pytest.mark.parametrize("by", ["{method: row_mean, by: group}", "{method: row_median}"])
def test_gaps_filled_along_the_row_are_filled_alike(browser, tmp_path, by) -> None:
    root = write(tmp_path / "w", ladder="continuous")
    path = root / "params" / "frameworks" / "lake.yml"
    rows = path.read_text().replace("imputation: {method: mean}", f"imputation: {by}")
    path.write_text(rows.replace("imputation: {method: median}", f"imputation: {by}"))
    (bundle,) = bundles_of(root, LAKES[6:7])
    show(browser, tmp_path, bundle)
    trials = [NONE, *(drawn(bundle, movable(bundle), seed) for seed in range(12))]
    assert odd(bundle, trials, tried(browser, bundle, trials)) == []


# --- what has no what-if


def refused(root: Path, old: str, new: str) -> str:
    """What is said of a framework with one thing changed."""
    path = write(root) / "params" / "frameworks" / "lake.yml"
    path.write_text(path.read_text().replace(old, new, 1))
    (bundle,) = bundles_of(root, ["L01"])
    with pytest.raises(MethodError) as caught:
        what_if_page(opened(bundle))
    return str(caught.value)


def test_methods_that_compare_everybody_are_refused_by_name(tmp_path: Path) -> None:
    change = ("aggregation: geometric_mean, min", "aggregation: copeland, min")
    message = refused(tmp_path, *change)
    assert message.startswith("the framework of lake has no what-if: ")
    assert "G1 is aggregated by copeland" in message


def test_places_among_all_are_refused_by_name(tmp_path: Path) -> None:
    message = refused(tmp_path, "normalisation: min_max", "normalisation: rank")
    assert "is scored by rank, which needs every entity's value" in message


def test_what_may_not_be_shown_of_others_is_refused_by_name(lakes: list[Bundle]) -> None:
    scores = {"I05": {2024: 50.0}}
    fitted = lakes[0].fitted.model_copy(update={"released_scores": scores})
    reasons = refusals(lakes[0].model_copy(update={"fitted": fitted}))
    assert reasons == ["what min_max learnt of others for I05 is withheld"]


# --- the command


def test_the_command_writes_the_page_where_only_its_owner_reads_it(tmp_path: Path) -> None:
    root = write(tmp_path / "w")
    done = CliRunner().invoke(app, ["what-if", "L03", "--root", str(root), "--lang", "en"])
    assert done.exit_code == 0, done.output
    path = root / "output" / "what-if" / "2024" / "L03.html"
    assert path.is_file() and path.parent.stat().st_mode & 0o077 == 0
    assert 'lang="en"' in path.read_text(encoding="utf-8")


def test_the_command_names_the_nearest_entity_and_what_cannot_be_written(tmp_path: Path) -> None:
    root = write(tmp_path / "w")
    unknown = CliRunner().invoke(app, ["what-if", "L3", "--root", str(root)])
    assert "L03" in str(unknown.exception)
    nowhere = ["what-if", "L03", "--root", str(root), "--out", str(tmp_path / "no" / "x.html")]
    assert "expected a file in a folder that is there" in str(
        CliRunner().invoke(app, nowhere).exception
    )
