"""What a type's ranking depends on: computed once, held against a recomputation, released in part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.method.index.aggregate import aggregate
from cescore.method.uncertainty.robustness import COLUMNS, robustness

ROOT = Path(__file__).parents[2]


def test_sobol_indices_are_reported_from_twenty_entities_on(yearly: YearlyEvaluation) -> None:
    for entity_type, found in yearly.robustness.items():
        assert bool(found.sources) == (found.entities >= 20), entity_type
        assert found.reason == ("" if found.sources else "few_entities"), entity_type
    firms = yearly.robustness["enterprise"]
    assert {one.source for one in firms.sources} >= {"weights", "normalisation", "aggregation"}
    for one in firms.sources:
        assert one.total >= one.first - one.first_half_width - one.total_half_width
    assert sum(one.first for one in firms.sources) <= 1.2


def test_the_shift_without_an_indicator_is_that_of_its_weight_set_to_zero(
    yearly: YearlyEvaluation,
) -> None:
    parks = yearly.evaluations["park"]
    year = parks.panel.year_position(2025)
    index = pd.Series(parks.aggregation.index.values[:, year])
    for one in yearly.robustness["park"].removals:
        changed = parks.framework.with_weights(**{one.indicator: 0.0})
        again = pd.Series(aggregate(parks.scored, changed).index.values[:, year])
        moved = again.rank(ascending=False, method="min") - index.rank(
            ascending=False, method="min"
        )
        assert one.mean_rank_shift == pytest.approx(moved.abs().mean())
        assert one.mean_index_shift == pytest.approx((again - index).abs().mean())


def test_every_choice_has_two_alternatives_that_were_really_taken(yearly: YearlyEvaluation) -> None:
    taken = [a for a in yearly.robustness["enterprise"].alternatives if a.is_applied]
    for choice in ("normalisation", "aggregation", "missing"):
        shares = [a.share_of_draws for a in taken if a.source == choice]
        assert len(shares) >= 2
        assert sum(shares) == pytest.approx(1)
    assert {a.source for a in taken} >= {"weights", "goalposts", "estimates"}


def test_the_table_holds_a_band_of_every_entity_with_enough_data(yearly: YearlyEvaluation) -> None:
    table = yearly.uncertainty()
    assert tuple(table.columns) == COLUMNS
    for entity_type, evaluation in yearly.evaluations.items():
        year = evaluation.panel.year_position(2025)
        enough = (
            evaluation.is_sufficient[:, year] & evaluation.aggregation.index.is_present[:, year]
        )
        own = table[(table["entity_type"] == entity_type) & (table["code"] == "score_low")]
        assert sorted(own["entity_id"]) == sorted(np.array(evaluation.panel.entities)[enough])


@pytest.mark.soak
def test_the_same_draws_are_made_again(yearly: YearlyEvaluation) -> None:
    again = evaluate_workspace(Workspace.load(ROOT, 2025)).uncertainty()
    pd.testing.assert_frame_equal(yearly.uncertainty(), again)


def test_rankings_are_released_to_public_bodies_alone(yearly: YearlyEvaluation) -> None:
    bundler = Bundler(yearly)
    types = {e: [r.entity_type for r in bundler.bundle(e).robustness] for e in ("220400", "220402")}
    assert set(types["220400"]) == {"city", "district", "park", "enterprise"}
    assert types["220402"] == ["district"]
    assert bundler.bundle("E031").robustness == ()
    firms = next(r for r in bundler.bundle("220400").robustness if r.entity_type == "enterprise")
    assert all(one.total == round(one.total, 2) for one in firms.sources)


def test_of_a_great_type_some_entities_are_drawn_evenly(
    yearly: YearlyEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cescore.method.uncertainty.robustness.MOST", 30)
    found = robustness(yearly.evaluations["enterprise"])
    assert found is not None
    assert found.entities == 30
    assert found.sources
