"""Who returned nothing, or is screened out, is in nobody's reference set: it moves nobody's score."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from cescore.definitions.model import Framework
from cescore.method.column import Column, Panel, State
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.uncertainty.alternatives import Variant
from cescore.method.uncertainty.bands import bands
from cescore.method.uncertainty.robustness import robustness

from .builders import framework, group, indicator

YEARS = (2020, 2021)
N = 8
NORMALISATIONS = (
    *("goalposts", "log_goalposts", "efficacy", "distance_to_target", "min_max", "z_score", "rank"),
    *("percentile_rank", "borda", "distance_to_maximum", "fraction_of_maximum"),
    "distance_to_reference",
)
AGGREGATIONS = (
    *("arithmetic_mean", "geometric_mean", "harmonic_mean", "generalised_mean"),
    *("copeland", "topsis"),
)
WEIGHTINGS = ("given", "entropy", "entropy_scaled", "critic", "pca")
IMPUTATIONS = ("none", "mean", "median", "group_mean", "group_median", "row_mean", "row_median")
TREATMENTS = ("none", "log_ct", "log_gii", "box_cox")
SCREENINGS: tuple[dict[str, Any], ...] = (
    {},
    {"screen_below": 0.6},
    {"screen_below": 0.6, "screen_before_imputation": True},
    {"screen_nonzero_below": 0.3},
    {"min_available": 0.5},
)


def table(rng_seed: int = 5) -> dict[str, np.ndarray]:
    """Three quantities of eight entities in two years: a gap, and an outlier."""
    draw = np.random.default_rng(rng_seed)
    cells = {code: draw.uniform(2, 9, (N, len(YEARS))).round(2) for code in "abc"}
    cells["a"][2, 1] = np.nan
    cells["b"][4, 0] = np.nan
    cells["c"][1, :] = 9000.0
    return cells


def made(cells: dict[str, np.ndarray], industries: str = "xxxxyyyy") -> Panel:
    columns = {code: Column.of(values) for code, values in cells.items()}
    entities = tuple(f"E{i}" for i in range(len(industries)))
    return Panel(entities, YEARS, columns, {"industry": tuple(industries)})


def with_rows(cells: dict[str, np.ndarray], *rows: float) -> dict[str, np.ndarray]:
    """The same with more entities, of which every cell is the number given (NaN: returned nothing)."""
    more = [np.full((1, len(YEARS)), row) for row in rows]
    return {code: np.vstack([values, *more]) for code, values in cells.items()}


def frame(**changed: Any) -> Framework:
    missing = changed.pop("missing", {})
    entries = [
        indicator("A", group="G"),
        indicator("B", group="G", ends=(10, 0)),
        indicator("C", group="H"),
    ]
    return framework(
        entries, [group("G", 2), group("H")], missing=missing, reference="E3", **changed
    )


def run(panel: Panel, how: Framework) -> TypeEvaluation:
    return evaluate(panel, how, base_year=2020, run_year=2021)


def parts(done: TypeEvaluation, n: int = N) -> dict[str, list[list[float]]]:
    """Everything that is said of the first entities."""
    columns = {
        **{f"score {c}": v for c, v in done.scored.scores.columns.items()},
        **{f"group {c}": v for c, v in done.aggregation.groups.columns.items()},
        "index": done.aggregation.index,
    }
    weights = {f"weight {c}": [[i.weight]] for c, i in done.framework.indicators.items()}
    return {code: column.values[:n].tolist() for code, column in columns.items()} | weights


def assert_same(one: TypeEvaluation, other: TypeEvaluation) -> None:
    for code, values in parts(one).items():
        np.testing.assert_array_equal(values, parts(other)[code], err_msg=code)


CASES = [
    *({"normalisation": n, "imputation": {"method": i}} for n, i in product(NORMALISATIONS, IMPUTATIONS)),
    *({"normalisation": "min_max", "aggregation": a, "power": 0.5, "imputation": {"method": i}}
      for a, i in product(AGGREGATIONS, ("none", "mean"))),
    *({"normalisation": "min_max", "weighting": {"method": w, "fewest": 3}, "imputation": {"method": i}}
      for w, i in product(WEIGHTINGS, ("none", "mean", "group_median"))),
    *({"normalisation": "z_score", "imputation": {"method": "mean"},
       "treatment": {"method": "skew_kurtosis", "winsorise_max": m, "then": t}}
      for t, m in product(TREATMENTS, (0, 1, 5))),
    *({"normalisation": "min_max", "imputation": {"method": i}, "missing": m, "aggregation": a}
      for i, m, a in product(("none", "mean"), SCREENINGS, ("arithmetic_mean", "copeland"))),
    {"normalisation": "min_max", "observed_over": "all_years", "imputation": {"method": "mean"}},
]  # fmt: skip


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_an_entity_that_returned_nothing_changes_nobody_s_score(settings: dict[str, Any]) -> None:
    how, cells = frame(**settings), table()
    without = run(made(cells), how)
    assert_same(without, run(made(with_rows(cells, np.nan, np.nan), "xxxxyyyyxy"), how))


def test_it_is_itself_given_nothing_but_what_the_rules_give() -> None:
    how = frame(normalisation="min_max", imputation={"method": "mean"})
    done = run(made(with_rows(table(), np.nan), "xxxxyyyyx"), how)
    assert done.scores.column("A").state[N].tolist() == [State.MISSING] * 2
    assert done.aggregation.index.state[N].tolist() == [State.MISSING] * 2
    assert not done.in_reference_set[N].any()


@pytest.mark.parametrize("normalisation", ["min_max", "z_score", "rank"])
@pytest.mark.parametrize("imputation", ["none", "mean", "group_mean", "row_mean"])
@pytest.mark.parametrize("before", [True, False])
def test_an_entity_that_is_screened_out_changes_nobody_s_score(
    normalisation: str, imputation: str, before: bool
) -> None:
    """It returned one quantity of three, far beyond the others, in a group of its own industry."""
    missing = {"screen_below": 0.6, "screen_before_imputation": before}
    by = (
        {"method": imputation, "by": "group"}
        if imputation == "row_mean"
        else {"method": imputation}
    )
    how = frame(normalisation=normalisation, imputation=by, missing=missing)
    cells = table()
    more = with_rows(cells, np.nan)
    more["a"][N] = 500.0
    found = run(made(more, "xxxxyyyyz"), how)
    if not found.in_reference_set[N].any():
        assert_same(run(made(cells), how), found)
    else:  # what is imputed counts as data here, so it was not screened out
        assert not before and imputation in ("mean", "row_mean")


def test_a_value_carried_over_is_no_return_of_the_year() -> None:
    entries = [indicator("A", latest_within=1), indicator("B", latest_within=1)]
    how = framework(entries, normalisation="min_max")
    cells = {
        "a": np.array([[1.0, 2], [3, 4], [90, np.nan]]),
        "b": np.array([[1.0, 2], [5, 8], [90, np.nan]]),
    }
    done = run(made(cells, "xxx"), how)
    assert done.fitted.constants["A"][2021] == {"low": 2, "high": 4}
    assert done.fitted.constants["A"][2020] == {"low": 1, "high": 90}
    assert done.in_reference_set[:, 1].tolist() == [True, True, False]


def test_bands_and_robustness_do_not_look_at_it_either() -> None:
    how = frame(normalisation="min_max", imputation={"method": "mean"})
    cells = table()
    one = run(made(cells), how)
    other = run(made(with_rows(cells, np.nan), "xxxxyyyyx"), how)
    assert bands(one, one.panel.entities) == bands(other, other.panel.entities)
    found, again = robustness(one), robustness(other)
    assert found is not None and again is not None
    assert (found.entities, found.removals) == (again.entities, again.removals)


# --- without imputation the same entities are compared ----------------------------------------


def sparse(n: int = 24) -> tuple[Panel, Framework]:
    """Twenty-four entities, of which five would be screened out but for what is imputed."""
    draw = np.random.default_rng(3)
    cells = {code: draw.uniform(2, 9, (n, 1)).round(2) for code in "abcd"}
    for row in range(5):
        cells["a"][row] = cells["b"][row] = np.nan
    columns = {code: Column.of(values) for code, values in cells.items()}
    panel = Panel(tuple(f"E{i:02}" for i in range(n)), (2021,), columns)
    missing = {"screen_below": 0.6, "min_weight_covered": 0.4, "not_reported": "exclude"}
    how = framework(
        [indicator(code) for code in "ABCD"],
        normalisation="min_max",
        imputation={"method": "mean"},
        missing=missing,
    )
    return panel, how


def test_leaving_imputation_out_screens_nobody_out() -> None:
    panel, how = sparse()
    done = evaluate(panel, how, base_year=2021, run_year=2021)
    assert done.aggregation.index.is_present.all()
    variant = Variant(done.indicators, how, done.fitted, done.learners_in(2021)).without(
        ["imputation"]
    )
    index = variant.scored("as_defined")
    assert all(index.scores.column(c).is_present[5:].all() for c in "ABCD")
    assert index.scores.column("C").is_present.all()  # the five keep what they returned
    assert not index.scores.column("A").is_present[:5].any()


def test_constants_learnt_anew_are_learnt_from_the_same_entities() -> None:
    """Nothing is missing, so leaving imputation out changes nothing at all, whoever has an index."""
    panel, how = sparse()
    full = {code: np.where(np.isnan(c.values), 1.0, c.values) for code, c in panel.columns.items()}
    whole = Panel(panel.entities, panel.years, {c: Column.of(v) for c, v in full.items()})
    done = evaluate(whole, how, base_year=2021, run_year=2021)
    some = done.indicators.only(panel.entities[5:])
    variant = Variant(some, how, done.fitted, done.learners_in(2021)).without(["imputation"])
    ends = {c: {k: done.fitted.constants[c][2021][k] for k in ("low", "high")} for c in "ABCD"}
    assert {c: variant.fitted.constants[c][2021] for c in "ABCD"} == ends
