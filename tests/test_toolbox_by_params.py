"""Each method of the toolbox is reached from a framework's YAML alone, and is the plain function's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cescore import desk
from cescore.definitions.frameworks.judgement import ahp_weights
from cescore.definitions.load import load_definitions
from cescore.disclosure.making.bundles import make_bundle
from cescore.errors import MethodError, ParamsError
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.method.column import Column, Panel
from cescore.method.index.aggregate import generalised_mean
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.index.outliers import box_cox, log_gii
from cescore.method.index.outranking import copeland, topsis
from cescore.method.index.scaling import (
    borda,
    distance_to_maximum,
    distance_to_reference,
    efficacy,
    fraction_of_maximum,
    log_goalposts,
    min_max,
    percentile_rank,
    rank_scores,
    z_score,
)
from cescore.method.index.weighing import (
    critic_weights,
    entropy_weights,
    pca_weights,
    shangzhi_weights,
)

YEAR, N = 2024, 24
CODES = ("a", "b", "c")
ENTITIES = [f"E{i:02}" for i in range(N)]
DRAW = np.random.default_rng(11)
TABLE = pd.DataFrame(DRAW.uniform(2, 9, (N, 3)).round(2), ENTITIES, list(CODES))
DIRECTION = {"a": 1, "b": -1, "c": 1}
FRAMEWORK = """
version: "1"
source: made up
index: {{code: IX}}
{settings}
groups:
  G: {{weight: 2{group}}}
  H: {{weight: 1}}
