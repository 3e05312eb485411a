"""Bands and Sobol indices: where the answer is known, and that nothing is varied in silence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cescore.definitions.model import Framework
from cescore.errors import MethodError
from cescore.method.column import Column, Flag, Panel
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.uncertainty.alternatives import Variant
from cescore.method.uncertainty.design import Design
from cescore.method.uncertainty.monte_carlo import (
    Alternative,
    Margins,
    Sampling,
    Uncertainty,
    remove_one_indicator,
    uncertainty,
)
from tests.method.builders import framework, group, indicator

NOTHING = Margins(0, 0, 0, (), (), (), (), ())
EXCLUDE = {"not_reported": "exclude", "nowhere_reported": "exclude"}


def many(entities: int, *, gaps: bool = False, estimates: bool = False) -> Panel:
    """Values 1-9 of A, B and C, drawn at random; one entity in ten has no A, or estimates it."""
    draw = np.random.default_rng(3)
    columns = {code: Column.of(draw.uniform(1, 9, (entities, 1))) for code in "abc"}
    tenth = np.arange(entities)[:, None] % 10 == 9
    values = columns["a"].values
    flags = np.where(tenth & estimates, Flag.ESTIMATED, Flag.NONE).astype(np.uint8)
    columns["a"] = Column.of(np.where(tenth & gaps, np.nan, values), flags)
    return Panel(tuple(f"E{i}" for i in range(entities)), (2020,), columns)


def two_groups(**changed: Any) -> Framework:
    members = [indicator("A", group="H"), indicator("B", group="H"), indicator("C", group="I")]
    return framework(members, [group("H"), group("I")], **changed)


def found(done: TypeEvaluation, margins: Margins | None = None, **how: Any) -> Uncertainty:
    settings: dict[str, Any] = {"draws": 64} | how
    return uncertainty(done, margins=margins, sampling=Sampling(**settings))


def evaluated(cells: Panel, how: Framework) -> TypeEvaluation:
    return evaluate(cells, how, base_year=2020, run_year=2020)


def named(result: Uncertainty, source: str) -> list[Alternative]:
    return [line for line in result.alternatives if line.source == source]


@pytest.mark.parametrize("mean", ["arithmetic_mean", "geometric_mean", "harmonic_mean"])
@pytest.mark.parametrize(
    "method", ["goalposts", "min_max", "z_score", "rank", "distance_to_target"]
)
def test_without_any_choice_the_band_is_the_index(mean: str, method: str) -> None:
    how = two_groups(aggregation=mean, normalisation=method, missing=EXCLUDE)
    done = evaluated(many(25, gaps=True), how)
    result = found(done, NOTHING)
    expected = done.aggregation.index.values[:, 0]
    assert result.score_low == pytest.approx(expected, rel=1e-12)
    assert result.score_high == pytest.approx(expected, rel=1e-12)
    assert result.rank_low.tolist() == result.ranks.tolist() == result.rank_high.tolist()
    assert (result.sensitivity, result.reason) == (None, "nothing_varies")
    assert not any(line.is_applied for line in named(result, "weights"))


def test_imputed_and_treated_values_are_the_evaluation_s() -> None:
    how = two_groups(
        normalisation="min_max",
        missing=EXCLUDE | {"min_available": 0.6},
        imputation={"method": "mean"},
        treatment={"method": "skew_kurtosis", "winsorise_max": 1},
    )
    cells = many(25, gaps=True)
    cells.columns["b"].values[3] = 900
    done = evaluated(cells, how)
    assert "win_high" in done.fitted.constants["B"][2020]
    expected = done.aggregation.index.values[:, 0]
    assert found(done, NOTHING).score_median == pytest.approx(expected, rel=1e-12)


def test_equal_seeds_give_equal_bands_and_others_do_not() -> None:
    done = evaluated(many(25), two_groups())
    first, again, other = found(done), found(done), found(done, seed=7)
    assert first.score_low.tolist() == again.score_low.tolist()
    assert first.score_low.tolist() != other.score_low.tolist()


def test_the_band_of_weights_is_between_the_extreme_weights() -> None:
    """H scores 80 and I 40: with weights 0.75 to 1.25 each, the index lies from 55 to 65."""
    cells = Panel(
        ("E",),
        (2020,),
        {c: Column.of(np.array([[v]])) for c, v in zip("abc", (8, 8, 4.0), strict=True)},
    )
    only_weights = Margins(0.25, 0, 0, (), (), ())
    result = found(evaluated(cells, two_groups()), only_weights, draws=1024)
    assert result.scores[0] == 60
    assert 55 < result.score_low[0] < 57
    assert 63 < result.score_high[0] < 65
    assert result.score_median[0] == pytest.approx(60, abs=0.2)


def test_the_band_of_goalposts_is_between_shifted_ends() -> None:
    """5 between 0 and 10: with ends ±1, from (5 - 1) / (11 - 1) to (5 + 1) / (9 + 1)."""
    one = framework([indicator("A")])
    cells = Panel(("E",), (2020,), {"a": Column.of(np.array([[5.0]]))})
    result = found(evaluated(cells, one), Margins(0, 0.1, 0, (), (), ()), draws=1024)
    assert 40 < result.score_low[0] < 46
    assert 54 < result.score_high[0] < 60


def test_only_estimates_vary_with_the_error_of_estimates() -> None:
    done = evaluated(many(30, estimates=True), two_groups())
    result = found(done, Margins(0, 0, 0.1, (), (), ()))
    width = result.score_high - result.score_low
    is_estimated = np.arange(30) % 10 == 9
    assert (width[is_estimated] > 0).all()
    assert width[~is_estimated] == pytest.approx(0)
    assert named(result, "estimates")[0].values == 3


def test_the_geometric_mean_is_applied_to_half_the_draws() -> None:
    """A 90, B 10, C 50: arithmetic 50; geometric sqrt(30 · 50) = 38.7."""
    values = zip("abc", (9.0, 1.0, 5.0), strict=True)
    cells = Panel(("E",), (2020,), {c: Column.of(np.array([[v]])) for c, v in values})
    margins = Margins(0, 0, 0, (), ("arithmetic_mean", "geometric_mean"), ())
    result = found(evaluated(cells, two_groups()), margins)
    assert (result.score_low[0], result.score_high[0]) == pytest.approx((1500**0.5, 50))
    shares = [line.share_of_draws for line in named(result, "aggregation")]
    assert shares == pytest.approx([0.5, 0.5])


def test_the_missing_data_rule_matters_only_to_those_with_gaps() -> None:
    done = evaluated(many(30, gaps=True), two_groups())
    result = found(done, Margins(0, 0, 0, (), (), ("floor", "exclude")))
    width = result.score_high - result.score_low
    has_gap = np.arange(30) % 10 == 9
    assert (width[has_gap] > 0).all()
    assert width[~has_gap] == pytest.approx(0)
    assert [line.name for line in named(result, "missing")] == ["as_defined: floor", "exclude"]


def test_what_cannot_be_applied_is_said_with_its_reason() -> None:
    result = found(evaluated(many(25), two_groups()))
    missing = named(result, "missing")[1]
    assert (missing.is_applied, missing.share_of_draws) == (False, 0)
    assert missing.note == "no value that applies is missing"
    assert named(result, "estimates")[0].note == "no value is an estimate"


def test_an_indicator_that_a_method_cannot_score_is_named() -> None:
    """A best of 0 is no target to form a ratio with."""
    how = framework([indicator("A", ends=(10, 0)), indicator("B"), indicator("C")])
    result = found(evaluated(many(25), how))
    line = next(a for a in result.alternatives if a.name == "distance_to_target")
    assert (line.is_applied, line.values, line.note) == (True, 2, "as defined: A")


def test_sobol_indices_of_one_source_are_1() -> None:
    done = evaluated(many(25), two_groups())
    result = found(done, Margins(0, 0, 0, ("min_max",), (), ()), draws=512).sensitivity
    assert result is not None
    assert result.sources == ("normalisation",)
    assert result.first[0] == pytest.approx(1, abs=0.15)
    assert result.total[0] == pytest.approx(1, abs=0.15)


def test_sobol_indices_name_the_source_that_matters() -> None:
    done = evaluated(many(25, estimates=True), two_groups())
    margins = Margins(0.25, 0, 0.001, (), (), ())
    result = found(done, margins, draws=512).sensitivity
    assert result is not None
    weights, estimates = (result.sources.index(name) for name in ("weights", "estimates"))
    assert result.total[weights] > 0.9
    assert result.total[estimates] < 0.1
    assert result.first_of.shape == (2, 25)


def test_below_20_entities_there_are_bands_and_no_indices() -> None:
    result = found(evaluated(many(19), two_groups()))
    assert (result.sensitivity, result.reason) == (None, "few_entities")
    assert (result.score_high > result.score_low).all()


def test_entities_without_an_index_are_left_out() -> None:
    cells = many(5)
    for column in cells.columns.values():
        column.values[2], column.state[2] = np.nan, 2
    result = found(evaluated(cells, two_groups()))
    assert result.entities == ("E0", "E1", "E3", "E4")
    assert result.table().loc["E4", "rank"] in {1, 2, 3, 4}


def test_rows_that_take_the_same_settings_score_to_the_bit_as_each_would_alone() -> None:
    how = two_groups()
    done = evaluated(many(24, estimates=True), how)
    design = Design(Variant(done.indicators, how, done.fitted, done.indicators), Margins())
    rows = np.random.default_rng(1).random((4, len(design.sources)))
    rows = np.vstack([rows, rows[::-1]])  # every setting is taken twice
    rows[4:, 0] = 1 - rows[4:, 0]  # with other weights
    together = design.evaluate(rows, 16, seed=1)
    alone = [design.evaluate(rows[[i]], 16, seed=1) for i in range(len(rows))]
    assert design.sources[0] == "weights" and {"goalposts", "estimates"} <= set(design.sources)
    np.testing.assert_array_equal(together, np.vstack(alone))


def test_draws_that_are_no_power_of_2_are_refused() -> None:
    with pytest.raises(MethodError, match="100 draws, expected a power of 2"):
        found(evaluated(many(5), two_groups()), draws=100)


def test_without_an_indicator_its_weight_goes_to_its_group() -> None:
    """E: A 80, B 40 in H, C 20. Without A: (40 + 20) / 2; without C: H alone, 60."""
    values = {"a": [8.0, 5.0], "b": [4.0, 5.0], "c": [2.0, 5.0]}
    columns = {c: Column.of(np.array(v)[:, None]) for c, v in values.items()}
    done = evaluated(Panel(("E", "F"), (2020,), columns), two_groups())
    removed = {r.indicator: r for r in remove_one_indicator(done.scored, done.framework, year=2020)}
    assert {code: r.scores["E"] for code, r in removed.items()} == {"A": 30, "B": 50, "C": 60}
    assert removed["C"].ranks.to_dict() == {"E": 1, "F": 2}
    assert removed["C"].mean_rank_shift == 1  # E had 40 and F 50


def test_imputation_and_treatment_are_left_out_in_some_draws_where_they_did_something() -> None:
    how = two_groups(
        normalisation="min_max",
        missing=EXCLUDE,
        imputation={"method": "mean"},
        treatment={"method": "skew_kurtosis", "winsorise_max": 1},
    )
    cells = many(25, gaps=True)
    cells.columns["b"].values[3] = 900
    done = evaluated(cells, how)
    result = found(done, Margins(0, 0, 0, (), (), ()), draws=128)
    applied = [(a.source, a.name, a.share_of_draws) for a in result.alternatives if a.is_applied]
    assert {(s, n) for s, n, _ in applied if n == "none"} == {
        ("imputation", "none"),
        ("treatment", "none"),
    }
    assert all(
        share == pytest.approx(0.5, abs=0.02) for _, name, share in applied if name == "none"
    )
    plain = two_groups(normalisation="min_max", missing=EXCLUDE)
    without = evaluated(cells, plain).aggregation.index.values[:, 0]
    edges = np.array([result.score_low, result.score_high])
    assert (edges[0] <= without + 1e-9).all() and (without <= edges[1] + 1e-9).all()
    assert result.sensitivity is not None
    assert set(result.sensitivity.sources) == {"imputation", "treatment"}


def test_without_gaps_and_outliers_leaving_the_steps_out_changes_nothing() -> None:
    how = two_groups(normalisation="min_max", imputation={"method": "mean"})
    result = found(evaluated(many(25), how), Margins(0, 0, 0, (), (), ()))
    assert [a.note for a in named(result, "imputation") if a.name == "none"] == ["changes no value"]
    assert (result.sensitivity, result.reason) == (None, "nothing_varies")


@pytest.mark.filterwarnings("error")
def test_entities_that_are_all_alike_have_no_sobol_index() -> None:
    alike = Panel(
        tuple(f"E{i}" for i in range(20)),
        (2020,),
        {code: Column.of(np.full((20, 1), 5.0)) for code in "abc"},
    )
    result = found(evaluated(alike, two_groups()), sensitivity=True)
    assert (result.sensitivity, result.reason) == (None, "nothing_varies")