indicators:
{indicators}
"""
SCALED = "normalisation: min_max"


def write(root: Path, settings: str, group: str = "", table: pd.DataFrame = TABLE) -> Path:
    """A workspace with A and B in group G, C in H, goalposts 2 and 9."""
    lines = []
    for code, direction in DIRECTION.items():
        worst, best = (2, 9) if direction == 1 else (9, 2)
        lines.append(
            f"  {code.upper()}: {{formula: {code}, unit: ratio, direction: {direction}, weight: 1,"
            f" group: {'H' if code == 'c' else 'G'}, source: made up, tag: P, goalposts:"
            f" {{2000: {{worst: {worst}, best: {best}, source: made up, tag: P}}}}}}"
        )
    text = FRAMEWORK.format(settings=settings, group=group, indicators="\n".join(lines))
    files = {
        "params/variables.yml": "\n".join(f"{c}: {{en: {c}, unit: ratio}}" for c in CODES),
        "params/frameworks/lake.yml": text,
        "data/entities.csv": "\n".join(
            ["entity_id,entity_type", *(f"{e},lake" for e in table.index)]
        ),
    }
    rows = [f"{e},{YEAR},{c},{v}" for e, row in table.iterrows() for c, v in row.items()]
    files[f"data/{YEAR}/observations.csv"] = "\n".join(["entity_id,year,variable,value", *rows])
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n", encoding="utf-8")
    return root


def done(root: Path, settings: str, group: str = "", table: pd.DataFrame = TABLE) -> TypeEvaluation:
    """The evaluation of the values by the framework as its YAML says it."""
    found = load_definitions(write(root, settings, group, table) / "params", YEAR)
    columns = {c: Column.of(table[[c]].to_numpy(float)) for c in CODES}
    panel = Panel(tuple(table.index), (YEAR,), columns)
    return evaluate(panel, found.frameworks["lake"], base_year=YEAR, run_year=YEAR)


def scores(evaluation: TypeEvaluation) -> pd.DataFrame:
    columns = evaluation.scored.scores.columns
    return pd.DataFrame({c: columns[c.upper()].values[:, 0] for c in CODES}, ENTITIES)


def index(evaluation: TypeEvaluation) -> np.ndarray:
    return evaluation.aggregation.index.values[:, 0]


def by(method: Any, **how: Any) -> pd.DataFrame:
    found = {c: method(TABLE[c], direction=d, **how) for c, d in DIRECTION.items()}
    return pd.DataFrame(found)


NORMALISATIONS = {
    "min_max": by(min_max),
    "distance_to_maximum": by(distance_to_maximum),
    "fraction_of_maximum": by(fraction_of_maximum),
    "percentile_rank": by(percentile_rank),
    "rank": by(rank_scores),
    "borda\nscale: {floor: 0, top: 23}": by(borda),
    "z_score\nscale: {floor: -5, top: 5}": by(z_score),
    "distance_to_reference\nreference: E05": pd.DataFrame(
        {
            c: distance_to_reference(TABLE[c], direction=d, reference=TABLE.loc["E05", c])
            for c, d in DIRECTION.items()
        }
    ),
    "log_goalposts": pd.DataFrame(
        {
            c: log_goalposts(TABLE[c], worst=2 if d == 1 else 9, best=9 if d == 1 else 2)
            for c, d in DIRECTION.items()
        }
    ),
    "efficacy\nscale: {floor: 60, top: 100}": pd.DataFrame(
        {
            c: efficacy(TABLE[c], satisfactory=9 if d == 1 else 2, not_allowed=2 if d == 1 else 9)
            for c, d in DIRECTION.items()
        }
    ),
}


@pytest.mark.parametrize("setting", NORMALISATIONS)
def test_a_normalisation_by_name_gives_the_plain_function_s_scores(
    tmp_path: Path, setting: str
) -> None:
    found = scores(done(tmp_path, f"normalisation: {setting}"))
    pd.testing.assert_frame_equal(found, NORMALISATIONS[setting], check_exact=False, rtol=1e-12)


def test_a_generalised_mean_has_its_power(tmp_path: Path) -> None:
    found = done(tmp_path, f"{SCALED}\naggregation: generalised_mean\npower: 3", ", power: 2")
    groups = found.aggregation.groups.columns
    values = [groups[g].values[:, 0] for g in "GH"]
    assert index(found) == pytest.approx(generalised_mean(values, [2, 1], power=3), rel=1e-12)
    parts = found.decomposition.contributions
    assert sum(parts.values()) == pytest.approx(index(found), rel=1e-12)


@pytest.mark.parametrize("method", ["copeland", "topsis"])
def test_an_outranking_method_ranks_by_the_groups(tmp_path: Path, method: str) -> None:
    found = done(tmp_path, f"{SCALED}\naggregation: {method}")
    table = np.array([found.aggregation.groups.columns[g].values[:, 0] for g in "GH"])
    weights = np.broadcast_to([[2.0], [1.0]], table.shape)
    expected = 100 * {"copeland": copeland, "topsis": topsis}[method](table, weights)
    assert index(found) == pytest.approx(expected, rel=1e-12)
    assert all(np.isnan(part).all() for part in found.decomposition.contributions.values())


@pytest.mark.parametrize("method", ["copeland", "topsis"])
def test_an_entity_that_lacks_a_group_is_ranked_by_what_it_has_or_not_at_all(
    tmp_path: Path, method: str
) -> None:
    table = TABLE.copy()
    table.loc["E03", "c"] = np.nan
    missing = "missing: {not_reported: exclude}"
    found = index(done(tmp_path, f"{SCALED}\naggregation: {method}\n{missing}", table=table))
    assert np.isnan(found).tolist() == [method == "topsis" and e == "E03" for e in ENTITIES]


def test_a_report_finds_the_released_place_again(tmp_path: Path) -> None:
    disclosure = "public_types: [lake]"
    root = write(tmp_path, f"{SCALED}\naggregation: copeland", ", aggregation: topsis")
    (root / "params/disclosure.yml").write_text(disclosure, encoding="utf-8")
    yearly = evaluate_workspace(Workspace.load(root, YEAR))
    made = make_bundle(yearly, "E07")
    opened = desk.OpenBundle(made, made.hash, "en", made.framework)
    indicators = desk.compute_indicators(opened)
    scored = desk.apply_missing_rules(opened, desk.normalise(opened, indicators), indicators)
    found = desk.aggregate(opened, scored)
    assert found.index.values[0].tolist() == list(made.evaluated.index.values)
    assert found.groups.column("G").values[0].tolist() == list(made.evaluated.groups[0].values)


LEARNT = {
    "entropy": entropy_weights,
    "entropy_scaled": shangzhi_weights,
    "critic": critic_weights,
    "pca": pca_weights,
}


@pytest.mark.parametrize("method", LEARNT)
def test_weights_learnt_from_the_data_are_the_plain_function_s(tmp_path: Path, method: str) -> None:
    found = done(tmp_path, f"{SCALED}\nweighting: {{method: {method}}}")
    below = LEARNT[method](scores(found)[["a", "b"]])
    assert [found.framework.indicators[c].weight for c in "AB"] == pytest.approx(below.tolist())
    groups = {g: found.aggregation.groups.columns[g].values[:, 0] for g in "GH"}
    above = LEARNT[method](pd.DataFrame(groups))
    assert [found.framework.groups[g].weight for g in "GH"] == pytest.approx(above.tolist())


def test_weights_are_not_learnt_from_few(tmp_path: Path) -> None:
    with pytest.raises(MethodError, match="critic weights of G in lake: 19 .* expected 20 or more"):
        done(tmp_path, f"{SCALED}\nweighting: {{method: critic}}", table=TABLE.iloc[:19])


def test_experts_judgements_are_weights_when_params_are_read(tmp_path: Path) -> None:
    points = "{x: {G: 30, H: 70, A: 1, B: 3}, y: {G: 50, H: 50}}"
    judged = ", weighting: {method: ahp, judgements: {A: {B: 3}}}"
    settings = f"{SCALED}\nweighting: {{method: budget, points: {points}}}"
    framework = done(tmp_path, settings, judged).framework
    assert [framework.groups[g].weight for g in "GH"] == pytest.approx([0.4, 0.6])
    expected = ahp_weights("AB", [[1, 3], [1 / 3, 1]]).weights
    assert [framework.indicators[c].weight for c in "AB"] == pytest.approx([*expected.values()])


@pytest.mark.parametrize(
    ("weighting", "said"),
    [
        ("{method: budget}", "there is none"),
        ("{method: budget, points: {x: {Q: 1}}}", "unknown code 'Q'"),
        ("{method: ahp, judgements: {G: {H: -2}}}", "judgements of 0 or less"),
        ("{method: guess}", "'guess'"),
    ],
)
def test_judgements_that_cannot_be_used_are_refused(
    tmp_path: Path, weighting: str, said: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        done(tmp_path, f"{SCALED}\nweighting: {weighting}")
    assert any(said in problem.found for problem in caught.value.problems)


@pytest.mark.parametrize("then", ["log_gii", "box_cox"])
def test_outliers_are_transformed_by_the_rule_s_own_function(tmp_path: Path, then: str) -> None:
    table = TABLE.copy()
    table.loc[["E00", "E01", "E02"], "a"] = [400, 9000, 70000]
    rule = f"{{method: skew_kurtosis, winsorise_max: 1, then: {then}, power: -0.5}}"
    found = scores(done(tmp_path, f"{SCALED}\ntreatment: {rule}", table=table))
    changed = log_gii(table["a"]) if then == "log_gii" else box_cox(table["a"], power=-0.5)
    assert found["a"].tolist() == pytest.approx(min_max(changed, direction=1).tolist(), rel=1e-12)


def test_a_plain_logarithm_is_scipys_box_cox_at_power_0() -> None:
    x = TABLE["a"] - TABLE["a"].min() + 1
    assert box_cox(TABLE["a"], power=0).tolist() == pytest.approx(
        stats.boxcox(x, lmbda=0).tolist(), rel=1e-12
    )
    assert box_cox(TABLE["a"], power=0.3).tolist() == pytest.approx(
        stats.boxcox(x, lmbda=0.3).tolist(), rel=1e-12
    )


def test_an_entity_of_zeros_is_screened_out(tmp_path: Path) -> None:
    table = TABLE.copy()
    table.loc["E04"] = [0, 0, 5.0]
    missing = (
        "missing: {not_reported: exclude, nowhere_reported: exclude, screen_nonzero_below: 0.5}"
    )
    found = done(tmp_path, f"{SCALED}\n{missing}", table=table)
    assert np.flatnonzero(np.isnan(index(found))).tolist() == [4]
    assert found.fitted.constants["A"][YEAR]["low"] > 0
